# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit and sanity tests with other versions of Python and ansible-core: python tests/matrix.py [NAME...].

A cell of the matrix is a virtual environment in .cache/matrix:

- controller: each Python found here with the newest ansible-core that pip finds for it;
- oldest: the oldest such Python with the ansible-core that meta/runtime.yml names as the oldest supported;
- target: a Python that only hosts have. No ansible-core of ours installs there, so it gets the part of ansible-core that modules import, of the
  newest one, and runs what runs on hosts: all module_utils.

Sanity runs with the oldest and the newest controller.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from sanity import CHECKOUT, PYTHONS, runs, search_path

ROOM = CHECKOUT / ".cache" / "matrix"
# The first one that an ansible-core of ours runs on, and the first that modules run on.
CONTROLLER, TARGET = (3, 10), (3, 9)


@dataclass(frozen=True)
class Cell:
    """One environment, and what is run in it."""

    python: Path
    version: tuple[int, int]
    core: str
    kind: str

    @property
    def name(self) -> str:
        """How it is called on the command line and in .cache/matrix."""
        return f"{self.kind}-{self.version[0]}.{self.version[1]}"

    @property
    def place(self) -> Path:
        """Its virtual environment."""
        return ROOM / self.name


def pythons() -> dict[tuple[int, int], Path]:
    """The Pythons that run here, by version: on the PATH, of pyenv, and those that uv keeps."""
    found: dict[tuple[int, int], Path] = {}
    folders = search_path().split(os.pathsep)
    if shutil.which("uv"):
        kept = subprocess.run(["uv", "python", "dir"], text=True, capture_output=True, check=False).stdout
        folders += map(str, sorted(Path(kept.strip() or "/nonexistent").glob("*/bin")))
    for folder in folders:
        for name in PYTHONS:
            version = tuple(map(int, name.removeprefix("python").split(".")))
            path = Path(folder) / name
            if version not in found and version >= TARGET and path.exists() and runs(path):
                found[version] = path
    return found


def cells() -> list[Cell]:
    """The matrix of this machine."""
    found = pythons()
    able = sorted(version for version in found if version >= CONTROLLER)
    if not able:
        sys.exit("tests/matrix.py: no Python 3.10 or newer is found here")
    wanted = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))[
        "requires_ansible"
    ]
    oldest = re.fullmatch(r">=([0-9.]+)", wanted)
    assert oldest, wanted
    rows = [Cell(found[each], each, "ansible-core", "controller") for each in able]
    rows.append(Cell(found[able[0]], able[0], f"ansible-core=={oldest[1]}", "oldest"))
    rows += [Cell(found[each], each, "", "target") for each in sorted(found) if each < CONTROLLER]
    return rows


def make(cell: Cell) -> None:
    """Its environment, anew each time: what is newest changes."""
    shutil.rmtree(cell.place, ignore_errors=True)
    subprocess.run([cell.python, "-m", "venv", cell.place], check=True)
    requirements = [cell.core] if cell.core else []
    pip = [cell.place / "bin" / "pip", "-qq", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *requirements, "-r", CHECKOUT / "requirements" / "matrix.txt"], check=True)
    if not cell.core:
        # As Ansible sends it to a host.
        import ansible

        core = Path(ansible.__file__).parent
        site = next((cell.place / "lib").glob("python3*/site-packages")) / "ansible"
        shutil.copytree(core / "module_utils", site / "module_utils")
        shutil.copytree(core / "_vendor", site / "_vendor")
        for name in ("__init__.py", "release.py"):
            shutil.copy2(core / name, site / name)


def told_core(cell: Cell) -> str:
    """The ansible-core that it has."""
    ask = "import ansible.release; print(ansible.release.__version__)"
    return subprocess.run(
        [cell.place / "bin" / "python", "-c", ask], text=True, capture_output=True, check=True
    ).stdout.strip()


def units(cell: Cell) -> tuple[bool, str]:
    """Whether the unit tests pass there, and pytest's last line."""
    tests = "tests/unit/plugins/module_utils" if cell.kind == "target" else "tests/unit"
    done = subprocess.run(
        [cell.place / "bin" / "python", "-m", "pytest", "-q", tests, "-o", f"cache_dir={cell.place}/pytest"],
        cwd=CHECKOUT, env=environment(cell), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-20000:])
    return done.returncode == 0, done.stdout.strip().rpartition("\n")[2]


def sanity(cell: Cell) -> tuple[bool, str]:
    """Whether ansible-test sanity of its ansible-core passes."""
    done = subprocess.run(
        [cell.place / "bin" / "python", "tests/sanity.py"],
        cwd=CHECKOUT, env=environment(cell), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-20000:])
    return done.returncode == 0, "sanity: " + (
        "all passed" if done.returncode == 0 else f"ended with {done.returncode}"
    )


def environment(cell: Cell) -> dict[str, str]:
    """The caller's, without what speaks of another Python or Ansible."""
    foreign = ("ANSIBLE_", "PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PATH": f"{cell.place}/bin:{kept['PATH']}"}


def main() -> int:
    """Go through all cells, or those that are named, and print the table."""
    rows = [cell for cell in cells() if not sys.argv[1:] or cell.name in sys.argv[1:]]
    if not rows:
        sys.exit(
            f"tests/matrix.py: none of {' '.join(sys.argv[1:])}; there are {' '.join(cell.name for cell in cells())}"
        )
    newest = max(cell.version for cell in cells())
    good = True
    table = []
    for cell in rows:
        started = time.monotonic()
        make(cell)
        results = [units(cell)]
        if cell.kind == "oldest" or (cell.kind == "controller" and cell.version == newest):
            results.append(sanity(cell))
        good = good and all(passed for passed, _line in results)
        line = (
            f"{cell.name:16} ansible-core {told_core(cell):10} {'; '.join(line for _passed, line in results)}"
        )
        table.append(f"{line} ({time.monotonic() - started:.0f} s)")
        print(table[-1], flush=True)
    if len(table) > 1:
        print("", *table, sep="\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
