"""The relaxation, kept alive: arcs are added to it, decisions are fixed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csc_array, hstack

from placement_planner.siting.decompose.blocks import Charges
from placement_planner.siting.decompose.bounds import Bounds, free
from placement_planner.siting.decompose.builds import BuildRules
from placement_planner.siting.decompose.layout import Columns, arc_columns, lay_out
from placement_planner.siting.highs import LiveModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.highs import Ended
    from placement_planner.siting.problem import Problem

__all__ = ["Master"]


class Master:
    """A live relaxation of a problem over some of its arcs.

    `link` and `entry` tell its arcs in the order of their columns, which follow the static ones;
    `option` the option of each decision, as a number; `is_locked` whether it must be built;
    `rules` the rules of builds alone; `value` the cost of the last answer, thousands of £.
    """

    def __init__(self, problem: Problem, *, threads: int = 1, seed: int = 0) -> None:
        self.problem = problem
        self.layout: Layout = lay_out(problem)
        self.live = LiveModel(self.layout.lower, self.layout.upper, threads=threads, seed=seed)
        self._parts: list[Columns] = []
        self._add(self.layout.static)
        self.link = np.zeros(0, dtype=np.int64)
        self.entry = np.zeros(0, dtype=np.int64)
        self._known = np.zeros((len(problem.years), len(problem.links)), dtype=bool)
        self.bounds = free(len(problem.decisions))
        self.option = pd.factorize(problem.decisions["option_id"])[0].astype(np.int64)
        locked = problem.options.loc[problem.options["locked_in"], "option_id"]
        self.rules = BuildRules(self.layout)
        self.is_locked = problem.decisions["option_id"].isin(locked).to_numpy(dtype=bool)
        self.value = np.inf

    def _add(self, columns: Columns) -> None:
        self.live.add_columns(columns.cost, columns.lower, columns.upper, columns.entries)
        self._parts.append(columns)

    def columns(self) -> Columns:
        """Return all columns that it has, decisions at their own bounds."""
        parts = self._parts
        whole = Columns(
            cost=np.concatenate([part.cost for part in parts]),
            lower=np.concatenate([part.lower for part in parts]),
            upper=np.concatenate([part.upper for part in parts]),
            entries=csc_array(hstack([part.entries for part in parts], format="csc")),
        )
        self._parts = [whole]
        return whole

    def add_arcs(self, link: NDArray[np.int64], entry: NDArray[np.int64]) -> int:
        """Add the arcs that it does not have yet; return how many."""
        new = ~self._known[entry, link]
        link, entry = link[new], entry[new]
        if len(link):
            self._add(arc_columns(self.problem, self.layout, link, entry))
            self._known[entry, link] = True
            self.link = np.concatenate([self.link, link])
            self.entry = np.concatenate([self.entry, entry])
        return len(link)

    def solve(self, seconds: float, *, anew: bool = False) -> Ended:
        """Solve the relaxation: anew by interior points, or from the last basis."""
        ended = self.live.solve(seconds, "ipm" if anew else "dual")
        self.value = self.live.value + self.layout.constant if ended == "optimal" else np.inf
        return ended

    def limit_decisions(self, bounds: Bounds) -> None:
        """Set what every decision may be."""
        old = self.bounds
        changed = np.flatnonzero((bounds.lower != old.lower) | (bounds.upper != old.upper))
        if len(changed):
            self.live.set_bounds(changed, bounds.lower[changed], bounds.upper[changed])
        self.bounds = bounds

    def _static(self, kind: str) -> NDArray[np.float64]:
        return self.live.column_values()[self.layout.columns[kind]]

    def built(self) -> NDArray[np.float64]:
        """Return how far each decision is taken in the last answer."""
        return self._static("built")

    def built_duals(self) -> NDArray[np.float64]:
        """Return the reduced cost of each decision in the last answer."""
        return self.live.column_duals()[self.layout.columns["built"]]

    def placed(self) -> NDArray[np.float64]:
        """Return the children placed on each arc in the last answer."""
        return self.live.column_values()[len(self.layout.static.cost) :]

    def paid(self) -> NDArray[np.float64]:
        """Return payments in the last answer, thousands of £."""
        return self._static("paid")

    def spilt(self) -> NDArray[np.float64]:
        """Return children whom full routes cannot take, by route and year."""
        return self._static("spilt").reshape(-1, len(self.problem.years))

    def charges(self, duals: NDArray[np.float64]) -> Charges:
        """Return what rows charge those who use them, from the duals of all rows."""
        rows, years = self.layout.rows, len(self.problem.years)
        pool = -duals[rows["pool"]]
        np.subtract.at(pool, self.layout.fill_cell, duals[rows["fill"]])
        return Charges(
            pool=pool.reshape(-1, years),
            border=-duals[rows["border"]].reshape(-1, years),
            route=-duals[rows["route"]].reshape(-1, years),
        )

    def group_values(self, duals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a child placed is worth in each group's row: (G, T)."""
        return duals[self.layout.rows["group"]].reshape(self.problem.groups.children.shape)
