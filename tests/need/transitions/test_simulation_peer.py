"""A thousand draws with the peer's prior, beside what the peer printed for them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.need.transitions.authorities import simulate_authorities
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.need.transitions.fit import fit_transitions, jobs_until
from placement_planner.sources.four_tables import read_four_tables

PEER = Path(__file__).parents[3] / ".." / "shared" / "peers" / "witan"
DRAWS, SEED = 1000, 2017

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not PEER.is_dir(), reason=f"no files of the peer at {PEER}"),
]


@pytest.fixture(scope="module")
def tables():
    return read_four_tables(PEER)


def projected(tables, **choices):
    fit = fit_transitions(tables.transitions, tables.population, tables.valid_states, **choices)
    jobs = jobs_until(fit, tables.population, 2022)
    return next(iter(simulate_authorities(jobs, draws=DRAWS, seed=SEED))).summary.tables()


def printed(name):
    return pd.read_csv(PEER / "expected" / f"Output_{name}.csv")


def agrees(ours, name, label):
    """Whether each mean lies within 4 of the peer's standard errors, 1.5 % or a child."""
    theirs = printed(name).set_index(["calendar-year", label])
    mean = ours.set_index(["calendar-year", label])["mean"].reindex(theirs.index).fillna(0.0)
    error = theirs["std-dev"] / np.sqrt(DRAWS)
    allowed = np.maximum.reduce([4 * error, 0.015 * theirs["mean"], np.ones(len(theirs))])
    return (mean - theirs["mean"]).abs() <= allowed


def test_a_thousand_draws_agree_with_the_peer(tables):
    ours = projected(tables, prior="witan")

    rows = pd.concat(
        [
            agrees(ours["need"], "Need", "need"),
            agrees(ours["setting"], "Setting", "setting"),
            agrees(ours["ncy"], "AY", "academic-year"),
        ]
    )
    totals = ours["total"].set_index("calendar-year")["mean"]
    count = printed("Count").set_index("calendar-year")["mean"]
    assert len(rows) == 36 + 114 + 186
    assert rows.mean() >= 0.95
    assert (totals / count - 1.0).abs().max() <= 0.015


def test_the_pooled_prior_is_wider_than_the_peers_and_grows_faster(tables):
    """Joiner rates rose from 2013 to 2016; the peer holds them, and is sure of them."""
    peer, ours = (
        projected(tables, prior=prior)["total"].set_index("calendar-year").loc[2022]
        for prior in ("witan", "pooled")
    )

    assert ours["mean"] > peer["mean"]
    assert ours["p95"] - ours["p5"] > 2 * (peer["p95"] - peer["p5"])


def test_rates_held_flat_grow_less_than_damped_and_these_less_than_a_trend(tables):
    means = [
        projected(tables, choices=RateChoices(trend=trend))["total"]["mean"].iloc[-1]
        for trend in ("flat", "damped", "trend")
    ]

    assert means == sorted(means)
