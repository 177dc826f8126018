"""How rates go ahead: the shrunk slope by hand, the priors from England's files."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_table
from placement_planner.need.transitions.dynamics import (
    RateChoices,
    level_and_trend,
    rate_priors,
    yearly_variance,
)
from placement_planner.need.transitions.pooled_joiners import joiner_level

REPOSITORY = Path(__file__).parents[3]
ENGLAND = REPOSITORY / ".." / "shared" / "data" / "england"


def test_the_slope_of_two_years_is_the_precision_weighted_mean_of_seen_and_prior():
    """Seen: 0.3 with variance 0.02 + 0.01 + 0.03 = 0.06. Prior: 0.06, variance 0.04.

    (0.06 / 0.04 + 0.3 / 0.06) / (1 / 0.04 + 1 / 0.06) = 6.5 / 41.667 = 0.156; variance 0.024.
    """
    noise = np.array([0.01, 0.03])

    _, _, trend, sd = level_and_trend([2013, 2014], np.array([1.0, 1.3]), noise, 0.02, (0.06, 0.2))

    assert trend == pytest.approx(0.156)
    assert sd**2 == pytest.approx(0.024)


def test_a_year_that_is_missing_doubles_the_step_and_halves_the_slope():
    """Seen over two years: 0.6 with variance 2 * 0.02 + 0.01 + 0.03 = 0.08; slope 0.3, 0.02.

    (0.06 / 0.04 + 0.3 / 0.02) / (1 / 0.04 + 1 / 0.02) = 16.5 / 75 = 0.22.
    """
    noise = np.array([0.01, 0.03])

    _, _, trend, _ = level_and_trend([2013, 2015], np.array([1.0, 1.6]), noise, 0.02, (0.06, 0.2))

    assert trend == pytest.approx(0.22)


def test_one_year_says_nothing_of_the_slope():
    fits = level_and_trend([2013], np.array([0.4]), np.array([0.04]), 0.02, (0.07, 0.06))

    assert fits == pytest.approx((0.4, 0.2, 0.07, 0.06))


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=6),
    st.floats(0.001, 0.2),
    st.floats(0.001, 0.1),
    st.floats(0.01, 0.2),
)
@settings(max_examples=40, deadline=None)
def test_the_posterior_is_that_of_the_normal_model_written_out(levels, noise, step, spread):
    """Precision X'V^-1 X + prior, of the level of the last year and the change."""
    y, back = np.array(levels), np.arange(len(levels))[::-1].astype(float)
    covariance = step * np.minimum.outer(back, back) + noise * np.eye(len(y))
    design, prior = np.column_stack([np.ones_like(y), -back]), np.diag([0.0, spread**-2])
    precision = design.T @ np.linalg.solve(covariance, design) + prior
    right = design.T @ np.linalg.solve(covariance, y) + prior @ [0.0, 0.07]
    mean, sd = np.linalg.solve(precision, right), np.sqrt(np.diag(np.linalg.inv(precision)))

    fits = level_and_trend(np.arange(len(y)), y, np.full(len(y), noise), step, (0.07, spread))

    assert fits == pytest.approx((mean[0], sd[0], mean[1], sd[1]), rel=1e-6, abs=1e-8)


def test_held_flat_the_change_is_nothing_and_sure():
    joined, expected = np.array([100.0, 140.0]), np.array([120.0, 120.0])

    level = joiner_level(np.array([2013, 2014]), joined, expected, RateChoices(trend="flat"))

    assert (level.trend, level.trend_sd) == (0.0, 0.0)
    assert math.log(100.5 / 120.5) < level.level < math.log(140.5 / 120.5)


def test_joiners_that_rise_faster_than_the_prior_raise_the_trend_a_little():
    expected = np.full(4, 200.0)
    prior = rate_priors()["joiner_trend_mean"]

    fast, steady = (
        joiner_level(np.arange(4), 200.0 * np.exp(rate * np.arange(4)), expected, RateChoices())
        for rate in (0.3, 0.0)
    )

    assert steady.trend < prior < fast.trend < 0.3


def test_swings_beyond_chance_by_hand():
    """Log ratios +-0.5, spread 0.5, chance (1 - 1/2) * 2 / 1000.5 = 0.0009995.

    (2 * 0.09 + 0.5 - 0.0009995) / (2 + 1) = 0.2263.
    """
    expected = [np.array([1000.0, 1000.0])]
    observed = [1000.5 * np.exp([0.5, -0.5]) - 0.5]

    assert yearly_variance(observed, expected, 0.3, 2.0) == pytest.approx(0.226334, abs=1e-6)


def test_every_prior_has_a_source_a_date_and_a_basis():
    table = code_table("rate_priors")

    assert table["prior"].is_unique
    assert set(table["basis"]) <= set(code_table("bases")["basis"])
    assert (table[["source", "date", "meaning", "unit"]] != "").all(axis=None)


@pytest.mark.real_data
@pytest.mark.skipif(not ENGLAND.is_dir(), reason=f"no published files at {ENGLAND}")
def test_the_derived_priors_come_out_of_england_s_files_again():
    spec = importlib.util.spec_from_file_location(
        "rate_priors", REPOSITORY / "benchmarks" / "rate_priors.py"
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    table = code_table("rate_priors")
    derived = table[table["basis"] == "derived"].set_index("prior")["value"].astype(float)

    figures = script.rate_prior_figures(ENGLAND)

    assert set(derived.index) <= set(figures)
    for name, value in derived.items():
        assert figures[name] == pytest.approx(value, abs=0.005), name
    low, high = figures["growth_autocorrelation"], figures["growth_autocorrelation_corrected"]
    assert rate_priors()["damping"] == pytest.approx((low + high) / 2, abs=0.01)
