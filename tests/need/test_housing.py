"""New homes count above the projection alone, and bring children at their authority's rates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.cube import CELL, Cube
from placement_planner.need.housing import (
    housing_factor,
    new_homes,
    with_housing,
    with_new_people,
)
from placement_planner.tables.study import Housing, HousingCarried, PopulationProjection

BASE = 2025
YEARS = range(BASE, 2030)
AREAS = pd.DataFrame({"area_code": ["a1", "a2", "b1"], "authority_code": ["A", "A", "B"]})
YIELDS = pd.DataFrame(
    [("primary", "market", 0.7), ("primary", "affordable", 1.4), ("secondary", "market", 0.1)],
    columns=["phase", "tenure", "children_per_home"],
)


def homes_of(*rows):
    """Rows (site, area, year, homes[, tenure]); market homes unless told otherwise."""
    full = [(*row, "market")[:5] if len(row) == 4 else row for row in rows]
    columns = ["housing_id", "area_code", "academic_year", "homes", "tenure"]
    frame = pd.DataFrame(full, columns=columns).astype({"homes": float})
    return Housing.validate(frame.assign(source="by hand", basis="invented"))


def carried_of(*rows):
    """Rows (authority, first year, homes of each year from it)."""
    full = [
        (code, first + place, float(number))
        for code, first, *numbers in rows
        for place, number in enumerate(numbers)
    ]
    frame = pd.DataFrame(full, columns=["authority_code", "academic_year", "homes"])
    return HousingCarried.validate(frame.assign(source="by hand", basis="invented"))


def above(found, code="A"):
    homes = found.homes[found.homes["authority_code"] == code]
    return homes.set_index("academic_year")["above"].to_dict()


def test_homes_are_counted_above_those_the_projection_carries():
    """Planned 100, 50, 0; carried 40 a year: 60, then 150 − 80 = 70, then 150 − 120 = 30.

    The trajectory ends in 2028: the 30 stay, whatever the projection carries later.
    """
    housing = homes_of(("h", "a1", 2026, 100), ("h", "a1", 2027, 50), ("g", "a1", 2028, 1e-9))

    found = new_homes(housing, carried_of(("A", 2026, 40, 40, 40, 40)), AREAS, BASE, YEARS)

    assert above(found) == pytest.approx({2025: 0, 2026: 60, 2027: 70, 2028: 30, 2029: 30})


def test_homes_that_come_before_the_projection_expects_them_are_not_counted_twice():
    """100 homes in the first of two years that carry 50 each: 50 above, then none."""
    housing = homes_of(("h", "a1", 2026, 100), ("g", "a1", 2027, 1e-9))

    found = new_homes(housing, carried_of(("A", 2026, 50, 50)), AREAS, BASE, YEARS)

    assert above(found) == {2025: 0, 2026: 50, 2027: 0, 2028: 0, 2029: 0}


def test_children_live_at_the_sites_by_tenure_and_evenly_over_the_ages_of_a_phase():
    """60 of 100 homes count: of 70 market and 30 affordable homes, 42 and 18.

    Primary has 7 ages: 42 × 0.7 / 7 = 4.2 children of each at the market homes in a1, and
    18 × 1.4 / 7 = 3.6 at the affordable ones in a2; secondary 5 ages: 42 × 0.1 / 5 = 0.84 in a1.
    """
    housing = homes_of(("h", "a1", 2026, 70), ("g", "a2", 2026, 30, "affordable"))

    people = new_homes(
        housing, carried_of(("A", 2026, 40)), AREAS, BASE, [2026], YIELDS
    ).people.set_index(["area_code", "age"])["children"]

    assert people.loc["a1"].to_dict() == pytest.approx(
        dict.fromkeys(range(4, 11), 4.2) | dict.fromkeys(range(11, 16), 0.84)
    )
    assert people.loc["a2"].to_dict() == pytest.approx(dict.fromkeys(range(4, 11), 3.6))


def test_homes_of_the_base_year_and_after_the_last_year_are_not_added():
    housing = homes_of(("h", "a1", 2025, 90), ("h", "a1", 2026, 10), ("h", "a1", 2031, 80))

    found = new_homes(housing, carried_of(("A", 2026, 0, 0)), AREAS, BASE, YEARS)

    assert above(found)[2029] == 10
    assert any("90 planned homes of 2025 or before" in note for note in found.notes)
    assert any("80 planned homes after 2029" in note for note in found.notes)


def test_the_overlap_is_told():
    """Planned 100, 50 and carried 40, 40: 80 are in both, 70 are added."""
    housing = homes_of(("h", "a1", 2026, 100), ("h", "a1", 2027, 50))

    notes = new_homes(housing, carried_of(("A", 2026, 40, 40)), AREAS, BASE, YEARS).notes

    assert len(notes) == 1
    assert "150 planned, 80 carried" in notes[0]
    assert "80 are in both, and the children of 70 are added" in notes[0]


def test_an_authority_whose_carried_homes_are_unknown_is_refused():
    housing = homes_of(("h", "a1", 2027, 100), ("k", "b1", 2026, 5))

    with pytest.raises(DataError, match=r"2 year\(s\).*of A in 2026"):
        new_homes(housing, carried_of(("B", 2026, 1)), AREAS, BASE, YEARS)
    with pytest.raises(DataError, match=r"3 year\(s\)"):
        new_homes(housing, None, AREAS, BASE, YEARS)


PEOPLE = PopulationProjection.validate(
    pd.DataFrame(
        [("A", year, age, 100.0) for year in YEARS for age in range(25)],
        columns=["authority_code", "academic_year", "age", "children"],
    ).assign(basis="invented")
)


def _cube(cells, years, draws=3):
    rng = np.random.default_rng(5)
    children = rng.integers(0, 50, (len(years), len(cells), draws)).astype(np.float32)
    return Cube(
        cells=pd.DataFrame(cells, columns=CELL), academic_years=tuple(years), children=children
    )


def test_children_of_new_homes_have_plans_at_the_rate_of_their_age():
    """10 more aged 7 (NCY 3) beside 100: a tenth more plans in every draw, and nowhere else."""
    people = pd.DataFrame(
        {"authority_code": "A", "area_code": ["a1", "a2"], "academic_year": 2026, "age": 7,
         "children": [6.0, 4.0]}
    )  # fmt: skip
    cells = [("A", 3, "ASD", "sen_unit"), ("A", 4, "ASD", "sen_unit"), ("B", 3, "ASD", "sen_unit")]
    cube = _cube(cells, (2025, 2026))

    housed = with_housing(cube, people, PEOPLE)

    assert np.array_equal(housed.children[0], cube.children[0])
    assert housed.children[1, 0] == pytest.approx(cube.children[1, 0] * 1.1)
    assert np.array_equal(housed.children[1, 1:], cube.children[1, 1:])
    lived = with_new_people(PEOPLE, people)
    assert lived["children"].sum() == pytest.approx(PEOPLE["children"].sum() + 10)


def test_nobody_is_multiplied_where_the_projection_has_nobody():
    people = pd.DataFrame(
        {"authority_code": ["B"], "area_code": ["b1"], "academic_year": [2026], "age": [7],
         "children": [6.0]}
    )  # fmt: skip
    cells = pd.DataFrame([("B", 3, "ASD", "sen_unit")], columns=CELL)

    assert housing_factor(people, PEOPLE, cells, [2026]).tolist() == [[1.0]]


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["h1", "h2", "h3"]),
            st.sampled_from(["a1", "a2", "b1"]),
            st.integers(2026, 2029),
            st.integers(1, 400),
            st.sampled_from(["market", "affordable"]),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: (row[0], row[2], row[4]),
    )
)
def test_trend_housing_adds_nothing_to_a_projection_that_carries_it(rows):
    """Whatever is planned is carried: no home above, no child more, the cube bit for bit."""
    housing = homes_of(*rows)
    planned = housing.merge(AREAS, on="area_code").groupby(["authority_code", "academic_year"])
    sums = planned["homes"].sum().to_dict()
    carried = carried_of(
        *((code, 2026, *(sums.get((code, year), 0) for year in range(2026, 2030))) for code in "AB")
    )
    cube = _cube([("A", ncy, "ASD", "sen_unit") for ncy in range(-4, 21)], YEARS)

    found = new_homes(housing, carried, AREAS, BASE, YEARS)

    assert found.homes["above"].abs().max() == 0
    assert found.people.empty
    assert np.array_equal(with_housing(cube, found.people, PEOPLE).children, cube.children)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(0, 300), min_size=4, max_size=4),
    st.lists(st.integers(0, 300), min_size=4, max_size=4),
)
def test_children_are_yields_times_the_homes_above_whatever_the_sites(planned, carried):
    """With a default yield summed over phases, by tenure, one home is worth as many children."""
    housing = homes_of(
        *(("h", "a1", 2026 + place, number + 1e-9) for place, number in enumerate(planned)),
        *(("g", "a2", 2026 + place, 5) for place in range(4)),
    )
    worth = code_table("housing_yields").query("tenure == 'market'")["children_per_home"].sum()

    found = new_homes(housing, carried_of(("A", 2026, *carried)), AREAS, BASE, YEARS)

    lived = found.people.groupby("academic_year")["children"].sum()
    homes = found.homes.set_index("academic_year")["above"]
    for year in YEARS:
        assert lived.get(year, 0.0) == pytest.approx(homes[year] * worth)
    level = np.cumsum(planned) + 5 * np.arange(1, 5) - np.cumsum(carried)
    assert homes.loc[2026:].tolist() == pytest.approx(np.maximum(level, 0).tolist(), abs=1e-6)


def test_yields_cover_every_phase_and_tenure():
    table = code_table("housing_yields")

    assert set(zip(table["phase"], table["tenure"], strict=True)) == {
        (phase, tenure)
        for phase in code_table("phases")["phase"].unique()
        for tenure in ("market", "affordable")
    }
    assert (table["source"] != "").all()
