# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: one table, measured in one run on one disposable host over SSH, written to docs/benchmarks.md.

Needs what the integration tests need, and brings the host up the same way. Speed is never asserted: the figures stand in the
document, beside what they have to reach.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(CHECKOUT / "tests" / "integration"), str(CHECKOUT / ".cache" / "collections")]

import hosts  # noqa: E402
import plays  # noqa: E402
import table  # noqa: E402
from support.host import Host  # noqa: E402
from support.prepare import BUSYBOX, OLDER_BUSYBOX, prepare  # noqa: E402
from support.testbed import Testbed  # noqa: E402

HERE = Path(__file__).parent
# Unchanged runs of site.yml.
SITES = 3


def play(host: Host, playbook: list[dict[str, Any]], times: Path) -> list[dict[str, Any]]:
    """Run a playbook, see ``play_file``."""
    file = host.folder / "playbook.yml"
    file.write_text(json.dumps(playbook), encoding="utf-8")
    return play_file(host, file, times)


def play_file(host: Host, file: Path, times: Path, **variables: Any) -> list[dict[str, Any]]:
    """Run a playbook as a person would who cares for speed; the lines that the callback wrote."""
    times.unlink(missing_ok=True)
    told = {
        **os.environ,
        "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_LIBRARY": str(HERE / "library"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=600",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(host.folder / "ansible"),
        "BENCH_TIMES": str(times),
    }
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", host.inventory, file]
    command += ["-e", json.dumps(variables)]
    with (host.folder / "bench.log").open("w") as log:
        done = subprocess.run(command, env=told, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode or not times.exists():
        sys.exit((host.folder / "bench.log").read_text()[-4000:])
    return [json.loads(line) for line in times.read_text().splitlines()]


def raw(host: Host) -> dict[str, float]:
    """The floor without Ansible."""
    script = (HERE / "onhost" / "raw.py").read_bytes()
    return json.loads(host.run_as(plays.ACCOUNT, f"python3 - {BUSYBOX} {plays.COUNT}", stdin=script))


def whole_hosts(host: Host) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of all tasks of apps, and unchanged runs of site.yml beside runs of nothing; the host has then nothing of them any more."""
    file, times = CHECKOUT / "playbooks" / "site.yml", host.folder / "times"
    wanted = {"rootless_apps_list": hosts.apps(hosts.FEW, BUSYBOX, BUSYBOX)}
    tasks = hosts.tasks(BUSYBOX, OLDER_BUSYBOX)
    try:
        lines = play(host, [{"hosts": "all", "gather_facts": False, "tasks": tasks}], times)
        sites = []
        for _turn in range(SITES + 1):
            begun = time.monotonic()
            play(host, [{"hosts": "all", "gather_facts": False, "tasks": plays.floor()[-1:]}], times)
            between = time.monotonic()
            told = hosts.site(play_file(host, file, times, **wanted), first=not sites)
            sites.append({**told, "command": time.monotonic() - between, "nothing": between - begun})
    finally:
        for number in range(hosts.MORE):
            host.remove_account(hosts.name_of(number))
    # The first run prepares the host.
    return lines, sites[1:]


def memory(host: Host) -> int:
    """The most memory that a task for two hundred containers took, in bytes."""
    task = plays.many(BUSYBOX)
    make = [{"hosts": "all", "gather_facts": False, "tasks": [{"name": "Many", **task}]}]
    play(host, make, host.folder / "times")
    script, flag, answer = (
        (HERE / "onhost" / "memory.py").read_bytes(),
        "/run/bench-flag",
        "/run/bench-memory",
    )
    host.run("cat > /run/bench-memory.py", script)
    host.run(f"rm -f {flag}; setsid python3 /run/bench-memory.py {flag} >{answer} 2>&1 </dev/null &")
    host.run(f"while ! grep -q begun {flag} 2>/dev/null; do sleep 0.1; done")
    lines = play(host, make, host.folder / "times")
    if any(line["changed"] for line in lines):
        sys.exit("the pod of two hundred containers was not found unchanged")
    return int(host.run(f"printf end >{flag}; while ! grep -q . {answer}; do sleep 0.1; done; cat {answer}"))


def machine(host: Host) -> dict[str, str]:
    """Versions, and what it ran on."""
    model = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        os.uname().machine,
    )
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    listed = subprocess.run(
        [
            Path(sys.executable).parent / "ansible-galaxy",
            "collection",
            "list",
            plays.THEIRS,
            "--format",
            "json",
        ],
        capture_output=True,
        check=True,
    )
    found = [
        each[plays.THEIRS]["version"] for each in json.loads(listed.stdout).values() if plays.THEIRS in each
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, text=True, capture_output=True, check=False
    )
    return {
        "date": host.run("date -u +%F").strip(),
        "commit": commit.stdout.strip(),
        "theirs": found[0],
        "core": version("ansible-core"),
        "controller": ".".join(map(str, sys.version_info[:3])),
        "podman": host.run("podman --version").split()[-1],
        "python": host.run("python3 --version").split()[-1],
        "podman_py": host.run("python3 -c 'import podman; print(podman.__version__)'").strip(),
        "system": host.run(". /etc/os-release; echo $PRETTY_NAME").strip(),
        "cpu": f"{os.cpu_count()} cores of {model.strip()}",
        "ram": f"{pages / 2**30:.0f} GiB",
        "kernel": os.uname().release,
    }


def main() -> None:
    """Bring a host up, measure, write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often all but the whole hosts is measured (default: 3)"
    )
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "benchmarks.md")
    parser.add_argument("--figures", type=Path, help="keep the single figures in this file, as JSON")
    wish = parser.parse_args()
    bed = Testbed()
    try:
        host = prepare(bed.up("bench"))
        host.good("user", name=plays.ACCOUNT, uid=plays.UID)
        host.good("image", user=plays.ACCOUNT, name=BUSYBOX)
        lines, floors = [], []
        for turn in range(wish.rounds):
            print(f"bench: round {turn + 1} of {wish.rounds}", file=sys.stderr, flush=True)
            lines += play(host, plays.rounds(BUSYBOX, 1), host.folder / "times")
            floors.append(raw(host))
        print("bench: whole hosts", file=sys.stderr, flush=True)
        apps, sites = whole_hosts(host)
        lines += apps
        print("bench: memory", file=sys.stderr, flush=True)
        figures = {
            "tasks": lines,
            "raw": floors,
            "sites": sites,
            "memory": memory(host),
            "machine": machine(host),
        }
        figures["machine"]["rounds"] = str(wish.rounds)
        host.remove_account(plays.ACCOUNT)
    finally:
        bed.close()
    if wish.figures:
        wish.figures.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    told = table.document(figures)
    wish.out.write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
