"""Cohort-flow ratios and projection, by hand."""

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need import cohort_ratios, project_caseload, project_plans
from placement_planner.tables.study import Caseload, PopulationProjection


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


def test_a_ratio_is_of_rates_and_is_pooled_with_the_region():
    """A: 10 of 1,000 become 18 of 1,200; expected 12, so its own ratio is 1.5; B: 42 / 30.

    Region: 60 / 42 = 1.428571. With a pooling weight of 12, A: (18 + 12 × 1.428571) / 24.
    """
    ratios = cohort_ratios(PLANS, PEOPLE, pooling_children=12).query("ncy == 5")

    region = 60 / 42
    assert ratios["region_ratio"].tolist() == pytest.approx([region, region])
    assert ratios["ratio"].tolist() == pytest.approx(
        [(18 + 12 * region) / 24, (42 + 12 * region) / 42]
    )
    assert ratios["own_weight"].tolist() == pytest.approx([12 / 24, 30 / 42])


def test_without_pooling_the_ratio_is_the_authoritys_own():
    ratios = cohort_ratios(PLANS, PEOPLE, pooling_children=0).query("ncy == 5")

    assert ratios["ratio"].tolist() == pytest.approx([1.5, 1.4])


def test_next_year_is_this_year_times_ratio_times_change_of_population():
    """A has 10 at NCY 5 in January 2026: 10 × 1.5 × 1,000 / 1,000 = 15 at NCY 6 in 2026/27."""
    plans = project_plans(PLANS, PEOPLE, 2026, 2026, pooling_children=0)

    row = plans.query("authority_code == 'A' and ncy == 6 and academic_year == 2026")
    assert row["children"].tolist() == pytest.approx([15.0])


def test_the_base_year_is_the_caseload_itself():
    cube = project_caseload(PLANS, PEOPLE, 2026, [2026], pooling_children=100)

    base = cube[cube["academic_year"] == 2025]
    assert base["children"].sum() == pytest.approx(18 + 42 + 8 + 2)
    assert base.query("need_type == 'SLD'")["children"].tolist() == pytest.approx([2.0])


def test_children_take_the_mix_of_the_year_group_they_reach():
    """A's NCY 6 is all ASD in mainstream, so the two with SLD at NCY 5 join that mix."""
    cube = project_caseload(PLANS, PEOPLE, 2026, [2026], pooling_children=0)

    later = cube.query("authority_code == 'A' and academic_year == 2026 and ncy == 6")
    assert later["need_type"].unique().tolist() == ["ASD"]


def test_one_january_is_not_enough():
    with pytest.raises(DataError, match="no two Januaries that follow each other"):
        cohort_ratios(PLANS[PLANS["january"] == 2026], PEOPLE, 0)


def test_a_missing_population_year_is_named():
    short = PEOPLE[PEOPLE["academic_year"] < 2027]
    with pytest.raises(DataError, match="no rows for academic year 2027"):
        project_plans(PLANS, short, 2026, 2027, 0)


def test_a_year_before_the_base_cannot_be_planned():
    with pytest.raises(DataError, match="for example 2024; the first that can be planned is 2025"):
        project_caseload(PLANS, PEOPLE, 2026, [2024, 2027], pooling_children=0)


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

    plans = project_plans(PLANS, hole, 2026, 2026, pooling_children=0)

    later = plans.query("authority_code == 'A' and ncy == 6 and academic_year == 2026")
    assert later["children"].sum() < 20
