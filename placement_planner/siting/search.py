"""How a problem is solved: whole, by generated arcs, or as pure facility location."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.errors import InfeasibleError
from placement_planner.siting.decompose import LiveSearch, search_clustered
from placement_planner.siting.facility import facility_of, solve_facility
from placement_planner.siting.highs import use_threads
from placement_planner.siting.memory import check_memory, sizes_of
from placement_planner.siting.model import build_model
from placement_planner.siting.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.facility import Facility
    from placement_planner.siting.memory import Road
    from placement_planner.siting.problem import Problem

__all__ = ["LiveSiting", "search_answer"]

_VAST, _CLUSTERS = 2_000_000, 400
"""Arcs from which on builds are decided for clusters of areas, and for how many, if not said."""
_BRANCHED = 10_000
"""Arcs from which on sites with limited places are branched on by multipliers."""


def search_answer(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Answer:
    """Find the best plan within the time allowed, and say by which method.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule; names the options that are locked in.
    OutOfTimeError
        If the time ran out before any plan was found.
    """
    return LiveSiting().answer(problem, choices, progress)


class LiveSiting:
    """Searches that follow one another.

    Where only prices, money, limits or locks have changed, one goes on from where the last ended.
    Only the road of generated placements is kept; small problems are solved anew.
    """

    def __init__(self) -> None:
        self._live: LiveSearch | None = None

    @property
    def decided(self) -> frozenset[str]:
        """Options that the search to go on from decides about."""
        if self._live is None:
            return frozenset()
        return frozenset(self._live.master.problem.decisions["option_id"])

    def answer(
        self, problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
    ) -> Answer:
        """Find the best plan within the time allowed; as `search_answer`."""
        use_threads(choices.threads)
        try:
            return self._by_method(problem, choices, progress)
        except InfeasibleError as error:
            raise InfeasibleError(f"{error}: {_who_is_locked(problem)}") from error

    def _by_method(
        self, problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
    ) -> Answer:
        facility = _facility(problem, choices)
        if facility is not None:
            progress("pure facility location: a bound by multipliers, and branching on sites")
            return solve_facility(problem, facility, choices, progress)
        sizes = sizes_of(problem)
        arcs = sizes.arcs
        is_small = arcs <= choices.arcs_at_once
        is_whole = choices.method == "monolithic" or (choices.method == "auto" and is_small)
        road: Road = "monolithic" if is_whole else "decomposed"
        check_memory(sizes, road, choices.memory_gb)
        if is_whole:
            progress(f"{arcs:,} possible placements: the whole model at once")
            return solve(build_model(problem), choices, progress)
        clusters = choices.clusters or (_CLUSTERS if arcs > _VAST else 0)
        if 0 < clusters < sizes.ways:
            progress(f"{arcs:,} possible placements: by clusters of areas")
            choices = choices.model_copy(update={"clusters": clusters})
            return search_clustered(problem, choices, progress)
        if self._live is not None and self._live.change_to(problem):
            progress(f"{arcs:,} possible placements: going on from the last search")
        else:
            progress(f"{arcs:,} possible placements: generated as they matter")
            self._live = LiveSearch(problem, choices)
        return self._live.run(choices, progress)


def _facility(problem: Problem, choices: SolverChoices) -> Facility | None:
    """Return the problem as facility location, where it is nothing else and worth it."""
    if choices.method == "monolithic":
        return None
    facility, arcs = facility_of(problem), len(problem.links) * len(problem.years)
    is_worth_it = facility is not None and (facility.is_uncapacitated or arcs > _BRANCHED)
    return facility if is_worth_it else None


def _who_is_locked(problem: Problem) -> str:
    locked = problem.options.loc[problem.options["locked_in"], "option_id"].tolist()
    return (
        f"{len(locked)} option(s) are locked in ({', '.join(locked[:10])}); look whether their "
        "pots can pay for all of them in time, whether they require or exclude one another, and "
        "whether enough children are in reach to fill them to their viable minimum"
    )
