"""The pooled prior: what it leans on, and where it may not send anybody."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.need.transitions.pooled_prior import pooled_parameters
from placement_planner.need.transitions.states import (
    OUTSIDE,
    all_states,
    listed_states,
    state_rows,
)
from placement_planner.need.transitions.steps import count_steps

COLUMNS = ["authority_code", "january", "ncy_1", "need_1", "setting_1", "need_2", "setting_2"]


def valid_states():
    """Mainstream from NCY 0 to 11, an infant base from 0 to 2, special from 0 to 14."""
    return pd.DataFrame(
        {
            "setting": ["base", "main", "special"],
            "ncy_min": [0, 0, 0],
            "ncy_max": [2, 11, 14],
            "needs": [("A", "B")] * 3,
            "may_move_to": [("main", "special"), ("base", "special"), ("main",)],
        }
    )


def steps_of(rows, *, relabel=False, valid=None):
    """Count rows of authority, January, NCY, need and setting before and after, children."""
    table = pd.DataFrame(rows, columns=[*COLUMNS, "children"])
    table["ncy_2"] = table["ncy_1"] + 1
    valid = valid_states() if valid is None else valid
    states = all_states(valid, table)
    grid = pd.MultiIndex.from_product(
        [table["authority_code"].unique(), table["january"].unique(), range(16)],
        names=["authority_code", "january", "ncy"],
    )
    population = grid.to_frame(index=False).assign(population=1000.0)
    return states, count_steps(table, population, states, relabel=relabel)


def lives(authority="E1", january=2020, left=2):
    """Children of one authority over one step: stayers, leavers, movers and joiners."""
    return [
        (authority, january, 4, "A", "main", "A", "main", 30),
        (authority, january, 4, "A", "main", OUTSIDE, OUTSIDE, left),
        (authority, january, 4, "A", "main", "A", "special", 3),
        (authority, january, 5, "B", "main", "B", "special", 2),
        (authority, january, 7, "B", "special", "B", "special", 20),
        (authority, january, 2, "A", "base", "A", "main", 4),
        (authority, january, 3, OUTSIDE, OUTSIDE, "A", "main", 5),
        (authority, january, 6, OUTSIDE, OUTSIDE, "B", "special", 4),
    ]


def row_of(states, ncy, need, setting):
    return state_rows(states, pd.Series([ncy]), [need], [setting])[0]


def reached(parameters, row):
    """States that a row of destinations leads to, and their weights."""
    branches = parameters.destinations
    part = slice(branches.start[row], branches.start[row + 1])
    return dict(zip(branches.state[part].tolist(), branches.alpha[part], strict=True))


def test_movers_of_an_unseen_state_go_where_others_of_the_setting_went():
    """Nobody with need B at NCY 1 in mainstream was seen; others in mainstream went to special."""
    states, steps = steps_of(lives())

    parameters, _ = pooled_parameters(steps, valid_states(), RateChoices())
    to = reached(parameters["E1"], row_of(states, 1, "B", "main"))

    assert set(to) == {row_of(states, 2, "B", "base"), row_of(states, 2, "B", "special")}
    assert to[row_of(states, 2, "B", "special")] > to[row_of(states, 2, "B", "base")]


def test_nobody_is_sent_where_the_older_child_may_not_be():
    states, steps = steps_of(lives())

    parameters, _ = pooled_parameters(steps, valid_states(), RateChoices())

    assert set(reached(parameters["E1"], row_of(states, 2, "A", "main"))) == {
        row_of(states, 3, "A", "special")
    }


def test_all_move_where_the_setting_takes_no_older_child():
    states, steps = steps_of(lives())
    parameters, _ = pooled_parameters(steps, valid_states(), RateChoices())

    alpha, beta = parameters["E1"].movers[row_of(states, 2, "B", "base")]

    assert alpha / (alpha + beta) == pytest.approx(1.0)


def test_weights_add_own_children_to_the_strength_of_the_level_above():
    """30 + 2 + 3 of need A in mainstream at NCY 4; strength 5 given: 35 / 40."""
    _, steps = steps_of(lives())

    _, weights = pooled_parameters(steps, valid_states(), RateChoices(pool_strength=5.0))
    one = weights.query("parameter == 'leaving' and ncy == 4 and need == 'A'").iloc[0]

    assert (one["own_children"], one["own_weight"]) == (35.0, 35 / 40)
    assert one["prior_from"] == "ncy and setting"


def test_recency_weighs_the_year_before_by_its_share():
    """35 children in each of two years, the first at a half: 52.5."""
    _, steps = steps_of(lives() + lives(january=2021))

    _, weights = pooled_parameters(steps, valid_states(), RateChoices(recency=0.5))

    at = weights.query("parameter == 'leaving' and ncy == 4 and need == 'A'")
    assert at["own_children"].tolist() == [52.5]


def test_a_small_authority_leans_on_the_region():
    """E2 is E1 with a tenth of the children and none who left: it is not expected to keep all."""
    small = [(*row[:-1], max(row[-1] // 10, 1)) for row in lives("E2", left=0)]
    states, steps = steps_of(lives("E1", left=12) + small)

    parameters, weights = pooled_parameters(steps, valid_states(), RateChoices())
    rate = {code: one.leavers[row_of(states, 4, "A", "main")] for code, one in parameters.items()}
    share = {code: alpha / (alpha + beta) for code, (alpha, beta) in rate.items()}

    assert 0.01 < share["E2"] < share["E1"]
    assert "authority and state" in set(weights["prior_from"])


def test_needs_change_with_those_of_the_same_need_and_phase_if_they_may():
    changes = [("E1", 2020, 4, "A", "main", "B", "main", 6)]
    states, steps = steps_of(lives() + changes, relabel=True)
    row, new = row_of(states, 1, "A", "main"), row_of(states, 2, "B", "main")

    with_change, _ = pooled_parameters(steps, valid_states(), RateChoices(relabel_needs=True))
    without, _ = pooled_parameters(steps, valid_states(), RateChoices())

    assert reached(with_change["E1"], row)[new] > 0
    assert new not in reached(without["E1"], row)
    assert not {
        state
        for state in reached(with_change["E1"], row_of(states, 1, "B", "main"))
        if states.needs[states.need[state]] == "A"
    }


def test_the_order_of_authorities_does_not_matter():
    _, steps = steps_of(lives("E1") + lives("E2", left=6))

    there, _ = pooled_parameters(steps, valid_states(), RateChoices())
    back, _ = pooled_parameters(dict(reversed(steps.items())), valid_states(), RateChoices())

    for code in ("E1", "E2"):
        np.testing.assert_allclose(there[code].leavers, back[code].leavers, rtol=1e-9)
        np.testing.assert_allclose(there[code].joiners, back[code].joiners, rtol=1e-9)


def test_no_steps_are_refused():
    with pytest.raises(DataError, match="no steps"):
        pooled_parameters({}, valid_states(), RateChoices())


CHILDREN = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2"]),
        st.sampled_from([2020, 2021]),
        st.integers(0, 10),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["main", "special", OUTSIDE]),
        st.sampled_from(["main", "special", OUTSIDE]),
        st.integers(1, 9),
    ).filter(lambda row: not row[4] == row[5] == OUTSIDE),
    min_size=1,
    max_size=12,
)


@given(CHILDREN, st.sampled_from([None, 0.5, 50.0]), st.sampled_from(["flat", "damped", "trend"]))
@settings(max_examples=40, deadline=None)
def test_every_weight_is_proper_and_lies_on_valid_states(children, strength, trend):
    rows = [
        (
            code,
            january,
            ncy,
            OUTSIDE if was == OUTSIDE else need,
            was,
            OUTSIDE if now == OUTSIDE else need,
            now,
            count,
        )
        for code, january, ncy, need, was, now, count in children
    ]
    states, steps = steps_of(rows)
    choices = RateChoices(trend=trend, pool_strength=strength, recency=0.8)

    parameters, weights = pooled_parameters(steps, valid_states(), choices)

    listed = listed_states(states, valid_states())
    for one in parameters.values():
        for beta in (one.leavers, one.movers, one.joiners):
            assert (beta > 0).all()
            assert np.isfinite(beta).all()
        for branches in (one.destinations, one.joiner_states):
            assert (branches.alpha > 0).all()
            assert listed[branches.state].all()
        assert np.isfinite(list(vars(one.dynamics).values())).all()
    assert weights["own_weight"].dropna().between(0, 1).all()
