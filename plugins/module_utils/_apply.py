# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applying a plan for containers and pods: order, parallel starts, health gate, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from . import (
    _beside,
    _container_update,
    _course,
    _engine,
    _errors,
    _making,
    _options,
    _parallel,
    _plan,
    _state,
    _times,
    _way_back,
)
from . import _operations as operations


class Applier:
    """Carries out one plan. When a step fails, everything that this run did is undone, last first."""

    def __init__(
        self,
        engine: _engine.Engine,
        specs: Mapping[str, _options.Spec],
        wait: bool,
        timeout: float,
        volumes: bool | frozenset[str] = False,
        course: _course.Course | None = None,
    ) -> None:
        """``volumes`` says whether anonymous volumes go with containers that are removed, or with which of them."""
        self.engine, self.specs, self.wait, self.timeout, self.volumes = engine, specs, wait, timeout, volumes
        self.course = course or _course.Course()
        self.ids: dict[str, str] = {}  # containers made by this run
        self.begun: dict[str, float] = {}  # when each container was started, by ID
        self.back = _way_back.WayBack()
        self.beside = _beside.Beside(engine, self.back, _times.Times(), self.ids, self._waits)

    @property
    def times(self) -> _times.Times:
        """How long each step took."""
        return self.beside.times

    @times.setter
    def times(self, times: _times.Times) -> None:
        self.beside.times = times

    def apply(self, steps: list[_plan.Step]) -> None:
        """Carry out the steps. Raises Failure after the way back was taken."""
        try:
            self._phases(steps)
        except _errors.Failure as failure:
            raise self._after_way_back(failure) from failure

    def _after_way_back(self, failure: _errors.Failure) -> _errors.Failure:
        """Take the way back; the failure that tells of it."""
        told = self.back.take()
        kind = _errors.EngineError if isinstance(failure, _errors.EngineError) else _errors.Failure
        return kind(
            f"{failure.message.rstrip('.')}. {told}".rstrip(), **{**failure.facts, "rolled_back": told}
        )

    def stop(self, steps: list[_plan.Step]) -> None:
        """Stop what leaves when others have proved themselves. Raises Failure after what was stopped runs again."""
        try:
            for step in _of(steps, "pod", "remove"):
                with self.times.of(step):
                    self._stop_pod(step)
            self._in_parallel(self._stop, _of(steps, "container", "remove"))
        except _errors.Failure as failure:
            raise self._after_way_back(failure) from failure

    def start_again(self, steps: list[_plan.Step]) -> str:
        """What was stopped so runs again; what to say of it."""
        for step in steps:
            self._note_stopped(step)
        return self.back.take()

    def _phases(self, steps: list[_plan.Step]) -> None:
        of = partial(_of, steps)
        # What an earlier, killed run left, and what is no longer declared.
        leaving = of("pod", "remove")
        for step in leaving:
            with self.times.of(step):
                if step.work.get("late"):
                    self._stop_pod(step)
                else:
                    operations.remove_pod(self.engine, step.work["id"])
        # An unproven container goes before the proven one takes its name back.
        removed = of("container", "remove")
        for step in removed:
            if "switch" in step.work:
                self.beside.settle(step)
        self._remove([step for step in removed if not step.work.get("late")])
        late = [step for step in removed if step.work.get("late")]
        for step in of("container", "rename"):
            operations.rename(self.engine, step.work["id"], step.work["to"])
        for step in of("pod", "create"):
            with self.times.of(step):
                self._create_pod(step.name, step.work["body"])
        self._in_parallel(self._stop, late)
        for step in of("container", "reload"):
            self.beside.reload(step)
        for step in of("container", "create", "replace"):
            if "switch" in step.work:
                self.beside.prepare(step)
        # Everything is made before anything is stopped: a bad declaration costs no downtime.
        for batch in _making.batches(of("container", "create", "replace")):
            self._in_parallel(self._make, batch)
        self._in_parallel(self._update, of("container", "update"))
        for stage in self.course.split(steps):
            self._stage(stage)
        # From here on the new ones lead.
        self.back.forget()
        gone = [str(step.work["old"]) for step in of("container", "replace", "finish")]
        operations.remove_all(self.engine, gone + [str(step.work["id"]) for step in late])
        for step in leaving:
            if step.work.get("late"):
                operations.remove_pod(self.engine, step.work["id"])

    def _stage(self, steps: list[_plan.Step]) -> None:
        """What starts together: the old out, the new in, and the wait until it has proved itself."""
        of = partial(_of, steps)
        _parallel.in_parallel(self._await, self.course.awaited([step for step in steps if _starts(step)]))
        for step in of("pod", "replace"):
            with self.times.of(step):
                self._replace_pod(step)
        # What others require goes first: a run killed in between then never meets a new one that needs an old one.
        replaced = of("container", "replace")
        for batch in _making.batches([step for step in replaced if "beside" not in step.work]):
            self._in_parallel(self._swap, batch)
        self._finish(of("container", "finish"))
        self._in_parallel(self._stop, of("container", "stop"))
        for step in of("pod", "stop"):
            with self.times.of(step):
                operations.stop_pod(self.engine, step.work["id"])
        for step in of("pod", "start"):
            with self.times.of(step):
                operations.start_pod(self.engine, step.work.get("id") or self.ids[step.name], step.name)
        self._start(
            [
                step
                for step in of("container", "create", "replace", "finish")
                if step.work["start"] and "beside" not in step.work
            ],
            of("container", "start", "restart"),
        )
        switched = [step for step in of("container", "create", "replace") if "switch" in step.work]
        _parallel.in_parallel(self.beside.first, [step for step in switched if "beside" not in step.work])
        _parallel.in_parallel(self.beside.deploy, [step for step in switched if "beside" in step.work])

    def _in_parallel(self, work: Callable[[_plan.Step], None], steps: list[_plan.Step]) -> None:
        def timed(step: _plan.Step) -> None:
            with self.times.of(step):
                work(step)

        _parallel.in_parallel(timed, steps)

    def _remove(self, steps: list[_plan.Step]) -> None:
        """Remove containers, and anonymous volumes with those for which the task says so."""
        emptied = self.volumes

        def with_volumes(step: _plan.Step) -> bool:
            return emptied if isinstance(emptied, bool) else step.name in emptied

        for volumes in (False, True):
            identities = [step.work["id"] for step in steps if with_volumes(step) == volumes]
            operations.remove_all(self.engine, identities, volumes)

    def _await(self, need: tuple[str, str, str]) -> None:
        """Wait for a container on which another one depends; one that is as it has to be costs one look."""
        name, condition, dependent = need
        try:
            operations.await_condition(
                self.engine, self.ids.get(name) or name, name, condition, self._waits(name)[1]
            )
        except _errors.Failure as failure:
            failure.message = f"{dependent} does not start, because {failure.message}"
            failure.facts.setdefault("step", {"action": "start", "kind": "container", "name": dependent})
            raise

    def _waits(self, name: str) -> tuple[bool, float]:
        return self.course.waits.get(name, (self.wait, self.timeout))

    def _make(self, step: _plan.Step) -> None:
        name = step.name + (_state.NEW if step.action == "replace" else "")
        identity = operations.create(self.engine, name, _making.resolved(step.work["body"], self.ids))
        self.ids[step.name] = identity
        if step.action == "create":
            self.back.note(_way_back.STOP, partial(operations.stop, self.engine, identity, name))
        self.back.note(
            _way_back.REMOVE,
            partial(operations.remove, self.engine, identity, True),
            f"the new {step.name} was removed",
        )

    def _swap(self, step: _plan.Step) -> None:
        """Old out, new in: stop, then rename, so that the names that DNS learns at start are right."""
        name, old, new = step.name, str(step.work["old"]), self.ids[step.name]
        if step.work.get("vanishes"):
            # It removes itself when it stops (rm: true), so nothing can lead back to it.
            operations.remove(self.engine, old)
            operations.rename(self.engine, new, name)
            return
        self._swap_back(name, old, new, step.work["running"])
        if step.work["running"]:
            operations.stop(self.engine, old, name)
        operations.rename(self.engine, old, name + _state.OLD)
        operations.rename(self.engine, new, name)

    def _swap_back(self, name: str, old: str, new: str, running: bool) -> None:
        self.back.note(_way_back.STOP, partial(operations.stop, self.engine, new, name))
        self.back.note(_way_back.RENAME, partial(operations.rename, self.engine, old, name))
        self.back.note(_way_back.RENAME, partial(operations.rename, self.engine, new, name + _state.NEW))
        if running:
            self.back.note(
                _way_back.START,
                partial(operations.start, self.engine, old, name),
                f"the old {name} runs again",
            )

    def _stop(self, step: _plan.Step) -> None:
        """Stop one that runs, to be started again should a later step fail."""
        self._note_stopped(step)
        operations.stop(self.engine, str(step.work["id"]), step.name)

    def _stop_pod(self, step: _plan.Step) -> None:
        self._note_stopped(step)
        operations.stop_pod(self.engine, step.work["id"])

    def _note_stopped(self, step: _plan.Step) -> None:
        """What leads back to a container or pod that ran and is stopped."""
        if step.work.get("running", True):
            start, lead = (operations.start_pod, "the pod ") if step.kind == "pod" else (operations.start, "")
            again = partial(start, self.engine, str(step.work["id"]), step.name)
            self.back.note(_way_back.START, again, f"{lead}{step.name} runs again")

    def _finish(self, steps: list[_plan.Step]) -> None:
        """A killed run had swapped already: only the proof is missing, and the way back is the same."""
        for step in steps:
            name, old, new = step.name, str(step.work["old"]), str(step.work["id"])
            self.ids[name] = new
            self.back.note(_way_back.REMOVE, partial(operations.remove, self.engine, new, True))
            self._swap_back(name, old, new, True)
            if step.work["old_running"]:
                operations.stop(self.engine, old, name + _state.OLD)

    def _start(self, made: list[_plan.Step], others: list[_plan.Step]) -> None:
        started = [(self.ids[step.name], step) for step in made] + [
            (str(step.work["id"]), step) for step in others
        ]

        def begin(item: tuple[str, _plan.Step]) -> None:
            identity, step = item
            with self.times.of(step):
                if step.action == "restart":
                    self._stop(step)
                elif step.action == "start":
                    self.back.note(
                        _way_back.STOP,
                        partial(operations.stop, self.engine, identity, step.name),
                        f"{step.name} is stopped as before",
                    )
                operations.start(self.engine, identity, step.name)
                self.begun[identity] = operations.now()

        # The first of those that share a network alone, one after the other: it brings up what all share. Podman (5.4, 5.8) loses the
        # account's network when two mapped containers come first to a bridge at the same moment, and one of them ends.
        first = {_making.shared_network(step): (identity, step) for identity, step in started[::-1]}
        for item in first.values():
            begin(item)
        _parallel.in_parallel(begin, [item for item in started if item not in first.values()])
        _parallel.in_parallel(self._ready, started, operations.WAITING)

    def _ready(self, item: tuple[str, _plan.Step]) -> None:
        identity, step = item
        wait, timeout = self._waits(step.name)
        if not wait and step.name not in self.course.once:
            return
        with self.times.of(step):
            if step.name in self.course.once:
                operations.await_condition(
                    self.engine, identity, step.name, _course.COMPLETED, timeout, self.begun[identity]
                )
                return
            settle = operations.SETTLE if step.action in ("create", "start") else operations.SETTLE_REPLACED
            operations.await_ready(self.engine, identity, step.name, settle, timeout, self.begun[identity])

    def _update(self, step: _plan.Step) -> None:
        """Change in place, then look: a server may answer 201 and ignore, or store what the runtime refused."""

        def update(call: Mapping[str, Any]) -> None:
            self.engine.write(
                "POST", f"containers/{step.work['id']}/update", call["params"], call["body"], plain=True
            )

        self.back.note(
            _way_back.SETTINGS,
            partial(update, step.work["undo"]),
            f"{step.name} has its former settings again",
        )
        update(step.work["do"])
        inspect = self.engine.get(f"containers/{step.work['id']}/json")
        ignored = [
            name
            for name in step.work["options"]
            if _container_update.differs_still(name, inspect, self.specs[step.name])
        ]
        if ignored:
            raise _errors.Failure(
                f"container {step.name}: Podman accepted a new {', '.join(ignored)} but did not take it; set recreate: true."
            )

    def _create_pod(self, name: str, body: Mapping[str, Any]) -> None:
        identity = operations.create_pod(self.engine, name, body)
        self.ids[name] = identity
        self.back.note(_way_back.STOP, partial(operations.stop_pod, self.engine, identity))
        self.back.note(
            _way_back.REMOVE,
            partial(operations.remove_pod, self.engine, identity),
            f"the new pod {name} was removed",
        )

    def prove(self, step: _plan.Step) -> str:
        """Have the new pod of a replacement prove itself under its other name; its ID. Raises Failure after the way back was taken."""
        try:
            return self._proven(step)
        except _errors.Failure as failure:
            raise self._after_way_back(failure) from failure

    def _proven(self, step: _plan.Step) -> str:
        work, name, old = step.work, step.name, str(step.work["old"])
        members: list[_plan.Step] = work["members"]
        self._build_pod(name + _state.NEW, work["body"], members)
        if work["start"]:
            self.back.note(
                _way_back.START,
                partial(operations.start_pod, self.engine, old, name),
                f"the old pod {name} runs again",
            )
            operations.stop_pod(self.engine, old)
            self._run_pod(name + _state.NEW, members)
        return self.ids[name + _state.NEW]

    def _replace_pod(self, step: _plan.Step) -> None:
        """Prove the new pod under another name while the old one waits, then make it under its own."""
        work, name, old = step.work, step.name, str(step.work["old"])
        members: list[_plan.Step] = work["members"]
        noted = self.back.length
        proven = str(work["proven"]) or self._proven(step)
        # The declaration works; from here the proven pod is the one to go back to.
        self.back.forget(noted)
        if work["start"]:
            again = partial(operations.start_pod, self.engine, proven, name + _state.NEW)
            self.back.note(
                _way_back.START, again, f"the pod serves as {name}{_state.NEW}, run the task again"
            )
        operations.stop_pod(self.engine, proven)
        if old:
            operations.remove_pod(self.engine, old)
        self._build_pod(name, work["body"], members)
        if work["start"]:
            self._run_pod(name, members)
        self.back.forget(noted)
        operations.remove_pod(self.engine, proven)

    def _build_pod(self, name: str, body: Mapping[str, Any], members: list[_plan.Step]) -> None:
        """Make a pod and its containers; ``name`` ends in .rp-new for the one that has to prove itself."""
        tail = _state.NEW if name.endswith(_state.NEW) else ""
        if tail and "infra_name" in body:
            body = {**body, "infra_name": body["infra_name"] + tail}
        self._create_pod(name, body)
        made: dict[str, str] = {}

        def make(member: _plan.Step) -> None:
            whole = dict(_making.resolved(member.work["body"], made), pod=self.ids[name])
            made[member.name] = operations.create(self.engine, member.name + tail, whole)

        for batch in _making.batches(members):
            _parallel.in_parallel(make, batch)
        self.ids.update(made)

    def _run_pod(self, name: str, members: list[_plan.Step]) -> None:
        operations.start_pod(self.engine, self.ids[name], name)
        # An init container has ended before the others started.
        lasting = [member for member in members if "init_container_type" not in member.work["body"]]
        begun = operations.now()
        self.begun.update({self.ids[member.name]: begun for member in lasting})
        _parallel.in_parallel(
            self._ready, [(self.ids[member.name], member) for member in lasting], operations.WAITING
        )


def _of(steps: list[_plan.Step], kind: str, *actions: str) -> list[_plan.Step]:
    return [step for step in steps if step.kind == kind and step.action in actions]


def _starts(step: _plan.Step) -> bool:
    return step.action in ("start", "restart") or bool(step.work.get("start"))
