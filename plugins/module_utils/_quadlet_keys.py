# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kinds of units and which keys Quadlet knows since which version of Podman (pure).

Quadlet itself refuses a key that it does not know. This table is for the sentence that says since when it would.
"""

from __future__ import annotations

import dataclasses
import re

from . import _errors, _quadlet

# Suffix of the file: its section, and since when.
SUFFIXES = {
    "container": ("Container", "4.4"),
    "pod": ("Pod", "5.0"),
    "volume": ("Volume", "4.4"),
    "network": ("Network", "4.4"),
    "image": ("Image", "4.8"),
    "build": ("Build", "5.2"),
    "kube": ("Kube", "4.4"),
}
FIRST = "4.4"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*(@[A-Za-z0-9_.:-]*)?\Z")
# Longest name of a file, less what drafts and kept files add to it.
_LONGEST = 255 - 24
_KEYS = {
    "Container": {
        "4.4": (
            "AddCapability AddDevice Annotation ContainerName DropCapability Environment EnvironmentFile "
            "EnvironmentHost Exec ExposeHostPort Group Image Label Network NoNewPrivileges Notify PodmanArgs "
            "PublishPort ReadOnly RemapGid RemapUid RemapUidSize RemapUsers RunInit SeccompProfile Timezone "
            "User VolatileTmp Volume"
        ),
        "4.5": (
            "HealthCmd HealthInterval HealthOnFailure HealthRetries HealthStartPeriod HealthStartupCmd "
            "HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout "
            "HealthTimeout IP IP6 LogDriver Mount Rootfs Secret SecurityLabelDisable SecurityLabelFileType "
            "SecurityLabelLevel SecurityLabelType Tmpfs UserNS"
        ),
        "4.6": "AutoUpdate HostName Mask Pull SecurityLabelNested Sysctl Unmask WorkingDir",
        "4.7": "DNS DNSOption DNSSearch PidsLimit ShmSize Ulimit",
        "4.8": "ContainersConfModule GIDMap GlobalArgs ReadOnlyTmpfs SubGIDMap SubUIDMap UIDMap",
        "5.0": "Entrypoint Pod StopTimeout",
        "5.1": "GroupAdd",
        "5.2": "LogOpt NetworkAlias StopSignal",
        "5.3": (
            "AddHost CgroupsMode HealthLogDestination HealthMaxLogCount HealthMaxLogSize ServiceName "
            "StartWithPod"
        ),
        "5.5": "Memory ReloadCmd ReloadSignal Retry RetryDelay",
        "5.7": "HttpProxy",
        "5.8": "AppArmor",
    },
    "Volume": {
        "4.4": "Copy Device Group Label Options Type User",
        "4.6": "PodmanArgs",
        "4.7": "VolumeName",
        "4.8": "ContainersConfModule Driver GlobalArgs Image",
        "5.3": "ServiceName",
    },
    "Network": {
        "4.4": "DisableDNS Driver Gateway IPAMDriver IPRange IPv6 Internal Label Options Subnet",
        "4.6": "PodmanArgs",
        "4.7": "DNS NetworkName",
        "4.8": "ContainersConfModule GlobalArgs",
        "5.3": "ServiceName",
        "5.5": "NetworkDeleteOnStop",
        "5.6": "InterfaceName",
    },
    "Kube": {
        "4.4": "ConfigMap Network PublishPort RemapGid RemapUid RemapUidSize RemapUsers Yaml",
        "4.5": "LogDriver UserNS",
        "4.6": "ExitCodePropagation PodmanArgs",
        "4.7": "AutoUpdate SetWorkingDirectory",
        "4.8": "ContainersConfModule GlobalArgs KubeDownForce",
        "5.2": "LogOpt",
        "5.3": "ServiceName",
    },
    "Image": {
        "4.8": (
            "AllTags Arch AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs Image "
            "ImageTag OS PodmanArgs TLSVerify Variant"
        ),
        "5.3": "ServiceName",
        "5.5": "Retry RetryDelay",
        "5.6": "Policy",
    },
    "Pod": {
        "5.0": "ContainersConfModule GlobalArgs Network PodName PodmanArgs PublishPort Volume",
        "5.2": "NetworkAlias",
        "5.3": (
            "AddHost DNS DNSOption DNSSearch GIDMap IP IP6 RemapGid RemapUid RemapUidSize RemapUsers "
            "ServiceName SubGIDMap SubUIDMap UIDMap UserNS"
        ),
        "5.4": "ShmSize",
        "5.5": "HostName",
        "5.6": "ExitPolicy Label",
        "5.7": "StopTimeout",
    },
    "Build": {
        "5.2": (
            "Annotation Arch AuthFile ContainersConfModule DNS DNSOption DNSSearch Environment File ForceRM "
            "GlobalArgs GroupAdd ImageTag Label Network PodmanArgs Pull Secret SetWorkingDirectory TLSVerify "
            "Target Variant Volume"
        ),
        "5.3": "ServiceName",
        "5.5": "Retry RetryDelay",
        "5.7": "BuildArg IgnoreFile",
    },
    "Quadlet": {
        "5.3": "DefaultDependencies",
    },
    "Artifact": {
        "5.7": (
            "Artifact AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs PodmanArgs Quiet "
            "Retry RetryDelay ServiceName TLSVerify"
        ),
    },
}
SINCE = {
    section: {key: version for version, keys in versions.items() for key in keys.split()}
    for section, versions in _KEYS.items()
}


@dataclasses.dataclass(frozen=True)
class UnitName:
    """The name of a unit's file, such as ``web.container``."""

    file: str

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return self.file.rpartition(".")[0]

    @property
    def suffix(self) -> str:
        """What kind of unit it is, without the dot."""
        return self.file.rpartition(".")[2]

    @property
    def section(self) -> str:
        """The section that is Quadlet's own."""
        return SUFFIXES[self.suffix][0]

    @property
    def is_template(self) -> bool:
        """Whether it stands for units that have yet to be named (web@.container)."""
        return self.stem.endswith("@")


def unit_name(raw: str) -> UnitName:
    """The name as a task gives it. Raises Failure."""
    stem, _dot, suffix = raw.rpartition(".")
    if suffix not in SUFFIXES or not _NAME.match(stem) or len(raw) > _LONGEST:
        raise _errors.Failure(
            f"name: {raw!r} was given, and the name of a file is needed, of letters, digits, '.', '_', ':', '-' and '@', that ends with "
            f"one of {', '.join('.' + each for each in SUFFIXES)}; for example web.container."
        )
    return UnitName(raw)


def require_kind(name: UnitName, version: str) -> None:
    """Raise Failure when the host's Quadlet has no such units."""
    since = SUFFIXES[name.suffix][1]
    if not has_version(version, since):
        raise _errors.Failure(
            f"name: {name.file} needs Podman {since} or newer, whose Quadlet has .{name.suffix} units, and this host has Podman {version}; "
            "upgrade Podman, or use the modules that need no unit, such as rootless.podman.container and rootless.podman.pod."
        )


def require_keys(unit: _quadlet.Unit, version: str) -> None:
    """Raise Failure for the first key that the host's Quadlet learnt later."""
    for section in unit.sections:
        for key, _value in section.lines:
            since = SINCE.get(section.name, {}).get(key)
            if since and not has_version(version, since):
                raise _errors.Failure(
                    f"{key}= in [{section.name}] needs Podman {since} or newer, and this host has Podman {version}; take it out, or say it "
                    "with PodmanArgs=."
                )


def has_version(version: str, since: str) -> bool:
    """Whether this version of Podman has what came with ``since``."""
    numbers = [tuple(int(part) for part in re.findall(r"\d+", text)[:2]) for text in (version, since)]
    return numbers[0] >= numbers[1]
