"""Rates of a flow: profile and level, gamma-Poisson pooling, weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from placement_planner.need.flow_rates import fit_flow_rates, pooling_variance


def test_profile_and_level_by_hand():
    """Rates 0.1 and 0.2 in the last year, half of that before: level 0.5, then 1."""
    exposure = np.array([[[100.0, 200.0], [100.0, 300.0]]])
    counts = exposure * np.array([0.1, 0.2]) * np.array([0.5, 1.0])[:, None]

    rates = fit_flow_rates(counts, exposure, memory=1.0)

    assert rates.profile == pytest.approx([0.1, 0.2])
    assert rates.level == pytest.approx([0.5, 1.0])
    assert rates.rate == pytest.approx(np.array([[0.1, 0.2]]))


def test_variance_between_authorities_by_hand():
    """Counts 120 and 80, expected 100 each: (400 - 100 + 400 - 100) / 20,000 = 0.03."""
    assert pooling_variance(np.array([120.0, 80.0]), np.array([100.0, 100.0])) == (
        pytest.approx(0.03)
    )


def test_the_factor_of_an_authority_and_its_weight_by_hand():
    """Variance 0.03: strength 1/0.03 = 33.3; weight 100/133.3 = 0.75; factor 1 + 0.75 × 0.2."""
    exposure = np.full((2, 1, 1), 1000.0)
    counts = np.array([[[120.0]], [[80.0]]])

    rates = fit_flow_rates(counts, exposure, memory=1.0)

    assert rates.authority_weight == pytest.approx([0.75, 0.75])
    assert rates.authority == pytest.approx([1.15, 0.85])


def test_authorities_that_differ_by_chance_alone_are_one():
    """Counts 105 and 95 differ by less than Poisson would: no weight of their own."""
    exposure = np.full((2, 1, 1), 1000.0)

    rates = fit_flow_rates(np.array([[[105.0]], [[95.0]]]), exposure, memory=1.0)

    assert rates.authority.tolist() == [1.0, 1.0]
    assert rates.authority_weight.tolist() == [0.0, 0.0]
    assert np.isinf(rates.authority_gamma).all()


def test_without_memory_only_the_last_year_tells_authorities_apart():
    exposure = np.full((2, 2, 1), 1000.0)
    counts = np.array([[[60.0], [120.0]], [[140.0], [80.0]]])

    rates = fit_flow_rates(counts, exposure, memory=0.0)

    assert rates.authority == pytest.approx([1.15, 0.85])


@settings(max_examples=50, deadline=None)
@given(
    st_numpy.arrays(np.float64, (3, 2, 4), elements=st.integers(0, 60).map(float)),
    st.floats(0.0, 1.0),
)
def test_pooled_factors_lie_between_one_and_the_authoritys_own(counts, memory):
    exposure = np.full(counts.shape, 500.0)

    rates = fit_flow_rates(counts, exposure, memory)

    assert np.isfinite(rates.rate).all()
    assert (rates.rate >= 0).all()
    assert ((rates.authority_weight >= 0) & (rates.authority_weight < 1)).all()
    expected = exposure * rates.profile * rates.level[:, None]
    weights = memory ** np.array([1.0, 0.0])
    told = expected.sum(axis=2) @ weights
    own = np.divide(counts.sum(axis=2) @ weights, told, out=np.ones(3), where=told > 0)
    low, high = np.minimum(own, 1.0) - 1e-9, np.maximum(own, 1.0) + 1e-9
    assert ((rates.authority >= low) & (rates.authority <= high)).all()
