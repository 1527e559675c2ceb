# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about what a container sees in its file system; they mirror _resources/container_rows/storage.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Volumes, mounts, secrets and devices."""

    DOCUMENTATION = r"""
options:
  volume:
    description:
      - Volumes and folders of the host, as C(SOURCE:TARGET[:OPTIONS]). A source that begins with C(/) is a path of the host, another one is
        the name of a volume, which is made if there is none. A target alone is an anonymous volume.
      - Options are those of Podman. C(ro) is for reading only, C(U) gives the source to O(container_user) (on every start, which takes
        its time in large ones), C(z) and C(Z) label it for SELinux, C(O) puts a throw-away layer over a path.
      - A path has to exist, and the account and its container have to be allowed to read it. Inside of O(userns=nomap) not even the
        account's own files are.
    type: list
    elements: str
    aliases: [volumes]
  mount:
    description:
      - Mounts of type V(bind), V(volume), V(tmpfs), V(ramfs), V(devpts), V(image) or V(artifact) (from Podman 5.5 on), each as a string like that of
        C(podman run --mount) (V(type=bind,source=/srv/shop,target=/data,readonly)) or as a map of the same words. V(volume) when C(type) is left
        out.
      - In a map, C(options) can hold further mount options as a list.
      - The type C(glob) is not taken, because Podman's API does not know it. Name each source.
    type: list
    elements: raw
    aliases: [mounts]
  tmpfs:
    description:
      - File systems in memory, as a map from path to mount options, or as a list of C(PATH[:OPTIONS]), such as V(/run/app:size=16m,mode=1777).
      - Podman copies what the image has at that path into it, and it then belongs to the image's owner. The option C(notmpcopyup) prevents that.
    type: raw
  volumes_from:
    description:
      - Containers of the account whose volumes it gets too, by name, with options such as C(:ro) behind a colon.
    type: list
    elements: str
  image_volume:
    description:
      - What becomes of volumes that the image asks for. V(bind) and V(anonymous), which mean the same here, make volumes without a name, V(tmpfs)
        file systems in memory, V(ignore) nothing. V(anonymous) when left out.
    type: str
    choices: [bind, anonymous, tmpfs, ignore]
  secrets:
    description:
      - Secrets that M(rootless.podman.secret) made. Each is a name, a string like that of C(podman run --secret)
        (V(shop-token,type=env,target=TOKEN)), or a map of C(name), C(type), C(target), C(uid), C(gid) and C(mode).
      - With C(type) V(mount), which is meant when it is left out, the secret is the file C(target), in C(/run/secrets/) and with its own name
        when left out. It belongs to C(uid) and C(gid) (0) inside the container, with C(mode) (V("0444"), quoted).
      - With C(type) V(env) it is the environment variable C(target), which everybody who may look into the container's processes can read.
      - A file holds what the secret was when the container was made. See M(rootless.podman.secret) for what to do after a change.
    type: list
    elements: raw
    aliases: [secret]
  device:
    description:
      - Devices of the host, as C(HOST[:CONTAINER[:PERMISSIONS]]). The account has to be allowed to use them.
      - Permissions have no effect without root. The container may do with a device what the account may.
    type: list
    elements: str
    aliases: [devices]
  gpus:
    description:
      - GPUs by number or name, or V(all). The host needs NVIDIA's driver and its CDI description. Without them the start fails.
      - Needs Podman 5.0 or newer.
    type: list
    elements: str
  read_only:
    description: Mount its root file system for reading only. Volumes and O(tmpfs) stay writable, and see O(read_only_tmpfs).
    type: bool
  read_only_tmpfs:
    description: With O(read_only), mount C(/tmp), C(/var/tmp), C(/run) and C(/dev/shm) as writable file systems in memory. V(true) when left out.
    type: bool
  shm_size:
    description:
      - The size of C(/dev/shm), such as V(128m). Podman's default is V(64000k). Not beside O(ipc=host) or O(ipc=none).
      - In a pod it is an option of the pod.
    type: str
  shm_size_systemd:
    description:
      - The size of the file systems in memory that O(systemd) mounts at C(/run), C(/run/lock) and so on.
      - Needs Podman 4.5 or newer.
    type: str
  chrootdirs:
    description:
      - Folders inside that programs use as a root of their own. They get Podman's C(/etc/hosts) and C(/etc/resolv.conf) as well.
    type: list
    elements: str
"""
