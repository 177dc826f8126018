"""The samplers against scipy, nobody lost, hand-worked years, means, seeds, and the peer."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from placement_planner.need.transitions.authorities import (
    Job,
    simulate_authorities,
    with_transfers,
)
from placement_planner.need.transitions.dynamics import Dynamics
from placement_planner.need.transitions.parameters import Parameters
from placement_planner.need.transitions.simulation import simulate, simulate_flows
from placement_planner.need.transitions.steps import Steps
from placement_planner.need.transitions.urns import BranchTable, beta_binomial, urn_children

from .invented import branches, certain, expected_path, grid, random_parameters, weights

KNOWN = Dynamics(
    joiner_level_sd=0.0,
    joiner_trend=np.log(2.0),
    joiner_trend_sd=0.0,
    damping=0.5,
    joiner_yearly_sd=0.0,
    leaver_level_sd=0.0,
    leaver_yearly_sd=0.0,
    mover_level_sd=0.0,
    mover_yearly_sd=0.0,
)
N = 200_000
SURE = 1e-3
"""A p-value below this means the wrong distribution; the seeds are fixed."""


def p_value(seen, chances):
    """Chi-square of counts, the rare values of either end taken together."""
    common = chances * seen.sum() >= 5
    expected = np.append(chances[common], max(chances[~common].sum(), 1e-12)) * seen.sum()
    observed = np.append(seen[common], seen[~common].sum())
    return stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue


@pytest.mark.parametrize(
    ("n", "alpha", "beta"),
    [(1, 0.3, 2.0), (5, 0.3, 2.0), (5, 3.0, 0.4), (20, 2.0, 30.0), (64, 8.0, 90.0), (90, 8.0, 9.0)],
)
def test_those_who_leave_are_beta_binomial(n, alpha, beta):
    rng = np.random.default_rng(5)

    drawn, left_over = beta_binomial(
        np.full(N, n, np.int32), np.tile([alpha, beta], (N, 1)), rng.random(N), rng
    )

    chances = stats.betabinom.pmf(np.arange(n + 1), n, alpha, beta)
    assert p_value(np.bincount(drawn, minlength=n + 1), chances) > SURE
    assert stats.kstest(left_over, "uniform").pvalue > SURE
    assert abs(np.corrcoef(drawn, left_over)[0, 1]) < 0.01


def test_cells_of_many_sizes_are_drawn_together():
    """Mean n a / (a + b), each cell by its own weights."""
    rng = np.random.default_rng(6)
    n = np.tile([0, 1, 3, 40, 64, 65, 300], 20_000).astype(np.int32)
    pairs = np.tile([[1, 1], [1, 9], [2, 3], [3, 27], [9, 1], [1, 9], [5, 5]], (20_000, 1)) * 1.0

    drawn, _ = beta_binomial(n, pairs, rng.random(len(n)), rng)

    mean = drawn.reshape(-1, 7).mean(axis=0)
    expected = stats.betabinom.mean(n[:7], pairs[:7, 0], pairs[:7, 1])
    error = stats.betabinom.std(n[:7], pairs[:7, 0], pairs[:7, 1]) / np.sqrt(20_000)
    assert (abs(mean - expected) <= 4 * error).all()


def test_a_rate_of_nought_or_one_is_certain():
    rng = np.random.default_rng(7)
    n = np.array([3, 3, 100, 100], dtype=np.int32)

    drawn, _ = beta_binomial(n, weights([(0, 2), (2, 0), (0, 2), (2, 0)]), rng.random(4), rng)

    assert drawn.tolist() == [0, 3, 0, 100]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_destinations_are_dirichlet_multinomial(size):
    """Children of one group in one state of many are beta-binomial: alpha against the rest."""
    table = BranchTable.of(branches([[(4, 0.5), (6, 0.2), (7, 2.0)], [], [(1, 9.0)]]))
    rng = np.random.default_rng(8)

    reached = urn_children(table, np.zeros(N, int), np.full(N, size), rng).reshape(N, size)

    for state, alpha in ((4, 0.5), (6, 0.2), (7, 2.0)):
        seen = np.bincount((reached == state).sum(axis=1), minlength=size + 1)
        chances = stats.betabinom.pmf(np.arange(size + 1), size, alpha, 2.7 - alpha)
        assert p_value(seen, chances) > SURE


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    children=st.lists(st.integers(0, 90), min_size=24, max_size=24),
    people=st.lists(st.integers(0, 500), min_size=4, max_size=4),
    dynamics=st.sampled_from([None, KNOWN]),
    out_of_range=st.lists(st.integers(0, 23), max_size=5),
)
def test_nobody_is_lost_in_any_draw(seed, children, people, dynamics, out_of_range):
    parameters = random_parameters(seed, dynamics=dynamics)
    valid = np.ones(24, dtype=bool)
    valid[out_of_range] = False
    states = dataclasses.replace(parameters.states, valid=valid)
    parameters = dataclasses.replace(parameters, states=states)
    population = np.tile(np.array(people, float), (3, 1))

    before = None
    for flow in simulate_flows(
        parameters,
        np.array(children),
        population,
        draws=7,
        seed=seed,
        transfers_in=np.full((3, 24), 0.3),
    ):
        total = flow.counts.sum(axis=0)
        assert (flow.counts >= 0).all()
        if before is not None:
            assert (before - flow.left + flow.joined + flow.transferred_in == total).all()
            assert (flow.moved <= before - flow.left).all()
        before = total


def hand_parameters(dynamics=None):
    """NCY 0 to 2, one need, settings M and N: rows M0 N0 M1 N1 M2 N2."""
    return Parameters(
        states=grid(3, 1, 2),
        leavers=weights([certain(x) for x in (0.1, 0.0, 0.0, 0.5, 0.0, 0.0)]),
        movers=weights([certain(x) for x in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)]),
        destinations=branches([[(3, 1.0)], [], [(5, 1.0)], [(4, 1.0)], [], []]),
        joiner_ncy=np.array([0]),
        joiners=weights([certain(1.0)]),
        joiner_states=branches([[(0, 1.0)]]),
        dynamics=dynamics,
    )


def test_three_years_by_hand():
    """Nobody leaves but by growing past NCY 2; all in N1 move to M; 5 join M0 in the third step.

    First: N0 6, M1 4, M2 7, N2 8. Then N0's 6 are in N1, M1's 4 in M2, and 15 are gone; then N1's 6
    are in M2 and 4 are gone; then those 6 are gone and 5 have joined.
    """
    parameters = hand_parameters()
    parameters = dataclasses.replace(parameters, leavers=weights([certain(0.0)] * 6))
    stock = np.array([0, 6, 4, 0, 7, 8])

    path = list(simulate(parameters, stock, weights([[0], [0], [5]]), draws=3, seed=1))

    expected = [[0, 6, 4, 0, 7, 8], [0, 0, 0, 6, 4, 0], [0, 0, 0, 0, 6, 0], [5, 0, 0, 0, 0, 0]]
    for counts, row in zip(path, expected, strict=True):
        assert (counts == np.array(row)[:, None]).all()


def test_a_child_out_of_range_is_counted_once_and_a_move_there_is_not_made():
    """N1 is not valid. M0's 4 movers would reach N1, so they stay in M; N0's 3 grow into N1,
    are counted there for a January, and are gone the January after."""
    parameters = hand_parameters()
    valid = np.array([True, True, True, False, True, True])
    parameters = dataclasses.replace(
        parameters,
        states=dataclasses.replace(parameters.states, valid=valid),
        leavers=weights([certain(0.0)] * 6),
        movers=weights([certain(x) for x in (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)]),
    )

    _, first, second = simulate(
        parameters, np.array([4, 3, 0, 0, 0, 0]), weights([[0], [0]]), draws=2, seed=1
    )

    assert first[:, 0].tolist() == [0, 0, 4, 3, 0, 0]
    assert second[:, 0].tolist() == [0, 0, 0, 0, 4, 0]


def test_the_draws_average_to_the_expected_path():
    parameters = random_parameters(3)
    stock, population = np.arange(24) * 3, np.full((4, 4), 150.0)
    arriving = np.linspace(0, 2, 96).reshape(4, 24)

    expected = expected_path(parameters, stock, population, arriving)
    drawn = np.stack(
        list(simulate(parameters, stock, population, draws=20_000, seed=2, transfers_in=arriving))
    )

    error = drawn.std(axis=2) / np.sqrt(drawn.shape[2])
    assert (abs(drawn.mean(axis=2) - expected) <= 4.5 * error + 1e-9).all()


def test_a_known_trend_multiplies_the_joiners():
    """Trend log 2 damped by a half: factors 2, 2 sqrt 2, 2 sqrt 2 sqrt sqrt 2; 10 % of 1,000."""
    parameters = dataclasses.replace(
        hand_parameters(KNOWN), joiners=weights([certain(0.1)]), leavers=weights([certain(0.0)] * 6)
    )
    stock, population = np.zeros(6, int), np.full((3, 1), 1000.0)

    joined = [
        flow.joined.mean()
        for flow in simulate_flows(parameters, stock, population, draws=4000, seed=3)
    ]

    assert joined[1:] == pytest.approx([200, 200 * 2**0.5, 200 * 2**0.75], abs=1)
    totals = expected_path(parameters, stock, population)[:, 0]
    assert totals[1:] == pytest.approx([200, 200 * 2**0.5, 200 * 2**0.75])


def test_levels_last_through_a_draw_and_strengths_are_kept():
    """Log-odds of leaving have sd 0.5 at the base and nothing a year: two years' shares of a draw
    go together, and their spread is that of the logistic normal around 30 %."""
    moving = dataclasses.replace(KNOWN, joiner_trend=0.0, leaver_level_sd=0.5)
    parameters = dataclasses.replace(
        hand_parameters(moving), leavers=weights([certain(0.3)] * 6), movers=weights([(0, 1)] * 6)
    )
    stock = np.array([1_000_000, 0, 0, 0, 0, 0])

    _, one, two = simulate(parameters, stock, np.zeros((2, 1)), draws=4000, seed=4)

    first, second = one[2] / 1_000_000, two[4] / one[2]
    assert np.corrcoef(first, second)[0, 1] > 0.999
    assert np.log((1 - first) / first).std() == pytest.approx(0.5, rel=0.05)
    assert np.median(1 - first) == pytest.approx(0.3, abs=0.01)


def test_joiner_rates_never_pass_one():
    moving = dataclasses.replace(KNOWN, joiner_trend=5.0)
    parameters = dataclasses.replace(hand_parameters(moving), joiners=weights([certain(0.5)]))

    _, counts = simulate(parameters, np.zeros(6, int), weights([[40]]), draws=5, seed=5)

    assert (counts[0] == 40).all()


def jobs(codes="abc"):
    return [
        Job(
            authority=code,
            parameters=random_parameters(place),
            stock=np.arange(24) + place,
            population=np.full((2, 4), 90.0),
            first_january=2025,
        )
        for place, code in enumerate(codes)
    ]


def test_an_authority_has_the_same_numbers_alone_and_on_two_workers():
    every = list(simulate_authorities(jobs(), draws=20, seed=1, keep_draws=True))
    again = list(simulate_authorities(jobs(), draws=20, seed=1, keep_draws=True, workers=2))
    (alone,) = simulate_authorities(jobs()[1:2], draws=20, seed=1, keep_draws=True)

    assert [one.authority for one in again] == ["a", "b", "c"]
    assert all((one.draws == two.draws).all() for one, two in zip(every, again, strict=True))
    assert (alone.draws == every[1].draws).all()


def test_another_seed_or_code_gives_other_numbers():
    parameters, population = random_parameters(1), np.full((1, 4), 90.0)

    def last(**choices):
        return list(simulate(parameters, np.arange(24), population, draws=20, **choices))[-1]

    assert (last(seed=1) == last(seed=1)).all()
    assert (last(seed=1) != last(seed=2)).any()
    assert (last(seed=1, authority="E1") != last(seed=1, authority="E2")).any()


def test_the_first_blocks_of_more_draws_are_those_of_fewer():
    parameters, population = random_parameters(1, dynamics=KNOWN), np.full((2, 4), 90.0)

    *_, fewer = simulate(parameters, np.arange(24), population, draws=500, seed=1)
    *_, more = simulate(parameters, np.arange(24), population, draws=1200, seed=1)

    assert more.shape == (24, 1200)
    assert (more[:, :500] == fewer).all()
    assert (more[:, 500:1000] != fewer).any()


def test_progress_is_told_and_jobs_are_read_as_needed():
    told, read = [], []

    def reading():
        for job in jobs():
            read.append(job.authority)
            yield job

    for projection in simulate_authorities(
        reading(), draws=2, seed=1, progress=lambda done, total: told.append((done, total))
    ):
        assert read[-1] == projection.authority
    list(
        simulate_authorities(
            jobs(), draws=2, seed=1, progress=lambda done, total: told.append((done, total))
        )
    )

    # three authorities, two Januaries each
    assert told == [(done, total) for total in (0, 6) for done in range(1, 7)]


def counted(transferred_out, transferred_in, left):
    """Steps of one year over `grid(3, 1, 1)`, NCY 0 to 2."""
    nought = np.zeros((1, 3), dtype=np.int64)
    return Steps(
        states=grid(3, 1, 1),
        januaries=np.array([2024]),
        left=np.array([left]),
        stayed=nought,
        moved=nought,
        moves=np.zeros((0, 4), dtype=np.int64),
        joined=nought,
        transferred_in=np.array([transferred_in]),
        transferred_out=np.array([transferred_out]),
        population=np.zeros((1, 1)),
        joiner_ncy=np.array([0]),
    )


def test_children_sent_by_one_authority_are_expected_by_the_other():
    """At NCY 0 authority a lost 10 and sent 4 of them, b lost 10 and sent none: 4 in 20.
    Both expect half of 20 to leave: 20 leavers, 4 sent. Three of four arrived in b, one in a."""
    parameters = Parameters(
        states=grid(3, 1, 1),
        leavers=weights([certain(0.5)] * 3),
        movers=weights([certain(0.0)] * 3),
        destinations=branches([[], [], []]),
        joiner_ncy=np.array([0]),
        joiners=weights([certain(0.0)]),
        joiner_states=branches([[(0, 1.0)]]),
    )
    both = [
        Job(
            authority=code,
            parameters=parameters,
            stock=np.array([20, 0, 0]),
            population=np.zeros((1, 1)),
            first_january=2025,
        )
        for code in "ab"
    ]

    a, b = with_transfers(
        both, [counted([4, 0, 0], [0, 1, 0], [10, 0, 0]), counted([0] * 3, [0, 3, 0], [10, 0, 0])]
    )

    assert a.transfers_in.tolist() == [[0, 1, 0]]
    assert b.transfers_in.tolist() == [[0, 3, 0]]


def test_what_is_shared_moves_authorities_together():
    """Two authorities with large joiner rates: their draws go together only as far as shared."""

    def correlation(shared):
        dynamics = replace(KNOWN, joiner_yearly_sd=0.5, joiner_shared=shared)
        parameters = hand_parameters(dynamics)
        population = np.full((1, len(parameters.joiner_ncy)), 5000.0)
        totals = [
            list(
                simulate(
                    parameters,
                    np.zeros(len(parameters.states), int),
                    population,
                    draws=1000,
                    seed=1,
                    authority=code,
                )
            )[-1].sum(axis=0)
            for code in "ab"
        ]
        return np.corrcoef(totals)[0, 1]

    assert correlation(0.0) == pytest.approx(0.0, abs=0.1)
    assert correlation(1.0) > 0.9
