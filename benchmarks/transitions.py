"""Time the demand projection: one command, one JSON object a line.

    python benchmarks/transitions.py peer      # against the plain simulation
    python benchmarks/transitions.py england --authorities 10
    python benchmarks/transitions.py growth    # draws, years and authorities doubled

Run without a word it does all three. Everything is invented: no file is read.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.authorities import Job, simulate_authorities
from placement_planner.need.transitions.dynamics import Dynamics
from placement_planner.need.transitions.parameters import Branches, Parameters
from placement_planner.need.transitions.simulation import simulate
from placement_planner.need.transitions.states import States
from placement_planner.need.transitions.summary import summarise

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_JANUARY = 2025
YOUNGEST = -4
NCY_SHARE = np.interp(np.arange(25), [0, 3, 10, 15, 18, 24], [0.1, 2.0, 6.0, 6.5, 4.0, 0.6])
LEAVING = np.interp(np.arange(25), [0, 14, 15, 17, 18, 24], [0.02, 0.03, 0.10, 0.15, 0.30, 0.45])
JOINING = np.interp(np.arange(25), [0, 4, 7, 11, 16, 24], [1.5, 3.0, 2.5, 2.0, 0.3, 0.02])
JOIN_SHARE, LEAVE_SHARE, MOVE_RATE = 0.17, 0.08, 0.05
MEAN_CHILDREN, SMALLEST, LARGEST = 4200, 300, 20000
PEER_CHILDREN, PEER_NEEDS, PEER_SETTINGS, PEER_NCYS = 2153, 6, 19, 23
MOVING = Dynamics(
    joiner_level_sd=0.05,
    joiner_trend=0.05,
    joiner_trend_sd=0.03,
    damping=0.8,
    joiner_yearly_sd=0.05,
    leaver_level_sd=0.1,
    leaver_yearly_sd=0.1,
    mover_level_sd=0.1,
    mover_yearly_sd=0.1,
)


def invented_states(needs: int, settings: int, ncys: int) -> States:
    """Return every need in every setting at every NCY."""
    width = needs * settings
    cell = np.arange(width * ncys)
    older = np.where(cell + width < width * ncys, cell + width, -1)
    return States(
        ncy=cell // width + YOUNGEST,
        need=cell % width // settings,
        setting=cell % settings,
        needs=tuple(f"N{i:02d}" for i in range(needs)),
        settings=tuple(f"S{i:02d}" for i in range(settings)),
        older=older,
    )


def invented_job(
    states: States, children: int, years: int, name: str, dynamics: Dynamics | None
) -> Job:
    """Invent an authority: dense weights, few common needs and settings and many rare ones."""
    rng = np.random.default_rng([children, *name.encode()])
    n_states, needs, settings = len(states.ncy), len(states.needs), len(states.settings)
    year = states.ncy - YOUNGEST
    ncys = int(year.max()) + 1
    mix = rng.dirichlet(1.5 / (1 + np.arange(needs)))[:, None] * rng.dirichlet(
        3.0 / (1 + np.arange(settings)), needs
    )
    mix = 0.9 * mix + 0.1 / mix.size
    age = NCY_SHARE[:ncys] / NCY_SHARE[:ncys].sum()
    share = mix[states.need, states.setting]
    stock = rng.multinomial(children, age[year] * share)
    leaving = LEAVING[:ncys] * LEAVE_SHARE / (age * LEAVING[:ncys]).sum()
    seen = 4.0 * stock + 1.0
    leavers = np.column_stack([seen * leaving[year], seen * (1.0 - leaving[year])])
    movers = np.column_stack([seen * MOVE_RATE, seen * (1.0 - MOVE_RATE)])
    row = np.flatnonzero(states.older >= 0)
    base = states.older[row] - states.setting[row]
    to = base[:, None] + np.arange(settings)
    other = states.setting[row][:, None] != np.arange(settings)
    sizes = np.zeros(n_states, dtype=np.int64)
    sizes[row] = settings - 1
    destinations = Branches(
        np.concatenate([[0], np.cumsum(sizes)]), to[other], share[to][other] * 10.0 + 0.02
    )
    people = np.full((years, ncys), 11.0 * children)
    rate = JOIN_SHARE * children * JOINING[:ncys] / JOINING[:ncys].sum() / people[0]
    joiner_states = Branches(
        np.arange(ncys + 1) * needs * settings,
        np.arange(n_states),
        rate[year] * people[0][year] * 4.0 * share + 1.0 / (needs * settings),
    )
    strength = 4.0 * people[0]
    parameters = Parameters(
        states=states,
        leavers=leavers,
        movers=movers,
        destinations=destinations,
        joiner_ncy=np.arange(ncys) + YOUNGEST,
        joiners=np.column_stack([rate * strength, (1.0 - rate) * strength]),
        joiner_states=joiner_states,
        dynamics=dynamics,
    )
    return Job(
        authority=name,
        parameters=parameters,
        stock=stock,
        population=people,
        first_january=FIRST_JANUARY,
    )


def invented_sizes(authorities: int) -> NDArray[np.int64]:
    """Return children with plans by authority, spread like England's, in no order of size."""
    rank = (np.arange(authorities) + 0.5) / authorities
    sizes = np.exp(np.interp(rank, [0, 0.1, 0.5, 0.9, 1.0], np.log([300, 1500, 3300, 8000, 20000])))
    scaled = sizes * MEAN_CHILDREN / sizes.mean()
    whole = np.clip(np.rint(scaled), SMALLEST, LARGEST).astype(int)
    return np.random.default_rng(authorities).permutation(whole)


def plain_simulation(job: Job, draws: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Simulate draw by draw and child by child, as the method reads."""
    parameters, states = job.parameters, job.parameters.states
    totals = []
    for _ in range(draws):
        counts = job.stock.copy()
        for people in job.population:
            after = np.zeros_like(counts)
            for state in np.flatnonzero(counts):
                older = states.older[state]
                if older < 0:
                    continue
                rate = rng.beta(*parameters.leavers[state])
                staying = counts[state] - rng.binomial(counts[state], rate)
                rate = rng.beta(*parameters.movers[state])
                moving = rng.binomial(staying, rate)
                after[older] += staying - moving
                if moving:
                    edges = slice(*parameters.destinations.start[state : state + 2])
                    shares = rng.dirichlet(parameters.destinations.alpha[edges])
                    for _child in range(moving):
                        after[rng.choice(parameters.destinations.state[edges], p=shares)] += 1
            for row, heads in enumerate(people):
                rate = rng.beta(*parameters.joiners[row])
                edges = slice(*parameters.joiner_states.start[row : row + 2])
                shares = rng.dirichlet(parameters.joiner_states.alpha[edges])
                for _child in range(rng.binomial(int(heads), rate)):
                    after[rng.choice(parameters.joiner_states.state[edges], p=shares)] += 1
            counts = after
        totals.append(counts)
    return totals


def peak_mb(workers: int = 0) -> int:
    """Return the largest resident size of this process, and of each worker as its largest."""
    main = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round((main + workers * worker) / 1024)


def cpu_seconds() -> float:
    """Return the processor seconds of this process and of the workers that have ended."""
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in used)


def report(**figures: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def seconds_of(job: Job, draws: int) -> float:
    """Simulate and summarise one authority; return the seconds."""
    begun = time.perf_counter()
    path = simulate(job.parameters, job.stock, job.population, draws=draws, seed=1)
    summarise(path, job.parameters.states, job.first_january)
    return time.perf_counter() - begun


def peer(plain_draws: int) -> None:
    """Compare 1,000 draws of 5 years of an authority of the peer's size with the plain way."""
    states = invented_states(PEER_NEEDS, PEER_SETTINGS, PEER_NCYS)
    for name, dynamics in (("held", None), ("moving", MOVING)):
        job = invented_job(states, PEER_CHILDREN, 5, "peer", dynamics)
        ours = seconds_of(job, 1000)
        figures = {"seconds": round(ours, 2), "peak_mb": peak_mb()}
        if dynamics is None:
            begun = time.perf_counter()
            plain_simulation(job, plain_draws, np.random.default_rng(1))
            plain = (time.perf_counter() - begun) * 1000 / plain_draws
            figures |= {
                "plain_seconds": round(plain, 1),
                "plain_draws_run": plain_draws,
                "plain_scaled_linearly": True,
                "times_faster": round(plain / ours, 1),
            }
        report(what="peer", rates=name, draws=1000, years=5, **figures)


def england(authorities: int, workers: int, years: int, draws: int) -> None:
    """Project invented authorities with 13 needs, 10 settings and 25 NCYs, and drop the result."""
    states = invented_states(13, 10, 25)
    sizes = invented_sizes(authorities)
    jobs = (
        invented_job(states, int(size), years, f"E{place:03d}", MOVING)
        for place, size in enumerate(sizes)
    )
    begun, rows, children = time.perf_counter(), 0, 0.0
    for projection in simulate_authorities(jobs, draws=draws, seed=1, workers=workers):
        rows += len(projection.summary.state)
        children += projection.summary.total["mean"].iloc[-1]
    took = time.perf_counter() - begun
    report(
        what="england",
        authorities=authorities,
        draws=draws,
        years=years,
        workers=workers,
        children_at_first=int(sizes.sum()),
        children_at_last=round(children),
        state_rows=rows,
        seconds=round(took, 1),
        cpu_seconds=round(cpu_seconds()),
        peak_mb=peak_mb(workers if workers > 1 else 0),
    )


def growth() -> None:
    """Double and double again the draws, the years and the authorities."""
    states = invented_states(13, 10, 25)

    def best(draws: int, years: int, authorities: int) -> float:
        flat = invented_job(states, MEAN_CHILDREN, years, "E", None)
        balanced = balanced_job(flat)
        return min(sum(seconds_of(balanced, draws) for _ in range(authorities)) for _ in range(2))

    for what, cases in {
        "draws": [(draws, 4, 1) for draws in (1000, 2000, 4000)],
        "years": [(500, years, 1) for years in (4, 8, 16)],
        "authorities": [(500, 4, count) for count in (1, 2, 4)],
    }.items():
        took = [round(best(*case), 3) for case in cases]
        times = [round(seconds / took[0], 2) for seconds in took]
        report(what="growth", of=what, x=[1, 2, 4], seconds=took, times=times)


def balanced_job(job: Job) -> Job:
    """Let as many join as leave, so that later years hold no more children than the first."""
    parameters = job.parameters
    alpha = parameters.joiners[:, 0] * LEAVE_SHARE / JOIN_SHARE
    joiners = np.column_stack([alpha, parameters.joiners.sum(axis=1) - alpha])
    return replace(job, parameters=replace(parameters, joiners=joiners))


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["peer", "england", "growth", []])
    parser.add_argument("--authorities", type=int, default=153)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--plain-draws", type=int, default=10)
    asked = parser.parse_args()
    what = asked.what or ["peer", "england", "growth"]
    if "peer" in what:
        peer(asked.plain_draws)
    if "england" in what:
        england(asked.authorities, asked.workers, asked.years, asked.draws)
    if "growth" in what:
        growth()


if __name__ == "__main__":
    main()
