"""Places of a school shared out over need groups and phases, in whole places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["share_out", "whole_places"]


def whole_places(exact: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to whole places by largest remainder, so that the sum stays (as a whole number).

    Examples
    --------
    >>> whole_places(np.array([2.5, 2.5, 5.0])).tolist()
    [3.0, 2.0, 5.0]
    """
    floor = np.floor(exact + 1e-9)
    left = round(float(exact.sum() - floor.sum()))
    order = np.argsort(-(exact - floor), axis=None, kind="stable")[:left]
    floor.flat[order] += 1
    return floor


def _most_wanted(
    wanted: NDArray[np.float64], groups: int, places: float, smallest: float
) -> NDArray[np.float64]:
    """Keep the columns most wanted, then the cells that would hold enough places."""
    columns = np.argsort(-wanted.sum(axis=0), kind="stable")[:groups]
    kept = np.zeros_like(wanted)
    kept[:, columns] = wanted[:, columns]
    exact = kept / kept.sum() * places
    enough = np.where(exact < min(smallest, exact.max()), 0.0, exact)
    return np.asarray(enough / enough.sum() * places)


def share_out(
    places: Sequence[float],
    may_hold: Sequence[NDArray[np.bool_]],
    target: NDArray[np.float64],
    *,
    groups_per_school: int,
    smallest_pool: float,
) -> list[NDArray[np.float64]]:
    """Share out the places of schools so that together they come near a target mix.

    School by school, in the order given, places go to the cells (phase × need group) where most
    of the target is still open, over at most so many need groups; cells that would hold too few
    places go to the others. Every school's places are shared out whole.

    Parameters
    ----------
    places
        Places of each school.
    may_hold
        For each school, the cells (phase × need group) it may hold places in.
    target
        Children by phase × need group; only the proportions matter.
    groups_per_school
        Most need groups of one school.
    smallest_pool
        Fewest places worth a pool.

    Examples
    --------
    >>> target = np.array([[30.0, 10.0]])
    >>> anything = np.ones((1, 2), dtype=bool)
    >>> for pools in share_out([20, 20], [anything] * 2, target, groups_per_school=1,
    ...                        smallest_pool=4):
    ...     print(pools.tolist())
    [[20.0, 0.0]]
    [[20.0, 0.0]]
    """
    mix = target / target.sum() if target.sum() > 0 else np.full(target.shape, 1 / target.size)
    wanted = mix * float(sum(places))
    shared = []
    for school_places, cells in zip(places, may_hold, strict=True):
        open_cells = next(
            choice
            for choice in (wanted * cells, mix * cells, cells.astype("float64"))
            if choice.sum() > 0
        )
        pools = whole_places(
            _most_wanted(open_cells, groups_per_school, school_places, smallest_pool)
        )
        wanted = np.maximum(wanted - pools, 0.0)
        shared.append(pools)
    return shared
