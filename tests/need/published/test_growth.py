"""The growth model: shrinkage by hand, what is known recovered, intervals that cover."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from placement_planner.need.published.growth import fit_growth, growth_draws, growth_prior
from placement_planner.need.published.panel import growth_panel

PRIOR = growth_prior("total")
STEADY = replace(PRIOR, coefficients=(0.0, 0.0, 0.0, 0.0), residual_sd=1e-9, count_sd=0.0)


def panel_of(series, origin=None):
    """Lay out {code: [children from 2020 on]}, all in one region."""
    rows = [
        (code, 2020 + place, float(children))
        for code, path in series.items()
        for place, children in enumerate(path)
    ]
    counts = pd.DataFrame(rows, columns=["code", "january", "children"])
    region = pd.Series("R", index=list(series))
    nobody = pd.Series(dtype=float)
    return growth_panel(counts, region, nobody, origin or counts["january"].max())


def invented(authorities, years, own, rng, noise=0.03):
    """Log growth of 0.1 a year, and deviations that carry `own` of their last value on."""
    deviation = rng.normal(0, noise, authorities)
    logs = [np.full(authorities, np.log(3000.0))]
    for _ in range(years):
        logs.append(logs[-1] + 0.1 + deviation)
        deviation = own * deviation + rng.normal(0, noise, authorities)
    paths = np.exp(np.array(logs)).T
    return {f"{place:03d}": path for place, path in enumerate(paths)}


def test_without_deviations_everybody_grows_as_the_nation_damped():
    """Growth of 10 %: 121 → 133.1 in the first year; then log growth is 0.5 of ln 1.1."""
    panel = panel_of({"a": [100, 110, 121], "b": [200, 220, 242]})
    fit = fit_growth(panel, STEADY)
    still = replace(fit, prior=replace(STEADY, national_sd=0.0))

    paths = growth_draws(panel, still, 2, damping=0.5, draws=50, rng=np.random.default_rng(1))

    assert paths[0].mean(axis=1) == pytest.approx([133.1, 266.2], rel=1e-6)
    assert paths[1].mean(axis=1) == pytest.approx([133.1 * 1.1**0.5, 266.2 * 1.1**0.5], rel=1e-6)


def test_with_few_authorities_the_prior_stands_and_with_many_the_data():
    rng = np.random.default_rng(7)
    few = fit_growth(panel_of(invented(2, 3, 0.6, rng)), PRIOR)
    many = fit_growth(panel_of(invented(400, 12, 0.6, rng)), replace(PRIOR, years=1))

    assert few.own_weight < 0.1
    assert few.coefficients[0] == pytest.approx(PRIOR.coefficients[0], abs=0.05)
    assert many.own_weight > 0.9
    assert many.coefficients[0] == pytest.approx(0.6, abs=0.06)


def test_more_weight_of_the_prior_pulls_further_towards_it():
    panel = panel_of(invented(40, 8, 0.6, np.random.default_rng(3)))
    one_year = replace(PRIOR, years=1)

    pulled = [
        fit_growth(panel, replace(one_year, authority_years=years)).coefficients[0]
        for years in (1e-3, 100, 1e6)
    ]

    assert pulled == sorted(pulled, reverse=True)
    assert pulled[-1] == pytest.approx(PRIOR.coefficients[0], abs=1e-3)


def test_a_data_break_does_not_become_a_trend():
    """One authority doubles in a year: its deviation counts as 0.15 at most."""
    series = invented(40, 6, 0.0, np.random.default_rng(5))
    series["000"] = [*series["000"][:-1], series["000"][-2] * 2]
    panel = panel_of(series)

    paths = growth_draws(
        panel, fit_growth(panel, PRIOR), 1, damping=1.0, draws=400, rng=np.random.default_rng(1)
    )

    growth = np.median(paths[0, 0]) / panel.plans[0, -1]
    assert growth < np.exp(0.1 + 0.15 * 0.7)


def test_eighty_percent_ranges_hold_eighty_percent():
    """300 invented authorities, forecast three years ahead from their tenth year."""
    series = invented(300, 12, 0.4, np.random.default_rng(11))
    panel = panel_of(series, origin=2029)
    fit = fit_growth(panel, replace(PRIOR, national_sd=0.0, years=1))

    paths = growth_draws(panel, fit, 3, damping=1.0, draws=1000, rng=np.random.default_rng(2))

    came = np.array([path[10:13] for path in series.values()]).T
    low, high = np.quantile(paths, [0.1, 0.9], axis=2)
    covered = ((low <= came) & (came <= high)).mean(axis=1)
    assert covered == pytest.approx([0.8] * 3, abs=0.07)


def test_small_authorities_have_wider_ranges():
    panel = panel_of({"small": [90, 99, 109], "large": [9000, 9900, 10890]})
    paths = growth_draws(
        panel, fit_growth(panel, PRIOR), 1, damping=1.0, draws=800, rng=np.random.default_rng(1)
    )

    large, small = (np.std(np.log(paths[0, place])) for place in (0, 1))
    assert panel.codes == ("large", "small")
    assert small > 2 * large


def test_the_same_seed_gives_the_same_draws():
    panel = panel_of(invented(5, 4, 0.3, np.random.default_rng(1)))
    fit = fit_growth(panel, PRIOR)

    one, two = (
        growth_draws(panel, fit, 2, damping=0.9, draws=30, rng=np.random.default_rng(4))
        for _ in range(2)
    )

    assert np.array_equal(one, two)


def test_a_setting_without_a_prior_of_its_own_takes_the_others():
    assert growth_prior("not_recorded") == growth_prior("other")


def test_surprises_leave_the_mean_where_it_is_expected_even_for_few_children():
    """Two children and 20,000 stand still with the nation: so do their means, year by year."""
    panel = panel_of({"few": [2, 2, 2], "many": [20_000, 20_000, 20_000]})
    still = replace(PRIOR, coefficients=(0.0, 0.0, 0.0, 0.0), national_sd=0.0, authority_years=1e9)
    fit = fit_growth(panel, replace(still, residual_sd=0.1, count_sd=2.0))

    paths = growth_draws(panel, fit, 6, damping=0.9, draws=2000, rng=np.random.default_rng(1))

    assert paths[0].mean(axis=1) == pytest.approx([2, 20_000], rel=1e-3)
    assert paths[5].mean(axis=1) == pytest.approx([2, 20_000], rel=0.15)
    assert paths[0].max() <= 20_000 * 2.1
