"""Plans against deprivation, from authorities and who lives in their areas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import gammaln

from placement_planner.errors import DataError
from placement_planner.need.areas.gradient import (
    AGES,
    DECILES,
    PHASES,
    counts_of,
    fit_gradient,
)

AGES_OF_A_PHASE = {"early_years": 4, "primary": 7, "secondary": 5, "post_16": 3, "post_19": 6}
STEP = (np.array(DECILES) - 5.5) / 4.5


def invented_nation(seed=1, number=40, regions=4, slope=0.0, noise=0.0):
    """As many children of every age; authority k has its own mix of deciles; 5 plans in 100."""
    rng = np.random.default_rng(seed)
    mix = rng.dirichlet(np.full(10, 0.5), number)
    names = [f"E{at:08}" for at in range(number)]
    region = np.arange(number) % regions
    people = pd.DataFrame(
        [
            (name, decile, age, 1000.0 * mix[at, decile - 1])
            for at, name in enumerate(names)
            for decile in DECILES
            for age in AGES
        ],
        columns=["authority_code", "imd_decile", "age", "children"],
    )
    level = 50.0 * (mix @ np.exp(slope * STEP)) * np.exp(noise * rng.standard_normal(number))
    plans = pd.DataFrame(
        [
            (name, f"Place {at}", f"R{region[at]}", age, level[at], level[at] / 2)
            for at, name in enumerate(names)
            for age in AGES
        ],
        columns=["authority_code", "authority", "region_code", "age", "children", "special"],
    )
    return plans, people


def test_rates_are_plans_a_child_at_each_age_or_of_each_phase():
    """200 plans at age 4 and 20 at every other age of 4 to 10, of 1,000 children at each.

    At age 4 a fifth; a child of the phase (200 + 6 x 20) / 7,000 = 0.0457.
    """
    plans, people = invented_nation(number=20)
    plans["children"] = np.where(plans["age"] == 4, 200.0, 20.0)

    counts = counts_of(plans, people, "children")

    assert counts.rates()[4:6] == pytest.approx([0.2, 0.02])
    assert counts.rates(by_age=False)[4:11] == pytest.approx(np.full(7, 320 / 7000))
    assert counts.heads()[0] == pytest.approx([1000.0 * n for n in AGES_OF_A_PHASE.values()])


@pytest.mark.parametrize("slope", [-0.4, 0.0, 0.25])
def test_a_gradient_put_in_is_found(slope):
    """Plans are exactly rate times exp(slope x step): the fit must give the slope back."""
    plans, people = invented_nation(slope=slope)

    fit = fit_gradient(counts_of(plans, people, "children"))

    assert fit.slopes == pytest.approx(np.full(len(PHASES), slope), abs=1e-4)
    assert fit.regions == pytest.approx(np.zeros((len(PHASES), 4)), abs=1e-4)
    assert fit.dispersion == pytest.approx(np.zeros(len(PHASES)), abs=1e-6)


def test_the_fit_is_the_maximum_of_the_penalised_likelihood():
    """Brute force: another optimiser, on the negative-binomial likelihood written out."""
    plans, people = invented_nation(slope=-0.3, noise=0.2)
    counts = counts_of(plans, people, "children")
    fit = fit_gradient(counts, slopes="by_phase")
    at = PHASES.index("primary")
    seen = counts.by_phase()[:, at]
    expected = counts.expected(counts.rates())[:, at]
    size = 1 / fit.dispersion[at]
    region = np.array([int(code[1:]) for code in counts.regions])

    def surprise(values):
        mean = (expected @ np.exp(values[1] * STEP)) * np.exp(values[0] + values[2:][region])
        odds = seen * np.log(mean / (mean + size)) + size * np.log(size / (mean + size))
        whole = odds + gammaln(seen + size) - gammaln(size) - gammaln(seen + 1)
        return -whole.sum() + (values[2:] ** 2).sum() / (2 * fit.region_variance[at])

    best = minimize(surprise, np.zeros(6), method="Nelder-Mead", options={"maxiter": 20000,
                    "maxfev": 20000, "xatol": 1e-7, "fatol": 1e-10, "adaptive": True})  # fmt: skip

    ours = [fit.levels[at], fit.slopes[at], *fit.regions[at]]
    assert surprise(np.array(ours)) == pytest.approx(best.fun, abs=2e-3)
    assert fit.slopes[at] == pytest.approx(best.x[1], abs=5e-3)


def test_squared_residuals_are_as_large_as_the_dispersion_says():
    """By moments: the sum of squares over variances is the authorities less what was fitted."""
    plans, people = invented_nation(noise=0.2)
    counts = counts_of(plans, people, "children")

    fit = fit_gradient(counts, slopes="none")

    said = fit.predicted(counts.expected(counts.rates()), counts.regions)
    seen = counts.by_phase()
    squares = ((seen - said) ** 2 / (said + fit.dispersion * said**2)).sum(axis=0)
    assert np.all((squares > 40 - 1 - 4) & (squares < 40))
    assert fit.dispersion == pytest.approx(np.full(len(PHASES), 0.04), abs=0.02)


def test_a_region_is_pulled_towards_the_others_and_less_so_with_more_authorities():
    """All of R0 have 50 % more; one authority of it is believed less than ten."""
    plans, people = invented_nation(number=40, noise=0.1)
    few = plans.copy()
    few["region_code"] = np.where(few["authority_code"] == "E00000000", "R0", "R1")
    first = {f"E{at:08}" for at in range(10)}
    many = plans.assign(region_code=np.where(plans["authority_code"].isin(first), "R0", "R1"))
    few.loc[few["region_code"] == "R0", "children"] *= 1.5
    many.loc[many["region_code"] == "R0", "children"] *= 1.5

    alone = fit_gradient(counts_of(few, people, "children"))
    together = fit_gradient(counts_of(many, people, "children"))

    gaps = [fit.regions[1, 0] - fit.regions[1, 1] for fit in (alone, together)]
    assert 0 < gaps[0] < gaps[1] < np.log(1.5) * 1.3


def test_a_region_without_an_authority_gets_no_factor():
    plans, people = invented_nation(noise=0.2)
    counts = counts_of(plans, people, "children")
    others = counts.only(np.array(counts.regions) != "R3")

    fit = fit_gradient(others, region_codes=("R0", "R1", "R2", "R3"))

    assert fit.regions[:, 3] == pytest.approx(np.zeros(len(PHASES)), abs=1e-9)
    assert np.all(np.abs(fit.regions[:, :3]).max(axis=1) > 0)


def test_one_large_authority_does_not_decide():
    """One authority with 20 times the children and 3 times the plans of the poor.

    Counted by children it would set the slope; by dispersion it is one among 40.
    """
    plans, people = invented_nation(slope=0.0, noise=0.1)
    big = "E00000007"
    is_big = people["authority_code"] == big
    people.loc[is_big, "children"] = np.where(people.loc[is_big, "imd_decile"] == 1, 20000.0, 0.0)
    plans.loc[plans["authority_code"] == big, "children"] = 20 * 3 * 50.0

    fit = fit_gradient(counts_of(plans, people, "children"))

    by_children = -np.log(3) / 2
    assert abs(fit.slopes[0]) < abs(by_children) / 2


@settings(max_examples=15, deadline=None)
@given(slope=st.floats(-1, 1), seed=st.integers(0, 50))
def test_relative_rates_have_mean_one_over_the_children_expected_to_have_a_plan(slope, seed):
    plans, people = invented_nation(seed=seed, number=20, slope=slope)
    counts = counts_of(plans, people, "children")
    expected = counts.expected(counts.rates())

    rates = fit_gradient(counts).relative_rates(expected)

    weight = expected.sum(axis=0)
    assert (rates * weight).sum(axis=1) == pytest.approx(weight.sum(axis=1))
    assert rates[:, 0] / rates[:, 9] == pytest.approx(np.full(5, np.exp(-2 * slope)), rel=2e-3)


def test_the_order_of_rows_does_not_matter():
    plans, people = invented_nation(noise=0.2)
    shuffled = (plans.sample(frac=1, random_state=1), people.sample(frac=1, random_state=2))

    first = fit_gradient(counts_of(plans, people, "children"))
    second = fit_gradient(counts_of(*shuffled, "children"))

    assert np.array_equal(first.slopes, second.slopes)
    assert np.array_equal(first.regions, second.regions)


def broken(change):
    plans, people = invented_nation(number=20)
    return change(plans, people)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plans, people: (plans[plans["authority_code"] < "E00000019"], people),
         "19 authorities with plans by age"),
        (lambda plans, people: (plans, people[people["authority_code"] != "E00000003"]),
         "no area, such as E00000003"),
        (lambda plans, people: (plans, people.replace({"imd_decile": {10: 11}})),
         "no decile of deprivation from 1 to 10, such as 11"),
        (lambda plans, people: (plans.replace({"age": {24: 25}}), people), "plans at age 25"),
        (lambda plans, people: (plans, people[people["age"] != 9]),
         "plans and no children, such as E00000000 at age 9"),
        (lambda plans, people: (plans.assign(children=plans["children"] * (plans["age"] > 3)),
                                people), "nobody counted under 'children' is in phase early_years"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_fitted_are_refused_in_plain_words(change, words):
    plans, people = broken(change)

    with pytest.raises(DataError, match=words):
        counts_of(plans, people, "children")
