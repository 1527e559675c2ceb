# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all of `ansible-test sanity` on this checkout: python tests/sanity.py [arguments of ansible-test].

ansible-test wants three things that a plain checkout does not have, and gets them below .cache/sanity:

- a place that ends in ansible_collections/rootless/podman: a copy of all files that git tracks or would;
- a home folder for its virtual environments, which stay there for the next run;
- a pip bootstrap script, which it would fetch from a server: Python's ensurepip does the same offline.

It tests the modules with each Python that it finds, so those that pyenv keeps are put on its PATH.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache" / "sanity"
HOME = CACHE / "home"
COPY = CACHE / "ansible_collections" / "rootless" / "podman"
PYTHONS = [f"python3.{minor}" for minor in range(7, 16)]

BOOTSTRAP = """\
# Written by tests/sanity.py in place of get-pip.py: brings pip into an empty virtual environment, offline.
import subprocess, sys
subprocess.check_output([sys.executable, '-m', 'ensurepip'])
# Pythons before 3.12 bring setuptools along, which the import test must not see.
if sys.version_info < (3, 12):
    subprocess.check_call([sys.executable, '-m', 'pip', '-qq', 'uninstall', '-y', 'setuptools'])
"""


def copy_files(place: Path) -> None:
    """Copy all files that git tracks or would to an empty place, as they are now."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    for name in sorted(set(listing.decode().split("\0")) - {""}):
        source, target = CHECKOUT / name, place / name
        if source.is_symlink() or source.is_file():  # neither: deleted, but not yet in git's index
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def copy_working_tree() -> None:
    """Bring the copy in line with the working tree, uncommitted files included."""
    shutil.rmtree(COPY, ignore_errors=True)
    copy_files(COPY)
    # A repository of its own, or ansible-test would find the one around it, which ignores .cache.
    git = ["git", "-c", "core.excludesFile=/dev/null", "-C", str(COPY)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all", "--force"], check=True)


def prepare_home() -> None:
    """Make ansible-test's home: the bootstrap script under the names it asks for, and pip's settings."""
    import ansible_test

    source = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    versions = set(re.findall(r"\bpip='([0-9.]+)'", source))
    if not versions:
        sys.exit("tests/sanity.py: cannot find out which pip this ansible-test wants to bootstrap")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(BOOTSTRAP, encoding="utf-8")

    # ansible-test hands no PIP_* variable to pip, and this home is not the user's: both go into a file.
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    settings = {}
    for name, value in re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", listing, re.MULTILINE):
        if name not in {"require-virtualenv", "user", "target", "prefix", "root"}:
            settings[name] = value.replace("\\n", "\n    ")
    settings["quiet"] = "2"
    path = HOME / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(
        "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8"
    )


def runs(python: Path) -> bool:
    """Tell whether a Python starts and can make virtual environments; a pyenv shim may do neither."""
    command = [str(python), "-c", "import ensurepip, venv"]
    return subprocess.run(command, check=False, capture_output=True, cwd="/").returncode == 0


def search_path() -> str:
    """Return a PATH on which each pythonX.Y really runs: folders of shims go, pyenv's own folders come."""
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    kept = []
    for folder in dict.fromkeys(folders):
        pythons = [folder / name for name in PYTHONS if (folder / name).exists()]
        if all(map(runs, pythons)):
            kept.append(folder)
        else:
            print(f"left out of PATH, because one of its Pythons does not run: {folder}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in sorted(pyenv.glob("versions/3.*/bin")):
        if folder not in kept and runs(folder / "python3"):
            kept.append(folder)
    return os.pathsep.join(map(str, [Path(sys.executable).parent, *kept]))


def main() -> int:
    """Run ansible-test and repeat at the end what it could not test."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_working_tree()
        prepare_home()
        foreign = ("ANSIBLE_", "PYTHON", "VIRTUAL_ENV")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment.update(HOME=str(HOME), PATH=search_path(), LC_ALL="C.UTF-8")
        ansible_test = str(Path(sys.executable).with_name("ansible-test"))
        skipped: list[str] = []
        with subprocess.Popen(
            [ansible_test, "sanity", "--allow-disabled", "--color", "no", *sys.argv[1:]],
            cwd=COPY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                if line.startswith("WARNING: Skipping"):
                    skipped.append(line.removeprefix("WARNING: Skipping ").strip())
    if skipped:
        print("Not tested here:")
        for line in dict.fromkeys(skipped):
            print(f"  {line}")
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
