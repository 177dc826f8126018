"""The order of the stages: the only module that knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner import costs, need, supply, travel
from placement_planner.errors import DataError, SolveError
from placement_planner.forecast import Forecast
from placement_planner.need.backtest.study import roll_study
from placement_planner.need.held import held_cube
from placement_planner.need.parts import by_phase, past_children
from placement_planner.need.request_draws import RequestChoices
from placement_planner.need.requests import project_requests
from placement_planner.need.waterfall import change_by_part, children_without_population
from placement_planner.outcome import Outcome
from placement_planner.siting.audit import audit_plan
from placement_planner.siting.measures import compare_plans, measure_journeys, unit_of
from placement_planner.siting.problem import Tables, build_problem
from placement_planner.siting.search import search_plan
from placement_planner.tables import checked
from placement_planner.tables.four_tables import OUTSIDE
from placement_planner.tables.stages import Need
from placement_planner.tables.study import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.need.requests import ProjectedRequests
    from placement_planner.scenario import NeedChoices, Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.tables.stages import Scope

__all__ = [
    "Stages",
    "backtest_study",
    "find_plan",
    "outcome_of",
    "project",
    "run",
    "run_stages",
]


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What the stages before siting hand over."""

    area_need: DataFrame[Need]
    scope: DataFrame[Scope]
    tables: Tables


def _silent(_: str) -> None:
    """Tell nobody."""


def _with_time_left(progress: Callable[[str], None], text: str) -> Callable[[int, int], None]:
    """Tell a long computation's steps in words, each tenth of them, with the time still to go."""
    started = time.perf_counter()

    def tell(done: int, of: int) -> None:
        if 10 * done // of > 10 * (done - 1) // of:
            left = (time.perf_counter() - started) / done * (of - done)
            progress(f"{text}: {done} of {of}, about {left:.0f} s left")

    return tell


def _in_order(inputs: Inputs) -> Inputs:
    """Sort every table by its first columns, so that the order of a file's rows changes nothing."""
    tables: dict[str, Any] = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
    ordered = {
        name: table.sort_values(_plain_columns(table)).reset_index(drop=True)
        for name, table in tables.items()
        if isinstance(table, pd.DataFrame)
    }
    return replace(inputs, **ordered)


def _plain_columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name != "geometry"]


def run_stages(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = _silent
) -> Stages:
    """Project need, count places, measure journeys and price them."""
    inputs = _in_order(inputs)
    years = scenario.horizon.years
    progress("projecting need")
    cube = need.project_cube(
        inputs.caseload,
        inputs.population_projection,
        years,
        scenario.need,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
        with_draws=False,
        progress=_with_time_left(progress, "simulating January after January"),
    )
    area_need, scope = need.project_need(
        cube.expected(),
        inputs.population,
        inputs.areas,
        inputs.flows,
        years,
        scenario.need,
    )
    is_middle = scenario.siting.level == "middle"
    siting_need = need.sum_to_middle(area_need, inputs.areas) if is_middle else area_need
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
    return Stages(area_need=area_need, scope=scope, tables=tables)


def find_plan(
    tables: Tables, scenario: Scenario, progress: Callable[[str], None] = _silent
) -> Plan:
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


def run(inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = _silent) -> Outcome:
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


def project(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = _silent
) -> Forecast:
    """Project children with plans, and why they change, for every year to the last planned one.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Every choice of the run; `need` says how it is projected.
    progress
        Told, in a sentence, what is being done.

    Raises
    ------
    DataError
        If no planned year lies after the base year, or the study lacks a year that is needed.
    """
    inputs = _in_order(inputs)
    choices, projection = scenario.need, inputs.population_projection
    base, last = choices.base_january, scenario.horizon.years[-1]
    if last < base:
        raise DataError(
            f"no planned year lies after January {base}, the base: the last one is {last}; right "
            f"would be horizon.years that reach {base} or later"
        )
    early = [year for year in scenario.horizon.years if year < base - 1]
    years = (*early, *range(base, last + 1))
    method = need.chosen_method(inputs.caseload, inputs.transitions, choices)
    progress(f"projecting children with plans to {last}")
    cube = need.project_cube(
        inputs.caseload,
        projection,
        years,
        choices,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
        progress=_with_time_left(progress, "simulating January after January"),
    )
    progress("parting the change into population and rates")
    held = held_cube(inputs.caseload, projection, base, years)
    requests, notes = _requests_ahead(inputs, scenario, progress)
    return Forecast(
        inputs=inputs,
        scenario=scenario,
        method=method,
        cube=cube,
        parts=by_phase(cube),
        held=by_phase(held),
        past=past_children(inputs.caseload, inputs.caseload_totals, base),
        waterfall=change_by_part(cube, projection),
        requests=requests,
        notes=(
            *_without_steps(inputs, choices, method),
            *_kept_needs(inputs, choices, method),
            *_without_population(cube, inputs),
            *notes,
        ),
    )


def _without_steps(inputs: Inputs, choices: NeedChoices, method: str) -> tuple[str, ...]:
    """Name the authorities for whose want of steps the published method is used."""
    if method != "published" or choices.method != "auto" or inputs.transitions is None:
        return ()
    lacking = need.without_steps(inputs.transitions, inputs.caseload, choices.base_january)
    note = (
        f"The study's transitions are not used: no step of {', '.join(lacking)} ends at January "
        f"{choices.base_january}, and every authority needs some."
    )
    return (note,)


def _kept_needs(inputs: Inputs, choices: NeedChoices, method: str) -> tuple[str, ...]:
    """Say how often needs are relabelled where the projection leaves that out."""
    steps = inputs.transitions
    if method != "transitions" or choices.relabel_needs or steps is None:
        return ()
    stays = steps[(steps["need_1"] != OUTSIDE) & (steps["need_2"] != OUTSIDE)]
    relabelled = stays.loc[stays["need_1"] != stays["need_2"], "children"].sum()
    if not relabelled:
        return ()
    share = relabelled / stays["children"].sum()
    note = (
        "Needs keep their first label (need.relabel_needs = false), although "
        f"{share:.1%} of children a year were given another: needs that children grow into are "
        "projected too low, those they grow out of too high."
    )
    return (note,)


def _without_population(cube: need.Cube, inputs: Inputs) -> tuple[str, ...]:
    """Say how many children's change is called rate for want of population."""
    first, last = children_without_population(cube, inputs.population_projection)
    if max(first, last) < 1:
        return ()
    note = (
        "Some children are in year groups without population: all of their change is counted as "
        "rate."
    )
    return (note,)


def _requests_ahead(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None]
) -> tuple[ProjectedRequests | None, tuple[str, ...]]:
    """Project requests to the last planned year; where that cannot be, say why."""
    if inputs.requests is None or inputs.requests.empty:
        return None, ("Requests are not projected: the study has no table of them.",)
    progress("projecting requests, assessments and new plans")
    choices = scenario.need
    known = int(inputs.requests["calendar_year"].max())
    years = range(known + 1, scenario.horizon.years[-1] + 1)
    asked = RequestChoices(
        trend=0.0 if choices.trend == "flat" else None,
        damping=1.0 if choices.trend == "trend" else None,
        draws=choices.draws,
        seed=choices.seed,
    )
    try:
        found = project_requests(inputs.requests, inputs.population_projection, years, asked)
    except DataError as error:
        return None, (f"Requests are not projected. {error}",)
    return found, found.notes


def backtest_study(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = _silent
) -> pd.DataFrame:
    """Project from the study's earlier Januaries to its later ones, beside naive forecasts.

    Returns
    -------
    DataFrame
        As from `need.backtest.study.roll_study`; `need.backtest.scores.score` scores it.

    Raises
    ------
    DataError
        If the caseload has too few Januaries.
    """
    inputs = _in_order(inputs)
    return roll_study(
        inputs.caseload,
        inputs.population_projection,
        scenario.need,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
        progress=progress,
    )
