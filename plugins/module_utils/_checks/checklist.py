# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist of what rootless Podman needs: facts are probed, rows judge them, nothing is changed."""

from __future__ import annotations

import os
import platform
import pwd
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _account, _errors
from . import account_probe as _account_probe
from . import account_rows as _account_rows
from . import host_probe as _host_probe
from . import host_rows as _host_rows
from . import ids, leftovers, rows
from . import kernel_rows as _kernel_rows
from . import tool_rows as _tool_rows
from .facts import AccountFacts, HostFacts
from .files import described

HOST_CHECKS = _tool_rows.CHECKS + _kernel_rows.CHECKS + _host_rows.CHECKS
# Seconds for the answers of all sockets together.
PATIENCE = 4.0
# What Debian's and RPM's names have in common; a pattern (as dpkg-query knows them) is none.
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_WORDS = {
    "debian": {
        "install": "apt-get install",
        "uidmap": "uidmap",
        "subid": "uidmap",
        "dbus": "dbus-user-session",
    },
    "redhat": {
        "install": "dnf install",
        "uidmap": "shadow-utils",
        "subid": "shadow-utils-subid",
        "dbus": "dbus-daemon",
    },
    "": {
        "install": "install the package",
        "uidmap": "uidmap",
        "subid": "uidmap",
        "dbus": "dbus-user-session",
    },
}


def examine(
    users: Sequence[str] | None, packages: Sequence[str] = (), files: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole checklist as ``host_info`` returns it, with what is there of ``packages`` and ``files``.

    ``users`` None looks at the accounts that linger (as an account: at itself). Raises Failure
    for names that are none, for accounts that this process may not look into, and for paths that do not begin with /.
    """
    names = _names(users)
    _refuse_odd(packages, files)
    managers = [f"user@{account.uid}.service" for account in map(_account.find, names) if account is not None]
    host, seen = _host_probe.look(managers, packages)
    accounts = _look_at(names, host, seen)
    _find_stores(host, accounts)
    words = _WORDS[host.distribution.get("family", "")]
    findings = rows.judge_all(HOST_CHECKS, host, "host", words)
    for facts in accounts:
        findings += rows.judge_all(
            _account_rows.CHECKS, facts, facts.name, {**words, "name": facts.name, "uid": str(facts.uid)}
        )
    there = {path: told for path, told in ((path, described(path)) for path in files) if told}
    return {"changed": False, **_summary(findings), **_report(host, accounts), "files": there}


def _names(users: Sequence[str] | None) -> list[str]:
    """The accounts to look at, each once."""
    me = os.geteuid()
    if users is None:
        return ids.lingering() if me == 0 else [pwd.getpwuid(me).pw_name]
    names: dict[str, None] = {}
    for name in users:
        account = _account.find(name) if name else None
        if not name.strip() or any(character.isspace() or character in ":/" for character in name):
            raise _errors.Failure(
                f"users: {name!r} is no account name; give the names of rootless accounts, or [] for the host alone."
            )
        if account is not None and account.uid == 0:
            raise _errors.Failure(
                "users: root is no rootless account; its own containers are looked for in any case."
            )
        if account is not None and me not in (0, account.uid):
            raise _errors.Failure(
                f"users: this task runs as uid {me} and may not look into account {account.name}; add become: true."
            )
        names[account.name if account is not None else name] = None
    return list(names)


def _refuse_odd(packages: Sequence[str], files: Sequence[str]) -> None:
    for name in packages:
        if not _PACKAGE.fullmatch(name):
            raise _errors.Failure(
                f"packages: {name!r} is no name of a package; give names as the host's package manager has them, without versions."
            )
    for path in files:
        if not path.startswith("/") or "\0" in path:
            raise _errors.Failure(
                f"files: {path!r} is no path that begins with /; give whole paths of the host."
            )


def _look_at(
    names: Sequence[str], host: HostFacts, seen: Mapping[str, Mapping[str, str]]
) -> list[AccountFacts]:
    sockets = leftovers.listening_sockets()
    accounts = [_account_probe.outside(name, host, seen, sockets) for name in names]
    for facts in accounts:
        _account_probe.inside(facts, host)
    if len(accounts) > 1:
        for facts in accounts:
            _account_probe.knock(facts)
    end = time.monotonic() + PATIENCE
    for facts in accounts:
        _account_probe.ping(facts, max(0.2, min(_account_probe.PATIENCE, end - time.monotonic())))
    return accounts


def _find_stores(host: HostFacts, accounts: Sequence[AccountFacts]) -> None:
    """Whose storage is there already: all accounts are looked at while the host has still to be given a driver."""
    host.stores = {facts.name: facts.drivers for facts in accounts if facts.exists}
    at_risk = not host.conf.storage_driver and host.podman < _host_rows.OVERLAY_BY_ITSELF
    if os.geteuid() != 0 or not at_risk:
        return
    for name in sorted({each.owner for each in host.uid_ranges} - set(host.stores)):
        account = _account.find(name)
        if account is not None and account.uid != 0:
            host.stores[account.name] = _account_probe.storage_drivers(account, host)


def _summary(findings: list[dict[str, str]]) -> dict[str, Any]:
    counts = {
        level: sum(finding["level"] == level for finding in findings)
        for level in (rows.OK, rows.WARNING, rows.FAIL)
    }
    return {
        # Not "failed" and "warnings": Ansible reads those as its own.
        "ok": counts[rows.FAIL] == 0,
        "counts": counts,
        "failures": [rows.sentence(finding) for finding in findings if finding["level"] == rows.FAIL],
        "cautions": [rows.sentence(finding) for finding in findings if finding["level"] == rows.WARNING],
        "findings": findings,
    }


def _report(host: HostFacts, accounts: Sequence[AccountFacts]) -> dict[str, Any]:
    return {
        "distribution": host.distribution,
        "packages": host.packages,
        "versions": {**host.versions, "kernel": host.kernel, **_python_versions(host)},
        "python": {"executable": host.python, "podman_py": host.podman_py_path},
        "storage": {
            "driver": host.conf.storage_driver
            or ("overlay" if host.podman >= _host_rows.OVERLAY_BY_ITSELF else ""),
            "path": host.conf.storage_path,
            "accounts": host.stores,
        },
        "network": {"mode": host.network_mode, "backend": "netavark" if host.tools.get("netavark") else ""},
        "cgroups": {
            "version": host.cgroup_version,
            "controllers": host.controllers,
            "delegated": host.delegated or [],
        },
        "online": {"state": host.online, "started_by": host.online_pullers},
        "docker": {
            "socket": host.docker.socket,
            "processes": host.docker.processes,
            "members": host.docker.members,
            "podman_docker": host.docker.shim,
        },
        "security": {
            "selinux": host.selinux,
            "container_policy": host.container_policy,
            "apparmor": host.apparmor,
            "apparmor_podman": host.apparmor_podman,
        },
        "accounts": {facts.name: _account_report(facts) for facts in accounts},
    }


def _python_versions(host: HostFacts) -> dict[str, str]:
    found = {"python": platform.python_version()}
    if host.podman_py:
        found["podman_py"] = host.podman_py
    if host.jmespath:
        found["jmespath"] = host.jmespath
    return found


def _account_report(facts: AccountFacts) -> dict[str, Any]:
    if not facts.exists:
        return {"exists": False}
    return {
        "exists": True,
        "uid": facts.uid,
        "home": facts.home,
        "shell": facts.shell,
        "linger": facts.linger,
        "manager": facts.manager,
        "socket": facts.ping in ("answers", "unused"),
        "podman": facts.podman,
        "storage": {"path": facts.storage, "drivers": facts.drivers},
        "controllers": facts.controllers or [],
        "ranges": {
            "uid": [{"start": each.start, "count": each.count} for each in facts.uid_ranges],
            "gid": [{"start": each.start, "count": each.count} for each in facts.gid_ranges],
        },
    }
