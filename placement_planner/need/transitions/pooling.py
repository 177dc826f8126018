"""Shrinking small counts to what is seen around them, with the strength read from the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from placement_planner.codes import code_table
from placement_planner.need.transitions.dynamics import rate_priors

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "chosen",
    "factor_strength",
    "ncy_groups",
    "neighbour_sums",
    "rate_strength",
    "share_strength",
    "shifted",
    "shrunk",
    "shrunk_factor",
    "strongest",
]

WEAKEST, STRONGEST = 0.1, 10_000.0
"""Bounds of a strength, in children."""

TINY = 1e-9


def ncy_groups(ncy: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell apart runs of steps that resemble their neighbours; those between phases stand alone.

    Parameters
    ----------
    ncy
        NCY before the step.

    Returns
    -------
    ndarray
        One number for each run of NCYs within a phase; each step out of a phase, and out of the
        sixth form, has a number of its own.

    Examples
    --------
    >>> ncy_groups(np.array([4, 5, 6, 7, 8])).tolist()
    [2, 2, 3, 4, 4]
    """
    table = code_table("phases").sort_values("ncy")
    last = table["ncy"][table["phase"] != table["phase"].shift(-1)].iloc[:-1]
    ends = np.union1d(last, [int(rate_priors()["sixth_form_last_ncy"])])
    group: NDArray[np.int64] = 2 * np.searchsorted(ends, ncy) + np.isin(ncy, ends)
    return group


def neighbour_sums(
    ncy: NDArray[np.int64], group: NDArray[np.int64], counts: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """Add up the counts of the other NCYs of a group, the nearer the heavier.

    Parameters
    ----------
    ncy, group
        NCY and group of each entry; shape (A,).
    counts
        What is added; shape (..., A).
    weight
        Weight of the next NCY; two years away has its square.

    Examples
    --------
    >>> neighbour_sums(np.arange(3), np.array([0, 0, 1]), np.array([8.0, 4.0, 9.0]), 0.5).tolist()
    [2.0, 4.0, 0.0]
    """
    distance = np.abs(np.subtract.outer(ncy, ncy))
    beside = (group[:, None] == group[None, :]) & (distance > 0)
    sums: NDArray[np.float64] = counts @ np.where(beside, weight**distance, 0.0)
    return sums


def shrunk(
    yes: NDArray[np.float64],
    trials: NDArray[np.float64],
    mean: NDArray[np.float64],
    strength: float,
) -> NDArray[np.float64]:
    r"""Return :math:`(y + K m) / (n + K)`, within (0, 1); a strength of infinity gives the mean.

    Examples
    --------
    >>> shrunk(np.array([3.0, 0.0]), np.array([10.0, 0.0]), np.array([0.1, 0.1]), 10.0).tolist()
    [0.2, 0.1]
    """
    if np.isinf(strength):
        return np.clip(mean, TINY, 1 - TINY)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(trials + strength > 0, (yes + strength * mean) / (trials + strength), mean)
    return np.clip(rate, TINY, 1 - TINY)


def shrunk_factor(
    seen: NDArray[np.float64], expected: NDArray[np.float64], strength: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return :math:`(o + c) / (e + c)`; a strength of infinity gives 1.

    Examples
    --------
    >>> shrunk_factor(np.array([30.0, 0.0]), np.array([20.0, 0.0]), 20.0).round(6).tolist()
    [1.25, 1.0]
    """
    none = np.isinf(strength)
    lean = np.where(none, 0.0, strength) + TINY
    return np.where(none, 1.0, (seen + lean) / (expected + lean))


def shifted(rate: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Multiply the odds of a rate: :math:`f p / (1 - p + f p)`.

    Examples
    --------
    >>> shifted(np.array([0.5]), np.array([3.0])).tolist()
    [0.75]
    """
    return np.clip(factor * rate / (1.0 - rate + factor * rate), TINY, 1 - TINY)


def strongest(loss: Callable[[float], float], bounds: tuple[float, float] | None = None) -> float:
    """Return the strength of most likelihood, with a broad prior on its logarithm.

    Parameters
    ----------
    loss
        Minus log-likelihood at a strength.
    bounds
        Least and greatest strength, in children.
    """
    priors = rate_priors()
    centre, spread = np.log(priors["strength_centre"]), priors["strength_log_sd"]
    low, high = bounds or (WEAKEST, STRONGEST)

    def cost(log_strength: float) -> float:
        beside: float = 0.5 * ((log_strength - centre) / spread) ** 2
        return loss(float(np.exp(log_strength))) + beside

    best = minimize_scalar(
        cost, bounds=(np.log(low), np.log(high)), method="bounded", options={"xatol": 1e-3}
    )
    return float(np.exp(best.x))


def chosen(given: float | None, estimate: Callable[..., float], *counts: object) -> float:
    """Return the strength that is given, or else what the counts say."""
    return estimate(*counts) if given is None else given


def rate_strength(
    yes: NDArray[np.float64], trials: NDArray[np.float64], mean: NDArray[np.float64]
) -> float:
    r"""Estimate how many children a pooled rate is worth: beta-binomial marginal likelihood.

    .. math:: \sum_i \log \frac{B(K m_i + y_i, K (1 - m_i) + n_i - y_i)}{B(K m_i, K (1 - m_i))}

    Parameters
    ----------
    yes, trials, mean
        Counts and pooled rates, of one shape; single children say nothing and are passed over.
    """
    some = trials > 1
    y, n = yes[some], trials[some]
    m = np.clip(mean[some], TINY, 1 - TINY)

    def loss(k: float) -> float:
        a, b = k * m, k * (1 - m)
        terms = gammaln(a + y) - gammaln(a) + gammaln(b + n - y) - gammaln(b)
        return -float((terms + gammaln(k) - gammaln(k + n)).sum())

    return strongest(loss)


def share_strength(
    counts: NDArray[np.float64], mean: NDArray[np.float64], row: NDArray[np.int64], n_rows: int
) -> float:
    """Estimate how many children a pooled distribution is worth: Dirichlet-multinomial.

    Parameters
    ----------
    counts, mean
        Children and pooled share of each edge; shape (..., edges).
    row
        Row of each edge; rows with a single child are passed over, and edges of no share. Without
        any edge, the prior's strength stands.
    n_rows
        Number of rows.
    """
    if not len(row):
        return rate_priors()["strength_centre"]
    shares = np.broadcast_to(mean, counts.shape).reshape(-1, len(row))
    flat = np.where(shares > 0, counts.reshape(-1, len(row)), 0.0)
    totals = np.stack([np.bincount(row, weights=one, minlength=n_rows) for one in flat])
    used = (flat > 0) & (totals > 1)[:, row]
    y, m, n = flat[used], shares[used], totals[totals > 1]

    def loss(k: float) -> float:
        ones = gammaln(k * m + y) - gammaln(k * m)
        return -float(ones.sum() + (gammaln(k) - gammaln(k + n)).sum())

    return strongest(loss)


def factor_strength(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    r"""Estimate how many children the factor 1 is worth: gamma-Poisson marginal likelihood.

    .. math:: f_i = \frac{o_i + c}{e_i + c}

    Parameters
    ----------
    observed, expected
        Children seen and expected, of one shape.
    """
    some = expected > 0
    o, e = observed[some], expected[some]

    def loss(c: float) -> float:
        terms = gammaln(c + o) - gammaln(c) + c * np.log(c / (c + e)) + o * np.log(e / (c + e))
        return -float(terms.sum())

    return strongest(loss)
