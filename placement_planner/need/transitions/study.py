"""The cube of a study that keeps its children's steps: joiners, movers and leavers, simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import block_diag, csr_array

from placement_planner.need.cube import CELL, Cube
from placement_planner.need.held import people_by_ncy
from placement_planner.need.origins import Origins, shared_origins
from placement_planner.need.transitions.authorities import Job, simulate_authorities
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.need.transitions.expectation import expected_step
from placement_planner.need.transitions.fit import at_joining
from placement_planner.need.transitions.pooled_prior import pooled_parameters
from placement_planner.need.transitions.states import all_states, state_rows
from placement_planner.need.transitions.steps import count_steps, heads
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.transitions.states import States
    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import Caseload, PopulationProjection, Transitions

__all__ = ["can_simulate", "transitions_cube", "transitions_flows", "without_steps"]

_EVEN = 1e-9


def can_simulate(
    transitions: DataFrame[Transitions] | None, caseload: DataFrame[Caseload], base_january: int
) -> bool:
    """Tell whether every authority of the caseload has steps that end at the base January."""
    return transitions is not None and not without_steps(transitions, caseload, base_january)


def without_steps(
    transitions: DataFrame[Transitions], caseload: DataFrame[Caseload], base_january: int
) -> list[str]:
    """Name the authorities of the caseload that have no steps up to the base January."""
    last = transitions.loc[transitions["january"] == base_january - 1, "authority_code"]
    return sorted(set(caseload["authority_code"]) - set(last))


def _seen_cells(transitions: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Cells of NCY, need and setting that a child was ever in."""
    sides = [
        transitions[[f"ncy_{side}", f"need_{side}", f"setting_{side}"]].set_axis(
            ["ncy", "need", "setting"], axis=1
        )
        for side in (1, 2)
    ]
    base = now[["ncy", "need_type", "setting"]].set_axis(["ncy", "need", "setting"], axis=1)
    cells = pd.concat([*sides, base])
    return cells[cells["setting"] != OUTSIDE]


def _valid_states(cells: pd.DataFrame) -> pd.DataFrame:
    """Return settings with the NCYs anybody was seen at; every need, and moves between all."""
    ranges = cells.groupby("setting")["ncy"].agg(["min", "max"]).reset_index()
    settings = tuple(sorted(ranges["setting"]))
    needs = tuple(sorted(cells["need"].unique()))
    return pd.DataFrame(
        {
            "setting": ranges["setting"],
            "setting_group": ranges["setting"],
            "ncy_min": ranges["min"],
            "ncy_max": ranges["max"],
            "needs": [needs] * len(ranges),
            "may_move_to": [settings] * len(ranges),
        }
    )


def _stock(now: pd.DataFrame, states: States, authority: str) -> NDArray[np.int64]:
    mine = now[now["authority_code"] == authority]
    rows = state_rows(states, mine["ncy"], mine["need_type"], mine["setting"])
    children = np.zeros(len(states.ncy), dtype=np.int64)
    np.add.at(children, rows, _whole(mine["children"], mine["ncy"]).to_numpy())
    return children


def _whole(children: pd.Series, group: pd.Series) -> pd.Series:
    """Round to whole children, the largest remainders up, so that groups keep their sums.

    Examples
    --------
    >>> _whole(pd.Series([0.4, 0.4, 0.4, 2.0]), pd.Series([1, 1, 1, 2])).tolist()
    [1, 0, 0, 2]
    """
    floor = np.floor(children + _EVEN)
    rest = children - floor
    wanted = children.groupby(group).transform("sum").round() - floor.groupby(group).transform(
        "sum"
    )
    rank = rest.groupby(group).rank(method="first", ascending=False)
    return (floor + (rank <= wanted)).astype("int64")


def _population(projection: DataFrame[PopulationProjection]) -> pd.DataFrame:
    people = people_by_ncy(projection).rename("population").reset_index()
    people["january"] = people["academic_year"] + 1
    return people.drop(columns="academic_year")


def _jobs(
    transitions: DataFrame[Transitions],
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    last: int,
    choices: NeedChoices,
) -> tuple[States, list[Job]]:
    """Fit every authority's rates to its steps, and lay out its projection to a last year."""
    base = choices.base_january
    now = caseload[(caseload["january"] == base) & (caseload["children"] > 0)]
    theirs = transitions["authority_code"].isin(now["authority_code"])
    steps_table = transitions[theirs & (transitions["january"] < base)]
    year = steps_table.groupby(["authority_code", "january"]).ngroup()
    steps_table = steps_table.assign(
        children=_whole(steps_table["children"], year),
        authority_2=steps_table["authority_code"],
    )
    steps_table = steps_table[steps_table["children"] > 0]
    valid = _valid_states(_seen_cells(steps_table, now))
    states = all_states(valid, steps_table)
    people = _population(projection)
    all_steps = {
        code: at_joining(steps, people, code)
        for code, steps in count_steps(
            steps_table, people, states, relabel=choices.relabel_needs
        ).items()
    }
    rates = RateChoices(
        trend=choices.trend,
        damping=choices.joiner_damping,
        recency=choices.recency,
        relabel_needs=choices.relabel_needs,
    )
    parameters, _ = pooled_parameters(all_steps, valid, rates)
    januaries = list(range(base + 1, last + 2))
    jobs = [
        Job(
            authority=code,
            parameters=parameters[code],
            stock=_stock(now, states, code),
            population=heads(people, code, parameters[code].joiner_ncy.tolist(), januaries),
            first_january=base,
        )
        for code in sorted(parameters)
    ]
    return states, jobs


def _simulated(
    jobs: Sequence[Job], choices: NeedChoices, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[Job, NDArray[np.int32]]]:
    """Give the draws of each authority, (H + 1, S, D)."""
    projections = simulate_authorities(
        jobs, draws=choices.draws, seed=choices.seed, keep_draws=True, progress=progress
    )
    for job, projected in zip(jobs, projections, strict=True):
        if projected.draws is not None:
            yield job, projected.draws


def transitions_cube(
    transitions: DataFrame[Transitions],
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    choices: NeedChoices,
    progress: Callable[[int, int], None] | None = None,
) -> Cube:
    """Simulate joiners, movers and leavers from the caseload of the base January.

    Parameters
    ----------
    transitions
        Steps between Januaries; those that end after the base January are left out.
    caseload
        The stock at the base January; fractions become whole children within a year group.
    projection
        Children of each age, from the first step's year to the last wanted.
    years
        Academic years wanted, after the base year.
    choices
        Base January, trend, relabelling, draws and seed.
    progress
        As in `simulate_authorities`.

    Returns
    -------
    Cube
        The base year and `years`.
    """
    base = choices.base_january
    states, jobs = _jobs(transitions, caseload, projection, max([*years, base - 1]), choices)
    wanted = [0, *(year - base + 1 for year in years)]
    parts = []
    for job, draws in _simulated(jobs, choices, progress):
        some, children = _seen(draws, wanted)
        parts.append((_cells_of(job.authority, states, some), children))
    return Cube(
        cells=pd.concat([cells for cells, _ in parts], ignore_index=True),
        academic_years=(base - 1, *years),
        children=np.concatenate([children for _, children in parts], axis=1),
    )


def transitions_flows(
    transitions: DataFrame[Transitions],
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    last: int,
    choices: NeedChoices,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Cube, Origins]:
    """Simulate as `transitions_cube`, and tell where the children of each cell came from.

    Origins are those expected: the simulation's mean step from the cube's mean of the January
    before, and the joiners it expects.

    Parameters
    ----------
    transitions, caseload, projection, choices, progress
        As in `transitions_cube`.
    last
        The last academic year; every year from the base on is given.
    """
    base = choices.base_january
    states, jobs = _jobs(transitions, caseload, projection, last, choices)
    years = range(base - 1, last + 1)
    parts, flows = [], []
    for job, draws in _simulated(jobs, choices, progress):
        some, children = _seen(draws, range(len(years)))
        parts.append((_cells_of(job.authority, states, some), children))
        flows.append(_expected_flows(job, some, children.mean(axis=2, dtype=float)))
    cube = Cube(
        cells=pd.concat([cells for cells, _ in parts], ignore_index=True),
        academic_years=tuple(years),
        children=np.concatenate([children for _, children in parts], axis=1),
    )
    together = [
        (
            csr_array(block_diag([between for between, _ in step], format="csr")),
            np.concatenate([joiners for _, joiners in step]),
        )
        for step in zip(*flows, strict=True)
    ]
    return cube, shared_origins(cube, together, cube.children.mean(axis=2, dtype=float))


def _expected_flows(
    job: Job, some: NDArray[np.int64], means: NDArray[np.float64]
) -> list[tuple[csr_array, NDArray[np.float64]]]:
    """Expect the children who go from cell to cell, and joiners, of every step; (n, n), (n,)."""
    steps = len(means) - 1
    step = expected_step(job.parameters, max(steps, 1))
    onward, spread = csr_array(step.onward[some][:, some]), csr_array(step.spread[some])
    return [
        (
            csr_array(onward.multiply(means[year][None, :])),
            spread @ (step.joining[year] * np.rint(job.population[year])),
        )
        for year in range(steps)
    ]


def _seen(
    draws: NDArray[np.int32], wanted: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the states that anybody is ever in, and their children (Y, N, D)."""
    kept = draws[list(wanted)]
    some = np.flatnonzero(kept.any(axis=(0, 2)))
    return some, kept[:, some].astype(np.float32)


def _cells_of(authority: str, states: States, some: NDArray[np.int64]) -> pd.DataFrame:
    cells = states.labels().iloc[some].set_axis(CELL[1:], axis=1)
    cells.insert(0, "authority_code", authority)
    return cells.reset_index(drop=True)
