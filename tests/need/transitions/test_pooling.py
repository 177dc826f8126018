"""Shrinking by hand, and strengths found again in counts that were drawn with them."""

import numpy as np
import pytest

from placement_planner.need.transitions.dynamics import rate_priors
from placement_planner.need.transitions.pooled_joiners import joiner_shape
from placement_planner.need.transitions.pooled_rates import state_rates
from placement_planner.need.transitions.pooled_shares import Edges, pooled_shares
from placement_planner.need.transitions.pooling import (
    factor_strength,
    ncy_groups,
    neighbour_sums,
    rate_strength,
    share_strength,
    shrunk,
)

NCY = np.arange(-2, 16)


def rates_by_ncy(rate, children=200.0, strength=None):
    """Leaving of one authority with a single state an NCY, in and out of `state_rates`."""
    trials = np.full((1, len(NCY)), children)
    setting = np.zeros(len(NCY), dtype=np.int64)
    return state_rates(NCY, ncy_groups(NCY), setting, (trials * rate, trials), strength)


def test_steps_between_phases_stand_alone():
    groups = dict(zip(NCY.tolist(), ncy_groups(NCY).tolist(), strict=True))

    alone = [ncy for ncy in NCY.tolist() if list(groups.values()).count(groups[ncy]) == 1]

    assert alone == [-2, -1, 6, 11, 12, 13, 14, 15]
    assert groups[0] == groups[5] != groups[7] == groups[10]


def test_neighbours_count_the_less_the_farther_they_are():
    """NCY 2 of a run 1 to 4: 10 / 2 + 30 / 2 + 40 / 4 = 30."""
    sums = neighbour_sums(np.arange(1, 5), np.zeros(4), np.array([10.0, 20.0, 30.0, 40.0]), 0.5)

    assert sums[1] == 30.0


def test_strength_of_none_is_own_and_of_infinity_is_pooled():
    yes, trials, mean = np.array([3.0]), np.array([10.0]), np.array([0.1])

    assert shrunk(yes, trials, mean, 0.0) == pytest.approx([0.3])
    assert shrunk(yes, trials, mean, np.inf) == pytest.approx([0.1])
    assert shrunk(yes, trials, mean, 20.0) == pytest.approx([5 / 30])


def test_the_strength_that_rates_were_drawn_with_is_found():
    """2,000 states of 40 children, rates from Beta(30 * 0.2, 30 * 0.8): 30 within 15 %."""
    rng = np.random.default_rng(5)
    rate, trials = rng.beta(6.0, 24.0, 2000), np.full(2000, 40)
    yes = rng.binomial(trials, rate).astype(float)

    found = rate_strength(yes, trials.astype(float), np.full(2000, 0.2))

    assert found == pytest.approx(30.0, rel=0.15)


def test_the_strength_that_factors_were_drawn_with_is_found():
    rng = np.random.default_rng(6)
    expected = np.full(1500, 50.0)
    seen = rng.poisson(expected * rng.gamma(12.0, 1 / 12.0, 1500)).astype(float)

    assert factor_strength(seen, expected) == pytest.approx(12.0, rel=0.15)


def test_the_strength_that_shares_were_drawn_with_is_found():
    rng = np.random.default_rng(7)
    mean = np.array([0.5, 0.3, 0.2])
    counts = np.stack([rng.multinomial(40, rng.dirichlet(8.0 * mean)) for _ in range(800)])
    row = np.repeat(np.arange(800), 3)

    found = share_strength(counts.ravel().astype(float), np.tile(mean, 800), row, 800)

    assert found == pytest.approx(8.0, rel=0.15)


def test_few_counts_do_not_give_an_extreme_strength():
    found = rate_strength(np.array([1.0]), np.array([2.0]), np.array([0.5]))

    assert found == pytest.approx(rate_priors()["strength_centre"], rel=0.5)


def test_a_spike_at_a_transfer_stays_and_does_not_spill():
    """Half leave at the step out of NCY 6, 2 % elsewhere: 200 children decide for themselves."""
    fit = rates_by_ncy(np.where(NCY == 6, 0.5, 0.02), strength=100.0)
    rate = dict(zip(NCY.tolist(), fit.mean()[0], strict=True))

    assert rate[6] > 0.45
    assert max(rate[5], rate[7]) < 0.022


def test_a_spike_within_a_phase_is_smoothed():
    fit = rates_by_ncy(np.where(NCY == 3, 0.5, 0.02), children=10.0, strength=100.0)

    assert fit.mean()[0][NCY == 3] < 0.2


def test_an_unseen_state_leans_on_the_pool_wholly_and_weight_rises_with_children():
    """Two needs in one setting at NCY 8; 40 children of the other need, 10 of whom left."""
    ncy, setting = np.array([8, 8, 8]), np.array([0, 0, 1])
    left, everyone = np.array([[0.0, 10.0, 0.0]]), np.array([[0.0, 40.0, 10.0]])

    fit = state_rates(ncy, ncy_groups(ncy), setting, (left, everyone), 5.0)

    assert fit.own_weight()[0].tolist() == pytest.approx([0.0, 40 / 45, 10 / 15])
    assert fit.mean()[0, 0] == pytest.approx(fit.prior[0, 0])
    assert fit.beta()[0, 0] == pytest.approx(5.0 * np.array([fit.prior[0, 0], 1 - fit.prior[0, 0]]))


def test_a_state_of_its_ncy_and_setting_by_hand():
    """One NCY, one setting, strength 10 throughout; A: 2 of 10 left, B: 6 of 20.

    NCY, alone: (8 + overall) / 31 with overall 8/30: 0.266667. Setting: seen 8, expected 8:
    factor 1. Rate that A leans on, without A: (6 + 10 * 0.266667) / (20 + 10) = 0.288889.
    A: (2 + 2.88889) / 20 = 0.244444.
    """
    ncy, setting = np.array([8, 8]), np.array([0, 0])
    counts = np.array([[2.0, 6.0]]), np.array([[10.0, 20.0]])

    fit = state_rates(ncy, ncy_groups(ncy), setting, counts, 10.0)

    assert fit.prior[0, 0] == pytest.approx(0.288889, abs=1e-6)
    assert fit.mean()[0, 0] == pytest.approx(0.244444, abs=1e-6)


def test_an_authority_where_more_leave_lifts_its_states_that_nobody_was_in():
    """Two authorities alike but that twice as many leave the first; its second NCY is empty."""
    ncy, setting = np.array([8, 9]), np.array([0, 0])
    trials = np.array([[400.0, 0.0], [400.0, 400.0]])
    left = trials * np.array([[0.2], [0.1]])

    fit = state_rates(ncy, ncy_groups(ncy), setting, (left, trials))

    assert fit.mean()[0, 1] > 1.2 * fit.mean()[1, 1]
    assert "authority" in fit.strengths


def test_joiners_per_head_by_hand():
    """NCY 8 and 9, strength 10. Joiners 30 and 10, heads 1,000 each; all NCYs 0.02.

    The rate beside NCY 8: (10 / 2 + 1) / (1000 / 2 + 1 / 0.02) = 6 / 550 = 0.0109091.
    NCY 8: expected 10.9091; 0.0109091 * (30 + 10) / (10.9091 + 10) = 0.0208696.
    """
    joined, heads = np.array([[30.0, 10.0]]), np.array([[1000.0, 1000.0]])

    shape = joiner_shape(np.array([8, 9]), np.array([0, 0]), joined, heads, 10.0)

    assert shape.rate[0, 0] == pytest.approx(0.0208696, abs=1e-7)
    assert shape.own_weight[0, 0] == pytest.approx(10.9091 / 20.9091, abs=1e-5)


def test_shares_of_a_row_by_hand():
    """Two rows to two places; row 0: 3 and 1 children, row 1: 0 and 4. One pool of all.

    Row 0 leans on row 1: (0 + 1/2) and (4 + 1/2) of 5: 0.1 and 0.9; strength 10.
    Weights 1 + 3 = 4 and 9 + 1 = 10.
    """
    edges = Edges(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.ones(4, dtype=bool), 2)
    own = np.array([[3.0, 1.0, 0.0, 4.0]])

    shares = pooled_shares(edges, edges.even(), {"all": np.array([0, 1, 0, 1])}, own, 10.0)

    assert shares.branches(0).alpha[:2] == pytest.approx([4.0, 10.0])
