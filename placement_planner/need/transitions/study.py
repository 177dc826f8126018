"""The cube of a study that keeps its children's steps: joiners, movers and leavers, simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.cube import CELL, Cube
from placement_planner.need.held import people_by_ncy
from placement_planner.need.transitions.authorities import Job, simulate_authorities
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.need.transitions.fit import at_joining
from placement_planner.need.transitions.pooled_prior import pooled_parameters
from placement_planner.need.transitions.states import all_states, state_rows
from placement_planner.need.transitions.steps import count_steps, heads
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.transitions.states import States
    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import Caseload, PopulationProjection, Transitions

__all__ = ["can_simulate", "transitions_cube", "without_steps"]

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
    januaries = list(range(base + 1, max([*years, base - 1]) + 2))
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
    wanted = [0, *(year - base + 1 for year in years)]
    parts = [
        _cells_of(projected.authority, states, projected.draws, wanted)
        for projected in simulate_authorities(
            jobs, draws=choices.draws, seed=choices.seed, keep_draws=True, progress=progress
        )
        if projected.draws is not None
    ]
    return Cube(
        cells=pd.concat([cells for cells, _ in parts], ignore_index=True),
        academic_years=(base - 1, *years),
        children=np.concatenate([children for _, children in parts], axis=1),
    )


def _cells_of(
    authority: str, states: States, draws: NDArray[np.int32], wanted: Sequence[int]
) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """Cells of one authority that anybody is ever in, and their children (Y, N, D)."""
    kept = draws[list(wanted)]
    some = np.flatnonzero(kept.any(axis=(0, 2)))
    cells = states.labels().iloc[some].set_axis(CELL[1:], axis=1)
    cells.insert(0, "authority_code", authority)
    return cells.reset_index(drop=True), kept[:, some].astype(np.float32)
