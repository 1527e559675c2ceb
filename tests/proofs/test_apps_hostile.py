# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account does what it can against root: links and pipes in its home, strange sockets, names with slashes.

Nothing outside of its home is read or written, another account's app in the same task is not disturbed, and the task ends soon, as
declared or with one sentence.
"""

from __future__ import annotations

import json
import time

import pytest
from support.host import STAGE
from support.many import app, name_of, no_apps
from support.prepare import BUSYBOX
from support.snapshot import differences, take

NAME, OTHER = name_of(0), name_of(1)
APPS = [app(0), app(1)]
FILE = f"~/apps/{NAME}/settings.conf"
KEY = "~/.local/share/containers/rootless.podman.key"
NOTES = f"~/.local/share/containers/rootless.podman.app.{NAME}.json"
DROPIN = "~/.config/systemd/user/podman-restart.service.d/rootless-podman.conf"
SOCKET = "$XDG_RUNTIME_DIR/podman/podman.sock"
# What only root may read, and what would show that somebody did.
MARK, PLACE = "for-roots-eyes-8f2c", "/srv/proof"
PREPARE = f"mkdir -m 700 -p {PLACE}; echo {MARK} | tee {PLACE}/secret {PLACE}/containers.conf > {PLACE}/settings.conf"
SECONDS = 120


def instead(path, make):
    """Something in the place of a file or folder, which is kept aside; and the way back."""
    return (
        f"mkdir -p $(dirname {path}); test ! -e {path} || mv {path} {path}.mine; {make} {path}",
        f"rm -f {path}; test ! -e {path}.mine || mv {path}.mine {path}",
    )


TRAPS = {
    "folder of apps leads to root's": instead("~/apps", f"ln -s {PLACE}"),
    "folder of the app leads to another home": instead(f"~/apps/{NAME}", f"ln -s ~{OTHER}"),
    "file leads to /etc/shadow": instead(FILE, "ln -s /etc/shadow"),
    "file leads to root's": instead(FILE, f"ln -s {PLACE}/settings.conf"),
    "file is a pipe": instead(FILE, "mkfifo"),
    "file is a folder": instead(FILE, "mkdir"),
    "draft of the file leads to /etc/passwd": instead(
        f"~/apps/{NAME}/.settings.conf.rp-new", "ln -s /etc/passwd"
    ),
    "key leads to root's": instead(KEY, f"ln -s {PLACE}/secret"),
    "key is a pipe": instead(KEY, "mkfifo"),
    "notes lead to root's": instead(NOTES, f"ln -s {PLACE}/secret"),
    "notes are a pipe": instead(NOTES, "mkfifo"),
    "draft of the notes leads to /etc/passwd": instead(f"{NOTES}.draft", "ln -s /etc/passwd"),
    "storage leads to another's": instead(
        "~/.local/share/containers", f"ln -s ~{OTHER}/.local/share/containers"
    ),
    "units lead to root's": instead("~/.config/systemd", f"ln -s {PLACE}"),
    "drop-in is a pipe": instead(DROPIN, "mkfifo"),
    "drop-in leads to /etc/shadow": instead(DROPIN, "ln -s /etc/shadow"),
    "settings lead to root's": instead(
        "~/.config/containers/containers.conf", f"ln -s {PLACE}/containers.conf"
    ),
    "socket leads to another engine's": instead(
        SOCKET, f"ln -s /run/user/$(id -u {OTHER})/podman/podman.sock"
    ),
    "socket leads to root's server": instead(SOCKET, "ln -s /run/proof.sock"),
    "socket leads to systemd's": instead(SOCKET, "ln -s /run/systemd/private"),
    "socket is a pipe": instead(SOCKET, "mkfifo"),
    "folder of the socket leads to another's": instead(
        "$XDG_RUNTIME_DIR/podman", f"ln -s /run/user/$(id -u {OTHER})/podman"
    ),
}
MANNERS = ("silent", "garbage", "endless", "drop by drop", "no json", "deep", "numbers", "maps", "null")
STRANGE_NAMES = {
    "app": ("apps", {"apps": [{"name": "../x"}]}),
    "account": ("apps", {"apps": [{"name": "x", "user": f"../{OTHER}"}]}),
    "container": ("apps", {"apps": [{"name": NAME, "containers": [{"name": "../x", "image": BUSYBOX}]}]}),
    "pod": ("apps", {"apps": [{"name": NAME, "pods": [{"name": "a/b", "containers": []}]}]}),
    "volume": ("apps", {"apps": [{"name": NAME, "volumes": [{"name": "../x"}]}]}),
    "network": ("apps", {"apps": [{"name": NAME, "networks": [{"name": "../x"}]}]}),
    "secret": ("apps", {"apps": [{"name": NAME, "secrets": [{"name": "../x", "data": "open sesame"}]}]}),
    "file": ("apps", {"apps": [{"name": NAME, "files": [{"path": "../../x", "content": "x"}]}]}),
    "unit": (
        "quadlet",
        {"user": NAME, "name": "../x.container", "content": f"[Container]\nImage={BUSYBOX}\n"},
    ),
    "unit below": (
        "quadlet",
        {"user": NAME, "name": "a/x.container", "content": f"[Container]\nImage={BUSYBOX}\n"},
    ),
}


@pytest.fixture(scope="module")
def deployed(host):
    host.run(PREPARE)
    server = f"setsid python3 {STAGE}/strange_socket.py /run/proof.sock silent"
    host.run(f"{server} > /dev/null 2>&1 < /dev/null & echo $! > /run/proof.pid")
    try:
        yield host.good("apps", apps=APPS)
    finally:
        host.run(f"kill $(cat /run/proof.pid); rm -rf {PLACE} /run/proof.*", check=False)
        no_apps(host, 2)


def outside(host):
    """What there is beside the account's own home."""
    there = take(host, OTHER)
    there["files"] = {
        path: each for path, each in there["files"].items() if not path.startswith(f"/home/{NAME}")
    }
    return there


def is_one_sentence(message):
    return "\n" not in message and "Traceback" not in message and "internal" not in message


def run_under_attack(host):
    """A run of ``apps`` and looks of the info modules while the account does its worst."""
    before, begun = outside(host), time.monotonic()
    told = host.module("apps", apps=APPS)
    seconds = time.monotonic() - begun
    looks = [
        host.module("apps_info"),
        host.module("container_info", user=NAME),
        host.module("host_info", users=[NAME]),
    ]
    mine, others = told["apps"]
    print(f"\n    {seconds:.1f} s: {mine['msg'] or 'as declared'}")
    assert seconds < SECONDS
    assert (others["failed"], others["plan"]) == (False, [])
    assert all(is_one_sentence(each.get("msg") or "") for each in [told, *looks])
    assert MARK not in json.dumps([told, looks])
    assert differences(before, outside(host)) == []
    assert host.run("cat /run/proof.sock.asked", check=False) == ""
    return mine


def serve_again(host):
    """More often than systemd takes for well: the runs are short."""
    manager = f"systemctl --user -M {NAME}@"
    host.run(f"{manager} reset-failed podman.socket; {manager} restart podman.socket")


@pytest.mark.parametrize("trap", TRAPS)
def test_trap(trap, host, deployed):
    set_it, take_it_away = TRAPS[trap]
    host.run_as(NAME, set_it)
    try:
        run_under_attack(host)
    finally:
        host.run_as(NAME, take_it_away)
        serve_again(host)
    host.good("apps", apps=APPS)
    assert host.good("apps", apps=APPS)["changed"] is False


@pytest.mark.parametrize("manner", MANNERS)
def test_strange_socket(manner, host, deployed):
    line = (
        f"setsid python3 {STAGE}/strange_socket.py {SOCKET} '{manner}' > /dev/null 2>&1 < /dev/null & echo $!"
    )
    server = host.run_as(NAME, line).strip()
    try:
        host.run_as(NAME, "sleep 0.3")
        assert run_under_attack(host)["failed"]
    finally:
        host.run(f"kill {server}", check=False)
        serve_again(host)
    assert host.good("apps", apps=APPS)["changed"] is False


@pytest.mark.parametrize("what", STRANGE_NAMES)
def test_names_with_slashes(what, host, deployed):
    before = take(host, NAME, OTHER)
    module, arguments = STRANGE_NAMES[what]
    told = host.module(module, **arguments)
    print(f"\n    {told.get('msg')}")
    assert told.get("failed")
    assert is_one_sentence(told["msg"])
    assert differences(before, take(host, NAME, OTHER)) == []


# What an account can put before a unit of its manager (reference of the quadlet module), as tests/integration/test_quadlet.py does it.
WAYS = (
    ".config/containers/systemd/web.container",
    ".config/containers/systemd/web.container.d/x.conf",
    ".config/containers/systemd/container.d/x.conf",
    ".config/systemd/user/web.service",
    ".config/systemd/user/web.service.d/x.conf",
    ".config/environment.d/x.conf",
    ".config/containers/containers.conf",
    "run/containers/systemd/web.container",
    "run/systemd/user.control/web.service.d/x.conf",
    "run/systemd/user/web.service",
    "run/systemd/transient/web.service",
)


@pytest.mark.parametrize("where", ["its own", "the account's, mounted", "the host's, as its mapped root"])
def test_no_unit_can_be_shadowed_from_a_container(where, host, deployed):
    """A hardened container is not the account: neither inside, nor when its home is mounted, nor as a process on the host."""
    runtime = host.run(f"echo /run/user/$(id -u {NAME})").strip()
    # Podman itself makes scopes there.
    look = f"find /home/{NAME}/.config {runtime}/systemd {runtime}/containers ! -name '*.scope' | sort"
    before = host.run(look)
    paths = [f"{runtime}/{way[4:]}" if way.startswith("run/") else f"/home/{NAME}/{way}" for way in WAYS]
    tries = (
        "; ".join(f"mkdir -p $(dirname {path}) && echo evil > {path} && echo {path}" for path in paths)
        + "; echo tried"
    )
    if where == "its own":
        line = f'podman exec {NAME}-web sh -c "{tries}"'.replace("$", "\\$")
        told = host.run_as(NAME, line, check=False)
    elif where == "the account's, mounted":
        mounts = f"--volume /home/{NAME}:/home/{NAME} --volume {runtime}:{runtime}"
        line = f'podman run --rm --userns nomap --cap-drop all {mounts} {BUSYBOX} sh -c "{tries}"'.replace(
            "$", "\\$"
        )
        told = host.run_as(NAME, line, check=False)
    else:
        first = host.run(f"grep ^{NAME}: /etc/subuid | cut -d: -f2").strip()
        told = host.run(
            f"setpriv --reuid {first} --regid {first} --clear-groups sh -c '{tries}'", check=False
        )
    print(f"\n    {where}: {told.split()}")
    written = [] if where != "its own" else [path for path in paths if path.startswith("/run/")]
    # Inside, /run is the container's own.
    assert told.split() == [*written, "tried"]
    assert host.run(look) == before


def test_removal_follows_no_link(host, deployed):
    host.run_as(
        NAME,
        f"ln -s {PLACE} ~/one; ln -s ~{OTHER} ~/apps/two; ln -s /etc ~/.config/three; ln -s {PLACE} ~/.local/share/containers/storage/volumes/four; "
        "mkfifo ~/pipe ~/apps/pipe; chmod 0 ~/apps",
    )
    before = outside(host)
    gone = {"name": NAME, "state": "absent", "remove_data": True}
    told = host.module("apps", apps=[gone], export_to="/var/lib/proof")
    print(f"\n    {told.get('msg') or [str(each) for each in told.get('warnings') or []]}")
    assert is_one_sentence(told.get("msg") or "")
    assert MARK not in host.run(
        "tar -xOf /var/lib/proof/*/*.tar 2>/dev/null; rm -rf /var/lib/proof", check=False
    )
    host.good("user", name=NAME, state="absent", remove=True)
    changed = [
        each for each in differences(before, outside(host)) if NAME not in each and "/etc/" not in each
    ]
    assert changed == []
    host.good("apps", apps=APPS)
