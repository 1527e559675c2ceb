# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container as a Quadlet unit: each option as Quadlet's own key, or as a word of PodmanArgs= (pure).

Quadlet turns its keys into flags of ``podman run`` and nothing more, so a flag says the same wherever a version has no
key for an option, or where a value is none that a key can hold. What a unit cannot do at all is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple

from .. import _errors, _networks, _options, _quadlet, _quadlet_keys, _quadlet_values
from . import container

SECTION = "Container"
# What every key takes as it is, whether it is split into words or not.
_PLAIN = re.compile(r"[A-Za-z0-9_@./:=,+\[\]-]+\Z")
_TYPES = tuple(f".{suffix}" for suffix in _quadlet_keys.SUFFIXES)

# Quadlet's own key for an option; since when, says the table of keys.
KEYS = {
    "env_host": "EnvironmentHost", "http_proxy": "HttpProxy", "container_user": "User", "group_add": "GroupAdd", "workdir": "WorkingDir",
    "timezone": "Timezone", "init": "RunInit", "stop_signal": "StopSignal", "stop_timeout": "StopTimeout", "auto_update": "AutoUpdate",
    "log_driver": "LogDriver", "log_opt": "LogOpt", "volume": "Volume", "tmpfs": "Tmpfs", "secrets": "Secret", "device": "AddDevice",
    "read_only": "ReadOnly", "read_only_tmpfs": "ReadOnlyTmpfs", "shm_size": "ShmSize", "publish": "PublishPort", "expose": "ExposeHostPort",
    "network": "Network", "network_aliases": "NetworkAlias", "ip": "IP", "ip6": "IP6", "dns": "DNS", "dns_search": "DNSSearch",
    "dns_option": "DNSOption", "etc_hosts": "AddHost", "hostname": "HostName", "userns": "UserNS", "uidmap": "UIDMap", "gidmap": "GIDMap",
    "cap_add": "AddCapability", "cap_drop": "DropCapability", "sysctl": "Sysctl", "healthcheck": "HealthCmd",
    "healthcheck_interval": "HealthInterval", "healthcheck_timeout": "HealthTimeout", "healthcheck_start_period": "HealthStartPeriod",
    "healthcheck_retries": "HealthRetries", "healthcheck_failure_action": "HealthOnFailure", "health_startup_cmd": "HealthStartupCmd",
    "health_startup_interval": "HealthStartupInterval", "health_startup_timeout": "HealthStartupTimeout",
    "health_startup_retries": "HealthStartupRetries", "health_startup_success": "HealthStartupSuccess",
    "health_log_destination": "HealthLogDestination", "health_max_log_count": "HealthMaxLogCount", "health_max_log_size": "HealthMaxLogSize",
    "memory": "Memory", "pids_limit": "PidsLimit", "cgroups": "CgroupsMode", "ulimit": "Ulimit",
}  # fmt: skip
# Flags that are not called as the option is.
FLAGS = {
    "container_user": "user", "timezone": "tz", "conmon_pid_file": "conmon-pidfile", "secrets": "secret", "network_aliases": "network-alias",
    "etc_hosts": "add-host", "healthcheck": "health-cmd", "healthcheck_interval": "health-interval", "healthcheck_timeout": "health-timeout",
    "healthcheck_start_period": "health-start-period", "healthcheck_retries": "health-retries",
    "healthcheck_failure_action": "health-on-failure",
}  # fmt: skip


class Refusal(NamedTuple):
    """Values of an option that no unit can have, and why."""

    refuses: Callable[[Any], bool]
    why: str


REFUSED = {
    "rm": Refusal(
        lambda value: not value, "a unit's container is always removed when it has stopped; leave it out"
    ),
    "rmi": Refusal(bool, "the image would be pulled at every start; leave it out"),
    "sdnotify": Refusal(
        lambda value: value == "ignore",
        "systemd waits for the word of its containers; use conmon, container or healthy",
    ),
    "restart_policy": Refusal(
        lambda value: bool(value["tries"]),
        "systemd counts tries in its own way, by StartLimitBurst=; leave out the number",
    ),
    "cgroup_parent": Refusal(
        bool,
        "a unit's container is in the cgroup of its service; say Slice= in a unit of your own, or use runtime: podman",
    ),
    "init_ctr": Refusal(
        bool,
        "Quadlet has no init containers; use runtime: podman, or a service with Type=oneshot before the others",
    ),
    "spec_fields": Refusal(
        bool, "they are fields of Podman's API, which a unit does not speak; use runtime: podman"
    ),
}
RESTART = {"no": "no", "always": "always", "unless-stopped": "always", "on-failure": "on-failure"}


def unit_of_container(name: str, image: str, spec: _options.Spec, version: str) -> _quadlet.Unit:
    """The unit of a container with these options, for this version of Podman. Raises Failure."""
    lines: list[tuple[str, str]] = [("ContainerName", _quadlet_values.whole(name, "name"))]
    if image.endswith(_TYPES):
        raise _errors.Failure(
            f"image: {image!r} was given, which Quadlet takes for the name of a unit; give the image another tag."
        )
    lines.append(("Rootfs" if spec.get("rootfs") else "Image", _quadlet_values.whole(image, "image")))
    service: list[tuple[str, str]] = []
    for row, value in given(container.TABLE, spec, REFUSED):
        if row.name == "restart_policy":
            service.append(("Restart", RESTART[value["name"]]))
        elif row.name == "sdnotify":
            lines += {"container": [("Notify", "true")], "healthy": [("Notify", "healthy")]}.get(value, [])
        elif row.name in SPECIAL:
            lines += SPECIAL[row.name](value)
        elif row.name not in ("rm", "rmi", "rootfs"):
            lines += lines_of(row, value, version, CONTAINERS)
    lines += default_network(spec)
    sections = {SECTION: lines, **({"Service": service} if service else {})}
    return _quadlet.unit_of(sections)


class Words(NamedTuple):
    """How the options of one kind of unit are said: its section, its keys, flags of other names, values of other forms."""

    section: str
    keys: Mapping[str, str]
    flags: Mapping[str, str]
    printed: Mapping[str, Callable[[Any], Any]]


def lines_of(row: _options.Option, value: Any, version: str, said: Words) -> list[tuple[str, str]]:
    """An option under its own key where that says the same, else as a flag."""
    printed = said.printed[row.name](value) if row.name in said.printed else row.type.show(value)
    key = said.keys.get(row.name, "")
    fits = bool(key) and _quadlet_keys.has_version(version, _quadlet_keys.SINCE[said.section][key])
    found = []
    for text in _texts(printed):
        if fits and _PLAIN.match(text) and not _names_a_unit(row.name, text):
            found.append((key, text))
        else:
            flag = f"--{said.flags.get(row.name, row.name.replace('_', '-'))}={text}"
            found.append(("PodmanArgs", _quadlet_values.word(flag, row.name)))
    return found


def given(
    table: _options.OptionTable, spec: _options.Spec, refused: Mapping[str, Refusal]
) -> Iterator[tuple[_options.Option, Any]]:
    """The rows that a declaration has values for, in the table's order. Raises Failure for what no unit can have."""
    for row in table.rows:
        if row.name not in spec:
            continue
        value = spec[row.name]
        refusal = refused.get(row.name)
        if refusal and refusal.refuses(value):
            raise _errors.Failure(f"{row.name}: {row.type.show(value)!r} was given, and {refusal.why}.")
        yield row, value


def default_network(spec: _options.Spec) -> list[tuple[str, str]]:
    """The network that an address or an alias belongs to, where none is named: over the API it is the same."""
    named = any(option in spec for option in ("network_aliases", "network_alias", "ip", "ip6", "mac_address"))
    said = spec.get("network") or {"mode": "", "networks": {}}
    return (
        [("Network", _networks.DEFAULT_NETWORK)]
        if named and not said["mode"] and not said["networks"]
        else []
    )


def _texts(printed: Any) -> list[str]:
    if isinstance(printed, bool):
        return ["true" if printed else "false"]
    if isinstance(printed, Mapping):
        return [f"{name}={value}" for name, value in printed.items()]
    return [str(each) for each in printed] if isinstance(printed, list) else [str(printed)]


def _names_a_unit(option: str, text: str) -> bool:
    """Whether Quadlet would take a part of it for another unit, or for a path beside the unit."""
    if option not in ("volume", "network"):
        return False
    first = text.split(":", 1)[0]
    return first.endswith(_TYPES) or first.startswith(".")


def _pairs(key: str, option: str) -> Callable[[Mapping[str, str]], list[tuple[str, str]]]:
    quote = _quadlet_values.variable if key == "Environment" else _quadlet_values.assignment
    return lambda value: [(key, quote(name, each, option)) for name, each in value.items()]


def _arguments(flag: str, option: str) -> Callable[[Any], list[tuple[str, str]]]:
    return lambda value: [
        ("PodmanArgs", _quadlet_values.word(f"--{flag}={each}", option)) for each in _texts(value)
    ]


SPECIAL: dict[str, Callable[[Any], list[tuple[str, str]]]] = {
    "command": lambda value: [("Exec", _quadlet_values.words(value, "command"))] if value else [],
    "entrypoint": lambda value: _arguments("entrypoint", "entrypoint")([json.dumps(value)]),
    "env": _pairs("Environment", "env"),
    "env_merge": _arguments("env-merge", "env_merge"),
    "label": _pairs("Label", "label"),
    "annotation": _pairs("Annotation", "annotation"),
    "mount": lambda value: [line for each in value for line in _mount(each)],
    "no_healthcheck": lambda value: [("PodmanArgs", "--no-healthcheck")] if value else [],
}


def _mount(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A mount as --volume or --tmpfs, whose options are those of the typed form, else as --mount."""
    source, target, options = value.get("source") or "", value["target"], list(value["options"])
    if any(character in f"{source}{target}" for character in ":,"):
        raise _errors.Failure(
            f"mount: {source or target!r} has a colon or a comma in it, which a unit cannot hold; mount a path without."
        )
    if value["type"] in ("bind", "volume"):
        return _arguments("volume", "mount")(
            [":".join([*([source] if source else []), target, *([",".join(options)] if options else [])])]
        )
    if value["type"] == "tmpfs":
        return _arguments("tmpfs", "mount")(_tmpfs([value]))
    parts = [f"type={value['type']}", *([f"source={source}"] if source else []), f"target={target}", *options]
    return _arguments("mount", "mount")([",".join(parts)])


def _tmpfs(value: list[Mapping[str, Any]]) -> list[str]:
    return [
        ":".join([each["target"], *([",".join(each["options"])] if each["options"] else [])])
        for each in value
    ]


def _secrets(value: list[Mapping[str, Any]]) -> list[str]:
    found = []
    for each in value:
        parts = [each["name"], f"type={each['type']}"]
        parts += [f"target={each['target']}"] if each.get("target") else []
        if each["type"] == "mount":
            parts += [f"uid={each['uid']}", f"gid={each['gid']}", f"mode={each['mode']:04o}"]
        found.append(",".join(parts))
    return found


def _check(value: list[str]) -> str:
    """A health check as the command line takes it."""
    kind, *rest = value
    if kind != "CMD":
        return rest[0] if rest else "none"
    if len(rest) > 1:
        return json.dumps(rest)
    if any(character.isspace() for character in rest[0]):
        raise _errors.Failure(
            f"healthcheck: a command of the single word {rest[0]!r} cannot have a blank in a unit; write it as a text for the shell."
        )
    return f"CMD {rest[0]}"


def _limits(value: list[Mapping[str, Any]]) -> list[str]:
    return [f"{each['type']}={each['soft']}:{each['hard']}" for each in value]


def networks(value: Mapping[str, Any]) -> list[str]:
    """Networks with what is said of each, or one mode."""
    if not value["networks"]:
        return [
            ":".join(
                filter(
                    None,
                    [
                        {"path": "ns"}.get(value["mode"], value["mode"]),
                        value["value"],
                        ",".join(value["options"]),
                    ],
                )
            )
        ]
    found = []
    for name, joined in sorted(value["networks"].items()):
        parts = [f"{'ip6' if ':' in each else 'ip'}={each}" for each in joined.get("static_ips", [])]
        parts += [f"mac={joined['static_mac']}"] if "static_mac" in joined else []
        parts += [f"alias={each}" for each in joined.get("aliases", [])]
        parts += [f"interface_name={joined['interface_name']}"] if "interface_name" in joined else []
        found.append(":".join(filter(None, [name, ",".join(parts)])))
    return found


PRINTED: dict[str, Callable[[Any], Any]] = {
    "tmpfs": _tmpfs,
    "secrets": _secrets,
    "healthcheck": _check,
    "health_startup_cmd": _check,
    "ulimit": _limits,
    "network": networks,
    "etc_hosts": lambda value: [f"{name}:{address}" for name, address in value.items()],
    "log_opt": lambda value: {name.replace("_", "-"): each for name, each in value.items()},
}
CONTAINERS = Words(SECTION, KEYS, FLAGS, PRINTED)
