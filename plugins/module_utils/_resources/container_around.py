# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a container shares with its host, as it is found: storage, networks, namespaces (pure)."""

from __future__ import annotations

from .. import _ports
from . import container_inspected

# What every volume is mounted with, and how large /dev/shm is unless said.
ON_VOLUMES = {"nosuid", "nodev", "rbind", "rprivate", "rw", "ro", ""}
SHM = 65536000


def storage(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    """Volumes, mounts, secrets, devices."""
    overlays = [
        each
        for each in found.flags.get("volume", ())
        if "O" in each.split(":")[-1].split(",") and each.count(":") == 2
    ]
    volumes, mounts = list(overlays), []
    over = {each.split(":")[1].rstrip("/") for each in overlays}
    for each in found.inspect.get("Mounts") or ():
        target = str(each.get("Destination"))
        if target.rstrip("/") in over:
            continue
        extra = sorted({*(each.get("Options") or ()), str(each.get("Propagation") or "")} - ON_VOLUMES)
        extra += [] if each.get("RW", True) else ["ro"]
        if each.get("Type") == "image":
            mounts.append(
                {
                    "type": "image",
                    "source": each.get("Source"),
                    "target": target,
                    **({"rw": True} if each.get("RW") else {}),
                }
            )
        elif any(name.startswith("lowerdir=") for name in extra) or each.get("SubPath"):
            told.lost.append(
                f"volume: how {target} is mounted cannot be told from what Podman shows; say it with overrides"
            )
        else:
            name = str(each.get("Name") or "") if each.get("Type") == "volume" else str(each.get("Source"))
            source = found.volumes.get(name, name)
            volumes.append(":".join([source, target, *([",".join(extra)] if extra else [])]))
    if volumes:
        told.options["volume"] = volumes
    if mounts:
        told.options["mount"] = mounts
    tmpfs = found.at("HostConfig.Tmpfs") or {}
    if tmpfs:
        told.options["tmpfs"] = {
            target: ",".join(_without(value, {"rprivate", "tmpcopyup", "rw", "nosuid", "nodev"}))
            for target, value in tmpfs.items()
        }
    mounted = {str(each.get("Destination")) for each in found.inspect.get("Mounts") or ()} | set(tmpfs)
    if set(found.of_image("Volumes") or {}) - mounted:
        told.options["image_volume"] = "ignore"
    _secrets(found, told)
    if not found.at("HostConfig.Privileged"):
        devices = [
            ":".join(filter(None, [str(each.get("PathOnHost")), str(each.get("PathInContainer"))]))
            for each in found.at("HostConfig.Devices") or []
        ] or list(found.flags.get("device", ()))
        if devices:
            told.options["device"] = devices
    told.put(
        found, {"read_only": ("HostConfig.ReadonlyRootfs", False), "shm_size": ("HostConfig.ShmSize", SHM)}
    )
    if str(found.at("HostConfig.IpcMode")).partition(":")[0] in ("host", "container", "none"):
        told.options.pop("shm_size", None)


def _without(options: str, left_out: set[str]) -> list[str]:
    """Mount options without those that every such mount has."""
    return [each for each in str(options).split(",") if each and each not in left_out]


def _secrets(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    given = list(found.flags.get("secret", ()))
    if given:
        told.options["secrets"] = given
        return
    shown = found.at("Config.Secrets") or []
    if shown:
        told.options["secrets"] = [
            {
                "name": each["Name"],
                "uid": each.get("UID", 0),
                "gid": each.get("GID", 0),
                "mode": f"{each.get('Mode', 292):04o}",
            }
            for each in shown
        ]


def network(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    """Ports, networks, names."""
    ports = []
    for inside, bindings in (found.at("HostConfig.PortBindings") or {}).items():
        number, _slash, protocol = str(inside).partition("/")
        for each in bindings or ():
            address = str(each.get("HostIp") or "")
            ports.append(_ports.print_port({
                "host_ip": "" if address == "0.0.0.0" else address, "host_port": int(each.get("HostPort") or 0),
                "container_port": int(number), "range": 1, "protocol": protocol or "tcp",
            }))  # fmt: skip
    if ports:
        told.options["publish"] = sorted(ports)
    published = set(found.at("HostConfig.PortBindings") or {})
    exposed = (
        set(found.at("Config.ExposedPorts") or {}) - set(found.of_image("ExposedPorts") or {}) - published
    )
    if exposed:
        told.options["expose"] = sorted(exposed)
    mode = str(found.at("HostConfig.NetworkMode") or "")
    given = list(found.flags.get("network", ()))
    aliases: set[str] = set()
    if mode.startswith("container:"):
        told.options["network"] = [container_inspected.other(found, mode)]
    elif mode == "bridge":
        joined = found.at("NetworkSettings.Networks") or {}
        names = [each.partition(":")[0] for each in given]
        known = (
            given
            if set(joined) == {"podman" if name == "bridge" else name for name in names}
            else sorted(joined)
        )
        told.options["network"] = known
        if known is not given and not any(flag in found.flags for flag in ("ip", "ip6", "mac-address")):
            own = {str(found.inspect.get("Id"))[:12], str(found.at("Config.Hostname"))}
            for each in joined.values():
                mine = [
                    alias
                    for alias in each.get("Aliases") or ()
                    if alias not in own and alias != found.inspect.get("Name")
                ]
                aliases |= set(mine)
        else:
            aliases |= set(found.flags.get("network-alias", ()))
    elif given:
        told.options["network"] = given
    elif mode not in ("", "pasta", "slirp4netns"):
        told.options["network"] = [mode]
    if aliases:
        told.options["network_aliases"] = sorted(aliases)
    told.put(
        found,
        {
            "dns": ("HostConfig.Dns", []),
            "dns_search": ("HostConfig.DnsSearch", []),
            "dns_option": ("HostConfig.DnsOptions", []),
        },
    )
    hosts = dict(
        str(each).split(":", 1) for each in found.at("HostConfig.ExtraHosts") or () if ":" in str(each)
    )
    if hosts:
        told.options["etc_hosts"] = hosts
    hostname = str(found.at("Config.Hostname") or "")
    alone = (
        str(found.at("HostConfig.UTSMode") or "private") == "private"
        and mode != "host"
        and not mode.startswith("container:")
    )
    if hostname and alone and hostname != str(found.inspect.get("Id"))[:12]:
        told.options["hostname"] = hostname
    sysctl = dict(each.partition("=")[::2] for each in found.flags.get("sysctl", ()))
    if sysctl:
        told.options["sysctl"] = sysctl


def security(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    """Namespaces, capabilities, profiles."""
    maps = found.at("HostConfig.IDMappings") or {}
    mapped = container_inspected.userns(found)
    if mapped and mapped.partition(":")[0] != "auto":
        told.options["userns"] = mapped
    elif maps.get("UidMap"):
        told.options["uidmap"], told.options["gidmap"] = (
            list(maps["UidMap"]),
            list(maps.get("GidMap") or maps["UidMap"]),
        )
    for option, path, usual in (
        ("ipc", "IpcMode", ("", "private", "shareable")), ("pid", "PidMode", ("", "private")), ("uts", "UTSMode", ("", "private")),
        ("cgroupns", "CgroupMode", ("", "private")),
    ):  # fmt: skip
        mode = str(found.at(f"HostConfig.{path}") or "")
        if mode not in usual or (option == "ipc" and mode == "private"):
            told.options[option] = container_inspected.other(found, mode) if ":" in mode else mode
    if found.at("HostConfig.Privileged"):
        told.options["privileged"] = True
    else:
        told.put(found, {"cap_add": ("HostConfig.CapAdd", []), "cap_drop": ("HostConfig.CapDrop", [])})
    shown = [each for each in found.at("HostConfig.SecurityOpt") or () if not str(each).startswith("unmask")]
    given = [
        each
        for each in found.flags.get("security-opt", ())
        if each.split("=")[0].split(":")[0] in ("mask", "unmask", "proc-opts", "systempaths")
    ]
    if shown or given:
        told.options["security_opt"] = [*shown, *given]
