# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that units take over: what would be lost, names for nameless volumes, and whether the new one is as the old one was (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from . import _errors, _options, _quadlet, _record, _service_states, _values
from ._resources import container_found, container_inspected

HIDDEN = "(hidden)"
# The label of a volume that was given the data of one without a name: it says of which.
FROM = "rootless.podman.from"
# podman-compose says so of all that it makes, whether there is such a unit or not.
COMPOSES = "podman-compose@"
APP = "rootless.podman.app"
# What each start writes anew, and what nobody misses.
_PASSING = (
    "/run", "/tmp", "/var/run", "/var/tmp", "/var/cache", "/dev", "/proc", "/sys",
    "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/etc/passwd", "/etc/group", "/etc/localtime",
)  # fmt: skip
# Compared as they are: the same before and after.
_SAME = (
    "Image", "Config.User", "Config.Cmd", "Config.Entrypoint", "Config.WorkingDir", "Config.StopSignal", "Config.StopTimeout", "Config.Tty",
    "Config.OpenStdin", "Config.Healthcheck", "Config.StartupHealthCheck", "Config.HealthcheckOnFailureAction", "Config.Timezone",
    "Config.Umask", "Config.Timeout", "Config.ExposedPorts", "BoundingCaps", "EffectiveCaps", "HostConfig.Tmpfs", "HostConfig.PortBindings",
    "HostConfig.Dns", "HostConfig.DnsOptions", "HostConfig.DnsSearch", "HostConfig.ExtraHosts", "HostConfig.GroupAdd", "HostConfig.IpcMode",
    "HostConfig.PidMode", "HostConfig.UTSMode", "HostConfig.CgroupMode", "HostConfig.UsernsMode", "HostConfig.IDMappings",
    "HostConfig.NetworkMode", "HostConfig.Privileged", "HostConfig.ReadonlyRootfs", "HostConfig.SecurityOpt", "HostConfig.ShmSize",
    "HostConfig.Memory", "HostConfig.MemoryReservation", "HostConfig.MemorySwap", "HostConfig.NanoCpus", "HostConfig.CpuShares",
    "HostConfig.CpuQuota", "HostConfig.CpuPeriod", "HostConfig.CpusetCpus", "HostConfig.CpusetMems", "HostConfig.PidsLimit",
    "HostConfig.Devices", "HostConfig.Init", "HostConfig.LogConfig.Type", "HostConfig.LogConfig.Size", "HostConfig.BlkioWeight",
    "HostConfig.CgroupConf",
)  # fmt: skip
_UNORDERED = (
    "BoundingCaps",
    "EffectiveCaps",
    "HostConfig.SecurityOpt",
    "HostConfig.GroupAdd",
    "HostConfig.ExtraHosts",
)


def refuse(inspect: Mapping[str, Any], loose: Collection[str] = ()) -> str:
    """Why no unit can take over this container; empty when one can. What ``loose`` pods hold is in them by name alone."""
    name, labels = str(inspect.get("Name")), _options.get_path(inspect, "Config.Labels") or {}
    if not _values.OBJECT_NAME.fullmatch(name) or name.endswith((".rp-new", ".rp-old")):
        return f"container {name}: its name is one that a killed run left, or none for a unit; run the task that made it, or rename it"
    if inspect.get("Pod") and inspect["Pod"] not in loose:
        return f"container {name}: it is in a pod, which goes into units as a whole; declare the pod with rootless.podman.pod"
    if labels.get(APP):
        return f"container {name}: it belongs to the app {labels[APP]}, whose next run would make it anew; say runtime: systemd in the app"
    unit = labels.get(_service_states.UNIT_LABEL)
    if unit and not str(unit).startswith(COMPOSES):
        return f"container {name}: it belongs to {unit} already, which somebody else made; remove that unit and make the container without it first"
    return ""


def losses(
    inspect: Mapping[str, Any],
    options: container_inspected.Options,
    key: bytes,
    changed: Sequence[Mapping[str, Any]],
) -> list[str]:
    """What no unit would bring back: what is written in the container itself, and what Podman does not tell of it."""
    found = []
    secrets = [
        part[7:]
        for each in options.get("secrets", ())
        if isinstance(each, str)
        for part in each.split(",")
        if part.startswith("target=/")
    ]
    files = [each for each in written(inspect, changed) if each not in secrets]
    if files:
        shown = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        found.append(
            f"files: the container has written into itself ({shown}), and a new one is made of its image; mount a volume there, or copy them first"
        )
    if _options.get_path(inspect, "HostConfig.AutoRemove"):
        found.append(
            "rm: it was made with --rm and is gone when it stops, so nothing would lead back if its unit did not start"
        )
    if int(_options.get_path(inspect, "HostConfig.RestartPolicy.MaximumRetryCount") or 0):
        found.append(
            "restart_policy: it counts tries, which systemd does in its own way; the unit restarts it without that number"
        )
    recorded = _record.read(
        key, "container", str(inspect.get("Name")), _options.get_path(inspect, "Config.Labels")
    )
    unseen = [name for name in recorded or () if name in container_found.UNSEEN and name not in options]
    if unseen:
        found.append(
            f"{unseen[0]}: its task declared {', '.join(unseen)}, which Podman does not tell; say it with overrides, or runtime: systemd in that task"
        )
    return found


def written(inspect: Mapping[str, Any], changed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Files that are in the container itself and not in its image; places that each start fills are left out."""
    mounts = [str(each.get("Destination")).rstrip("/") for each in inspect.get("Mounts") or ()]
    mounts += [str(each).rstrip("/") for each in _options.get_path(inspect, "HostConfig.Tmpfs") or ()]
    paths = {str(each.get("Path")): int(each.get("Kind", each.get("kind", 0)) or 0) for each in changed}
    left = []
    for path in sorted(paths):
        passing = any(path == each or path.startswith(f"{each}/") for each in (*_PASSING, *mounts))
        # A folder is told for what lies in it, and for what is mounted there.
        holds = any(other.startswith(f"{path.rstrip('/')}/") for other in (*paths, *mounts, *_PASSING))
        if not passing and not holds:
            left.append(path)
    return left


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    moved: Mapping[str, str],
    options: container_inspected.Options,
) -> list[str]:
    """In what the container of the unit is not as the one before was: names of what inspect shows. What systemd owns does not count."""
    found = []
    for path in _SAME:
        one, other = (_plain(_options.get_path(each, path), path in _UNORDERED) for each in (before, after))
        if one != other:
            found.append(path)
    for path, of in (
        ("Config.Env", _env),
        ("Config.Labels", _labels),
        ("Config.Annotations", _annotations),
        ("NetworkSettings.Networks", _networks),
    ):
        if of(before) != of(after):
            found.append(path)
    if "hostname" in options and _options.get_path(before, "Config.Hostname") != _options.get_path(
        after, "Config.Hostname"
    ):
        found.append("Config.Hostname")
    asked = " ".join(map(str, options.get("network", ())))
    if ("ip=" in asked or "ip6=" in asked or "ip" in options or "ip6" in options) and _addresses(
        before
    ) != _addresses(after):
        found.append("NetworkSettings.Networks.IPAddress")
    if _mounts(before, moved) != _mounts(after, {}):
        found.append("Mounts")
    if _secrets(before) != _secrets(after):
        found.append("Config.Secrets")
    if (
        "ulimit" in options
        and not _limits(before) <= _limits(after)
        and not _declared_limits(options, before) <= _limits(after)
    ):
        found.append("HostConfig.Ulimits")
    return found


def _plain(value: Any, unordered: bool) -> Any:
    """What says the same in the same form: nothing is nothing, however it is written."""
    if value in (None, "", [], {}, 0, False):
        return None
    return sorted(map(str, value)) if unordered else value


def _env(inspect: Mapping[str, Any]) -> set[str]:
    own = {f"HOSTNAME={_options.get_path(inspect, 'Config.Hostname')}"}
    return set(_options.get_path(inspect, "Config.Env") or ()) - own


def _labels(inspect: Mapping[str, Any]) -> dict[str, str]:
    labels = _options.get_path(inspect, "Config.Labels") or {}
    return {name: value for name, value in labels.items() if name not in container_found.OWN_LABELS[:2]}


def _annotations(inspect: Mapping[str, Any]) -> dict[str, str]:
    found = _options.get_path(inspect, "Config.Annotations") or {}
    return {
        name: value for name, value in found.items() if not name.startswith(container_found.OWN_ANNOTATIONS)
    }


def _networks(inspect: Mapping[str, Any]) -> dict[str, set[str]]:
    own = {str(inspect.get("Id"))[:12], _options.get_path(inspect, "Config.Hostname"), inspect.get("Name")}
    joined = _options.get_path(inspect, "NetworkSettings.Networks") or {}
    return {name: set((each or {}).get("Aliases") or ()) - own for name, each in joined.items()}


def _addresses(inspect: Mapping[str, Any]) -> list[Any]:
    joined = _options.get_path(inspect, "NetworkSettings.Networks") or {}
    return [
        (name, each.get("IPAddress"), each.get("GlobalIPv6Address")) for name, each in sorted(joined.items())
    ]


def _mounts(inspect: Mapping[str, Any], moved: Mapping[str, str]) -> list[Any]:
    found = []
    for each in inspect.get("Mounts") or ():
        name = str(each.get("Name") or "")
        overlay = [option for option in each.get("Options") or () if str(option).startswith("lowerdir=")]
        source = overlay or ([moved.get(name, name)] if name else [each.get("Source")])
        options = [] if overlay else sorted(map(str, each.get("Options") or ()))
        found.append(
            (
                str(each.get("Destination")),
                each.get("Type"),
                source,
                bool(each.get("RW")),
                each.get("Propagation"),
                options,
            )
        )
    return sorted(found, key=lambda mount: mount[0])


def _secrets(inspect: Mapping[str, Any]) -> list[Any]:
    return sorted(
        (each.get("Name"), each.get("UID"), each.get("GID"), each.get("Mode"))
        for each in _options.get_path(inspect, "Config.Secrets") or ()
    )


def _limits(inspect: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    return {
        (each.get("Name"), each.get("Soft"), each.get("Hard"))
        for each in _options.get_path(inspect, "HostConfig.Ulimits") or ()
    }


def _declared_limits(options: container_inspected.Options, before: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    names = {f"RLIMIT_{str(each).partition('=')[0].upper()}" for each in options.get("ulimit", ())}
    return {each for each in _limits(before) if each[0] in names}


def hidden_text(text: str) -> str:
    """A unit as people may see it: variables keep their names alone."""
    try:
        unit = _quadlet.parse(text)
    except _errors.Failure:
        return ""
    sections = {
        section.name: [(key, _hide(key, value)) for key, value in section.lines] for section in unit.sections
    }
    return _quadlet.render(_quadlet.unit_of(sections))


def _hide(key: str, value: str) -> str:
    if key == "Environment":
        return f"{value.split('=', 1)[0]}={HIDDEN}" + ('"' if value.startswith('"') else "")
    return (
        re.sub(r"(--env(?:-merge)?=[^=]+=).*", rf"\1{HIDDEN}", value, flags=re.DOTALL)
        if key == "PodmanArgs"
        else value
    )


def hidden_options(options: container_inspected.Options) -> container_inspected.Options:
    """Options as a task returns them."""
    return {
        name: dict.fromkeys(value, HIDDEN) if name in ("env", "env_merge") else value
        for name, value in options.items()
    }
