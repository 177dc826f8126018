"""Children with plans by authority and January, over many years, from the published files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.sources.authority_changes import refuse_double_counts, series_of
from placement_planner.sources.caseload_files import AREA, read_newer_format, read_older_format
from placement_planner.sources.plan_counts import TOTAL
from placement_planner.tables.study import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from placement_planner.sources.caseload_files import AreaCounts

__all__ = ["CaseloadHistory", "read_caseload_history"]

_FEW = 12
_AUTHORITY = ["la_code", "la_name", "region_code", "region_name", "series"]


@dataclass(frozen=True, kw_only=True)
class CaseloadHistory:
    """Published children with plans (before 2018 with statements, too), by January.

    Attributes
    ----------
    totals
        la_code (the DfE's three digits), la_name, region_code, region_name, series (the group of
        authorities to join over splits and mergers), january, children; blank where only a symbol
        is published.
    placements
        la_code, series, january, setting, children; blank where no placement is published.
    national, national_placements
        january, children; january, setting, children. Empty where the file has no national row.
    regions
        region_code, region_name, january, children.
    notes
        What was read, how it ties to the national total, and what a reader should know.
    """

    totals: pd.DataFrame
    placements: pd.DataFrame
    national: pd.DataFrame
    national_placements: pd.DataFrame
    regions: pd.DataFrame
    notes: tuple[str, ...]


def _named(rows: pd.DataFrame) -> str:
    """Name authorities with their row, or the first few of them."""
    names = [
        f"{row['la_name']} ({row['la_code']}, row {row['row']})"
        for row in rows.head(_FEW).to_dict("records")
    ]
    return ", ".join(names) + (" and others" if len(rows) > _FEW else "")


def _tie_notes(table: pd.DataFrame) -> list[str]:
    """Sum of authorities beside the national row, each January."""
    notes = []
    for january, rows in table.groupby("january"):
        authorities = rows[rows["level"].eq("authority")]
        said = rows.loc[rows["level"].eq("national"), TOTAL]
        summed = authorities[TOTAL].sum()
        note = f"January {january}: {len(authorities)} authorities sum to {summed:,.0f} children; "
        if said.empty:
            notes.append(note + "the file has no national row.")
            continue
        note += (
            f"the national row says {said.iloc[0]:,.0f} (difference {summed - said.iloc[0]:+,.0f})"
        )
        regions = rows[rows["level"].eq("region")].set_index("region_code")[TOTAL]
        by_region = authorities.groupby("region_code")[TOTAL].sum()
        apart = int(by_region.reindex(regions.index).sub(regions).abs().gt(0).sum())
        notes.append(
            f"{note}; {len(regions) - apart} of {len(regions)} regions are the sum of their "
            "authorities."
            if len(regions)
            else f"{note}; the file has no rows of regions."
        )
    return notes


def _placement_notes(table: pd.DataFrame) -> list[str]:
    """Say where placements of a complete set of authorities do not sum to the national row's."""
    settings = list(SETTINGS)
    notes = []
    for january, rows in table.groupby("january"):
        authorities = rows[rows["level"].eq("authority")]
        nation = rows[rows["level"].eq("national")]
        if nation.empty or authorities[TOTAL].sum() != nation[TOTAL].iloc[0]:
            continue
        apart = authorities[settings].sum() - nation[settings].iloc[0]
        apart = apart[apart.abs() > 0]
        if len(apart):
            listed = ", ".join(f"{setting} {children:+,.0f}" for setting, children in apart.items())
            notes.append(
                f"January {january}: authorities' placements less the national row's: {listed}."
            )
    return notes


def _coverage_notes(table: pd.DataFrame) -> list[str]:
    """Name authorities that begin, end or miss a January, and those without a total."""
    authorities = table[table["level"].eq("authority")]
    series = series_of(authorities["la_code"])
    notes = []
    grouped = authorities[series.ne(authorities["la_code"])]
    for code, rows in grouped.groupby(series):
        last = rows.groupby("la_code")["january"].transform("max").eq(rows["january"])
        span = rows.groupby("la_code")["january"].agg(["min", "max"])
        years = [f"{at} {row['min']}-{row['max']}" for at, row in span.iterrows()]
        notes.append(
            f"Authorities that split or merged, joined as {code}: {_named(rows[last])}; Januaries "
            f"{', '.join(years)}."
        )
    januaries = sorted(authorities["january"].unique())
    for before, now in pairwise(januaries):
        earlier = authorities[authorities["january"].eq(before)]
        later = authorities[authorities["january"].eq(now)]
        gone = earlier[~series_of(earlier["la_code"]).isin(series_of(later["la_code"]))]
        new = later[~series_of(later["la_code"]).isin(series_of(earlier["la_code"]))]
        if len(gone):
            notes.append(
                f"January {now}: no row for {len(gone)} authorities of January {before}: "
                f"{_named(gone)}."
            )
        if len(new):
            notes.append(
                f"January {now}: {len(new)} authorities without a row in January {before}: "
                f"{_named(new)}."
            )
    blank = authorities[authorities[TOTAL].isna()]
    if len(blank):
        notes.append(f"Only a symbol is published as the total of {_named(blank)}: blank.")
    return notes


def _overlap_notes(newer: AreaCounts, older: AreaCounts) -> list[str]:
    """Compare the two files where both have an authority and January."""
    keys = ["la_code", "january"]
    both = newer.table[newer.table["level"].eq("authority")].merge(
        older.table[older.table["level"].eq("authority")], on=keys, suffixes=("", "_older")
    )
    notes = []
    for january, rows in both.groupby("january"):
        different = rows[rows[TOTAL].ne(rows[f"{TOTAL}_older"])]
        moved = {
            setting: float((rows[setting] - rows[f"{setting}_older"]).abs().sum())
            for setting in SETTINGS
        }
        apart = ", ".join(f"{setting} {moved[setting]:,.0f}" for setting in moved if moved[setting])
        notes.append(
            f"January {january} is in both files: totals are the same in "
            f"{len(rows) - len(different)} of {len(rows)} authorities"
            + (f", different in {_named(different)}" if len(different) else "")
            + f"; placements differ by {apart} children, summed over authorities." * bool(apart)
            + "; placements are the same." * (not apart)
        )
    return notes


def _joined(newer: AreaCounts, older: AreaCounts | None, start: int) -> pd.DataFrame:
    """Rows of the newer file from `start`, of the older one before."""
    table = newer.table[newer.table["january"].ge(start)]
    if older is not None:
        table = pd.concat([older.table[older.table["january"].lt(start)], table])
    januaries = set(table.loc[table["level"].eq("authority"), "january"])
    missing = sorted(set(range(min(januaries), max(januaries) + 1)) - januaries)
    if missing:
        raise DataError(
            f"no authority has a row in January {', '.join(map(str, missing))}, between January "
            f"{min(januaries)} and {max(januaries)}: {newer.file} is used from January {start}"
            + (f", {older.file} before" if older else "")
        )
    return table.sort_values(AREA).reset_index(drop=True)


def _long(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    long = rows.melt(
        id_vars=keys, value_vars=list(SETTINGS), var_name="setting", value_name="children"
    )
    return long.sort_values([*keys, "setting"]).reset_index(drop=True)


def read_caseload_history(
    file: Path,
    history: Path | None = None,
    from_january: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> CaseloadHistory:
    """Read children with plans by authority, placement and January.

    Parameters
    ----------
    file
        "Active plans by setting" of any reporting year from 2025 on; CSV, plain or gzipped.
    history
        The older file, Januaries 2010 to 2022, in which plans and statements stand together.
    from_january
        `file` is used from this January on (at the earliest its first), `history` before it.
    progress
        Told what is read.

    Returns
    -------
    CaseloadHistory
        Totals, placements, national and regional rows, and notes.

    Raises
    ------
    DataError
        When a file cannot be read as such, with every row that is wrong, when Januaries between
        the first and the last are missing, or when an authority and one that came of it both
        report a January.
    """
    progress(f"reading {file.name}")
    newer = read_newer_format(file)
    reported = newer.table.loc[newer.table["level"].eq("authority"), "january"]
    if reported.empty:
        raise DataError(f"{file.name}: no row of a local authority with all plans")
    start = max(from_january or 0, int(reported.min()))
    if start > reported.max():
        raise DataError(
            f"{file.name}: its last January is {reported.max()}, before January {start}, from "
            "which it should be used"
        )
    older = None
    if history is not None:
        progress(f"reading {history.name}")
        older = read_older_format(history)
    table = _joined(newer, older, start)
    authorities = table[table["level"].eq("authority")]
    authorities = authorities.assign(series=series_of(authorities["la_code"]))
    refuse_double_counts(authorities)
    nation = table[table["level"].eq("national")]
    regions = table[table["level"].eq("region")]
    notes = [
        *(older.notes if older else ()),
        *newer.notes,
        f"{file.name} is used from January {start} on"
        + (f", {older.file} before." if older else "."),
        *(_overlap_notes(newer, older) if older else ()),
        *_coverage_notes(table),
        *_tie_notes(table),
        *_placement_notes(table),
    ]

    def tidy(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        named = rows.rename(columns={TOTAL: "children"})[[*keys, "january", "children"]]
        return named.sort_values([*keys[:1], "january"]).reset_index(drop=True)

    return CaseloadHistory(
        totals=tidy(authorities, _AUTHORITY),
        placements=_long(authorities, ["la_code", "series", "january"]),
        national=tidy(nation, []),
        national_placements=_long(nation, ["january"]),
        regions=tidy(regions, ["region_code", "region_name"]),
        notes=tuple(notes),
    )
