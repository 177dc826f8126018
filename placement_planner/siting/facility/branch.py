"""Branching on sites: every branch has a bound of its own, raised from its parent's multipliers."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.facility.dual import SiteSet, raise_bound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.facility.dual import Dual
    from placement_planner.siting.facility.plans import Service
    from placement_planner.siting.facility.shape import Facility

__all__ = ["branched", "settle"]

_STEPS = 60
_STEP = 0.6
_INTERCHANGE = 20
"""Branches between attempts to better a branch's sites by interchange."""


def settle(facility: Facility, settled: SiteSet, dual: Dual, cutoff: float) -> SiteSet:
    """Open or shut the sites whose other choice would lift the bound to the cutoff."""
    inside, outside = settled.is_free & dual.chosen, settled.is_free & ~dual.chosen
    worth = np.where(settled.is_shut, 0.0, dual.worth)
    into, out = _instead(facility, settled, dual)
    shut = outside & (dual.bound + np.maximum(worth - into, 0.0) >= cutoff)
    opened = inside & (dual.bound + np.maximum(out - worth, 0.0) >= cutoff)
    return SiteSet(is_open=settled.is_open | opened, is_shut=settled.is_shut | shut)


def _instead(facility: Facility, settled: SiteSet, dual: Dual) -> tuple[float, float]:
    """Return the worth of the free site that leaves when one more opens, and comes when one shuts.

    Nought where none would, and infinite where one would have to come and there is none.
    """
    free, chosen = settled.is_free, dual.chosen
    count = int(chosen.sum())
    worst = float(dual.worth[free & chosen].max(initial=-np.inf))
    next_in = float(dual.worth[free & ~chosen].min(initial=np.inf))
    full, needed = count >= facility.most, count <= facility.least
    leaves = (full or (needed and worst > 0)) and np.isfinite(worst)
    return worst if leaves else 0.0, next_in if needed or next_in < 0 else 0.0


def branched(
    facility: Facility,
    service: Service,
    root: Dual,
    settled: SiteSet,
    cutoff: Callable[[], float],
    tell: Callable[[float, int], None],
) -> Iterator[float]:
    """Branch until every branch costs at least the cutoff.

    Parameters
    ----------
    service
        Prices plans; the cutoff follows its best.
    root
        The bound without branching.
    settled
        Sites that no better plan has otherwise.
    cutoff
        Returns the cost from which on a plan is no better.
    tell
        Told of bound and branches now and then.

    Yields
    ------
    float
        The bound so far.
    """
    count = itertools.count()
    heap: list[tuple[float, int, SiteSet, NDArray[np.float64]]] = [
        (root.bound, next(count), settled, root.multipliers)
    ]
    while heap:
        bound, number, sites, start = heapq.heappop(heap)
        if bound >= cutoff():
            break
        yield bound
        if number % 50 == 0:
            tell(bound, number)
        dual = raise_bound(facility, sites, start, cutoff, _STEPS if number else 10, step=_STEP)
        service.cost_of(dual.chosen)
        if facility.is_uncapacitated and number % _INTERCHANGE == 0:
            service.interchange(dual.chosen)
        bound = max(bound, dual.bound)
        if bound >= cutoff():
            continue
        sites = settle(facility, sites, dual, cutoff())
        free = np.flatnonzero(sites.is_free)
        if len(free) == 0 or int(sites.is_open.sum()) == facility.most:
            service.cost_of(sites.is_open)
            continue
        doubt = free[np.argmin(np.abs(dual.worth[free] - _threshold(facility, sites, dual)))]
        for way in (True, False):
            is_open, is_shut = sites.is_open.copy(), sites.is_shut.copy()
            (is_open if way else is_shut)[doubt] = True
            if is_open.sum() <= facility.most and (~is_shut).sum() >= facility.least:
                branch = SiteSet(is_open=is_open, is_shut=is_shut)
                heapq.heappush(heap, (bound, next(count), branch, dual.multipliers))
    yield cutoff()


def _threshold(facility: Facility, settled: SiteSet, dual: Dual) -> float:
    """Return the worth between the sites that open and those that do not."""
    into, out = _instead(facility, settled, dual)
    return (into + out) / 2 if np.isfinite(out) else 0.0
