"""The workbook: a sheet to read first, then one table a sheet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from placement_planner.reports.sheets import Sheet, sheets
from placement_planner.wording import (
    INTERNAL,
    basis_sentence,
    gap_sentence,
    observed_sentence,
    profile_sentence,
    sources,
    status_sentence,
    years_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from placement_planner.outcome import Outcome

__all__ = ["write_workbook"]

HEADER_ROW = 3
WIDEST = 60
_POUNDS_ONLY = 1000
_LOOKS = ("£#,##0", "£#,##0.00", "0.0%", "#,##0", "#,##0.0", "#,##0.0##")
_TEXT_AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(outcome: Outcome, path: Path, *, made: date | None = None) -> Path:
    """Write the workbook; disclosure control is applied, by the scenario's choices.

    Every sheet has its title in A1, a note in A2 and one table with its headings in row 4, frozen.
    Numbers are numbers; a withheld figure is the text ``c``.

    Parameters
    ----------
    outcome
        What a run came to.
    path
        File to write; its folder is made.
    made
        Date that stands in the workbook; today where it is left out.

    Returns
    -------
    Path
        `path`.
    """
    day = made or date.today()  # noqa: DTZ011 - the reader's own calendar
    tables = sheets(outcome)
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, _TEXT_AS_TEXT) as book:
        book.set_properties(
            {
                "title": f"{outcome.scenario.name}: specialist places",
                "comments": outcome.scenario.notice,
                "created": datetime.combine(day, time(), tzinfo=UTC).replace(tzinfo=None),
            }
        )
        _write_first(book, outcome, tables, day)
        is_internal = outcome.scenario.privacy.profile == "internal"
        for table in tables:
            _write_sheet(book, table, f"{INTERNAL}. " if is_internal else "")
    return path


def _write_first(
    book: xlsxwriter.Workbook, outcome: Outcome, tables: Sequence[Sheet], day: date
) -> None:
    """Write what this is, what was proved, what was withheld, and what the sheets hold."""
    scenario = outcome.scenario
    bold = book.add_format({"bold": True, "font_size": 14})
    strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    rows = [
        ("What this is", f"{scenario.notice[0].upper()}{scenario.notice[1:]}."),
        ("Scenario", scenario.name),
        ("Years", years_sentence(outcome)),
        ("Made", f"{day.day} {day:%B %Y}"),
        ("Status", status_sentence(outcome.plan.report)),
        ("Gap", gap_sentence(outcome)),
        ("Withheld", profile_sentence(outcome)),
        ("Estimates", basis_sentence(outcome)),
        ("Journeys now", observed_sentence(outcome)),
        *((f"Sheet: {table.name}", table.title) for table in tables),
        *(("Source", source) for source in sources(outcome)),
    ]
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, "Where new specialist places could go", bold)
    for row, (about, text) in enumerate(rows, start=2):
        sheet.write_string(row, 0, about, strong)
        sheet.write_string(row, 1, text, wrapped)


def _write_sheet(book: xlsxwriter.Workbook, table: Sheet, mark: str) -> None:
    """Write a table under its title; `mark` stands before the note and in print."""
    sheet = book.add_worksheet(table.name)
    sheet.write_string(0, 0, table.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, mark + table.note)
    sheet.set_header(f"&L{mark}&R&A")
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    rows = [[_cell(value) for value in row] for row in table.frame.itertuples(index=False)]
    if not rows:
        sheet.write_string(HEADER_ROW, 0, "There is nothing to list.")
        return
    formats = [_number_format(str(name), table.frame[name]) for name in table.frame]
    sheet.add_table(
        HEADER_ROW,
        0,
        HEADER_ROW + len(rows),
        len(table.frame.columns) - 1,
        {
            "name": table.name.replace(" ", "_"),
            "style": "Table Style Light 1",
            "data": rows,
            "columns": [
                {"header": str(name), "format": book.add_format(look)}
                for name, look in zip(table.frame.columns, formats, strict=True)
            ],
        },
    )
    for place, name in enumerate(table.frame.columns):
        longest = max(len(str(name)) + 4, *(len(_as_shown(row[place])) for row in rows))
        sheet.set_column(place, place, min(longest + 2, WIDEST))

    _write_by_unit(book, sheet, table.frame)


def _write_by_unit(book: xlsxwriter.Workbook, sheet: Any, frame: pd.DataFrame) -> None:  # noqa: ANN401
    """Where a column says the unit of its row, give each number the look of that unit."""
    if "Unit" not in frame:
        return
    looks = {look: book.add_format({"num_format": look, "align": "right"}) for look in _LOOKS}
    for row, units in enumerate(frame["Unit"], start=HEADER_ROW + 1):
        for place, value in enumerate(frame.iloc[row - HEADER_ROW - 1]):
            if isinstance(value, (int, float)) and not pd.isna(value):
                sheet.write_number(row, place, value, looks[_look(units, value)])


def _look(unit: str, value: float) -> str:
    """Choose how a number of a unit looks.

    Examples
    --------
    >>> _look("GBP per km", 1.53), _look("share", 0.5), _look("children", 12.0)
    ('£#,##0.00', '0.0%', '#,##0')
    """
    is_whole = float(value).is_integer()
    if unit.startswith("GBP"):
        return "£#,##0" if is_whole or abs(value) >= _POUNDS_ONLY else "£#,##0.00"
    if unit.startswith("share"):
        return "0.0%"
    if unit in {"minutes", "km"}:
        return "#,##0.0"
    return "#,##0" if is_whole else "#,##0.0##"


def _cell(value: Any) -> Any:  # noqa: ANN401 - cells are of every kind
    """Return a value that a cell can hold; missing ones are blank."""
    return None if pd.isna(value) else value


def _as_shown(value: Any) -> str:  # noqa: ANN401 - cells are of every kind
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _number_format(name: str, values: pd.Series[Any]) -> dict[str, str]:
    """Choose how a column's numbers look: £ and counts whole, the rest as fine as it needs."""
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    if "£" in name:
        return {"num_format": "£#,##0", "align": "right"}
    if numbers.empty:
        return {"align": "left"}
    if (numbers % 1 == 0).all():
        return {"num_format": "#,##0", "align": "right"}
    return {"num_format": "#,##0.0", "align": "right"}
