"""Solve pure facility location: a Lagrangian bound, plans from it, sites settled, branching."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError, OutOfTimeError
from placement_planner.siting.answer import Answer
from placement_planner.siting.arcs import Arcs, arc_costs, stays_of
from placement_planner.siting.facility.branch import branched, settle
from placement_planner.siting.facility.dual import SiteSet, raise_bound
from placement_planner.siting.facility.plans import Service
from placement_planner.siting.facility.residual import residual
from placement_planner.siting.solve import report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.facility.dual import Dual
    from placement_planner.siting.facility.residual import Residual
    from placement_planner.siting.facility.shape import Facility
    from placement_planner.siting.plan import StoppedBy
    from placement_planner.siting.problem import Problem

__all__ = ["solve_facility"]

ROOT_STEPS = 1000
TRIES = 80
"""Plans with other sites open that are priced, at most, before branching."""
RESIDUAL_WAYS = 8_000
"""Ways to serve clients, left open, up to which they are searched as one integer programme."""
_CHILDREN = 1e-9


def solve_facility(
    problem: Problem,
    facility: Facility,
    choices: SolverChoices,
    progress: Callable[[str], None],
) -> Answer:
    """Find the best sites within the time allowed, with a proven bound.

    Raises
    ------
    InfeasibleError
        If no sites serve everybody who must be.
    OutOfTimeError
        If the time ran out before any plan was found.
    """
    started = time.perf_counter()
    service = Service(facility)
    bound = 0.0
    stopped_by: StoppedBy = "gap"
    try:
        for proved in _search(facility, service, choices, progress, started):
            bound = proved
            if time.perf_counter() - started > choices.time_limit_s:
                stopped_by = "time"
                break
    except KeyboardInterrupt:
        progress("stopping: keeping the best plan so far")
        stopped_by = "interrupt"
    if not np.isfinite(service.best):
        if stopped_by == "gap":
            raise InfeasibleError("no plan keeps every rule")
        raise OutOfTimeError(
            f"no plan was found within {choices.time_limit_s:g} s: allow more time "
            "(solver.time_limit_s)"
        )
    return _answer(problem, facility, service, bound, stopped_by, choices, started)


def _search(
    facility: Facility,
    service: Service,
    choices: SolverChoices,
    progress: Callable[[str], None],
    started: float,
) -> Iterator[float]:
    """Yield what is proved so far: by multipliers, then what they leave open, or branch by branch.

    What is left open where places are no limit is searched as one programme, unless it is large.
    """

    def cutoff() -> float:
        if not np.isfinite(service.best):
            return facility.ceiling
        if facility.is_whole:
            return service.best - 1 + 1e-6
        return service.best * (1 - min(choices.relative_gap, 0.5) / 2)

    def tell(bound: float, branches: int) -> None:
        proved = _proved(facility, service, bound)
        progress(f"bound {proved:,.2f}, best plan {service.best:,.2f}, {branches} branches")

    root = _root(facility, service)
    tell(root.bound, 0)
    yield _proved(facility, service, root.bound)
    if root.bound >= cutoff():
        return
    settled = settle(facility, _unsettled(facility), root, cutoff())
    if facility.is_uncapacitated:
        before = cutoff()
        left_open = residual(facility, settled, root, before)
        if len(left_open.client) <= RESIDUAL_WAYS:
            left = choices.time_limit_s - (time.perf_counter() - started)
            bound, pressed = _of_residual(left_open, service, choices, left, progress)
            yield _proved(facility, service, max(root.bound, min(bound, before)))
            if pressed:
                raise KeyboardInterrupt
            return
    for bound in branched(facility, service, root, settled, cutoff, tell):
        yield _proved(facility, service, bound)


def _proved(facility: Facility, service: Service, bound: float) -> float:
    """Return what a bound proves: where every plan costs a whole number, the next one up."""
    whole = np.ceil(bound - 5e-7) if facility.is_whole else bound
    return float(min(whole, service.best))


def _unsettled(facility: Facility) -> SiteSet:
    nothing = np.zeros(len(facility.fixed), dtype=bool)
    return SiteSet(is_open=nothing, is_shut=nothing)


def _root(facility: Facility, service: Service) -> Dual:
    """Raise the bound with nothing settled, and price plans that it leads to."""

    def aim() -> float:
        return float(min(service.best, facility.ceiling))

    sites, free = len(facility.fixed), _unsettled(facility)
    everything = np.ones(sites, dtype=bool)
    service.cost_of(everything if sites <= facility.most else _first_sites(facility))
    start = _first_multipliers(facility)
    root = raise_bound(facility, free, start, aim, ROOT_STEPS, service.cost_of)
    service.cost_of(root.chosen)
    if facility.is_uncapacitated:
        service.interchange(root.chosen)
    near = np.flatnonzero(settle(facility, free, root, aim() * (1 + 1e-3)).is_free)
    service.better(near, TRIES)
    return root


def _of_residual(
    left_open: Residual,
    service: Service,
    choices: SolverChoices,
    seconds: float,
    progress: Callable[[str], None],
) -> tuple[float, bool]:
    """Search what multipliers leave open; return its bound, and whether Ctrl-C was pressed."""
    ways, sites = len(left_open.client), len(left_open.sites)
    progress(f"{ways:,} ways to serve clients from {sites:,} sites are left open")
    gap = 0.0 if left_open.facility.is_whole else choices.relative_gap / 2
    is_open, bound, pressed = left_open.solve(
        seconds, gap, lambda best, bound, _: progress(f"bound {bound:,.2f}, best plan {best:,.2f}")
    )
    if is_open is not None:
        service.cost_of(is_open)
    return bound, pressed


def _first_multipliers(facility: Facility) -> NDArray[np.float64]:
    """Return for each client the second cheapest way to serve it, or the only one.

    Raises
    ------
    InfeasibleError
        If a client that must be served is in reach of no site.
    """
    ways = np.column_stack([facility.cost, facility.fallback])
    cheapest, second = np.partition(ways, 1, axis=1)[:, :2].T
    if np.isinf(cheapest).any():
        raise InfeasibleError("no plan keeps every rule")
    start: NDArray[np.float64] = np.where(
        np.isfinite(second), np.minimum(second, facility.fallback), cheapest
    )
    return start


def _first_sites(facility: Facility) -> NDArray[np.bool_]:
    """Return as many sites as may be opened, the cheapest to serve all from."""
    cost = np.where(np.isfinite(facility.cost), facility.cost, 0.0).sum(axis=0) + facility.fixed
    opened = np.zeros(len(cost), dtype=bool)
    opened[np.argsort(cost, kind="stable")[: facility.most]] = True
    return opened


def _answer(
    problem: Problem,
    facility: Facility,
    service: Service,
    bound: float,
    stopped_by: StoppedBy,
    choices: SolverChoices,
    started: float,
) -> Answer:
    shares = service.shares()
    client, site = np.nonzero(shares > _CHILDREN)
    link = facility.links[client, site]
    entry = np.zeros_like(link)
    placed = shares[client, site] * facility.demand[client]
    fallback = facility.demand - np.bincount(client, weights=placed, minlength=len(facility.demand))
    return Answer(
        arcs=Arcs(
            link=link, entry=entry, gbp=arc_costs(problem, link, stays_of(problem, link, entry))
        ),
        placed=placed,
        fallback=np.maximum(fallback, 0.0)[:, None],
        spilt=np.zeros((0, 1)),
        built=service.open,
        paid_gbp=np.zeros(0),
        report=report_of(service.best, bound, choices, stopped_by, time.perf_counter() - started),
    )
