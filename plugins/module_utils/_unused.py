# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nothing uses any more, and the steps that remove it (pure)."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import _errors, _plan, _state

# What a task can ask for, in the order in which it is removed, and what each can be narrowed by.
KINDS: dict[str, tuple[str, ...]] = {
    "containers": ("until", "label", "label!"),
    "pods": ("until", "label", "label!"),
    "networks": ("until", "label", "label!"),
    "volumes": ("until", "label", "label!", "named"),
    "images": ("until", "label", "label!", "all"),
    "build_cache": ("until",),
}
SWITCHES = ("named", "all")
ENDED = ("created", "configured", "exited", "stopped")
ENDED_PODS = ("exited", "stopped")
# Podman gives its default network this ID, whatever it is called.
DEFAULT_NETWORK = "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9"
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

Listed = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a task asks for of one kind."""

    before: float | None = None
    labels: tuple[str, ...] = ()
    other_labels: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()

    def wants(self, created: Any, labels: Mapping[str, str] | None) -> bool:
        """Whether something of that age and with these labels is meant."""
        if self.before is not None and seconds(created) >= self.before:
            return False
        return all(_matches(each, labels or {}) for each in self.labels) and not any(
            _matches(each, labels or {}) for each in self.other_labels
        )


@dataclasses.dataclass
class Listing:
    """What is there, as Podman lists it."""

    containers: list[Listed] = dataclasses.field(default_factory=list)
    # Which containers each container needs, by ID.
    needs: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    pods: list[Listed] = dataclasses.field(default_factory=list)
    networks: list[Listed] = dataclasses.field(default_factory=list)
    volumes: list[Listed] = dataclasses.field(default_factory=list)
    # Names of volumes that some container still has which is not removed.
    volumes_in_use: set[str] = dataclasses.field(default_factory=set)
    images: list[Listed] = dataclasses.field(default_factory=list)
    # The folder of cache mounts, and when it was written to.
    cache: tuple[str, float] | None = None


def parse(params: Mapping[str, Any], now: float) -> dict[str, Wish]:
    """What the task asks for, by kind. Raises Failure."""
    wishes = {kind: _wish(kind, params[kind], now) for kind in KINDS if params[kind] not in (None, False)}
    if not wishes:
        raise _errors.Failure(
            f"the task names nothing to remove; say what, such as containers: true ({', '.join(KINDS)} can be named)."
        )
    return wishes


def _wish(kind: str, raw: Any, now: float) -> Wish:
    if raw is True or (isinstance(raw, str) and raw.lower() in ("true", "yes", "on")):
        return Wish()
    if isinstance(raw, str) and raw.lower() in ("false", "no", "off"):
        raise _errors.Failure(
            f"{kind}: {raw!r} in quotes was given; write false without quotes, or leave it out."
        )
    if not isinstance(raw, dict) or set(raw) - set(KINDS[kind]):
        raise _errors.Failure(
            f"{kind}: {raw!r} was given, and true or a map of {', '.join(KINDS[kind])} is needed."
        )
    for switch in SWITCHES:
        if not isinstance(raw.get(switch, False), bool):
            raise _errors.Failure(f"{kind}.{switch}: {raw[switch]!r} was given, and true or false is needed.")
    until = raw.get("until")
    return Wish(
        None if until is None else _before(kind, until, now),
        _labels(kind, raw.get("label")),
        _labels(kind, raw.get("label!")),
        tuple(switch for switch in SWITCHES if raw.get(switch)),
    )


def _labels(kind: str, raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    if isinstance(raw, dict):
        raw = [f"{name}={value}" for name, value in raw.items()]
    listed = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(each, str) and each for each in listed):
        raise _errors.Failure(
            f"{kind}.label: {raw!r} was given, and NAME or NAME=VALUE is needed, or a list of them."
        )
    return tuple(listed)


def _before(kind: str, raw: Any, now: float) -> float:
    text = str(raw)
    if re.fullmatch(r"(\d+(\.\d+)?(ms|s|m|h|d|w))+", text):
        return now - sum(
            float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h|d|w)", text)
        )
    try:
        return seconds(raw if isinstance(raw, str) else raw.isoformat())
    except (ValueError, AttributeError):
        raise _errors.Failure(
            f"{kind}.until: {raw!r} was given, and an age such as 24h or 7d is needed, or a time such as 2026-01-31T12:00:00Z."
        ) from None


def seconds(raw: Any) -> float:
    """A time as Podman writes it (seconds, or RFC 3339 with any number of digits), in seconds since 1970."""
    if isinstance(raw, (int, float)):
        return float(raw)
    text = re.sub(r"\.(\d{1,6})\d*", lambda found: "." + found.group(1).ljust(6, "0"), str(raw).strip())
    told = datetime.datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    return (told if told.tzinfo else told.replace(tzinfo=datetime.timezone.utc)).timestamp()


def _matches(label: str, labels: Mapping[str, str]) -> bool:
    name, equals, value = label.partition("=")
    return name in labels and (not equals or labels[name] == value)


def ended(wishes: Mapping[str, Wish], there: Listing) -> list[_plan.Step]:
    """Containers and pods that go. What a container that stays needs stays as well."""
    chosen = {str(each["Id"]): each for each in there.containers if _container_goes(wishes, each)}
    pods = [each for each in there.pods if _pod_goes(wishes, each)]
    gone = {str(each["Id"]) for each in pods}
    members = {str(each["Id"]) for each in there.containers if each.get("Pod") in gone}
    while True:
        stay = [needs for identity, needs in there.needs.items() if identity not in {*chosen, *members}]
        held = set(chosen).intersection(*[set().union(*stay)]) if stay else set()
        if not held:
            break
        chosen = {identity: each for identity, each in chosen.items() if identity not in held}
    steps = [
        _plan.Step("remove", "container", _name(each), work={"id": identity})
        for identity, each in chosen.items()
    ]
    return [
        *sorted(steps, key=_by_name),
        *(_plan.Step("remove", "pod", str(each["Name"]), work={"id": each["Id"]}) for each in pods),
    ]


def _container_goes(wishes: Mapping[str, Wish], each: Listed) -> bool:
    wish = wishes.get("containers")
    if wish is None or each.get("Pod") or str(each.get("State")).lower() not in ENDED:
        return False
    # Another task's way back, left by a run that was killed.
    return not _name(each).endswith((_state.NEW, _state.OLD)) and wish.wants(
        each.get("Created"), each.get("Labels")
    )


def _pod_goes(wishes: Mapping[str, Wish], each: Listed) -> bool:
    wish = wishes.get("pods")
    return bool(
        wish
        and str(each.get("Status")).lower() in ENDED_PODS
        and not str(each.get("Name")).endswith((_state.NEW, _state.OLD))
        and wish.wants(each.get("Created"), each.get("Labels"))
    )


def removed(steps: Iterable[_plan.Step], there: Listing) -> set[str]:
    """IDs of all containers that these steps remove, those in pods as well."""
    ids = {str(step.work["id"]) for step in steps}
    return {str(each["Id"]) for each in there.containers if each["Id"] in ids or each.get("Pod") in ids}


def unused(wishes: Mapping[str, Wish], there: Listing, gone: set[str]) -> list[_plan.Step]:
    """Networks, volumes, images and build caches that nothing uses once these containers are gone."""
    builds = _build_cache(wishes.get("build_cache"), there)
    gone = gone | {str(step.work["id"]) for step in builds if step.work}
    staying = [each for each in there.containers if each["Id"] not in gone]
    return [
        *_networks(wishes.get("networks"), there, staying),
        *_volumes(wishes.get("volumes"), there),
        *builds,
        *_images(wishes.get("images"), there, staying),
    ]


def _networks(wish: Wish | None, there: Listing, staying: list[Listed]) -> list[_plan.Step]:
    used = {name for each in staying for name in each.get("Networks") or []}
    return [
        _plan.Step("remove", "network", str(each["name"]), work={"id": each["id"]})
        for each in sorted(there.networks, key=lambda each: str(each["name"]))
        if wish
        and each["id"] != DEFAULT_NETWORK
        and each["name"] != "podman"
        and not used & {each["name"], each["id"]}
        and wish.wants(each.get("created"), each.get("labels"))
    ]


def _volumes(wish: Wish | None, there: Listing) -> list[_plan.Step]:
    return [
        _plan.Step("remove", "volume", str(each["Name"]), work={"id": each["Name"]})
        for each in sorted(there.volumes, key=lambda each: str(each["Name"]))
        if wish
        and each["Name"] not in there.volumes_in_use
        and (each.get("Anonymous") or "named" in wish.switches)
        and wish.wants(each.get("CreatedAt"), each.get("Labels"))
    ]


def _images(wish: Wish | None, there: Listing, staying: list[Listed]) -> list[_plan.Step]:
    """Those built on others first. An image stays when one that is built on it stays."""
    if wish is None:
        return []
    used = {each.get("ImageID") for each in staying}
    chosen = {
        str(each["Id"]): each
        for each in there.images
        if each["Id"] not in used
        and not each.get("ReadOnly")
        and not each.get("IsManifestList")
        and ("all" in wish.switches or not image_names(each))
        and wish.wants(each.get("Created"), each.get("Labels"))
    }
    parents = {str(each["Id"]): str(each.get("ParentId") or "") for each in there.images}
    while True:
        held = {parent for child, parent in parents.items() if parent in chosen and child not in chosen}
        if not held:
            break
        chosen = {identity: each for identity, each in chosen.items() if identity not in held}
    ordered: list[_plan.Step] = []
    left = dict(chosen)
    while left:
        # A circle cannot be; if one is told all the same, any order will do.
        tips = [each for each in left if each not in {parents[child] for child in left}] or list(left)
        for identity in sorted(tips, key=lambda each: (image_names(chosen[each])[:1] or [each])[0]):
            each = left.pop(identity)
            names = image_names(each)
            work = {"id": identity, "names": names, "size": int(each.get("Size") or 0)}
            ordered.append(_plan.Step("remove", "image", names[0] if names else identity[:12], work=work))
    return ordered


def image_names(image: Listed) -> list[str]:
    """The names of a listed image; one that is pinned by a digest has one, too."""
    return sorted({*(image.get("RepoTags") or []), *(image.get("Names") or [])} - {"<none>:<none>"})


def _build_cache(wish: Wish | None, there: Listing) -> list[_plan.Step]:
    if wish is None:
        return []
    steps = [
        _plan.Step("remove", "build container", _name(each), work={"id": each["Id"]})
        for each in there.containers
        if each.get("State") == "storage"
        and each.get("Command") == ["buildah"]
        and wish.wants(each.get("Created"), {})
    ]
    if there.cache is not None and wish.wants(there.cache[1], {}):
        steps.append(_plan.Step("remove", "build cache", there.cache[0]))
    return sorted(steps, key=_by_name)


def _name(container: Listed) -> str:
    return str((container.get("Names") or [str(container["Id"])[:12]])[0])


def _by_name(step: _plan.Step) -> str:
    return step.name
