"""From the relaxation to whole decisions: take the likeliest, solve again, until none is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.decompose.bounds import fixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.bounds import Bounds
    from placement_planner.siting.decompose.master import Master

__all__ = ["Incumbent", "dive"]

_WHOLE = 1e-6
_GRACE_S = 30.0
"""Time to price what is taken once there is no more."""
_SURE = 0.9
_UNLIKELY = 0.02
_FEW, _LEAST_OF_FEW = 100, 0.2
"""Once fewer decisions are split, those that are taken by less than this part are left."""
_PARTS = 24
"""A step takes this part of the decisions that are split, when none is nearly taken."""
_FREE, _DEAR = 1e-5, 5e-4
"""Part of the cost by which a step may add to it so that the next takes twice as many, and beyond
which one that took more than usual takes fewer after all."""
_OFTEN, _HANDFUL, _CLOSE = 2, 16, 2e-4
"""Once steps are as long, and no more are split, what is taken is tried by itself; part of the cost
by which that may be dearer to be the plan."""


@dataclass(frozen=True, kw_only=True)
class Incumbent:
    """The best decisions so far, and what they cost over the master's arcs, thousands of £."""

    built: NDArray[np.bool_]
    cost: float


def dive(
    master: Master,
    bounds: Bounds,
    seconds_left: Callable[[], float],
    worse_than: float = np.inf,
    least: float = _UNLIKELY,
) -> Incumbent | None:
    """Round the relaxation within bounds of the decisions to a plan.

    In each step the decisions that are nearly taken are taken, or else a few of the likeliest, as
    far as money and the rules of builds allow, and the unlikely ones left. After a step that adds
    nothing to the cost, or has none before it to tell by, the next takes twice as many; one that
    adds much takes fewer after all. What turns out impossible, since a viable fill stands against
    it, is tried by itself and then left. Where little more would be gained, or time runs out, what
    is taken so far is the plan.

    Parameters
    ----------
    least
        How far a decision must be taken not to be left.

    Returns
    -------
    Incumbent
        None where no plan found within the bounds costs less than `worse_than`.
    """
    before, batch, basis = bounds, np.zeros(0, dtype=np.int64), None
    value, pace, is_given_up = -np.inf, 1, False
    while True:
        master.limit_decisions(bounds)
        if is_given_up:
            ended = master.solve_after_failure(seconds_left, basis)
        else:
            ended = master.solve(seconds_left())
        is_given_up = False
        if ended == "time":
            return _only(master, before.lower > 0, _GRACE_S, worse_than)
        is_dear = pace > 1 and master.value - value > _DEAR * abs(value)
        if len(batch) and (ended == "infeasible" or is_dear):
            fewer = _fewer(batch, pace)
            bounds = before.taking(fewer, master.option) if len(fewer) else before.leaving(batch)
            batch, value, pace, is_given_up = fewer, -np.inf, 1, True
            continue
        if ended != "optimal" or master.value >= worse_than:
            return None
        basis, built = master.live.basis(), master.built()
        split = np.flatnonzero((built > _WHOLE) & (built < 1 - _WHOLE))
        if not len(split):
            return Incumbent(built=built > _SURE, cost=master.value)
        is_free = np.isinf(value) or master.value - value <= _FREE * abs(value)
        pace = min(2 * pace, _PARTS) if is_free else 1
        value = master.value
        if pace > _OFTEN and len(split) < _HANDFUL:
            close = min(worse_than, value + _CLOSE * abs(value))
            if plan := _only(master, built > _SURE, seconds_left(), close):
                return plan
            is_given_up = True
        before, batch = _next_step(master, bounds, built, split, least, pace)
        bounds = before.taking(batch, master.option) if len(batch) else before


def _fewer(batch: NDArray[np.int64], pace: int) -> NDArray[np.int64]:
    """Return what is tried of a step that failed: as many as usual, the likeliest, or nothing."""
    if pace > 1:
        return batch[: max(len(batch) // pace, 1)]
    return batch[: int(len(batch) > 1)]


def _only(
    master: Master, taken: NDArray[np.bool_], seconds: float, worse_than: float
) -> Incumbent | None:
    """Return what is taken, and nothing else, as a plan, if it may be and costs less."""
    only = fixed(taken)
    master.limit_decisions(only)
    if not taken.any() or not master.rules.allow(only) or master.solve(seconds) != "optimal":
        return None
    return Incumbent(built=taken, cost=master.value) if master.value < worse_than else None


def _next_step(
    master: Master,
    bounds: Bounds,
    built: NDArray[np.float64],
    split: NDArray[np.int64],
    least: float,
    pace: int,
) -> tuple[Bounds, NDArray[np.int64]]:
    """Return what is left now, and what is taken next: those locked in, then the likeliest."""
    least = max(least, _LEAST_OF_FEW) if len(split) < _FEW else least
    unlikely = split[(built[split] < least) & ~master.is_locked[split]]
    split = np.setdiff1d(split, unlikely)
    ordered = split[np.lexsort((split, -built[split], ~master.is_locked[split]))]
    sure = (built[ordered] >= _SURE) | master.is_locked[ordered]
    wanted = max(int(sure.sum()), pace * (1 + len(ordered) // _PARTS))
    taken: list[int] = []
    barred: list[int] = []
    for decision in ordered.tolist():
        if len(taken) >= wanted:
            break
        if master.option[decision] not in master.option[taken]:
            allowed = master.rules.allow(bounds.taking(np.array([*taken, decision]), master.option))
            (taken if allowed else barred).append(decision)
    chosen = np.array(taken, dtype=np.int64)
    left = np.setdiff1d(np.union1d(unlikely, np.array(barred, dtype=np.int64)), chosen)
    after = bounds.leaving(left.astype(np.int64))
    return (_without_barred(master, after, chosen, barred) if barred else after), chosen


def _without_barred(
    master: Master, bounds: Bounds, taken: NDArray[np.int64], barred: list[int]
) -> Bounds:
    """Leave what money and rules bar of what those pots pay for, once some are taken for good."""
    then = bounds.taking(taken, master.option)
    still_open = (then.upper > 0) & (then.lower < 1) & ~master.is_locked
    concerned = still_open & master.pots[:, master.pots[barred].any(axis=0)].any(axis=1)
    barred = [
        decision
        for decision in np.flatnonzero(concerned).tolist()
        if not master.rules.allow(then.taking(np.array([decision]), master.option))
    ]
    return bounds.leaving(np.array(barred, dtype=np.int64))
