"""From need to an audited plan, beside the optimised do-nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner import costs, supply, travel
from placement_planner.errors import SolveError
from placement_planner.need.areas import sum_to_middle
from placement_planner.outcome import Outcome
from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.steps import in_order, silent
from placement_planner.siting.audit import audit_plan
from placement_planner.siting.measures import compare_plans, measure_journeys, unit_of
from placement_planner.siting.problem import Tables, build_problem
from placement_planner.siting.search import search_plan
from placement_planner.tables import checked
from placement_planner.tables.stages import Need
from placement_planner.tables.study import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.tables.stages import Scope

__all__ = ["Stages", "find_plan", "outcome_of", "run", "run_stages", "without_options"]


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What the stages before siting hand over."""

    area_need: DataFrame[Need]
    scope: DataFrame[Scope]
    tables: Tables
    notes: tuple[str, ...]


def run_stages(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = silent
) -> Stages:
    """Project need, count places, measure journeys and price them."""
    inputs = in_order(inputs)
    years = scenario.horizon.years
    progress("projecting need")
    baseline = project_baseline(inputs, scenario, years[-1], with_draws=False, progress=progress)
    ahead = look_ahead(baseline, scenario)
    area_need = ahead.need(years)
    is_middle = scenario.siting.level == "middle"
    siting_need = sum_to_middle(area_need, inputs.areas) if is_middle else area_need
    progress("counting places")
    pools = supply.places_by_year(inputs.provision, inputs.sites, years)
    used = pd.concat([pools["site_id"], inputs.options["site_id"]]).unique()
    progress("measuring journeys")
    journeys = travel.straight_line_journeys(
        inputs.areas,
        inputs.population,
        inputs.sites[inputs.sites["site_id"].isin(used)],
        inputs.areas["middle_code" if is_middle else "area_code"],
        scenario.travel,
    )
    tables = Tables(
        need=checked(Need, siting_need),
        pools=pools,
        travel=journeys,
        place_costs=costs.costs_of_places(inputs.unit_costs, scenario.travel),
        compatibility=inputs.compatibility,
        fallback=costs.fallback_by_authority(inputs.fallback, inputs.authorities["authority_code"]),
        options=inputs.options,
        pots=inputs.pots,
        pot_funding=inputs.pot_funding,
        sites=inputs.sites,
    )
    return Stages(
        area_need=area_need,
        scope=ahead.scope(sorted({scenario.need.base_january - 1, *years})),
        tables=tables,
        notes=ahead.notes,
    )


def find_plan(tables: Tables, scenario: Scenario, progress: Callable[[str], None] = silent) -> Plan:
    """Build, solve, extract and audit one siting problem.

    Raises
    ------
    SolveError
        If no plan is found, or the plan fails its own audit.
    """
    problem = build_problem(tables, scenario)
    progress(
        f"{len(problem.demand):,} groups of children, {len(problem.arcs):,} possible placements, "
        f"{len(problem.decisions):,} ways to build"
    )
    plan = search_plan(problem, scenario.solver, progress)
    broken = audit_plan(plan, tables, scenario)
    if broken:
        raise SolveError("\n".join([f"the plan breaks {len(broken)} of its own rules:", *broken]))
    return plan


def outcome_of(
    inputs: Inputs, scenario: Scenario, stages: Stages, do_nothing: Plan, plan: Plan
) -> Outcome:
    """Gather what a run came to, and measure both plans."""
    tables = stages.tables
    return Outcome(
        inputs=inputs,
        scenario=scenario,
        area_need=stages.area_need,
        need=tables.need,
        scope=stages.scope,
        pools=tables.pools,
        travel=tables.travel,
        place_costs=tables.place_costs,
        do_nothing=do_nothing,
        plan=plan,
        measures=compare_plans(do_nothing, plan, tables, scenario),
        observed=_observed(inputs, scenario),
        notes=stages.notes,
    )


def _observed(inputs: Inputs, scenario: Scenario) -> pd.DataFrame | None:
    """Measure the journeys to the places that children hold now, where that is known."""
    if inputs.flows is None:
        return None
    journeys = travel.observed_journeys(
        inputs.flows, inputs.provision, inputs.areas, inputs.sites, scenario.travel
    )
    values = {"children_placed": float(journeys["children"].sum())} | measure_journeys(journeys)
    rows = [(measure, unit_of(measure), value) for measure, value in values.items()]
    table = pd.DataFrame(rows, columns=["measure", "unit", "value"])
    return table.assign(unit=table["unit"].mask(table["measure"] == "children_placed", "children"))


def without_options(tables: Tables) -> Tables:
    """Return the same problem with nothing to build: the optimised do-nothing."""
    return replace(tables, options=Options.validate(tables.options.iloc[:0]))


def run(inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = silent) -> Outcome:
    """Project need, site places and return an audited plan beside the optimised do-nothing.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Every choice of the run.
    progress
        Told, in a sentence, what is being done.
    """
    stages = run_stages(inputs, scenario, progress)
    progress("placing children with nothing built")
    do_nothing = find_plan(without_options(stages.tables), scenario, progress)
    progress("siting new places")
    plan = find_plan(stages.tables, scenario, progress)
    return outcome_of(inputs, scenario, stages, do_nothing, plan)
