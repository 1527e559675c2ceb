# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pods and containers of an app on its way: what is there, and the steps to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import _container_wanted, _containers, _plan, _pods, _state, _survey, _switching
from . import app

if TYPE_CHECKING:
    from .run import AppRun


def survey_of(run: AppRun, wanted: list[app.Unit], files: Mapping[str, float]) -> _state.Survey:
    """What is there of pods and containers, and in check mode what would be there by now."""
    members = [each for unit in wanted for each in unit.containers]
    images = [each.image for each in members if each.pulled and each.state != _container_wanted.ABSENT]
    pods = [unit.name for unit in wanted if unit.kind == "pod"]
    survey = _survey.look_at_many(
        run.shared.engine, run.shared.look(), [each.name for each in members], images, pods
    )
    # What earlier steps have brought about, or would have by now.
    done = {"written": files, "made": run.shared.made, "renewed": run.renewed}
    _survey.foresee(survey, images, done, run.shared.check)
    survey.switches = {
        each.name: _switching.Traffic(run.shared.engine, each.switch).settings()
        for each in members
        if each.switch is not None
    }
    return survey


def planned(
    run: AppRun, wanted: list[app.Unit], survey: _state.Survey
) -> tuple[list[_plan.Step], list[_plan.Step], list[str]]:
    """Pulls, all other steps, and warnings."""
    shared = run.shared
    steps: list[_plan.Step] = []
    warnings: list[str] = []
    for unit in wanted:
        if unit.pod is not None:
            planner = _pods.PodPlanner(survey, shared.facts, shared.key, run.marks)
            steps += planner.steps(unit.pod)
            warnings += planner.warnings
    alone = [unit.containers[0] for unit in wanted if unit.kind == "container"]
    planner_of_all = _containers.Planner(survey, shared.facts, shared.key, "", run.marks)
    mine = [step for each in alone for step in planner_of_all.pulls(each)]
    for each in alone:
        mine += planner_of_all.steps(each)
    steps += _containers.closure(mine, alone, planner_of_all)
    pulls = list({step.name: step for step in steps if step.action == "pull"}.values())
    return pulls, [step for step in steps if step.action != "pull"], warnings
