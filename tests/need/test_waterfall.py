"""Population, rate, new homes and policy: by hand, and adding up whatever the numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.need.cube import Cube
from placement_planner.need.housing import with_housing
from placement_planner.need.parts import by_phase, past_children
from placement_planner.need.waterfall import (
    EFFECTS,
    STEPS,
    change_by_part,
    children_without_population,
    sum_steps,
)
from placement_planner.tables.study import Caseload, CaseloadTotals, PopulationProjection

BASE, LATER = 2025, 2030
CELL = ["authority_code", "ncy", "need_type", "setting"]


def cube_of(rows):
    """A cube of one draw: (authority, ncy, need, setting, children at base, children later)."""
    cells = pd.DataFrame([row[:4] for row in rows], columns=CELL)
    children = np.array([[row[4], row[5]] for row in rows], dtype=np.float32).T
    return Cube(cells=cells, academic_years=(BASE, LATER), children=children[:, :, None])


def people_of(rows):
    """Population rows (authority, ncy, children at base, children later); NCY 0 is age 4."""
    frame = pd.DataFrame(
        [
            (code, year, ncy + 4, children, "invented")
            for code, ncy, *counts in rows
            for year, children in zip((BASE, LATER), counts, strict=True)
        ],
        columns=["authority_code", "academic_year", "age", "children", "basis"],
    )
    return PopulationProjection.validate(frame.astype({"children": float}))


def test_a_change_is_parted_as_by_hand():
    """10 of 100 children become 24 of 120: rates 0.1 and 0.2.

    Population 0.1 × 20 = 2, rate 0.1 × 100 = 10, both 0.1 × 20 = 2: in all 14.
    """
    cube = cube_of([("A", 3, "ASD", "sen_unit", 10, 24)])

    change = change_by_part(cube, people_of([("A", 3, 100, 120)]))

    row = change.iloc[0]
    assert (row["authority_code"], row["need_type"], row["phase"]) == ("A", "ASD", "primary")
    assert row["academic_year"] == LATER
    assert row[STEPS].tolist() == pytest.approx([10, 2, 10, 2, 0, 0, 0, 24])


def test_sums_are_sums_of_cells_not_of_their_totals():
    """Beside the 10 of 100 above, 30 of 50 children become 20 of 40: rates 0.6 and 0.5.

    Population 0.6 × −10 = −6, rate −0.1 × 50 = −5, both −0.1 × −10 = 1. Summed: −4, 5, 3.
    Worked out from the totals (40 of 150, 44 of 160), population alone would be 2.67.
    """
    cube = cube_of([("A", 3, "ASD", "sen_unit", 10, 24), ("A", 8, "SLD", "state_special", 30, 20)])
    change = change_by_part(cube, people_of([("A", 3, 100, 120), ("A", 8, 50, 40)]))

    whole = sum_steps(change, [])
    by_phase_ = sum_steps(change, ["authority_code", "phase"]).set_index("phase")

    assert whole.loc[0, STEPS].tolist() == pytest.approx([40, -4, 5, 3, 0, 0, 0, 44])
    assert by_phase_.loc["secondary", STEPS].tolist() == pytest.approx([30, -6, -5, 1, 0, 0, 0, 20])


@pytest.mark.parametrize(
    ("people", "children"),
    [([], (4, 9)), ([("A", 3, 0, 50)], (4, 9)), ([("A", 3, 50, 0)], (4, 9))],
    ids=["no population", "none at the base", "none later"],
)
def test_without_population_all_change_is_rate(people, children):
    cube = cube_of([("A", 3, "ASD", "sen_unit", *children)])
    projection = people_of([*people, ("A", 4, 10, 10)])

    row = change_by_part(cube, projection).iloc[0]

    assert row[STEPS].tolist() == pytest.approx([4, 0, 5, 0, 0, 0, 0, 9])
    assert children_without_population(cube, projection) == (4, 9)


def test_where_a_year_group_empties_its_children_go_with_the_population():
    """4 of 50 children become none of none: the rate has no reason to have changed."""
    cube = cube_of([("A", 3, "ASD", "sen_unit", 4, 0)])

    row = change_by_part(cube, people_of([("A", 3, 50, 0)])).iloc[0]

    assert row[STEPS].tolist() == pytest.approx([4, -4, 0, 0, 0, 0, 0, 0])


def extra_people(rows):
    """Children of new homes: (authority, ncy, children) in the later year."""
    columns = ["authority_code", "area_code", "academic_year", "age", "children"]
    return pd.DataFrame(
        [(code, "a1", LATER, ncy + 4, float(children)) for code, ncy, children in rows],
        columns=columns,
    )


def test_new_homes_and_policy_are_parted_as_by_hand():
    """24 of 120 children; new homes bring 30 more children, a quarter, and policy leaves 20.

    Housing 24 × 0.25 = 6. Without the homes policy would leave 20 / 1.25 = 16: policy is
    16 − 24 = −8, and what both do together −8 × 0.25 = −2: in all 24 + 6 − 8 − 2 = 20.
    """
    cell = ("A", 3, "ASD", "sen_unit")
    cube, policy = cube_of([(*cell, 10, 24)]), cube_of([(*cell, 10, 20)])

    change = change_by_part(
        cube, people_of([("A", 3, 100, 120)]), extra_people([("A", 3, 30)]), policy
    )

    assert change.iloc[0][STEPS].tolist() == pytest.approx([10, 2, 10, 2, 6, -8, -2, 20])


def test_without_a_policy_new_homes_stand_alone():
    """30 children more on 120, of whom 24 have a plan: 6 more plans."""
    cube = cube_of([("A", 3, "ASD", "sen_unit", 10, 24)])

    change = change_by_part(cube, people_of([("A", 3, 100, 120)]), extra_people([("A", 3, 30)]))

    assert change.iloc[0][STEPS].tolist() == pytest.approx([10, 2, 10, 2, 6, 0, 0, 30])


def test_policy_may_move_children_to_cells_that_were_empty():
    """Policy moves 4 of 9 from a special school to a base where nobody was: −4 there, 4 here."""
    cube = cube_of([("A", 3, "ASD", "state_special", 9, 9)])
    policy = cube_of(
        [("A", 3, "ASD", "resourced_provision", 0, 4), ("A", 3, "ASD", "state_special", 9, 5)]
    )

    change = change_by_part(cube, people_of([("A", 3, 50, 50)]), policy_cube=policy)

    by_setting = change.set_index("setting")[STEPS]
    assert by_setting.loc["resourced_provision"].tolist() == [0, 0, 0, 0, 0, 4, 0, 4]
    assert by_setting.loc["state_special"].tolist() == [9, 0, 0, 0, 0, -4, 0, 5]


def test_cubes_of_other_years_are_refused():
    cube = cube_of([("A", 3, "ASD", "state_special", 9, 9)])
    other = Cube(cells=cube.cells, academic_years=(BASE, LATER + 1), children=cube.children)

    with pytest.raises(DataError, match="other academic years"):
        change_by_part(cube, people_of([("A", 3, 50, 50)]), policy_cube=other)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]),
            st.integers(0, 3),
            st.just("ASD"),
            st.sampled_from(["sen_unit", "mainstream"]),
            st.integers(0, 500),
            st.integers(0, 500),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:4],
    ),
    st.lists(st.integers(0, 300), min_size=8, max_size=8),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), max_size=4),
    st.floats(0, 2),
)
def test_new_homes_and_policy_add_up_too(rows, later, extra, factor):
    """Whatever the policy does: here it multiplies by a factor and fills an empty cell."""
    places = [(code, ncy) for code in "AB" for ncy in range(4)]
    people = people_of([(*place, 100, count) for place, count in zip(places, later, strict=True)])
    homes = extra_people([("A", ncy, children) for ncy, children in extra])
    cube = cube_of(rows)
    housed = with_housing(cube, homes, people)
    more = pd.DataFrame([("B", 0, "SLD", "state_special")], columns=CELL)
    policy = Cube(
        cells=pd.concat([housed.cells, more], ignore_index=True),
        academic_years=housed.academic_years,
        children=np.concatenate(
            [housed.children * np.float32(factor), np.full((2, 1, 1), 3, dtype=np.float32)], axis=1
        ),
    )

    summed = sum_steps(change_by_part(cube, people, homes, policy), [])

    gap = summed["base"] + summed[EFFECTS].sum(axis=1) - summed["final"]
    assert gap.abs().max() < 1e-6
    assert summed["final"].sum() == pytest.approx(policy.children[1].sum(dtype=float))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]),
            st.integers(-4, 21),
            st.sampled_from(["ASD", "SLD"]),
            st.sampled_from(["sen_unit", "mainstream"]),
            st.integers(0, 5_000),
            st.integers(0, 5_000),
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[:4],
    ),
    st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 9_000)), min_size=52, max_size=52),
    st.sampled_from([[], ["authority_code"], ["need_type", "phase"], ["setting"]]),
)
def test_base_and_effects_add_up_to_the_later_year(rows, people, by):
    places = [(code, ncy) for code in "AB" for ncy in range(-4, 22)]
    projection = people_of(
        [(*place, *counts) for place, counts in zip(places, people, strict=True)]
    )

    summed = sum_steps(change_by_part(cube_of(rows), projection), by)

    gap = summed["base"] + summed[EFFECTS].sum(axis=1) - summed["final"]
    assert gap.abs().max() < 1e-6
    assert summed["final"].sum() == pytest.approx(sum(row[5] for row in rows))


def test_draws_are_added_before_percentiles_are_taken():
    """Draws 1, 2, 30 and 30, 2, 1 have medians 2 and 2; their sums 31, 4, 31 one of 31."""
    cells = pd.DataFrame([("A", 3, "ASD", "sen_unit"), ("A", 8, "ASD", "sen_unit")], columns=CELL)
    draws = np.array([[[1, 2, 30], [30, 2, 1]]], dtype=np.float32)
    cube = Cube(cells=cells, academic_years=(BASE,), children=draws)

    parts = by_phase(cube)

    assert parts.summed(["phase"])["median"].tolist() == [2, 2]
    assert parts.summed([])["median"].tolist() == [31]


def test_cells_are_summed_in_every_draw_whatever_their_order():
    rng = np.random.default_rng(4)
    cells = pd.DataFrame(
        {name: rng.integers(0, 3, 40).astype(str) for name in ("need_type", "setting")}
    )
    children = rng.integers(0, 9, (2, 40, 230)).astype(np.float32)
    cube = Cube(cells=cells, academic_years=(BASE, LATER), children=children)

    few = cube.condensed(["setting"])

    for place, setting in enumerate(few.cells["setting"]):
        mine = (cells["setting"] == setting).to_numpy()
        assert np.array_equal(few.children[:, place], children[:, mine].sum(axis=1))


def test_totals_tell_of_januaries_that_the_caseload_does_not():
    caseload = Caseload.validate(
        pd.DataFrame(
            [("A", 2026, 3, "ASD", "sen_unit", 5.0, "invented")],
            columns=[
                "authority_code", "january", "ncy", "need_type", "setting", "children", "basis",
            ],
        )
    )  # fmt: skip
    totals = CaseloadTotals.validate(
        pd.DataFrame(
            [("A", 2025, "sen_unit", 4.0, "invented"), ("A", 2026, "sen_unit", 99.0, "invented")],
            columns=["authority_code", "january", "setting", "children", "basis"],
        )
    )

    past = past_children(caseload, totals, 2026)

    assert past["academic_year"].tolist() == [2024, 2025]
    assert past["children"].tolist() == [4.0, 5.0]
    assert past["phase"].isna().tolist() == [True, False]
