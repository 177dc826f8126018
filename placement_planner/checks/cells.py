"""Each table by itself: its columns, its cells one by one, and its key."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from placement_planner.checks.study import CheckedTable, row_findings
from placement_planner.errors import Finding
from placement_planner.tables import is_required, table_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.storage import RawTable

__all__ = ["check_cells"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOTE = "note"
_BLANK = "a blank cell"
_LONGEST_SHOWN = 60
_LARGEST_WHOLE = 2**53


def check_cells(raw: RawTable) -> tuple[CheckedTable | None, list[Finding]]:
    """Type a table column by column; one finding a bad cell, which then counts as blank.

    Returns nothing for a table that could not be read, and for an optional one without rows.
    """
    if raw.cells is None or (raw.cells.empty and not is_required(raw.model)):
        return None, list(raw.findings)
    fields = raw.model.to_schema().columns
    findings = [*raw.findings, *_header_findings(raw)]
    cells = raw.cells.loc[:, ~raw.cells.columns.duplicated()]
    typed, faulty = {}, set() if raw.has_every_row else set(fields)
    for name in (name for name in fields if name in cells.columns):
        values, found = _typed_column(cells[name], fields[name])
        typed[name] = values
        if len(found):
            faulty.add(name)
            findings += row_findings(raw.file, name, found.items(), _right(fields[name]))
    table = CheckedTable(
        model=raw.model,
        file=raw.file,
        frame=pd.DataFrame(typed, index=cells.index),
        faulty=frozenset(faulty),
        shapes=raw.shapes,
    )
    return _unique_rows(table, findings)


def _header_findings(raw: RawTable) -> list[Finding]:
    fields, file = raw.model.to_schema().columns, raw.file
    cells = raw.cells if raw.cells is not None else pd.DataFrame()
    named = [str(name) for name in cells.columns]
    missing = [
        Finding(file, 1, name, "no such column", f"a column named {name}: {field.description}")
        for name, field in fields.items()
        if field.required and name not in named
    ]
    twice = [
        Finding(file, 1, name, "the column twice", "the column once")
        for name in cells.columns[cells.columns.duplicated()].unique()
        if name in fields
    ]
    right = "a column of this table, or a name that starts with 'note'"
    unknown = [
        Finding(file, 1, name or None, f"a column named {name!r}", right)
        for name in dict.fromkeys(named)
        if name not in fields and not name.lower().startswith(_NOTE)
        if name or (cells.loc[:, [not text for text in named]] != "").any(axis=None)
    ]
    return [*missing, *twice, *unknown]


def _right(field: Any) -> str:  # noqa: ANN401
    """Say what a cell should have been, as the column's own declaration does."""
    right, kind = str(field.metadata["right"]), str(field.dtype)
    if kind == "int64":
        return right.replace("a number", "a whole number", 1).replace("a value", "a whole number")
    return right.replace("a value", "a number") if kind == "float64" else right


def _typed_column(text: pd.Series, field: Any) -> tuple[pd.Series, pd.Series]:  # noqa: ANN401
    """Return typed values, blank where bad, and what was found in the bad cells, by row.

    Each different text is judged once.
    """
    codes, texts = pd.factorize(text.to_numpy(dtype=object))
    stripped = [str(value).strip() for value in texts]
    values, is_good = _parsed(stripped, str(field.dtype))
    is_blank = np.array([not value for value in stripped], dtype=bool)
    for rule in field.checks:
        kept = pd.Series(values[is_good & ~is_blank], dtype=_final_type(field))
        is_good[is_good & ~is_blank] = rule(kept).check_output.to_numpy(dtype=bool)
    is_good[is_blank] = field.nullable
    is_bad = ~is_good[codes]
    shown = np.array([_shown(value) for value in stripped], dtype=object)
    found = pd.Series(shown[codes[is_bad]], index=text.index[is_bad], dtype=object)
    values[~is_good | is_blank] = None if values.dtype == object else np.nan
    column = pd.Series(values[codes], index=text.index)
    kind: Any = _interim_type(field, has_blanks=bool(column.isna().any()))
    return column.astype(kind), found


def _shown(text: str) -> str:
    if not text:
        return _BLANK
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")


def _parsed(texts: Sequence[str], kind: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return values of the kind and whether each text is one."""
    if kind == "bool":
        words = [text.lower() for text in texts]
        is_word = np.array([word in ("true", "false") for word in words], dtype=bool)
        return np.array([word == "true" for word in words], dtype=object), is_word
    if kind not in ("int64", "float64"):
        return np.array(texts, dtype=object), np.ones(len(texts), dtype=bool)
    is_number = np.array([_NUMBER.fullmatch(text) is not None for text in texts], dtype=bool)
    numbers = (text if held else "nan" for text, held in zip(texts, is_number, strict=True))
    values = np.array([float(number) for number in numbers])
    is_good = is_number & np.isfinite(values)
    if kind == "int64":
        is_good &= (values == np.round(values)) & (np.abs(values) < _LARGEST_WHOLE)
    return values, is_good


def _final_type(field: Any) -> str:  # noqa: ANN401
    kind = str(field.dtype)
    return kind if kind in ("int64", "float64", "bool") else "str"


def _interim_type(field: Any, *, has_blanks: bool) -> str:  # noqa: ANN401
    """Return the column's type, or the nearest that can hold blanks."""
    kind = _final_type(field)
    return {"int64": "float64", "bool": "object"}.get(kind, kind) if has_blanks else kind


def _unique_rows(
    table: CheckedTable, findings: list[Finding]
) -> tuple[CheckedTable, list[Finding]]:
    """Report each row whose key an earlier row has, and leave it out."""
    keys = table_keys(table.model)
    if not set(keys) <= set(table.frame.columns):
        return table, findings
    keyed = table.frame[keys].dropna()
    is_later = keyed.duplicated()
    if not is_later.any():
        return table, findings
    numbered = keyed.assign(row=keyed.index.astype(str))
    first = numbered.groupby(keys, sort=False)["row"].transform("first")[is_later]
    later = keyed[is_later]
    found = [
        (row, f"{', '.join(map(str, key))} again, as in row {first[row]}")
        for row, key in zip(later.index, later.itertuples(index=False), strict=True)
    ]
    right = "one row for each " + ", ".join(keys)
    again = row_findings(table.file, ", ".join(keys), found, right)
    shapes = None if table.shapes is None else table.shapes.drop(index=later.index)
    frame = table.frame.drop(index=later.index)
    return replace(table, frame=frame, shapes=shapes), [*findings, *again]
