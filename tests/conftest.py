# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes `import ansible_collections.rootless.podman...` work from this checkout, wherever it lies."""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
COLLECTIONS = CHECKOUT / ".cache" / "collections"


def lay_link() -> None:
    """Lay the link that tools/venv lays, for a pytest that was started without it."""
    link = COLLECTIONS / "ansible_collections" / "rootless" / "podman"
    if link.is_dir() and link.resolve() == CHECKOUT:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(Path("../../../.."), target_is_directory=True)


lay_link()
sys.path.insert(0, str(COLLECTIONS))
