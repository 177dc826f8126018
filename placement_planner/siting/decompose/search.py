"""Large problems: bound by generated arcs, dive for a plan, better it while time remains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.answer import Answer
from placement_planner.siting.arcs import Arcs, arc_costs, stays_of
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bounds import fixed, free
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.dive import Incumbent, dive
from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.improve import better_plans
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.relax import (
    bound_without_limits,
    first_arcs,
    relaxations,
)
from placement_planner.siting.solve import report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.decompose.blocks import Block
    from placement_planner.siting.decompose.relax import Relaxed
    from placement_planner.siting.plan import StoppedBy
    from placement_planner.siting.problem import Problem

__all__ = ["decompose"]

UNHURRIED_S = 1e6
"""Time to place children once the builds are decided: a plan must have them all."""
_CHILDREN = 1e-9


def decompose(problem: Problem, choices: SolverChoices, progress: Callable[[str], None]) -> Answer:
    """Find the best plan within the time allowed, with a bound that holds for the whole problem.

    Ctrl-C stops the search and returns the best plan so far.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule.
    OutOfTimeError
        If the time ran out before any plan was found.
    """
    clock = Clock(limit_s=choices.time_limit_s, progress=progress)
    master = Master(problem, threads=choices.threads, seed=choices.seed)
    blocks = build_blocks(problem)
    bound = bound_without_limits(master, blocks)
    clock.tell("without limits", bound)
    master.add_arcs(*first_arcs(problem, blocks))
    best, interrupted = None, False
    try:
        for relaxed in relaxations(master, blocks, clock, bound, anew=True):
            bound = relaxed.bound
            clock.tell(f"relaxation {relaxed.value / 1000:,.2f} £m", bound)
            for best in _plans(master, relaxed, clock, choices):
                clock.tell("search", bound, best.cost)
    except KeyboardInterrupt:
        progress("stopping: keeping the best plan so far")
        interrupted = True
    if best is None:
        progress("no plan in time: placing children with only what is locked in")
        best = _least(master)
    stopped_by: StoppedBy = (
        "interrupt" if interrupted
        else "gap" if best.cost - bound <= choices.relative_gap * abs(best.cost)
        else "time" if clock.left() <= 0
        else "nodes"
    )  # fmt: skip
    return _placed(master, blocks, best, bound, stopped_by, choices, clock)


def _plans(
    master: Master, relaxed: Relaxed, clock: Clock, choices: SolverChoices
) -> Iterator[Incumbent]:
    """Yield plans, each better than the last, once the relaxation is solved."""
    if not relaxed.is_solved:
        return
    best = dive(master, free(len(master.problem.decisions)), clock.left)
    if best is not None:
        yield best
        yield from better_plans(master, relaxed, best, clock, choices.relative_gap, choices.seed)


def _least(master: Master) -> Incumbent:
    """Return the cheapest builds that have everything locked in, whatever children cost then."""
    if not master.is_locked.any():
        nothing = np.zeros(len(master.problem.decisions), dtype=bool)
        return Incumbent(built=nothing, cost=np.inf)
    built = master.rules.cheapest(free(len(master.problem.decisions)))
    if built is None:
        raise InfeasibleError("no plan keeps every rule")
    return Incumbent(built=built, cost=np.inf)


def _placed(
    master: Master,
    blocks: tuple[Block, ...],
    best: Incumbent,
    bound: float,
    stopped_by: StoppedBy,
    choices: SolverChoices,
    clock: Clock,
) -> Answer:
    """Place children over all arcs with the builds decided, and read the answer."""
    master.limit_decisions(fixed(best.built))
    unhurried = Clock(limit_s=UNHURRIED_S, progress=clock.progress)
    anew = not np.isfinite(best.cost)
    for _ in relaxations(master, blocks, unhurried, -np.inf, anew=anew):
        clock.progress("placing children, with the builds decided")
    problem = master.problem
    used = np.flatnonzero(master.placed() > _CHILDREN)
    link, entry, placed = master.link[used], master.entry[used], master.placed()[used]
    stays = stays_of(problem, link, entry)
    fallback = problem.groups.children.copy()
    np.subtract.at(fallback, (stays.group, stays.year), stays.share * placed[stays.arc])
    return Answer(
        arcs=Arcs(link=link, entry=entry, gbp=arc_costs(problem, link, stays)),
        placed=placed,
        fallback=np.maximum(fallback, 0.0),
        spilt=master.spilt(),
        built=best.built,
        paid_gbp=master.paid() * UNIT_GBP,
        report=report_of(
            master.value * UNIT_GBP, bound * UNIT_GBP, choices, stopped_by, clock.elapsed()
        ),
    )
