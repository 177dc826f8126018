"""Draws of requests, assessments and new plans: what is assumed of the years ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.codes import code_table
from placement_planner.tables.forecasts import FLOWS_IN_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from placement_planner.need.flow_rates import FlowRates

__all__ = ["RequestChoices", "Trend", "memory_of_years", "simulate_requests", "trend_ahead"]


def _priors() -> dict[str, float]:
    tables = [
        code_table(name).set_index("prior")["value"] for name in ("rate_priors", "request_priors")
    ]
    return {str(name): float(value) for table in tables for name, value in table.items()}


@dataclass(frozen=True, kw_only=True)
class RequestChoices:
    """What is assumed of the years ahead.

    Attributes
    ----------
    trend
        Log change of the rate of requests in the first year ahead; None: estimated from the
        region's own years, pooled with England's (`codes/rate_priors.csv`).
    damping
        Share of the change that is left a year later, 0 to 1.
    priors
        Spreads, from `codes/rate_priors.csv` and `codes/request_priors.csv`.
    draws, seed
        Simulations, and what they start from: the same seed gives the same numbers.
    """

    trend: float | None = None
    damping: float | None = None
    priors: Mapping[str, float] = field(default_factory=_priors)
    draws: int = 1000
    seed: int = 1

    @property
    def phi(self) -> float:
        """Damping, of the code table unless chosen."""
        return self.priors["damping"] if self.damping is None else self.damping


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Log change of the rate of requests in the first year ahead.

    Attributes
    ----------
    mean, spread
        What is expected, and its standard deviation.
    own_weight
        Share of the mean that comes from the region's own years; the rest is England's.
    """

    mean: float
    spread: float
    own_weight: float


def trend_ahead(level: NDArray[np.float64], choices: RequestChoices) -> Trend:
    r"""Pool the region's own yearly change with England's, by their variances.

    .. math:: w = \frac{\tau^2}{\tau^2 + \sigma^2 / m}, \quad
       \gamma = w\,\bar\Delta + (1 - w)\,\gamma_0

    Parameters
    ----------
    level
        (year,) the region's level; :math:`\bar\Delta` is the mean of its m log changes.
    choices
        A chosen trend goes before the pooled one; the spread stays.
    """
    priors = choices.priors
    prior_variance = priors["joiner_trend_national_sd"] ** 2
    steps = np.diff(np.log(level[level > 0]))
    weight, own = 0.0, 0.0
    if len(steps):
        own_variance = priors["joiner_step_national_sd"] ** 2 / len(steps)
        weight = prior_variance / (prior_variance + own_variance)
        own = float(steps.mean())
    mean = weight * own + (1 - weight) * priors["joiner_trend_mean"]
    return Trend(
        mean=mean if choices.trend is None else choices.trend,
        spread=float(np.sqrt((1 - weight) * prior_variance)),
        own_weight=weight,
    )


def memory_of_years(step: float, fresh: float) -> float:
    r"""Weight of a year beside the next in the best estimate of a level that wanders.

    .. math:: 1 - g, \quad g = \tfrac12\left(\sqrt{q^2 + 4q} - q\right), \quad q = (step/fresh)^2

    Examples
    --------
    >>> memory_of_years(0.0, 0.1), round(memory_of_years(0.1, 0.1), 3), memory_of_years(0.1, 0.0)
    (1.0, 0.382, 0.0)
    """
    if fresh == 0:
        return 0.0
    signal = (step / fresh) ** 2
    return float(1.0 - (np.sqrt(signal**2 + 4.0 * signal) - signal) / 2.0)


def _walk(
    generator: np.random.Generator, sd: float, fresh: float, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Random walk over the years ahead with swings that do not last: (draw, year), log."""
    walk = generator.normal(0.0, sd, shape).cumsum(axis=1)
    swings: NDArray[np.float64] = walk + generator.normal(0.0, fresh, shape)
    return swings


def _factors(
    rates: FlowRates, at: int, draws: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Rates of one authority drawn around their pooled values: (draw, age)."""
    drawn = np.broadcast_to(rates.profile, (draws, len(rates.profile)))
    for shape, rate in (rates.authority_gamma[:, at, None], rates.cell_gamma[:, at]):
        if np.isfinite(shape).all():
            drawn = drawn * generator.gamma(shape, 1.0 / rate, (draws, len(shape)))
    return drawn


def _follow(
    source: NDArray[np.int64], rate: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.int64]:
    """Count what follows: binomial up to a rate of 1, Poisson above it."""
    some = generator.binomial(source, np.clip(rate, 0.0, 1.0))
    more = generator.poisson(source * np.clip(rate - 1.0, 0.0, None))
    return some.astype(np.int64) + more.astype(np.int64)


def _region_paths(
    trend: Trend, years: int, choices: RequestChoices, generator: np.random.Generator
) -> tuple[NDArray[np.float64], ...]:
    """Level of each flow that all authorities share: (draw, year), log."""
    priors, shape = choices.priors, (choices.draws, years)
    first = generator.normal(trend.mean, trend.spread, (choices.draws, 1))
    damped = (first * choices.phi ** np.arange(years)).cumsum(axis=1)
    return (
        damped + _walk(generator, priors["joiner_step_national_sd"], 0.0, shape),
        _walk(generator, priors["assessments_step_sd"], 0.0, shape),
        _walk(generator, priors["new_plans_step_sd"], 0.0, shape),
    )


def simulate_requests(
    rates: Mapping[str, FlowRates], people: NDArray[np.float64], choices: RequestChoices
) -> Iterator[dict[str, NDArray[np.int64]]]:
    """Draw the flows of one authority after the other.

    Parameters
    ----------
    rates
        Of requests, assessments and new plans.
    people
        Children by (authority, year ahead, age).
    choices
        Draws, seed, trend, damping and spreads.

    Yields
    ------
    dict
        For each flow, counts by (draw, year, age).
    """
    priors, draws, years = choices.priors, choices.draws, people.shape[1]
    seeds = np.random.SeedSequence(choices.seed).spawn(len(people) + 1)
    region = _region_paths(
        trend_ahead(rates["requests"].level, choices),
        years,
        choices,
        np.random.default_rng(seeds[0]),
    )
    steps = (priors["authority_step_sd"], 0.0, 0.0)
    for at, children in enumerate(people):
        generator = np.random.default_rng(seeds[at + 1])
        flows: dict[str, NDArray[np.int64]] = {}
        for measure, path, step in zip(FLOWS_IN_ORDER, region, steps, strict=True):
            fresh = priors[f"{'authority' if measure == 'requests' else measure}_fresh_sd"]
            level = np.exp(path + _walk(generator, step, fresh, (draws, years)))
            rate = _factors(rates[measure], at, draws, generator)[:, None, :] * level[:, :, None]
            if flows:
                flows[measure] = _follow(list(flows.values())[-1], rate, generator)
            else:
                flows[measure] = generator.poisson(children * rate).astype(np.int64)
        yield flows
