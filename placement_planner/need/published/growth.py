r"""Growth of authorities' plans, shrunk to their region's and the nation's, with intervals.

The yearly log growth of an authority's series less the nation's is its *deviation* :math:`d`.
What it will be next year is learnt from all authorities and years up to the origin:

.. math:: d_{l,t+1} = \beta_o \bar d_{lt} + \beta_r \bar d_{r(l)t} + \beta_p v_{lt}
    + \beta_a \bar a_{lt} + e_{l,t+1}

with the authority's mean deviation over the last years :math:`\bar d_{lt}`, each year weighing
`memory` times the one after it; that of its region's other authorities :math:`\bar d_{rt}`; the
log of plans per head against the nation's :math:`v_{lt}` (where many children per head have a
plan, growth is slower); and, for one placement, the mean deviation of all the authority's plans
:math:`\bar a_{lt}`, which placements follow. :math:`\beta` is Huber's M-estimate under a prior
that weighs as many authority-years as `codes/growth_priors.csv` says, so that a study of five
authorities leans on England.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student_t

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.published.panel import Panel

__all__ = [
    "FACTORS",
    "GrowthFit",
    "GrowthPrior",
    "fade_of",
    "fit_growth",
    "growth_draws",
    "growth_prior",
    "observations",
]

FACTORS = ("own", "region", "per_head", "all_plans")
_ROUNDS = 30
_EVEN = 1e-9
_LARGEST_LOG = 1.0
_MEDIAN_OF_NORMAL = 0.6745
_FINE = 1_000
_TAIL_FREEDOM = 4
_TAIL_SCALE = 0.6745 / 0.7407
"""Brings Student's t with four degrees of freedom to a normal's median."""
_LARGEST_STEP = 0.7
_TOO_SMALL = 0.5
"""Plans below which a residual says nothing."""


@dataclass(frozen=True, kw_only=True)
class GrowthPrior:
    """What is known before an authority's own numbers are seen; see `codes/growth_priors.csv`."""

    coefficients: tuple[float, float, float, float]
    spreads: tuple[float, float, float, float]
    """Sd of each factor among England's authority-years, which the prior's weight is scaled by."""
    authority_years: float
    """Authority-years that the prior weighs as, for coefficients and residuals alike."""
    residual_sd: float
    """Sd of a large authority's yearly deviation that the factors do not tell."""
    count_sd: float
    """Further sd, divided by the root of the plans: small authorities move more."""
    national_sd: float
    """Sd of the nation's growth in a year around the growth carried forward."""
    years: int
    """Years that mean deviations are taken over."""
    memory: float
    """Weight of a year in them against the one after it."""
    largest_deviation: float
    """Deviations count as at most this much, up or down: data breaks do not become trends."""
    huber: float
    """Residual, in log growth, beyond which an authority-year weighs less."""


@dataclass(frozen=True, kw_only=True)
class GrowthFit:
    """Coefficients with their covariance, and residuals scaled to sd one."""

    prior: GrowthPrior
    coefficients: NDArray[np.float64]
    """(4,) in the order of `FACTORS`."""
    covariance: NDArray[np.float64]
    residuals: NDArray[np.float64]
    """Residuals divided by their sd, which keep their own shape: breaks make long tails."""
    residual_sd: float
    count_sd: float
    authority_years: int
    own_weight: float
    """Share of the estimate that comes from the panel; the rest is the prior."""


def growth_prior(series: str) -> GrowthPrior:
    """Return the prior of "total" or of a setting; a setting without one takes "other"."""
    rows = code_table("growth_priors").set_index("series")
    row = rows.loc[series if series in rows.index else "other"]
    coefficients = tuple(float(row[name]) for name in FACTORS)
    spreads = tuple(float(row[f"{name}_spread"]) for name in FACTORS)
    return GrowthPrior(
        coefficients=cast("tuple[float, float, float, float]", coefficients),
        spreads=cast("tuple[float, float, float, float]", spreads),
        authority_years=float(row["authority_years"]),
        residual_sd=float(row["residual_sd"]),
        count_sd=float(row["count_sd"]),
        national_sd=float(row["national_sd"]),
        years=int(row["years"]),
        memory=float(row["memory"]),
        largest_deviation=float(row["largest_deviation"]),
        huber=float(row["huber"]),
    )


def _trailing_mean(values: NDArray[np.float64], prior: GrowthPrior) -> NDArray[np.float64]:
    """Mean over the last years up to each column, later ones weighing more; nought if unknown.

    `values` are (L, T, ...), and so is the mean.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total, weight = np.zeros_like(filled), np.zeros_like(filled)
    for back in range(min(prior.years, values.shape[1])):
        columns = slice(0, values.shape[1] - back)
        total[:, back:] += prior.memory**back * filled[:, columns]
        weight[:, back:] += prior.memory**back * known[:, columns]
    mean: NDArray[np.float64] = total / np.where(weight > 0, weight, 1.0)
    return mean


def _region_mean(values: NDArray[np.float64], regions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean over the other authorities of a region; nought where there is none.

    `values` are (L, ...), and so is the mean.
    """
    total = np.zeros((int(regions.max()) + 1, *values.shape[1:]))
    np.add.at(total, regions, values)
    others = (np.bincount(regions) - 1)[regions].reshape(-1, *[1] * (values.ndim - 1))
    mean: NDArray[np.float64] = np.where(
        others > 0, (total[regions] - values) / np.maximum(others, 1), 0.0
    )
    return mean


def observations(
    panel: Panel, prior: GrowthPrior
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return factors (N, 4), next deviation and plans of every authority-year that has both."""
    deviations = panel.deviations
    capped = np.clip(deviations, -prior.largest_deviation, prior.largest_deviation)
    own = _trailing_mean(capped, prior)
    region = _region_mean(own, panel.regions)
    factors = np.stack([own, region, _per_head(panel), _all_plans(panel, prior)], axis=-1)
    before = panel.plans[:, 1:-1]
    usable = np.isfinite(deviations[:, 1:]) & np.isfinite(deviations[:, :-1]) & (before > 0)
    return factors[:, :-1][usable], deviations[:, 1:][usable], before[usable]


def _per_head(panel: Panel) -> NDArray[np.float64]:
    """Log of plans per head at each January but the first, within reason."""
    return np.clip(panel.per_head[:, 1:], -_LARGEST_LOG, _LARGEST_LOG)


def _all_plans(panel: Panel, prior: GrowthPrior) -> NDArray[np.float64]:
    """Mean deviation of all the authority's plans, where the series is one placement."""
    limit = prior.largest_deviation
    return _trailing_mean(np.clip(panel.all_deviations, -limit, limit), prior)


def fit_growth(panel: Panel, prior: GrowthPrior) -> GrowthFit:
    """Fit what next year's deviation is made of, by Huber's estimator under the prior.

    The prior's precision is that of `authority_years` observations as spread as those behind it:
    it pulls each coefficient towards its prior mean, fully where the panel has one step only.
    """
    factors, target, plans = observations(panel, prior)
    mean = np.asarray(prior.coefficients)
    precision = prior.authority_years * np.diag(np.square(prior.spreads))
    fitted, weights = mean, np.ones(len(target))
    for _ in range(_ROUNDS):
        off = np.abs(target - factors @ fitted)
        weights = prior.huber / np.maximum(off, prior.huber)
        normal = (factors * weights[:, None]).T @ factors + precision
        step = np.linalg.solve(normal, (factors * weights[:, None]).T @ target + precision @ mean)
        if np.allclose(step, fitted, atol=_EVEN):
            break
        fitted = step
    residuals = target - factors @ fitted
    own_weight = len(target) / (len(target) + prior.authority_years)
    scale = _scale(residuals, plans, prior, own_weight)
    residual_sd, count_sd = scale * prior.residual_sd, scale * prior.count_sd
    scaled = residuals / np.sqrt(residual_sd**2 + count_sd**2 / np.maximum(plans, _TOO_SMALL))
    spread = np.linalg.inv((factors * weights[:, None]).T @ factors + precision)
    return GrowthFit(
        prior=prior,
        coefficients=fitted,
        covariance=np.asarray(residual_sd**2 * spread, dtype=np.float64),
        residuals=scaled - np.median(scaled) if len(scaled) else scaled,
        residual_sd=residual_sd,
        count_sd=count_sd,
        authority_years=len(target),
        own_weight=own_weight,
    )


def fade_of(whole: GrowthFit) -> float:
    """Return the share of all plans' deviation that is left a year later."""
    return float(np.clip(whole.coefficients[0], 0.0, 1.0))


def _scale(
    residuals: NDArray[np.float64],
    plans: NDArray[np.float64],
    prior: GrowthPrior,
    own_weight: float,
) -> float:
    """Return how large residuals are against the prior's sd, by their median; shrunk to one."""
    if not len(residuals):
        return 1.0
    sd = np.sqrt(prior.residual_sd**2 + prior.count_sd**2 / np.maximum(plans, _TOO_SMALL))
    seen = float(np.median(np.abs(residuals) / sd)) / _MEDIAN_OF_NORMAL
    return float(np.exp(own_weight * np.log(max(seen, _EVEN))))


def _surprises(fit: GrowthFit, draws: int) -> NDArray[np.float64]:
    """Evenly spaced quantiles of scaled residuals: the panel's own beside Student's t.

    The panel's weigh `own_weight`, long tails of Student's t the rest.
    """
    even = (np.arange(_FINE) + 0.5) / _FINE
    tails = student_t.ppf(even, _TAIL_FREEDOM) * _TAIL_SCALE
    values, weights = tails, np.full(_FINE, (1 - fit.own_weight) / _FINE)
    if len(fit.residuals):
        values = np.concatenate([tails, fit.residuals])
        own = np.full(len(fit.residuals), fit.own_weight / len(fit.residuals))
        weights = np.concatenate([weights, own])
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    wanted = (np.arange(draws) + 0.5) / draws
    quantiles: NDArray[np.float64] = values[order][np.searchsorted(reached, wanted)]
    return quantiles


def _centred(surprises: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hold surprises of the logs (L, D) within doubling and halving, their factors' mean at one."""
    held = np.clip(surprises, -_LARGEST_STEP, _LARGEST_STEP)
    centred: NDArray[np.float64] = held - np.log(np.exp(held).mean(axis=1, keepdims=True))
    return centred


def growth_draws(
    panel: Panel,
    fit: GrowthFit,
    years: int,
    *,
    damping: float,
    draws: int,
    rng: np.random.Generator,
    fade: float = 0.0,
) -> NDArray[np.float64]:
    r"""Draw the plans of every authority for each year after the origin.

    The nation's growth is the last one, no larger than deviations may be, damped: in year
    :math:`h` it is :math:`g \phi^{h-1} + \nu_h`. Coefficients, the nation's surprises
    :math:`\nu` and the authorities' :math:`e` are drawn; deviations and plans per head move on
    with each draw, and what all plans did before the origin fades. Surprises are stratified:
    every authority's draws of a year are evenly spaced quantiles in random order, so that
    percentiles carry little noise of drawing. A surprise at most doubles or halves a series in a
    year, and surprises leave the mean where it is expected.

    Parameters
    ----------
    panel, fit
        The series up to the origin, and what was learnt from it.
    years
        Years after the origin.
    damping
        :math:`\phi`, from nought to one.
    draws, rng
        Number of draws, and where they come from.
    fade
        Share of all plans' deviation that is left a year later: the total's own coefficient.

    Returns
    -------
    array
        (years, authorities, draws) children; NaN for authorities not known at the origin.
    """
    prior = fit.prior
    limit = prior.largest_deviation
    shape = (len(panel.codes), draws)
    past = np.clip(panel.deviations[:, -prior.years :], -limit, limit)
    past = np.repeat(past[:, :, None], draws, axis=2)
    per_head = np.repeat(_per_head(panel)[:, -1:], draws, axis=1)
    all_plans = _all_plans(panel, prior)[:, -1:]
    growth = float(np.clip(panel.growth, -limit, limit))
    beta = rng.multivariate_normal(fit.coefficients, fit.covariance, size=draws).T
    log_plans = np.log(np.where(panel.plans[:, -1:] > 0, panel.plans[:, -1:], np.nan))
    surprises = np.tile(_surprises(fit, draws), (shape[0], 1))
    national = norm.ppf((np.arange(draws) + 0.5) / draws) * prior.national_sd
    paths = np.empty((years, *shape))
    for year in range(years):
        own = _trailing_mean(past, prior)[:, -1]
        region = _region_mean(own, panel.regions)
        expected = beta[0] * own + beta[1] * region + beta[2] * per_head + beta[3] * all_plans
        plans = np.nan_to_num(np.exp(log_plans))
        sd = np.sqrt(fit.residual_sd**2 + fit.count_sd**2 / np.maximum(plans, _TOO_SMALL))
        deviation = expected + _centred(sd * rng.permuted(surprises, axis=1))
        nation = growth * damping**year + rng.permutation(national)
        log_plans = log_plans + deviation + nation
        per_head = np.clip(per_head + deviation, -_LARGEST_LOG, _LARGEST_LOG)
        latest = np.clip(deviation, -limit, limit)[:, None]
        past = np.concatenate([past[:, 1 - prior.years :], latest], axis=1)
        all_plans = all_plans * fade
        paths[year] = np.exp(log_plans)
    return paths
