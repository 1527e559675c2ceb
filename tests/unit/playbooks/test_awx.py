# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job templates and surveys for AWX: what AWX takes, and what the playbooks and roles know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
# Keys of a question in AWX, and the types whose answers are a text or a number.
KEYS = {
    "question_name",
    "question_description",
    "variable",
    "type",
    "default",
    "required",
    "min",
    "max",
    "choices",
}
NEEDED = {"question_name", "question_description", "variable", "type", "default", "required"}
TYPES = {"text": str, "integer": int, "multiplechoice": str}


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


TEMPLATES = load("playbooks/vars/awx.yml")["rootless_awx_templates"]


def known(playbook: str) -> dict[str, Any]:
    """The variables that a playbook and its roles take, with what the roles say of them."""
    text = (ROOT / playbook).read_text(encoding="utf-8")
    found: dict[str, Any] = {name: {} for name in re.findall(r"\brootless_(?:hosts|serial)\b", text)}
    for play in yaml.safe_load(text):
        uses = [(each["role"], "main") for each in play.get("roles", [])]
        for task in play.get("tasks", []):
            (role,) = (value for name, value in task.items() if name.endswith("_role"))
            uses.append((role["name"], role.get("tasks_from", "main")))
        for role, entry in uses:
            specs = load(f"roles/{role.rpartition('.')[2]}/meta/argument_specs.yml")["argument_specs"]
            found.update(specs[entry]["options"])
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each["name"])
def test_every_question_is_one_of_awx_and_of_the_playbook(template: dict[str, Any]) -> None:
    assert set(template) == {"name", "description", "playbook", "survey"}
    variables = known(template["playbook"])
    for question in template["survey"]:
        assert NEEDED <= set(question) <= KEYS
        assert isinstance(question["default"], TYPES[question["type"]])
        assert question["variable"] in variables
        if question["type"] == "multiplechoice":
            assert question["default"] in question["choices"]
        # A boolean comes as a text, and a list as one with commas.
        kind = variables[question["variable"]].get("type", "str")
        assert (
            kind
            in {"integer": {"int"}, "multiplechoice": {"bool"}, "text": {"str", "list"}}[question["type"]]
        )
    names = [question["variable"] for question in template["survey"]]
    assert len(names) == len(set(names))


def test_there_is_a_template_for_every_playbook() -> None:
    there = {f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")} - {"playbooks/awx.yml"}
    assert {each["playbook"] for each in TEMPLATES} == there


def test_an_execution_environment_needs_no_python_package() -> None:
    told = load("meta/execution-environment.yml")["dependencies"]
    lines = (ROOT / told["python"]).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    assert (ROOT / told["system"]).exists()
