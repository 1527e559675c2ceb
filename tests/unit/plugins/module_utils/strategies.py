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
swap = st.integers(1000, 1900).map("{}g".format)  # counts memory in, which is never more than 900g
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
maps = st.sampled_from([["0:1:1000"], ["0:1:1000", "1000:0:1"], ["5:1:10", "0:100:5"]])
rates = st.dictionaries(st.sampled_from(["/dev/sda", "/dev/vdb"]), st.integers(1, 10**6), min_size=1).map(
    lambda drawn: [f"{device}:{number}" for device, number in drawn.items()]
)
mac = st.integers(0, 255).map(lambda last: f"92:d0:c6:0a:29:{last:02x}")
ip = st.integers(2, 254).map(lambda last: f"10.1.0.{last}")
ip6 = st.integers(2, 0xFFFE).map(lambda last: f"fd01::{last:x}")
CONTAINER = {
    "command": words,
    "entrypoint": words,
    "env": pairs,
    "env_merge": pairs,
    "env_host": st.booleans(),
    "http_proxy": st.booleans(),
    "unsetenv": names,
    "unsetenv_all": st.booleans(),
    "hostuser": names,
    "passwd": st.booleans(),
    "passwd_entry": line,
    "group_entry": line,
    "personality": st.sampled_from(["LINUX", "LINUX32"]),
    "init_path": path,
    "timeout": st.integers(0, 900),
    "platform": st.sampled_from(["linux/amd64", "linux/arm/v7"]),
    "os": word,
    "arch": word,
    "variant": word,
    "rootfs": st.just(False),
    "auto_update": st.sampled_from(["registry", "local", "disabled"]),
    "init_ctr": st.sampled_from(["once", "always"]),
    "rm": st.booleans(),
    "rmi": st.booleans(),
    "systemd": st.sampled_from(["true", "false", "always"]),
    "sdnotify": st.sampled_from(["container", "conmon", "healthy", "ignore"]),
    "log_opt": st.fixed_dictionaries({}, optional={"path": path, "tag": word, "max_size": size}).filter(bool),
    "conmon_pid_file": path,
    "label": pairs,
    "annotation": pairs,
    "publish": ports,
    "expose": st.sampled_from([["80"], ["80/udp", "443"]]),
    "volume": below("/v", "v"),
    "mount": below("/m").map(lambda targets: [f"type=bind,source=/srv,target={each},ro" for each in targets]),
    "tmpfs": below("/t"),
    "volumes_from": names,
    "image_volume": st.sampled_from(["bind", "anonymous", "tmpfs", "ignore"]),
    "device": st.just(["/dev/fuse"]),
    "gpus": st.just(["all"]),
    "shm_size_systemd": size,
    "chrootdirs": st.lists(path, min_size=1, max_size=2),
    "secrets": names.map(lambda drawn: sorted(set(drawn))),
    "network": st.sampled_from(["host", ["front"], ["back", "front:ip=10.1.0.9"], ["pasta:-t,auto"], "container:other"]),
    "network_aliases": names,
    "ip": ip,
    "ip6": ip6,
    "mac_address": mac,
    "publish_all": st.booleans(),
    "hosts_file": st.sampled_from(["none", "image"]),
    "no_hosts": st.booleans(),
    "no_hostname": st.booleans(),
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
    "uidmap": maps,
    "gidmap": maps,
    "ipc": namespace,
    "pid": namespace,
    "uts": namespace,
    "cgroupns": namespace,
    "seccomp_policy": st.sampled_from(["default", "image"]),
    "requires": names,
    "restart_policy": st.sampled_from(["no", "always", "on-failure:3", "unless-stopped"]),
    "healthcheck": st.one_of(st.just("none"), line.filter(str.strip), words.filter(lambda each: each[0] != "NONE")),
    "healthcheck_interval": span,
    "healthcheck_timeout": span,
    "healthcheck_start_period": span,
    "healthcheck_retries": st.integers(1, 9),
    "healthcheck_failure_action": st.sampled_from(["none", "kill", "restart", "stop"]),
    "no_healthcheck": st.booleans(),
    "health_startup_cmd": words.filter(lambda each: each[0] != "NONE"),
    "health_startup_interval": span,
    "health_startup_timeout": span,
    "health_startup_retries": st.integers(1, 9),
    "health_startup_success": st.integers(1, 9),
    "health_log_destination": st.sampled_from(["local", "events_logger"]),
    "health_max_log_count": st.integers(1, 9),
    "health_max_log_size": st.integers(100, 900),
    "memory": size,
    "memory_reservation": size,
    "memory_swap": swap,
    "cpus": st.integers(1, 800).map(lambda each: str(each / 100)),
    "cpu_shares": st.integers(2, 262144),
    "cpu_period": st.integers(1000, 1000000),
    "cpu_quota": st.integers(1000, 10**7),
    "cpuset_cpus": st.sampled_from(["0", "0-1"]),
    "cpuset_mems": st.sampled_from(["0", "0-1"]),
    "pids_limit": st.sampled_from([-1, 1, 512]),
    "blkio_weight": st.integers(10, 1000),
    "blkio_weight_device": st.integers(1, 1000).map(lambda weight: [f"/dev/sda:{weight}"]),
    "device_read_bps": rates,
    "device_write_bps": rates,
    "device_read_iops": rates,
    "device_write_iops": rates,
    "cgroup_conf": st.integers(1, 10**9).map(lambda number: {"memory.high": number}),
    "cgroup_parent": word,
    "cgroups": st.sampled_from(["enabled", "disabled", "no-conmon", "split"]),
    "oom_score_adj": st.integers(-1000, 1000),
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
    "spec_fields": st.sampled_from([{"apparmor_profile": "a"}, {"raw_image_name": "b", "volatile_tmp": [1]}]),
}  # fmt: skip
POD = {
    "label": pairs,
    "publish": ports,
    "network": st.sampled_from(["host", ["front"], ["back", "front"]]),
    "network_alias": names,
    "ip": ip,
    "ip6": ip6,
    "mac_address": mac,
    "userns": st.sampled_from(["nomap", "keep-id", "host"]),
    "uidmap": maps,
    "gidmap": maps,
    "hostname": word,
    "no_hostname": st.booleans(),
    "pid": namespace,
    "uts": namespace,
    "ipc": namespace,
    "share_parent": st.booleans(),
    "share": st.sampled_from(["net", "ipc,net", ["uts", "pid"], "none"]),
    "infra": st.just(True),
    "infra_image": word,
    "infra_name": word,
    "infra_command": words,
    "infra_conmon_pidfile": path,
    "hosts_file": st.sampled_from(["none", "image"]),
    "no_hosts": st.booleans(),
    "volumes_from": names,
    "device": st.just(["/dev/fuse"]),
    "gpus": st.just(["all"]),
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
    "shm_size_systemd": size,
    "memory": size,
    "memory_swap": swap,
    "cpus": st.sampled_from(["0.5", "2"]),
    "cpu_shares": st.integers(2, 262144),
    "cpuset_cpus": st.sampled_from(["0", "0-1"]),
    "cpuset_mems": st.sampled_from(["0"]),
    "blkio_weight": st.integers(10, 1000),
    "cgroup_parent": word,
    "spec_fields": st.sampled_from([{"serviceContainerID": "a"}, {"raw": [1]}]),
}


def params_of(values: dict[str, Any], least: int = 0, most: int = 8) -> Any:
    """Parameters of a task: some of the options, each with a good value."""
    chosen = st.lists(st.sampled_from(sorted(values)), min_size=least, max_size=most, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: values[name] for name in names})).filter(
        _fit
    )


# Options of which Podman knows one at a time.
EITHER = [
    ({"userns"}, {"uidmap", "gidmap"}),
    ({"cpus"}, {"cpu_period", "cpu_quota"}),
    ({"no_healthcheck"}, {name for name in CONTAINER if name.startswith("healthcheck")}),
    ({"security_opt"}, {"spec_fields"}),
]


def _fit(params: dict[str, Any]) -> bool:
    """Whether the options go together: only networks know aliases, and addresses are for a single one."""
    if any(one & set(params) and other & set(params) for one, other in EITHER):
        return False
    timed = {"healthcheck_interval", "healthcheck_timeout", "healthcheck_start_period", "healthcheck_retries"}
    if params.get("healthcheck") == "none" and timed & set(params):
        return False
    network = params.get("network", [])
    joined = isinstance(network, list) and "pasta" not in str(network)
    aliased = "network_aliases" in params or "network_alias" in params
    fixed = {"ip", "ip6", "mac_address"} & set(params)
    return (joined or not (aliased or fixed)) and (len(network) < 2 or not fixed)
