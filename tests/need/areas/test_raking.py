"""Raked tables keep margins, noughts and odds ratios; ceilings hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from placement_planner.errors import DataError
from placement_planner.need.areas.raking import capped, rake

ABOVE_NOUGHT = st.floats(0.5, 50.0)


def test_a_table_is_raked_as_by_hand():
    """Rows 3 and 1, columns 2 and 2, from equal cells: each row is halved."""
    raked = rake(np.ones((2, 2)), {(0,): np.array([3.0, 1.0]), (1,): np.array([2.0, 2.0])})

    assert raked.table.tolist() == [[1.5, 1.5], [0.5, 0.5]]


@settings(deadline=None, max_examples=30)
@given(st.data(), st.tuples(*[st.integers(1, 4)] * 3))
def test_all_margins_hold_and_odds_ratios_stay(data, shape):
    """Margins of another table of the shape, over one axis and over pairs of axes."""
    seed = data.draw(arrays.arrays(float, shape, elements=ABOVE_NOUGHT))
    other = data.draw(arrays.arrays(float, shape, elements=ABOVE_NOUGHT))
    margins = {
        (0, 1): other.sum(axis=2),
        (2,): other.sum(axis=(0, 1)),
        (0,): other.sum(axis=(1, 2)),
    }

    table = rake(seed, margins).table

    assert (table >= 0).all()
    for axes, target in margins.items():
        others = tuple(axis for axis in range(3) if axis not in axes)
        assert table.sum(axis=others) == pytest.approx(target, abs=1e-6)
    change = np.log(table / seed)
    no_interaction = change - change[:, :, :1] - change[:1, :1] + change[:1, :1, :1]
    assert np.abs(no_interaction).max() < 1e-6


def test_a_table_of_all_but_separate_blocks_is_raked_too():
    """Slow, not refused: each round moves little between blocks with so little in common.

    Scaling rows and columns keeps the ratio of products across the diagonal.
    """
    small = 3 / 256
    seed = np.array([[85, small, small], [small, 54, small]])
    told = np.array([[45, small, small], [small, 15, small]])

    raked = rake(seed, {(0,): told.sum(axis=1), (1,): told.sum(axis=0)})

    table = raked.table
    assert raked.rounds > 10_000
    assert table.sum(axis=1) == pytest.approx(told.sum(axis=1), abs=1e-6)
    assert table.sum(axis=0) == pytest.approx(told.sum(axis=0), abs=1e-6)
    ratio = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert ratio == pytest.approx(85 * 54 / small**2, rel=1e-6)


def test_noughts_stay():
    seed = np.array([[0.0, 1.0], [1.0, 1.0]])

    table = rake(seed, {(0,): np.array([1.0, 3.0]), (1,): np.array([2.0, 2.0])}).table

    assert table == pytest.approx(np.array([[0.0, 1.0], [2.0, 1.0]]), abs=1e-6)


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "said"),
    [
        (np.ones((2, 2)), [1.0, 1.0], [1.0, 2.0], "disagree: 2.000000 children"),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), [1.0, 1.0], [1.0, 1.0], r"all nought.*at \(1,\)"),
        (np.eye(2), [2.0, 1.0], [1.0, 2.0], "cannot be met together"),
        (-np.ones((2, 2)), [1.0, 1.0], [1.0, 1.0], "below nought"),
        (np.ones((2, 2)), [-1.0, 1.0], [0.0, 0.0], "targets below nought"),
    ],
)
def test_what_no_table_can_meet_is_refused(seed, rows, columns, said):
    with pytest.raises(DataError, match=said):
        rake(seed, {(0,): np.array(rows), (1,): np.array(columns)})


def test_what_is_above_the_ceiling_goes_to_the_others_in_proportion():
    """6 may be 3: the 3 above go to 2 and 1 as 2 to 1. Then 4 may be 3.5: the half goes on."""
    ceilings = np.array([3.0, 3.5, 9.0])

    totals, holds = capped(np.array([6.0, 2.0, 1.0]), ceilings)

    assert holds
    assert totals.tolist() == pytest.approx([3.0, 3.5, 2.5])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=8).map(np.array)
)
def test_ceilings_hold_where_there_is_room(pairs):
    totals, ceilings = pairs.T

    found, holds = capped(totals, ceilings)

    assert found.sum() == pytest.approx(totals.sum())
    assert holds == (totals.sum() <= ceilings.sum())
    assert not holds or (found <= ceilings * (1 + 1e-9) + 1e-9).all()
    assert (found >= 0).all()
