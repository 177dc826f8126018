"""The report of an import: totals, and every check with its count and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from placement_planner.sources.columns import read_text_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["REPORT", "report_table", "report_text", "write_report"]

REPORT = "sen2_report"
_COLUMNS = (
    "authority_code",
    "january",
    "kind",
    "name",
    "count",
    "what",
    "done",
    "key",
    "row_keys",
)
_HEAD = (
    "SEN2 import. For those who hold the export: counts are exact and unsuppressed.",
    "Rows are named by their number in the export (persontableid, requeststableid) alone.",
    "No name, UPN, ULN, birth date or postcode was kept.",
)


class _Row(NamedTuple):
    what: str
    done: str
    key: str
    row_keys: str
    number: int


def report_table(
    authority: str,
    totals: Sequence[tuple[int, str, int]],
    checks: pd.DataFrame,
    lacking: Sequence[tuple[int, str]],
) -> pd.DataFrame:
    """Stack totals (January, what, count), checks, and columns that the exports lack.

    Returns
    -------
    DataFrame
        authority_code, january, kind (total, check, column), name, count, what, done, key,
        row_keys.
    """
    rows = pd.concat(
        [
            pd.DataFrame(totals, columns=["january", "what", "count"]).assign(kind="total"),
            checks.assign(kind="check"),
            pd.DataFrame(lacking, columns=["january", "name"]).assign(
                kind="column", count=1, what="no such column in this version", done="read as blank"
            ),
        ],
        ignore_index=True,
    )
    table = rows.assign(authority_code=authority).reindex(columns=list(_COLUMNS))
    texts = ["name", "what", "done", "key", "row_keys"]
    table[texts] = table[texts].fillna("").astype("str")
    return table


def _lines(rows: pd.DataFrame) -> list[str]:
    """Return the lines of one authority and January."""
    totals, checks = (rows[rows["kind"] == kind] for kind in ("total", "check"))
    failed, passed = checks[checks["count"] > 0], checks[checks["count"] == 0]
    lines = [f"  {row.what}: {row.number:,}" for row in _records(totals)]
    for row in _records(failed):
        keys = f" ({row.key} {row.row_keys.replace(';', ', ')})" if row.row_keys else ""
        lines.append(f"  ! {row.number:,} × {row.what}: {row.done}{keys}")
    if len(passed):
        lines.append("  found none: " + "; ".join(passed["what"]))
    if columns := rows.loc[rows["kind"] == "column", "name"].tolist():
        lines.append("  columns that this version lacks, read as blank: " + ", ".join(columns))
    return lines


def _records(rows: pd.DataFrame) -> list[_Row]:
    columns = ["what", "done", "key", "row_keys", "count"]
    return [_Row(*row) for row in rows[columns].itertuples(index=False, name=None)]


def report_text(report: pd.DataFrame) -> str:
    """Write the report for reading, an authority and a January a block."""
    lines = list(_HEAD)
    for (authority, january), rows in report.groupby(["authority_code", "january"], sort=True):
        lines += ["", f"{authority}, January {january}", *_lines(rows)]
    return "\n".join([*lines, ""])


def write_report(folder: Path, report: pd.DataFrame) -> list[Path]:
    """Write the report as CSV and text; of an earlier one other authorities' rows stay.

    Parameters
    ----------
    folder
        Folder of the study that is being written.
    report
        What `report_table` returns.
    """
    table, text = folder / f"{REPORT}.csv", folder / f"{REPORT}.txt"
    if table.is_file():
        held = read_text_table(table).astype({"january": "int64", "count": "int64"})
        others = held[~held["authority_code"].isin(report["authority_code"])]
        report = pd.concat([others, report], ignore_index=True)
    report.to_csv(table, index=False, lineterminator="\n")
    text.write_text(report_text(report), encoding="utf-8")
    return [table, text]
