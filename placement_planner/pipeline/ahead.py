"""From a study to children ahead: the baseline once, then each policy on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner import need
from placement_planner.ahead import Ahead, Baseline
from placement_planner.need.areas import area_people, area_weights, known_homes
from placement_planner.need.groups import (
    COUNTED_CELL,
    counted_shares,
    placed_outside,
    support_plan_shares,
)
from placement_planner.need.hidden import hidden_need
from placement_planner.need.housing import new_homes, with_housing
from placement_planner.need.parts import by_phase
from placement_planner.need.policy import apply_policy, levers_of
from placement_planner.pipeline.steps import silent, with_time_left

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.inputs import Inputs
    from placement_planner.need import Cube
    from placement_planner.need.housing import NewHomes
    from placement_planner.scenario import Scenario

__all__ = ["look_ahead", "project_baseline"]


def _population(inputs: Inputs, homes: NewHomes | None) -> pd.DataFrame:
    """Add the children of new homes to the population projection."""
    projection: pd.DataFrame = inputs.population_projection
    if homes is None or homes.people.empty:
        return projection
    keys = ["authority_code", "academic_year", "age"]
    more = homes.people.groupby(keys)["children"].sum()
    extra = more.reindex(pd.MultiIndex.from_frame(projection[keys])).fillna(0.0).to_numpy()
    return projection.assign(children=projection["children"] + extra)


def project_baseline(
    inputs: Inputs,
    scenario: Scenario,
    last_year: int,
    *,
    with_draws: bool = True,
    progress: Callable[[str], None] = silent,
) -> Baseline:
    """Project children with plans to a year, and weigh the small areas they live in.

    Raises
    ------
    DataError
        If the scenario's policy is not known, before anything is projected; or a table lacks what
        is needed.
    """
    levers_of(scenario.policy.scenario, inputs.policy_levers)
    choices = scenario.need
    base = choices.base_january
    years = range(base - 1, max(last_year, base - 1) + 1)
    cube, origins = need.project_flows(
        inputs.caseload,
        inputs.population_projection,
        years,
        choices,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
        with_draws=with_draws,
        progress=with_time_left(progress, "simulating January after January"),
    )
    homes = None
    if inputs.housing is not None and choices.new_homes != "left_out":
        homes = new_homes(inputs.housing, inputs.housing_carried, inputs.areas, base - 1, years)
    progress("weighing small areas")
    people = area_people(inputs.areas, inputs.population)
    known = known_homes(
        inputs.areas,
        people,
        base,
        area_caseload=inputs.area_caseload,
        flows=inputs.flows,
        provision=inputs.provision,
    )
    weights = area_weights(
        inputs.caseload[inputs.caseload["january"] == base],
        people,
        known,
        choices.prevalence_cap,
        projection=inputs.population_projection,
        new_people=None if homes is None else homes.people,
        base_year=base - 1,
    )
    return Baseline(
        inputs=inputs,
        method=need.chosen_method(inputs.caseload, inputs.transitions, choices),
        cube=cube,
        origins=origins,
        homes=homes,
        population=_population(inputs, homes),
        weights=weights,
    )


def look_ahead(baseline: Baseline, scenario: Scenario) -> Ahead:
    """Work a scenario's policy on a baseline, and count every child once.

    Raises
    ------
    DataError
        If the scenario's policy is not known or cannot be worked.
    """
    inputs = baseline.inputs
    cube = baseline.cube
    if baseline.homes is not None:
        cube = with_housing(cube, baseline.homes.people, inputs.population_projection)
    policy = apply_policy(
        cube, baseline.origins, baseline.population, scenario.policy, inputs.policy_levers
    )
    expected = _by_phase(policy.cube)
    support = expected.iloc[:0] if policy.support_plans is None else _by_phase(policy.support_plans)
    everybody = pd.concat([expected, support]).groupby(COUNTED_CELL, as_index=False)["children"]
    hidden = hidden_need(inputs.hidden_need, everybody.sum(), scenario.need)
    shares = counted_shares(
        expected,
        inputs.need_group_rules,
        scenario.need,
        hidden=hidden.shares,
        outside=placed_outside(inputs.flows, inputs.areas),
        outside_kept=policy.outside_kept,
    )
    return Ahead(
        baseline=baseline,
        scenario=scenario,
        policy=policy,
        expected=expected,
        shares=shares,
        support=support,
        support_shares=support_plan_shares(
            support,
            inputs.need_group_rules,
            scenario.policy.support_plan_base_share,
            hidden=hidden.shares,
        ),
        hidden=hidden,
    )


def _by_phase(cube: Cube) -> pd.DataFrame:
    return by_phase(cube).expected()[[*COUNTED_CELL, "children"]]
