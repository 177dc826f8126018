"""No small count can be told from totals: by hand, and by trying every set of figures."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from placement_planner.privacy.cells import ALL, Partition, linked
from placement_planner.privacy.secondary import Rule, exposed, interval, suppressed

THRESHOLD = 5
EXACT = Rule(threshold=THRESHOLD, rounding=1)
ROUNDED = Rule(threshold=THRESHOLD, rounding=5)
ROWS, COLUMNS = ("r1", "r2", "r3"), ("k1", "k2", "k3")
TABLE = [[Partition(ALL, ROWS)], [Partition(ALL, COLUMNS)]]


def table(numbers):
    """A table of rows and columns with its totals."""
    inner = np.array(numbers, dtype=float)
    whole = np.block(
        [[inner, inner.sum(1, keepdims=True)], [inner.sum(0, keepdims=True), inner.sum()]]
    )
    rows, columns = ROWS[: len(inner)], COLUMNS[: inner.shape[1]]
    names = itertools.product((*rows, ALL), (*columns, ALL))
    figures = {("need", *name): value for name, value in zip(names, whole.ravel(), strict=True)}
    return linked(figures, [[Partition(ALL, rows)], [Partition(ALL, columns)]])


def withheld(cells, rule=EXACT):
    hidden = suppressed(cells, rule)
    return {name[1:] for name, is_hidden in zip(cells.names, hidden, strict=True) if is_hidden}


def seen(value, rounding):
    """What a reader knows of a figure that is shown: no count under the threshold is."""
    if rounding == 1 or value == 0:
        return value, value
    told = rounding * np.floor(value / rounding + 0.5)
    return max(told - (rounding - 1) / 2, THRESHOLD), told + (rounding - 1) / 2


def could_be(cells, is_shown, place, rounding=1):
    """Smallest and largest count, from the whole system at once: nothing is shared with ours."""
    bounds = [
        seen(value, rounding) if shown or value == 0 else (0, None)
        for value, shown in zip(cells.values, is_shown, strict=True)
    ]
    found = []
    for sign in (1, -1):
        aim = np.zeros(len(bounds))
        aim[place] = sign
        zeros = np.zeros(cells.sums.shape[0])
        answer = linprog(aim, A_eq=cells.sums, b_eq=zeros, bounds=bounds)
        found.append(np.inf if answer.status == 3 else sign * answer.fun)
    return found


def test_a_total_gives_its_only_small_part_away_unless_another_part_goes():
    """3 + 9 + 20 = 32. Without 3 and 9 it is a number from 0 to 12; 20 weighs more than 9."""
    cells = linked(
        {("need", ALL): 32.0, ("need", "r1"): 3.0, ("need", "r2"): 9.0, ("need", "r3"): 20.0},
        TABLE[:1],
    )
    alone = np.array([True, False, True, True])

    assert interval(cells, alone, 1, EXACT) == (3, 3)
    assert exposed(cells, alone, EXACT) == [(1, 2.0), (1, -2.0)]
    assert withheld(cells) == {("r1",), ("r2",)}
    assert interval(cells, ~suppressed(cells, EXACT), 1, EXACT) == pytest.approx((0, 12))


def test_small_parts_that_add_up_to_less_than_the_threshold_need_another():
    """1 + 2 = 3 tells that each is under 5, so 9 is withheld too."""
    cells = linked(
        {("need", ALL): 12.0, ("need", "r1"): 1.0, ("need", "r2"): 2.0, ("need", "r3"): 9.0},
        TABLE[:1],
    )

    assert withheld(cells) == {("r1",), ("r2",), ("r3",)}


def test_a_small_count_that_no_table_shows_is_protected_from_the_difference_of_two():
    """40 children, 37 of them in special schools: 3 in bases."""
    kinds = [Partition(ALL, ("base", "special"))]
    cells = linked({("need", ALL): 40.0, ("need", "special"): 37.0}, [kinds])

    assert withheld(cells) == {("special",)}


def test_tables_are_linked_through_a_total_that_neither_shows():
    """Areas add up to their authority's 30, so do need groups: 27 + 3; the one area of 3 is known
    from its neighbour and the groups."""
    places = [Partition("A", ("a1", "a2"))]
    needs = [Partition(ALL, ("x", "y"))]
    figures = {
        ("need", "a1", ALL): 3.0,
        ("need", "a2", ALL): 27.0,
        ("need", "A", "x"): 18.0,
        ("need", "A", "y"): 12.0,
    }
    cells = linked(figures, [places, needs])
    is_shown = np.array([name != ("need", "a1", ALL) for name in cells.names]) & cells.published

    assert cells.values[cells.places["need", "A", ALL]] == 30
    assert interval(cells, is_shown, cells.places["need", "a1", ALL], EXACT) == (3, 3)
    assert len(withheld(cells)) == 2


def test_nobody_stays_shown_and_is_no_help():
    """The third part is empty: it cannot hide anything, so the second part goes."""
    cells = linked(
        {("need", ALL): 23.0, ("need", "r1"): 3.0, ("need", "r2"): 20.0, ("need", "r3"): 0.0},
        TABLE[:1],
    )

    assert withheld(cells) == {("r1",), ("r2",)}


def test_a_table_of_two_ways_is_protected_in_both():
    """The 2 needs another in its row and its column, and these one more: four corners, the lightest
    of which are 2, 8, 9 and 7."""
    cells = table([[2, 8, 30], [9, 7, 30], [30, 30, 30]])

    assert withheld(cells) == {("r1", "k1"), ("r1", "k2"), ("r2", "k1"), ("r2", "k2")}


numbers = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 9, 14, 25, 40]), min_size=3, max_size=3),
    min_size=2,
    max_size=3,
)


def test_rounding_hides_as_well():
    """30, 10 and 20 may be 32, 8 and 18: the 3 may be 6, and that is enough."""
    cells = linked(
        {("need", ALL): 32.0, ("need", "r1"): 3.0, ("need", "r2"): 9.0, ("need", "r3"): 20.0},
        TABLE[:1],
    )
    hidden = suppressed(cells, ROUNDED)

    assert hidden.tolist() == [False, True, False, False]
    assert interval(cells, ~hidden, 1, ROUNDED) == pytest.approx((0, 32 - 8 - 18))


def test_rounding_hides_too_little_where_figures_are_small():
    """2 + 5 = 7: both are shown as 5, so at most 2 are left. One of them goes."""
    figures = {("need", ALL): 7.0, ("need", "r1"): 2.0, ("need", "r2"): 5.0, ("need", "r3"): 0.0}
    cells = linked(figures, TABLE[:1])

    assert interval(cells, cells.values != 2, 1, ROUNDED) == pytest.approx((0, 2))
    assert withheld(cells, ROUNDED) == {("r1",), ("r2",)}


@settings(deadline=None, max_examples=60)
@given(numbers=numbers, rounding=st.sampled_from([1, 5]))
def test_no_small_count_of_any_table_can_be_told(numbers, rounding):
    cells = table(numbers)
    hidden = suppressed(cells, Rule(threshold=THRESHOLD, rounding=rounding))

    for place in np.flatnonzero((cells.values > 0) & (cells.values < THRESHOLD)):
        low, high = could_be(cells, cells.published & ~hidden, place, rounding)
        assert low <= 1 + 1e-6
        assert high >= THRESHOLD - 1e-6


@settings(deadline=None, max_examples=25)
@given(parts=st.lists(st.sampled_from([1, 2, 4, 6, 9, 14, 25]), min_size=3, max_size=3))
def test_one_small_count_costs_no_more_than_the_cheapest_set_that_protects_it(parts):
    """Every set is tried; where one count is small, ours weighs as little as the best."""
    figures = {("need", ALL): float(sum(parts))}
    figures |= {("need", name): float(part) for name, part in zip(ROWS, parts, strict=True)}
    cells = linked(figures, TABLE[:1])
    small = cells.values < THRESHOLD
    weights = 1 + np.log1p(cells.values)
    best = min(
        weights[list(more)].sum()
        for size in range(5)
        for more in itertools.combinations(range(4), size)
        if not exposed(cells, ~small & ~np.isin(np.arange(4), more), EXACT)
    )

    ours = suppressed(cells, EXACT) & ~small

    if small.sum() <= 1:
        assert weights[ours].sum() == pytest.approx(best)
    assert weights[ours].sum() >= best - 1e-9
