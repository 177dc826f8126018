"""Children with plans ahead, why they change, and how far off the same method was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner import need
from placement_planner.errors import DataError
from placement_planner.forecast import Forecast
from placement_planner.need.backtest.study import roll_study
from placement_planner.need.held import held_cube
from placement_planner.need.parts import by_phase, past_children
from placement_planner.need.request_draws import RequestChoices
from placement_planner.need.requests import project_requests
from placement_planner.need.waterfall import change_by_part, children_without_population
from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.steps import in_order, silent
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from placement_planner.ahead import Baseline
    from placement_planner.inputs import Inputs
    from placement_planner.need.requests import ProjectedRequests
    from placement_planner.scenario import NeedChoices, Scenario

__all__ = ["backtest_study", "forecast_of", "project"]


def project(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = silent
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
    inputs = in_order(inputs)
    base, last = scenario.need.base_january, scenario.horizon.years[-1]
    if last < base:
        raise DataError(
            f"no planned year lies after January {base}, the base: the last one is {last}; right "
            f"would be horizon.years that reach {base} or later"
        )
    early = [year for year in scenario.horizon.years if year < base - 1]
    if early:
        raise DataError(
            f"{len(early)} planned year(s) lie before the base, for example {early[0]}; the first "
            f"that can be planned is {base - 1}, the year of January {base}"
        )
    progress(f"projecting children with plans to {last}")
    baseline = project_baseline(inputs, scenario, last, progress=progress)
    return forecast_of(baseline, scenario, progress)


def forecast_of(
    baseline: Baseline, scenario: Scenario, progress: Callable[[str], None] = silent
) -> Forecast:
    """Work a scenario's policy on a baseline, and tell why the numbers change.

    Parameters
    ----------
    baseline
        As from `project_baseline`, under the same choices of need.
    scenario
        Its policy may be another one than that of other forecasts of the baseline.
    """
    inputs, choices = baseline.inputs, scenario.need
    projection, base = inputs.population_projection, choices.base_january
    years = baseline.cube.academic_years
    progress(f"working the policy {scenario.policy.scenario}")
    ahead = look_ahead(baseline, scenario)
    cube = ahead.policy.cube
    progress("parting the change into its causes")
    homes = baseline.homes
    change = change_by_part(
        baseline.cube,
        projection,
        housing=None if homes is None else homes.people,
        policy_cube=cube,
    )
    held = held_cube(inputs.caseload, projection, base, years[1:])
    requests, notes = _requests_ahead(inputs, scenario, progress)
    progress("spreading need over small areas")
    return Forecast(
        inputs=inputs,
        scenario=scenario,
        ahead=ahead,
        parts=by_phase(cube),
        held=by_phase(held),
        past=past_children(inputs.caseload, inputs.caseload_totals, base),
        waterfall=change,
        need_draws=ahead.need_draws(),
        area_need=ahead.need(years),
        latent=ahead.latent(years),
        scope=ahead.scope(years),
        requests=requests,
        notes=(
            *_without_steps(inputs, choices, baseline.method),
            *_kept_needs(inputs, choices, baseline.method),
            *_without_population(baseline.cube, inputs),
            *ahead.notes,
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
    return found, (*found.notes, *_without_policy(scenario))


def _without_policy(scenario: Scenario) -> tuple[str, ...]:
    """Say that a policy does not reach the requests."""
    if scenario.policy.scenario == "trend":
        return ()
    note = (
        "Requests, assessments and new plans a year are as without the policy: it works on plans "
        "held and on who joins, not on what is asked for."
    )
    return (note,)


def backtest_study(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = silent
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
    inputs = in_order(inputs)
    return roll_study(
        inputs.caseload,
        inputs.population_projection,
        scenario.need,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
        progress=progress,
    )
