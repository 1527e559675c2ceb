# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A map inside a task, checked and converted as the task's own parameters are (pure)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, MutableSet
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from . import _errors

# What a task of its own says and a map inside another one does not, and where that is said instead.
ELSEWHERE = {
    "definition": "write its options beside its name",
    "runtime": "all of an app lives in one, which is said beside the name of the app",
}
# What Docker and compose say with restart.
POLICIES = ("always", "unless-stopped", "on-failure")


def checked(
    params: Mapping[str, Any],
    arguments: Mapping[str, Any],
    where: str,
    module: str = "",
    hidden: MutableSet[str] | None = None,
    **constraints: Any,
) -> Mapping[str, Any]:
    """The map with its defaults filled in. Raises Failure, which begins with ``where``.

    ``module`` is the one whose options these are, ``constraints`` are AnsibleModule's own. What must not be shown is
    added to ``hidden``, also when the map is refused.
    """
    arguments = dict(arguments)
    if params.get("restart") in POLICIES and "restart_policy" in arguments:
        raise _errors.Failure(
            f"{where}.restart: {params['restart']!r} was given, and restart says whether to start it anew; write restart_policy if that is meant."
        )
    if "container_user" in arguments:
        # The account is named elsewhere, so user is free for what Podman calls so.
        arguments["container_user"] = {**arguments["container_user"], "aliases": ["user"]}
    for name, value in params.items():
        argument = arguments.get(name, {})
        _refuse_form(value, argument, f"{where}.{name}")
        # Ansible itself stumbles over these.
        if "options" in argument and not isinstance(value, (Mapping, list, str, type(None))):
            raise _errors.Failure(f"{where}.{name}: {value!r} was given, and a map is needed.")
    # What nobody has said and has no default is nothing that could be checked; containers have very many options.
    said = {
        name: argument
        for name, argument in arguments.items()
        if argument.get("default") is not None
        or argument.get("required")
        or not params.keys().isdisjoint((name, *argument.get("aliases", ())))
    }
    try:
        found = ArgumentSpecValidator(said, **constraints).validate(dict(params))
    except (ArithmeticError, ValueError) as error:  # Ansible itself stumbles over infinity
        raise _errors.Failure(
            f"{where}: a number in it cannot be read ({error}); write a whole one."
        ) from error
    except TypeError as error:
        raise _errors.Failure(
            f"{where}: a value in it has another form than its option needs ({error})."
        ) from error
    if hidden is not None:
        hidden |= {str(each) for each in found._no_log_values}
    # Of a map inside it is a tuple of the names on the way.
    for unknown in sorted(
        each if isinstance(each, str) else ".".join(map(str, each)) for each in found.unsupported_parameters
    ):
        raise _errors.Failure(f"{where}: {_unknown(unknown, arguments, module)}.")
    if found.error_messages:
        told = " ".join(found.error_messages[0].split()).rstrip(".")
        raise _errors.Failure(f"{where}: {told if len(told) < 500 else told[:500] + ' ...'}.")
    return {**dict.fromkeys(arguments), **found.validated_parameters}


def _refuse_form(value: Any, argument: Mapping[str, Any], where: str) -> None:
    """Raise Failure for what is written in the form of another tool's option; Ansible's own words for it are hard to read."""
    if argument.get("type") == "list" and argument.get("elements") == "dict":
        if isinstance(value, Mapping):
            raise _errors.Failure(
                f"{where}: a map was given, and a list of maps is needed, each with its name in it."
            )
        for each in value if isinstance(value, list) else ():
            # Ansible takes JSON and key=value for a map.
            if not isinstance(each, Mapping) and not set(str(each)) & set("{="):
                raise _errors.Failure(
                    f"{where}: {str(each)[:60]!r} was given, and each entry has to be a map."
                )


def _unknown(name: str, arguments: Mapping[str, Any], module: str) -> str:
    """That there is no such option, and which one may be meant."""
    known = [
        each for option, argument in arguments.items() for each in (option, *argument.get("aliases", ()))
    ]
    near = difflib.get_close_matches(name, known, 1) if name not in ELSEWHERE and "." not in name else []
    cure = f"write {near[0]} if that is meant" if near else ELSEWHERE.get(name, "take it out")
    module = module or ("pod" if "containers" in arguments else "container")
    return f"{name[:60]!r} is no option; {cure}, or see: ansible-doc rootless.podman.{module}"
