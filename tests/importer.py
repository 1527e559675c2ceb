# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection and have it looked at as Galaxy does before it takes one: python tests/importer.py.

Runs in the environment of requirements/importer.txt. Whatever the importer warns of is a failure. Its own run of ansible-test stays off, because
that needs Docker; tests/sanity.py runs all of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sanity import CHECKOUT, copy_files

WORK = CHECKOUT / ".cache" / "importer"
TREE, BUILT = WORK / "tree", WORK / "built"


def main() -> int:
    """Build, import, and judge what the importer said."""
    shutil.rmtree(WORK, ignore_errors=True)
    copy_files(TREE)
    here = Path(sys.executable).parent
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))
    }
    environment["PATH"] = f"{here}:{environment['PATH']}"
    # The importer's ansible-lint removes the stand-ins for modules at its end, those of `tests/run lint` beside it as well.
    environment["ANSIBLE_HOME"] = str(WORK / "home")
    build = [here / "ansible-galaxy", "collection", "build", TREE, "--output-path", BUILT]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL, env=environment)
    artifact = next(BUILT.glob("*.tar.gz"))
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact],
        check=False, cwd=WORK, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    bad = re.findall(r"^.*\b(?:ERROR|WARNING)\b.*$", done.stdout, re.MULTILINE)
    if bad or done.returncode or "processing completed successfully" not in done.stdout:
        print("\n".join(bad) or done.stdout[-3000:])
        return 1
    print(f"Galaxy would take {artifact.name}, {artifact.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
