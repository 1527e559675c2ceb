# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door: arguments, signals, one sentence for what goes wrong."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from . import commands, power
from .errors import TestbedError
from .needs import check_platform
from .recipe import RELEASES
from .record import load as load_record
from .settings import Settings, load
from .work import stop_everything

EPILOG = """environment:
  TESTBED_STATE   folder of this testbed's hosts and key (default: one for each checkout)
  TESTBED_PREFIX  prefix of all names on the machine, up to 10 characters (default: follows from the state folder)
  TESTBED_CACHE   folder of the bases, shared by all checkouts (default: ~/.cache/rootless-podman-testbed)
"""


def parser() -> argparse.ArgumentParser:
    """All commands and their help."""
    top = argparse.ArgumentParser(
        prog="testbed",
        description="Disposable real hosts: systemd, sshd, an address of their own, in seconds.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return sub.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")

    up = add("up", "make and boot hosts, or boot again those that have no power")
    up.add_argument("names", nargs="+", metavar="NAME")
    up.add_argument("--release", choices=RELEASES, help="Debian release of new hosts (default: trixie)")
    up.add_argument("--bare", action="store_true", help="without Podman")
    up.add_argument(
        "--vm",
        action="store_true",
        help="a virtual machine: a kernel and cgroup controllers of its own, and slow",
    )
    add("inventory", "print an Ansible inventory of the running hosts")
    add("list", "show name, release, kind, address and state of all hosts")
    run = add("run", "run a command on a host as root; a single argument is a shell line")
    run.add_argument("name", metavar="NAME")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="CMD")
    for name, text in (
        ("reboot", "reboot a host from inside, and wait until it is up"),
        ("kill", "power cut: end a host at once; `up` boots it again with its disk as it was"),
        ("cut", "pull a host's network cable"),
        ("mend", "put a host's network cable back"),
    ):
        add(name, text).add_argument("name", metavar="NAME")
    down = add("down", "remove hosts and all that was made for them")
    down.add_argument("names", nargs="*", metavar="NAME")
    down.add_argument("--all", action="store_true", help="every host of this state folder")
    add("clean", "remove the cached bases; hosts are not touched")
    return top


def dispatch(settings: Settings, args: argparse.Namespace) -> None:
    """Call the command."""
    if args.command == "up":
        commands.up(settings, args.names, args.release, args.bare, args.vm)
    elif args.command == "inventory":
        commands.inventory(settings)
    elif args.command == "list":
        commands.list_hosts(settings)
    elif args.command == "run":
        commands.run_on(settings, args.name, args.words)
    elif args.command == "reboot":
        commands.reboot(settings, args.name)
    elif args.command == "kill":
        commands.kill(settings, args.name)
    elif args.command in ("cut", "mend"):
        commands.cable(settings, args.name, args.command == "mend")
    elif args.command == "down":
        commands.down(settings, args.names, args.all)
    elif args.command == "clean":
        commands.clean(settings)


def on_signal(number: int, _frame: object) -> None:
    """Stop what can be stopped; the threads notice it and undo, and a second signal does not stop that."""
    stop_everything(f"interrupted by {signal.Signals(number).name}")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Arguments, with what argparse cannot say itself."""
    top = parser()
    args = top.parse_args(argv)
    if args.command == "run":
        args.words = args.words[1:] if args.words[:1] == ["--"] else args.words
        if not args.words:
            top.error("run: a command is missing")
    if args.command == "down" and bool(args.names) == args.all:
        top.error("down: name hosts, or say --all")
    return args


def main(argv: Sequence[str], launcher: Path) -> int:
    """Run one command; 0, 1 with a sentence, or 2 for wrong usage."""
    if argv[:1] == ["_launch"]:
        host = load_record(Path(argv[1]))
        return power.launch(host) if host else 1
    args = parse(argv)
    try:
        check_platform()
        settings = load(launcher, os.environ, Path.home())
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, on_signal)
        dispatch(settings, args)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (TestbedError, OSError) as error:
        print(f"testbed: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0
