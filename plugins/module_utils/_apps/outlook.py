# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pods and containers of an app on its way: what is there, and the steps to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._container_wanted import ABSENT
from .._containers import Planner, closure
from .._plan import Step
from .._pods import PodPlanner
from .._state import Survey
from .._survey import foresee, look_at_many
from .._switching import Traffic
from .app import Unit

if TYPE_CHECKING:
    from .run import AppRun


def survey_of(run: AppRun, wanted: list[Unit], files: Mapping[str, float]) -> Survey:
    """What is there of pods and containers, and in check mode what would be there by now."""
    members = [each for unit in wanted for each in unit.containers]
    images = [each.image for each in members if each.pulled and each.state != ABSENT]
    pods = [unit.name for unit in wanted if unit.kind == "pod"]
    survey = look_at_many(run.shared.engine, run.shared.look(), [each.name for each in members], images, pods)
    # What earlier steps have brought about, or would have by now.
    done = {"written": files, "made": run.shared.made, "renewed": run.renewed}
    foresee(survey, images, done, run.shared.check)
    survey.switches = {
        each.name: Traffic(run.shared.engine, each.switch).settings()
        for each in members
        if each.switch is not None
    }
    return survey


def planned(run: AppRun, wanted: list[Unit], survey: Survey) -> tuple[list[Step], list[Step], list[str]]:
    """Pulls, all other steps, and warnings."""
    shared = run.shared
    steps: list[Step] = []
    warnings: list[str] = []
    for unit in wanted:
        if unit.pod is not None:
            planner = PodPlanner(survey, shared.facts, shared.key, run.marks)
            steps += planner.steps(unit.pod)
            warnings += planner.warnings
    alone = [unit.containers[0] for unit in wanted if unit.kind == "container"]
    planner_of_all = Planner(survey, shared.facts, shared.key, "", run.marks)
    mine = [step for each in alone for step in planner_of_all.pulls(each)]
    for each in alone:
        mine += planner_of_all.steps(each)
    steps += closure(mine, alone, planner_of_all)
    pulls = list({step.name: step for step in steps if step.action == "pull"}.values())
    return pulls, [step for step in steps if step.action != "pull"], warnings
