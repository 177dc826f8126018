r"""Mixtures of ways: a relaxation with a row for each cluster in place of one for each group.

Dantzig and Wolfe (1960): every cluster of areas mixes ways that keep the rows of its own groups,

.. math:: x = \sum_k \lambda_k x^k, \qquad \sum_{k \in \text{cluster}} \lambda_k \le 1,
    \quad \lambda \ge 0

so that only rows which clusters share stand in the model: those of pools, borders, routes, builds
and money. Any mixture places every child of every area within the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array, eye_array, vstack

from placement_planner.siting.decompose.layout import arc_columns
from placement_planner.siting.decompose.ways import Entrants
from placement_planner.siting.highs import INFINITY, LiveModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.bounds import Bounds
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.highs import Ended
    from placement_planner.siting.problem import Problem

__all__ = ["Mixture"]


class Mixture:
    """A live relaxation over mixtures of ways; `value` is its cost, thousands of £."""

    def __init__(
        self,
        problem: Problem,
        layout: Layout,
        cluster: NDArray[np.int64],
        *,
        threads: int = 1,
        seed: int = 0,
    ) -> None:
        self.problem, self.layout = problem, layout
        self._cluster, self._clusters = cluster, int(cluster.max()) + 1
        self._first = problem.groups.children.size
        own = np.full(self._clusters, -INFINITY)
        self._live = LiveModel(
            np.concatenate([layout.lower[self._first :], own]),
            np.concatenate([layout.upper[self._first :], np.ones(self._clusters)]),
            threads=threads,
            seed=seed,
        )
        static = layout.static
        none = csr_array((self._clusters, len(static.cost)))
        shared = csr_array(static.entries)[self._first :]
        self._live.add_columns(
            static.cost, static.lower, static.upper, csc_array(vstack([shared, none]))
        )
        self._ways: list[Entrants] = []
        self.value = np.inf

    def add(self, way: Entrants) -> None:
        """Let every cluster mix in its part of a way."""
        arcs = arc_columns(self.problem, self.layout, way.link, way.entry)
        cluster = self._cluster[self.problem.link_group[way.link]]
        shape = (len(way.link), self._clusters)
        parts = csr_array((way.children, (np.arange(len(way.link)), cluster)), shape=shape)
        shared = csr_array(arcs.entries)[self._first :] @ parts
        nothing = np.zeros(self._clusters)
        self._live.add_columns(
            parts.T @ arcs.cost,
            nothing,
            nothing + INFINITY,
            csc_array(vstack([shared, eye_array(self._clusters)])),
        )
        self._ways.append(way)

    def limit_decisions(self, bounds: Bounds) -> None:
        """Set what every decision may be."""
        built = self.layout.columns["built"]
        columns = np.arange(built.start, built.stop)
        self._live.set_bounds(columns, bounds.lower, bounds.upper)

    def solve(self, seconds: float) -> Ended:
        """Solve it by interior points, with crossover."""
        ended = self._live.solve(seconds, "ipm")
        found = ended == "optimal"
        self.value = self._live.value + self.layout.constant if found else np.inf
        return ended

    def duals(self) -> NDArray[np.float64]:
        """Return the duals of all rows of the layout, nought for those of groups."""
        shared = self._live.row_duals()[: len(self.layout.lower) - self._first]
        return np.concatenate([np.zeros(self._first), shared])

    def mixed(self) -> Entrants:
        """Return who is placed where in the last answer."""
        static, group = len(self.layout.static.cost), self.problem.link_group
        shares = self._live.column_values()[static:].reshape(len(self._ways), self._clusters)
        told = [
            way.children * share[self._cluster[group[way.link]]]
            for way, share in zip(self._ways, shares, strict=True)
        ]
        links = len(self.problem.links)
        keys = np.concatenate([way.entry * links + way.link for way in self._ways])
        keys, row = np.unique(keys, return_inverse=True)
        children = np.bincount(row, np.concatenate(told)).astype(float)
        return Entrants(link=keys % links, entry=keys // links, children=children)

    def static(self, kind: str) -> NDArray[np.float64]:
        """Return the values of static columns of a kind in the last answer."""
        return self._live.column_values()[self.layout.columns[kind]]
