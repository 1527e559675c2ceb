# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The apps of one account, in the process that became it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from .. import _account, _engine, _errors, _key, _module, _record, _switching, _unit_folder, _wanted
from .._accounts import user_task
from . import dns, record, runtime
from .app import App
from .quiet import Jobs
from .run import AppRun
from .services import about_of
from .shared import Shared, untouched
from .units import services
from .vacant import Outlook, Vacant

# What a home may hold that is not data of anybody: Podman's own, ours, and what every new account gets.
EXPECTED_AT_HOME = {
    ".local",
    ".config",
    ".cache",
    ".bash_logout",
    ".bashrc",
    ".profile",
    ".bash_history",
    "apps",
}


@dataclasses.dataclass(frozen=True)
class Job:
    """What is to be done as one account.

    ``vacant`` is set when it is not there yet: what its Podman will tell. ``declared`` is the account itself, where
    that has still to be looked at.
    """

    apps: list[App]
    check: bool
    diff: bool
    prune: bool
    vacant: Outlook | None = None
    exports: Mapping[str, str] = dataclasses.field(default_factory=dict)
    declared: Mapping[str, Any] | None = None
    # Check mode has planned something for the account, without which its Podman may not answer.
    promised: bool = False
    leaving: frozenset[str] = frozenset()
    # Apps whose hooks before the change have run, because units went.
    begun: frozenset[str] = frozenset()
    # Whether the task's process is root's, and units lie in root's folder.
    roots: bool = False
    # By app: the volumes of containers whose units have gone.
    mounted: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)


def converge(account: _account.Account, jobs: Mapping[str, Job]) -> dict[str, Any]:
    """Converge all apps of one account, one after the other; what is told of each.

    When the account itself is not as declared nothing is done but to say so: that is root's part, and comes first.
    """
    job = jobs[account.name]
    if job.declared is not None and not user_task.is_as_declared(job.declared):
        return {"account": True}
    if job.vacant is not None:
        engine: _engine.Engine = Vacant(account, job.vacant)
        key = os.urandom(_record.KEY_BYTES)
    else:
        try:
            if not job.promised:
                _account.require_linger(account)
            engine = _engine.Engine(account, job.check)
        except _errors.Failure as refusal:
            if job.promised:
                return _unseen(job, refusal)
            raise
        key = _key.record_key(account, engine)
    shared = Shared(
        account, engine, key, job.check, job.diff, job.prune, _kinds(job), _declared(account, job.apps), leaving=job.leaving, begun=job.begun,
        mounted=job.mounted, gone=frozenset(app.name for app in job.apps if not app.present),
        emptied=frozenset(app.name for app in job.apps if not app.present and app.remove_data),
    )  # fmt: skip
    folder = _unit_folder.Folder(account, job.roots)
    mended = [] if job.vacant else dns.answered(shared)
    runs = [
        AppRun(shared, runtime.settled(shared, app, folder), job.exports.get(app.name)) for app in job.apps
    ]
    for run in runs:
        run.depart()
    # What did not go uses its networks still.
    shared.gone -= {run.app.name for run in runs if run.failure is not None}
    told = [run.run() for run in runs]
    told[0]["plan"] = [each.public() for each in mended] + told[0]["plan"]
    if job.vacant is None:
        _look_at_units(shared, folder, [run.app for run in runs], told)
    return {
        "apps": told,
        "api_calls": engine.calls,
        "known": [] if job.vacant else record.apps(account),
        "remains": _remains(shared, told) if any(app.remove_data for app in job.apps) else [],
        "home": _strange_at_home(account, told) if any(app.remove_data for app in job.apps) else [],
    }


def _look_at_units(
    shared: Shared, folder: _unit_folder.Folder, apps: list[App], told: list[dict[str, Any]]
) -> None:
    """Tell of each app which of its units need nothing: one look for all of the account, by itself and beside those of others."""
    account, check = shared.account, shared.check
    tasks = {
        app.name: [
            (
                each.kind,
                _module.Task({**each.params, "in_app": {**each.links, **about_of(app, answer)}}, check),
            )
            for each in services(app, account.home)
        ]
        for app, answer in zip(apps, told)
        if app.present and app.runtime == _wanted.SYSTEMD and not answer["failed"]
    }
    jobs = Jobs(account, [task for several in tasks.values() for task in several], folder)
    # What check mode takes for gone is there for this look.
    listed = shared.look().containers if jobs.there and not shared.leaving else None
    found: Mapping[str, Any] = {}
    # Each that is not known to need nothing is looked at on its own road, where it says what is wrong.
    with contextlib.suppress(_errors.Failure):
        if jobs.there:
            found = jobs.look(_module.Task({}, check), shared.engine, shared.key, listed)["found"]
    quiet = jobs.judged(found)
    for app, answer in zip(apps, told):
        if app.name in tasks:
            answer["quiet"] = sorted(quiet & {str(task.params["name"]) for _kind, task in tasks[app.name]})


def _unseen(job: Job, refusal: _errors.Failure) -> dict[str, Any]:
    """What check mode tells of apps whose account has first to be mended: no more than that."""
    told = (
        "what it needs beside its account is not known, because that account's Podman does not answer now, "
        f"as it will in a run ({refusal.message.rstrip('.')})."
    )
    apps = [{**untouched(app), "warnings": [told]} for app in job.apps]
    return {"apps": apps, "api_calls": 0, "known": [], "remains": [], "home": [], "unseen": True}


def known(account: _account.Account) -> list[str]:
    """The apps of an account that the task does not name."""
    return record.apps(account)


def _kinds(job: Job) -> frozenset[str]:
    """What has to be listed beside containers; nothing that no app asks about."""
    kinds = set()
    for app in job.apps:
        units = [*app.raw["pods"], *app.raw["containers"]]
        if app.raw["pods"]:
            kinds.add("pods")
        members = [each for unit in units for each in [unit, *(unit.get("containers") or [])]]
        if any("secrets" in each or "secret" in each for each in members if isinstance(each, Mapping)):
            kinds.add("secrets")
        if job.prune or not app.present or app.rolled_back:
            kinds |= {"pods", "networks"}
        if app.remove_data or any(app.prune_data.values()):
            kinds |= {"volumes", "secrets"}
    return frozenset(kinds)


def _declared(account: _account.Account, apps: list[App]) -> dict[str, frozenset[str]]:
    """What the apps of the account declare: those of the task, and others as they were applied last."""
    present = [app.names() for app in apps if app.present]
    named = {app.name for app in apps}
    present += [record.read(account, name)[0] for name in record.apps(account) if name not in named]
    nothing = record.names_of(None)
    for app in apps:
        if not app.present and not app.remove_data:
            # One that goes leaves its data, which is not for another one that takes its own along. Once gone it has nothing else.
            declared, former = record.read(account, app.name)
            names = declared if any(declared.values()) else former
            present.append({**nothing, "volumes": names["volumes"], "secrets": names["secrets"]})
    return {kind: frozenset(name for names in present for name in names[kind]) for kind in record.KINDS}


def _remains(shared: Shared, told: list[dict[str, Any]]) -> list[str]:
    """Containers, pods and volumes that the account has beside what the apps take away."""
    removed = {
        (step["kind"], step["name"]) for each in told for step in each["plan"] if step["action"] == "remove"
    }
    # Check mode still sees the infra container of a pod that goes with its unit.
    gone_pods = {name for kind, name in removed if kind == "pod"} | shared.leaving
    listings = shared.look()
    found = []
    for each in listings.containers:
        name = str((each.get("Names") or ["?"])[0])
        if ("container", name) not in removed and str(each.get("PodName") or "") not in gone_pods:
            found.append(f"container {name}")
    found += [
        f"volume {each.get('Name')}"
        for each in listings.volumes
        if ("volume", str(each.get("Name"))) not in removed
    ]
    found += [
        f"app {name}" for name in record.apps(shared.account) if name not in {each["name"] for each in told}
    ]
    return sorted(found)


def _strange_at_home(account: _account.Account, told: list[dict[str, Any]]) -> list[str]:
    """What the home holds that would be lost with it although no volume and no file of an app is."""
    removed = {
        f"{each['name']}/{step['name']}"
        for each in told
        for step in each["plan"]
        if (step["kind"], step["action"]) == ("file", "remove")
    }
    # Those of a switch go with it, without a step of their own.
    removed |= {
        f"{each['name']}/{path}"
        for each in told
        for step in each["plan"]
        if (step["kind"], step["action"]) == ("container", "remove")
        for path in _switching.files_of(step["name"])
    }
    try:
        found = set(os.listdir(account.home)) - EXPECTED_AT_HOME
    except OSError as error:
        raise _errors.Failure(f"home: {account.home} cannot be read ({error.strerror or error}).") from error
    apps = os.path.join(account.home, "apps")
    closed: list[str] = []
    for place, _folders, files in os.walk(apps, onerror=lambda error: closed.append(str(error.filename))):
        left = {os.path.relpath(os.path.join(place, name), apps) for name in files} - removed
        found |= {f"apps/{name}" for name in left}
    return sorted(found | {os.path.relpath(each, account.home) for each in closed if each != apps})
