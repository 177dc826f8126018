"""The relaxation, kept alive: arcs are added to it, decisions are fixed in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, hstack

from placement_planner.siting.arcs import stays_of
from placement_planner.siting.decompose.bounds import Bounds, free
from placement_planner.siting.decompose.builds import BuildRules
from placement_planner.siting.decompose.changes import are_alike, links_of
from placement_planner.siting.decompose.layout import arc_columns, charges_of, lay_out
from placement_planner.siting.decompose.openings import broken_openings, no_openings
from placement_planner.siting.decompose.ways import Entrants
from placement_planner.siting.highs import INFINITY, LiveModel, undivided

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Charges
    from placement_planner.siting.decompose.layout import Columns, Layout
    from placement_planner.siting.highs import Ended, Method
    from placement_planner.siting.problem import Problem

__all__ = ["Master"]

_CHILDREN = 1e-9
_NEAR = 5_000
"""Iterations of the simplex method after which an answer given up is too far off to go on from."""


class Master:
    """A live relaxation of a problem over some of its arcs and rows of openings.

    `link` and `entry` tell its arcs in the order of their columns, which follow the static ones; a
    link is −1 where there is none any longer. `option` tells the option of each decision, as a
    number; `is_locked` whether it must be built; `pots` which may pay for it, (N, pots); `rules`
    has the rules of builds alone; `value` is the cost of the last answer, thousands of £. Ctrl-C
    does not come between a change of the model and what is known of it.
    """

    def __init__(self, problem: Problem, *, seed: int = 0) -> None:
        self.problem = problem
        self.layout: Layout = lay_out(problem)
        self.live = LiveModel(self.layout.lower, self.layout.upper, seed=seed)
        self._add(self.layout.static)
        self.link = np.zeros(0, dtype=np.int64)
        self.entry = np.zeros(0, dtype=np.int64)
        self.openings = no_openings()
        self._known = np.zeros((len(problem.years), len(problem.links)), dtype=bool)
        self.option = pd.factorize(problem.decisions["option_id"])[0].astype(np.int64)
        self.bounds = free(len(problem.decisions))
        self._take_rules()

    def _add(self, columns: Columns) -> None:
        self.live.add_columns(columns.cost, columns.lower, columns.upper, columns.entries)

    @undivided()
    def add_arcs(self, link: NDArray[np.int64], entry: NDArray[np.int64]) -> int:
        """Add the arcs that it does not have yet; return how many."""
        new = ~self._known[entry, link]
        link, entry = link[new], entry[new]
        if len(link):
            self._add(arc_columns(self.problem, self.layout, link, entry, self.openings))
            self._known[entry, link] = True
            self.link = np.concatenate([self.link, link])
            self.entry = np.concatenate([self.entry, entry])
        return len(link)

    @undivided()
    def add_broken_openings(self) -> int:
        """Add the rows of openings that the last answer breaks most; return how many."""
        used = np.flatnonzero(self.placed() > 0)
        stays = stays_of(self.problem, self.link[used], self.entry[used])
        broken = broken_openings(self.problem, stays, self.placed()[used], self.built())
        if len(broken):
            alive = np.flatnonzero(self.link >= 0)
            stays = stays_of(self.problem, self.link[alive], self.entry[alive])
            stays = replace(stays, arc=alive[stays.arc])
            built, static = self.layout.columns["built"], len(self.layout.static.cost)
            before = csr_array((len(broken), built.start))
            between = csr_array((len(broken), static - built.stop))
            entries = hstack(
                [before, broken.of_decisions(self.problem), between,
                 broken.of_stays(self.problem, stays, len(self.link))], format="csr"
            )  # fmt: skip
            upper = np.zeros(len(broken))
            self.live.add_rows(upper - INFINITY, upper, csr_array(entries))
            self.openings = self.openings.and_then(broken)
        return len(broken)

    @undivided()
    def change_to(self, problem: Problem) -> bool:
        """Take another problem's prices, money, limits and locks.

        Returns
        -------
        bool
            False if it differs in anything else: then nothing has changed.
        """
        layout = lay_out(problem)
        if not are_alike(self.problem, problem) or self.layout.rows != layout.rows:
            return False
        self._take_static(layout)
        self.link = links_of(self.problem, problem, self.link)
        self.problem, self.layout = problem, layout
        alive = np.flatnonzero(self.link >= 0)
        arcs = arc_columns(problem, layout, self.link[alive], self.entry[alive])
        columns, most = np.arange(len(self.link)), np.zeros(len(self.link))
        most[alive] = INFINITY
        self.live.set_costs(len(layout.static.cost) + alive, arcs.cost)
        self.live.set_bounds(len(layout.static.cost) + columns, np.zeros(len(columns)), most)
        self._known = np.zeros((len(problem.years), len(problem.links)), dtype=bool)
        self._known[self.entry[alive], self.link[alive]] = True
        self._take_rules()
        return True

    def _take_static(self, layout: Layout) -> None:
        """Set bounds, costs and entries of rows and static columns that differ."""
        old, new, live = self.layout, layout, self.live
        rows = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper))
        live.set_row_bounds(rows, new.lower[rows], new.upper[rows])
        costs = np.flatnonzero(old.static.cost != new.static.cost)
        live.set_costs(costs, new.static.cost[costs])
        most = np.flatnonzero(old.static.upper != new.static.upper)
        live.set_bounds(most, new.static.lower[most], new.static.upper[most])
        entries = coo_array(new.static.entries - old.static.entries)
        row, column = entries.coords
        live.set_entries(row, column, csr_array(new.static.entries)[row, column].toarray())

    def _take_rules(self) -> None:
        """Read from the problem what concerns decisions alone."""
        problem = self.problem
        locked = problem.options.loc[problem.options["locked_in"], "option_id"]
        self.rules = BuildRules(self.layout)
        pays = problem.capital.pays
        payers = pd.crosstab(pays["option_id"], pays["pot_id"])
        self.pots = payers.reindex(problem.decisions["option_id"], fill_value=0).to_numpy() > 0
        self.is_locked = problem.decisions["option_id"].isin(locked).to_numpy(dtype=bool)
        self.value = np.inf

    def solve(self, seconds: float, method: Method = "dual") -> Ended:
        """Solve the relaxation, from the last basis but for interior points."""
        return self._valued(self.live.solve(seconds, method))

    def solve_after_failure(self, seconds_left: Callable[[], float], basis: Any) -> Ended:  # noqa: ANN401
        """Solve it from where an answer that is given up stands, else from the basis before.

        Most often that is near, and what the solver knows of its own basis is kept.
        """
        ended = self.live.solve(seconds_left(), iterations=_NEAR)
        if ended == "iterations":
            self.live.set_basis(basis)
            return self.solve(seconds_left())
        return self._valued(ended)

    def _valued(self, ended: Ended) -> Ended:
        self.value = self.live.value + self.layout.constant if ended == "optimal" else np.inf
        return ended

    @undivided()
    def limit_decisions(self, bounds: Bounds) -> None:
        """Set what every decision may be."""
        old = self.bounds
        changed = np.flatnonzero((bounds.lower != old.lower) | (bounds.upper != old.upper))
        if len(changed):
            self.live.set_bounds(changed, bounds.lower[changed], bounds.upper[changed])
        self.bounds = bounds

    def static_values(self) -> NDArray[np.float64]:
        """Return the values of the static columns in the last answer."""
        return self.live.column_values()[: len(self.layout.static.cost)]

    def _static(self, kind: str) -> NDArray[np.float64]:
        return self.static_values()[self.layout.columns[kind]]

    def built(self) -> NDArray[np.float64]:
        """Return how far each decision is taken in the last answer."""
        return self._static("built")

    def built_duals(self) -> NDArray[np.float64]:
        """Return the reduced cost of each decision in the last answer."""
        return self.live.column_duals()[self.layout.columns["built"]]

    def placed(self) -> NDArray[np.float64]:
        """Return the children placed on each arc in the last answer."""
        return self.live.column_values()[len(self.layout.static.cost) :]

    def entrants(self) -> Entrants:
        """Return who is placed on which arc in the last answer."""
        placed = self.placed()
        used = np.flatnonzero(placed > _CHILDREN)
        return Entrants(link=self.link[used], entry=self.entry[used], children=placed[used])

    def paid(self) -> NDArray[np.float64]:
        """Return payments in the last answer, thousands of £."""
        return self._static("paid")

    def spilt(self) -> NDArray[np.float64]:
        """Return children whom full routes cannot take, by route and year, one after another."""
        return self._static("spilt")

    def charges(self, duals: NDArray[np.float64]) -> Charges:
        """Return what rows charge those who use them, from the duals of all rows."""
        return charges_of(self.problem, self.layout, duals, self.openings)

    def group_values(self, duals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a child placed is worth in each group's row: (G, T)."""
        return duals[self.layout.rows["group"]].reshape(self.problem.groups.children.shape)
