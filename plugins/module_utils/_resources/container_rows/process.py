# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about the process that runs in a container: its command, environment, user and end (pure)."""

from __future__ import annotations

from ..._options import Body, Facts, Option
from ..._process_values import Groups, Signal, Words
from ..._values import Flag, Integer, Names, Pairs, Text


def _write_expressions(value: dict[str, str], body: Body, _facts: Facts) -> None:
    body["envmerge"] = [f"{name}={expression}" for name, expression in value.items()]


ROWS = [
    Option("command", Words(), "command", "Config.Cmd"),
    Option("entrypoint", Words(split=False), "entrypoint", "Config.Entrypoint"),
    Option("env", Pairs(hidden=True), "env", "Config.Env", ("environment",), drift=True),
    # 4.3 takes it, and does nothing with it.
    Option("env_merge", Pairs(hidden=True), since="4.4", write=_write_expressions),
    Option("env_host", Flag(), "env_host"),
    Option("http_proxy", Flag(), "httpproxy"),
    Option("unsetenv", Names(), "unsetenv"),
    Option("unsetenv_all", Flag(), "unsetenvall"),
    Option("container_user", Text(), "user", "Config.User"),
    Option("group_add", Groups(), aliases=("groups",), write=Groups.write, read=Groups.read),
    Option("hostuser", Names(), "hostusers"),
    Option("passwd", Flag(), "manage_password", "Config.Passwd"),
    Option("passwd_entry", Text(), "passwd_entry"),
    Option("group_entry", Text(), "group_entry", since="4.5"),
    Option("workdir", Text(), "work_dir", "Config.WorkingDir", ("working_dir",)),
    Option("umask", Text(), "umask", "Config.Umask"),
    Option("timezone", Text(), "timezone", "Config.Timezone", ("tz",)),
    Option("personality", Text(["LINUX", "LINUX32"]), "personality.domain"),
    Option("tty", Flag(), "terminal", "Config.Tty"),
    Option("interactive", Flag(), "stdin", "Config.OpenStdin"),
    Option("init", Flag(), "init", "HostConfig.Init"),
    Option("init_path", Text(), "init_path"),
    Option("stop_signal", Signal(), "stop_signal", "Config.StopSignal"),
    Option("stop_timeout", Integer(0), "stop_timeout", "Config.StopTimeout"),
    Option("timeout", Integer(0), "timeout", "Config.Timeout"),
]
