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
from placement_planner.siting.decompose.ascent import ascend
from placement_planner.siting.decompose.beside import BesideAscent
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
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.decompose.ascent import Ascended
    from placement_planner.siting.decompose.clusters import Clusters
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.problem import Problem

__all__ = ["search_clustered"]

T = TypeVar("T")
_ON_BUILDS = 0.5
"""Part of the time by which builds are decided."""
_FIRST_STEP, _LEAST_STEP, _EARLY = 0.05, 1e-4, 50
"""First step of charges, that below which they count as found; the round to place children by."""
_TELL, _TELL_S, _NO_TIME_S = 10, 5.0, 1e-3
_FADING = (1.0, 1.0, 0.95, 0.9, 0.8, 0.6, 0.3, 0.0)
"""Parts of the charges that are paid, in turn, as all children are placed anew."""
_MOST_MENDED, _BROKEN = 9, 1e-4
"""Times that rows are mended at most; children by whom they may be broken in all."""


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
    search, layout = LiveSearch(clusters.problem, choices), lay_out(problem)
    on_builds = replace(clock, limit_s=_ON_BUILDS * choices.time_limit_s)
    interrupted = _charged(search, on_builds)
    rounds = partial(
        ascend,
        problem,
        build_blocks(problem),
        layout,
        BuildRules(layout),
        free(len(problem.decisions)),
        _of_whole(layout, search.ascended, clusters.problem.groups.children.size),
    )
    with BesideAscent(rounds, least_step=_LEAST_STEP, early=_EARLY) as beside:
        left = _NO_TIME_S if interrupted else max(on_builds.left(), _NO_TIME_S)
        hurried = choices.model_copy(update={"time_limit_s": left})
        answer = search.run(hurried, progress, roughly=True)
        is_stopped = interrupted or search.is_interrupted
        static = search.master.static_values()
        ascended = beside.stop if is_stopped else beside.early
        allot = partial(_allotted, problem, layout, clusters, static, answer, ascended)
        placing, pressed = _placed(allot, clock, is_stopped=is_stopped)
        interrupted = is_stopped or pressed
        try:
            while not interrupted and not _is_done(beside, placing.cost, choices, clock):
                clock.tell("children placed; charges", beside.latest().bound, placing.cost)
            clock.tell("children placed; charges", beside.latest().bound, placing.cost)
        except KeyboardInterrupt:
            interrupted = True
        bound = beside.stop().bound
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


def _charged(search: LiveSearch, clock: Clock) -> bool:
    """Find charges for clusters; tell whether Ctrl-C cut it short."""
    try:
        for _ in search.charge(clock):
            pass
    except KeyboardInterrupt:
        return True
    return False


def _of_whole(layout: Layout, ascended: Ascended, of_clusters: int) -> Ascended:
    """Return charges of clusters as a start for those of the whole problem.

    Parameters
    ----------
    of_clusters
        Rows of the groups of clusters, which stand before the rows that both share.
    """
    shared = ascended.duals[of_clusters:]
    duals = np.concatenate([np.zeros(layout.rows["group"].stop), shared])
    return replace(ascended, duals=duals, step=_FIRST_STEP)


def _is_done(beside: BesideAscent, cost: float, choices: SolverChoices, clock: Clock) -> bool:
    """Wait a little; tell whether the gap is as asked, the bound as good as it gets, or time up."""
    is_over = beside.is_over(min(_TELL_S, clock.left()))
    is_close = cost - beside.latest().bound <= choices.relative_gap * abs(cost)
    return is_close or is_over or clock.left() <= 0


def _allotted(
    problem: Problem,
    layout: Layout,
    clusters: Clusters,
    static: NDArray[np.float64],
    answer: Answer,
    ascended: Callable[[], Ascended],
) -> tuple[Placing, NDArray[np.float64]]:
    """Return the placement of areas as their clusters' with the builds decided, and charges.

    Parameters
    ----------
    static
        Values of the static columns, which both problems have, in the plan for clusters.
    ascended
        Gives the charges by which arcs are chosen and places parted.
    """
    duals = ascended().duals
    placed = Entrants(link=answer.arcs.link, entry=answer.arcs.entry, children=answer.placed)
    as_clusters = split(problem, clusters, placed)
    decided = _decided(problem, answer.built)
    charges = charges_of(problem, layout, duals, no_openings())
    link, entry = first_arcs(decided, build_blocks(decided), charges)
    return Placing(problem, layout, static, as_clusters, link, entry), duals


def _placed(
    allot: Callable[[], tuple[Placing, NDArray[np.float64]]], clock: Clock, *, is_stopped: bool
) -> tuple[Placing, bool]:
    """Place children part by part from an allotment; tell whether Ctrl-C asked for less.

    Parameters
    ----------
    is_stopped
        Whether it did so before: no charges are paid then, so all are placed but once.
    """

    def place(number: int, parts: list[int], charged: float) -> None:
        if number % _TELL == 0:
            told = f"children placed in {number} of {len(parts)} authorities and needs"
            paid = f", {charged:.0%} of charges paid" if charged else ""
            clock.progress(f"{told}{paid}: {placing.cost / 1000:,.2f} £m, {clock.elapsed():.0f} s")
        placing.place(parts[number], charged * duals)

    (placing, duals), interrupted = _in_any_event(allot, clock)
    parts = list(range(placing.parts))
    for charged in (*_FADING, *[0.0] * _MOST_MENDED):
        if charged and (interrupted or is_stopped or clock.left() <= 0):
            continue
        for number in range(len(parts)):
            _, pressed = _in_any_event(partial(place, number, parts, charged), clock)
            interrupted = interrupted or pressed
        if not charged and placing.broken <= _BROKEN:
            break
        if not charged:
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


def _decided(problem: Problem, built: NDArray[np.bool_]) -> Problem:
    """Return the problem with the pools alone that are open once builds are decided."""
    opens, pools = problem.opens, problem.pools
    taken = opens[built[opens["decision"].to_numpy()]]
    is_open = pools.exists.copy()
    is_open[taken["pool"], taken["year"]] = True
    return replace(problem, pools=replace(pools, stands=pools.stands & is_open))
