"""Figures of the village's plan by area, build, pot and measure, as they may be shown."""

from dataclasses import replace

import pandas as pd
import pytest

from placement_planner.figures.exact.plan import line_rows
from placement_planner.figures.plan import (
    gap_by_area,
    journeys_by_area,
    need_by_area,
    shown_builds,
    shown_measures,
    shown_pots,
)
from placement_planner.privacy import WITHHELD
from tests.maps import village


@pytest.fixture(scope="module")
def outcome():
    return village.outcome()


@pytest.fixture(scope="module")
def internal_outcome():
    return village.outcome(privacy={"profile": "internal"})


def test_builds_are_told_with_size_years_and_cost_or_band(outcome):
    builds = shown_builds(outcome)

    shown = builds[["scheme", "place", "places", "starts", "opens", "cost", "children"]]
    assert shown.to_numpy().tolist() == [
        [1, "Elm School", 30, "2026/27", "2027/28", "£2.40m", 30],
        [2, "a school in Holt", 20, "2026/27", "2027/28", "£1m to £2.5m", 20],
    ]
    assert builds["capital_gbp"].tolist() == [2_400_000, WITHHELD]


def test_a_pot_that_would_give_one_cost_away_is_told_as_a_band(outcome, internal_outcome):
    columns = ["funded_gbp", "spent_gbp", "left_gbp"]

    public, internal = (shown_pots(each)[columns] for each in (outcome, internal_outcome))

    assert public.loc["grant"].tolist() == [3e6, 2.4e6, 0.6e6]
    assert public.loc["own"].tolist() == [2e6, "£1m to £2.5m", WITHHELD]
    assert internal.loc["own"].tolist() == [2e6, 1.25e6, 0.75e6]


def test_measures_that_count_children_are_rounded_and_small_ones_withheld(outcome):
    measures = shown_measures(outcome).set_index("measure")

    assert measures.loc["children_in_need", "plan"] == 110
    assert measures.loc["children_beyond_soft_limit", ["do_nothing", "plan"]].tolist() == [0, "c"]
    assert measures.loc["fallback_gbp", "plan"] == 1_200_000  # five of 18 cost £315,000
    assert measures.loc["capital_gbp", "plan"] == "£2.5m to £5m"
    assert measures.loc["a_new_measure", "name"] == "A new measure"


def test_need_is_shown_by_small_area_where_enough_cells_can_be_shown(outcome):
    table = need_by_area(outcome)

    assert table.level == "area"
    assert sorted(set(table.frame["children"])) == [5, 10]
    assert need_by_area(outcome, "base").frame["children"].sum() == 0


def test_the_gap_is_shown_by_larger_area_where_small_ones_cannot_be(outcome):
    """Nothing built: Mill 36-28=8, Dene 36-12=24, Holt 36. Plan: Mill 0, Dene 2, Holt 16."""
    table = gap_by_area(outcome)

    assert table.level == "middle"
    assert table.frame["do_nothing"].tolist() == [10, 25, 35]
    assert table.frame["plan"].tolist() == [0, WITHHELD, 15]


def test_mean_journeys_are_of_the_same_children_fallback_included(outcome):
    """a01: 4 children at 10 minutes and 2 in fallback at 40: 120 / 6 = 20; in the plan all at 10.

    a31: 6 in fallback at 40; in the plan 4 at 20 and 2 at 40: 160 / 6. Five of six children make 33
    and 22 minutes of these means, so that both are told to the nearest 20.
    """
    frame = journeys_by_area(outcome).frame.set_index("code")

    assert frame.loc["a01", ["do_nothing", "plan"]].tolist() == [20, 10]
    assert frame.loc["a31", ["do_nothing", "plan"]].tolist() == [40, 20]


def test_journeys_are_summed_up_where_siting_is_by_larger_area(outcome):
    """Mill in the plan: (12 × 5 + 12 × 10 + 6 × 10 + 6 × 10) / 36 = 300 / 36, whole minutes."""
    to_middle = outcome.inputs.areas.set_index("area_code")["middle_code"]
    keys = ["area_code", "need_group", "phase", "academic_year"]

    def summed(table, more):
        table = table.assign(area_code=table["area_code"].map(to_middle))
        totals = {"children": "sum", **dict.fromkeys(("minutes",), "first")}
        return table.groupby([*keys, *more, "minutes"], as_index=False).agg(
            **{name: (name, how) for name, how in totals.items() if name != "minutes"}
        )

    plans = {
        name: replace(
            getattr(outcome, name),
            placements=summed(getattr(outcome, name).placements, ["pool_id", "site_id"]),
            fallback=summed(getattr(outcome, name).fallback, ["route"]),
        )
        for name in ("do_nothing", "plan")
    }
    scenario = outcome.scenario.with_choices(siting={"level": "middle"})
    table = journeys_by_area(replace(outcome, scenario=scenario, **plans))

    assert table.level == "middle"
    assert table.frame["name"].tolist() == ["Mill", "Dene", "Holt"]
    assert table.frame["plan"][0] == 8


def test_a_total_that_would_give_a_masked_pot_away_is_told_as_a_band(outcome):
    """Two schools not approved: each pot has one of them, so the total less one tells the other."""
    options = outcome.inputs.options.assign(release_status="engaged")
    parts = {**vars(outcome.inputs), "options": options}
    both = replace(outcome, inputs=type(outcome.inputs)(**parts))

    pots = shown_pots(both)
    total = shown_measures(both).set_index("measure").loc["capital_gbp", "plan"]

    assert (~shown_builds(both)["is_named"].astype(bool)).sum() == 2
    assert pots["left_gbp"].tolist() == [WITHHELD, WITHHELD]
    assert total == "£2.5m to £5m"


def test_a_total_stays_exact_where_every_pot_does(outcome):
    """Both schools draw on one pot, as much as both cost: nothing tells one from the other."""
    options = outcome.inputs.options.assign(release_status="engaged")
    parts = {**vars(outcome.inputs), "options": options}
    plan = replace(outcome.plan, spend=outcome.plan.spend.assign(pot_id="grant"))
    both = replace(outcome, inputs=type(outcome.inputs)(**parts), plan=plan)

    assert shown_pots(both).loc["grant", "spent_gbp"] == outcome.plan.spend["gbp"].sum()
    assert shown_measures(both).set_index("measure").loc["capital_gbp", "plan"] == 3_650_000


def test_lines_to_a_school_do_not_tell_that_it_is_to_grow():
    """Oak has 40 places and would hold 70 children if it grew by 30, which it has not agreed to.

    In its pool are 12 + 12 + 6 + 6 + 4 children of the plan, and the 30 of Elm's: 4 / 7 of each
    area's hold places that are there anyway.
    """
    known = village.outcome()
    grown = known.inputs.options.iloc[[0]].assign(
        option_id="expand-100001", site_id="100001", release_status="internal"
    )
    options = pd.concat([known.inputs.options, grown], ignore_index=True)
    builds = known.plan.builds.replace({"option_id": {"expand-100002": "expand-100001"}})
    moved = known.plan.placements.replace({"pool_id": {village.ELM: "oak"}})
    moved = moved.assign(site_id=moved["site_id"].replace({"100002": "100001"}))
    outcome = replace(
        known,
        inputs=type(known.inputs)(**{**vars(known.inputs), "options": options}),
        tables=replace(known.tables, options=options),
        plan=replace(known.plan, builds=builds, placements=moved),
    )

    lines = line_rows(outcome).set_index(["place_id", "code"])["children"]

    assert lines["100001"].sum() == pytest.approx(40)
    assert lines["expand-100001"].sum() == pytest.approx(30)
    assert lines["100001"]["a00"] == pytest.approx(12 * 4 / 7)
