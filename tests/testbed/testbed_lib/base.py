# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bases that hosts are copied from: built once, kept in the cache folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from . import recipe
from .disk import locked, need_room, remove_tree, write_file
from .settings import Settings
from .work import TIED, run, say, shielded

ROOM = 1500


@contextlib.contextmanager
def base_in_use(settings: Settings, release: str, kind: str) -> Iterator[Path]:
    """Yield the root of a base, built if need be, that nobody removes meanwhile."""
    folder = settings.cache / recipe.base_key(release, kind)
    while True:
        if not (folder / "root").exists():
            ensure_base(settings, release, kind)
        with contextlib.suppress(FileNotFoundError), locked(folder, shared=True, create=False):
            if (folder / "root").exists():
                yield folder / "root"
                return


def ensure_base(settings: Settings, release: str, kind: str) -> None:
    """Build a base unless it is there; a half-built one never gets its final name."""
    folder = settings.cache / recipe.base_key(release, kind)
    parent = recipe.PARENT[kind]
    if parent and not (folder / "root").exists():
        ensure_base(settings, release, parent)
    settings.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder):
        if (folder / "root").exists():
            return
        building = folder / "root.tmp"
        log = folder / "build.log"
        remove_tree(building)  # of a run that was killed
        need_room(settings.cache, ROOM, f"the {kind} base of {release}")
        say(f"building the {kind} base of {release} (once; log: {log})")
        try:
            log.write_text("")
            if parent:
                with base_in_use(settings, release, parent) as below:
                    run([*TIED, "cp", "-a", "--reflink=auto", str(below), str(building)])
                (build_vm if recipe.is_vm(kind) else build_podman)(building, release, log)
            else:
                build_bare(building, release, log)
            building.rename(folder / "root")
        except BaseException:
            with shielded():
                remove_tree(folder)
                with contextlib.suppress(OSError):
                    settings.cache.rmdir()  # if it is empty
            raise
        say(f"built the {kind} base of {release}")


def build_bare(root: Path, release: str, log: Path) -> None:
    """Debian with systemd, sshd and Python, and nothing of Podman.  The mirror is mmdebstrap's default."""
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(recipe.BARE_PACKAGES)}"]
    command += [f"--aptopt={option}" for option in recipe.APT_OPTIONS]
    # keeping the lists lets `apt-get install` work at once on a new host
    run([*fenced(), *command, "--skip=cleanup/apt/lists", release, str(root)], log=log)
    for name, text in recipe.bare_files(release).items():
        write_file(root / name, text)
    in_root(root, recipe.SETUP, log)
    clean(root)


def build_podman(root: Path, release: str, log: Path) -> None:
    """A bare base with Podman on top."""
    script = ["set -e"]
    if release in recipe.BACKPORTS:
        source = recipe.backports_source((root / "etc/apt/sources.list").read_text(), release)
        write_file(root / "etc/apt/sources.list.d/testbed-backports.list", source)
        write_file(root / "etc/apt/preferences.d/testbed-backports", recipe.backports_preferences(release))
        script.append("apt-get -q update")
    install(root, recipe.podman_packages(release), script, log)
    for name, text in recipe.PODMAN_FILES.get(release, {}).items():
        write_file(root / name, text)
    clean(root)


def build_vm(root: Path, _release: str, log: Path) -> None:
    """A base with a kernel, whose root file system is made into a disk for each host."""
    for name, text in recipe.VM_FILES.items():
        write_file(root / name, text)
    install(root, recipe.VM_PACKAGES, ["set -e"], log)
    in_root(root, recipe.VM_SETUP, log)
    clean(root)


def install(root: Path, packages: list[str], script: list[str], log: Path) -> None:
    """Install packages in a root after these lines of shell; none of their services is started."""
    command = f"apt-get -q -y --no-install-recommends install {' '.join(packages)}"
    copy_resolver(root)
    write_file(root / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
    in_root(root, "\n".join([*script, f"{command} || {{ apt-get -q update; {command}; }}"]), log)
    (root / "usr/sbin/policy-rc.d").unlink()


def in_root(root: Path, script: str, log: Path) -> None:
    """Run a script in a new root."""
    environment = [
        "env",
        "-i",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "LC_ALL=C.UTF-8",
        "DEBIAN_FRONTEND=noninteractive",
    ]
    run([*fenced(root / "proc"), "chroot", str(root), *environment, "sh", "-c", script], log=log)


def fenced(proc: Path = Path("/proc")) -> list[str]:
    """Words before a command whose mounts and processes must end with it, and with us, however either ends."""
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", f"--mount-proc={proc}"]
    return [*TIED, *unshare]


def clean(root: Path) -> None:
    """Leave out what each host gets anew or nobody needs."""
    for path in [
        *root.glob("var/cache/apt/*.bin"),
        *root.glob("var/cache/apt/archives/*.deb"),
        *root.glob("var/log/*.log"),
    ]:
        path.unlink()
    for name in ("etc/machine-id", "etc/resolv.conf", "etc/hostname", "var/lib/dbus/machine-id"):
        (root / name).unlink(missing_ok=True)


def copy_resolver(root: Path) -> None:
    """Give a root the machine's name servers, those behind systemd-resolved's stub if there is one."""
    source = resolver_file()
    target = root / "etc/resolv.conf"
    target.unlink(missing_ok=True)
    target.write_text(source.read_text())


def resolver_file(
    etc: Path = Path("/etc/resolv.conf"), resolved: Path = Path("/run/systemd/resolve/resolv.conf")
) -> Path:
    """A stub on the machine's loopback does not answer to hosts."""
    servers = nameservers(etc)
    if servers and all(server.startswith("127.") for server in servers) and resolved.exists():
        return resolved
    return etc


def nameservers(path: Path) -> list[str]:
    """The servers that a resolv.conf names."""
    words = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]


def remove_bases(settings: Settings) -> None:
    """Empty the cache folder, after waiting for whoever uses a base."""
    for folder in sorted(settings.cache.glob("*-*-*")) if settings.cache.exists() else []:
        with contextlib.suppress(FileNotFoundError), locked(folder, create=False):
            remove_tree(folder)
            say(f"removed {folder}")
    with contextlib.suppress(OSError):
        settings.cache.rmdir()
