"""Figures by area at the finest level that may be shown: need, and what plans add to it.

The level is one for the whole table, so that its columns can be compared: the finest at which four
in five of the cells with children can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.privacy import (
    WITHHELD,
    Withheld,
    count_withheld,
    finest_level,
    withhold,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome
    from placement_planner.scenario import PrivacyChoices

__all__ = [
    "LATENT_TITLE",
    "LEVEL_NAMES",
    "NEED_TITLES",
    "AreaTable",
    "Kind",
    "area_codes",
    "area_table",
    "change_shown",
    "children_by_year",
    "need_by_year",
    "of_kind",
    "tables_by_level",
]

Kind = Literal["all", "base", "special"]
LEVEL_NAMES = {"area": "small area", "middle": "larger area", "authority": "authority"}
LATENT_TITLE = "Latent demand: assumed, beside the need"
NEED_TITLES: dict[Kind, str] = {
    "all": "Children who need a specialist place",
    "base": "Children who need a place in a specialist base",
    "special": "Children who need a place in a special school",
}


@dataclass(frozen=True)
class AreaTable:
    """Figures by area at the finest level that may be shown.

    `frame` has code, name and the figures; `level` is a key of `LEVEL_NAMES`.
    """

    frame: pd.DataFrame
    level: str
    withheld: Withheld


def area_codes(study: Outcome | Forecast) -> pd.DataFrame:
    """Return codes and names of every small area at every level."""
    areas = pd.DataFrame(study.inputs.areas.drop(columns="geometry"))
    names = study.inputs.authorities[["authority_code", "authority_name"]]
    return areas.merge(names, on="authority_code", how="left", validate="many_to_one")


def tables_by_level(
    study: Outcome | Forecast, frame: pd.DataFrame, finest: str, sums: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Sum a table of `finest` area codes to that level and every coarser one; none is left out."""
    by_finest = frame.groupby("area_code")[list(sums)].sum()
    units = area_codes(study).drop_duplicates(f"{finest}_code")
    figures = units.join(by_finest, on=f"{finest}_code").fillna(dict.fromkeys(sums, 0.0))
    levels = list(LEVEL_NAMES)
    return {
        level: figures.groupby([f"{level}_code", f"{level}_name"], as_index=False)[list(sums)]
        .sum()
        .rename(columns={f"{level}_code": "code", f"{level}_name": "name"})
        for level in levels[levels.index(finest) :]
    }


def area_table(
    title: str,
    tables: dict[str, pd.DataFrame],
    choices: PrivacyChoices,
    counts: Sequence[str],
    derived: Sequence[str] = (),
) -> AreaTable:
    """Choose the level, withhold, and count what was withheld.

    Parameters
    ----------
    title
        What the table tells of.
    tables
        As from `tables_by_level`.
    choices
        Choices of disclosure control.
    counts
        Columns that count children.
    derived
        Columns worked out from the counts, as in `privacy.withhold`.
    """
    level = finest_level(tables, counts, choices)
    record = count_withheld(title, LEVEL_NAMES[level], tables[level], counts, choices)
    return AreaTable(withhold(tables[level], counts, choices, derived), level, record)


def of_kind(need: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Keep the rows of need groups of one kind of place; "all" keeps every row."""
    if kind == "all":
        return need
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    return need[need["need_group"].map(kinds) == kind]


def need_by_year(study: Outcome | Forecast, years: Sequence[int], kind: Kind = "all") -> AreaTable:
    """Return children who need a place, by area and academic year, as may be shown.

    Parameters
    ----------
    study
        A plan's outcome or a projection.
    years
        Academic years, a column each; every one must be projected.
    kind
        All of the children, or those for bases or special schools.

    Returns
    -------
    AreaTable
        As from `children_by_year`.
    """
    return children_by_year(study, of_kind(study.area_need, kind), years, NEED_TITLES[kind])


def children_by_year(
    study: Outcome | Forecast, need: pd.DataFrame, years: Sequence[int], title: str
) -> AreaTable:
    """Return children of a table like `study.area_need`, by area and academic year.

    The level is the finest at which enough can be shown in every one of the years.

    Returns
    -------
    AreaTable
        `frame` has code, name, and a column a year, named as the year is: "2030".
    """
    columns = [str(year) for year in years]
    wide = need.assign(year=need["academic_year"].astype(str)).pivot_table(
        index="area_code", columns="year", values="children", aggfunc="sum", fill_value=0.0
    )
    frame = wide.reindex(columns=columns, fill_value=0.0).reset_index()
    choices = study.scenario.privacy
    tables = tables_by_level(study, frame, "area", columns)
    levels = list(tables)
    coarsest = max(levels.index(finest_level(tables, [column], choices)) for column in columns)
    enough = {level: tables[level] for level in levels[coarsest:]}
    return area_table(title, enough, choices, columns)


def change_shown(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return the change between two columns as they are shown; withheld where either is.

    Taken from the figures that are shown, so that it tells no more than they do.

    Examples
    --------
    >>> change_shown(pd.Series([10, 5, "c"]), pd.Series([25, "c", 10])).tolist()
    [15.0, 'c', 'c']
    """
    change = pd.to_numeric(after, errors="coerce") - pd.to_numeric(before, errors="coerce")
    hidden = before.eq(WITHHELD) | after.eq(WITHHELD)
    return change.astype(float).astype(object).mask(hidden, WITHHELD)
