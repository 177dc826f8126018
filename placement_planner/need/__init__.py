"""Children who need a specialist place: by small area, need group, phase and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.cube import Cube
from placement_planner.need.groups import TO_PLACE, count_scope
from placement_planner.need.held import held_cube
from placement_planner.need.published.cube import published_cube
from placement_planner.need.small_areas import area_weights, spread_need, sum_to_middle
from placement_planner.need.transitions.study import can_simulate, transitions_cube, without_steps
from placement_planner.tables import checked
from placement_planner.tables.stages import Need, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandera.typing import DataFrame

    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import (
        Caseload,
        CaseloadTotals,
        Flows,
        Population,
        PopulationProjection,
        Transitions,
    )

__all__ = [
    "Cube",
    "chosen_method",
    "project_cube",
    "project_need",
    "sum_to_middle",
    "without_steps",
]

OUTSIDE = "OUTSIDE"
SLACK = 1e-6
_GROUP = ["authority_code", "need_group", "phase"]


def _placed_outside(flows: DataFrame[Flows] | None, areas: pd.DataFrame) -> pd.DataFrame:
    """Children of each authority placed out of the region now, by need group and phase."""
    columns = [*_GROUP, "outside"]
    if flows is None:
        return pd.DataFrame(columns=columns).astype({"outside": float})
    rules = code_table("need_group_rules").query("setting == 'state_special'")
    away = flows[flows["provision_id"] == OUTSIDE]
    away = away.merge(areas[["area_code", "authority_code"]], on="area_code").merge(
        rules[["need_type", "phase", "need_group"]], on=["need_type", "phase"]
    )
    return (
        away.groupby(_GROUP, as_index=False)["children"]
        .sum()
        .rename(columns={"children": "outside"})
    )


def _check_nobody_lost(to_place: pd.DataFrame, need: pd.DataFrame) -> None:
    keys = [*_GROUP, "academic_year"]
    wanted = to_place.groupby(keys)["children"].sum()
    lost = wanted.sub(need.groupby(keys)["children"].sum(), fill_value=0.0)
    lost = lost[lost.abs() > SLACK]
    if len(lost):
        raise DataError(
            f"{lost.sum():,.1f} children to place have no area to live in, in {len(lost)} groups, "
            f"for example {lost.index[0]}: every authority with plans needs areas with population"
        )


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
    early = [year for year in years if year < base - 1]
    if early:
        raise DataError(
            f"{len(early)} planned year(s) lie before the base, for example {early[0]}; the first "
            f"that can be planned is {base - 1}, the year of January {base}"
        )
    _check_authorities(caseload, base)
    _check_population(caseload, projection, range(base - 1, max([*years, base - 1]) + 1))
    ahead = [year for year in years if year >= base]
    method = chosen_method(caseload, transitions, choices)
    if method == "held":
        return held_cube(caseload, projection, base, ahead)
    if method == "transitions" and transitions is not None:
        return transitions_cube(transitions, caseload, projection, ahead, choices, progress)
    return published_cube(caseload, totals, projection, ahead, choices, with_draws=with_draws)


def project_need(
    cube: pd.DataFrame,
    population: DataFrame[Population],
    areas: pd.DataFrame,
    flows: DataFrame[Flows] | None,
    years: Sequence[int],
    choices: NeedChoices,
) -> tuple[DataFrame[Need], DataFrame[Scope]]:
    """Count children who need a specialist place by small area, and account for all who do not.

    Parameters
    ----------
    cube
        Expected children: authority_code, ncy, need_type, setting, academic_year, children.
    population, areas, flows
        What need is spread to small areas by; `flows` also says who is placed out of the region,
        held constant.
    years
        Academic years wanted.

    Returns
    -------
    tuple
        Need by small area, need group, phase and year; and the scope table, in which every
        child with a plan stands once, for the base year and `years`.
    """
    counted = count_scope(cube, choices.residential_share)
    counted = counted.merge(_placed_outside(flows, areas), on=_GROUP, how="left")
    sought = counted["counted_as"] == TO_PLACE
    outside = counted["outside"].fillna(0.0).clip(upper=counted["children"]).where(sought, 0.0)
    away = counted[outside > 0].assign(
        counted_as="placed_outside_region", children=outside[outside > 0]
    )
    counted = counted.assign(children=counted["children"] - outside).drop(columns="outside")
    keys = ["authority_code", "academic_year", "counted_as"]
    scope = pd.concat([counted, away]).groupby(keys, as_index=False)["children"].sum()
    to_place = counted[sought & counted["academic_year"].isin(list(years))]
    weights = area_weights(
        areas, population, flows, to_place[_GROUP].drop_duplicates(), choices.history_weight
    )
    need = spread_need(to_place.drop(columns="counted_as"), weights)
    _check_nobody_lost(to_place, need)
    return checked(Need, need), checked(Scope, scope)
