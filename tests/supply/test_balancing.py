"""Both margins hold and odds stay as the weights have them; against scipy's entropy optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from placement_planner.supply import balancing
from placement_planner.supply.balancing import balance, cells_of, thinned


def drawn(seed, areas=3, groups=2, pools=4):
    rng = np.random.default_rng(seed)
    near = np.exp(-rng.uniform(0, 4, (areas, pools)))
    fit = rng.choice([1.0, 0.05, 0.0005], (groups, pools))
    children = rng.uniform(0, 5, (areas, groups)) * (rng.random((areas, groups)) < 0.8)
    children[0, 0] = 1.0
    rolls = rng.uniform(0.5, 5, pools)
    return near, fit, children, rolls * children.sum() / rolls.sum()


def test_a_table_of_two_by_two_solves_the_quadratic_of_its_odds():
    """Rows 10 and 20, columns 15 and 15, odds 8: x (5 + x) = 8 (10 − x) (15 − x), so
    7x² − 205x + 1200 = 0 and x = (205 − √8425) / 14 = 8.0866."""
    near, fit = np.array([[8.0, 1.0], [1.0, 1.0]]), np.ones((1, 2))

    cells = cells_of(
        balance(near, fit, np.array([[10.0], [20.0]]), np.array([15.0, 15.0])), near, fit
    )

    x = (205 - np.sqrt(8425)) / 14
    assert cells[:, 0] == pytest.approx(np.array([[x, 10 - x], [15 - x, 5 + x]]), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_margins_hold_to_a_millionth_and_odds_are_those_of_the_weights(seed):
    near, fit, children, rolls = drawn(seed)

    found = balance(near, fit, children, rolls)

    cells = cells_of(found, near, fit)
    assert cells.sum(axis=2) == pytest.approx(children, abs=1e-6)
    assert cells.sum(axis=(0, 1)) == pytest.approx(rolls, abs=1e-6)
    factors = found.rows[:, :, None] * found.columns
    assert cells == pytest.approx(factors * near[:, None] * fit[None], rel=1e-12)


def test_it_is_the_likeliest_table_of_all_with_these_margins():
    """The same table by scipy: least Kullback distance from the weights under both margins."""
    near, fit, children, rolls = drawn(7, areas=2, groups=2, pools=2)
    children = children + 0.5
    rolls = rolls * children.sum() / rolls.sum()
    weights = (near[:, None] * fit[None]).ravel()

    def distance(flat):
        return float(np.sum(flat * (np.log(np.maximum(flat, 1e-300) / weights) - 1)))

    margins = [
        {"type": "eq", "fun": lambda flat: flat.reshape(4, 2).sum(axis=1) - children.ravel()},
        {"type": "eq", "fun": lambda flat: flat.reshape(4, 2).sum(axis=0)[:1] - rolls[:1]},
    ]
    start = np.outer(children.ravel(), rolls).ravel() / rolls.sum()
    best = minimize(
        distance, start, bounds=[(1e-9, None)] * 8, constraints=margins, method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip

    cells = cells_of(balance(near, fit, children, rolls), near, fit)

    assert cells.ravel() == pytest.approx(best.x, abs=1e-4)


def test_what_matters_to_nobody_is_left_out_of_large_tables_and_margins_stay(monkeypatch):
    near, fit, children, rolls = drawn(3, areas=60, groups=2, pools=12)
    cells = cells_of(balance(near**3, fit, children, rolls), near**3, fit)
    assert thinned(cells) is cells
    monkeypatch.setattr(balancing, "MOST_CELLS", 100)

    thin = thinned(cells)

    assert (thin > 0).sum() < 0.8 * (cells > 0).sum()
    assert thin.sum(axis=2) == pytest.approx(children, abs=1e-6)
    assert thin.sum(axis=(0, 1)) == pytest.approx(rolls, abs=1e-6)
    assert np.abs(thin - cells).sum() < 0.02 * cells.sum()
