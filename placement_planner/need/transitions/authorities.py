"""Many authorities carried forward, each a job of its own, summaries as they are done."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Sized
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.expectation import expected_step
from placement_planner.need.transitions.simulation import simulate
from placement_planner.need.transitions.summary import Summary, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from placement_planner.need.transitions.parameters import Parameters
    from placement_planner.need.transitions.steps import Steps

__all__ = ["Job", "Projection", "simulate_authorities", "with_transfers"]

_WAITING_PER_WORKER = 2


@dataclass(frozen=True, kw_only=True)
class Job:
    """What one authority's projection needs; shapes as in `simulate`."""

    authority: str
    parameters: Parameters
    stock: NDArray[np.int64]
    population: NDArray[np.float64]
    first_january: int
    transfers_in: NDArray[np.float64] | None = None


@dataclass(frozen=True, kw_only=True)
class Projection:
    """One authority carried forward.

    `totals` are all its children, (H + 1, D); `draws` is (H + 1, S, D), kept only if asked for.
    """

    authority: str
    first_january: int
    summary: Summary
    totals: NDArray[np.int64]
    draws: NDArray[np.int32] | None = None


def _project(
    job: Job,
    draws: int,
    seed: int,
    keep_draws: bool,
    tick: Callable[[int], None] | None = None,
) -> Projection:
    kept: list[NDArray[np.int32]] = []
    totals: list[NDArray[np.int64]] = []

    def januaries() -> Iterator[NDArray[np.int32]]:
        for counts in simulate(
            job.parameters,
            job.stock,
            job.population,
            draws=draws,
            seed=seed,
            authority=job.authority,
            transfers_in=job.transfers_in,
        ):
            totals.append(counts.sum(axis=0, dtype=np.int64))
            if keep_draws:
                kept.append(counts)
            if tick is not None and len(totals) > 1:
                tick(1)
            yield counts

    summary = summarise(januaries(), job.parameters.states, job.first_january)
    return Projection(
        authority=job.authority,
        first_january=job.first_january,
        summary=summary,
        totals=np.stack(totals),
        draws=np.stack(kept) if keep_draws else None,
    )


def _in_order(
    jobs: Iterator[Job], submit: Callable[[Job], Future[Projection]], waiting: int
) -> Iterator[Projection]:
    """Keep a few jobs under way, and give what comes back in the order of the jobs."""
    under_way = deque(submit(job) for job in islice(jobs, waiting))
    while under_way:
        done = under_way.popleft().result()
        under_way.extend(submit(job) for job in islice(jobs, 1))
        yield done


def simulate_authorities(
    jobs: Iterable[Job],
    *,
    draws: int,
    seed: int,
    workers: int = 1,
    keep_draws: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Projection]:
    """Project authorities one by one, and give each as soon as it and those before it are done.

    Only a few jobs are held at a time, so that any number of authorities fits in memory. The
    numbers of an authority hang on its code and the seed alone: not on the others, nor on
    `workers`.

    Parameters
    ----------
    jobs
        Authorities; a generator is read as it is needed.
    draws, seed
        As in `simulate`.
    workers
        Processes; 1 runs in this one.
    keep_draws
        Hand back the draws as well as their summary.
    progress
        Called with the Januaries simulated, over all authorities, and those there are (0 where
        `jobs` has no length); with several workers, an authority's Januaries at once.

    Yields
    ------
    Projection
        In the order of `jobs`.
    """
    total = sum(len(job.population) for job in jobs) if isinstance(jobs, Sized) else 0
    done = 0

    def tick(januaries: int) -> None:
        nonlocal done
        done += januaries
        if progress is not None:
            progress(done, total)

    if workers == 1:
        for job in jobs:
            yield _project(job, draws, seed, keep_draws, tick)
        return
    for projection in _in_processes(iter(jobs), draws, seed, keep_draws, workers):
        tick(len(projection.totals) - 1)
        yield projection


def _in_processes(
    jobs: Iterator[Job], draws: int, seed: int, keep_draws: bool, workers: int
) -> Iterator[Projection]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from _in_order(
            jobs,
            lambda job: pool.submit(_project, job, draws, seed, keep_draws),
            _WAITING_PER_WORKER * workers,
        )


def with_transfers(jobs: Sequence[Job], steps: Sequence[Steps]) -> tuple[Job, ...]:
    r"""Give each job the children expected from other authorities.

    Of the children who leave an authority at NCY :math:`a`, a share :math:`q_a` goes to another
    one; they arrive a January later, spread over authorities and states as those who arrived in
    the past:

    .. math:: i_{jst} = w_{js} \sum_i q_{a} \, E[l_{iat}], \quad
        q_a = \frac{\sum_i o_{ia}}{\sum_i l_{ia}}, \quad
        w_{js} = \frac{c_{js}}{\sum_{j', s' \in a + 1} c_{j's'}}

    with leavers :math:`l`, transferred out :math:`o` and in :math:`c`. The leavers expected come
    from the mean paths of all authorities together, not from their draws, so that authorities stay
    jobs of their own: a draw with many leavers in one is not one with many arrivals in another.
    As many are expected to arrive as to be sent, while someone ever arrived at that NCY.

    Parameters
    ----------
    jobs
        Authorities over the same years.
    steps
        What was counted for each of them, over the states of its parameters.

    Returns
    -------
    tuple of Job
        The same jobs with `transfers_in`.
    """
    first = min(int(job.parameters.states.ncy.min()) for job in jobs)
    width = max(int(job.parameters.states.ncy.max()) for job in jobs) - first + 2
    ncys = [job.parameters.states.ncy - first for job in jobs]

    def by_ncy(children: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
        sums = np.zeros(width)
        for ncy, count in zip(ncys, children, strict=True):
            sums += np.bincount(ncy, weights=count, minlength=width)
        return sums

    left = by_ncy([step.left.sum(axis=0) for step in steps])
    sent = by_ncy([step.transferred_out.sum(axis=0) for step in steps]) / np.where(left, left, 1.0)
    came = by_ncy([step.transferred_in.sum(axis=0) for step in steps])
    weight = [
        step.transferred_in.sum(axis=0) / np.where(came > 0, came, 1.0)[ncy]
        for step, ncy in zip(steps, ncys, strict=True)
    ]
    years = len(jobs[0].population)
    means = [expected_step(job.parameters, years) for job in jobs]
    children = [job.stock.astype(np.float64) for job in jobs]
    arrivals = [np.zeros((years, len(job.stock))) for job in jobs]
    for year in range(years):
        leaving = [mean.leaving * count for mean, count in zip(means, children, strict=True)]
        pool = np.concatenate([[0.0], (by_ncy(leaving) * sent)[:-1]])
        for place, job in enumerate(jobs):
            arrivals[place][year] = weight[place] * pool[ncys[place]]
            children[place] = (
                means[place].after(children[place], job.population[year], year)
                + arrivals[place][year]
            )
    return tuple(
        replace(job, transfers_in=arriving) for job, arriving in zip(jobs, arrivals, strict=True)
    )
