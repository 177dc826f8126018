"""Who lives in an authority's areas: people by age, and how deprivation weighs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.need.transitions.pooling import share_strength

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.tables.study import Population

__all__ = [
    "AGES",
    "AGE_AT_RECEPTION",
    "PHASES",
    "PHASE_OF_AGE",
    "AreaPeople",
    "age_mix_strength",
    "ages_of",
    "area_people",
    "area_shares",
    "smoothed_ages",
]

AGE_AT_RECEPTION = 4
_PHASE = code_table("phases").sort_values("age")
PHASES: tuple[str, ...] = tuple(_PHASE["phase"].unique())
AGES: tuple[int, ...] = tuple(_PHASE["age"].tolist())
PHASE_OF_AGE: NDArray[np.int64] = pd.Index(PHASES).get_indexer(_PHASE["phase"]).astype(np.int64)
"""Number of the phase of every age."""

_OF_PHASE = np.equal.outer(PHASE_OF_AGE, np.arange(len(PHASES))).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class AreaPeople:
    """People of one authority's small areas.

    Attributes
    ----------
    areas, middle
        Codes of the areas, sorted, and of the larger areas they nest in; A of them.
    deprived
        Deprivation decile of each area, 1 most deprived.
    rate, special_rate
        Relative rate of plans, and of plans in special schools, by deprivation: by area and phase;
        shape (A, phases).
    children
        Children and young people by area and age of `AGES`.
    """

    areas: tuple[str, ...]
    middle: tuple[str, ...]
    deprived: NDArray[np.int64]
    rate: NDArray[np.float64]
    special_rate: NDArray[np.float64]
    children: NDArray[np.float64]

    @property
    def by_phase(self) -> NDArray[np.float64]:
        """Children by area and phase; shape (A, phases)."""
        summed: NDArray[np.float64] = self.children @ _OF_PHASE
        return summed


def ages_of(ncy: pd.Series) -> NDArray[np.int64]:
    """Turn NCYs into places among `AGES`; those outside stand with the nearest.

    Examples
    --------
    >>> ages_of(pd.Series([-5, 0, 3, 30])).tolist()
    [0, 4, 7, 24]
    """
    ages: NDArray[np.int64] = (
        (ncy + AGE_AT_RECEPTION).clip(AGES[0], AGES[-1]).to_numpy(dtype=np.int64)
    )
    return ages


def _relative_rates(column: str) -> NDArray[np.float64]:
    """Return a relative rate of codes/deprivation.csv by decile (1 first) and phase."""
    table = code_table("deprivation").pivot_table(
        index="imd_decile", columns="phase", values=column
    )
    rates: NDArray[np.float64] = table[list(PHASES)].sort_index().to_numpy(dtype=float)
    return rates


def area_people(areas: pd.DataFrame, population: DataFrame[Population]) -> dict[str, AreaPeople]:
    """Gather the people of every authority's areas, by authority.

    Parameters
    ----------
    areas
        area_code, authority_code, middle_code, imd_decile.
    population
        Children by area and single year of age, base year. An area without rows holds nobody.
    """
    rates, special_rates = _relative_rates("relative_rate"), _relative_rates("special_rate")
    by_age = population[population["age"].isin(AGES)].pivot_table(
        index="area_code", columns="age", values="children", aggfunc="sum"
    )
    found = {}
    for code, some in areas.sort_values("area_code").groupby("authority_code", sort=True):
        there = by_age.reindex(index=some["area_code"], columns=list(AGES)).fillna(0.0)
        decile = some["imd_decile"].to_numpy(dtype=np.int64)
        found[str(code)] = AreaPeople(
            areas=tuple(some["area_code"]),
            middle=tuple(some["middle_code"]),
            deprived=decile,
            rate=rates[decile - 1],
            special_rate=special_rates[decile - 1],
            children=there.to_numpy(dtype=float),
        )
    return found


def _age_mix(children: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each age among all areas' children of its phase; noughts if none."""
    by_age = children.sum(axis=0)
    whole = (by_age @ _OF_PHASE)[PHASE_OF_AGE]
    mix: NDArray[np.float64] = np.divide(by_age, whole, out=np.zeros(len(by_age)), where=whole > 0)
    return mix


def age_mix_strength(people: Mapping[str, AreaPeople]) -> float:
    """Tell how many children an authority's mix of ages within a phase is worth in its areas.

    Single ages of small areas are to be taken "with particular caution" (ONS, small area
    population estimates): they lean on the authority's mix as strongly as the counts say
    (Dirichlet-multinomial marginal likelihood).
    """
    counts = [one.children for one in people.values()]
    mixes = [np.broadcast_to(_age_mix(one), one.shape) for one in counts]
    return share_strength(np.concatenate(counts), np.concatenate(mixes), PHASE_OF_AGE, len(PHASES))


def smoothed_ages(children: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    r"""Shrink each area's mix of ages within a phase to that of the authority.

    .. math:: \tilde P_{ia} = P_{ip} \frac{P_{ia} + \kappa q_a}{P_{ip} + \kappa}

    with :math:`P_{ip}` the area's children of the phase, :math:`q_a` the authority's mix and
    :math:`\kappa` the strength. Areas keep their children of every phase.

    Parameters
    ----------
    children
        By area and age of `AGES`.
    strength
        In children.
    """
    whole = (children @ _OF_PHASE)[:, PHASE_OF_AGE]
    smooth: NDArray[np.float64] = (
        whole * (children + strength * _age_mix(children)) / (whole + strength)
    )
    return smooth


def area_shares(children: NDArray[np.float64], rate: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Share of each area in the authority's plans of an age, by people and deprivation alone.

    .. math:: s_{ia} = \frac{P_{ia} d_{ip}}{\sum_j P_{ja} d_{jp}}

    Parameters
    ----------
    children
        By area and age of `AGES`; at least one area.
    rate
        Relative rate by area and phase.

    Returns
    -------
    ndarray
        By area and age; each age sums to 1. Where nobody of an age lives in the authority, those
        of its phase stand for it, then everybody, then areas as such.
    """
    by_phase = (children @ _OF_PHASE)[:, PHASE_OF_AGE]
    everybody = np.broadcast_to(children.sum(axis=1, keepdims=True), children.shape)
    weight = np.ones(children.shape)
    for people in (everybody, by_phase, children):
        weight = np.where(people.sum(axis=0) > 0, people * rate[:, PHASE_OF_AGE], weight)
    shares: NDArray[np.float64] = weight / weight.sum(axis=0)
    return shares
