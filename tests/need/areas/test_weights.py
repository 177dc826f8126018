"""Weights of areas: margins hold, history and caps as by hand, new homes shift people."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.areas.cells import PHASE_CELL
from placement_planner.need.areas.people import PHASES
from placement_planner.tables.study import PopulationProjection
from tests.need.areas.town import JANUARY, areas_of, caseload_of, population_of, weights_of

TWO = areas_of([("a1", "M", "A", 5), ("a2", "M", "A", 5)])
NEEDS, SETTINGS = ["ASD", "SEMH", "SLD"], ["mainstream", "sen_unit", "state_special"]


def children_of(weights, code):
    """Raked children of the base January: phase, need, setting and area by name."""
    local = weights.local[code]
    table = pd.DataFrame(local.children, index=list(local.areas), columns=local.weights.cells)
    return table.melt(ignore_index=False, value_name="children").rename_axis("area").reset_index()


def one_cell(weights, setting="state_special", phase="secondary", need="ASD"):
    """Weights of A's areas in one cell."""
    cell = pd.DataFrame([(phase, need, setting)], columns=PHASE_CELL)
    return weights.of("A", JANUARY - 1).weights.of(cell)[:, 0].tolist()


def test_people_alone_weigh_where_there_is_no_history():
    """30 and 10 people of the same decile; the weight of their own history is shown as nought."""
    base = [("A", 7, "ASD", "state_special", 8)]

    weights = weights_of(TWO, population_of({"a1": 30, "a2": 10}), base)

    assert one_cell(weights) == pytest.approx([0.75, 0.25])
    assert weights.pooling["area_code"].tolist() == ["a1", "a2"]
    assert weights.pooling["from_people"].tolist() == pytest.approx([6, 2])
    assert weights.pooling["children"].tolist() == pytest.approx([6, 2])
    assert weights.pooling["read_from"].tolist() == ["none", "none"]
    assert (weights.pooling.filter(like="_weight") == 0).all(axis=None)
    assert (weights.pooling.filter(like="_factor") == 1).all(axis=None)
    assert weights.largest_adjustment == pytest.approx(1)


def test_special_places_follow_their_own_gradient_within_that_of_all_plans():
    """As many people in deciles 1 and 10: plans share as the rates of all plans.

    Raking keeps the ratio of odds, so special against mainstream stands as the rates do.
    """
    areas = areas_of([("a1", "M", "A", 1), ("a2", "M", "A", 10)])
    base = [("A", 7, "ASD", "state_special", 40), ("A", 8, "ASD", "mainstream", 60)]

    weights = weights_of(areas, population_of({"a1": 50, "a2": 50}), base)

    rates = code_table("deprivation").query("phase == 'secondary'").set_index("imd_decile")
    plans, special = rates.loc[[1, 10], "relative_rate"], rates.loc[[1, 10], "special_rate"]
    row = weights.pooling.set_index("area_code")["from_people"]
    assert row["a1"] / row["a2"] == pytest.approx(plans[1] / plans[10])
    (first, second), (third, fourth) = one_cell(weights), one_cell(weights, "mainstream")
    assert (first / second) / (third / fourth) == pytest.approx(
        (special[1] / special[10]) / (plans[1] / plans[10])
    )


def test_history_moves_weights_as_its_factors_say():
    """Same people; 30 and 10 children seen. One cell alone: weights stand as the factors do."""
    base = [("A", 7, "ASD", "state_special", 40)]
    homes = [("A", "a1", 7, "ASD", "state_special", 30), ("A", "a2", 7, "ASD", "state_special", 10)]

    weights = weights_of(
        TWO, population_of({"a1": 100, "a2": 100}), base, area_caseload=caseload_of(homes)
    )

    row = weights.pooling.set_index("area_code")
    strength = weights.strengths
    factor = (30 + strength.area) / (20 + strength.area)
    assert row.loc["a1", "area_factor"] == pytest.approx(factor)
    assert row.loc["a1", "area_weight"] == pytest.approx(20 / (20 + strength.area))
    of_kind = [(30 + strength.kind) / (20 * factor + strength.kind)]
    of_kind += [(10 + strength.kind) / (20 * (2 - factor) + strength.kind)]
    first, second = factor * of_kind[0], (2 - factor) * of_kind[1]
    assert one_cell(weights) == pytest.approx([first / (first + second), second / (first + second)])


def test_an_area_of_which_nothing_is_seen_tells_something_too():
    """All 20 children live in a1; a2's share falls below that of its people, and not to nought."""
    homes = caseload_of([("A", "a1", 7, "ASD", "state_special", 20)])

    weights = weights_of(
        TWO,
        population_of({"a1": 100, "a2": 100}),
        [("A", 7, "ASD", "state_special", 20)],
        area_caseload=homes,
    )

    assert 0 < one_cell(weights)[1] < 0.4


PLANS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.integers(-4, 20),
        st.sampled_from(NEEDS),
        st.sampled_from(SETTINGS),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:4],
)


@settings(deadline=None, max_examples=25)
@given(PLANS, st.lists(st.integers(0, 60), min_size=7 * 26, max_size=7 * 26), st.data())
def test_authority_age_need_and_placement_keep_their_totals(base, people, data):
    """Random areas, people (nought at some ages) and homes: every margin to 1e-6, none below 0."""
    codes = [("A", f"a{i}") for i in range(4)] + [("B", f"b{i}") for i in range(3)]
    areas = areas_of(
        [(area, f"M{n // 2}{code}", code, 1 + n) for n, (code, area) in enumerate(codes)]
    )
    population = population_of({area: 1 for _, area in codes})
    population["children"] = np.array(people, dtype=float)
    homes = [
        (code, data.draw(st.sampled_from([a for c, a in codes if c == code] + ["UNKNOWN"])), *rest)
        for code, *rest in base
    ]

    weights = weights_of(areas, population, base, cap=0.3, area_caseload=caseload_of(homes))

    phase = pd.cut([row[1] for row in base], [-5, -1, 6, 11, 14, 20], labels=PHASES)
    told = pd.DataFrame(base, columns=["code", "ncy", *PHASE_CELL[1:], "children"])
    told["phase"] = phase.astype(str)
    for code in told["code"].unique():
        found, own = children_of(weights, code), told[told["code"] == code]
        assert (found["children"] >= 0).all()
        for by in (["phase"], ["need_type"], ["setting"], PHASE_CELL):
            sums = found.groupby(by)["children"].sum()
            assert sums.to_dict() == pytest.approx(
                own.groupby(by)["children"].sum().to_dict(), abs=1e-6
            )
        every = weights.local[code].weights
        assert every.known.sum(axis=0) == pytest.approx(1)
        assert every.other.sum(axis=0) == pytest.approx(1)
    assert (weights.adjustments["largest_gap"] <= 1e-6).all()


def test_a_small_area_holds_no_more_than_the_cap():
    """Ages 11 to 15: 2 people an age in a1, so at most 0.35 × 10 = 3.5 of its children have plans.

    All 20 children live there; by history it would hold far more. The rest go to a2 and a3.
    """
    areas = areas_of([("a1", "M", "A", 5), ("a2", "M", "A", 5), ("a3", "M", "A", 5)])
    population = population_of({"a1": 2, "a2": 20, "a3": 20})
    base = [("A", 7, "ASD", "state_special", 20), ("A", 8, "SLD", "sen_unit", 10)]
    homes = caseload_of([("A", "a1", *row[1:]) for row in base])

    free = children_of(weights_of(areas, population, base, area_caseload=homes), "A")
    held = children_of(weights_of(areas, population, base, cap=0.35, area_caseload=homes), "A")

    assert free.groupby("area")["children"].sum()["a1"] > 3.5
    sums = held.groupby("area")["children"].sum()
    assert sums["a1"] == pytest.approx(3.5)
    assert sums["a2"] == pytest.approx(sums["a3"]) == pytest.approx((30 - 3.5) / 2)


def test_a_cap_that_cannot_hold_is_said():
    """80 of 2 × 5 × 10 = 100 young people have plans: 35 % would be 35."""
    base = [("A", 7, "ASD", "state_special", 80)]

    weights = weights_of(TWO, population_of({"a1": 10, "a2": 10}), base, cap=0.35)

    assert len(weights.notes) == 1
    assert "35%" in weights.notes[0]
    assert one_cell(weights) == pytest.approx([0.5, 0.5])


def test_cells_that_are_new_later_are_shared_as_their_kind_is():
    """A's special places: 3 to 1 by history; a need first seen later follows, base by the phase."""
    homes = [
        ("A", area, 7, "ASD", "state_special", number) for area, number in [("a1", 90), ("a2", 10)]
    ]
    weights = weights_of(
        TWO,
        population_of({"a1": 100, "a2": 100}),
        [("A", 7, "ASD", "state_special", 100)],
        area_caseload=caseload_of(homes),
    )

    seen = one_cell(weights)
    assert one_cell(weights, need="SLD") == pytest.approx(seen)
    assert one_cell(weights, setting="sen_unit") == pytest.approx(seen)
    assert one_cell(weights, phase="primary") == pytest.approx([0.5, 0.5])


def test_where_nobody_of_a_phase_lives_its_children_are_shared_by_everybody():
    population = population_of({"a1": 30, "a2": 10}, ages=range(5, 11))
    base = [("A", 7, "ASD", "state_special", 4)]

    assert one_cell(weights_of(TWO, population, base)) == pytest.approx([0.75, 0.25])


def projection_of(now, later):
    rows = [("A", year, age, n) for year, n in [(2025, now), (2027, later)] for age in range(26)]
    frame = pd.DataFrame(rows, columns=["authority_code", "academic_year", "age", "children"])
    return PopulationProjection.validate(frame.astype({"children": float}).assign(basis="invented"))


def test_new_homes_shift_people_between_areas_in_their_years():
    """20 and 20 people an age halve to 10 and 10; 20 move into new homes in a2: 1/4 and 3/4."""
    new = pd.DataFrame(
        [("A", "a2", 2027, age, 20.0) for age in range(26)],
        columns=["authority_code", "area_code", "academic_year", "age", "children"],
    )
    base = [("A", 7, "ASD", "state_special", 4)]

    weights = weights_of(
        TWO,
        population_of({"a1": 20, "a2": 20}),
        base,
        projection=projection_of(40, 20),
        new_people=new,
        base_year=2025,
    )

    cell = pd.DataFrame([("secondary", "ASD", "state_special")], columns=PHASE_CELL)
    assert weights.of("A", 2026).weights.of(cell)[:, 0].tolist() == [0.5, 0.5]
    assert weights.of("A", 2027).weights.of(cell)[:, 0].tolist() == pytest.approx([0.25, 0.75])
    assert weights.of("A", 2026) is weights.of("A", 2025)


def test_the_order_of_rows_changes_nothing():
    base = [("A", ncy, need, "sen_unit", ncy + 5) for ncy in range(3, 9) for need in NEEDS]
    homes = [("A", "a1" if row[1] % 2 else "a2", *row[1:]) for row in base]
    population = population_of({"a1": 21, "a2": 34})

    once = weights_of(TWO, population, base, area_caseload=caseload_of(homes))
    again = weights_of(
        TWO[::-1], population[::-1], base[::-1], area_caseload=caseload_of(homes[::-1])
    )

    pd.testing.assert_frame_equal(once.pooling, again.pooling, check_exact=False, rtol=1e-9)
    assert once.local["A"].children == pytest.approx(again.local["A"].children)


def test_children_without_an_area_to_live_in_are_refused():
    with pytest.raises(DataError, match=r"4\.0 children .* for example B"):
        weights_of(TWO, population_of({"a1": 1, "a2": 1}), [("B", 7, "ASD", "sen_unit", 4)])


def test_an_authority_without_a_base_has_no_weights():
    weights = weights_of(TWO, population_of({"a1": 1, "a2": 1}), [("A", 7, "ASD", "sen_unit", 4)])

    with pytest.raises(DataError, match="authority B has children with plans in 2030"):
        weights.of("B", 2030)


def test_without_anybody_there_is_nothing_to_weigh():
    with pytest.raises(DataError, match="nobody has a plan"):
        weights_of(TWO, population_of({"a1": 1, "a2": 1}), [("A", 7, "ASD", "sen_unit", 0)])
