# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning containers: from what is wanted and what is there to steps (pure).

A replacement leaves traces by name alone, so that a later run sees where a killed one stood:
NAME.rp-new is made but not yet in place, NAME.rp-old waits until the new one has proved itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import (
    _compare,
    _container_differences,
    _container_wanted,
    _errors,
    _file_uses,
    _image_names,
    _options,
    _plan,
    _record,
    _secret_uses,
    _state,
    _switch,
)
from ._container_differences import compared
from ._container_update import update
from ._resources import container

# What may stand behind the path of a root file system.
ROOTFS_MODES = {"O": "rootfs_overlay", "idmap": "rootfs_mapping"}


class Planner:
    """Plans containers against one survey; ``pod_id`` is the pod they belong to, when it exists."""

    def __init__(
        self,
        survey: _state.Survey,
        facts: _options.Facts,
        key: bytes,
        pod_id: str = "",
        marks: Mapping[str, str] | None = None,
    ) -> None:
        self.survey, self.facts, self.key, self.pod_id = survey, facts, key, pod_id
        # Labels that what is made gets, and that no comparison asks for.
        self.marks = dict(marks or {})
        self.adopted: list[str] = []

    def steps(self, wanted: _container_wanted.Wanted) -> list[_plan.Step]:
        """What one container needs. Raises Failure for what the engine cannot honour."""
        if wanted.state == _container_wanted.ABSENT:
            return self._absent(wanted.name)
        container.TABLE.gate(wanted.spec, self.facts, wanted.where)
        if wanted.switch is not None:
            return self._switched(wanted, wanted.switch)
        return self._alone(wanted)

    def _switched(self, wanted: _container_wanted.Wanted, switch: _switch.Switch) -> list[_plan.Step]:
        """As for any other; and the switch has to be told when nothing else tells it."""
        steps = self._alone(wanted)
        current = (
            self.survey.containers.get(wanted.name) or self._leading_new(wanted) or self.leading(wanted.name)
        )
        if current is None or any(step.action in ("create", "replace") for step in steps):
            return steps
        leads = _switch.colour_of(current.labels)
        reasons = _switch.differences(self.survey.switches.get(wanted.name), _switch.settings(switch, leads))
        work = {"switch": switch, "leads": leads}
        return [
            *steps,
            *([_plan.Step("reload", container.KIND, switch.container, reasons, work)] if reasons else []),
        ]

    def _alone(self, wanted: _container_wanted.Wanted) -> list[_plan.Step]:
        current, unfinished, steps = self._recovered(wanted)
        if current is None:
            if not wanted.image:
                raise _errors.Failure(
                    f"{wanted.where}image: missing; container {wanted.name} needs an image such as docker.io/library/nginx:1.27 to be made from."
                )
            return steps + [self.create(wanted)]
        if not wanted.image and unfinished is None:
            return steps + self._run_state(wanted, current, any(step.action == "rename" for step in steps))
        compared = self.compared(wanted, current)
        if unfinished is not None:
            if compared.reasons:
                return steps + self.back(wanted, current, unfinished)
            work = {
                "id": current.id,
                "old": unfinished.id,
                "start": wanted.state != _container_wanted.STOPPED,
                "running": current.running,
                "old_running": unfinished.running,
            }
            stops = (
                self._run_state(wanted, current, False) if wanted.state == _container_wanted.STOPPED else []
            )
            return [*steps, _plan.Step("finish", container.KIND, wanted.name, (), work), *stops]
        restored = any(step.action == "rename" or "switch" in step.work for step in steps)
        if compared.adopted and not compared.reasons:
            self.adopted.append(wanted.name)
        if compared.fixed or wanted.recreate:
            return steps + [self.replace(wanted, current, compared, restored)]
        if compared.live:
            steps.append(self.update(wanted, current, compared))
        return steps + self._run_state(wanted, current, restored)

    def back(
        self, wanted: _container_wanted.Wanted, current: _state.Found, unfinished: _state.Found
    ) -> list[_plan.Step]:
        """The new one never proved itself and cannot stay: the old one leads again, and is replaced from there."""
        compared = self.compared(wanted, unfinished)
        return [
            _remove(current),
            _rename(unfinished, wanted.name),
            self.replace(wanted, unfinished, compared, restored=True),
        ]

    def leading(self, name: str) -> _state.Found | None:
        """The container that leads once a killed replacement has been tidied up."""
        found = (self.survey.containers.get(name + tail) for tail in ("", _state.OLD))
        return next((each for each in found if each and not each.broken), None)

    def pulls(self, wanted: _container_wanted.Wanted) -> list[_plan.Step]:
        """A step for an image that is not there yet, or for another platform than declared."""
        if (
            wanted.state == _container_wanted.ABSENT
            or not wanted.pulled
            or _container_differences.image_of(wanted, self.survey) is not None
        ):
            return []
        other = _image_names.foreign(self.survey.images.get(wanted.image), wanted.platform)
        work = {"platform": wanted.platform, "policy": "always" if other else "missing"}
        return [_plan.Step("pull", "image", wanted.image, other, work)]

    def _leading_new(self, wanted: _container_wanted.Wanted) -> _state.Found | None:
        """The new version that leads although a killed run did not come to give it its name."""
        if self.survey.containers.get(wanted.name + _state.OLD) is None:
            return None
        return self.survey.containers.get(wanted.name + _state.NEW)

    def body(self, wanted: _container_wanted.Wanted, colour: str = "") -> _options.Body:
        """The whole create body, but for the name; with a ``colour`` the switch finds it as that."""
        body = container.TABLE.body(wanted.spec, self.facts)
        image = _container_differences.image_of(wanted, self.survey) or {}
        container.complete(body, wanted.spec, image.get("HealthCheck") or image.get("Healthcheck"))
        if wanted.pulled:
            body["image"] = wanted.image
        else:
            body["rootfs"], _colon, mode = wanted.image.partition(":")
            body.update({ROOTFS_MODES[mode]: True if mode == "O" else mode} if mode else {})
        record = _record.write(self.key, container.KIND, wanted.name, wanted.recorded)
        mark = {_switch.LABEL: colour} if colour else {}
        _options.set_path(body, "labels", {_record.LABEL: record, **self.marks, **mark})
        if colour and wanted.switch is not None:
            joined = body["Networks"][wanted.switch.network]
            joined["aliases"] = [*joined.get("aliases", []), _switch.alias(wanted.name, colour)]
        if wanted.pod:
            body["pod"] = wanted.pod
        return body

    def _recovered(
        self, wanted: _container_wanted.Wanted
    ) -> tuple[_state.Found | None, _state.Found | None, list[_plan.Step]]:
        """Where a killed replacement stood: the current container, an old one that still waits, repairing steps."""
        there = self.survey.containers
        current, new, old = (there.get(wanted.name + tail) for tail in ("", _state.NEW, _state.OLD))
        steps: list[_plan.Step] = [_remove(each) for each in (current, new, old) if each and each.broken]
        current, new, old = (None if each and each.broken else each for each in (current, new, old))
        if wanted.switch is not None and old is not None and _switch.colour_of(old.labels):
            if current is None and new is not None and _switch.colour_of(new.labels):
                # Names only change when the traffic has moved: the new one leads.
                steps.append(_rename(new, wanted.name))
                current, new = dataclasses.replace(new, name=wanted.name), None
            if current is not None:
                steps.append(_remove(old))
                old = None
        if wanted.switch is not None and new is not None and current is not None:
            leads = _switch.colour_of(current.labels)
            if leads:
                work = {
                    "switch": wanted.switch,
                    "leads": leads,
                    "old": current.id,
                    "old_running": current.running,
                }
                steps.append(_remove(new, work))
                new = None
        if current is None and old is not None:
            steps.append(_rename(old, wanted.name))
            current, old = old, None
        if new is not None:
            steps.append(_remove(new))
        return current, old, steps

    def compared(self, wanted: _container_wanted.Wanted, current: _state.Found) -> _compare.Comparison:
        """How what is there differs from what is declared."""
        return compared(wanted, current, self.survey, self.facts, self.key, self.pod_id)

    @staticmethod
    def _led(wanted: _container_wanted.Wanted, since: str = "") -> dict[str, Any]:
        """What a step has to know of the switch; ``since`` is the colour that leads until then."""
        if wanted.switch is None:
            return {}
        if not since:
            return {"switch": wanted.switch, "leads": _switch.COLOURS[0]}
        to = _switch.other(since)
        return {"switch": wanted.switch, "leads": to, "beside": {"from": since, "to": to}}

    def create(self, wanted: _container_wanted.Wanted) -> _plan.Step:
        """The step that makes a container where none is."""
        shown = {"image": wanted.image, **container.TABLE.shown(wanted.spec)}
        reasons = tuple(_plan.Reason(name, _plan.DECLARED, None, value) for name, value in shown.items())
        led = self._led(wanted)
        start = wanted.state == _container_wanted.STARTED and "init_ctr" not in wanted.spec
        body = self.body(wanted, led.get("leads", ""))
        return _plan.Step(
            "create", container.KIND, wanted.name, reasons, {"body": body, "start": start, **led}
        )

    def replace(
        self,
        wanted: _container_wanted.Wanted,
        current: _state.Found,
        compared: _compare.Comparison,
        restored: bool,
    ) -> _plan.Step:
        """The step that puts a new container in the place of ``current``."""
        start = wanted.state == _container_wanted.STARTED or (
            wanted.state == _container_wanted.PRESENT and (current.running or restored)
        )
        led = self._led(wanted, _switch.colour_of(current.labels))
        work = {
            "body": self.body(wanted, led.get("leads", "")),
            "old": current.id,
            "running": current.running or restored,
            "start": start,
            "vanishes": current.running and bool(_options.get_path(current.inspect, "HostConfig.AutoRemove")),
            **led,
        }
        reasons = compared.reasons or (_plan.Reason("recreate", _plan.DECLARED, None, True),)
        return _plan.Step("replace", container.KIND, wanted.name, reasons, work)

    def update(
        self, wanted: _container_wanted.Wanted, current: _state.Found, compared: _compare.Comparison
    ) -> _plan.Step:
        """In place, with what leads back if it fails."""
        return update(wanted, current, compared.live, self.facts)

    def _run_state(
        self, wanted: _container_wanted.Wanted, current: _state.Found, restored: bool
    ) -> list[_plan.Step]:
        work = {"id": current.id}
        if wanted.state == _container_wanted.STOPPED:
            return [_plan.Step("stop", container.KIND, wanted.name, (), work)] if current.running else []
        if wanted.once and wanted.state == _container_wanted.STARTED:
            return (
                []
                if current.succeeded
                else [_plan.Step("start", container.KIND, wanted.name, (_unfinished(current),), work)]
            )
        again = _secret_uses.renewed_variables(
            wanted.spec.get("secrets", []), current.inspect, self.survey.secrets
        )
        again += _file_uses.renewed_mounts(current.inspect, self.survey.files)
        if wanted.restart:
            again.append(_plan.Reason("force_restart", _plan.DECLARED, None, True))
        if again and wanted.switch is not None and current.running:
            # Started again it would not answer for a while; a new one beside it does.
            return [self.replace(wanted, current, _compare.Comparison(fixed=tuple(again)), restored)]
        if again and wanted.state == _container_wanted.STARTED and current.running:
            return [_plan.Step("restart", container.KIND, wanted.name, tuple(again), work)]
        if current.paused and wanted.state == _container_wanted.STARTED:
            return [
                _plan.Step(
                    "start",
                    container.KIND,
                    wanted.name,
                    (_plan.Reason("state", _plan.DRIFT, "paused", "running"),),
                    work,
                )
            ]
        # What runs before the others of a pod is started by the pod.
        starts = wanted.state == _container_wanted.STARTED and "init_ctr" not in wanted.spec
        if not current.running and (starts or restored):
            return [_plan.Step("start", container.KIND, wanted.name, (), work)]
        return []

    def _absent(self, name: str) -> list[_plan.Step]:
        return [
            _remove(found)
            for tail in ("", _state.NEW, _state.OLD)
            for found in [self.survey.containers.get(name + tail)]
            if found
        ]


def _unfinished(found: _state.Found) -> _plan.Reason:
    """Why one that runs once has to run: it has not ended well."""
    before = (
        f"exit code {found.exit_code}"
        if found.ended
        else str(_options.get_path(found.inspect, "State.Status"))
    )
    return _plan.Reason("completed", _plan.DRIFT, before, "exit code 0")


def _remove(found: _state.Found, more: Mapping[str, Any] | None = None) -> _plan.Step:
    return _plan.Step("remove", container.KIND, found.name, (), {"id": found.id, **(more or {})})


def _rename(found: _state.Found, to: str) -> _plan.Step:
    return _plan.Step(
        "rename",
        container.KIND,
        found.name,
        (_plan.Reason("name", _plan.DECLARED, found.name, to),),
        {"id": found.id, "to": to},
    )


def refuse_dependents(dependents: Mapping[str, list[str]]) -> None:
    """Raise Failure when containers outside the task hold on to one that has to go."""
    for name, others in sorted(dependents.items()):
        raise _errors.Failure(
            f"container {name}: it has to be replaced or removed, and {', '.join(sorted(others))} "
            "share its namespaces or require it; declare them in the same pod task, or remove them first."
        )


def closure(
    steps: list[_plan.Step], wanted: list[_container_wanted.Wanted], planner: Planner
) -> list[_plan.Step]:
    """Add what hangs on a container that goes: those of the same task that depend on it point to its ID."""
    grown = True
    while grown:
        grown = False
        leaving = {step.work["old"] for step in steps if step.action in ("replace", "finish")}
        removed = {step.work["id"] for step in steps if step.action == "remove"}
        for each in wanted:
            own = [step for step in steps if step.name in (each.name, each.name + _state.OLD)]
            actions = {step.action for step in own}
            current, old = planner.leading(each.name), planner.survey.containers.get(each.name + _state.OLD)
            if current is None or {"replace", "create"} & actions or each.state == _container_wanted.ABSENT:
                continue
            if "finish" in actions and old is not None and current.needs & removed:
                more = planner.back(each, current, old)
            elif "finish" not in actions and current.needs & removed:
                # Made on top of an unproven one by a run that was killed: it goes with it.
                more = [_remove(current), planner.create(each)]
            elif "finish" not in actions and current.needs & leaving:
                why = _plan.Reason(
                    "requires", _plan.CHANGED, "a container that is replaced", "its replacement"
                )
                restored = "rename" in actions
                more = [step for step in own if step.action == "rename"]
                more.append(planner.replace(each, current, _compare.Comparison(fixed=(why,)), restored))
            else:
                continue
            steps = [step for step in steps if step not in own] + more
            grown = True
            break
    return steps
