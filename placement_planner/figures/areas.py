"""Figures by area at the finest level that may be shown: need, and what plans add to it.

The level is one for a whole table, so that its columns can be compared: the finest at which four
in five of the cells with children can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.exact.areas import (
    LEVEL_NAMES,
    NEED_TITLES,
    Kind,
    area_codes,
    by_area_and_year,
    tables_by_level,
)
from placement_planner.figures.exact.dimensions import study_dimensions
from placement_planner.figures.exact.need import LATENT_TITLE
from placement_planner.figures.released import released_need
from placement_planner.privacy import WITHHELD, Withheld, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome
    from placement_planner.privacy import Released

__all__ = [
    "LATENT_TITLE",
    "LEVEL_NAMES",
    "NEED_TITLES",
    "AreaTable",
    "Kind",
    "area_codes",
    "change_shown",
    "children_by_year",
    "in_final_year",
    "need_by_year",
    "tables_by_level",
    "year_columns",
]


@dataclass(frozen=True)
class AreaTable:
    """Figures by area at the finest level that may be shown.

    `frame` has code, name and the figures; `level` is a key of `LEVEL_NAMES`.
    """

    frame: pd.DataFrame
    level: str
    withheld: Withheld


def year_columns(table: Released, column: str, years: Sequence[int]) -> AreaTable:
    """Turn a column of a table by area and year into a column a year, named as the year is."""
    rows = table.frame[table.frame["academic_year"].isin(list(years))]
    wide = rows.assign(year=rows["academic_year"].astype(str)).pivot(  # noqa: PD010 - nothing to sum
        index=["code", "name"], columns="year", values=column
    )
    columns = [str(year) for year in years]
    frame = wide[columns].reset_index().rename_axis(columns=None)
    return AreaTable(frame, table.level, _recorded(table, frame, columns))


def in_final_year(table: Released, columns: Sequence[str], counts: Sequence[str]) -> AreaTable:
    """Keep the last year of a table by area and year: code, name and some columns."""
    rows = table.frame[table.frame["academic_year"] == table.frame["academic_year"].max()]
    frame = rows[["code", "name", *columns]].reset_index(drop=True)
    return AreaTable(frame, table.level, _recorded(table, frame, counts))


def _recorded(table: Released, frame: pd.DataFrame, counts: Sequence[str]) -> Withheld:
    """Count what is withheld of the counts that are shown together."""
    cells = frame[list(counts)]
    hidden = cells.eq(WITHHELD)
    there = hidden | cells.mask(hidden, 0.0).astype(float).gt(0)
    told = table.withheld
    return Withheld(
        told.table, told.level, int(there.to_numpy().sum()), int(hidden.to_numpy().sum())
    )


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
        `frame` has code, name, and a column a year, named as the year is: "2030".
    """
    return year_columns(released_need(study)[f"need:{kind}:all"], "children", years)


def children_by_year(
    study: Outcome | Forecast, need: pd.DataFrame, years: Sequence[int], title: str
) -> AreaTable:
    """Return children of a table like `study.area_need` that is linked to no other, by area.

    The level is the finest at which enough can be shown in every one of the years.

    Returns
    -------
    AreaTable
        `frame` has code, name, and a column a year, named as the year is: "2030".
    """
    table = by_area_and_year(study, title, need, {"children": title}, years=years)
    dimensions = study_dimensions(study.inputs.areas)
    shown = release({title: table}, dimensions, study.scenario.privacy)[title]
    return year_columns(shown, "children", years)


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
