# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables in the READMEs of the roles are those of their argument specs, and every default is described."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(
    path.name for path in (ROOT / "roles").iterdir() if (path / "meta/argument_specs.yml").exists()
)


def test_readmes_have_the_tables_of_the_specs() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "role-readmes", "--check"],
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}run tools/role-readmes"


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_that_the_specs_tell(role: str) -> None:
    folder = ROOT / "roles" / role
    defaults = yaml.safe_load((folder / "defaults/main.yml").read_text(encoding="utf-8"))
    specs = yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    told = {name: option for entry in specs.values() for name, option in entry["options"].items()}
    assert set(defaults) == {name for name, option in told.items() if not option.get("required")}
    computed = {name for name, value in defaults.items() if isinstance(value, str) and "{{" in value}
    assert {name: told[name].get("default") for name in defaults if name not in computed} == {
        name: value for name, value in defaults.items() if name not in computed
    }


@pytest.mark.parametrize("role", ROLES)
def test_variables_carry_the_name_of_their_role(role: str) -> None:
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text(encoding="utf-8"))
    assert [name for name in defaults if not name.startswith(f"{role}_")] == []
