"""Raking: a table is scaled until each of its margins is as told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Raked", "capped", "rake"]

TOLERANCE = 1e-8
"""Children that a margin may be off, beside what rounding alone does to large totals."""

_LOOK_EVERY, _STALLED = 1_000, 0.99
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Raked:
    """A raked table.

    Attributes
    ----------
    table
        As the seed in shape; noughts of the seed are noughts.
    rounds
        How often every margin was fitted.
    largest_gap
        Largest difference between a margin and its target.
    """

    table: NDArray[np.float64]
    rounds: int
    largest_gap: float


def _tolerance(total: float) -> float:
    return TOLERANCE + _ROUNDING * total


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide where there is something to divide by; nought elsewhere."""
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole > 0)


def _others(axes: tuple[int, ...], n_axes: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(n_axes) if axis not in axes)


def _check(
    seed: NDArray[np.float64], margins: Mapping[tuple[int, ...], NDArray[np.float64]]
) -> None:
    """Refuse what no table can meet."""
    if not np.isfinite(seed).all() or (seed < 0).any():
        raise DataError("the table to be raked has cells below nought, or that are no numbers")
    first = float(next(iter(margins.values())).sum())
    for axes, target in margins.items():
        if not np.isfinite(target).all() or (target < 0).any():
            raise DataError(f"the margin of axes {axes} has targets below nought, or no numbers")
        if abs(float(target.sum()) - first) > _tolerance(first):
            raise DataError(
                f"the margins to rake to disagree: {first:,.6f} children by the first, "
                f"{target.sum():,.6f} by that of axes {axes}; right would be one total"
            )
        empty = (target > 0) & (seed.sum(axis=_others(axes, seed.ndim)) <= 0)
        if empty.any():
            place = tuple(int(spot[0]) for spot in np.nonzero(empty))
            raise DataError(
                f"{int(empty.sum())} target(s) of the margin of axes {axes} stand over cells that "
                f"are all nought, for example at {place}; right would be a seed above nought there"
            )


def rake(
    seed: NDArray[np.float64], margins: Mapping[tuple[int, ...], NDArray[np.float64]]
) -> Raked:
    r"""Scale a table to its margins, one after the other, until all of them hold.

    Iterative proportional fitting: of all tables with these margins, the result is the one nearest
    the seed in relative entropy, :math:`\sum x \log (x / s)`. Where the seed has no noughts under
    targets above nought, it always gets there: in few rounds, but slowly where the seed falls
    nearly apart into blocks that the margins do not respect.

    Parameters
    ----------
    seed
        What is known of the cells; none below nought.
    margins
        Targets by the axes that they keep, summed over all other axes. The last one is fitted
        last.

    Raises
    ------
    DataError
        If margins disagree, stand over noughts alone, or cannot be met together.

    Examples
    --------
    >>> raked = rake(np.ones((2, 2)), {(0,): np.array([3.0, 1.0]), (1,): np.array([2.0, 2.0])})
    >>> raked.table.tolist(), raked.rounds
    ([[1.5, 1.5], [0.5, 0.5]], 1)
    """
    _check(seed, margins)
    table = seed.astype(np.float64)
    tolerance = _tolerance(float(next(iter(margins.values())).sum()))
    before = np.inf
    for rounds in count(1):
        for axes, target in margins.items():
            others = _others(axes, seed.ndim)
            table *= np.expand_dims(_ratio(target, table.sum(axis=others)), others)
        gap = max(
            float(np.abs(table.sum(axis=_others(axes, seed.ndim)) - target).max(initial=0.0))
            for axes, target in margins.items()
        )
        if gap <= tolerance:
            return Raked(table=table, rounds=rounds, largest_gap=gap)
        if rounds % _LOOK_EVERY == 0:
            if gap > _STALLED * before:
                break
            before = gap
    raise DataError(
        f"the margins cannot be met together: after {rounds:,} rounds one is still {gap:.3g} "
        "children off; right would be fewer noughts in the table, or other margins"
    )


def capped(
    totals: NDArray[np.float64], ceilings: NDArray[np.float64]
) -> tuple[NDArray[np.float64], bool]:
    """Bring totals under their ceilings; what is above goes to the others, in proportion.

    Where the ceilings together are too low, all stand above theirs by the same factor.

    Returns
    -------
    tuple
        Totals of the same sum, and whether the ceilings hold.

    Examples
    --------
    >>> capped(np.array([6.0, 2.0, 1.0]), np.array([3.0, 9.0, 9.0]))
    (array([3., 4., 2.]), True)
    >>> capped(np.array([6.0, 2.0]), np.array([3.0, 1.0]))
    (array([6., 2.]), False)
    """
    room, whole = ceilings.sum(), totals.sum()
    if room < whole:
        return (whole * (ceilings / room) if room > 0 else totals), False
    held = totals > ceilings
    while held.any():
        free = whole - ceilings[held].sum()
        loose = np.where(held, 0.0, totals)
        weight = loose if loose.sum() > 0 else np.where(held, 0.0, ceilings)
        spread = np.where(held, ceilings, free * _ratio(weight, np.full_like(weight, weight.sum())))
        over = ~held & (spread > ceilings * (1 + _ROUNDING))
        if not over.any():
            return spread, True
        held = held | over
    return totals, True
