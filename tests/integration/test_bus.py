# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the manager itself says of units is what systemctl says; and where the room cannot ask it, systemctl is asked.

An account may put what it likes in the place of its manager's socket, which systemctl uses as well.
"""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.host import STAGE, Host
from support.prepare import BUSYBOX

USER = "it-bus"
WEB: dict[str, Any] = {
    "user": USER,
    "name": "web",
    "image": BUSYBOX,
    "command": "sleep 100000",
    "stop_timeout": 1,
}
# As a generator would write it, where Podman brings none: before 4.6 a container has no unit of ours.
BY_HAND = "[Unit]\nSourcePath=/srv/web.container\n[Service]\nExecStart=podman start --attach web\n"
ODD = r"odd\x2dname@1.service"
NAMES = (
    "podman.socket",
    "podman-restart.service",
    "web.service",
    "never-was.service",
    "masked.service",
    "failed.service",
    "rubbish.service",
    "alias.service",
    ODD,
)
UNITS = {
    "leaf.service": "[Service]\nExecStart=sleep 100000\n",
    "failed.service": "[Service]\nExecStart=false\n",
    "rubbish.service": "nothing that systemd knows\n",
    ODD: "[Unit]\nRequires=leaf.service\n[Service]\nExecStart=sleep 100000\n",
}
# systemctl ends its blocks with an empty line, in the order of the names.
BOTH = textwrap.dedent("""\
    import json, os, subprocess, sys
    from ansible_collections.rootless.podman.plugins.module_utils import _bus
    names, keys = sys.argv[1:], sorted(_bus.KNOWN)
    asked = _bus.properties(os.environ["XDG_RUNTIME_DIR"], names, keys)
    command = ["systemctl", "--user", "--no-pager", "show", "--property=" + ",".join(keys), "--", *names]
    blocks = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\\n\\n")
    shown = {name: dict(line.split("=", 1) for line in block.splitlines() if line) for name, block in zip(names, blocks)}
    print(json.dumps({"asked": asked, "shown": shown, "keys": keys}))
    """)
# In the place of the manager's socket: systemctl, which is known by what it can do, is led to the manager; for all others it is something
# else. Who asked is noted.
LISTENER = textwrap.dedent("""\
    import os, select, signal, socket, sys, threading, time
    manner = sys.argv[1]
    os.chdir(os.environ["XDG_RUNTIME_DIR"] + "/systemd")
    def serve(connection):
        data = connection.recv(65536)
        room = b"NEGOTIATE_UNIX_FD" not in data
        with open("asked", "a") as file:
            file.write("room\\n" if room else "systemctl\\n")
        if not room:
            manager = socket.socket(socket.AF_UNIX)
            manager.connect("away")
            manager.sendall(data)
            other = {connection: manager, manager: connection}
            while True:
                for one in select.select(list(other), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        manager.close()
                        connection.close()
                        return
                    other[one].sendall(data)
        if manner == "silent":
            time.sleep(300)
        if manner == "nonsense":
            connection.sendall(os.urandom(8) * 4096)
        if manner == "nonsense later":
            connection.sendall(b"DATA\\r\\nOK 0123456789abcdef0123456789abcdef\\r\\n" + b"l\\2\\1\\1" + b"\\xff" * 4096)
        connection.close()
    signal.alarm(300)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("private")
    listener.listen(8)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """)


def makes_units(host: Host) -> bool:
    """Whether Podman makes services of containers: Debian 12 has an older one."""
    return not host.run("podman --version").split()[-1].startswith("4.3")


def web(host: Host) -> dict[str, Any]:
    """The container, in a unit where there are any."""
    return {**WEB, "runtime": "systemd" if makes_units(host) else "podman"}


def task(host: Host, module: str) -> dict[str, Any]:
    """What a task says that has nothing to do."""
    return {"name": USER, "check_mode": True} if module == "user" else web(host)


@pytest.fixture(name="lives", scope="module")
def _lives(host: Host) -> Iterator[Host]:
    """An account with a container in a unit, and units of its own in every state."""
    host.good("user", name=USER)
    try:
        by_hand = "" if makes_units(host) else BY_HAND
        host.good("container", **web(host))
        folder, units = "~/.config/systemd/user", {**UNITS, **({"web.service": by_hand} if by_hand else {})}
        files = [f"printf %s {shlex.quote(text)} > {shlex.quote(name)}" for name, text in units.items()]
        links = ["ln -s /dev/null masked.service", "ln -s leaf.service alias.service"]
        host.run_as(USER, " && ".join([f"mkdir -p {folder}", f"cd {folder}", *files, *links]))
        start = (
            f"systemctl --user start web.service {shlex.quote(ODD)}; systemctl --user start failed.service"
        )
        host.run_as(
            USER,
            f"systemctl --user daemon-reload; {start}; "
            "for each in $(seq 50); do systemctl --user is-failed failed.service && exit; sleep 0.1; done; exit 1",
        )
        yield host
    finally:
        host.remove_account(USER)


@pytest.fixture(name="both", scope="module")
def _both(lives: Host) -> dict[str, Any]:
    """What the room and systemctl say of all of them."""
    return both(lives, *NAMES)


def both(host: Host, *names: str) -> dict[str, Any]:
    line = f"PYTHONPATH={STAGE} python3 -B - {shlex.join(names)}"
    told: dict[str, Any] = json.loads(host.run_as(USER, line, stdin=BOTH.encode()))
    return told


@contextmanager
def replaced(host: Host, manner: str) -> Iterator[None]:
    """The manager's socket is elsewhere, and something in its place or nothing."""
    place = "cd $XDG_RUNTIME_DIR/systemd"
    host.run_as(USER, f"{place}; mv private away")
    process = ""
    try:
        if manner != "removed":
            line = f"setsid python3 -c {shlex.quote(LISTENER)} {shlex.quote(manner)} > /dev/null 2>&1 < /dev/null & echo $!"
            process = host.run_as(USER, line).strip()
            host.run_as(USER, f"{place}; for each in $(seq 50); do test -S private && exit; sleep 0.1; done; exit 1")  # fmt: skip
        yield
    finally:
        host.run(f"kill {process}" if process else "true", check=False)
        host.run_as(USER, f"{place}; rm -f asked; mv -f away private")


@pytest.mark.parametrize("name", NAMES)
def test_the_manager_and_systemctl_say_the_same(name: str, both: dict[str, Any]) -> None:
    shown = both["shown"][name]
    assert both["asked"] is not None
    # One list has a name that systemctl puts into quotes, see below.
    quoted = {"RequiredBy"} if name == "alias.service" else set()
    assert {key: value for key, value in both["asked"][name].items() if key not in quoted} == {
        key: value for key, value in shown.items() if key not in quoted
    }


def test_the_units_are_what_the_test_says_they_are(both: dict[str, Any]) -> None:
    """Else all might agree on nothing at all."""
    asked = both["asked"]
    assert {name: (told["LoadState"], told["ActiveState"]) for name, told in asked.items()} == {
        "podman.socket": ("loaded", "active"),
        "podman-restart.service": ("loaded", asked["podman-restart.service"]["ActiveState"]),
        "web.service": ("loaded", "active"),
        "never-was.service": ("not-found", "inactive"),
        "masked.service": ("masked", "inactive"),
        "failed.service": ("loaded", "failed"),
        "rubbish.service": ("bad-setting", "inactive"),
        "alias.service": ("loaded", "active"),
        ODD: ("loaded", "active"),
    }
    assert (asked["failed.service"]["Result"], asked["failed.service"]["ExecMainStatus"]) == (
        "exit-code",
        "1",
    )
    assert asked["web.service"]["SourcePath"].endswith("/web.container")
    assert asked["alias.service"]["Id"] == "leaf.service"
    # Of a socket there is a Result, and nothing else that only services have.
    assert set(both["keys"]) - set(asked["podman.socket"]) == {"Type", "NRestarts", "ExecMainStatus"}
    assert set(asked["web.service"]) == set(both["keys"])


def test_a_name_in_a_list_is_the_name_and_not_quoted(both: dict[str, Any]) -> None:
    """It is systemctl that writes it for a shell."""
    assert both["asked"]["alias.service"]["RequiredBy"] == ODD
    assert shlex.split(both["shown"]["alias.service"]["RequiredBy"]) == [ODD]


def test_a_job_that_waits_is_told(lives: Host) -> None:
    """Of a unit whose turn has not come, the number; once it has, nothing."""
    folder = "cd ~/.config/systemd/user"
    slow = "[Service]\nType=oneshot\nExecStart=sleep 100000\n"
    later = "[Unit]\nAfter=slow.service\n[Service]\nExecStart=true\n"
    lives.run_as(
        USER,
        f"{folder}; printf %s {shlex.quote(slow)} > slow.service; printf %s {shlex.quote(later)} > later.service; "
        "systemctl --user daemon-reload; systemctl --user start --no-block slow.service later.service",
    )
    try:
        told = both(lives, "slow.service", "later.service")
        assert int(told["asked"]["later.service"]["Job"]) > 0
        assert told["asked"]["slow.service"]["ActiveState"] == "activating"
        assert told["asked"] == told["shown"]
    finally:
        lives.run_as(USER, f"systemctl --user stop slow.service later.service; {folder}; rm slow.service later.service")  # fmt: skip


def test_what_is_no_name_of_a_unit_is_left_to_systemctl(lives: Host) -> None:
    """It knows what people mean."""
    told = both(lives, "web")
    assert told["asked"] is None
    assert told["shown"]["web"]["Id"] == "web.service"


# One that says nothing is waited for each time, so it is asked by one task.
@pytest.mark.parametrize(
    ("manner", "module"),
    [
        ("silent", "user"),
        *((manner, module) for manner in ("nonsense", "nonsense later", "hangs up") for module in ("user", "container")),
    ],
)  # fmt: skip
def test_where_the_room_is_not_answered_systemctl_is(manner: str, module: str, lives: Host) -> None:
    arguments = task(lives, module)
    with replaced(lives, manner):
        told = lives.good(module, **arguments)
        asked = lives.run_as(USER, "cat $XDG_RUNTIME_DIR/systemd/asked || true").split()
    assert told["changed"] is False
    # First the one, then the other, each time.
    assert asked or (module == "container" and not makes_units(lives))
    assert asked == ["room", "systemctl"] * (len(asked) // 2)


@pytest.mark.parametrize("module", ["user", "container"])
def test_without_the_socket_all_is_as_systemctl_has_it(module: str, lives: Host) -> None:
    """That of Debian 12 finds another way over the message bus of the account; later ones say that they do not."""
    arguments = task(lives, module)
    with replaced(lives, "removed"):
        works = lives.run_as(USER, "systemctl --user show --property=Id podman.socket && echo works || true")
        told = lives.module(module, **arguments)
    if "works" in works or (module == "container" and not makes_units(lives)):
        assert (told.get("failed", False), told["changed"]) == (False, False)
    else:
        assert told["failed"]
        assert f"the systemd --user of account {USER} does not answer: " in told["msg"]
        assert "\n" not in told["msg"]
    assert lives.good(module, **arguments)["changed"] is False
