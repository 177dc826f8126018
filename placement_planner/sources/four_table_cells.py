"""The four tables as files: found, read as text, cells turned into numbers or named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_number, pick_columns, read_text_table
from placement_planner.tables.four_tables import FIRST_NCY, LAST_NCY
from placement_planner.tables.vocabulary import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "HEADER_ROWS",
    "Fault",
    "Rule",
    "Sheet",
    "in_ranges",
    "judge",
    "name_many",
    "read_sheet",
]

HEADER_ROWS = 2
"""What turns a row counted from 0 into a line of the file, whose header is line 1."""
EXAMPLES = 5
"""Rows of a kind of fault that are named one by one; the others are counted."""

_YEAR = ("january", "calendar-year", "calendar_year")
ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "transitions": {
        "january": _YEAR,
        "ncy_1": ("ncy_1", "academic-year-1", "academic_year_1"),
        "need_1": ("need_1", "need-1"),
        "setting_1": ("setting_1", "setting-1"),
        "ncy_2": ("ncy_2", "academic-year-2", "academic_year_2"),
        "need_2": ("need_2", "need-2"),
        "setting_2": ("setting_2", "setting-2"),
        "authority": ("authority", "authority_code"),
        "authority_1": ("authority_1", "authority-1"),
        "authority_2": ("authority_2", "authority-2"),
    },
    "population": {
        "january": _YEAR,
        "ncy": ("ncy", "academic-year", "academic_year"),
        "population": ("population",),
        "authority": ("authority", "authority_code"),
    },
    "valid-states": {
        "setting": ("setting",),
        "setting_group": ("setting_group", "setting-group"),
        "ncy_min": ("ncy_min", "min-academic-year"),
        "ncy_max": ("ncy_max", "max-academic-year"),
        "needs": ("needs",),
        "may_move_to": ("may_move_to", "setting->setting"),
    },
    "costs": {
        "need": ("need",),
        "setting": ("setting",),
        "cost_gbp": ("cost_gbp", "cost"),
    },
}
OPTIONAL = ("authority", "authority_1", "authority_2", "setting_group")
_WHOLE = {
    "january": (FIRST_YEAR, LAST_YEAR),
    **dict.fromkeys(("ncy", "ncy_1", "ncy_2", "ncy_min", "ncy_max"), (FIRST_NCY, LAST_NCY)),
}
_AMOUNTS = ("population", "cost_gbp")


def in_ranges(rows: Sequence[int], most: int = 8) -> str:
    """Write row numbers shortly; of many ranges, the first.

    Examples
    --------
    >>> in_ranges([2, 3, 4, 9])
    'rows 2-4, 9'
    """
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    words = [str(low) if low == high else f"{low}-{high}" for low, high in parts[:most]]
    return "rows " + ", ".join(words) + (", ..." if len(parts) > most else "")


@dataclass(frozen=True)
class Sheet:
    """One file read: `names` gives the file's name of each of our columns.

    In `frame` labels are text and numbers are numbers, blank where they are none; `text` has the
    cells as they stand in the file.
    """

    file: str
    names: dict[str, str]
    text: pd.DataFrame
    frame: pd.DataFrame


@dataclass(frozen=True)
class Fault:
    """A broken rule: what was found in which rows (the index of `found`), what would be right."""

    column: str
    found: pd.Series
    right: str


Rule = Callable[[pd.DataFrame], list[Fault]]


def _number_faults(sheet: Sheet) -> list[Fault]:
    """Name the cells of numeric columns that are no number, or none that can be."""
    faults = []
    for column in sheet.frame.columns.intersection([*_WHOLE, *_AMOUNTS]):
        text, number = sheet.text[column], sheet.frame[column]
        found = ("'" + text + "'").where(text != "", "a blank cell")
        if column in _WHOLE:
            low, high = _WHOLE[column]
            bad, right = number.isna(), f"a whole number from {low} to {high}"
        else:
            bad, right = number.isna() | (number < 0), "a number of at least 0"
        faults.append(Fault(column, found[bad], right))
    return faults


def _findings_of(sheet: Sheet, fault: Fault) -> list[Finding]:
    """Name the first rows one by one and count the rest."""
    column = sheet.names.get(fault.column, fault.column)
    rows = [int(row) + HEADER_ROWS for row in fault.found.index]
    findings = [
        Finding(sheet.file, row, column, str(found), fault.right)
        for row, found in zip(rows[:EXAMPLES], fault.found, strict=False)
    ]
    rest = rows[EXAMPLES:]
    if rest:
        found = f"the like in {len(rest):,} more rows ({in_ranges(rest)}), {len(rows):,} in all"
        findings.append(Finding(sheet.file, None, column, found, fault.right))
    return findings


def judge(sheet: Sheet, rules: Sequence[Rule]) -> tuple[pd.DataFrame, list[Finding]]:
    """Hold rows to rules, one after the other; a row that breaks one is not held to the next.

    Parameters
    ----------
    sheet
        The file; bad numbers are named before any other rule.
    rules
        Functions from the rows that are sound so far to faults.

    Returns
    -------
    tuple
        The sound rows, and findings: the first rows of each fault, then how many more there are.
    """
    sound = sheet.frame
    findings: list[Finding] = []
    for rule in (lambda _: _number_faults(sheet), *rules):
        faults = rule(sound)
        broken = [row for fault in faults for row in fault.found.index]
        findings += [finding for fault in faults for finding in _findings_of(sheet, fault)]
        sound = sound.drop(index=pd.Index(broken).unique()) if broken else sound
    return sound, findings


def name_many(
    sheet: Sheet, column: str, found: Sequence[str], right: str, row: int | None = None
) -> list[Finding]:
    """Name the first faults that are no single row's, and count the rest."""
    texts = list(found[:EXAMPLES])
    if len(found) > EXAMPLES:
        texts.append(f"the like {len(found) - EXAMPLES:,} more times, {len(found):,} in all")
    column = sheet.names.get(column, column)
    return [Finding(sheet.file, row, column, text, right) for text in texts]


def _numbers(column: str, text: pd.Series) -> pd.Series:
    number = as_number(text)
    if column not in _WHOLE:
        return number.where(number.abs() < float("inf"))
    return number.where((number % 1 == 0) & number.between(*_WHOLE[column]))


def read_sheet(folder: Path, table: str) -> Sheet | None:
    """Read one of the tables: cells stripped, numbers made.

    Parameters
    ----------
    folder
        Holds ``TABLE.csv`` or ``TABLE.csv.gz``.
    table
        transitions, population, valid-states or costs.

    Returns
    -------
    Sheet or None
        None where there is no such file.

    Raises
    ------
    DataError
        If the file is no table, lacks columns or has no rows.
    """
    paths = [folder / f"{table}{ending}" for ending in (".csv", ".csv.gz")]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return None
    raw = read_text_table(path)
    aliases = ALIASES[table]
    text = pick_columns(raw, aliases, file=path.name, optional=OPTIONAL)
    if text.empty:
        missing = Finding(path.name, None, None, "no rows under the header", "at least one row")
        raise DataError(f"{path.name}: no rows", [missing])
    text = text.apply(lambda cells: cells.str.strip())
    theirs = {str(column).strip().lower(): str(column) for column in raw.columns}
    names = {
        ours: next(theirs[name] for name in aliases[ours] if name in theirs)
        for ours in text.columns
    }
    numeric = text.columns.intersection([*_WHOLE, *_AMOUNTS])
    frame = text.assign(**{column: _numbers(column, text[column]) for column in numeric})
    return Sheet(path.name, names, text, frame)
