"""From a plan that somebody has written to what it comes to, by the optimiser's own ruler."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placement_planner.errors import InfeasibleError
from placement_planner.pipeline.planning import (
    find_plan,
    outcome_of,
    run_stages,
    without_options,
)
from placement_planner.pipeline.steps import silent
from placement_planner.siting.audit import audit_plan, objective_of
from placement_planner.siting.plan import AS_WRITTEN, Plan
from placement_planner.siting.score import complete_builds, payments_for, tables_with_builds

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from placement_planner.inputs import Inputs
    from placement_planner.outcome import Outcome
    from placement_planner.scenario import Scenario
    from placement_planner.siting.tables import Tables

__all__ = ["Score", "plan_of_builds", "score"]


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a plan comes to, and every rule it breaks, in sentences."""

    outcome: Outcome
    broken: tuple[str, ...]


def score(
    inputs: Inputs,
    scenario: Scenario,
    written: Plan | pd.DataFrame,
    progress: Callable[[str], None] = silent,
) -> Score:
    """Measure a plan: all of its tables, or builds alone, for which children are placed at best.

    Parameters
    ----------
    written
        A whole plan, as from a run folder; or a table of builds: option_id, places, start_year.

    Raises
    ------
    DataError
        If the builds name no options of the study.
    """
    stages = run_stages(inputs, scenario, progress)
    tables = stages.tables
    if isinstance(written, Plan):
        plan = _priced(written, tables, scenario)
    else:
        progress("placing children for these builds")
        plan = plan_of_builds(written, tables, scenario)
    broken = audit_plan(plan, tables, scenario)
    progress("placing children with nothing built")
    do_nothing = find_plan(without_options(tables), scenario, progress)
    return Score(
        outcome=outcome_of(inputs, scenario, stages, do_nothing, plan), broken=tuple(broken)
    )


def _priced(plan: Plan, tables: Tables, scenario: Scenario) -> Plan:
    """Return a plan with the objective that its tables come to, and no bound claimed for it."""
    plan = replace(plan, report=AS_WRITTEN)
    objective = objective_of(plan, tables, scenario)
    return replace(plan, report=replace(AS_WRITTEN, objective_gbp=objective))


def plan_of_builds(written: pd.DataFrame, tables: Tables, scenario: Scenario) -> Plan:
    """Return a plan with builds as they are written, children placed at least cost for them.

    Viable fill is kept where it can be; where not, the audit tells which builds lie below it.
    """
    builds, years = complete_builds(written, tables), scenario.horizon.years
    try:
        best = find_plan(tables_with_builds(tables, builds, years), scenario)
    except InfeasibleError:
        best = find_plan(tables_with_builds(tables, builds, years, filled=False), scenario)
    plan = replace(best, builds=builds, spend=payments_for(builds, tables, scenario))
    return _priced(plan, tables, scenario)
