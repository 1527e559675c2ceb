# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Good values for every option of containers and pods, as tasks write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

word = st.text("abcXYZ019_-", min_size=1, max_size=6).filter(lambda text: text[0] not in "_-")
line = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=10)
path = st.lists(word, min_size=1, max_size=2).map(lambda parts: "/" + "/".join(parts))
pairs = st.dictionaries(word, line, min_size=1, max_size=3)
words = st.lists(line.filter(bool), min_size=1, max_size=3)
names = st.lists(word, min_size=1, max_size=3)
size = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 900), st.sampled_from("kmg"))
span = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 90), st.sampled_from(["s", "m", "h"]))
port = st.builds(
    lambda lead, host, inside, tail: f"{lead}{host}:{inside}{tail}",
    st.sampled_from(["", "127.0.0.1:", "[::1]:"]), st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(["", "/udp"]),
)  # fmt: skip
ports = st.lists(
    port, min_size=1, max_size=3, unique_by=lambda each: each.rpartition(":")[2].removesuffix("/udp")
)
capabilities = st.lists(st.sampled_from(["NET_RAW", "cap_chown", "Kill"]), min_size=1, unique=True)


def below(root: str, tail: str = "") -> Any:
    """Lists of mounts with targets below one folder, so that different options do not meet at one target."""
    return st.lists(word, min_size=1, max_size=2, unique=True).map(
        lambda parts: [f"{'db:' if tail == 'v' else ''}{root}/{part}" for part in parts]
    )


namespace = st.sampled_from(["private", "host", "container:other"])
CONTAINER = {
    "command": words,
    "entrypoint": words,
    "env": pairs,
    "label": pairs,
    "annotation": pairs,
    "publish": ports,
    "expose": st.sampled_from([["80"], ["80/udp", "443"]]),
    "volume": below("/v", "v"),
    "mount": below("/m").map(lambda targets: [f"type=bind,source=/srv,target={each},ro" for each in targets]),
    "tmpfs": below("/t"),
    "device": st.just(["/dev/fuse"]),
    "secrets": names.map(lambda drawn: sorted(set(drawn))),
    "network": st.sampled_from(["host", ["front"], ["back", "front:ip=10.1.0.9"], ["pasta:-t,auto"], "container:other"]),
    "network_aliases": names,
    "dns": st.just(["1.1.1.1", "9.9.9.9"]),
    "dns_search": names,
    "dns_option": names,
    "etc_hosts": st.dictionaries(word, st.just("10.0.0.1"), min_size=1, max_size=2),
    "hostname": word,
    "container_user": word,
    "group_add": names,
    "workdir": path,
    "umask": st.sampled_from(["0022", "0077"]),
    "timezone": st.sampled_from(["Europe/Berlin", "local"]),
    "userns": st.sampled_from(["nomap", "keep-id", "keep-id:uid=200", "auto", "host"]),
    "ipc": namespace,
    "pid": namespace,
    "uts": namespace,
    "requires": names,
    "restart_policy": st.sampled_from(["no", "always", "on-failure:3", "unless-stopped"]),
    "healthcheck": st.one_of(st.just("none"), line.filter(str.strip), words.filter(lambda each: each[0] != "NONE")),
    "healthcheck_interval": span,
    "healthcheck_timeout": span,
    "healthcheck_start_period": span,
    "healthcheck_retries": st.integers(1, 9),
    "healthcheck_failure_action": st.sampled_from(["none", "kill", "restart", "stop"]),
    "memory": size,
    "memory_reservation": size,
    "memory_swap": size,
    "cpus": st.integers(1, 800).map(lambda each: str(each / 100)),
    "cpu_shares": st.integers(2, 262144),
    "cpuset_cpus": st.sampled_from(["0", "0-1"]),
    "pids_limit": st.sampled_from([-1, 1, 512]),
    "ulimit": st.sampled_from([["nofile=1024:2048"], ["core=0", "memlock=-1"]]),
    "shm_size": size,
    "sysctl": st.just({"net.ipv4.ip_unprivileged_port_start": 0}),
    "cap_add": capabilities,
    "cap_drop": st.one_of(capabilities, st.just(["all"])),
    "security_opt": st.lists(st.sampled_from(["no-new-privileges", "label=disable", "seccomp=unconfined", "mask=/proc/a"]), min_size=1, unique=True),
    "privileged": st.booleans(),
    "read_only": st.booleans(),
    "read_only_tmpfs": st.booleans(),
    "init": st.booleans(),
    "tty": st.booleans(),
    "interactive": st.booleans(),
    "stop_signal": st.sampled_from(["SIGINT", "quit", 9, "RTMIN+3"]),
    "stop_timeout": st.integers(0, 900),
    "log_driver": st.sampled_from(["journald", "k8s-file", "none"]),
}  # fmt: skip
POD = {
    "label": pairs,
    "publish": ports,
    "network": st.sampled_from(["host", ["front"], ["back", "front"]]),
    "network_alias": names,
    "userns": st.sampled_from(["nomap", "keep-id", "host"]),
    "hostname": word,
    "share": st.sampled_from(["net", "ipc,net", ["uts", "pid"], "none"]),
    "infra": st.just(True),
    "infra_image": word,
    "dns": st.just(["1.1.1.1"]),
    "dns_search": names,
    "dns_opt": names,
    "add_host": st.dictionaries(word, st.just("10.0.0.1"), min_size=1, max_size=2),
    "volume": below("/v", "v"),
    "restart_policy": st.sampled_from(["no", "always", "on-failure:3"]),
    "exit_policy": st.sampled_from(["continue", "stop"]),
    "security_opt": st.just(["no-new-privileges"]),
    "sysctl": st.just({"net.core.somaxconn": 512}),
    "shm_size": size,
    "memory": size,
    "cpus": st.sampled_from(["0.5", "2"]),
}


def params_of(values: dict[str, Any], least: int = 0, most: int = 8) -> Any:
    """Parameters of a task: some of the options, each with a good value."""
    chosen = st.lists(st.sampled_from(sorted(values)), min_size=least, max_size=most, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: values[name] for name in names})).filter(
        _fit
    )


def _fit(params: dict[str, Any]) -> bool:
    """Whether the options go together: only networks know aliases."""
    aliased = "network_aliases" in params or "network_alias" in params
    return not aliased or (
        isinstance(params.get("network", []), list) and "pasta" not in str(params.get("network"))
    )
