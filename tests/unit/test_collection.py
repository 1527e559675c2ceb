# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own lists agree with what lies in its folders."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
MODULES = [path for path in sorted((CHECKOUT / "plugins/modules").glob("*.py")) if path.stem != "__init__"]


def load(path: str) -> dict:
    """Read one YAML file of the checkout."""
    return yaml.safe_load((CHECKOUT / path).read_text(encoding="utf-8"))


def test_every_module_is_in_the_action_group() -> None:
    assert load("meta/runtime.yml")["action_groups"]["all"] == [path.stem for path in MODULES]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_says_since_when_it_is_there(path: Path) -> None:
    """ansible-test asks for it only once a collection is released."""
    documentation = {
        node.targets[0].id: yaml.safe_load(node.value.value)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }["DOCUMENTATION"]
    assert documentation["version_added"]
    assert documentation["module"] == path.stem


def test_no_dependency_on_another_collection() -> None:
    assert load("galaxy.yml")["dependencies"] == {}


def test_the_plan_of_the_house_names_every_room() -> None:
    plan = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.stem for path in (CHECKOUT / "plugins" / "module_utils").glob("_*.py")}
    assert sorted(room for room in rooms if f"`{room}`" not in plan) == []


def test_rooms_are_imported_before_a_child_becomes_the_account() -> None:
    """It cannot read the archive in which Ansible brings them, so an import inside a function fails there."""
    late = [
        f"{path.name}:{inner.lineno}"
        for path in (CHECKOUT / "plugins" / "module_utils").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for inner in ast.walk(node)
        if isinstance(inner, ast.ImportFrom) and (inner.level or str(inner.module).startswith("ansible"))
    ]
    assert late == []
