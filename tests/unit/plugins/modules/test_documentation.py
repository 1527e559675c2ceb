# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules take is what their documentation says: every option, alias, default and choice, both ways."""

from __future__ import annotations

import ast
import copy
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.utils.plugin_docs import merge_fragment

from ansible_collections.rootless.podman.plugins.module_utils import _module, _wanted

PLUGINS = Path(_module.__file__).parents[1]
NAMES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py") if path.stem != "__init__")
PACKAGE = "ansible_collections.rootless.podman.plugins"


class TakenError(Exception):
    """Carries what a module hands to AnsibleModule."""


def taken(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The arguments with which a module makes its AnsibleModule, without running it."""

    def make(**arguments: Any) -> None:
        raise TakenError(arguments)

    monkeypatch.setattr(_module, "_Module", make)
    with pytest.raises(TakenError) as caught:
        importlib.import_module(f"{PACKAGE}.modules.{name}").main()
    return caught.value.args[0]


def texts(name: str) -> dict[str, Any]:
    """DOCUMENTATION, EXAMPLES and RETURN of a module, with its fragments merged in as Ansible does it."""
    source = ast.parse((PLUGINS / "modules" / f"{name}.py").read_text(encoding="utf-8"))
    found = {
        node.targets[0].id: yaml.safe_load(node.value.value)
        for node in source.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    documentation = found["DOCUMENTATION"]
    for each in documentation.get("extends_documentation_fragment", []):
        module = importlib.import_module(f"{PACKAGE}.doc_fragments.{each.rsplit('.', 1)[1]}")
        fragment = yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)
        for part in ("options", "attributes"):
            documentation.setdefault(part, {})
            merge_fragment(documentation[part], copy.deepcopy(fragment.get(part, {})))
    return found


def shape(options: dict[str, Any], inner: str) -> dict[str, Any]:
    """Options as far as argument spec (``inner``: options) and documentation (suboptions) can agree."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": bool(option.get("required")),
            "default": option.get("default"),
            "choices": option.get("choices"),
            "aliases": sorted(option.get("aliases", [])),
            "options": shape(option.get(inner) or {}, inner),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_options_are_documented_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = taken(name, monkeypatch)["argument_spec"]
    assert shape(texts(name)["DOCUMENTATION"].get("options", {}), "suboptions") == shape(spec, "options")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name: str) -> None:
    def check(options: dict[str, Any], where: str) -> None:
        for option, documented in options.items():
            assert documented.get("description"), f"{where}{option}"
            check(documented.get("suboptions") or {}, f"{where}{option}.")

    check(texts(name)["DOCUMENTATION"]["options"], "")


@pytest.mark.parametrize("name", NAMES)
def test_check_and_diff_mode_are_promised(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attributes = texts(name)["DOCUMENTATION"]["attributes"]
    assert taken(name, monkeypatch)["supports_check_mode"] is True
    # Nobody can foretell what a command in a container will do.
    assert attributes["check_mode"]["support"] == ("partial" if name == "container_exec" else "full")
    assert attributes["diff_mode"]["support"] in ("full", "none")


@pytest.mark.parametrize("name", NAMES)
def test_examples_say_only_what_the_module_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = taken(name, monkeypatch)["argument_spec"]
    known = {*spec, *(alias for option in spec.values() for alias in option.get("aliases", []))}
    tasks = texts(name)["EXAMPLES"]
    own = [task[f"rootless.podman.{name}"] for task in tasks if f"rootless.podman.{name}" in task]
    assert own
    for task in own:
        assert set(task) <= known
    assert all(task.get("name") for task in tasks)


def named(text: str, lead: str) -> list[str]:
    """The C(...) words of the sentence that begins with ``lead``."""
    return re.findall(
        r"C\(([a-z0-9_]+)\)", text.split(lead, 1)[1].split(". ", 1)[0].split(", with the same", 1)[0]
    )


def test_pod_says_which_options_its_containers_take() -> None:
    """They have no suboptions, because each entry is checked by the container's own table."""
    told = " ".join(texts("pod")["DOCUMENTATION"]["options"]["containers"]["description"])
    assert named(told, "and refused here.") == list(_wanted.BELONGS_TO_POD)
    said = {*named(told, "Each needs"), *named(told, "It can have")}
    assert said == {*_wanted.CONTAINER_ARGUMENTS, *_wanted._pair_files.ARGUMENTS}


def test_container_names_what_belongs_to_its_pod() -> None:
    told = " ".join(texts("container")["DOCUMENTATION"]["options"]["pod"]["description"])
    refused = told.split("cannot have", 1)[1].split(", which", 1)[0]
    assert re.findall(r"O\(([a-z0-9_]+)\)", refused) == list(_wanted.BELONGS_TO_POD)


def test_container_says_what_is_changed_in_place_and_since_when() -> None:
    options = texts("container")["DOCUMENTATION"]["options"]
    for row in _wanted.containers.TABLE.rows:
        told = options[row.name]["description"]
        found = re.findall(
            r"Changed in place with Podman ([0-9.]+) or newer\.",
            told if isinstance(told, str) else " ".join(told),
        )
        assert found == ([row.live] if row.live else []), row.name


@pytest.mark.parametrize("name", NAMES)
def test_versions_that_an_option_needs_are_told(name: str) -> None:
    tables = {"container": _wanted.containers.TABLE, "pod": _wanted.pods.TABLE}
    for kind in ("network", "secret", "volume"):
        tables[kind] = importlib.import_module(f"{PACKAGE}.module_utils._resources.{kind}").TABLE
    if name not in tables:
        return
    options = texts(name)["DOCUMENTATION"]["options"]
    for row in tables[name].rows:
        if row.since:
            told = options[row.name]["description"]
            assert f"Needs Podman {row.since} or newer." in (
                told if isinstance(told, str) else " ".join(told)
            )


def test_what_is_refused_says_so_with_the_reason_that_a_task_gets() -> None:
    for name, table in {"container": _wanted.containers.TABLE, "pod": _wanted.pods.TABLE}.items():
        options = texts(name)["DOCUMENTATION"]["options"]
        for row in table.rows:
            told = " ".join(options[row.name]["description"])
            plain = re.sub(r"[A-Z]\(([^)]*)\)", r"\1", told)
            assert ("This module refuses it. " in told) == bool(row.never), row.name
            assert row.never.lower() in plain.lower()
