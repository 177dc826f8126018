"""How rates of joining, leaving and moving go ahead, and how unsure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Dynamics", "RateChoices", "level_and_trend", "rate_priors", "yearly_variance"]


@dataclass(frozen=True, kw_only=True)
class Dynamics:
    """How rates move ahead, and how unsure they are; log scale, shared by every NCY.

    Attributes
    ----------
    joiner_level_sd
        Standard deviation of the log joiner level at the base, the same all through a draw.
    joiner_trend
        Log change of joiner rates expected in the first year ahead.
    joiner_trend_sd
        Its standard deviation, the same all through a draw.
    damping
        The change in year h ahead is ``joiner_trend * damping ** (h - 1)``.
    joiner_yearly_sd
        Random walk step of the log joiner level each year.
    leaver_level_sd
        Standard deviation of the log-odds of leaving, the same all through a draw.
    leaver_yearly_sd
        Of the log-odds of leaving, fresh each year and not accumulated.
    mover_level_sd, mover_yearly_sd
        The same for moving.
    joiner_fresh_sd
        Of the log joiner level, fresh each year and not accumulated.
    joiner_shared
        Share of the variance of trend and yearly steps that all authorities have in common.
    """

    joiner_level_sd: float
    joiner_trend: float
    joiner_trend_sd: float
    damping: float
    joiner_yearly_sd: float
    leaver_level_sd: float
    leaver_yearly_sd: float
    mover_level_sd: float
    mover_yearly_sd: float
    joiner_fresh_sd: float = 0.0
    joiner_shared: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RateChoices:
    """What the pooled prior leaves open.

    Attributes
    ----------
    trend
        ``flat`` holds joiner rates, ``trend`` carries their growth on, ``damped`` lets it fade.
    damping
        Share of the growth that is left a year later, for ``damped``. None: `rate_priors`.
    recency
        Weight of a year's counts beside the year after it, above 0 to 1.
    pool_strength
        Children that a pooled rate counts as, at every level. None: estimated from the counts.
    relabel_needs
        Whether a change of need is a move; the steps must have been counted so.
    """

    trend: Literal["flat", "damped", "trend"] = "damped"
    damping: float | None = None
    recency: float = 1.0
    pool_strength: float | None = None
    relabel_needs: bool = False


def rate_priors() -> dict[str, float]:
    """Return the figures of `codes/rate_priors.csv` by name."""
    table = code_table("rate_priors")
    return dict(zip(table["prior"], table["value"].astype(float), strict=True))


def level_and_trend(
    years: Sequence[int] | NDArray[np.int64],
    log_level: NDArray[np.float64],
    noise: NDArray[np.float64],
    step_variance: float,
    prior: tuple[float, float],
) -> tuple[float, float, float, float]:
    r"""Estimate the level of the last year and the yearly change, shrunk to a prior.

    The levels seen are :math:`y_t = \lambda - b (T - t) + w_t` with last year T and

    .. math:: \operatorname{cov}(w_s, w_t) = q \min(T - s, T - t) + [s = t] R_t,
        \quad b \sim N(b_0, \tau^2)

    and nothing known of :math:`\lambda`: a random walk with drift, seen with noise. The answer is
    the posterior mean. With two years the change is the precision-weighted mean
    :math:`b = (b_0 / \tau^2 + \Delta y / v) / (1 / \tau^2 + 1 / v)`, :math:`v = q + R_1 + R_2`.

    Parameters
    ----------
    years
        Januaries; gaps are allowed.
    log_level, noise
        :math:`y_t` and its variance :math:`R_t`; one a year.
    step_variance
        :math:`q`, variance of a year's step of the random walk.
    prior
        :math:`b_0` and :math:`\tau`; a :math:`\tau` of 0 holds the change at :math:`b_0`.

    Returns
    -------
    tuple
        Level, its standard deviation, yearly change, its standard deviation.

    Examples
    --------
    >>> fits = level_and_trend([1, 2], np.array([0.0, 0.3]), np.full(2, 0.01), 0.02, (0.0, 0.2))
    >>> [round(figure, 3) for figure in fits]
    [0.263, 0.094, 0.15, 0.141]
    """
    mean, sd = prior
    back = np.max(years) - np.asarray(years, dtype=np.float64)
    # The unknown change is marginalised: it adds sd**2 * back * back to the covariance.
    covariance = step_variance * np.minimum.outer(back, back) + np.diag(noise)
    everything = covariance + sd**2 * np.outer(back, back)
    detrended = log_level + mean * back
    weights = np.linalg.solve(everything, np.ones_like(back))
    level_variance = 1.0 / weights.sum()
    level = float(level_variance * (weights @ detrended))
    gain = -(sd**2) * np.linalg.solve(everything, back)
    trend = mean + float(gain @ (detrended - level))
    # Variance of the change given the level, and what not knowing the level adds.
    trend_variance = sd**2 + sd**2 * float(gain @ back) + float(gain.sum()) ** 2 * level_variance
    return level, float(np.sqrt(level_variance)), trend, float(np.sqrt(max(trend_variance, 0.0)))


def yearly_variance(
    observed: Sequence[NDArray[np.float64]],
    expected: Sequence[NDArray[np.float64]],
    prior_sd: float,
    prior_years: float,
) -> float:
    r"""Estimate how much an authority's rate swings from year to year, beyond chance.

    .. math:: \sigma^2 = \frac{\nu \sigma_0^2 + \max(0, \sum_{rt} (l_{rt} - \bar l_r)^2
        - \sum_r (1 - 1 / Y_r) \sum_t V_{rt})}{\nu + \sum_r (Y_r - 1)}

    with :math:`l = \log((o + 0.5) / (e + 0.5))` and its chance variance :math:`V = 1 / (e + 0.5)`.

    Parameters
    ----------
    observed, expected
        Children who left or moved, and who would at the pooled rates; an array of :math:`Y_r`
        years for each authority.
    prior_sd
        :math:`\sigma_0`.
    prior_years
        :math:`\nu`, the years that the prior counts as.

    Examples
    --------
    >>> seen = [np.array([100.0, 100.0])]
    >>> round(yearly_variance(seen, seen, 0.3, 2.0), 3)
    0.06
    """
    excess, freedom = 0.0, prior_years
    for seen, due in zip(observed, expected, strict=True):
        ratio = np.log((seen + 0.5) / (due + 0.5))
        chance = (1.0 / (due + 0.5)).sum() * (1.0 - 1.0 / len(seen))
        excess += float(((ratio - ratio.mean()) ** 2).sum() - chance)
        freedom += len(seen) - 1
    return (prior_years * prior_sd**2 + max(0.0, excess)) / freedom
