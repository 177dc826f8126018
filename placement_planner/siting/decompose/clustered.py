"""The largest problems: builds are decided for clusters of areas, children placed area by area.

The plan for clusters decides what is built. What it costs with every area's own journeys, and a
bound on every plan, come from the whole problem: mixtures of ways place the children of all areas
within the places that are open, and the charges that clusters pay for places are worked out again
over every arc, and bettered while time remains. What clustering costs is so within the gap.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import OutOfTimeError
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bound import bound_of
from placement_planner.siting.decompose.bounds import fixed
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.clusters import cluster
from placement_planner.siting.decompose.ending import answer_of, why_stopped
from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.layout import charges_of, lay_out
from placement_planner.siting.decompose.mixture import Mixture
from placement_planner.siting.decompose.openings import no_openings
from placement_planner.siting.decompose.search import LiveSearch
from placement_planner.siting.decompose.split import split
from placement_planner.siting.decompose.ways import Entrants, best_ways, entrants_of
from placement_planner.siting.solve import report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.decompose.blocks import Block
    from placement_planner.siting.decompose.clusters import Clusters
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.problem import Problem

__all__ = ["search_clustered"]

_ON_BUILDS, _ON_PLACES = 0.5, 0.8
"""Parts of the time by which builds are decided, and children are placed."""
_WORTH = 1e-4
"""Relative gain of a round below which children count as placed at best."""
_SHUT_GBP, _WANTED_GBP = 1e6, 50.0
"""Charge of a pool that is not open, and grant of one to be filled, thousands of £ a child."""
_MOST_ROUNDS = 40
_STEPS = (1.0, 0.5, 0.2)
"""How far from the best charges so far towards the last ones bounds are looked for."""


def search_clustered(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Answer:
    """Find a plan within the time allowed, with a bound that holds for the whole problem.

    Raises
    ------
    InfeasibleError
        If no plan for clusters keeps every rule.
    OutOfTimeError
        If children could not be placed area by area so that what is built is filled.
    """
    clock = Clock(limit_s=choices.time_limit_s, progress=progress)
    clusters = cluster(problem, choices.clusters)
    progress(
        f"{len(problem.groups.table):,} groups of children taken together as "
        f"{len(clusters.problem.groups.table):,} to decide what is built"
    )
    search = LiveSearch(clusters.problem, choices)
    of_builds = {"time_limit_s": _ON_BUILDS * choices.time_limit_s}
    answer = search.run(choices.model_copy(update=of_builds), progress)
    areas = _Areas(problem, clusters, search.duals, choices, clock)
    return areas.answer(answer, is_interrupted=search.is_interrupted)


class _Areas:
    """The whole problem, once the builds are decided for clusters of it.

    `bound` is the best so far, and `duals` those that it comes from.
    """

    def __init__(
        self,
        problem: Problem,
        clusters: Clusters,
        duals: NDArray[np.float64],
        choices: SolverChoices,
        clock: Clock,
    ) -> None:
        self.problem, self.clusters, self.choices, self.clock = problem, clusters, choices, clock
        self.blocks: tuple[Block, ...] = build_blocks(problem)
        self.layout: Layout = lay_out(problem)
        shared = duals[clusters.problem.groups.children.size :]
        self.duals = np.concatenate([np.zeros(problem.groups.children.size), shared])
        self.bound = -np.inf

    def answer(self, of_clusters: Answer, *, is_interrupted: bool) -> Answer:
        """Place every child with the builds of the clusters' plan; bound every plan."""
        problem, clock, choices = self.problem, self.clock, self.choices
        arcs, built = of_clusters.arcs, of_clusters.built
        as_clusters = split(
            problem,
            self.clusters,
            Entrants(link=arcs.link, entry=arcs.entry, children=of_clusters.placed),
        )
        at_charges = self._tried(self.duals)
        mixture = self._mixture(as_clusters)
        mixture.limit_decisions(fixed(built))
        for duals in (self.duals, np.zeros_like(self.duals)):
            mixture.add(self._within(duals, built))
        interrupted = self._place(mixture, built, is_hurried=is_interrupted)
        try:
            if not interrupted:
                self._raise_bound(self._mixture(as_clusters, at_charges), mixture.value)
        except KeyboardInterrupt:
            interrupted = True
        stopped_by = why_stopped(
            mixture.value, self.bound, choices, clock, is_interrupted=interrupted
        )
        cost, bound = mixture.value * UNIT_GBP, self.bound * UNIT_GBP
        return answer_of(
            problem,
            mixture.mixed(),
            built=built,
            spilt=mixture.static("spilt"),
            paid=mixture.static("paid"),
            report=report_of(cost, bound, choices, stopped_by, clock.elapsed()),
        )

    def _tried(self, duals: NDArray[np.float64]) -> Entrants:
        """Better the bound by some duals, where they do; return who takes the best ways then."""
        charges = charges_of(self.problem, self.layout, duals, no_openings())
        ways = best_ways(self.problem, self.blocks, charges)
        proved = bound_of(self.problem, self.layout, duals, charges, ways.values)
        if proved > self.bound:
            self.bound, self.duals = proved, duals
        return entrants_of(self.problem, ways.link)

    def _mixture(self, *ways: Entrants) -> Mixture:
        """Return a mixture of some ways."""
        choices = self.choices
        mixture = Mixture(
            self.problem,
            self.layout,
            self.clusters.number,
            threads=choices.threads,
            seed=choices.seed,
        )
        for way in ways:
            mixture.add(way)
        return mixture

    def _place(self, mixture: Mixture, built: NDArray[np.bool_], *, is_hurried: bool) -> bool:
        """Mix ways within the places that are open, until a round gains little, or time is up.

        Parameters
        ----------
        is_hurried
            Whether the ways that there are must do.

        Returns
        -------
        bool
            Whether Ctrl-C cut it short: the ways that there were must do then.
        """
        until = _ON_PLACES * self.choices.time_limit_s
        try:
            value = self._mixed(mixture)
            for _ in range(0 if is_hurried else _MOST_ROUNDS):
                if self.clock.elapsed() >= until:
                    break
                before = value
                mixture.add(self._within(mixture.duals(), built))
                value = self._mixed(mixture)
                if before - value <= _WORTH * abs(value):
                    break
            self.clock.tell("children placed area by area", self.bound, value)
        except KeyboardInterrupt:
            self.clock.progress("stopping: children are placed as far as ways are known")
            self._mixed(mixture)
            return True
        return is_hurried

    def _mixed(self, mixture: Mixture) -> float:
        """Solve a mixture; return what it costs."""
        if mixture.solve(np.inf) != "optimal":
            raise OutOfTimeError(
                "children could not be placed area by area so that what is built is filled: take "
                "fewer areas together (a larger solver.clusters)"
            )
        return mixture.value

    def _within(self, duals: NDArray[np.float64], built: NDArray[np.bool_]) -> Entrants:
        """Return who takes the best ways within the pools that are open, those to be filled first.

        Pools to be filled grant something where the duals say nothing of them.
        """
        problem, opens = self.problem, self.problem.opens
        charges = charges_of(problem, self.layout, duals, no_openings())
        is_open = problem.pools.exists.copy()
        taken = opens[built[opens["decision"].to_numpy()]]
        is_open[taken["pool"], taken["year"]] = True
        pool = np.where(is_open, charges.pool, _SHUT_GBP)
        if not duals.any():
            full = taken[taken["is_full"]]
            pool[full["pool"], full["year"]] = -_WANTED_GBP
        ways = best_ways(problem, self.blocks, replace(charges, pool=pool))
        return entrants_of(problem, ways.link)

    def _raise_bound(self, mixture: Mixture, cost: float) -> None:
        """Better the charges by mixtures with builds between nought and one, while time remains."""
        while cost - self.bound > self.choices.relative_gap * abs(cost) and self.clock.left() > 0:
            if mixture.solve(self.clock.left()) != "optimal":
                return
            before, last = self.bound, mixture.duals()
            for step in _STEPS:
                mixture.add(self._tried(self.duals + step * (last - self.duals)))
            self.clock.tell("charges bettered", self.bound, cost)
            if mixture.value - before <= _WORTH * abs(cost):
                return
