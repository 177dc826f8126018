"""Tables while they are being checked: typed, bad cells blank, and what may still be relied on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from placement_planner.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd

    from placement_planner.scenario import Scenario
    from placement_planner.tables import Table

__all__ = ["MOST_ROWS", "CheckedStudy", "CheckedTable", "UnsoundError", "row_findings"]

MOST_ROWS = 20


class UnsoundError(Exception):
    """A rule asked for something already reported as broken or absent: the rule is passed over."""


@dataclass(frozen=True, kw_only=True)
class CheckedTable:
    """One table: typed cells by row of the file, with bad ones blank and their columns named."""

    model: type[Table]
    file: str
    frame: pd.DataFrame
    faulty: frozenset[str] = frozenset()
    shapes: gpd.GeoSeries | None = None

    def without(self, column: str, rows: pd.Index) -> Self:
        """Return a copy with cells of a column blanked, because they were reported."""
        cells = self.frame[column].where(~self.frame.index.isin(rows))
        frame = self.frame.assign(**{column: cells})
        return replace(self, frame=frame, faulty=self.faulty | {column})


@dataclass(frozen=True, kw_only=True)
class CheckedStudy:
    """All tables that could be read, with the scenario, if that could be read.

    `unreadable` names the tables that are there and could not be read, as reported.
    """

    tables: Mapping[str, CheckedTable]
    scenario: Scenario | None
    unreadable: frozenset[str] = frozenset()

    def rows(self, name: str, *columns: str) -> pd.DataFrame:
        """Return the rows of a table whose required cells among these columns are sound.

        Raises
        ------
        UnsoundError
            If the table or one of the columns is absent.
        """
        table = self.tables.get(name)
        if table is None or not set(columns) <= set(table.frame.columns):
            raise UnsoundError(name)
        fields = table.model.to_schema().columns
        required = [column for column in columns if not fields[column].nullable]
        return table.frame[list(columns)].dropna(subset=required)

    def whole(self, name: str, *columns: str) -> pd.DataFrame:
        """Return the columns of a table if every row is there and every cell is sound.

        Raises
        ------
        UnsoundError
            If anything about them was reported, or the table has no rows.
        """
        rows = self.rows(name, *columns)
        if self.faulty(name).intersection(columns) or rows.empty:
            raise UnsoundError(name)
        return rows

    def faulty(self, name: str) -> frozenset[str]:
        """Return the columns of a table in which something was reported."""
        return self.tables[name].faulty if name in self.tables else frozenset()

    def choices(self) -> Scenario:
        """Return the scenario.

        Raises
        ------
        UnsoundError
            If it could not be read.
        """
        if self.scenario is None:
            raise UnsoundError("scenario")
        return self.scenario

    def report(
        self, name: str, column: str, wrong: pd.DataFrame, words: str, right: str
    ) -> list[Finding]:
        """Report rows of a table; `words` say what was found, columns of `wrong` in braces."""
        records: list[Any] = wrong.to_dict("records")
        found = zip(wrong.index, (words.format_map(cells) for cells in records), strict=True)
        return row_findings(self.tables[name].file, column, found, right)

    def replaced(self, name: str, table: CheckedTable) -> Self:
        """Return a copy with one table in place of another."""
        return replace(self, tables={**self.tables, name: table})


def row_findings(
    file: str, column: str | None, found: Iterable[tuple[Any, Any]], right: str
) -> list[Finding]:
    """Report one kind of fault in one column: the first rows, then how many more there are."""
    listed = [
        Finding(file, None if row is None else int(row), column, str(value), right)
        for row, value in found
    ]
    if len(listed) <= MOST_ROWS + 1:
        return listed
    more, row = len(listed) - MOST_ROWS, listed[MOST_ROWS].row
    return [*listed[:MOST_ROWS], Finding(file, row, column, f"{more} more rows like this", right)]
