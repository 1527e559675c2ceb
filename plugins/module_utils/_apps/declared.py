# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task declares: apps, checked whole before anything is touched.

Files that options name (``env_file``) are not read here, because this may be root's process; the account's own reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableSet
from typing import Any

from .. import (
    _arguments,
    _container_wanted,
    _errors,
    _images,
    _network_road,
    _secret_road,
    _values,
    _volume_road,
    _wanted,
)
from .._accounts import user_task
from .._resources import network, secret, volume
from . import hooks, logins, order, roads
from .app import App, entries, raw_units, refuse_twins
from .files import ARGUMENTS as FILE_ARGUMENTS
from .files import file_of
from .units import units

LISTS = ("images", "networks", "volumes", "secrets", "files", "pods", "containers")
APP: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "rolled_back"], "default": "present"},
    "release": {"type": "int"},
    "keep_releases": {"type": "int", "default": 5},
    "user": {"type": "str"},
    "runtime": {"type": "str", "choices": _wanted.RUNTIMES},
    "account": {"type": "dict"},
    "remove_data": {"type": "bool", "default": False},
    "prune_data": {
        "type": "dict",
        "options": {
            "volumes": {"type": "list", "elements": "str"},
            "secrets": {"type": "list", "elements": "str"},
        },
    },
    "hooks": hooks.ARGUMENT,
    "logins": {"type": "list", "elements": "dict"},
    **{kind: {"type": "list", "elements": "dict"} for kind in LISTS},
}
# The kinds that one road brings about one by one: arguments, constraints and table of their own modules.
ROADS: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], Any]] = {
    "images": (_images.ARGUMENTS, _images.CONSTRAINTS, None),
    "networks": (_network_road.ARGUMENTS, _network_road.CONSTRAINTS, network.NETWORK.table),
    "volumes": (_volume_road.ARGUMENTS, _volume_road.CONSTRAINTS, volume.VOLUME.table),
    "secrets": (_secret_road.ARGUMENTS, _secret_road.CONSTRAINTS, secret.SECRET.table),
}
# A name that can be a folder.
APP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
# A secret in a file is hidden; a word of it is not, because it would be hidden wherever it stands.
SHORTEST = 8


def read(raw: list[Mapping[str, Any]], hidden: MutableSet[str], runtime: str = _wanted.AUTO) -> list[App]:
    """The task's apps, in ``runtime`` where they name none. What must not be shown is added to ``hidden`` first of all. Raises Failure."""
    withheld: set[str] = set()
    apps: list[App] = []
    try:
        apps = [_app(each, index, withheld, runtime) for index, each in enumerate(raw)]
        refuse_twins([app.name for app in apps], "apps")
        for app in apps:
            _read_kinds(app, withheld)
    finally:
        # Also when one of them is refused.
        files = [each for app in apps for each in app.files]
        hidden |= withheld | {each.content for each in files if len(each.content) >= SHORTEST}
        hidden |= _in_lines({*withheld, *(each.content for each in files if each.secret)})
    for app in apps:
        app.withheld = frozenset(withheld)
        app.units = units(app, "/", read_files=False)
        course = order.course(app.where, raw_units(app), app.units)
        if app.runtime == _wanted.SYSTEMD and app.present:
            roads.refuse(app, course)
        if app.state == "present":
            hooks.refuse_strangers(
                app.hooks, {each.name for unit in app.units for each in unit.containers}, app.where
            )
    refuse_shared_names(apps)
    return apps


def _in_lines(texts: Iterable[str]) -> set[str]:
    """Secrets as they show where something is told line by line; a short line of several would be hidden wherever it stands."""
    lines = {text: [line.strip() for line in text.splitlines()] for text in texts}
    return {
        line
        for several in lines.values()
        for line in several
        if len(line) >= SHORTEST or (line and len(several) == 1)
    }


def _app(raw: Any, index: int, hidden: MutableSet[str], runtime: str) -> App:
    name = str(raw.get("name") or "") if isinstance(raw, Mapping) else ""
    where = f"apps[{name if APP_NAME.fullmatch(name) else index}]"
    if not isinstance(raw, Mapping):
        raise _errors.Failure(f"{where}: a map that declares an app is needed, not {type(raw).__name__}.")
    params = _arguments.checked(raw, APP, where, "apps")
    if not APP_NAME.fullmatch(name):
        raise _errors.Failure(
            f"{where}.name: {name[:80]!r} was given, and a name of up to 63 letters, digits, '_', '.' and '-' is needed."
        )
    account = dict(params["account"] or {})
    beside = account.pop("name", None)
    user = str(params["user"] or beside or name)
    if beside is not None and str(beside) != user:
        raise _errors.Failure(
            f"{where}.account.name: {beside!r} was given beside user: {user}; name the account once, with user."
        )
    if user.isdigit():
        raise _errors.Failure(
            f"{where}.user: {user!r} is the account, and one of that name would be taken for a uid; name an account with user: NAME."
        )
    account = dict(
        _arguments.checked({"name": user, **account}, user_task.ARGUMENTS, f"{where}.account", "user", hidden)
    )
    try:
        user_task.require_text(account)
    except _errors.Failure as failure:
        option, _colon, why = failure.message.partition(": ")
        raise _errors.Failure(
            f"{where}.{'user' if option == 'name' else f'account.{option}'}: {why}."
        ) from None
    if account["state"] != "present" or account["remove"]:
        raise _errors.Failure(
            f"{where}.account: an app's account is removed with the app, by state: absent and remove_data: true of the app; "
            "take state and remove out."
        )
    for option in ("linger", "socket"):
        if not account[option]:
            raise _errors.Failure(
                f"{where}.account.{option}: false was given, and an app needs it, because without it its containers are not kept running; "
                "take it out."
            )
    if params["remove_data"] and params["state"] != "absent":
        raise _errors.Failure(
            f"{where}.remove_data: only goes with state: absent, and the app says state: {params['state']}; take one of them out."
        )
    if params["release"] is not None and params["state"] != "rolled_back":
        raise _errors.Failure(
            f"{where}.release: only goes with state: rolled_back, and the app says state: {params['state']}; take one of them out."
        )
    if params["keep_releases"] < 0:
        raise _errors.Failure(
            f"{where}.keep_releases: {params['keep_releases']} was given, and 0 or more is needed."
        )
    lists = {kind: list(params[kind] or []) for kind in LISTS}
    pruned = {kind: list((params["prune_data"] or {}).get(kind) or []) for kind in ("volumes", "secrets")}
    # Options of an account that nobody gave are not compared with another app's.
    given = {
        key: value for key, value in account.items() if key in (params["account"] or {}) and key != "name"
    }
    app = App(name, user, params["state"], given, params["remove_data"], pruned, lists)
    # One that goes back stays where it lives.
    app.runtime = params["runtime"] or (_wanted.AUTO if app.rolled_back else runtime)
    app.release, app.keep_releases = params["release"], params["keep_releases"]
    app.hooks = hooks.hooks_of(params["hooks"], where)
    app.logins = logins.declared(where, params["logins"] or [], hidden)
    for kind, names in pruned.items():
        both = sorted(set(names) & {str(each.get("name")) for each in lists[kind]})
        if both:
            raise _errors.Failure(
                f"{where}.prune_data.{kind}: {both[0]} is declared as well; name it in one place."
            )
    return app


def _read_kinds(app: App, hidden: MutableSet[str]) -> None:
    simple: dict[str, list[Mapping[str, Any]]] = {}
    for kind, (arguments, constraints, table) in ROADS.items():
        simple[kind] = []
        for where, raw in entries(app, kind):
            params = _arguments.checked(raw, arguments, where, kind[:-1], hidden, **constraints)
            if kind != "images" and not _values.OBJECT_NAME.fullmatch(str(params["name"])):
                raise _errors.Failure(
                    f"{where}.name: {params['name']!r} was given, and a name of letters, digits, '_', '.' and '-' is needed."
                )
            if table is not None and params["state"] != _container_wanted.ABSENT:
                table.parse(params, f"{where}.")
            simple[kind].append(params)
        refuse_twins([str(each["name"]) for each in simple[kind]], f"{app.where}{kind}")
    app.simple = simple
    for where, raw in entries(app, "files", "path"):
        if isinstance(raw.get("content"), (Mapping, list)):
            raise _errors.Failure(
                f"{where}.content: a {'map' if isinstance(raw['content'], Mapping) else 'list'} was given, and a text is needed; say which "
                "format it has to have, as in content: '{{ settings | to_json }}'."
            )
        app.files.append(file_of(_arguments.checked(raw, FILE_ARGUMENTS, where, "apps"), f"{where}."))
    refuse_twins([each.path for each in app.files], f"{app.where}files")
    for each in app.files:
        inside = [other.path for other in app.files if other.path.startswith(each.path + "/")]
        if inside:
            raise _errors.Failure(
                f"{app.where}files[{inside[0]}].path: {each.path} is a file, and cannot be a folder as well."
            )


def refuse_shared_names(apps: list[App]) -> None:
    """Apps of one account share its Podman: no two may declare the same object, nor an account in two ways."""
    owners: dict[tuple[str, str, str], str] = {}
    accounts: dict[str, App] = {}
    for app in (each for each in apps if each.present):
        for kind, names in app.names().items():
            for name in names if kind not in ("images", "files") else ():
                first = owners.setdefault((app.user, kind, name), app.name)
                if first != app.name:
                    raise _errors.Failure(
                        f"{app.where}{kind}: {name} is declared by app {first} too, in the same account {app.user}; "
                        "choose another name, or another account for one of them."
                    )
        other = accounts.get(app.user)
        if other is not None and app.account and other.account and app.account != other.account:
            raise _errors.Failure(
                f"{app.where}account: app {other.name} declares account {app.user} differently; say it once, or the same."
            )
        if other is None or app.account:
            accounts[app.user] = app
