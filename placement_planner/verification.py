"""A stored run, verified: the same inputs, a plan that stands, and the same plan again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placement_planner.errors import DataError
from placement_planner.inputs import read_inputs
from placement_planner.pipeline import find_plan, outcome_of, run_stages, without_options
from placement_planner.runs import file_hashes, read_run
from placement_planner.siting.audit import audit_plan
from placement_planner.siting.plan import PLAN_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from placement_planner.inputs import Inputs
    from placement_planner.outcome import Outcome
    from placement_planner.runs import StoredRun
    from placement_planner.siting.plan import Plan

__all__ = ["Verification", "stored_outcome", "verify_run"]

NOT_REPEATED = ("time", "interrupt")
"""Stops after which another run may rightly find another plan."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What running a stored run again showed."""

    run: StoredRun
    was_solved_again: bool
    differences: tuple[str, ...]
    outcome: Outcome

    @property
    def holds(self) -> bool:
        """True where nothing differed."""
        return not self.differences


def _input_differences(run: StoredRun) -> list[str]:
    now = file_hashes(run.study)
    then = run.input_hashes
    return [
        *(f"input {name} is gone" for name in sorted(set(then) - set(now))),
        *(f"input {name} is new" for name in sorted(set(now) - set(then))),
        *(
            f"input {name} changed"
            for name in sorted(set(now) & set(then))
            if now[name] != then[name]
        ),
    ]


def _plan_differences(name: str, stored: Plan, again: Plan) -> list[str]:
    differences = [
        f"{name}: {field} came out differently"
        for field in PLAN_FIELDS
        if not getattr(stored, field).equals(getattr(again, field))
    ]
    for word in ("objective", "bound"):
        was, came_out = (getattr(plan.report, f"{word}_gbp") for plan in (stored, again))
        if was != came_out:
            differences.append(f"{name}: {word} £{came_out:,.2f}, stored £{was:,.2f}")
    if stored.report.status != again.report.status:
        differences.append(f"{name}: status {again.report.status}, stored {stored.report.status}")
    return differences


def _run_and_inputs(folder: Path, study: Path | None) -> tuple[StoredRun, Inputs]:
    """Read a run and its study, and hold that the inputs are still those of the run."""
    run = read_run(folder)
    run = replace(run, study=study or run.study)
    if not run.study.exists():
        raise DataError(
            f"the study {run.study} of this run is gone; say with --study where it stands now"
        )
    changed = _input_differences(run)
    if changed:
        raise DataError("\n".join(["the inputs are not those of the run:", *changed]))
    return run, read_inputs(run.study)


def stored_outcome(
    folder: Path, progress: Callable[[str], None], study: Path | None = None
) -> Outcome:
    """Return what a stored run came to: the stages run again, its plans as they are stored.

    Raises
    ------
    DataError
        If the run folder is not whole, or the inputs are no longer those of the run.
    """
    run, inputs = _run_and_inputs(folder, study)
    stages = run_stages(inputs, run.scenario, progress)
    return outcome_of(inputs, run.scenario, stages, run.do_nothing, run.plan)


def verify_run(
    folder: Path, progress: Callable[[str], None], study: Path | None = None
) -> Verification:
    """Verify a run: input hashes, audit of both stored plans, and a second solve.

    `study` says where the study of the run stands now, if it was moved.

    A run that stopped by proof, gap or node count is solved again and must come out identical; one
    that stopped by time or Ctrl-C is audited only, and its bound must lie below its objective.

    Raises
    ------
    DataError
        If the run folder is not whole, or the inputs are no longer those of the run.
    """
    run, inputs = _run_and_inputs(folder, study)
    stages = run_stages(inputs, run.scenario, progress)
    plans = {
        "optimised do-nothing": (run.do_nothing, without_options(stages.tables)),
        "plan": (run.plan, stages.tables),
    }
    differences: list[str] = []
    solved_again = False
    for name, (stored, tables) in plans.items():
        progress(f"auditing the stored {name}")
        broken = audit_plan(stored, tables, run.scenario)
        differences += [f"{name}: {rule}" for rule in broken]
        if stored.report.stopped_by not in NOT_REPEATED:
            progress(f"solving the {name} again")
            again = find_plan(tables, run.scenario, progress)
            differences += _plan_differences(name, stored, again)
            solved_again = True
    return Verification(
        run=run,
        was_solved_again=solved_again,
        differences=tuple(differences),
        outcome=outcome_of(inputs, run.scenario, stages, run.do_nothing, run.plan),
    )
