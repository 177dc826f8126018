"""The cube from published counts: what it must keep, whatever it draws."""

import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need import project_cube
from placement_planner.scenario import NeedChoices
from placement_planner.tables.study import Caseload, CaseloadTotals, PopulationProjection

CHOICES = NeedChoices(base_january=2026, method="published", draws=400, seed=3)
CELL = ["authority_code", "ncy", "need_type", "setting"]


def caseload(authorities=("A", "B"), januaries=(2025, 2026)):
    rows = [
        (code, january, ncy, need, setting, children * (1.1 if january == 2026 else 1.0))
        for code in authorities
        for january in januaries
        for ncy in range(-1, 15)
        for need, setting, children in (
            ("ASD", "mainstream", 20.0),
            ("ASD", "state_special", 12.0),
            ("SEMH", "mainstream", 10.0),
        )
    ]
    columns = ["authority_code", "january", "ncy", "need_type", "setting", "children"]
    return Caseload.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def population(growth=0.0, last=2031):
    rows = [
        (code, year, age, 1000.0 * (1 + growth) ** (year - 2025))
        for code in "AB"
        for year in range(2020, last + 1)
        for age in range(26)
    ]
    columns = ["authority_code", "academic_year", "age", "children"]
    return PopulationProjection.validate(
        pd.DataFrame(rows, columns=columns).assign(basis="invented")
    )


PLANS, PEOPLE = caseload(), population()


def totals_of(cube, year):
    place = cube.academic_years.index(year)
    return cube.children[place].sum(axis=0)


def test_the_base_year_is_the_caseload_itself_in_every_draw():
    cube = project_cube(PLANS, PEOPLE, [2027], CHOICES)

    base = PLANS[PLANS["january"] == 2026].set_index(CELL)["children"]
    now = cube.cells.assign(children=cube.children[0, :, 7]).set_index(CELL)["children"]
    assert cube.academic_years == (2025, 2027)
    assert now[now > 0].sort_index().to_dict() == pytest.approx(base.to_dict(), rel=1e-6)


def test_expected_children_are_the_mean_of_the_draws():
    """Same 1,000 draws of totals behind both; cells keep their mean within sampling."""
    many = CHOICES.model_copy(update={"draws": 1000})
    drawn = project_cube(PLANS, PEOPLE, [2026, 2028], many).summed(["setting"])
    expected = project_cube(PLANS, PEOPLE, [2026, 2028], many, with_draws=False)

    keys = ["academic_year", "setting"]
    mean = expected.expected().groupby(keys)["children"].sum()
    assert drawn.set_index(keys)["mean"].to_dict() == pytest.approx(mean.to_dict(), rel=0.01)


def test_ranges_widen_with_the_years():
    cube = project_cube(PLANS, PEOPLE, [2026, 2028, 2030], CHOICES)

    table = cube.summed([])
    widths = (table["p95"] - table["p5"]).tolist()
    assert widths == sorted(widths)
    assert widths[0] == 0


def test_children_without_population_growth_follow_the_nations_and_with_it_more():
    """2 % more children of every age a year, two years: 1.02² as many plans."""
    still, growing = (
        project_cube(PLANS, people, [2027], CHOICES, with_draws=False)
        for people in (population(), population(0.02))
    )
    rates_of_the_past = population()[population()["academic_year"] <= 2025]
    mixed = PopulationProjection.validate(
        pd.concat([rates_of_the_past, population(0.02).query("academic_year > 2025")])
    )
    later = project_cube(PLANS, mixed, [2027], CHOICES, with_draws=False)

    ratio = totals_of(later, 2027).sum() / totals_of(still, 2027).sum()
    assert ratio == pytest.approx(1.02**2, rel=1e-6)
    assert totals_of(growing, 2027).sum() < totals_of(later, 2027).sum()


def test_one_january_leans_on_england_alone():
    """No growth of its own: near England's last, 1.108 in 2025, damped and shrunk."""
    cube = project_cube(caseload(januaries=(2026,)), PEOPLE, [2026], CHOICES)

    growth = totals_of(cube, 2026).mean() / totals_of(cube, 2025).mean()
    assert 1.06 < growth < 1.16


def test_earlier_totals_by_setting_are_used():
    """Ten years of standing still pull growth down from England's."""
    still = CaseloadTotals.validate(
        pd.DataFrame(
            [
                (code, january, setting, children)
                for code in "AB"
                for january in range(2021, 2025)
                for setting, children in (("mainstream", 528.0), ("state_special", 211.2))
            ],
            columns=["authority_code", "january", "setting", "children"],
        ).assign(basis="invented")
    )
    one = caseload(januaries=(2026,))
    flat = Caseload.validate(
        pd.concat([one, one.assign(january=2025)]).drop_duplicates(
            ["authority_code", "january", "ncy", "need_type", "setting"]
        )
    )

    without = project_cube(flat, PEOPLE, [2029], CHOICES, with_draws=False)
    with_totals = project_cube(flat, PEOPLE, [2029], CHOICES, totals=still, with_draws=False)

    assert totals_of(with_totals, 2029).sum() < totals_of(without, 2029).sum()


def test_an_authority_keeps_its_own_mix():
    cube = project_cube(PLANS, PEOPLE, [2027], CHOICES, with_draws=False).expected()

    later = cube[cube["academic_year"] == 2027]
    assert set(later.query("setting == 'state_special'")["need_type"]) == {"ASD"}


def test_nothing_is_negative_or_blank():
    cube = project_cube(PLANS, PEOPLE, [2026, 2031], CHOICES)

    assert np.isfinite(cube.children).all()
    assert (cube.children >= 0).all()


def test_a_missing_year_of_population_is_named():
    with pytest.raises(
        DataError, match="no rows for academic year 2029 of authority A, nor for 3 other"
    ):
        project_cube(PLANS, population(last=2028), [2030], CHOICES)


def test_a_year_before_the_base_cannot_be_planned():
    with pytest.raises(DataError, match="for example 2024; the first that can be planned is 2025"):
        project_cube(PLANS, PEOPLE, [2024, 2027], CHOICES)


def test_the_same_seed_gives_the_same_cube_and_another_does_not():
    one, two = (project_cube(PLANS, PEOPLE, [2027], CHOICES).children for _ in range(2))
    other = project_cube(PLANS, PEOPLE, [2027], CHOICES.model_copy(update={"seed": 4})).children

    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_children_without_a_recorded_placement_keep_their_share():
    """England's not recorded nearly doubled to 2025: that is recording, and not followed."""
    some = PLANS[PLANS["setting"] == "mainstream"].assign(setting="not_recorded")
    unsaid = some[some["need_type"] == "SEMH"]
    plans = Caseload.validate(pd.concat([PLANS, unsaid]).sort_values(CELL))

    cube = project_cube(plans, PEOPLE, [2030], CHOICES, with_draws=False).expected()

    shares = cube.groupby(["academic_year", "setting"])["children"].sum()
    of_all = shares / shares.groupby("academic_year").transform("sum")
    unrecorded = of_all.xs("not_recorded", level="setting")
    assert unrecorded[2030] == pytest.approx(unrecorded[2025], rel=0.1)
