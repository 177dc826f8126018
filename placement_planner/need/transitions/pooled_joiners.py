"""Joiners per head: the shape over NCYs, the level of the last year, its trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.dynamics import level_and_trend, rate_priors
from placement_planner.need.transitions.pooling import (
    TINY,
    chosen,
    factor_strength,
    neighbour_sums,
    shrunk_factor,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import RateChoices

__all__ = ["JoinerShape", "Level", "joiner_beta", "joiner_level", "joiner_shape"]

HIGHEST_RATE = 0.99


@dataclass(frozen=True, kw_only=True)
class JoinerShape:
    """Joiners per head over all years by R authorities and A NCYs, and what they rest on.

    Attributes
    ----------
    rate
        Joiners per head expected; shape (R, A).
    own_weight
        Share of it that is the authority's own joiners at that NCY; shape (R, A).
    strength
        Joiners that the level above counts as; shape (A,).
    joiners
        Own joiners, years weighted; shape (R, A).
    strengths
        Strength of each level passed through, by its name.
    """

    rate: NDArray[np.float64]
    own_weight: NDArray[np.float64]
    strength: NDArray[np.float64]
    joiners: NDArray[np.float64]
    strengths: dict[str, float]


@dataclass(frozen=True)
class Level:
    """Log joiner level of the last year beside the shape, and its yearly change, with sds."""

    level: float
    level_sd: float
    trend: float
    trend_sd: float


def joiner_shape(
    ncy: NDArray[np.int64],
    group: NDArray[np.int64],
    joined: NDArray[np.float64],
    people: NDArray[np.float64],
    given: float | None = None,
) -> JoinerShape:
    r"""Shrink joiners per head of each NCY to neighbouring NCYs, and authorities to their region.

    1. NCY, all authorities: :math:`r_a = m_a (j_a + K) / (p_a m_a + K)` with the rate :math:`m_a`
       of its neighbours within the group of steps, and K joiners by gamma-Poisson marginal
       likelihood. An NCY where a phase begins has no neighbours and keeps to its own counts.
    2. With several authorities, NCY of an authority: the same with :math:`m = f r_a`, where
       :math:`f = (o + c) / (e + c)` is the authority's factor, joiners seen over expected.

    Parameters
    ----------
    ncy, group
        NCY after the step and its group of steps; shape (A,).
    joined, people
        Joiners, and children of that NCY, summed over years; shape (R, A).
    given
        Strength of every level in joiners; None estimates them.
    """
    total, everyone = joined.sum(axis=0), people.sum(axis=0)
    priors = rate_priors()
    weight, few = priors["neighbour_weight"], priors["unseen_children"]
    overall = (total.sum() + TINY) / (everyone.sum() + TINY)
    near = neighbour_sums(ncy, group, everyone, weight)
    mean = (neighbour_sums(ncy, group, total, weight) + few) / (near + few / overall)
    beside = near > 0
    expected = everyone * mean
    strength = chosen(given, factor_strength, total[beside], expected[beside])
    lean = np.where(beside, strength, few)
    strengths = {"ncy": strength}
    rate = mean * shrunk_factor(total, expected, lean)
    if len(joined) == 1:
        own = (expected + TINY) / (expected + lean + TINY)
        return JoinerShape(
            rate=rate[None],
            own_weight=own[None],
            strength=lean,
            joiners=joined,
            strengths=strengths,
        )
    seen, due = joined.sum(axis=1), people @ rate
    strengths["authority"] = chosen(given, factor_strength, seen, due)
    mean = rate * shrunk_factor(seen, due, strengths["authority"])[:, None]
    expected = people * mean
    by_cell = chosen(given, factor_strength, joined, expected)
    strengths["authority and ncy"] = by_cell
    return JoinerShape(
        rate=mean * shrunk_factor(joined, expected, by_cell),
        own_weight=(expected + TINY) / (expected + by_cell + TINY),
        strength=np.full(len(ncy), by_cell),
        joiners=joined,
        strengths=strengths,
    )


def joiner_level(
    years: NDArray[np.int64],
    joined: NDArray[np.float64],
    expected: NDArray[np.float64],
    choices: RateChoices,
) -> Level:
    r"""Estimate the joiner level of the last year and its trend.

    The level seen is :math:`y_t = \log((j_t + 0.5) / (e_t + 0.5))` with :math:`e_t` the joiners
    that the shape expects of the year's population; its noise is chance and the swing that does
    not last, :math:`R_t = 1 / (e_t + 0.5) + \sigma_u^2`. `level_and_trend` shrinks the rest to
    the priors of `codes/rate_priors.csv`. Held ``flat``, the change is 0 and sure.

    Parameters
    ----------
    years
        Januaries; shape (Y,).
    joined, expected
        Joiners seen and expected; shape (Y,).
    choices
        Whether joiner rates go on growing.
    """
    priors = rate_priors()
    noise = 1.0 / (expected + 0.5) + priors["joiner_fresh_sd"] ** 2
    step = priors["joiner_step_authority_sd"] ** 2 + priors["joiner_step_national_sd"] ** 2
    spread = np.hypot(priors["joiner_trend_authority_sd"], priors["joiner_trend_national_sd"])
    prior = (priors["joiner_trend_mean"], float(spread))
    if choices.trend == "flat":
        prior = (0.0, 0.0)
    seen = np.log((joined + 0.5) / (expected + 0.5))
    return Level(*level_and_trend(years, seen, noise, step, prior))


def joiner_beta(
    shape: JoinerShape, levels: NDArray[np.float64], yearly_strength: float
) -> NDArray[np.float64]:
    r"""Turn rates into Beta weights, unsure of the rate and of the year's pattern.

    .. math:: \alpha = \left(\frac{1}{\kappa} + \frac{1}{K + j}\right)^{-1}, \quad
        \beta = \alpha \frac{1 - r}{r}

    Parameters
    ----------
    shape
        Rates :math:`r` over all years, own joiners :math:`j` and strength :math:`K`.
    levels
        Log level of the last year beside them; shape (R,).
    yearly_strength
        :math:`\kappa`: how steady the pattern over NCYs is, in joiners.

    Returns
    -------
    ndarray
        Shape (R, A, 2).
    """
    rate = np.clip(shape.rate * np.exp(levels)[:, None], TINY, HIGHEST_RATE)
    alpha = 1.0 / (1.0 / yearly_strength + 1.0 / (shape.strength + shape.joiners))
    return np.stack([alpha, alpha * (1.0 - rate) / rate], axis=-1)
