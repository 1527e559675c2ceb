# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One account's systemd: brought up and taken down from outside, and spoken to as the account.

systemctl --user runs in a child that has become the account. That takes 16 ms where root's way in
(systemctl --user -M NAME@.host) takes 80 to 160 ms for its PAM session, works the same for a task that runs
as the account itself, and all that it writes below the home is written by the account. What is asked of units goes to the
manager itself, see ``_bus``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shlex
import subprocess
import time
from collections.abc import Sequence
from typing import Any, Callable

from . import _account, _bus, _errors, _name_server, _own_files, _service_states

# Where systemd looks for units that a package or an administrator brings for all managers, systemd.unit(5).
UNIT_FOLDERS = (
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
    "/lib/systemd/user",
)
# A manager is up in 0.2 s; a loaded machine at boot takes its time.
START_SECONDS = 90
# Longer than systemd's own 90 s for a unit that does not end, twice because units end one after another.
STOP_SECONDS = 240
# UserStopDelaySec of logind.conf(5) is 10 s, unless the host says otherwise.
FORGET_SECONDS = 30
# What Podman logs of its own work: a container's id, events that tell all labels of it, and that cgroups are not as it likes.
_NOISE = re.compile(
    r"[0-9a-f]{64}$|\d{4}-\d\d-\d\d \S+ \S+ \S+ m=[+-]|conmon [0-9a-f]+ <n(?:warn|debug|info)>"
)
# Seconds in which the words of a process arrive in the journal.
ARRIVE = 0.4
# A service that Quadlet made may have lines of 1 MiB.
_TEXT_LIMIT = 8 << 20
_SHOWN = ("LoadState", "ActiveState", "SubState", "UnitFileState", "Result")


@dataclasses.dataclass(frozen=True)
class Unit:
    """What the manager says of one unit, in systemd's words."""

    name: str
    load: str = "not-found"
    active: str = "inactive"
    sub: str = "dead"
    file: str = ""
    result: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it runs (or listens)."""
        return self.active in ("active", "reloading")

    @property
    def is_enabled(self) -> bool:
        """Whether it starts with the manager."""
        return self.file in ("enabled", "enabled-runtime", "static", "generated", "alias")


def service_of(account: _account.Account) -> str:
    """The system's unit that is the account's manager."""
    return f"user@{account.uid}.service"


def is_running(account: _account.Account) -> bool:
    """Whether the account's manager is up."""
    return bool(_system(["is-active", "--quiet", service_of(account)], 30)["rc"] == 0)


def start_manager(account: _account.Account) -> None:
    """Start the account's manager and return when it is ready for units. Needs root."""
    # On a host without systemd nothing below would say so plainly.
    if not os.path.isdir("/run/systemd/system"):
        raise _errors.Failure(
            "this host was not booted with systemd, and rootless containers that outlive their task need "
            "each account's systemd --user; "
            "use a host (or a virtual machine) that boots with systemd"
        )
    told = _system(["start", service_of(account)], START_SECONDS)
    if told["rc"] != 0:
        raise _errors.Failure(
            f"the systemd --user of account {account.name} does not start: {told['err']}; "
            f"see why with: journalctl -u {service_of(account)} -n 30"
        )


def stop_manager(account: _account.Account) -> None:
    """Stop the account's manager, its sessions and all that runs below them. Needs root."""
    for command in (["stop", service_of(account)], ["stop", f"user-{account.uid}.slice"]):
        told = _system(command, STOP_SECONDS)
        if told["rc"] not in (0, 5):  # 5: there is no such unit
            raise _errors.Failure(
                f"the systemd --user of account {account.name} does not stop: {told['err']}; "
                f"see why with: systemctl status user-{account.uid}.slice"
            )


def set_linger(account: _account.Account, wanted: bool) -> None:
    """Have systemd start the account's manager at boot and keep it, or not. Needs root."""
    if wanted:
        _await_forgotten(account)
    verb = "enable-linger" if wanted else "disable-linger"
    told = _call(["loginctl", verb, account.name], 30)
    if told["rc"] != 0:
        raise _errors.Failure(
            f"linger: loginctl {verb} {account.name} failed: {told['err']}; see: systemctl status "
            "systemd-logind"
        )


def _await_forgotten(account: _account.Account) -> None:
    """Wait until logind has forgotten who had the account's uid before.

    It keeps a user for UserStopDelaySec (10 s) and looks for linger under the name that it knows: a manager that starts meanwhile is
    nobody's, and would stay when its linger goes.
    """
    end = time.monotonic() + FORGET_SECONDS
    while os.path.exists(f"/run/systemd/users/{account.uid}") and time.monotonic() < end:
        told = _call(["loginctl", "show-user", "--property=Name", "--value", "--", str(account.uid)], 30)
        if told["out"].strip() in ("", account.name):
            return
        time.sleep(0.2)


def has_sessions(account: _account.Account) -> bool:
    """Whether somebody is logged in with the account."""
    told = _call(["loginctl", "show-user", "--property=Sessions", "--value", "--", account.name], 30)
    return bool(told["out"].strip())


def has_socket(account: _account.Account) -> bool:
    """Whether the file of the account's API socket is there."""
    return os.path.lexists(account.socket)


def missing_units(names: Sequence[str]) -> list[str]:
    """Those of the units that no package of the host brings for its managers."""
    return [
        name
        for name in names
        if not any(os.path.exists(os.path.join(folder, name)) for folder in UNIT_FOLDERS)
    ]


def units(account: _account.Account, names: Sequence[str]) -> dict[str, Unit]:
    """What the running manager says of each unit."""
    told = properties(account, names, _SHOWN)
    return {name: Unit(name, *(values.get(key, "") for key in _SHOWN)) for name, values in told.items()}


def settled(account: _account.Account, names: Sequence[str], seconds: float) -> dict[str, Unit] | None:
    """As ``units``, but first wait for those that are on their way up, for so many seconds at most. None where no manager runs."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = units(account, names)
        except _errors.Failure:
            # Asked only now: most often it answers.
            if is_running(account):
                raise
            return None
        if all(unit.active != "activating" for unit in found.values()) or time.monotonic() > end:
            return found
        time.sleep(0.2)


def properties(
    account: _account.Account, names: Sequence[str], keys: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Properties of units, in systemd's words; what the running manager does not know is left out."""
    if _bus.KNOWN.issuperset(keys):
        answered = _account.call_as(account, _bus.properties, account.runtime_dir, list(names), list(keys))
        if answered is not None:
            return {str(name): dict(values) for name, values in answered.items()}
    told = _ask(account, ["show", f"--property=Id,{','.join(keys)}", "--", *names], 30)
    if told["rc"] != 0:
        raise _errors.Failure(
            f"the systemd --user of account {account.name} does not answer: {told['err']}; "
            f"see why with: systemctl status {service_of(account)}"
        )
    return {
        name: {key: _bare(key, value) for key, value in re.findall("^(.*?)=(.*)$", block, re.MULTILINE)}
        for name, block in zip(names, told["out"].split("\n\n"))
    }


def _bare(key: str, value: str) -> str:
    """A value as the manager has it: of the names in a list, systemctl writes those with a backslash as for a shell."""
    if key not in _service_states.FOLLOWED_BY or '"' not in value:
        return value
    with contextlib.suppress(ValueError):
        return " ".join(shlex.split(value))
    return value


def units_on_host(names: Sequence[str]) -> dict[str, Unit]:
    """Which of the units would start with the manager of an account that does not exist yet."""
    said = _states(list(names), "/etc/systemd/user")
    return {name: _on_disk(name, said[name]) for name in names}


def units_on_disk(account: _account.Account, names: Sequence[str]) -> dict[str, Unit]:
    """Which of the units start with the account's manager, read from the links when it does not run."""
    home = _account.call_as(account, _states, list(names), os.path.join(account.home, ".config/systemd/user"))
    host = _states(list(names), "/etc/systemd/user")
    # The home's word counts first, as in systemd.
    return {name: _on_disk(name, home[name] or host[name]) for name in names}


def _on_disk(name: str, said: str) -> Unit:
    return Unit(name, "not-found" if missing_units([name]) else "loaded", file=said or "disabled")


def _states(names: list[str], folder: str) -> dict[str, str]:
    """For each unit: masked, enabled, or nothing said in this folder."""
    try:
        wants = [entry for entry in os.listdir(folder) if entry.endswith((".wants", ".requires", ".upholds"))]
    except OSError:
        wants = []
    said = dict.fromkeys(names, "")
    for name in names:
        own = os.path.join(folder, name)
        if os.path.islink(own) and os.readlink(own) == os.devnull:
            said[name] = "masked"
        elif any(os.path.lexists(os.path.join(folder, entry, name)) for entry in wants):
            said[name] = "enabled"
    return said


def enable(account: _account.Account, names: Sequence[str]) -> None:
    """Have the units start with the manager, also when somebody masked them for the account."""
    # The manager reads its units again once, not after each of the two.
    _do(account, ["unmask", "--no-reload", "--", *names], 30)
    _do(account, ["enable", "--", *names], 30)


def disable(account: _account.Account, names: Sequence[str]) -> None:
    """Have the units not start with the manager; one that is enabled for all accounts is masked here."""
    _do(account, ["disable", "--", *names], 30)
    stubborn = [name for name, unit in units(account, names).items() if unit.is_enabled]
    if stubborn:
        _do(account, ["mask", "--", *stubborn], 30)


def start(account: _account.Account, names: Sequence[str], seconds: float = START_SECONDS) -> None:
    """Start units and wait for the result of their jobs."""
    _do(account, ["start", "--", *names], seconds)


def stop(account: _account.Account, names: Sequence[str], seconds: float = STOP_SECONDS) -> None:
    """Stop units and wait until they are gone."""
    _do(account, ["stop", "--", *names], seconds)


def restart(account: _account.Account, names: Sequence[str], seconds: float = STOP_SECONDS) -> None:
    """Stop and start units and wait for the result of their jobs."""
    _do(account, ["restart", "--", *names], seconds)


def reload(account: _account.Account) -> None:
    """Have the manager read its units again (and generators run)."""
    _do(account, ["daemon-reload"], START_SECONDS)


def generated_texts(account: _account.Account, names: Sequence[str]) -> dict[str, str | None]:
    """What a generator made of units of the account when the manager last read its units; None for nothing."""
    told = _account.call_as(
        account, _texts, os.path.join(account.runtime_dir, "systemd", "generator"), list(names)
    )
    return {str(name): None if text is None else str(text) for name, text in told.items()}


def _texts(folder: str, names: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(names)
    for name in names:
        with contextlib.suppress(OSError):
            found[name] = _own_files.read(os.path.join(folder, name), _TEXT_LIMIT).decode("utf-8", "replace")
    return found


def try_start(
    account: _account.Account, verb: str, names: Sequence[str], seconds: float, block: bool = True
) -> str:
    """Start or restart units, waiting for the result of their jobs; empty, or what systemd says against it."""
    # A unit that failed too often before is not even tried.
    _ask(account, ["reset-failed", "--", *names], 30)
    told = _ask(account, [verb, *([] if block else ["--no-block"]), "--", *names], seconds, _call_to_start)
    return "" if told["rc"] == 0 else str(told["err"] or f"systemctl {verb} ended with {told['rc']}")


def forget_failed(account: _account.Account, names: Sequence[str]) -> None:
    """Have the manager forget units that failed, which are gone otherwise."""
    _ask(account, ["reset-failed", "--", *names], 30)


def last_lines(account: _account.Account, name: str, since: float, count: int = 5) -> list[str]:
    """The last lines that a unit of the account and its container logged since then; what systemd says of it when they are silent.

    Of a process that has ended when journald comes to its words, journald does not know the unit any more, only what
    ``_of_the_process`` says.
    """
    command = ["journalctl", "--quiet", "--no-pager", "--output=cat", "--lines=50", f"--since=@{since:.6f}"]
    mine = f"_UID={account.uid}"
    own = [*command, f"_SYSTEMD_USER_UNIT={name}", mine]
    if printed := _of_the_process(account, name):
        own += ["+", printed, "_TRANSPORT=stdout", mine]
    end = time.monotonic() + ARRIVE
    lines = _readable(own)
    while not lines and time.monotonic() < end:
        time.sleep(ARRIVE / 4)
        lines = _readable(own)
    return (lines or _readable([*command, f"USER_UNIT={name}", mine]))[-count:]


def _of_the_process(account: _account.Account, name: str) -> str:
    """A field of the journal by which the words of a service's last process are found, or of one before the main process; empty without any."""
    try:
        told = properties(account, [name], ["ExecMainPID", "SyslogIdentifier"]).get(name, {})
    except _errors.Failure:
        return ""
    if told.get("ExecMainPID", "0") != "0":
        return f"_PID={told['ExecMainPID']}"
    return f"SYSLOG_IDENTIFIER={told['SyslogIdentifier']}" if told.get("SyslogIdentifier") else ""


def _readable(command: list[str]) -> list[str]:
    """The lines that journalctl tells, as a person can read them, without what Podman notes of its own work."""
    told = _call(command, 30)["out"]
    lines = ["".join(each for each in line if each.isprintable()) for line in told.splitlines()]
    return [line[:300] for line in lines if line.strip() and not _NOISE.match(line)]


def lines_of_run(account: _account.Account, invocation: str) -> list[str]:
    """All that one run of a unit of the account printed. systemd tells the runs of a unit apart by an ID."""
    if not re.fullmatch("[0-9a-f]{32}", invocation):
        return []
    told = _call(
        [
            "journalctl",
            "--quiet",
            "--no-pager",
            "--output=cat",
            "--lines=5000",
            f"_SYSTEMD_INVOCATION_ID={invocation}",
            f"_UID={account.uid}",
        ],
        30,
    )
    return ["".join(each for each in line if each.isprintable()) for line in told["out"].splitlines()]


def is_reached(target: str) -> bool:
    """Whether a unit of the host, such as network-online.target, is active."""
    return bool(_system(["is-active", "--quiet", "--", target], 30)["rc"] == 0)


def _do(account: _account.Account, command: list[str], seconds: float) -> None:
    told = _ask(account, command, seconds)
    if told["rc"] != 0:
        names = [word for word in command[1:] if not word.startswith("--")]
        hint = f"journalctl _UID={account.uid} -n 30"
        raise _errors.Failure(
            f"systemctl --user {command[0]} {' '.join(names)} failed for account {account.name}: "
            f"{told['err']}; "
            f"see why with: {hint}"
        )


def _ask(
    account: _account.Account,
    command: list[str],
    seconds: float,
    call: Callable[[list[str], float], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Run systemctl --user as the account; rc, out and err."""
    told = _account.call_as(account, call or _call, ["systemctl", "--user", "--no-pager", *command], seconds)
    if told["rc"] != 0 and not os.path.isdir(account.runtime_dir):
        told["err"] = f"its systemd --user does not run (there is no {account.runtime_dir})"
    return dict(told)


def _system(command: list[str], seconds: float) -> dict[str, Any]:
    return _call(["systemctl", "--no-pager", *command], seconds)


def _call_to_start(argv: list[str], seconds: float) -> dict[str, Any]:
    """The same for what may bring a container onto a network."""
    _name_server.end_lost()
    return _call(argv, seconds)


def _call(argv: list[str], seconds: float) -> dict[str, Any]:
    """Run one of systemd's tools without a question to anybody; rc, out and one line of err."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, env=environment, check=False
        )
    except FileNotFoundError:
        return {"rc": 127, "out": "", "err": f"there is no {argv[0]} on this host"}
    except subprocess.TimeoutExpired:
        return {"rc": 124, "out": "", "err": f"it was not done after {seconds:.0f} s"}
    text = " ".join(done.stderr.decode("utf-8", "replace").split())
    return {"rc": done.returncode, "out": done.stdout.decode("utf-8", "replace"), "err": text[-600:]}
