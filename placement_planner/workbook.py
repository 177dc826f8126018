"""A study as one workbook: a sheet a table, shapes as well-known text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd
import shapely
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from placement_planner.errors import DataError, Finding
from placement_planner.storage import (
    CRS,
    GEOMETRY_COLUMN,
    RawTable,
    in_table_order,
    is_spatial,
    sheet_table,
)
from placement_planner.tables import data_dictionary, is_required, table_keys, table_name
from placement_planner.tables.study import STUDY_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement_planner.tables import Table

__all__ = ["read_raw_workbook", "write_workbook"]

_LONGEST_CELL = 32_767
_LONGEST_CHOICE = 255
_LAST_ROW = 1_048_575
_READ_ME = (
    "A study of specialist school places: one sheet a table.",
    "The sheet 'dictionary' says what each column means and which values are right.",
    "Fill the sheets, keep the first row, then run: placement-planner check study.xlsx",
    f"Shapes stand in the column {GEOMETRY_COLUMN} as well-known text, in metres of {CRS}.",
    "Bold columns are the key: no two rows may agree in all of them.",
    "Columns whose name starts with 'note' are yours and are passed over.",
    "The choices of a run stand in scenario.toml beside this workbook.",
)


def read_raw_workbook(path: Path) -> dict[str, RawTable]:
    """Read every table that a workbook has a sheet for; an optional one may be absent."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as error:
        broken = Finding(
            path.name, None, None, f"a file that cannot be read: {error}", "a workbook"
        )
        return {"": RawTable(model=STUDY_TABLES[0], file=path.name, findings=(broken,))}
    raw = {}
    try:
        for model in STUDY_TABLES:
            name, file = table_name(model), f"{path.name}, sheet {table_name(model)}"
            if name in book.sheetnames:
                raw[name] = sheet_table(model, file, list(book[name].iter_rows(values_only=True)))
            elif is_required(model):
                missing = Finding(file, None, None, "no such sheet", "a sheet with this name")
                raw[name] = RawTable(model=model, file=file, findings=(missing,))
    finally:
        book.close()
    return raw


def write_workbook(path: Path, frames: Mapping[str, pd.DataFrame]) -> Path:
    """Write tables as one workbook, with a sheet to read first and the data dictionary.

    Raises
    ------
    DataError
        If a shape is too long for a cell.
    """
    sheets = [
        (model, _with_text_shapes(path, model, frames[table_name(model)]))
        for model in STUDY_TABLES
        if table_name(model) in frames
    ]
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        _write_read_me(book)
        for model, frame in sheets:
            _write_sheet(book, model, frame)
        _write_frame(book, "dictionary", data_dictionary(), key=[])
    return path


def _with_text_shapes(path: Path, model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    rows = in_table_order(model, frame)
    if not is_spatial(model):
        return rows
    texts = shapely.to_wkt(rows["geometry"].to_numpy(), rounding_precision=-1)
    plain = pd.DataFrame(rows.drop(columns="geometry")).assign(**{GEOMETRY_COLUMN: texts})
    long = plain[plain[GEOMETRY_COLUMN].str.len() > _LONGEST_CELL]
    if len(long):
        example = " to ".join(long.iloc[0][table_keys(model)].astype(str))
        raise DataError(
            f"{path.name}, sheet {table_name(model)}: {len(long)} shape(s) longer than a cell can "
            f"hold ({_LONGEST_CELL} characters), for example {example}; simplify the shapes, or "
            "keep the study as a folder"
        )
    return plain


def _write_read_me(book: Any) -> None:  # noqa: ANN401
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    for number, line in enumerate(_READ_ME):
        sheet.write_string(number, 0, line)


def _write_sheet(book: Any, model: type[Table], frame: pd.DataFrame) -> None:  # noqa: ANN401
    sheet = _write_frame(book, table_name(model), frame, table_keys(model))
    for place, name in enumerate(frame.columns):
        choices = _choices(model, name)
        if choices:
            sheet.data_validation(
                1, place, _LAST_ROW, place, {"validate": "list", "source": choices}
            )


def _choices(model: type[Table], column: str) -> list[str]:
    """Return the allowed values of a column where they are short enough for a drop-down list."""
    field = model.to_schema().columns.get(column)
    if field is None:
        return []
    if str(field.dtype) == "bool":
        return ["true", "false"]
    allowed = [
        str(value)
        for check in field.checks
        for value in (check.statistics or {}).get("allowed_values", ())
    ]
    return allowed if len(",".join(allowed)) <= _LONGEST_CHOICE else []


def _write_frame(book: Any, name: str, frame: pd.DataFrame, key: list[str]) -> Any:  # noqa: ANN401
    sheet = book.add_worksheet(name)
    plain, bold = book.add_format({"italic": True}), book.add_format({"bold": True})
    for place, column in enumerate(frame.columns):
        sheet.write_string(0, place, column, bold if column in key else plain)
        for number, value in enumerate(frame[column].tolist(), start=1):
            _write_cell(sheet, number, place, value)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(frame.columns) - 1, 0), 16)
    return sheet


def _write_cell(sheet: Any, number: int, place: int, value: Any) -> None:  # noqa: ANN401
    if pd.isna(value):
        return
    if isinstance(value, bool):
        sheet.write_string(number, place, str(value).lower())
    elif isinstance(value, int | float):
        sheet.write_number(number, place, value)
    else:
        sheet.write_string(number, place, str(value))
