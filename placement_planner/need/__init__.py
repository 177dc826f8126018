"""Children with plans ahead, by whichever method the study's tables allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.cube import Cube
from placement_planner.need.held import held_cube
from placement_planner.need.origins import Origins, net_origins
from placement_planner.need.published.cube import published_cube
from placement_planner.need.transitions.study import (
    can_simulate,
    transitions_cube,
    transitions_flows,
    without_steps,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandera.typing import DataFrame

    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import (
        Caseload,
        CaseloadTotals,
        PopulationProjection,
        Transitions,
    )

__all__ = [
    "Cube",
    "Origins",
    "chosen_method",
    "project_cube",
    "project_flows",
    "without_steps",
]


def chosen_method(
    caseload: DataFrame[Caseload],
    transitions: DataFrame[Transitions] | None,
    choices: NeedChoices,
) -> str:
    """Return the method that is used: "transitions", "published" or "held".

    Raises
    ------
    DataError
        If transitions are asked for and an authority has none.
    """
    simulated = can_simulate(transitions, caseload, choices.base_january)
    if choices.method == "transitions" and not simulated:
        raise DataError(
            "need.method = transitions, but not every authority of the caseload has steps in "
            f"transitions that end at January {choices.base_january}; right would be steps of "
            'every authority, or need.method = "published"'
        )
    if choices.method != "auto":
        return choices.method
    return "transitions" if simulated else "published"


def _check_authorities(caseload: DataFrame[Caseload], base: int) -> None:
    """Refuse a caseload in which an authority has other Januaries than the base alone."""
    there = set(caseload.loc[caseload["january"] == base, "authority_code"])
    if not there:
        raise DataError(f"caseload has no rows for January {base}, the base of the run")
    missing = sorted(set(caseload["authority_code"]) - there)
    if missing:
        raise DataError(
            f"{len(missing)} authority(ies) of the caseload have no rows for January {base}, the "
            f"base of the run, for example {missing[0]}; right would be the base January of every "
            "authority, or an earlier need.base_january"
        )


def _check_population(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
) -> None:
    """Refuse a population that lacks a year of an authority: nobody could join there."""
    keys = ["authority_code", "academic_year"]
    wanted = pd.MultiIndex.from_product([caseload["authority_code"].unique(), years], names=keys)
    lacking = wanted.difference(pd.MultiIndex.from_frame(projection[keys])).sort_values()
    if len(lacking):
        code, year = min(lacking, key=lambda row: (row[1], row[0]))
        raise DataError(
            f"population_projection has no rows for academic year {year} of authority {code}, nor "
            f"for {len(lacking) - 1} other year(s) and authorities; it must reach from "
            f"{years[0]} to {years[-1]} for every authority of the caseload"
        )


def _check_reach(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    base: int,
) -> None:
    """Refuse years that cannot be projected from what there is."""
    early = [year for year in years if year < base - 1]
    if early:
        raise DataError(
            f"{len(early)} planned year(s) lie before the base, for example {early[0]}; the first "
            f"that can be planned is {base - 1}, the year of January {base}"
        )
    _check_authorities(caseload, base)
    _check_population(caseload, projection, range(base - 1, max([*years, base - 1]) + 1))


def project_cube(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    choices: NeedChoices,
    *,
    transitions: DataFrame[Transitions] | None = None,
    totals: DataFrame[CaseloadTotals] | None = None,
    with_draws: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Cube:
    """Project children with plans by authority, year group, need and setting.

    Parameters
    ----------
    caseload, projection
        Plans by authority, January, NCY, need and setting; population by authority, year and age.
    years
        Academic years wanted.
    choices
        Method, base January, draws and seed.
    transitions, totals
        Steps between Januaries; earlier Januaries by setting alone. None where not known.
    with_draws
        False takes expected children alone where the method can tell them without draws.
    progress
        Told how many steps of the simulation of how many are done.

    Raises
    ------
    DataError
        If a planned year lies before the base year, or a table lacks a year that is needed.
    """
    base = choices.base_january
    _check_reach(caseload, projection, years, base)
    ahead = [year for year in years if year >= base]
    method = chosen_method(caseload, transitions, choices)
    if method == "held":
        return held_cube(caseload, projection, base, ahead)
    if method == "transitions" and transitions is not None:
        return transitions_cube(transitions, caseload, projection, ahead, choices, progress)
    return published_cube(caseload, totals, projection, ahead, choices, with_draws=with_draws)


def project_flows(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    choices: NeedChoices,
    *,
    transitions: DataFrame[Transitions] | None = None,
    totals: DataFrame[CaseloadTotals] | None = None,
    with_draws: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Cube, Origins]:
    """Project as `project_cube` every year to the last one wanted, and tell who came from where.

    Parameters
    ----------
    caseload, projection, choices, transitions, totals, with_draws, progress
        As in `project_cube`.
    years
        Academic years wanted; all from the base to the last of them are given, since a change of
        policy travels from one January to the next (`Cube.at` takes those wanted).

    Returns
    -------
    tuple
        The cube, and the origins of its children: those the simulation expects where transitions
        are known, else net flows between year groups (`net_origins`).

    Raises
    ------
    DataError
        As in `project_cube`.
    """
    base = choices.base_january
    _check_reach(caseload, projection, years, base)
    last = max([*years, base - 1])
    if chosen_method(caseload, transitions, choices) == "transitions" and transitions is not None:
        return transitions_flows(transitions, caseload, projection, last, choices, progress)
    cube = project_cube(
        caseload,
        projection,
        range(base, last + 1),
        choices,
        transitions=transitions,
        totals=totals,
        with_draws=with_draws,
    )
    return cube, net_origins(cube)
