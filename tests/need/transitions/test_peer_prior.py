"""The peer's prior: by hand for four children, and every weight the peer printed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.need.transitions.parameter_tables import parameter_tables
from placement_planner.need.transitions.peer_prior import peer_parameters
from placement_planner.need.transitions.states import all_states
from placement_planner.need.transitions.steps import count_steps
from placement_planner.sources.four_tables import read_four_tables
from tests.need.transitions.four_children import (
    FOUR,
    PEOPLE,
    VALID,
    people_table,
    steps_table,
    valid_table,
)

PEER = Path(__file__).parents[3] / ".." / "shared" / "peers" / "witan"
EXPECTED = {
    "joiner_beta_expectations": ("csv", 23),
    "joiners_dirichlet_expectations": ("csv", 1_464),
    "leaver_beta_expectations": ("csv", 1_464),
    "mover_beta_expectations": ("csv", 1_464),
    "movers_dirichlet_expectations": ("csv.gz", 17_508),
}


def parameters_of(steps, people, valid, **choices):
    states = all_states(valid, steps)
    counted = count_steps(steps, people, states, **choices)
    return {code: peer_parameters(own, valid) for code, own in counted.items()}


@pytest.fixture(scope="module")
def four():
    return parameters_of(FOUR, PEOPLE, VALID)[""]


def rows_of(branches):
    return [
        list(zip(states.tolist(), weights.tolist(), strict=True))
        for states, weights in zip(
            np.split(branches.state, branches.start[1:-1]),
            np.split(branches.alpha, branches.start[1:-1]),
            strict=True,
        )
    ]


def test_leavers_of_four_children(four):
    """States M 0, M 1, S 1, M 2, S 2, S 3. At NCY 0 one left and two stayed: pi = 1.5 / 4 = 0.375,
    so M 0 has 1 + 0.375 and 2 + 0.625; other NCYs were never seen: 0.5 and 0.5.
    """
    assert four.leavers.tolist() == [[1.375, 2.625], *[[0.5, 0.5]] * 5]


def test_movers_of_four_children(four):
    """Of the two who stayed one moved: pi = 1.5 / 3 = 0.5; other NCYs were never seen: 1 and 1."""
    assert four.movers.tolist() == [[1.5, 1.5], *[[1.0, 1.0]] * 5]


def test_destinations_of_four_children(four):
    """M 0 may move to M and S, of which only M (own, dropped) takes NCY 0; the one mover went to
    S: weight 1, normalised 1, and the state's own mover makes 2. M 1: S has the mover of NCY 0 and
    1/2, normalised 1. S 1: M has 1/2, normalised 1. S 2: only S takes NCY 2, nowhere to go. M 2
    and S 3 are not valid, and nobody moves from them.
    """
    assert rows_of(four.destinations) == [[(2, 2.0)], [(4, 1.0)], [(3, 1.0)], [], [], []]


def test_joiners_of_four_children(four):
    """One of 10 joined at NCY 1 in the only year; the others get 0.001 and all 10."""
    assert four.joiner_ncy.tolist() == [0, 1, 2]
    assert four.joiners.tolist() == [[0.001, 10.0], [1.0, 9.0], [0.001, 10.0]]


def test_joiner_states_of_four_children(four):
    """NCY 0: M has 1/1. NCY 1: M has 1/2, S has 1/2 and the joiner. NCY 2: S has 1/1."""
    assert rows_of(four.joiner_states) == [[(0, 1.0)], [(1, 0.5), (2, 1.5)], [(4, 1.0)]]


def test_joiners_are_yearly_means_with_a_little_for_a_year_without():
    """Year 1: 3 of 20 joined NCY 1; year 2: none of 20. alpha = 3/2 + 0.001, beta = 37/2."""
    steps = steps_table(
        ("", "", 2013, 0, "", "A M", 3),
        ("", "", 2014, 0, "A M", "A M", 1),
    )

    parameters = parameters_of(steps, people_table([2013, 2014], [0, 1], 20), VALID)[""]

    assert parameters.joiners[1].tolist() == [1.501, 18.5]


def test_where_everybody_joins_both_weights_stay_above_nought():
    steps = steps_table(("", "", 2013, 0, "", "A M", 10))

    parameters = parameters_of(steps, PEOPLE, VALID)[""]

    assert parameters.joiners[1].tolist() == [10.0, 0.001]


def test_every_authority_has_its_own_and_tables_say_whose():
    steps = pd.concat([FOUR.assign(authority_code=code, authority_2=code) for code in ("E1", "E2")])
    both = parameters_of(steps, people_table([2013], [0, 1, 2], 10, ("E1", "E2")), VALID)

    tables = parameter_tables(both)

    assert all(table.columns[0] == "authority" for table in tables.values())
    leavers = tables["leaver_beta_expectations"]
    assert leavers.query("ay == 0")["alpha"].tolist() == [1.375, 1.375]
    assert leavers["authority"].tolist() == ["E1"] * 4 + ["E2"] * 4


def test_relabelled_needs_are_destinations_of_those_who_were_relabelled():
    """A child goes from A to B within M: its own move weighs 1; no setting was moved to, so S, the
    only other setting allowed, takes the one child's worth.
    """
    valid = valid_table(("M", 0, 1, "AB", "MS"), ("S", 0, 1, "AB", "MS"))
    steps = steps_table(("", "", 2013, 0, "A M", "B M", 1))
    parameters = parameters_of(steps, PEOPLE, valid, relabel=True)[""]
    names = parameters.states.labels().agg(
        lambda row: f"{row.ncy} {row.need} {row.setting}", axis=1
    )

    rows = dict(zip(names, rows_of(parameters.destinations), strict=True))

    assert [(names[state], weight) for state, weight in rows["0 A M"]] == [
        ("1 A S", 1.0),
        ("1 B M", 1.0),
    ]


def test_shares_add_up_to_one(four):
    tables = parameter_tables({"": four})

    moves = tables["movers_dirichlet_expectations"]
    assert moves.groupby(["ay", "need", "setting"])["expectation"].sum().tolist() == [1.0] * 3
    joins = tables["joiners_dirichlet_expectations"]
    assert joins.groupby("ay")["expectation"].sum().tolist() == [1.0] * 3


@pytest.fixture(scope="module")
def peer():
    tables = read_four_tables(PEER)
    parameters = parameters_of(tables.transitions, tables.population, tables.valid_states)
    return parameter_tables(parameters)


@pytest.mark.real_data
@pytest.mark.skipif(not PEER.is_dir(), reason=f"no peer's files at {PEER}")
@pytest.mark.parametrize("name", EXPECTED)
def test_every_weight_is_the_peers(peer, name):
    """The peer prints some in single precision: relative 1e-6."""
    ending, rows = EXPECTED[name]
    told = pd.read_csv(PEER / "expected" / f"{name}.{ending}")
    ours = peer[name]

    assert len(ours) == len(told) == rows
    assert ours.columns.tolist() == told.columns.tolist()
    numbers = [
        name
        for name in told.columns
        if name in {"alpha", "beta", "expectation", "normalisation-constant"}
    ]
    keys = told.columns.drop(numbers).tolist()
    both = ours.merge(told, on=keys, suffixes=("", "_told"), validate="one_to_one")
    assert len(both) == rows
    for number in numbers:
        np.testing.assert_allclose(both[number], both[f"{number}_told"], rtol=1e-6)
