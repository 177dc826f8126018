"""Levers at work in one year: joiners, movers, those in a setting, and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import DataError
from placement_planner.need.policy.displacement import Displacement
from placement_planner.need.policy.reach import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.need.policy.displacement import Arrivals
    from placement_planner.need.policy.reach import Grid, Reach

__all__ = ["Steering", "after_levers"]

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What a path of plans adds to the levers in a year.

    Attributes
    ----------
    factor
        Joiner factor of the path; 1 leaves joiners as they would be.
    elasticity
        Of each of `CLASSES` to it; (3,).
    review_share
        Share of plans at a review point that end in an individual support plan.
    reviews_everywhere
        Whether reviews reach special schools and bases too.
    to_support
        Whether joiners turned away hold an individual support plan.
    """

    elasticity: NDArray[np.float64]
    factor: float = 1.0
    review_share: float = 0.0
    reviews_everywhere: bool = False
    to_support: bool = False


def after_levers(
    arrivals: Arrivals, year: int, levers: Sequence[Reach], steering: Steering, grid: Grid
) -> Displacement:
    """Let a year's levers work on those who arrive.

    First on joiners, then on those who move between settings, then on all who are there: moves
    between settings, plans that end, reviews. Levers of one kind work at the same time, each on
    what there was before them, so that their shares add up and their order changes nothing.

    Parameters
    ----------
    arrivals
        Who reaches each cell.
    year
        Academic year that is reached.
    levers
        All levers of the scenario; those of other years do nothing.
    steering
        What a path adds.
    grid
        The cells.

    Raises
    ------
    DataError
        If levers of one kind take more than all of the children in a setting.
    """
    active = [reach for reach in levers if reach.lever.force(year) > 0]

    def of(kind: str) -> list[Reach]:
        return [reach for reach in active if reach.lever.kind == kind]

    settings, support = arrivals.carried.settings.copy(), arrivals.carried.support.copy()
    newly, turned_away = _joiners(arrivals.joined, year, of("joiners"), steering, grid)
    everyone = np.arange(len(grid.own))
    settings[everyone, grid.own] += newly - arrivals.joined
    support += turned_away
    settings += _sent(newly[:, None] * grid.placed(), year, of("divert_joiners"))
    settings += _diverted_movers(arrivals.moved, year, of("divert_movers"), grid)
    settings += _sent(settings + grid.placed(), year, of("move"))
    ceasing = of("cease")
    if ceasing:
        there = settings + grid.placed()
        settings += _sent(there, year, ceasing)
        to_support = [reach for reach in ceasing if reach.to_support]
        support -= _sent(there, year, to_support).sum(axis=1)
    if steering.review_share > 0:
        outside = grid.kinds == CLASSES.index("mainstream")
        reviewed = outside | steering.reviews_everywhere
        rows = np.flatnonzero(grid.at_reviews)
        there = (settings[rows] + grid.placed()[rows]) * reviewed * steering.review_share
        settings[rows] -= there
        support[rows] += there.sum(axis=1)
    return Displacement(settings=np.maximum(settings, -grid.placed()), support=support)


def _joiners(
    joined: NDArray[np.float64],
    year: int,
    levers: Sequence[Reach],
    steering: Steering,
    grid: Grid,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return joiners under the levers and the path, and those who hold a support plan instead."""
    newly, turned_away = joined.copy(), np.zeros_like(joined)
    for reach in levers:
        rows = reach.rows[reach.columns[grid.own[reach.rows]]]
        factor = reach.lever.factor(year)
        if reach.to_support:
            turned_away[rows] += newly[rows] * (1.0 - factor)
        newly[rows] *= factor
    if steering.factor != 1.0:
        factors = 1.0 + steering.elasticity[grid.kinds[grid.own]] * (steering.factor - 1.0)
        if steering.to_support:
            turned_away += newly * np.maximum(1.0 - factors, 0.0)
        newly = newly * factors
    return newly, turned_away


def _sent(there: NDArray[np.float64], year: int, levers: Sequence[Reach]) -> NDArray[np.float64]:
    """Return the change by setting as shares of those there are sent elsewhere, or end."""
    change, taken = np.zeros_like(there), np.zeros(there.shape)
    for reach in levers:
        share = np.where(reach.columns, reach.lever.share(year), 0.0)
        if reach.to >= 0:
            share[reach.to] = 0.0
        going = there[reach.rows] * share
        change[reach.rows] -= going
        taken[reach.rows] += share
        if reach.to >= 0:
            change[reach.rows, reach.to] += going.sum(axis=1)
    _check_taken(taken, year, levers)
    return change


def _diverted_movers(
    moved: NDArray[np.float64], year: int, levers: Sequence[Reach], grid: Grid
) -> NDArray[np.float64]:
    """Return the change by setting as shares of those moving into a scope go elsewhere."""
    change, taken = np.zeros_like(moved), np.zeros_like(moved)
    for reach in levers:
        own = grid.own[reach.rows]
        rows = reach.rows[reach.columns[own] & (own != reach.to)]
        share = np.where(reach.columns, 0.0, reach.lever.share(year))
        going = moved[rows] @ share
        change[rows, grid.own[rows]] -= going
        change[rows, reach.to] += going
        taken[rows] += share
    _check_taken(taken, year, levers)
    return change


def _check_taken(taken: NDArray[np.float64], year: int, levers: Sequence[Reach]) -> None:
    """Refuse levers that together take more than there is."""
    if taken.size and taken.max() > 1.0 + _ROUNDING:
        names = ", ".join(reach.lever.lever_id for reach in levers)
        raise DataError(
            f"levers of kind {levers[0].lever.kind} together take {taken.max():.0%} of the "
            f"children of a setting in {year}, in {(taken > 1.0 + _ROUNDING).sum()} cell(s); "
            f"right would be at most 100% among {names}"
        )
