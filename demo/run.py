# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From nothing to a real app on a rootless host: `make demo`, `make demo HOST=user@server`, `make demo-down`.

Only the standard library. It calls what a reader can call as well, the testbed and two playbooks, and shows it.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # root would leave __pycache__ folders in somebody's checkout

from places import (  # noqa: E402
    HERE,
    HOST_NAME,
    PHASES,
    ROOT,
    TESTBED,
    DemoError,
    Place,
    address_of,
    call,
    disposable_place,
    folder_of,
    phase,
    real_place,
    say,
)

ACCOUNT = "miniflux"
PATIENCE = 40  # seconds for the app to answer


def table(told: dict[str, Any]) -> list[str]:
    """Who runs what: the app's containers first, then what looks after them."""
    containers = {each["id"]: each for each in told["containers"]}
    groups: dict[tuple[Any, ...], list[str]] = {}
    for process in told["processes"]:
        in_container = process["uid"] != told["uid"]
        container = containers.get(process["container"], {})
        where = (
            (f"pod {container['pod']}" if container.get("infra") else f"container {container['name']}")
            if container
            else "another container"
        )
        key = (
            (0, where, process["uid"], process["inside"])
            if in_container
            else (1, f"account {ACCOUNT}", process["uid"], None)
        )
        groups.setdefault(key, []).append(process["command"])
    rows = [("where", "uid on the host", "uid inside", "processes")]
    for (_order, where, uid, inside), commands in sorted(
        groups.items(), key=lambda item: (item[0][0], item[0][1], item[0][2])
    ):
        counted = [
            f"{name} x{commands.count(name)}" if commands.count(name) > 1 else name
            for name in sorted(set(commands))
        ]
        rows.append((where, str(uid), "-" if inside is None else str(inside), ", ".join(counted)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  " + "  ".join("-" * min(width, 60) for width in widths))
    return lines


def await_answer(place: Place, url: str) -> None:
    """Ask from outside the host until the app says OK."""
    say(f"$ curl {url}/healthcheck")
    begun, reason = time.monotonic(), "no answer"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() - begun < PATIENCE:
        try:
            with opener.open(f"{url}/healthcheck", timeout=5) as answer:
                said = answer.read(100).decode(errors="replace").strip()
            if said == "OK":
                say(said)
                return
            reason = f"it says {said!r}"
        except OSError as error:
            reason = str(getattr(error, "reason", error))
        time.sleep(0.5)
    raise DemoError(
        f"{url} did not answer within {PATIENCE} s ({reason}); a firewall in the way? If not, look at its log: "
        + as_account(place, f"podman logs {ACCOUNT}-web")
    )


def login_works(url: str, password: Path) -> bool:
    """Whether the password in our file is the one that the app has."""
    word = base64.b64encode(b"admin:" + password.read_bytes().strip()).decode()
    request = urllib.request.Request(f"{url}/v1/me", headers={"Authorization": f"Basic {word}"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code != 401
    except OSError:
        return True  # nothing known against it


def as_account(place: Place, command: str) -> str:
    """A line that runs a command as the app's account, for a person to copy."""
    line = f"systemd-run --user -M {ACCOUNT}@.host -qP --wait {command}"
    if place.disposable:
        return f"tests/testbed/testbed run {HOST_NAME} {line}"
    return f"on {place.name}, as root: {line}"


def farewell(place: Place, url: str, told: dict[str, Any]) -> None:
    """The table, and what to try next."""
    ranges = ", ".join(f"{start} to {start + count - 1}" for start, count in told["ranges"])
    say(f"\nMiniflux runs at  {url}  (host {place.name})\n")
    for line in table(told):
        say(line)
    say(
        f"\nAccount {ACCOUNT} has uid {told['uid']}, a home of its own and no shell; its containers run as ids of its range"
    )
    say(f"{ranges}, which belong to nobody else. Nothing of the app runs as root. No daemon: a podman")
    say("in the table is the account's API service, which ends 5 s after its last call.\n")
    password = (place.folder / "passwords/admin").relative_to(ROOT)
    inventory = place.inventory.relative_to(ROOT)
    if not login_works(url, ROOT / password):
        say(
            f"The app has another admin password than {password}: its database was made from another checkout,"
        )
        say("or before .cache was removed. Start afresh with: make demo-down\n")
    tries = [
        ("log in", f"{url}  name: admin  password: cat {password}"),
        ("change it", "edit demo/group_vars/all.yml, then: make demo"),
        (
            "or look first",
            f". .cache/venv-demo/bin/activate; ansible-playbook -i {inventory} playbooks/site.yml --check --diff",
        ),
        ("its containers", as_account(place, "podman ps --pod")),
        ("its log", as_account(place, f"podman logs {ACCOUNT}-web")),
    ]
    if place.disposable:
        tries += [
            ("reboot it", f"tests/testbed/testbed reboot {HOST_NAME} && sleep 5 && curl {url}/healthcheck"),
            (
                "pull the plug",
                f"tests/testbed/testbed kill {HOST_NAME}; tests/testbed/testbed up {HOST_NAME} && sleep 5 && curl {url}/healthcheck",
            ),
            ("a shell on it", f"tests/testbed/testbed run {HOST_NAME} bash -i"),
            ("take it away", "make demo-down"),
        ]
    else:
        tries.append(("take it away", f"make demo-down HOST={os.environ.get('HOST', '')}  (says how)"))
    say("What to try next")
    for title, line in tries:
        say(f"  {title:<15} {line}")
    say("\nTimes: " + ", ".join(f"{title} {seconds:.0f} s" for title, seconds in PHASES))


def prepare() -> None:
    """What make sets, for whoever calls demo/demo directly."""
    os.environ.setdefault("ANSIBLE_CONFIG", str(ROOT / "ansible.cfg"))
    os.environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".cache/collections"))
    os.environ["PATH"] = f"{ROOT / '.cache/venv-demo/bin'}:{os.environ['PATH']}"
    for tool in ("ssh", "ansible-playbook"):
        if shutil.which(tool) is None:
            raise DemoError(
                f"{tool} is missing; run: "
                + ("apt-get install openssh-client" if tool == "ssh" else "make demo")
            )


def up() -> None:
    """Host, base image, site.yml, and a look at the result."""
    target = os.environ.get("HOST", "").strip()
    with phase("host"):
        # The testbed brings ssh with it, where it is missing.
        place = real_place(target) if target else disposable_place()
    prepare()
    playbook = ["ansible-playbook", "-i", place.inventory]
    with phase("base image"):
        call(
            [*playbook, HERE / "base.yml"],
            f"the base image could not be made on {place.name}; the task above that failed says why.",
        )
    with phase("site.yml"):
        call(
            [*playbook, ROOT / "playbooks/site.yml"],
            f"site.yml failed on {place.name}; the task above says why. Mend it and run the same command again.",
        )
    with phase("answer"):
        told = json.loads(place.run_python(HERE / "what_runs.py", ACCOUNT))
        ports = sorted({port for container in told["containers"] for port in container["ports"]})
        if not ports:
            raise DemoError(
                f"no container of {ACCOUNT} publishes a port on {place.name}; have a look with: {as_account(place, 'podman ps -a')}"
            )
        address = f"[{place.address}]" if ":" in place.address else place.address
        url = f"http://{address}:{ports[0]}"
        await_answer(place, url)
    farewell(place, url, told)


def down() -> None:
    """Remove what `up` made on this machine."""
    target = os.environ.get("HOST", "").strip()
    if not target:
        call([TESTBED, "down", HOST_NAME], "the disposable host was not removed; the line above says why.")
        shutil.rmtree(folder_of(HOST_NAME), ignore_errors=True)
        return
    inventory = shlex.quote(str((folder_of(address_of(target)) / "hosts.yml").relative_to(ROOT)))
    say(f"Nothing on {target} was touched. This removes the app with its account and all its data there:")
    say("  . .cache/venv-demo/bin/activate; export ANSIBLE_CONFIG=ansible.cfg")
    say(f"  ansible -i {inventory} all -m rootless.podman.user -a 'name={ACCOUNT} state=absent remove=true'")
    say(f"  ansible -i {inventory} all -m ansible.builtin.file -a 'path=/var/lib/rootless-demo state=absent'")


def main() -> int:
    """Exit status: 0, 1 with one sentence, 2 for wrong usage."""
    words = sys.argv[1:]
    if words not in ([], ["down"]):
        print("usage: [HOST=user@server] demo/demo [down]", file=sys.stderr)
        return 2
    try:
        down() if words else up()
    except DemoError as reason:
        print(f"demo: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; run the same command again to go on, or: make demo-down", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
