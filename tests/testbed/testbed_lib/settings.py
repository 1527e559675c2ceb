# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie: from the environment and the place of the checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .names import check_prefix, default_prefix, short_hash

APP = "rootless-podman-testbed"


@dataclass(frozen=True)
class Settings:
    """Folders and prefix of one run."""

    launcher: Path
    state: Path
    cache: Path
    prefix: str

    @property
    def hosts(self) -> Path:
        return self.state / "hosts"

    @property
    def key(self) -> Path:
        return self.state / "id_ed25519"


def load(launcher: Path, env: Mapping[str, str], home: Path) -> Settings:
    """Read TESTBED_STATE, TESTBED_CACHE and TESTBED_PREFIX; what is not set follows from the checkout."""

    def folder(variable: str, xdg: str, fallback: str, *tail: str) -> Path:
        if env.get(variable):
            return Path(env[variable]).expanduser().absolute()
        base = Path(env[xdg]) if env.get(xdg, "").startswith("/") else home / fallback
        return base.joinpath(APP, *tail)

    state = folder("TESTBED_STATE", "XDG_STATE_HOME", ".local/state", short_hash(str(launcher.parent)))
    cache = folder("TESTBED_CACHE", "XDG_CACHE_HOME", ".cache")
    prefix = check_prefix(env.get("TESTBED_PREFIX") or default_prefix(str(state)))
    return Settings(launcher=launcher, state=state, cache=cache, prefix=prefix)
