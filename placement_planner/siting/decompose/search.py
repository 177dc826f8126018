"""Large problems: bound by generated arcs, dive for a plan, better it while time remains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bounds import fixed, free
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.dive import Incumbent, dive
from placement_planner.siting.decompose.ending import answer_of, why_stopped
from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.improve import better_plans
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.relax import (
    bound_without_limits,
    first_arcs,
    relaxations,
)
from placement_planner.siting.decompose.residual import solve_residual
from placement_planner.siting.solve import report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.decompose.relax import Relaxed
    from placement_planner.siting.problem import Problem

__all__ = ["LiveSearch"]

UNHURRIED_S = 1e6
"""Time to place children once the builds are decided: a plan must have them all."""
RESIDUAL_ARCS = 400_000
"""Arcs up to which what reduced costs leave open is searched over all of them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search has come to: the best plan, a bound on every plan (thousands of £)."""

    best: Incumbent
    bound: float
    is_interrupted: bool = False


class LiveSearch:
    """A search whose relaxation is kept: what changes afterwards is solved from the last basis.

    Ctrl-C stops it, and the best plan so far is returned. `duals` are those of the layout's rows in
    the last relaxation; `is_interrupted` tells whether Ctrl-C stopped the last run.
    """

    def __init__(self, problem: Problem, choices: SolverChoices) -> None:
        self.master = Master(problem, threads=choices.threads, seed=choices.seed)
        self.blocks = build_blocks(problem)
        self.duals = np.zeros(len(self.master.layout.lower))
        self.is_interrupted = False
        self._kept: NDArray[np.bool_] | None = None

    def change_to(self, problem: Problem) -> bool:
        """Take another problem's prices, money, limits and locks; False if it differs otherwise."""
        if not self.master.change_to(problem):
            return False
        self.blocks = build_blocks(problem)
        return True

    def run(self, choices: SolverChoices, progress: Callable[[str], None]) -> Answer:
        """Find the best plan within the time allowed, from where the last search ended.

        Raises
        ------
        InfeasibleError
            If no plan keeps every rule.
        """
        clock = Clock(limit_s=choices.time_limit_s, progress=progress)
        master, nothing = self.master, Incumbent(built=np.zeros(0, dtype=bool), cost=np.inf)
        master.limit_decisions(free(len(master.problem.decisions)))
        start = found = Found(best=nothing, bound=bound_without_limits(master, self.blocks))
        interrupted = False
        try:
            clock.tell("without limits", found.bound)
            for found in self._search(start, choices, clock):
                interrupted = found.is_interrupted
        except KeyboardInterrupt:
            interrupted = True
        if interrupted:
            progress("stopping: keeping the best plan so far")
        if not np.isfinite(found.best.cost):
            progress("no plan in time: placing children with only what is locked in")
            found = replace(found, best=self._least())
        stopped_by = why_stopped(
            found.best.cost, found.bound, choices, clock, is_interrupted=interrupted
        )
        self._kept = found.best.built
        self.is_interrupted = self._place(found.best, clock) or interrupted
        stopped_by = "interrupt" if self.is_interrupted else stopped_by
        cost, bound = master.value * UNIT_GBP, found.bound * UNIT_GBP
        return answer_of(
            master.problem,
            master.entrants(),
            built=found.best.built,
            spilt=master.spilt(),
            paid=master.paid(),
            report=report_of(cost, bound, choices, stopped_by, clock.elapsed()),
        )

    def _search(self, start: Found, choices: SolverChoices, clock: Clock) -> Iterator[Found]:
        """Yield what the search has come to, phase by phase: no bound falls, no plan is dearer.

        Small problems are relaxed with rows of openings at once, others once there is a plan.
        """
        master, gap = self.master, choices.relative_gap
        is_new = not len(master.link)
        if is_new:
            master.add_arcs(*first_arcs(master.problem, self.blocks))
        is_large = len(master.problem.links) * len(master.problem.years) > choices.arcs_at_once
        relaxed = None
        for relaxed in self._relaxed(start, clock, anew=is_new, strong=not is_large):
            yield Found(best=start.best, bound=relaxed.bound)
        if relaxed is None or not relaxed.is_solved:
            return
        found = Found(best=self._first_plan(clock), bound=relaxed.bound)
        yield found
        clock.tell("first plan", found.bound, found.best.cost)
        if is_large and np.isfinite(found.best.cost):
            for best in better_plans(master, relaxed, found.best, clock, gap, choices.seed):
                found = Found(best=best, bound=relaxed.bound)
                yield found
                clock.tell("search", found.bound, best.cost)
        if is_large and self._is_open(found, gap, clock):
            master.limit_decisions(free(len(master.problem.decisions)))
            for relaxed in self._relaxed(found, clock, anew=False, strong=True):
                found = Found(best=found.best, bound=relaxed.bound)
                yield found
        if relaxed.is_solved and self._is_open(found, gap, clock):
            best, bound, stopped = solve_residual(
                master, relaxed, found.best, clock, gap, RESIDUAL_ARCS
            )
            yield Found(best=best, bound=bound, is_interrupted=stopped)
            clock.tell("what was left open", bound, best.cost)

    @staticmethod
    def _is_open(found: Found, gap: float, clock: Clock) -> bool:
        """Tell whether the gap is not yet as asked, and time remains."""
        cost = found.best.cost
        return clock.left() > 0 and not cost - found.bound <= gap * abs(cost)

    def _relaxed(
        self, found: Found, clock: Clock, *, anew: bool, strong: bool
    ) -> Iterator[Relaxed]:
        """Solve the relaxation, and tell of it round by round."""
        master = self.master
        for relaxed in relaxations(
            master, self.blocks, clock, found.bound, anew=anew, strong=strong
        ):
            self.duals = relaxed.duals[: len(master.layout.lower)]
            clock.tell(f"relaxation {relaxed.value / 1000:,.2f} £m", relaxed.bound, found.best.cost)
            yield relaxed

    def _first_plan(self, clock: Clock) -> Incumbent:
        """Dive for a plan, unless the last search's keeps every rule still and is as good."""
        master = self.master
        decisions = len(master.problem.decisions)
        best = Incumbent(built=np.zeros(decisions, dtype=bool), cost=np.inf)
        if self._kept is not None:
            kept = fixed(self._kept)
            master.limit_decisions(kept)
            if master.rules.allow(kept) and master.solve(clock.left()) == "optimal":
                best = Incumbent(built=self._kept, cost=master.value)
        found = dive(master, free(decisions), clock.left, best.cost)
        return best if found is None else found

    def _least(self) -> Incumbent:
        """Return the cheapest builds with everything locked in, whatever children cost then."""
        master = self.master
        if not master.is_locked.any():
            nothing = np.zeros(len(master.problem.decisions), dtype=bool)
            return Incumbent(built=nothing, cost=np.inf)
        built = master.rules.cheapest(free(len(master.problem.decisions)))
        if built is None:
            raise InfeasibleError("no plan keeps every rule")
        return Incumbent(built=built, cost=np.inf)

    def _place(self, best: Incumbent, clock: Clock) -> bool:
        """Place children over all arcs, with the builds decided; tell whether Ctrl-C cut it short.

        They are then placed over the arcs that there were.
        """
        master = self.master
        master.limit_decisions(fixed(best.built))
        unhurried = Clock(limit_s=UNHURRIED_S, progress=clock.progress)
        anew = not np.isfinite(best.cost)
        try:
            for _ in relaxations(master, self.blocks, unhurried, -np.inf, anew=anew, strong=False):
                clock.progress("placing children, with the builds decided")
        except KeyboardInterrupt:
            clock.progress("stopping: children are placed where they could be so far")
            master.solve(UNHURRIED_S)
            return True
        return False
