"""Rates of a yearly flow by authority and age, pooled with visible weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FlowRates", "fit_flow_rates", "pooling_variance"]

_ROUNDS = 100


@dataclass(frozen=True, kw_only=True)
class FlowRates:
    """Rates of one flow, per unit of what it comes from (children, requests, assessments).

    Attributes
    ----------
    profile
        (age,) the region's rate at the last year's level.
    level
        (year,) the region's level in each year; the last is 1.
    authority
        (authority,) factor of the authority on the profile.
    authority_weight
        (authority,) share of that factor which is the authority's own.
    cell
        (authority, age) further factor of the age.
    cell_weight
        (authority, age) share of that factor which is the cell's own.
    authority_gamma, cell_gamma
        (2, ...) shape and rate of the gamma distribution of each factor; where authorities are
        not seen to differ the shape is infinite and the factor is 1.
    """

    profile: NDArray[np.float64]
    level: NDArray[np.float64]
    authority: NDArray[np.float64]
    authority_weight: NDArray[np.float64]
    cell: NDArray[np.float64]
    cell_weight: NDArray[np.float64]
    authority_gamma: NDArray[np.float64]
    cell_gamma: NDArray[np.float64]

    @property
    def rate(self) -> NDArray[np.float64]:
        """(authority, age) pooled rate at the last year's level."""
        return self.profile * self.authority[:, None] * self.cell


def pooling_variance(counts: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    r"""Estimate how much true factors differ, beyond chance, by moments.

    .. math:: \tau^2 = \max\left(0, \frac{\sum_i (n_i - e_i)^2 - e_i}{\sum_i e_i^2}\right)

    Parameters
    ----------
    counts, expected
        Counts :math:`n` and what they would be if all factors were 1, same shape.

    Examples
    --------
    >>> pooling_variance(np.array([120.0, 80.0]), np.array([100.0, 100.0]))
    0.03
    """
    squared = float((expected**2).sum())
    excess = float(((counts - expected) ** 2 - expected).sum())
    return max(0.0, excess / squared) if squared > 0 else 0.0


def _pooled(
    counts: NDArray[np.float64], expected: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Gamma-Poisson factors around 1: their mean, own weight, and shape and rate."""
    variance = pooling_variance(counts, expected)
    if variance == 0:
        one = np.ones_like(expected)
        return one, np.zeros_like(expected), np.stack([one * np.inf, one * np.inf])
    strength = 1.0 / variance
    gamma = np.stack([counts + strength, expected + strength])
    return gamma[0] / gamma[1], expected / gamma[1], gamma


def fit_flow_rates(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], memory: float
) -> FlowRates:
    r"""Fit profile by age, level by year, and factors by authority and cell.

    .. math:: n_{lya} \sim \mathrm{Poisson}(x_{lya}\, \rho_a\, L_y\, f_l\, \varphi_{la}), \quad
       f_l \sim \mathrm{Gamma}(1/\tau^2, 1/\tau^2), \quad
       \varphi_{la} \sim \mathrm{Gamma}(1/\sigma^2, 1/\sigma^2)

    :math:`\rho` and :math:`L` are fitted to the region's counts by year and by age in turn. The
    factors shrink to 1 the more, the less :math:`\tau` and :math:`\sigma`, which are found by
    moments, and the fewer the counts. Earlier years count less towards :math:`f`.

    Parameters
    ----------
    counts, exposure
        (authority, year, age): what is counted, and what it comes from.
    memory
        Weight of a year beside the year after it in an authority's factor, 0 to 1.
    """
    by_age, by_year = counts.sum(axis=(0, 1)), counts.sum(axis=(0, 2))
    region = exposure.sum(axis=0)
    level = np.ones(len(by_year))
    profile = np.zeros(len(by_age))
    for _ in range(_ROUNDS):
        at_level = level @ region
        profile = np.divide(by_age, at_level, out=np.zeros_like(by_age), where=at_level > 0)
        at_profile = region @ profile
        level = np.divide(by_year, at_profile, out=np.ones_like(by_year), where=at_profile > 0)
        if level[-1] > 0:
            profile, level = profile * level[-1], level / level[-1]
    expected = exposure * profile * level[:, None]
    weights = memory ** np.arange(len(level) - 1, -1, -1, dtype=np.float64)
    authority, authority_weight, authority_gamma = _pooled(
        np.einsum("lya,y->l", counts, weights), np.einsum("lya,y->l", expected, weights)
    )
    cell, cell_weight, cell_gamma = _pooled(
        counts.sum(axis=1), expected.sum(axis=1) * authority[:, None]
    )
    return FlowRates(
        profile=profile,
        level=level,
        authority=authority,
        authority_weight=authority_weight,
        cell=cell,
        cell_weight=cell_weight,
        authority_gamma=authority_gamma,
        cell_gamma=cell_gamma,
    )
