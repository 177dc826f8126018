"""The largest problems: builds are decided for clusters of areas, children placed area by area.

The plan for clusters decides what is built and allots places; every authority and need then places
the children of its areas within them (`placing`). The bound is of the whole problem: the charges
that clusters pay for places are bettered over every arc while time remains (`ascent`). What taking
areas together costs is so within the gap.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from placement_planner.errors import OutOfTimeError
from placement_planner.siting.decompose.ascent import Ascended, ascend
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bounds import free
from placement_planner.siting.decompose.builds import BuildRules
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.clusters import cluster
from placement_planner.siting.decompose.ending import answer_of, why_stopped
from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.layout import charges_of, lay_out
from placement_planner.siting.decompose.openings import no_openings
from placement_planner.siting.decompose.placing import Placing
from placement_planner.siting.decompose.relax import first_arcs
from placement_planner.siting.decompose.search import LiveSearch
from placement_planner.siting.decompose.split import split
from placement_planner.siting.decompose.ways import Entrants
from placement_planner.siting.solve import report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.problem import Problem

__all__ = ["search_clustered"]

T = TypeVar("T")
_ON_BUILDS = 0.5
"""Part of the time by which builds are decided."""
_FIRST_STEP, _LEAST_STEP, _TELL = 0.2, 1e-3, 10
"""First step of charges, that below which they count as found; rounds between tellings."""
_MOST_PASSES, _BROKEN = 10, 1e-4
"""Times that all are placed anew at most; children by whom rows may be broken in all."""


def search_clustered(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Answer:
    """Find a plan within the time allowed, with a bound that holds for the whole problem.

    Ctrl-C ends the search for builds, or for a better bound; children are placed all the same.

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
    answer = search.run(choices.model_copy(update=of_builds), progress, roughly=True)
    layout = lay_out(problem)
    first = layout.rows["group"].stop
    ascended = search.ascended
    duals = ascended.duals if ascended.used.size else search.duals
    shared = duals[search.master.layout.rows["group"].stop : len(search.master.layout.lower)]
    start = replace(ascended, duals=np.concatenate([np.zeros(first), shared]), step=_FIRST_STEP)
    as_clusters = split(
        problem,
        clusters,
        Entrants(link=answer.arcs.link, entry=answer.arcs.entry, children=answer.placed),
    )
    placing, interrupted = _placed(
        problem, layout, search.master.static_values(), as_clusters, start.duals, clock
    )
    interrupted = interrupted or search.is_interrupted
    bound = -np.inf
    try:
        for proved in _bounds(problem, layout, start, placing.cost, choices, clock):
            bound = proved
            if interrupted:
                break
    except KeyboardInterrupt:
        interrupted = True
    stopped_by = why_stopped(placing.cost, bound, choices, clock, is_interrupted=interrupted)
    cost = placing.cost * UNIT_GBP
    return answer_of(
        problem,
        placing.entrants(),
        built=answer.built,
        spilt=answer.spilt.ravel(),
        paid=answer.paid_gbp / UNIT_GBP,
        report=report_of(cost, bound * UNIT_GBP, choices, stopped_by, clock.elapsed()),
    )


def _placed(
    problem: Problem,
    layout: Layout,
    static: NDArray[np.float64],
    as_clusters: Entrants,
    duals: NDArray[np.float64],
    clock: Clock,
) -> tuple[Placing, bool]:
    """Place children part by part with the builds decided; tell whether Ctrl-C asked for less."""

    def start() -> Placing:
        decided = _decided(problem, static[layout.columns["built"]])
        charges = charges_of(problem, layout, duals, no_openings())
        link, entry = first_arcs(decided, build_blocks(decided), charges)
        return Placing(problem, layout, static, as_clusters, link, entry)

    def place(number: int, parts: list[int]) -> None:
        if number % _TELL == 0:
            told = f"children placed in {number} of {len(parts)} authorities and needs"
            clock.progress(f"{told}: {placing.cost / 1000:,.2f} £m, {clock.elapsed():.0f} s")
        placing.place(parts[number])

    placing, interrupted = _in_any_event(start, clock)
    parts = list(range(placing.parts))
    for _ in range(_MOST_PASSES):
        for number in range(len(parts)):
            _, pressed = _in_any_event(partial(place, number, parts), clock)
            interrupted = interrupted or pressed
        if placing.broken <= _BROKEN:
            break
        parts = placing.parts_to_mend().tolist()
    if placing.broken > _BROKEN:
        raise OutOfTimeError(
            "children could not be placed area by area so that what is built is filled: take "
            "fewer areas together (a larger solver.clusters)"
        )
    return placing, interrupted


def _in_any_event(work: Callable[[], T], clock: Clock) -> tuple[T, bool]:
    """Do what must be done, after Ctrl-C once more; tell whether it was pressed."""
    try:
        return work(), False
    except KeyboardInterrupt:
        clock.progress("stopping once every child is placed")
        return work(), True


def _decided(problem: Problem, built: NDArray[np.float64]) -> Problem:
    """Return the problem with the pools alone that are open once builds are decided."""
    opens, pools = problem.opens, problem.pools
    is_taken = built > 0.5  # noqa: PLR2004
    taken = opens[is_taken[opens["decision"].to_numpy()]]
    is_open = pools.exists.copy()
    is_open[taken["pool"], taken["year"]] = True
    return replace(problem, pools=replace(pools, stands=pools.stands & is_open))


def _bounds(
    problem: Problem,
    layout: Layout,
    start: Ascended,
    cost: float,
    choices: SolverChoices,
    clock: Clock,
) -> Iterator[float]:
    """Yield better and better bounds on every plan, until the gap is as asked or time is up."""
    rules, bounds = BuildRules(layout), free(len(problem.decisions))
    rounds = ascend(problem, build_blocks(problem), layout, rules, bounds, start)
    for number, ascended in enumerate(rounds):
        yield ascended.bound
        if number % _TELL == 0:
            clock.tell("children placed; charges", ascended.bound, cost)
        is_close = cost - ascended.bound <= choices.relative_gap * abs(cost)
        if is_close or ascended.step < _LEAST_STEP or clock.left() <= 0:
            clock.tell("children placed; charges", ascended.bound, cost)
            return
