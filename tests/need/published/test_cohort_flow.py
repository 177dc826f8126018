"""Cohort-flow ratios and year groups, by hand."""

import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.need.published.cohort_flow import cohort_ratios, year_group_paths
from placement_planner.tables.study import Caseload, PopulationProjection

NATION = code_table("cohort_flow_ratios").set_index("ncy")["ratio"]


def caseload(rows):
    columns = ["authority_code", "january", "ncy", "need_type", "setting", "children"]
    return Caseload.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def population(rows):
    columns = ["authority_code", "academic_year", "age", "children"]
    return PopulationProjection.validate(
        pd.DataFrame(rows, columns=columns).assign(basis="invented")
    )


PLANS = caseload(
    [
        ("A", 2025, 5, "ASD", "mainstream", 10),
        ("A", 2026, 6, "ASD", "mainstream", 18),
        ("B", 2025, 5, "ASD", "mainstream", 30),
        ("B", 2026, 6, "ASD", "mainstream", 42),
        ("A", 2026, 5, "ASD", "mainstream", 8),
        ("A", 2026, 5, "SLD", "state_special", 2),
    ]
)
PEOPLE = population(
    [
        (authority, year, age, 1000 if (authority, year, age) != ("A", 2025, 10) else 1200)
        for authority in "AB"
        for year in range(2024, 2028)
        for age in (9, 10)
    ]
)


def test_a_ratio_is_of_rates_and_is_pooled_with_region_and_nation():
    """A: 10 of 1,000 become 18 of 1,200; expected 12, so its own ratio is 1.5; B: 42 / 30.

    Nation at NCY 5: 1.196. Region with a weight of 12: (60 + 12 × 1.196) / (42 + 12); A with the
    same weight: (18 + 12 × region) / 24.
    """
    ratios = cohort_ratios(PLANS, PEOPLE, pooling_children=12).query("ncy == 5")

    region = (60 + 12 * NATION[5]) / 54
    assert ratios["region_ratio"].tolist() == pytest.approx([region, region])
    assert ratios["ratio"].tolist() == pytest.approx(
        [(18 + 12 * region) / 24, (42 + 12 * region) / 42]
    )
    assert ratios["own_weight"].tolist() == pytest.approx([12 / 24, 30 / 42])
    assert ratios["region_weight"].tolist() == pytest.approx([42 / 54] * 2)


def test_without_pooling_the_ratio_is_the_authoritys_own():
    ratios = cohort_ratios(PLANS, PEOPLE, pooling_children=0).query("ncy == 5")

    assert ratios["ratio"].tolist() == pytest.approx([1.5, 1.4])


def test_one_january_leaves_the_nations_ratios():
    ratios = cohort_ratios(PLANS[PLANS["january"] == 2026], PEOPLE, 100).query("ncy == 5")

    assert ratios["ratio"].tolist() == pytest.approx([NATION[5]] * 2)
    assert ratios["own_weight"].tolist() == [0, 0]


def test_next_year_is_this_year_times_ratio_times_change_of_population():
    """A has 10 at NCY 5 in January 2026: 10 × 1.5 × 1,000 / 1,000 = 15 at NCY 6 in 2026/27."""
    paths = year_group_paths(PLANS, PEOPLE, 2026, [2026], pooling_children=0)

    row = paths.query("authority_code == 'A' and ncy == 6 and academic_year == 2026")
    assert row["children"].tolist() == pytest.approx([15.0])


def test_year_groups_are_scaled_to_totals_that_are_given():
    """A's 15 and nothing else in 2026/27, B's 0: told that A has 30, NCY 6 has 30."""
    totals = pd.Series(
        [30.0, 0.0],
        index=pd.MultiIndex.from_tuples(
            [(2026, "A"), (2026, "B")], names=["academic_year", "authority_code"]
        ),
    )
    paths = year_group_paths(PLANS, PEOPLE, 2026, [2026], pooling_children=0, totals=totals)

    sums = paths[paths["academic_year"] == 2026].groupby("authority_code")["children"].sum()
    assert sums.to_dict() == pytest.approx({"A": 30.0, "B": 0.0})


def test_a_hole_in_the_population_takes_the_regions_rate_not_everybody():
    """A has nobody of age 9 in 2025/26 but 10 plans: the region's 10 of 1,000 stands in."""
    hole = PEOPLE.assign(
        children=PEOPLE["children"].mask(
            (PEOPLE["authority_code"] == "A")
            & (PEOPLE["academic_year"] == 2025)
            & (PEOPLE["age"] == 9),
            0.0,
        )
    )

    paths = year_group_paths(PLANS, hole, 2026, [2026], pooling_children=0)

    later = paths.query("authority_code == 'A' and ncy == 6 and academic_year == 2026")
    assert later["children"].sum() < 20
