# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of one host: made, booted, ready, restarted, removed."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import replace
from typing import Callable

from . import base, network, power, qemu, ssh
from .cgroup import Cgroup
from .disk import remove_tree, write_file
from .errors import NotReady, TestbedError
from .recipe import PROBE_UID
from .record import Host
from .settings import Settings
from .work import TIED, check_stop, run, say, shielded, wait_for

READY_SECONDS = 120
# A minute where the processor is emulated and the machine quiet
VM_READY_SECONDS = 600
# Blocks until the test account's manager is there, which is when this host counts as up
READY = f"systemctl start user@{PROBE_UID}.service && systemctl is-active --quiet user@{PROBE_UID}.service"
# Podman's default pids limit fails where cgroup v2 has no pids controller, and no role can cure that
NO_PIDS = "# This machine's cgroup v2 has no pids controller (written by testbed, not by the role)\n[containers]\npids_limit = 0\n"


def check_free(host: Host) -> None:
    """Refuse a name that something else on this machine has, such as another state folder with the same prefix."""
    if network.netns(host).exists() or Cgroup(host.machine).exists():
        raise TestbedError(
            f"the name {host.name!r} is taken: this machine has a {host.machine} that is not in {host.folder.parent}"
        )


def make(settings: Settings, host: Host) -> Host:
    """Make a host's disk and network.  The record goes first: whatever is made after it can be found and removed."""
    host.save()
    with base.base_in_use(settings, host.release, host.kind) as root:
        run([*TIED, "cp", "-a", "--reflink=auto", str(root), str(host.root)])
    write_file(host.root / "etc/hostname", f"{host.name}\n")
    write_file(host.root / "etc/machine-id", f"{uuid.uuid4().hex}\n", 0o444)
    # without its own name sudo waits for a resolver, 12 s a task
    names = f"127.0.0.1 localhost\n127.0.1.1 {host.name}\n::1 localhost ip6-localhost ip6-loopback\n"
    write_file(host.root / "etc/hosts", names)
    base.copy_resolver(host.root)
    if not host.vm and "pids" not in Cgroup(host.machine).prepare():
        write_file(host.root / "etc/containers/containers.conf.d/50-testbed.conf", NO_PIDS)
    ssh.let_in(settings, host)
    if host.vm:
        qemu.make_disk(host)
    host = network.connect(host)
    return replace(host, complete=True).save()


def boot(settings: Settings, host: Host) -> Host:
    """Switch a host on, and return when it is ready."""
    if not host.vm:
        return switch_on(settings, host, READY_SECONDS)
    if not host.accelerator and qemu.may_have_kvm():
        try:
            return switch_on(settings, replace(host, accelerator="kvm").save(), READY_SECONDS)
        except NotReady:
            say(f"{host.name}: does not boot with KVM; emulating its processor instead")
    if host.accelerator != "kvm":
        host = replace(host, accelerator="tcg").save()
    return switch_on(settings, host, VM_READY_SECONDS)


def switch_on(settings: Settings, host: Host, seconds: float) -> Host:
    """Boot a host, or leave it without power."""
    power.power_off(host)  # an orphan of a launcher that was killed by other hands would own port 22
    host = network.connect(host)
    network.set_cable(host, True)
    ssh.know(host)
    host.log.unlink(missing_ok=True)
    check_stop()
    launcher = power.start(host, settings.launcher)
    try:
        wait_ready(settings, host, lambda: launcher.poll() is None, seconds)
    except BaseException:
        with shielded():
            launcher.kill()
            launcher.wait()
            power.power_off(host)
        raise
    return host


def seconds_of(host: Host) -> float:
    """How long a boot of a host may take."""
    return VM_READY_SECONDS if host.vm else READY_SECONDS


def wait_ready(settings: Settings, host: Host, alive: Callable[[], bool], seconds: float) -> None:
    """Wait for sshd and the test account's manager."""

    def ready() -> bool:
        if not alive():
            raise NotReady(f"{host.name} did not boot: {power.last_words(host)}")
        return ssh.answers(host) and ssh.try_on(settings, host, READY).returncode == 0

    if not wait_for(ready, seconds):
        raise NotReady(
            f"{host.name} was not ready after {seconds} s: no sshd or no user manager (console: {host.log})"
        )


def reboot(settings: Settings, host: Host) -> None:
    """A real reboot, by the host's own systemd."""
    before = boot_of(settings, host)
    ssh.try_on(settings, host, "systemctl reboot")
    seconds = seconds_of(host)

    def restarted() -> bool:
        if not power.launcher_pid(host):
            raise TestbedError(f"{host.name} did not come back: its launcher ended (console: {host.log})")
        now = boot_of(settings, host)
        return now is not None and now != before

    if not wait_for(restarted, seconds):
        raise TestbedError(f"{host.name} did not restart within {seconds} s (console: {host.log})")
    wait_ready(settings, host, lambda: power.launcher_pid(host) is not None, seconds)


def boot_of(settings: Settings, host: Host) -> object:
    """What tells one boot of a host from another: a virtual machine restarts within one process of the machine."""
    if not host.vm:
        return power.init_of(host)
    told = ssh.answers(host) and ssh.try_on(settings, host, "cat /proc/sys/kernel/random/boot_id")
    return told.stdout.strip() or None if told else None


def remove(host: Host) -> None:
    """Remove a host and all that was made for it; whatever is not there any more is passed over."""
    power.power_off(host)
    network.disconnect(host)
    for part in (host.root, host.folder / "dev"):
        remove_tree(part)
    # the record goes last: until then another `down` can finish the work
    remove_tree(host.folder)


def state(host: Host) -> str:
    """One word for `list`."""
    if not host.complete:
        return "incomplete"
    if not power.is_running(host):
        return "stopped"
    return "cut" if network.is_cut(host) else "running"


def tidy(settings: Settings) -> None:
    """After the last host the key goes as well, and folders that are empty."""
    with contextlib.suppress(OSError):
        settings.hosts.rmdir()
    if settings.state.exists() and not settings.hosts.exists():
        for path in settings.state.glob("id_ed25519*"):
            path.unlink()
        for folder in (settings.state, settings.state.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()
