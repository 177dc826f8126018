r"""Rows that let no child of a group into a pool before something has opened there.

.. math:: \sum_{a \in g, q} \sigma_a(q, t) \, x_a \le \nu_{gt} \sum_n [o_{nqt} > 0] \, b_n

The rules of places imply them for whole decisions; between nought and one they hold the relaxation
closer. There is one for every group, new pool and year, and few of them matter: those that an
answer breaks are found, and added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.arcs import Stays
    from placement_planner.siting.problem import Problem

__all__ = ["Openings", "broken_openings", "matches", "no_openings"]

_BROKEN = 1e-7
"""Children above what has opened, below which a row counts as kept."""
_NEARLY = 0.1
"""A round takes the rows that are broken by at least this part of the worst."""


@dataclass(frozen=True, kw_only=True)
class Openings:
    """Groups, pools and years, a row each: positions."""

    group: NDArray[np.int64]
    pool: NDArray[np.int64]
    year: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.group)

    def and_then(self, others: Openings) -> Openings:
        """Return these, followed by others."""
        return Openings(
            group=np.concatenate([self.group, others.group]),
            pool=np.concatenate([self.pool, others.pool]),
            year=np.concatenate([self.year, others.year]),
        )

    def keys(self, problem: Problem) -> NDArray[np.int64]:
        """Return a number for each group, pool and year."""
        return _keys(problem, self.group, self.pool, self.year)

    def of_stays(self, problem: Problem, stays: Stays, arcs: int) -> csr_array:
        """Return what arcs count for in the rows: (rows, arcs)."""
        counted, row = matches(
            self.keys(problem), _keys(problem, stays.group, stays.pool, stays.year)
        )
        entries = (stays.share[counted], (row, stays.arc[counted]))
        return csr_array(coo_array(entries, shape=(len(self), arcs)))

    def of_decisions(self, problem: Problem) -> csr_array:
        """Return what decisions open in the rows, less than nought: (rows, N)."""
        opens, years = problem.opens, len(problem.years)
        cell = (opens["pool"] * years + opens["year"]).to_numpy(dtype=np.int64)
        row, opened = matches(cell, self.pool * years + self.year)
        children = problem.groups.children[self.group[row], self.year[row]]
        decision = opens["decision"].to_numpy(dtype=np.int64)[opened]
        shape = (len(self), len(problem.decisions))
        return csr_array(coo_array((-children, (row, decision)), shape=shape))


def no_openings() -> Openings:
    """Return no rows."""
    none = np.zeros(0, dtype=np.int64)
    return Openings(group=none, pool=none, year=none)


def broken_openings(
    problem: Problem, stays: Stays, placed: NDArray[np.float64], built: NDArray[np.float64]
) -> Openings:
    """Return the rows that an answer breaks most.

    Parameters
    ----------
    stays, placed
        What arcs with children count in, and the children placed on each.
    built
        (N,): how far each decision is taken.
    """
    new = ~problem.pools.exists[stays.pool, stays.year]
    keys, first, row = np.unique(
        _keys(problem, stays.group[new], stays.pool[new], stays.year[new]),
        return_index=True,
        return_inverse=True,
    )
    there = np.bincount(row, stays.share[new] * placed[stays.arc[new]], minlength=len(keys))
    rows = Openings(
        group=stays.group[new][first], pool=stays.pool[new][first], year=stays.year[new][first]
    )
    above = there + rows.of_decisions(problem) @ built
    worst = above.max(initial=0.0)
    broken = np.flatnonzero((above > _BROKEN) & (above >= _NEARLY * worst))
    return Openings(group=rows.group[broken], pool=rows.pool[broken], year=rows.year[broken])


def _keys(
    problem: Problem,
    group: NDArray[np.int64],
    pool: NDArray[np.int64],
    year: NDArray[np.int64],
) -> NDArray[np.int64]:
    pools, years = problem.pools.places.shape
    keys: NDArray[np.int64] = (group * pools + pool) * years + year
    return keys


def matches(
    keys: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of a position in `wanted` and one in `keys` with the same value."""
    order = np.argsort(keys, kind="stable")
    low = np.searchsorted(keys[order], wanted, side="left")
    count = np.searchsorted(keys[order], wanted, side="right") - low
    position = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
    return position, order[low[position] + within]
