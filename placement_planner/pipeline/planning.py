"""From need to an audited plan, beside the optimised do-nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placement_planner import costs, supply
from placement_planner.errors import SolveError
from placement_planner.need.areas import sum_to_units
from placement_planner.outcome import Outcome
from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.continuity import look_on
from placement_planner.pipeline.steps import in_order, silent
from placement_planner.pipeline.surroundings import look_around
from placement_planner.siting.audit import audit_plan
from placement_planner.siting.authorities import effects_by_authority
from placement_planner.siting.displacement import savings_by_displacement
from placement_planner.siting.extract import extract_plan
from placement_planner.siting.measures import compare_plans
from placement_planner.siting.problem import build_problem
from placement_planner.siting.search import LiveSiting
from placement_planner.siting.tables import Tables
from placement_planner.tables import checked, empty_table
from placement_planner.tables.fallback import with_displacement
from placement_planner.tables.stages import Need
from placement_planner.tables.study import Options, OptionSets

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.ahead import Ahead
    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.surroundings import Surroundings
    from placement_planner.tables.stages import Scope
    from placement_planner.tables.study import Fallback

__all__ = ["Stages", "find_plan", "outcome_of", "run", "run_stages", "without_options"]


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What the stages before siting hand over."""

    ahead: Ahead
    surroundings: Surroundings
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
    around = look_around(ahead, years, progress)
    need = checked(Need, sum_to_units(area_need, around.units))
    progress("following the children who hold places")
    stays = look_on(ahead, around, need)
    tables = Tables(
        need=need,
        kept=stays.kept,
        survival=stays.survival,
        followers=stays.followers,
        pools=around.pools,
        travel=around.travel,
        transport=around.transport.table,
        place_costs=around.place_costs,
        compatibility=inputs.compatibility,
        exchange=supply.exchange_limits(
            around.placed.placed, inputs.provision, inputs.sites, inputs.agreements
        ),
        fallback=_fallback(around, scenario),
        options=inputs.options,
        option_sets=empty_table(OptionSets) if inputs.option_sets is None else inputs.option_sets,
        pots=inputs.pots,
        pot_funding=inputs.pot_funding,
        sites=inputs.sites,
    )
    return Stages(
        ahead=ahead,
        surroundings=around,
        area_need=area_need,
        scope=ahead.scope(sorted({scenario.need.base_january - 1, *years})),
        tables=tables,
        notes=(*ahead.notes, *around.notes, *stays.notes),
    )


def _fallback(around: Surroundings, scenario: Scenario) -> DataFrame[Fallback]:
    """Return the fallback routes, with the displacement that the scenario states."""
    if scenario.siting.displacement == "as_routes":
        return around.fallback
    return with_displacement(around.fallback, scenario.siting.displacement_share)


def find_plan(
    tables: Tables,
    scenario: Scenario,
    progress: Callable[[str], None] = silent,
    live: LiveSiting | None = None,
) -> Plan:
    """Build, solve, extract and audit one siting problem.

    Parameters
    ----------
    live
        Searches to go on from, where only £, money, limits or locks have changed since the last.

    Raises
    ------
    SolveError
        If no plan is found, or the plan fails its own audit.
    """
    live = LiveSiting() if live is None else live
    problem = build_problem(tables, scenario, live.decided)
    progress(
        f"{len(problem.groups.table):,} groups of children, {len(problem.links):,} pairs of group "
        f"and pool, {len(problem.decisions):,} ways to build"
    )
    answer = live.answer(problem, scenario.solver, progress)
    plan = extract_plan(problem, answer, tables, scenario)
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
        tables=tables,
        scope=stages.scope,
        surroundings=stages.surroundings,
        do_nothing=do_nothing,
        plan=plan,
        measures=compare_plans(do_nothing, plan, tables, scenario),
        savings=savings_by_displacement(do_nothing, plan, tables, scenario),
        authorities=effects_by_authority(do_nothing, plan, tables, scenario),
        now=_journeys_now(stages.surroundings, scenario),
        notes=stages.notes,
    )


def _journeys_now(around: Surroundings, scenario: Scenario) -> pd.DataFrame | None:
    """Measure the journeys to the places that children hold now."""
    report = costs.journey_report(
        around.journeys_now, around.transport.table, scenario.travel, scenario.transport
    )
    return None if report.empty else report


def without_options(tables: Tables) -> Tables:
    """Return the same problem with nothing to build: the optimised do-nothing."""
    return replace(tables, options=checked(Options, tables.options.iloc[:0]))


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
