"""From plans to places needed on the sample study: every child once, in every draw, everywhere."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner import DataError, project, read_inputs, read_scenario
from placement_planner.need.policy import Goal
from placement_planner.need.waterfall import EFFECTS
from placement_planner.pipeline import (
    compare_policies,
    look_ahead,
    project_baseline,
    seek_goal,
)
from placement_planner.tables.study import Housing

SAMPLE = Path(__file__).parents[1] / "data"
YEARS = (2025, 2029, 2034)
SPECIAL = {"state_special", "non_maintained_special", "independent_special"}


@pytest.fixture(scope="module")
def inputs():
    return read_inputs(SAMPLE)


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(SAMPLE / "scenario.toml").with_choices(
        need={"draws": 20}, policy={"scenario": "white_paper"}
    )


@pytest.fixture(scope="module")
def baseline(inputs, scenario):
    return project_baseline(inputs, scenario, YEARS[-1])


@pytest.fixture(scope="module")
def ahead(baseline, scenario):
    return look_ahead(baseline, scenario)


def _sums(frame, value="children"):
    return frame.groupby(["authority_code", "academic_year"])[value].sum()


def test_the_base_year_counts_every_plan_of_the_january_once(inputs, ahead):
    plans = inputs.caseload[inputs.caseload["january"] == 2026]

    scope = ahead.scope([2025])

    assert scope["children"].sum() == pytest.approx(plans["children"].sum())
    assert "support_plan" not in set(scope["counted_as"])


def test_scope_holds_plans_and_support_plans_of_every_year(ahead):
    plans = ahead.policy.cube.at(YEARS).children.mean(axis=2, dtype=float).sum(axis=1)
    held = ahead.policy.support_plans.at(YEARS).children.mean(axis=2, dtype=float).sum(axis=1)

    scope = ahead.scope(YEARS).groupby("academic_year")["children"].sum()

    assert scope.to_numpy() == pytest.approx(plans + held, rel=1e-6)


def test_need_of_the_areas_adds_up_to_the_authority(ahead):
    scope = ahead.scope(YEARS)

    need = _sums(ahead.need(YEARS))

    assert need.to_numpy() == pytest.approx(
        _sums(scope[scope["counted_as"] == "to_place"]).to_numpy(), rel=1e-9
    )


def test_areas_add_up_to_the_authority_in_every_draw(ahead):
    """Children with support plans who need a base are among both."""
    authority = ahead.need_draws().at([2034])
    drawn = {part.authority_code: part for part in ahead.area_draws([2034])}

    assert set(drawn) == set(authority.cells["authority_code"])
    for code, part in drawn.items():
        own = (authority.cells["authority_code"] == code).to_numpy()
        wanted = authority.children[0, own].sum(axis=0, dtype=float)
        assert part.children.sum(axis=(0, 1), dtype=float) == pytest.approx(wanted, rel=1e-6)
        bases = part.groups["need_group"].str.endswith("_base").to_numpy()
        own_bases = own & authority.cells["need_group"].str.endswith("_base").to_numpy()
        wanted = authority.children[0, own_bases].sum(axis=0, dtype=float)
        assert part.children[:, bases].sum(axis=(0, 1), dtype=float) == pytest.approx(
            wanted, rel=1e-6
        )


@pytest.mark.slow
def test_the_white_paper_meets_its_two_shares(inputs, scenario):
    """8 % of pupils in 2029/30 and 4.7 % in 2034/35, Reception to Year 11, within 0.05 points."""
    table, _ = compare_policies(inputs, scenario, ["white_paper"])

    share = table[table["measure"] == "share_of_pupils"].set_index("academic_year")["mean"]

    assert share[2029] == pytest.approx(0.080, abs=0.0005)
    assert share[2034] == pytest.approx(0.047, abs=0.0005)


def test_special_need_unchanged_leaves_special_need_to_the_child(baseline, ahead, scenario):
    """Every cell of a special school, in every draw, is as without a policy."""
    trend = look_ahead(baseline, scenario.with_choices(policy={"scenario": "trend"}))
    bound = look_ahead(baseline, scenario.with_choices(policy={"bound": "special_unchanged"}))

    def special(one):
        cells = one.policy.cube.cells
        rows = cells["setting"].isin(SPECIAL).to_numpy()
        keys = pd.MultiIndex.from_frame(cells[rows])
        return pd.DataFrame(one.policy.cube.children[-1, rows], index=keys).sort_index()

    left, right = special(trend).align(special(bound), fill_value=0.0)
    assert np.array_equal(left.to_numpy(), right.to_numpy())
    assert special(ahead).to_numpy().sum() < special(trend).to_numpy().sum()


def test_special_need_unchanged_holds_where_placements_hide_need(baseline, scenario):
    """Children whose need is hidden need the same places, whichever plan they come to hold."""
    trend = look_ahead(baseline, scenario.with_choices(policy={"scenario": "trend"}))
    bound = look_ahead(baseline, scenario.with_choices(policy={"bound": "special_unchanged"}))

    def special(one):
        counted = one.counted(YEARS)
        counted = counted[counted["need_group"].str.endswith("_special")]
        keys = ["authority_code", "academic_year", "need_group", "phase"]
        return counted.set_index(keys)["children"].sort_index()

    assert special(bound).to_numpy() == pytest.approx(special(trend).to_numpy(), rel=1e-5)
    assert len(trend.hidden.children)


def test_homes_that_the_projection_carries_add_nobody(inputs, scenario):
    """Planned homes equal to those carried in every year: the cube is that without new homes."""
    carried = inputs.housing_carried
    area = inputs.areas.drop_duplicates("authority_code").set_index("authority_code")["area_code"]
    planned = carried[carried["homes"] > 0].assign(
        housing_id=carried["authority_code"],
        area_code=carried["authority_code"].map(area),
        tenure="market",
    )
    planned = planned[list(Housing.to_schema().columns)]
    same = replace(inputs, housing=Housing.validate(planned.reset_index(drop=True)))
    without = scenario.with_choices(need={"new_homes": "left_out"})

    added = look_ahead(project_baseline(same, scenario, 2030), scenario)
    plain = look_ahead(project_baseline(same, without, 2030), without)

    assert np.array_equal(added.policy.cube.children, plain.policy.cube.children)


@pytest.mark.slow
def test_the_waterfall_with_homes_and_policy_adds_up(inputs, scenario):
    forecast = project(inputs, scenario.with_choices(horizon={"years": [2031]}))
    steps = forecast.waterfall

    assert steps["housing"].abs().sum() > 0
    assert steps["policy"].abs().sum() > 0
    assert steps["housing_policy"].abs().sum() > 0
    assert (steps["base"] + steps[EFFECTS].sum(axis=1)).to_numpy() == pytest.approx(
        steps["final"].to_numpy(), abs=1e-6
    )
    last = steps.loc[steps["academic_year"] == 2031, "final"].sum()
    assert last == pytest.approx(forecast.cube.children[-1].mean(axis=1, dtype=float).sum())


def test_a_goal_is_met_by_the_factor_that_is_found(inputs, scenario):
    """As a lever, the factor found brings the projection to the goal."""
    trend = scenario.with_choices(policy={"scenario": "trend"}, horizon={"years": [2030]})
    goal = Goal(measure="plans", academic_year=2030, target=13_000, from_year=2027)

    found = seek_goal(inputs, trend, goal)

    assert found.is_met
    assert found.reached == pytest.approx(13_000)
    assert found.at_factor_0 < 13_000 < found.at_factor_1


def test_what_is_not_known_is_told_before_anything_is_projected(inputs, scenario):
    said = []

    with pytest.raises(DataError, match="'nonsense' is not known; right would be one of inclusion"):
        compare_policies(inputs, scenario, ["trend", "nonsense"], said.append)
    assert said == []
    goal = Goal(
        measure="plans", academic_year=2030, target=1, from_year=2027, need_types=("ASD", "XYZ")
    )
    with pytest.raises(DataError, match=r"1 need_type\(s\) that nobody .* for example XYZ"):
        seek_goal(inputs, scenario.with_choices(policy={"scenario": "trend"}), goal)
