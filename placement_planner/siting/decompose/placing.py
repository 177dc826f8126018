"""Children placed area by area once the builds are decided: one authority and need after another.

The plan for clusters allots places to the authorities and needs. In turn, each of them places the
children of all its areas anew at least cost, in a small linear programme, within what the others
leave of the rows that all share. What it does not need, the next may take: nothing is ever dearer,
but for what is made good where the split of the plan for clusters broke a row by a little.

By itself that would leave places with whoever has them first. So what shared rows charge is paid at
first: each gives up what is worth less to it than to others. The charges then fade, as at an
auction with falling prices, and who gains most takes what is left. Each programme goes on from its
last basis: from one turn to the next little changes in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csc_array, csr_array, hstack

from placement_planner.siting.decompose.layout import arc_columns
from placement_planner.siting.decompose.ways import Entrants
from placement_planner.siting.highs import INFINITY, LiveModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.layout import Columns, Layout
    from placement_planner.siting.problem import Problem

__all__ = ["Placing"]

_ABOVE_GBP, _BELOW_GBP = 2e4, 1e4
"""Prices of a child above what a shared row allows, and below what is to be filled, thousands of £:
above any placement's, and such that one may leave for another to fill what it may not itself."""
_CHILDREN, _WHOLE = 1e-9, 1e-6
_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class _Part:
    """An authority and need: its arcs, what they cost and use of which rows; where it stood last.

    Its programme itself is made anew in each turn: all of them together would take too much memory.
    """

    arcs: NDArray[np.int64]
    cost: NDArray[np.float64]
    rows: NDArray[np.int64]
    uses: csr_array
    basis: Any = None


class Placing:
    """Who is placed on which arc, with the builds decided.

    `parts` is the number of authorities and needs; `cost` what all costs, thousands of £; `broken`
    the children by whom shared rows are broken.
    """

    def __init__(
        self,
        problem: Problem,
        layout: Layout,
        static: NDArray[np.float64],
        placed: Entrants,
        link: NDArray[np.int64],
        entry: NDArray[np.int64],
    ) -> None:
        """Start from a placement.

        Parameters
        ----------
        static
            Values of the static columns: builds, and what is lent, paid or above places.
        placed
            Who is placed so far; no group above its children.
        link, entry
            Other arcs that may be used.
        """
        self._problem, self._layout = problem, layout
        self._take(placed, link, entry)
        table = problem.groups.table
        self._of_group = table.groupby(["authority_code", "need_group"], sort=True).ngroup()
        self.parts = int(self._of_group.max()) + 1
        used = layout.static.entries @ static
        self._lower, self._upper = layout.lower - used, layout.upper - used
        self._used = np.zeros(len(used))
        self.cost = layout.constant + float(layout.static.cost @ static)
        for number in range(self.parts):
            arcs, columns = self._columns(number)
            self._count(columns, self._children[arcs])

    def _take(self, placed: Entrants, link: NDArray[np.int64], entry: NDArray[np.int64]) -> None:
        """Take arcs: those with children, and others."""
        links = len(self._problem.links)
        own = placed.entry * links + placed.link
        keys = np.union1d(own, entry * links + link)
        self._link, self._entry = keys % links, keys // links
        self._children = np.zeros(len(keys))
        self._children[np.searchsorted(keys, own)] = placed.children
        self._parts: dict[int, _Part] = {}

    def _columns(self, part: int) -> tuple[NDArray[np.int64], Columns]:
        part_of_arc = self._of_group.to_numpy()[self._problem.link_group[self._link]]
        arcs = np.flatnonzero(part_of_arc == part)
        return arcs, arc_columns(self._problem, self._layout, self._link[arcs], self._entry[arcs])

    def _count(self, columns: Columns, children: NDArray[np.float64]) -> None:
        self._used += columns.entries @ children
        self.cost += float(columns.cost @ children)

    def _broken_rows(self) -> NDArray[np.float64]:
        """Return by how many children every shared row is broken."""
        above = np.maximum(self._used - self._upper, 0.0) + np.maximum(self._lower - self._used, 0)
        rows = self._layout.rows
        above[: rows["group"].stop] = 0.0
        above[rows["build"].start :] = 0.0
        broken: NDArray[np.float64] = np.where(above > _WHOLE, above, 0.0)
        return broken

    @property
    def broken(self) -> float:
        """Children by whom shared rows are broken."""
        return float(self._broken_rows().sum())

    def parts_to_mend(self) -> NDArray[np.int64]:
        """Take in all arcs into what is not filled; return the parts that use broken rows."""
        problem, rows = self._problem, self._layout.rows
        broken = self._broken_rows()
        cell = self._layout.fill_cell[np.flatnonzero(broken[rows["fill"]])]
        to_fill = np.flatnonzero(np.isin(problem.link_pool, cell // len(problem.years)))
        entry = np.repeat(np.arange(len(problem.years)), len(to_fill))
        link = np.tile(to_fill, len(problem.years))
        wanted = problem.groups.children[problem.link_group[link], entry] > 0
        wanted &= problem.pools.stands[problem.link_pool[link], entry]
        known = Entrants(link=self._link, entry=self._entry, children=self._children)
        self._take(known, link[wanted], entry[wanted])
        uses = [
            np.any(broken[self._columns(part)[1].entries.indices]) for part in range(self.parts)
        ]
        return np.flatnonzero(uses)

    def place(self, part: int, charges: NDArray[np.float64] | None = None) -> None:
        """Place the children of an authority and need at least cost within what others leave.

        Parameters
        ----------
        charges
            Duals of the layout's rows: those that all share are paid for; none if None.
        """
        if part not in self._parts:
            self._parts[part] = self._part(part)
        its = self._parts[part]
        if not len(its.rows):
            return
        others = self._used[its.rows] - its.uses @ self._children[its.arcs]
        paid = np.zeros(len(its.rows)) if charges is None else charges[its.rows]
        paid[its.rows < self._layout.rows["group"].stop] = 0.0
        live = self._programme(its, others, its.cost - its.uses.T @ paid)
        if live.solve(_SECONDS) == "optimal":
            placed = np.maximum(live.column_values()[: len(its.arcs)], 0.0)
            change = placed - self._children[its.arcs]
            np.add.at(self._used, its.rows, its.uses @ change)
            self.cost += float(its.cost @ change)
            self._children[its.arcs] = placed
            self._parts[part] = replace(its, basis=live.basis())

    def _part(self, part: int) -> _Part:
        arcs, columns = self._columns(part)
        rows = np.unique(columns.entries.indices)
        return _Part(arcs=arcs, cost=columns.cost, rows=rows, uses=csr_array(columns.entries)[rows])

    def _programme(
        self, its: _Part, others: NDArray[np.float64], cost: NDArray[np.float64]
    ) -> LiveModel:
        """Return the programme of an authority and need within what others leave, at costs."""
        lower, upper = self._lower[its.rows], self._upper[its.rows]
        shared = np.flatnonzero(its.rows >= self._layout.rows["group"].stop)
        is_least = np.isfinite(lower[shared])
        sign = np.where(is_least, 1.0, -1.0)
        shape = (len(its.rows), len(shared))
        made_good = csr_array((sign, (shared, np.arange(len(shared)))), shape)
        costs = np.concatenate([cost, np.where(is_least, _BELOW_GBP, _ABOVE_GBP)])
        live = LiveModel(lower - others, upper - others)
        live.add_columns(
            costs,
            np.zeros(len(costs)),
            np.full(len(costs), INFINITY),
            csc_array(hstack([its.uses, made_good])),
        )
        if its.basis is not None:
            live.set_basis(its.basis)
        return live

    def entrants(self) -> Entrants:
        """Return who is placed where."""
        there = self._children > _CHILDREN
        return Entrants(
            link=self._link[there], entry=self._entry[there], children=self._children[there]
        )
