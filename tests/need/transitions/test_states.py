"""Cells a child can be in, and the stock of children in them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.need.transitions.states import (
    all_states,
    listed_states,
    state_rows,
    stock,
)
from placement_planner.sources.four_tables import read_four_tables
from tests.need.transitions.four_children import FOUR, VALID, steps_table, valid_table

PEER = Path(__file__).parents[3] / ".." / "shared" / "peers" / "witan"


def test_states_are_those_listed_and_those_one_step_away():
    """Listed: M at 0, 1 and S at 1, 2. Growing older reaches M at 2 and S at 3, which are not."""
    states = all_states(VALID, FOUR)

    cells = list(zip(states.ncy.tolist(), states.labels()["setting"], strict=True))
    assert cells == [(0, "M"), (1, "M"), (1, "S"), (2, "M"), (2, "S"), (3, "S")]
    assert states.older.tolist() == [1, 3, 4, -1, 5, -1]
    assert states.valid.tolist() == [True, True, True, False, True, False]


def test_a_state_that_was_seen_but_is_not_listed_is_one_more_and_grows_older():
    """A child of S at 5, listed to 2 only, stayed there to 6: 5, 6 and then 7 are states."""
    seen = steps_table(("", "", 2013, 5, "A S", "A S", 1))

    states = all_states(VALID, pd.concat([FOUR, seen]))

    rows = state_rows(states, pd.Series([5, 6, 7]), ["A"] * 3, ["S"] * 3)
    assert states.older[rows].tolist() == [rows[1], rows[2], -1]
    assert states.valid[rows].tolist() == [True, True, False]
    assert listed_states(states, VALID)[rows].tolist() == [False] * 3


def test_settings_that_movers_went_to_earlier_are_reached_later():
    """At NCY 0 a child moved to S, which takes NCY 1 only; a mover of NCY 3 may go there too, as
    3 had no movers of its own and 0 is the latest that had.
    """
    valid = valid_table(("M", 0, 3, "A", "M"), ("S", 1, 1, "A", "M"))

    states = all_states(valid, FOUR)

    assert state_rows(states, pd.Series([4]), ["A"], ["S"])[0] >= 0


def test_negative_ncys_keep_their_order():
    valid = valid_table(("M", -2, 0, "BA", "M"))

    states = all_states(valid, FOUR.head(0))

    assert states.ncy.tolist() == [-2, -2, -1, -1, 0, 0, 1, 1]
    assert states.older.tolist() == [2, 3, 4, 5, 6, 7, -1, -1]


def test_what_is_no_state_has_no_row():
    states = all_states(VALID, FOUR)

    rows = state_rows(states, pd.Series([0, 0, 9, 0]), ["A", "B", "A", "A"], ["M", "M", "M", "S"])
    assert rows.tolist() == [0, -1, -1, -1]


def test_the_stock_is_where_the_last_step_left_the_children():
    """Child 1 in M, children 2 and 4 in S, all at NCY 1; child 3 left."""
    assert stock(FOUR, all_states(VALID, FOUR)).tolist() == [0, 1, 2, 0, 0, 0]


def test_the_stock_of_an_authority_holds_those_transferred_into_it():
    steps = steps_table(
        ("E1", "E2", 2013, 0, "A M", "A M", 3), ("E1", "E1", 2013, 0, "A M", "A M", 2)
    )
    states = all_states(VALID, steps)

    assert stock(steps, states, 2014, "E2").sum() == 3
    assert stock(steps, states, 2014, "E1").sum() == 2
    assert stock(steps, states, 2013, "E1").sum() == 0


@pytest.mark.real_data
@pytest.mark.skipif(not PEER.is_dir(), reason=f"no peer's files at {PEER}")
def test_the_initial_state_is_the_peers():
    tables = read_four_tables(PEER)
    states = all_states(tables.valid_states, tables.transitions)

    children = stock(tables.transitions, states)

    told = pd.read_csv(PEER / "expected" / "initial_population_state.csv")
    wanted = np.zeros(len(states), dtype=np.int64)
    wanted[state_rows(states, told["ay"], told["need"], told["setting"])] = told["pop"]
    assert children.tolist() == wanted.tolist()
    assert children.sum() == 2_153
    assert (len(states), int(states.valid.sum())) == (1_596, 1_464)
