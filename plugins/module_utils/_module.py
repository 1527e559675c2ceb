# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every module: parameters in, one typed result or one sentence out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule

from . import _bytecode, _collector
from ._account import Account, call_as, choose, require_linger
from ._engine import Engine
from ._errors import Failure
from ._key import record_key

# What the Podman of each account tells of itself, by uid. It takes longer than all else that is asked for a container, and a task in
# which many are made asks it in as many children.
_INFO: dict[int, dict[str, Any]] = {}
# What of a task the host's log may say in full.
ABOUT = ("user", "name", "state")


class Task:
    """What Ansible asked for: the parameters, check mode, diff mode, and a place for warnings."""

    def __init__(self, params: Mapping[str, Any], check: bool, diff: bool = False) -> None:
        self.params = params
        self.check = check
        self.diff = diff
        self.warnings: list[str] = []
        # Values that must not show in what the task tells, beside those that the argument spec names.
        self.hidden: set[str] = set()

    def warn(self, sentence: str) -> None:
        """Tell the person who runs the task something that does not stop it."""
        self.warnings.append(sentence)

    def require_root(self, purpose: str) -> None:
        """Raise Failure unless the process is root; ``purpose`` ends the sentence 'root is needed to …'."""
        if os.geteuid() != 0:
            raise Failure(
                f"this task runs as uid {os.geteuid()}, and root is needed to {purpose}; add become: true."
            )


class _Module(AnsibleModule):  # type: ignore[misc]
    """Tells the host's log which options a task gave, and of their values only whom and what it is about.

    Values of env, of commands, of units and of all that an app declares may be secrets, at places that no argument spec can name. The
    constructor's own no_log does not keep them back: Ansible sets that anew from the task's.
    """

    def _log_invocation(self) -> None:
        about = [name for name in ABOUT if isinstance(self.params.get(name), str)]
        told = [f"{name}={self.params[name]}" for name in about]
        others = sorted(
            name for name, value in self.params.items() if value is not None and name not in about
        )
        self.log(
            f"Invoked with {' '.join(told) or 'no name'}; values not shown: {', '.join(others) or 'none'}"
        )


def run(
    work: Callable[[Task], Mapping[str, Any]], argument_spec: Mapping[str, Any], **constraints: Any
) -> None:
    """Do ``work`` as an Ansible module and leave the process.

    ``constraints`` are AnsibleModule's own (mutually_exclusive, required_if ...). Every module
    supports check mode: ``work`` looks at ``task.check`` and then writes nothing.
    """
    _collector.set_aside()
    module = _Module(argument_spec=dict(argument_spec), supports_check_mode=True, **constraints)
    task = Task(module.params, module.check_mode, module._diff)
    try:
        result: dict[str, Any] = dict(work(task))
    except Failure as failure:
        _end(module, task)
        # Which step failed is for those who take many.
        facts = {name: value for name, value in failure.facts.items() if name != "step"}
        module.fail_json(msg=failure.message, **facts)
    except OSError as error:
        _end(module, task)
        module.fail_json(
            msg=f"the host refused: {error.strerror or error} ({error.filename or 'no file named'})."
        )
    else:
        _end(module, task)
        module.exit_json(**result)


def _end(module: AnsibleModule, task: Task) -> None:
    if not task.check:
        _bytecode.keep()
    module.no_log_values |= task.hidden
    for sentence in task.warnings:
        module.warn(sentence)


def run_in_account(
    work: Callable[[Task, Engine, bytes], Mapping[str, Any]],
    argument_spec: Mapping[str, Any],
    **constraints: Any,
) -> None:
    """Do ``work`` with the engine of the account that ``user:`` names, in a child that has become it.

    ``work`` gets the task, the engine and the account's record key. The result gains the number of
    calls that were made to Podman.
    """

    def enter(task: Task) -> Mapping[str, Any]:
        account = choose(task.params["user"])
        require_linger(account)
        return in_account(task, account, work)

    run(enter, {"user": {"type": "str"}, **argument_spec}, **constraints)


def in_account(
    task: Task, account: Account, work: Callable[[Task, Engine, bytes], Mapping[str, Any]]
) -> dict[str, Any]:
    """Do ``work`` in a child that has become the account, as ``run_in_account`` says."""

    def within() -> dict[str, Any]:
        engine = Engine(account, task.check, _INFO.get(account.uid))
        result = dict(work(task, engine, record_key(account, engine)))
        result["api_calls"] = engine.calls
        return {"result": result, "warnings": task.warnings, "info": engine.asked}

    answer: dict[str, Any] = call_as(account, within)
    if answer["info"]:
        _INFO[account.uid] = answer["info"]
    # The child began with what was told before.
    task.warnings[:] = answer["warnings"]
    result: dict[str, Any] = answer["result"]
    return result
