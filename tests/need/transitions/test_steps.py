"""Steps counted: everybody once, transfers apart, needs kept or changed."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.need.transitions.states import all_states, stock
from placement_planner.need.transitions.steps import count_steps, heads
from tests.need.transitions.four_children import (
    FOUR,
    PEOPLE,
    VALID,
    people_table,
    steps_table,
    valid_table,
)

WIDE = valid_table(("M", 0, 3, "AB", "MS"), ("S", 0, 3, "AB", "MS"))


def counted(steps, valid=WIDE, *, relabel=False, authorities=("",)):
    people = people_table(range(2013, 2018), range(4), 10, authorities)
    return count_steps(steps, people, all_states(valid, steps), relabel=relabel)


def test_four_children_are_counted_once():
    """States: M 0, M 1, S 1, M 2, S 2, S 3. One left M 0, two did not; one of these moved to S."""
    steps = count_steps(FOUR, PEOPLE, all_states(VALID, FOUR))[""]

    assert steps.januaries.tolist() == [2013]
    assert steps.left.tolist() == [[1, 0, 0, 0, 0, 0]]
    assert steps.stayed.tolist() == [[2, 0, 0, 0, 0, 0]]
    assert steps.moved.tolist() == [[1, 0, 0, 0, 0, 0]]
    assert steps.moves.tolist() == [[0, 0, 2, 1]]
    assert steps.joined.tolist() == [[0, 0, 1, 0, 0, 0]]
    assert steps.joiner_ncy.tolist() == [0, 1, 2]
    assert steps.population.tolist() == [[10.0, 10.0, 10.0]]


def test_a_child_transferred_leaves_the_first_and_enters_the_second_without_joining():
    both = counted(
        steps_table(
            ("E1", "E2", 2013, 0, "A M", "A S", 3),
            ("E1", "E1", 2013, 0, "A M", "", 2),
            ("E2", "E2", 2013, 0, "", "A M", 1),
        ),
        authorities=("E1", "E2"),
    )

    assert list(both) == ["E1", "E2"]
    assert (both["E1"].left.sum(), both["E1"].transferred_out.sum()) == (5, 3)
    assert (both["E1"].stayed.sum(), both["E1"].transferred_in.sum()) == (0, 0)
    assert (both["E2"].joined.sum(), both["E2"].transferred_in.sum()) == (1, 3)
    assert both["E2"].left.sum() == both["E2"].stayed.sum() == 0


def test_a_need_that_changes_is_a_move_only_if_wanted():
    """Two children change from A to B within M; one changes need and setting."""
    steps = steps_table(("", "", 2013, 0, "A M", "B M", 2), ("", "", 2013, 0, "A M", "B S", 1))
    kept, relabelled = (counted(steps, relabel=relabel)[""] for relabel in (False, True))
    names = kept.states.labels().agg(lambda row: f"{row.ncy} {row.need} {row.setting}", axis=1)

    assert kept.moved.sum() == 1
    assert names[kept.moves[:, 2]].tolist() == ["1 A S"]
    assert relabelled.moved.sum() == 3
    assert names[relabelled.moves[:, 2]].tolist() == ["1 B M", "1 B S"]
    assert relabelled.moves[:, 3].tolist() == [2, 1]


def test_a_year_without_rows_for_the_population_has_nobody():
    assert heads(PEOPLE, "", [0, 9], [2013, 2020]).tolist() == [[10.0, 0.0], [0.0, 0.0]]


cells = st.sampled_from(["A M", "A S", "B M", "B S", ""])
codes = st.sampled_from(["E1", "E2"])
rows = st.tuples(
    codes, codes, st.integers(2013, 2015), st.integers(0, 3), cells, cells, st.integers(1, 5)
).filter(lambda row: row[4] or row[5])


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, min_size=1, max_size=20), st.booleans())
def test_nobody_is_lost_or_counted_twice(made, relabel):
    """Before a step: left and stayed. After: stayed, joined and transferred in."""
    steps = steps_table(*made)
    both = counted(steps, relabel=relabel, authorities=("E1", "E2"))
    before = steps[steps["setting_1"] != "NONSEND"]
    after = steps[steps["setting_2"] != "NONSEND"]

    for code, own in both.items():
        assert (
            own.left.sum() + own.stayed.sum()
            == before.loc[before["authority_code"] == code, "children"].sum()
        )
        assert (
            own.stayed.sum() + own.joined.sum() + own.transferred_in.sum()
            == after.loc[after["authority_2"] == code, "children"].sum()
        )
        moved = np.zeros_like(own.moved)
        np.add.at(moved, (own.moves[:, 0], own.moves[:, 1]), own.moves[:, 3])
        assert (moved == own.moved).all()
        assert (own.moved <= own.stayed).all()
        last = own.januaries[-1]
        assert (
            stock(steps, own.states, last + 1, code).sum()
            == (own.stayed + 0)[-1].sum() + own.joined[-1].sum() + own.transferred_in[-1].sum()
        )
    assert sum(own.transferred_in.sum() for own in both.values()) == sum(
        own.transferred_out.sum() for own in both.values()
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(rows, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(made, random):
    shuffled = list(made)
    random.shuffle(shuffled)

    one, other = (
        counted(steps_table(*table), authorities=("E1", "E2")) for table in (made, shuffled)
    )

    assert list(one) == list(other)
    for code in one:
        assert one[code].moves.tolist() == other[code].moves.tolist()
        assert (one[code].left == other[code].left).all()
        pd.testing.assert_frame_equal(one[code].states.labels(), other[code].states.labels())
