"""Large problems: bound by generated arcs, dive for a plan, better it while time remains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.decompose.ascent import ascend, none_ascended
from placement_planner.siting.decompose.blocks import build_blocks, no_charges
from placement_planner.siting.decompose.bounds import Bounds, fixed, free
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.dive import Incumbent, dive
from placement_planner.siting.decompose.ending import answer_of, why_stopped
from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.improve import better_plans
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.relax import (
    bound_without_limits,
    first_arcs,
    priced_at,
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
_LATE_S = 30.0
"""Time to find a first plan when that allowed is over."""
_MOST_CHARGES, _EARLY, _SHORT, _TELL = 150, 40, 0.01, 20
"""Rounds of charges at most, those whose best ways are not kept, the step that ends them."""
_CHARGED_ARCS = 1
"""Arcs of each group and year, best at charges, that the relaxation starts with beside."""
_ON_CHARGES, _ON_PLACING = 0.25, 0.05
"""Part of the time by which charges are found; that is left to place children over all arcs."""
_ENOUGH = 1e-3
"""Relative gain of a round below which a large relaxation is good enough to dive from."""
_HALF = 0.5
"""How far a decision of the last plan must be taken to be kept, where not all can be."""
RESIDUAL_ARCS = 400_000
"""Arcs up to which what reduced costs leave open is searched over all of them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search has come to: the best plan, a bound on every plan (thousands of £)."""

    best: Incumbent
    bound: float
    is_interrupted: bool = False


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A search's plan: its decisions, and the basis that places children with them."""

    built: NDArray[np.bool_]
    basis: Any


class LiveSearch:
    """A search whose relaxation is kept: what changes afterwards is solved from the last basis.

    Ctrl-C stops it, and the best plan so far is returned. `duals` are those of all rows in the last
    relaxation; `ascended` what charges came to before it, where they were asked for;
    `is_interrupted` tells whether Ctrl-C stopped the last run.
    """

    def __init__(self, problem: Problem, choices: SolverChoices) -> None:
        self.master = Master(problem, seed=choices.seed)
        self.blocks = build_blocks(problem)
        self.duals = np.zeros(len(self.master.layout.lower))
        self._is_relaxed = False
        self.ascended = none_ascended(self.master.layout)
        self.is_interrupted = False
        self._basis: Any = None
        self._kept: Kept | None = None

    def change_to(self, problem: Problem) -> bool:
        """Take another problem's prices, money, limits and locks; False if it differs otherwise."""
        if not self.master.change_to(problem):
            return False
        self.blocks = build_blocks(problem)
        self.ascended = none_ascended(self.master.layout)
        return True

    def run(
        self, choices: SolverChoices, progress: Callable[[str], None], *, roughly: bool = False
    ) -> Answer:
        """Find the best plan within the time allowed, from where the last search ended.

        Parameters
        ----------
        roughly
            Whether children need only be placed over the arcs that the search came to know.

        Raises
        ------
        InfeasibleError
            If no plan keeps every rule.
        """
        clock = Clock(limit_s=(1 - _ON_PLACING) * choices.time_limit_s, progress=progress)
        master, nothing = self.master, Incumbent(built=np.zeros(0, dtype=bool), cost=np.inf)
        master.limit_decisions(free(len(master.problem.decisions)))
        bound = max(bound_without_limits(master, self.blocks), self.ascended.bound)
        start = found = Found(best=nothing, bound=bound)
        interrupted = False
        try:
            clock.tell("without limits", found.bound)
            for found in self._search(start, choices, clock):
                interrupted = found.is_interrupted
        except KeyboardInterrupt:
            interrupted = True
        if not np.isfinite(found.best.cost):
            found = replace(found, best=self._late(progress))
        elif interrupted:
            progress("stopping: keeping the best plan so far")
        stopped_by = why_stopped(
            found.best.cost, found.bound, choices, clock, is_interrupted=interrupted
        )
        self.is_interrupted = self._place(found.best, clock, roughly=roughly) or interrupted
        self._kept = Kept(built=found.best.built, basis=master.live.basis())
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
        arcs = len(master.problem.links) * len(master.problem.years)
        is_large, is_huge = arcs > choices.arcs_at_once, arcs > RESIDUAL_ARCS
        found, relaxed = start, None
        if self._kept is not None:
            found = self._as_before(self._kept, start, clock)
            yield found
            if not self._is_open(found, gap, clock):
                return
        before = found
        for each in self._first_relaxation(before, clock, strong=not is_large, is_huge=is_huge):
            found, relaxed = each
            yield found
        if relaxed is None or not (is_huge or relaxed.is_solved):
            return
        before = found
        for found in self._plans(before, relaxed, choices, clock, is_large=is_large):
            yield found
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

    def _as_before(self, kept: Kept, start: Found, clock: Clock) -> Found:
        """Return what the last search's plan and charges come to now.

        The plan is tried with what is locked in, and without what money no longer pays for.
        """
        master = self.master
        duals = np.zeros(master.live.rows)
        duals[: len(self.duals)] = self.duals
        bound = max(start.bound, priced_at(master, self.blocks, duals)[1])
        most = (kept.built | master.is_locked).astype(float)
        bounds = Bounds(lower=np.zeros(len(most)), upper=most)
        master.live.set_basis(kept.basis)
        found = Found(best=dive(master, bounds, clock.left, least=_HALF) or start.best, bound=bound)
        clock.tell("as before", found.bound, found.best.cost)
        return found

    def _first_relaxation(
        self, start: Found, clock: Clock, *, strong: bool, is_huge: bool
    ) -> Iterator[tuple[Found, Relaxed | None]]:
        """Solve the relaxation, from where the last one ended if there was one.

        Where it began from charges, with few arcs, the best at its own duals come for a plan.
        """
        master, found, is_new = self.master, start, not len(self.master.link)
        master.limit_decisions(free(len(master.problem.decisions)))
        if self._basis is not None:
            master.live.set_basis(self._basis)
        if is_new and is_huge:
            for bound in self.charge(clock):
                found = Found(best=start.best, bound=max(start.bound, bound))
                yield found, None
        elif is_new:
            master.add_arcs(*first_arcs(master.problem, self.blocks, no_charges(master.problem)))
        enough, anew = _ENOUGH if is_huge else 0.0, self._basis is None
        for relaxed in self._relaxed(found, clock, anew=anew, strong=strong, enough=enough):
            yield Found(best=start.best, bound=relaxed.bound), relaxed
        if np.isfinite(self.ascended.bound):
            charges = master.charges(self.duals)
            master.add_arcs(*first_arcs(master.problem, self.blocks, charges))

    def _plans(
        self,
        found: Found,
        relaxed: Relaxed,
        choices: SolverChoices,
        clock: Clock,
        *,
        is_large: bool,
    ) -> Iterator[Found]:
        """Dive for a plan; in a large problem better it."""
        master, gap = self.master, choices.relative_gap
        if self._is_open(found, gap, clock) or not np.isfinite(found.best.cost):
            every = free(len(master.problem.decisions))
            best = dive(master, every, clock.left, found.best.cost) or found.best
            found = Found(best=best, bound=relaxed.bound)
            yield found
            clock.tell("first plan", found.bound, found.best.cost)
        if is_large and np.isfinite(found.best.cost):
            for best in better_plans(master, relaxed, found.best, clock, gap, choices.seed):
                found = Found(best=best, bound=relaxed.bound)
                yield found
                clock.tell("search", found.bound, best.cost)

    def charge(self, clock: Clock) -> Iterator[float]:
        """Find charges and a bound before any relaxation; take in the arcs to start that with.

        Those are the arcs that were best at charges of late.

        Yields
        ------
        float
            The best bound so far, thousands of £.
        """
        master = self.master
        problem, layout, rules = master.problem, master.layout, master.rules
        late = np.zeros((len(problem.years), len(problem.links)), dtype=bool)
        bounds = free(len(problem.decisions))
        rounds = ascend(problem, self.blocks, layout, rules, bounds, none_ascended(layout))
        until = clock.elapsed() + _ON_CHARGES * clock.left()
        for number, ascended in enumerate(rounds):
            if number >= _EARLY:
                late[ascended.placed.entry, ascended.placed.link] = True
            self.ascended = ascended
            yield ascended.bound
            if number % _TELL == 0:
                clock.tell("charges", ascended.bound)
            if ascended.step < _SHORT or number >= _MOST_CHARGES or clock.elapsed() > until:
                break
        entry, link = np.nonzero(late)
        master.add_arcs(link, entry)
        charges = master.charges(self.ascended.duals)
        master.add_arcs(*first_arcs(problem, self.blocks, charges, _CHARGED_ARCS))

    @staticmethod
    def _is_open(found: Found, gap: float, clock: Clock) -> bool:
        """Tell whether the gap is not yet as asked, and time remains."""
        cost = found.best.cost
        return clock.left() > 0 and not cost - found.bound <= gap * abs(cost)

    def _relaxed(
        self, found: Found, clock: Clock, *, anew: bool, strong: bool, enough: float = 0.0
    ) -> Iterator[Relaxed]:
        """Solve the relaxation, and tell of it round by round."""
        master = self.master
        for relaxed in relaxations(
            master, self.blocks, clock, found.bound, anew=anew, strong=strong, enough=enough
        ):
            self.duals, self._is_relaxed = relaxed.duals, True
            clock.tell(f"relaxation {relaxed.value / 1000:,.2f} £m", relaxed.bound, found.best.cost)
            yield relaxed
        self._basis = master.live.basis()

    def _late(self, progress: Callable[[str], None]) -> Incumbent:
        """Return a plan after all, by a dive from what the relaxation has come to, or the least."""
        clock = Clock(limit_s=_LATE_S, progress=progress)
        try:
            if self._is_relaxed:
                progress(
                    f"no plan yet: looking for one, for {_LATE_S:.0f} s at most; Ctrl-C builds "
                    "only what is locked in"
                )
                every = free(len(self.master.problem.decisions))
                if plan := dive(self.master, every, clock.left):
                    return plan
        except KeyboardInterrupt:
            pass
        progress("no plan in time: placing children with only what is locked in")
        return self._least()

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

    def _place(self, best: Incumbent, clock: Clock, *, roughly: bool) -> bool:
        """Place children over all arcs, with the builds decided; tell whether Ctrl-C cut it short.

        They are then placed over the arcs that there were.
        """
        master = self.master
        master.limit_decisions(fixed(best.built))
        unhurried = Clock(limit_s=UNHURRIED_S, progress=clock.progress)
        anew = not np.isfinite(best.cost)
        try:
            if roughly and not anew:
                clock.progress("placing children, with the builds decided")
                master.solve(UNHURRIED_S)
                return False
            for _ in relaxations(master, self.blocks, unhurried, -np.inf, anew=anew, strong=False):
                clock.progress("placing children, with the builds decided")
        except KeyboardInterrupt:
            clock.progress("stopping: children are placed where they could be so far")
            master.solve(UNHURRIED_S)
            return True
        return False
