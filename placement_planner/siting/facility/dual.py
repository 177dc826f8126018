r"""The Lagrangian bound: clients' multipliers, a knapsack at every site, sites by number.

The rule that every client is served is priced with multipliers :math:`u`. What is left parts by
site: open, it takes the clients that are worth most by its places,

.. math:: v_j(u) = \min_x \sum_i (c_{ij} - u_i) x_{ij}, \quad
    \sum_i d_i x_{ij} \le s_j, \; 0 \le x_{ij} \le 1

and the best sites are those of least :math:`q_j = f_j + v_j`, at least as many as hold all
clients, at most as many as may be opened. The bound is :math:`\sum_i u_i` and the :math:`q_j` of
these, raised by steps along the subgradient (Polyak).

References
----------
Beasley (1993), Lagrangean heuristics for location problems, European Journal of Operational
Research 65; Held, Wolfe and Crowder (1974), Validation of subgradient optimization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.siting.facility.shape import Facility

__all__ = ["Dual", "SiteSet", "raise_bound"]

_STEP = 1.5
_LEAST_STEP = 1e-4
_SHORTER = 1.5
_PATIENCE = 12
_ENOUGH = 1e-12
_SHOWN = 20
"""Steps from one set of sites that is shown to the next."""


@dataclass(frozen=True, kw_only=True)
class SiteSet:
    """Sites that are settled: open or shut; the others are free."""

    is_open: NDArray[np.bool_]
    is_shut: NDArray[np.bool_]

    @property
    def is_free(self) -> NDArray[np.bool_]:
        """Sites that are not settled."""
        free: NDArray[np.bool_] = ~(self.is_open | self.is_shut)
        return free


@dataclass(frozen=True, kw_only=True)
class Dual:
    """The best bound that was reached, with what stood there.

    Attributes
    ----------
    bound
        £.
    multipliers
        (I,).
    worth
        (J,): :math:`q`, what opening each site adds.
    chosen
        (J,): the sites that the bound opens.
    """

    bound: float
    multipliers: NDArray[np.float64]
    worth: NDArray[np.float64]
    chosen: NDArray[np.bool_]


def raise_bound(
    facility: Facility,
    settled: SiteSet,
    start: NDArray[np.float64],
    target: Callable[[], float],
    steps: int,
    seen: Callable[[NDArray[np.bool_]], float] | None = None,
    step: float = _STEP,
) -> Dual:
    """Raise the bound by subgradient steps, with some sites settled.

    Parameters
    ----------
    start
        (I,): multipliers to start from.
    target
        Returns the cost of the best plan known: steps aim at it, and end once the bound meets it.
    steps
        Most steps.
    seen
        Shown the sites that are opened, now and then, to make plans from.
    """
    columns = np.flatnonzero(~settled.is_shut)
    cost = facility.cost[:, columns]
    capacity, fixed = facility.capacity[columns], facility.fixed[columns]
    is_open = settled.is_open[columns]
    sites = len(facility.fixed)
    multipliers, best, stall = start.copy(), None, 0
    for number in range(steps):
        worth, taken = _site_worths(cost, facility.demand, capacity, multipliers)
        worth += fixed
        chosen = choose_sites(worth, is_open, facility.least, facility.most)
        bound = float(multipliers.sum() + worth[chosen].sum())
        if best is None or bound > best.bound + _ENOUGH * abs(best.bound):
            every_worth = np.full(sites, np.inf)
            every_worth[columns] = worth
            best = Dual(
                bound=bound,
                multipliers=multipliers.copy(),
                worth=every_worth,
                chosen=_spread(chosen, columns, sites),
            )
            stall = 0
        else:
            stall += 1
        if stall >= _PATIENCE:
            step, stall = step / _SHORTER, 0
        if seen is not None and number % _SHOWN == 1:
            seen(_spread(chosen, columns, sites))
        aim = target()
        slack = 1.0 - taken[:, chosen].sum(axis=1)
        length = float(slack @ slack)
        if length < _ENOUGH or step < _LEAST_STEP or best.bound >= aim:
            break
        rise = min(aim, 1.05 * best.bound if best.bound > 0 else aim) - bound
        multipliers = np.minimum(
            multipliers + step * max(rise, 1e-6 * abs(bound)) / length * slack, facility.fallback
        )
    assert best is not None  # noqa: S101
    return best


def _spread(chosen: NDArray[np.bool_], columns: NDArray[np.int64], sites: int) -> NDArray[np.bool_]:
    """Return sites chosen among some columns as sites among all."""
    every = np.zeros(sites, dtype=bool)
    every[columns[chosen]] = True
    return every


def _site_worths(
    cost: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    multipliers: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each site's best clients are worth (J,), and the shares it takes (I, J)."""
    gain = np.minimum(cost - multipliers[:, None], 0.0)
    taken = (gain < 0).astype(float)
    full = np.flatnonzero(demand @ taken > capacity)
    for site in full:
        clients = np.flatnonzero(gain[:, site] < 0)
        order = clients[np.argsort(gain[clients, site] / demand[clients], kind="stable")]
        before = np.cumsum(demand[order]) - demand[order]
        taken[:, site] = 0.0
        taken[order, site] = np.clip((capacity[site] - before) / demand[order], 0.0, 1.0)
    return np.einsum("ij,ij->j", gain, taken), taken


def choose_sites(
    worth: NDArray[np.float64], is_open: NDArray[np.bool_], least: int, most: int
) -> NDArray[np.bool_]:
    """Return the sites of least worth: those settled, and others while they help or are needed."""
    chosen = is_open.copy()
    order = np.argsort(np.where(is_open, np.inf, worth), kind="stable")
    held = int(is_open.sum())
    helpful = int(((worth < 0) & ~is_open).sum())
    more = min(max(helpful, least - held), most - held, len(worth) - held)
    chosen[order[: max(more, 0)]] = True
    return chosen
