# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about what a container sees in its file system: volumes, mounts, secrets, devices (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._mounts import MountList, Tmpfs, Volumes, reported_mounts
from ..._options import Body, Facts, Option, set_path
from ..._secret_uses import Secrets, reported_secrets
from ..._values import Bytes, Flag, Lines, Names, Text


class ImageVolumes(Text):
    """What becomes of the volumes that an image asks for; the API knows bind by another name."""

    def body(self, value: str) -> str:
        return "anonymous" if value == "bind" else value


def _write_devices(value: list[str], body: Body, _facts: Facts) -> None:
    set_path(body, "devices", [{"path": device} for device in value])


def _write_gpus(value: list[str], body: Body, _facts: Facts) -> None:
    set_path(body, "devices", [{"path": f"nvidia.com/gpu={each}"} for each in value])


def _read_volumes_from(inspect: Mapping[str, object]) -> object:
    host = inspect.get("HostConfig")
    return host.get("VolumesFrom") if isinstance(host, Mapping) else None


ROWS = [
    Option("volume", Volumes(), aliases=("volumes",), write=Volumes().write, read=reported_mounts),
    Option("mount", MountList(), aliases=("mounts",), write=MountList().write, read=reported_mounts),
    Option("tmpfs", Tmpfs(), write=Tmpfs().write, read=reported_mounts),
    Option("volumes_from", Lines(), "volumes_from", read=_read_volumes_from),
    Option("image_volume", ImageVolumes(["bind", "anonymous", "tmpfs", "ignore"]), "image_volume_mode"),
    Option("secrets", Secrets(), aliases=("secret",), write=Secrets.write, read=reported_secrets),
    Option("device", Names(), aliases=("devices",), write=_write_devices),
    Option("gpus", Names(), since="5.0", write=_write_gpus),
    Option("read_only", Flag(), "read_only_filesystem", "HostConfig.ReadonlyRootfs"),
    Option("read_only_tmpfs", Flag(), "read_write_tmpfs"),
    Option("shm_size", Bytes(), "shm_size", "HostConfig.ShmSize"),
    Option("shm_size_systemd", Bytes(), "shm_size_systemd", since="4.5"),
    Option("chrootdirs", Names(), "chroot_directories", "Config.ChrootDirs"),
]
