# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each command does."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Callable

from . import base, network, power, ssh
from . import host as hosts
from .disk import locked, need_room
from .errors import Interrupted, TestbedError
from .inventory import Entry, inventory_text, table_text
from .names import check_name
from .needs import check_processor, install_packages
from .recipe import DEFAULT_RELEASE
from .record import Host, find, found_and_locked, load, load_all
from .settings import Settings
from .work import check_stop, say, shielded, stop_everything

HOST_ROOM = 600
VM_ROOM = 3000


def up(settings: Settings, names: Sequence[str], release: str | None, bare: bool, vm: bool) -> None:
    """Make what is missing, boot what is off; all of it, or nothing new remains."""
    names = list(dict.fromkeys(check_name(name) for name in names))
    there = [load(settings.hosts / name) for name in names]
    for host in there:
        check_same(host, release, bare, vm)
    if vm:
        check_processor(platform.machine())
    install_packages(vm or any(host.vm for host in there if host))
    new = [name for name in names if not (settings.hosts / name / "host.json").exists()]
    need_room(settings.state, (VM_ROOM if vm else HOST_ROOM) * len(new), f"making {len(new)} hosts")
    model = Host(settings.hosts, "", release or DEFAULT_RELEASE, bare, settings.prefix, vm=vm)
    if new:
        base.ensure_base(settings, model.release, model.kind)
    undo: list[Callable[[], None]] = []
    try:
        with locked(settings.state):
            ssh.make_key(settings)
        in_parallel(names, lambda name: up_one(settings, name, release, model, undo))
        check_stop()
    except BaseException:
        with shielded():
            if undo:
                say("undoing what this run made")
            for step in reversed(undo):
                try:
                    step()
                except (TestbedError, OSError) as error:
                    say(f"not undone: {error}")
        raise
    finally:
        with shielded():
            tidy(settings)


def in_parallel(names: Sequence[str], work: Callable[[str], None]) -> None:
    """Work on several hosts at once; the first failure stops the others."""
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        futures = [pool.submit(work, name) for name in names]
        pending = set(futures)
        while pending:
            # a short wait, so that a signal is heard between two of them
            done, pending = wait(futures, timeout=0.1, return_when=FIRST_EXCEPTION)
            if pending and any(future.exception() for future in done):
                stop_everything("another host of this run failed")
    errors = [error for error in (future.exception() for future in futures) if error]
    if errors:
        # an Interrupted is often only the echo of the first failure
        raise min(errors, key=lambda error: isinstance(error, Interrupted))


def check_same(host: Host | None, release: str | None, bare: bool, vm: bool) -> None:
    """A name that exists must be the host that is asked for."""
    if host and host.complete:
        wish = (release or host.release, bare or host.bare, vm or host.vm)
        if wish != (host.release, host.bare, host.vm):
            raise TestbedError(
                f"the name {host.name!r} is taken by a {host.kind} {host.release} host: "
                f"run `testbed down {host.name}` first, or take another name"
            )


def up_one(
    settings: Settings, name: str, release: str | None, model: Host, undo: list[Callable[[], None]]
) -> None:
    """One host of `up`, made as `model` says if it is new.  Each step is noted for undoing before it is done."""
    folder = settings.hosts / name
    while True:
        with locked(folder):
            try:
                host = load(folder)
                check_same(host, release, model.bare, model.vm)
                if not host:
                    new = replace(model, folder=folder, name=name)
                    hosts.check_free(new)  # before anything is noted for undoing: what is there is not ours
                    undo.append(lambda: undo_new(settings, name))
                    return up_new(settings, new)
                if host.complete:
                    return up_again(settings, host, undo)
                say(f"{name}: clearing away a host that was not finished")
                hosts.remove(host)
            finally:
                with contextlib.suppress(OSError):
                    folder.rmdir()  # if nothing came of it


def up_new(settings: Settings, host: Host) -> None:
    """Make and boot a host that does not exist yet."""
    say(f"{host.name}: copying the {host.kind} base of {host.release}")
    host = hosts.make(settings, host)
    say(f"{host.name}: booting")
    host = hosts.boot(settings, host)
    say(f"{host.name}: up at {host.address}")


def undo_new(settings: Settings, name: str) -> None:
    """Remove what was made of a new host, if anything was."""
    if load(settings.hosts / name):
        with found_and_locked(settings, name) as host:
            hosts.remove(host)


def up_again(settings: Settings, host: Host, undo: list[Callable[[], None]]) -> None:
    """Boot a host that has no power; one that runs only has to be ready."""
    if not power.is_running(host):
        undo.append(lambda: power.power_off(host))
        say(f"{host.name}: booting")
        host = hosts.boot(settings, host)
        say(f"{host.name}: up at {host.address}")
    elif network.is_cut(host):
        say(f"{host.name}: is up already, with its network cut")
    else:
        alive = power.launcher_pid
        hosts.wait_ready(settings, host, lambda: alive(host) is not None, hosts.seconds_of(host))
        say(f"{host.name}: is up already at {host.address}")


def running(settings: Settings, name: str, reachable: bool = True) -> Host:
    """A host that runs, or a sentence."""
    host = find(settings, name)
    if not power.is_running(host):
        raise TestbedError(f"{name} is not running: `testbed up {name}` boots it")
    if reachable and network.is_cut(host):
        raise TestbedError(f"the network of {name} is cut: `testbed mend {name}` first")
    return host


def inventory(settings: Settings) -> None:
    """Print the running hosts for Ansible."""
    entries = [
        Entry(host.name, host.address, settings.key, host.known_hosts, host.release, host.bare, host.vm)
        for host in load_all(settings)
        if host.complete and power.is_running(host)
    ]
    sys.stdout.write(inventory_text(entries))


def list_hosts(settings: Settings) -> None:
    """Print all hosts for people."""
    rows = [
        (host.name, host.release, host.kind, host.address or "-", hosts.state(host))
        for host in load_all(settings)
    ]
    sys.stdout.write(table_text([("NAME", "RELEASE", "KIND", "ADDRESS", "STATE"), *rows]))


def run_on(settings: Settings, name: str, words: Sequence[str]) -> None:
    """Become ssh: standard input, output and the exit status are the command's own."""
    host = running(settings, name)
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    command = ssh.command(settings, host, words, tty)
    os.execvp(command[0], command)


def reboot(settings: Settings, name: str) -> None:
    """Restart a host from inside."""
    running(settings, name)
    with found_and_locked(settings, name) as host:
        hosts.reboot(settings, host)
        say(f"{name}: up again at {host.address}")


def kill(settings: Settings, name: str) -> None:
    """A power cut."""
    with found_and_locked(settings, name) as host:
        power.power_off(host)
        say(f"{name}: without power; `testbed up {name}` boots it with its disk as it was")


def cable(settings: Settings, name: str, plugged: bool) -> None:
    """The network off or on."""
    with found_and_locked(settings, name) as host:
        if not network.is_connected(host):
            raise TestbedError(f"{name} has no network yet: `testbed up {name}` boots it")
        network.set_cable(host, plugged)
        say(f"{name}: network {'on' if plugged else 'off'}")


def down(settings: Settings, names: Sequence[str], everything: bool) -> None:
    """Remove hosts."""
    chosen = [host.name for host in load_all(settings)] if everything else list(dict.fromkeys(names))
    for name in chosen:
        find(settings, name)
    try:
        in_parallel(chosen, lambda name: down_one(settings, name))
    finally:
        tidy(settings)


def down_one(settings: Settings, name: str) -> None:
    """Remove one host; half of it would be worse than waiting, so this is not interrupted."""
    with shielded(), found_and_locked(settings, name) as host:
        hosts.remove(host)
        say(f"{name}: removed")


def tidy(settings: Settings) -> None:
    """Leave no empty state folder."""
    if settings.state.exists():
        with locked(settings.state, create=False):
            hosts.tidy(settings)


def clean(settings: Settings) -> None:
    """Remove the cached bases."""
    base.remove_bases(settings)
