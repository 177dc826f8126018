"""A better plan: free some of the decisions, keep the others, and dive again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.decompose.bounds import Bounds
from placement_planner.siting.decompose.dive import dive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.clock import Clock
    from placement_planner.siting.decompose.dive import Incumbent
    from placement_planner.siting.decompose.master import Master
    from placement_planner.siting.decompose.relax import Relaxed

__all__ = ["better_plans"]

CYCLES = 3
"""Times that every neighbourhood is tried, at most."""
_BETTER = 1e-7
_SPLIT = 1e-6
_PARTS = 6
"""Random parts that all options are cut into in a cycle."""


def better_plans(
    master: Master, relaxed: Relaxed, best: Incumbent, clock: Clock, relative_gap: float, seed: int
) -> Iterator[Incumbent]:
    """Better a plan until its gap is as asked, time runs out, or every neighbourhood is tried.

    A neighbourhood is a set of options that are free again while all others keep what the plan
    decided. Its relaxation is solved from the last basis; where that costs no less than the plan,
    nothing in it is better, else it is dived for.

    Yields
    ------
    Incumbent
        Each plan that is better than the last.
    """
    rng = np.random.default_rng(seed)
    for _ in range(CYCLES):
        before = best.cost
        for free in _neighbourhoods(master, relaxed, best, rng):
            if best.cost - relaxed.bound <= relative_gap * abs(best.cost) or clock.left() <= 0:
                return
            worse_than = best.cost - _BETTER * abs(best.cost)
            found = dive(master, _around(best, free, master.option), clock.left, worse_than)
            if found is not None:
                best = found
                yield best
        if best.cost >= before:
            return


def _around(best: Incumbent, free: NDArray[np.int64], option: NDArray[np.int64]) -> Bounds:
    """Return bounds that keep a plan's decisions but for those of some options."""
    kept = best.built.astype(float)
    is_free = np.isin(option, free)
    return Bounds(lower=np.where(is_free, 0.0, kept), upper=np.where(is_free, 1.0, kept))


def _neighbourhoods(
    master: Master, relaxed: Relaxed, best: Incumbent, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield options: those that plan and relaxation decide differently, by authority, by chance."""
    option = master.option
    differs = np.abs(relaxed.built - best.built) > _SPLIT
    yield np.unique(option[differs])
    authority = _authorities(master)
    for code in np.unique(authority):
        yield np.flatnonzero(authority == code)
    shuffled = rng.permutation(option.max(initial=-1) + 1)
    yield from np.array_split(shuffled, _PARTS)


def _authorities(master: Master) -> NDArray[np.str_]:
    """Return the authority of every option, by its first pool."""
    problem = master.problem
    opens = problem.opens.assign(option=master.option[problem.opens["decision"]])
    first = opens.drop_duplicates("option").set_index("option")["pool"].sort_index()
    names = problem.pools.table["authority_code"].to_numpy(dtype=str)
    authority: NDArray[np.str_] = names[first.to_numpy()]
    return authority
