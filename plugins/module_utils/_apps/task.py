# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task of module apps: check everything, the accounts, then the apps of all accounts at once, and what is told of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _account, _each_account, _errors, _libraries, _module, _plan, _wanted
from .._accounts import lock, removal
from .._accounts.home import look as look_at_home
from .._checks import ids
from .._plan import diff
from . import dns, release, releasing, rollout, run, runtime, services, shared
from .account import Job, converge, known
from .accounts import Accounts
from .app import App
from .declared import read
from .parting import Before, back_in, mounted, part, parting, refuse_roots

ARGUMENTS: dict[str, dict[str, Any]] = {
    "apps": {"type": "list", "elements": "dict", "required": True},
    "prune": {"type": "bool", "default": False},
    "runtime": {"type": "str", "choices": _wanted.RUNTIMES, "default": _wanted.AUTO},
    "export_to": {"type": "path", "default": "/var/lib/rootless.podman/exports"},
}
# Seconds that one account may take: pulls and migrations may be long.
PATIENCE = 6 * 3600.0
LOGINS = ("nologin", "false")


def travel(task: _module.Task) -> dict[str, Any]:
    """Converge all apps of the host; the task's result. Raises Failure at the end when one of them failed."""
    apps = read(task.params["apps"], task.hidden, task.params["runtime"])
    releases = releasing.Releases()
    host = _Host(task, releases.resolved(apps, task.hidden), releases)
    host.refuse()
    with contextlib.ExitStack() as turns:
        # In the same order for everybody, so that no two wait for each other.
        for user in sorted(host.by_account) if not task.check else ():
            turns.enter_context(lock.turn(user))
        return host.converge()


class _Host:
    """The apps of one host, by account."""

    def __init__(self, task: _module.Task, apps: list[App], releases: releasing.Releases) -> None:
        self.task, self.apps, self.releases = task, apps, releases
        self.root = os.geteuid() == 0
        self.by_account: dict[str, list[App]] = {}
        for app in apps:
            self.by_account.setdefault(app.user, []).append(app)
        self.accounts = Accounts(task, self.by_account)
        self.results: dict[str, dict[str, Any]] = {}
        self.exports: dict[str, str] = {}
        self.orphans: list[dict[str, str]] = []
        self.parted: dict[str, list[dict[str, Any]]] = {}  # units that went
        self.texts: dict[str, Before] = {}  # as they were
        self.gone: dict[str, list[str]] = {}  # names of what lived in them
        # As the accounts' processes have found them: where they live, and with which images.
        self.settled: dict[str, App] = {}
        self.begun: dict[str, dict[str, Any]] = {}  # what was told of hooks before that
        self.calls = 0

    def refuse(self) -> None:
        """Raise Failure for what this process cannot do for anybody."""
        if self.root:
            self.accounts.refuse()
            return
        for app in self.apps:
            refuse_roots(_account.choose(app.user), app, self.task.params["prune"])
            if app.account:
                raise _errors.Failure(
                    f"{app.where}account: this task runs as uid {os.geteuid()}, and root is needed to make accounts; add become: true, or take account out."
                )

    def converge(self) -> dict[str, Any]:
        """Accounts, then their apps, then what goes with an app that takes its data along."""
        there = {user: _account.find(user) for user in self.by_account}
        # Accounts that exist look at themselves, all at once. Most often nothing is to be done to them.
        known = [
            user for user, account in there.items() if account is not None and self.accounts.is_declared(user)
        ]
        left = self._work(known, looking=True) if self.root else known
        self._work([user for user in self.by_account if user not in known or user in left], looking=False)
        for user, apps in self.by_account.items():
            first = self.results[apps[0].name]
            first["plan"] = self.accounts.steps.get(user, []) + first["plan"]
            first["changed"] = first["changed"] or bool(self.accounts.steps.get(user))
        self.orphans += self._elsewhere()
        return self._result(sorted(self.orphans, key=lambda each: (each["user"], each["name"])))

    def _work(self, users: Sequence[str], looking: bool) -> list[str]:
        """Bring the apps of these accounts about, all accounts at once. Returns those on which root has to work first.

        ``looking`` leaves that to the accounts; without it root brings each account about before.
        """
        brought = {} if looking else self.accounts.bring(users)
        accounts: list[_account.Account] = []
        jobs: dict[str, Job] = {}
        for user in users:
            apps = self.by_account[user]
            begun = time.monotonic()
            declared = vacant = None
            try:
                if looking:
                    account: _account.Account | None = _account.choose(user)
                    declared = self.accounts.declared(user)
                else:
                    found = brought[user]
                    if isinstance(found, _errors.Failure):
                        raise found
                    account, vacant = found
                folders = self._folders(apps, account) if account else {}
                leaving = self._part(account, apps) if account and vacant is None else frozenset()
            except _errors.Failure as failure:
                self._fail(apps, failure, time.monotonic() - begun)
                continue
            if account is None:
                self.results.update({app.name: shared.untouched(app) for app in apps})
                continue
            accounts.append(account)
            check, diff, prune = self.task.check, self.task.diff, self.task.params["prune"]
            promised = check and bool(self.accounts.steps.get(user))
            jobs[user] = Job(
                apps,
                check,
                diff,
                prune,
                vacant,
                folders,
                declared,
                promised,
                leaving,
                frozenset(self.begun),
                self.root,
                {app.name: mounted(self.texts.get(app.name, {})) for app in apps},
            )
        if accounts:
            _libraries.podman_py()  # once, before the children are forked
        left, answers = [], {}
        for account, answer in zip(
            accounts, _each_account.call_as_each(accounts, converge, jobs, patience=PATIENCE)
        ):
            if isinstance(answer, _errors.Failure):
                self._fail(self.by_account[account.name], answer, 0.0)
            elif answer.get("account"):
                left.append(account.name)
            else:
                self._hear(account, answer)
                answers[account] = answer
        self._bring([account for account, answer in answers.items() if not answer.get("unseen")])
        for account, answer in answers.items():
            self._finish(account, answer)
        return left

    def _hear(self, account: _account.Account, answer: Mapping[str, Any]) -> None:
        """What the account's own process says of its apps."""
        apps = self.by_account[account.name]
        self.calls += answer["api_calls"]
        names = {app.name for app in apps}
        self.results.update({told["name"]: told for told in answer["apps"] if told["name"] in names})
        for app in apps:
            told = self.results[app.name]
            self.settled[app.name] = release.with_images(runtime.as_told(app, told), told.get("pins") or {})
            told["plan"] = self.parted.get(app.name, []) + told["plan"]
            first = self.begun.get(app.name, {})
            told["warnings"] += first.get("warnings", [])
            if first.get("hooks"):
                told["hooks"] = first["hooks"] + told.get("hooks", [])
            told["changed"] = bool(told["plan"])
        self.orphans += [
            {"name": name, "user": account.name} for name in answer["known"] if name not in names
        ]

    def _bring(self, accounts: Sequence[_account.Account]) -> None:
        """Bring about what lives in units; root works for several accounts at once where there is something to do."""
        busy = [
            account
            for account in accounts
            if any(
                services.has_work(self.settled[app.name], self.results[app.name])
                for app in self.by_account[account.name]
            )
        ]
        apart = busy if len(busy) > 1 else []
        for account in accounts:
            if account not in apart:
                self.calls += self._bring_one(account)["calls"]
        answers = (
            _each_account.call_as_each(apart, self._bring_one, patience=PATIENCE, become=False)
            if apart
            else []
        )
        for account, answer in zip(apart, answers):
            if isinstance(answer, _errors.Failure):
                self._fail(self.by_account[account.name], answer, 0.0)
            else:
                self.results.update(answer["results"])
                self.calls += answer["calls"]

    def _bring_one(self, account: _account.Account) -> dict[str, Any]:
        """The apps of one account, one after the other; what is told of them, and the calls that it took."""
        apps, calls, known = self.by_account[account.name], 0, True
        there = _account.find(account.name) is not None
        fetched: set[str] = set()
        for app in apps:
            told, settled = self.results[app.name], self.settled[app.name]
            before = len(told["plan"])
            if self.task.check:
                # An image that an app before this one would have fetched is not fetched again.
                told["made"] = sorted({*(told.get("made") or ()), *fetched})
            calls += services.bring(self.task, account, settled, told, there, known, app.name in self.begun)
            # What is done to one app may change what was seen of the next.
            known = known and len(told["plan"]) == before and not told["failed"]
            fetched |= rollout.pulled(told)
            back_in(self.task, account, settled, told, self.texts.get(app.name, {}))
        return {"results": {app.name: self.results[app.name] for app in apps}, "calls": calls}

    def _finish(self, account: _account.Account, answer: Mapping[str, Any]) -> None:
        """Releases, and what goes with an app that takes its data along."""
        apps = self.by_account[account.name]
        for app in apps:
            self.releases.took(self.settled[app.name], self.results[app.name], self.task.check)
        if not self.task.check and any(self.results[app.name]["plan"] for app in apps):
            try:
                _account.call_as(account, dns.answer, account)
            except _errors.Failure as failure:
                self.results[apps[-1].name]["warnings"].append(failure.message)
        self._close(account, apps, answer)

    def _part(self, account: _account.Account, apps: Sequence[App]) -> frozenset[str]:
        """Take away the units that go, before the account looks at its containers; the names of these."""
        gone = parting(account, apps, self.task.params["prune"])
        for name, files in gone.items():
            # Another look, when root had to bring the account about between the two, finds nothing any more.
            if name not in self.parted:
                app = next(each for each in apps if each.name == name)
                self.begun[name] = rollout.before_parting(self.task, account, app)
                steps, self.texts[name], self.gone[name] = part(self.task, account, files)
                self.parted[name] = self.begun[name]["plan"] + steps
        return frozenset(each for name in gone for each in self.gone[name])

    def _folders(self, apps: Sequence[App], account: _account.Account) -> dict[str, str]:
        """A folder for the volumes of each app that takes its data along, which only that account may write to for now."""
        found = {}
        for app in apps:
            if not app.remove_data:
                continue
            known = self.exports.get(app.name)
            folder = known or run.folder_for_export(self.task.params["export_to"], app.name)
            found[app.name] = self.exports[app.name] = folder
            if self.task.check or known:
                continue
            # Nobody but root can put a link where root is about to work.
            try:
                os.makedirs(self.task.params["export_to"], mode=0o711 if self.root else 0o700, exist_ok=True)
                os.mkdir(folder, 0o700)
                if self.root:
                    _give(folder, account.uid, account.gid)
            except OSError as error:
                raise _errors.Failure(
                    f"export_to: {error.filename} cannot be made ({error.strerror}); name another folder."
                ) from error
        return found

    def _close(
        self,
        account: _account.Account,
        apps: Sequence[App],
        answer: Mapping[str, Any],
    ) -> None:
        """Keep what was exported from the account, and take the account away when nothing of it is left."""
        for app in apps:
            folder = self.exports.get(app.name)
            if folder is None or self.task.check:
                continue
            with contextlib.suppress(OSError):
                os.rmdir(folder)  # nothing was exported
            if self.root and os.path.isdir(folder):
                _give(folder, 0, 0)
        told = [self.results[app.name] for app in apps]
        if not self.root or not all(app.remove_data for app in apps) or any(each["failed"] for each in told):
            return
        reason = _stays(account, answer)
        if reason:
            told[0]["warnings"].append(f"account {account.name} stays, because {reason}.")
            return
        try:
            removed = removal.absent(account.name, None, True, self.task.check)
        except _errors.Failure as failure:
            told[0].update(failed=True, msg=failure.message)
            return
        told[-1]["plan"] += [{**step.public(), "seconds": 0.0} for step in removed]
        told[-1]["changed"] = bool(told[-1]["plan"])

    def _elsewhere(self) -> list[dict[str, str]]:
        """Apps of accounts that the task does not name at all."""
        if not self.root:
            return []
        names = [name for name in ids.lingering() if name not in self.by_account]
        accounts = [account for account in map(_account.find, names) if account is not None and account.uid]
        found = []
        for account, answer in zip(accounts, _each_account.call_as_each(accounts, known)):
            if not isinstance(answer, _errors.Failure):
                found += [{"name": str(name), "user": account.name} for name in answer]
        return found

    def _fail(self, apps: Sequence[App], failure: _errors.Failure, seconds: float) -> None:
        for app in apps:
            self.results[app.name] = {
                **shared.untouched(app), "failed": True, "msg": failure.message, "duration": round(seconds, 3), **failure.facts,
            }  # fmt: skip

    def _result(self, orphans: list[dict[str, str]]) -> dict[str, Any]:
        ordered = [self.results[app.name] for app in self.apps]
        for each in ordered:
            for sentence in each.pop("warnings"):
                self.task.warn(f"app {each['name']}: {sentence}")
        result = {
            "changed": any(each["changed"] for each in ordered),
            "apps": ordered,
            "orphans": orphans,
            "api_calls": self.calls,
            "diff": [
                {
                    "before_header": each["name"],
                    "after_header": each["name"],
                    **diff(map(_step, each["plan"])),
                }
                for each in ordered
                if each["plan"]
            ],
        }
        failed = [each for each in ordered if each["failed"]]
        if failed:
            told = " ".join(f"app {each['name']} (account {each['user']}): {each['msg']}" for each in failed)
            raise _errors.Failure(told, **result)
        return result


def _step(told: Mapping[str, Any]) -> _plan.Step:
    """A step of a result, as the diff is drawn from it."""
    return _plan.Step(
        told["action"], told["kind"], told["name"], tuple(_plan.Reason(**each) for each in told["reasons"])
    )


def _give(folder: str, uid: int, gid: int) -> None:
    """Give a folder to somebody; never what a link in its place leads to."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchown(opened, uid, gid)
    finally:
        os.close(opened)


def _stays(account: _account.Account, answer: Mapping[str, Any]) -> str:
    """Why an account is not removed with its app; empty when it may go."""
    if answer["remains"]:
        return f"it has {', '.join(answer['remains'][:5])} beside the app"
    if answer["home"]:
        return f"its home holds {', '.join(answer['home'][:5])}, which is nobody's volume"
    if os.path.basename(account.shell) not in LOGINS:
        return f"somebody may log in with it (its shell is {account.shell})"
    home = look_at_home(account.home)
    return "" if home is not None and home.uid == account.uid else f"{account.home} is not its own"
