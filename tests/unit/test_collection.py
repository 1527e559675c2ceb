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


# Option tables read as tables; the frame comes before everything else, see _bytecode.
NAMES_ARE_IMPORTED = ("_rows/", "/_module.py")


def _bound(tree: ast.Module) -> list[str]:
    """All names that something in a file gives to something, once for each time."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.append(node.id)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [(each.asname or each.name) for each in node.names]
    return names


def test_rooms_import_rooms_and_no_names_of_them() -> None:
    """Ansible looks for a module behind each name that a room imports from another, anew in each room: a third of the controller's work."""
    found = []
    for path in (CHECKOUT / "plugins" / "module_utils").rglob("*.py"):
        if any(each in str(path) for each in NAMES_ARE_IMPORTED):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bound = _bound(tree)
        for node in tree.body:
            if not isinstance(node, ast.ImportFrom) or not node.level or not node.module:
                continue
            room = path.parents[node.level - 1].joinpath(*node.module.split("."))
            names = [each for each in node.names if not (room / f"{each.name}.py").exists()]
            # Where something else is called as the room is, or as the name, there is no other way.
            free = [each.name for each in names if bound.count(each.asname or each.name) == 1]
            if free and room.name not in bound:
                found.append(f"{path.name}:{node.lineno}: {', '.join(free)}")
    assert found == []
