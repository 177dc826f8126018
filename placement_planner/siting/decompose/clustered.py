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
from placement_planner.siting.answer import Answer
from placement_planner.siting.arcs import Arcs, arc_costs, stays_of
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bound import bound_of
from placement_planner.siting.decompose.bounds import fixed
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.clusters import cluster
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
    from placement_planner.siting.decompose.blocks import Block
    from placement_planner.siting.decompose.clusters import Clusters
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.plan import StoppedBy
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
    return _Areas(problem, clusters, search.duals, choices, clock).answer(answer)


class _Areas:
    """The whole problem, once the builds are decided for clusters of it."""

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

    def answer(self, of_clusters: Answer) -> Answer:
        """Place every child with the builds of the clusters' plan; bound every plan."""
        problem, clock = self.problem, self.clock
        self.tried(self.duals)
        clock.tell("charges of clusters, area by area", self.bound)
        mixture = self._placed(of_clusters)
        clock.tell("children placed area by area", self.bound, mixture.value)
        interrupted = of_clusters.report.stopped_by == "interrupt"
        if not interrupted:
            try:
                self._raise_bound(of_clusters, mixture.value)
            except KeyboardInterrupt:
                interrupted = True
        placed = mixture.mixed()
        stays = stays_of(problem, placed.link, placed.entry)
        fallback = problem.groups.children.copy()
        np.subtract.at(
            fallback, (stays.group, stays.year), stays.share * placed.children[stays.arc]
        )
        asked = mixture.value - self.bound <= self.choices.relative_gap * abs(mixture.value)
        stopped_by: StoppedBy = "interrupt" if interrupted else "gap" if asked else "time"
        return Answer(
            arcs=Arcs(
                link=placed.link,
                entry=placed.entry,
                gbp=arc_costs(problem, placed.link, stays),
            ),
            placed=placed.children,
            fallback=np.maximum(fallback, 0.0),
            spilt=mixture.static("spilt").reshape(-1, len(problem.years)),
            built=of_clusters.built,
            paid_gbp=mixture.static("paid") * UNIT_GBP,
            report=report_of(
                mixture.value * UNIT_GBP,
                self.bound * UNIT_GBP,
                self.choices,
                stopped_by,
                clock.elapsed(),
            ),
        )

    def tried(self, duals: NDArray[np.float64]) -> Entrants:
        """Better the bound by some duals, where they do; return who takes the best ways then."""
        charges = charges_of(self.problem, self.layout, duals, no_openings())
        ways = best_ways(self.problem, self.blocks, charges)
        proved = bound_of(self.problem, self.layout, duals, charges, ways.values)
        if proved > self.bound:
            self.bound, self.duals = proved, duals
        return entrants_of(self.problem, ways.link)

    def _mixture(self) -> Mixture:
        choices = self.choices
        return Mixture(
            self.problem,
            self.layout,
            self.clusters.number,
            threads=choices.threads,
            seed=choices.seed,
        )

    def _placed(self, of_clusters: Answer) -> Mixture:
        """Mix ways within the places that are open, until a round gains little, or time is up."""
        mixture = self._mixture()
        mixture.limit_decisions(fixed(of_clusters.built))
        mixture.add(_split(self.problem, self.clusters, of_clusters))
        for duals in (self.duals, np.zeros_like(self.duals)):
            mixture.add(self._within(duals, of_clusters.built))
        until = _ON_PLACES * self.choices.time_limit_s
        value = np.inf
        for _ in range(_MOST_ROUNDS):
            if mixture.solve(np.inf) != "optimal":
                raise OutOfTimeError(
                    "children could not be placed area by area so that what is built is filled: "
                    "take fewer areas together (solver.clusters)"
                )
            gain, value = value - mixture.value, mixture.value
            if gain <= _WORTH * abs(value) or self.clock.elapsed() >= until:
                break
            mixture.add(self._within(mixture.duals(), of_clusters.built))
        return mixture

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

    def _raise_bound(self, of_clusters: Answer, cost: float) -> None:
        """Better the charges by mixtures with builds between nought and one, while time remains."""
        mixture = self._mixture()
        mixture.add(_split(self.problem, self.clusters, of_clusters))
        mixture.add(self.tried(self.duals))
        while cost - self.bound > self.choices.relative_gap * abs(cost) and self.clock.left() > 0:
            if mixture.solve(self.clock.left()) != "optimal":
                return
            before, last = self.bound, mixture.duals()
            for step in _STEPS:
                mixture.add(self.tried(self.duals + step * (last - self.duals)))
            self.clock.tell("charges bettered", self.bound, cost)
            if mixture.value - before <= _WORTH * abs(cost):
                return


def _split(problem: Problem, clusters: Clusters, of_clusters: Answer) -> Entrants:
    arcs = of_clusters.arcs
    placed = Entrants(link=arcs.link, entry=arcs.entry, children=of_clusters.placed)
    return split(problem, clusters, placed)
