"""Rates that move: what each draw multiplies the rates of each year ahead by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import Dynamics

__all__ = ["Multipliers", "drawn_multipliers", "scaled"]


@dataclass(frozen=True, kw_only=True)
class Multipliers:
    """What a year multiplies the odds of leaving and moving and the rate of joining by; (D,)."""

    leavers: NDArray[np.float64]
    movers: NDArray[np.float64]
    joiners: NDArray[np.float64]


def drawn_multipliers(
    dynamics: Dynamics,
    years: int,
    draws: int,
    rng: np.random.Generator,
    shared: np.random.Generator,
) -> list[Multipliers]:
    r"""Draw the path of the rates of every draw.

    The log of the joiners' multiplier in year h ahead is

    .. math:: L + T \sum_{k \le h} \varphi^{k-1} + \sum_{k \le h} \varepsilon_k + u_h

    with level :math:`L`, trend :math:`T`, yearly steps :math:`\varepsilon` and swings that do not
    last :math:`u` drawn from normal distributions. Of the variance of trend and steps, the share
    `dynamics.joiner_shared` is drawn from `shared`, the same for every authority: what happens to
    all of England does not average out over a region. Leavers and movers have a level for good,
    and a step of each year alone. Medians are kept, not means: a spread of s raises the mean by
    the factor exp(s^2 / 2).

    Parameters
    ----------
    dynamics
        Means and standard deviations, log scale.
    years, draws
        How many.
    rng, shared
        Sources of the authority's own draws and of those all authorities have in common; more
        years leave the earlier ones as they were.

    Returns
    -------
    list of Multipliers
        An item a year.
    """
    level, leaver, mover = (
        rng.normal(0.0, sd, draws)
        for sd in (dynamics.joiner_level_sd, dynamics.leaver_level_sd, dynamics.mover_level_sd)
    )
    common, own = dynamics.joiner_shared**0.5, (1.0 - dynamics.joiner_shared) ** 0.5

    def surprise(sd: float) -> NDArray[np.float64]:
        of_own, of_all = rng.normal(0.0, sd, draws), shared.normal(0.0, sd, draws)
        drawn: NDArray[np.float64] = own * of_own + common * of_all
        return drawn

    trend = dynamics.joiner_trend + surprise(dynamics.joiner_trend_sd)
    paths = []
    for year in range(years):
        level = level + trend * dynamics.damping**year + surprise(dynamics.joiner_yearly_sd)
        swing = rng.normal(0.0, dynamics.joiner_fresh_sd, draws)
        paths.append(
            Multipliers(
                joiners=np.exp(level + swing),
                leavers=np.exp(leaver + rng.normal(0.0, dynamics.leaver_yearly_sd, draws)),
                movers=np.exp(mover + rng.normal(0.0, dynamics.mover_yearly_sd, draws)),
            )
        )
    return paths


def scaled(weights: NDArray[np.float64], odds: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Multiply the mean odds of Beta weights, their sum kept; shape (rows, 2).

    Examples
    --------
    >>> scaled(np.array([[1.0, 3.0]]), 3.0).tolist()
    [[2.0, 2.0]]
    """
    alpha, beta = weights[:, 0] * odds, weights[:, 1]
    strength = weights.sum(axis=1) / (alpha + beta)
    return np.column_stack([alpha * strength, beta * strength])
