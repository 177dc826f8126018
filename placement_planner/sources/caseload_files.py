"""Children with plans as two published formats have them: one row an area and January."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_code, pick_columns, read_text_table
from placement_planner.sources.plan_counts import TOTAL, codes_by_column, read_counts
from placement_planner.tables.study import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["AREA", "AreaCounts", "read_newer_format", "read_older_format"]

AREA = ["level", "la_code", "la_name", "region_code", "region_name", "january"]
LEVELS = {"national": "national", "regional": "region", "local authority": "authority"}
_ALL_PLANS = "all ehc plans"
_SLACK = 0.5
_ROUNDING_SHARE, _ROUNDING_CHILDREN = 0.01, 10.0
"""How far placements may exceed a total before the columns must be wrong."""
_KEYS = {
    "level": ("geographic_level",),
    "la_code": ("old_la_code",),
    "la_name": ("la_name",),
    "region_code": ("region_code",),
    "region_name": ("region_name",),
    "time_period": ("time_period",),
}
_NEWER = {"topic": ("breakdown_topic",), "breakdown": ("breakdown",)}
_OLDER = {"type": ("establishment_type",), "group": ("establishment_group",)}


@dataclass(frozen=True)
class AreaCounts:
    """One file's counts.

    Attributes
    ----------
    table
        One row a level (national, region, authority), area and January: the columns of `AREA`,
        `row` (line of the file, header = 1), `total`, and one column a setting; blank where only
        a symbol is published.
    notes
        What was read, and what a reader should know.
    file
        Name of the file.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    file: str


def _january(time_period: pd.Series) -> pd.Series:
    """Census January: of the academic year 202425, 2025; of the calendar year 2018, 2018."""
    year = pd.to_numeric(time_period.str.extract(r"^(\d{4})(?:\d{2})?$")[0], errors="coerce")
    second = pd.to_numeric(time_period.str.extract(r"^\d{4}(\d{2})$")[0], errors="coerce")
    follows = second.isna() | second.eq((year + 1) % 100)
    return (year + second.notna()).where(follows)


def _keys(raw: pd.DataFrame, more: Mapping[str, Sequence[str]], file: str) -> pd.DataFrame:
    """Key columns, cleaned; every row that cannot be keyed is named."""
    keys = pick_columns(raw, {**_KEYS, **more}, file=file)
    keys = keys.apply(lambda column: column.str.strip())
    keys["la_code"] = as_code(keys["la_code"])
    keys["level"] = keys["level"].str.lower().map(LEVELS)
    keys["january"] = _january(keys["time_period"])
    keys["row"] = keys.index + 2
    wrong = {
        "time_period": (keys["january"].isna(), "an academic year such as 202425, or a year"),
        "old_la_code": (
            keys["level"].eq("authority") & ~keys["la_code"].str.fullmatch(r"\d{3}"),
            "the DfE's three digits, such as 352",
        ),
        "region_code": (keys["level"].eq("region") & keys["region_code"].eq(""), "a region's code"),
    }
    ours = {"old_la_code": "la_code"}
    findings = [
        Finding(file, row, name, repr(keys[ours.get(name, name)][row - 2]), right)
        for name, (is_wrong, right) in wrong.items()
        for row in keys.loc[is_wrong, "row"]
    ]
    if findings:
        raise DataError(f"{file}: {len(findings)} row(s) without a usable key:", findings)
    return keys.assign(january=keys["january"].astype("int64"))


def _refuse_doubles(table: pd.DataFrame, by: list[str], file: str) -> None:
    doubles = table[table.duplicated(by, keep="first")]
    if len(doubles):
        findings = [
            Finding(
                file,
                int(double["row"]),
                None,
                f"{double['la_name'] or double['region_name'] or 'England'} a second time in "
                f"January {double['january']}",
                "one row an area, January and breakdown",
            )
            for double in doubles.to_dict("records")
        ]
        raise DataError(f"{file}: {len(findings)} row(s) are there twice:", findings)


def _settled(table: pd.DataFrame, file: str) -> AreaCounts:
    """Settle settings against totals: nothing above the total, what is missing is said."""
    settings = list(SETTINGS)
    table = table.reindex(columns=[*AREA, "row", TOTAL, *settings]).reset_index(drop=True)
    table[[TOTAL, *settings]] = table[[TOTAL, *settings]].astype("float64")
    placed = table[settings]
    missing = table[TOTAL] - placed.sum(axis=1)
    rounding = np.maximum(_ROUNDING_SHARE * table[TOTAL], _ROUNDING_CHILDREN)
    too_many = table[missing < -rounding]
    above = missing.lt(-_SLACK) & ~table.index.isin(too_many.index)
    if len(too_many):
        findings = [
            Finding(
                file,
                int(row["row"]),
                None,
                f"{placed.loc[at].sum():g} children by placement in January {row['january']}",
                f"no more than the total, {row[TOTAL]:g}",
            )
            for at, row in too_many.iterrows()
        ]
        raise DataError(f"{file}: placements exceed the total in {len(findings)} row(s):", findings)
    is_placed = placed.notna().any(axis=1) & table[TOTAL].notna()
    is_whole = is_placed & (missing.abs().le(_SLACK) | above)
    others = [setting for setting in settings if setting != "not_recorded"]
    unsaid = is_placed & missing.gt(_SLACK) & placed[others].notna().all(axis=1)
    hidden = is_placed & missing.gt(_SLACK) & ~unsaid
    table.loc[is_whole, settings] = placed[is_whole].fillna(0.0)
    known = placed["not_recorded"].fillna(0.0)
    table["not_recorded"] = table["not_recorded"].where(~unsaid, known + missing)
    notes = [
        f"{file}: January {january}: placements of {len(at):,} authorities add up to "
        f"{-missing[at].sum():,.0f} children more than their totals; both are kept as they are."
        for january, at in _authorities(table, above)
    ]
    notes += [
        f"{file}: January {january}: {missing[at].sum():,.0f} children of "
        f"{len(at):,} authorities whose placement is not said are counted as not recorded."
        for january, at in _authorities(table, unsaid)
    ]
    notes += [
        f"{file}: January {january}: {missing[at].sum():,.0f} children of {len(at):,} authorities "
        f"are in placements of which only a symbol is published (row "
        f"{', '.join(map(str, table.loc[at, 'row']))}): those placements stay blank."
        for january, at in _authorities(table, hidden)
    ]
    notes += [
        f"{file}: January {january}: no placement is published for "
        + ", ".join(
            f"{row['la_name']} ({row['la_code']}, row {row['row']}, {row[TOTAL]:,.0f} children)"
            for row in table.loc[at].to_dict("records")
        )
        + ": totals alone; placements stay blank."
        for january, at in _authorities(table, placed.isna().all(axis=1))
    ]
    return AreaCounts(table, tuple(notes), file)


def _authorities(table: pd.DataFrame, chosen: pd.Series) -> list[tuple[int, list[int]]]:
    """Positions of the authority rows chosen, by January."""
    rows = table[chosen & table["level"].eq("authority")]
    return [(int(str(january)), list(group.index)) for january, group in rows.groupby("january")]


def read_newer_format(path: Path) -> AreaCounts:
    """Read the file "active plans by setting" of a reporting year from 2025 on.

    Columns are known by their names in either year's header (`codes/ees_settings.csv`). Until
    January 2022 the publisher counted children who await provision or were excluded apart, until
    January 2023 those in other placements; they are counted with those educated elsewhere, as the
    publisher does later (`codes/ees_history_settings.csv`).

    Raises
    ------
    DataError
        When columns are missing, an area is there twice in a January, a cell is neither count nor
        known symbol, or placements exceed a total by more than rounding; with every row.
    """
    raw = read_text_table(path)
    keys = _keys(raw, _NEWER, path.name)
    kept = keys["level"].notna() & keys["topic"].str.lower().eq(_ALL_PLANS)
    if not kept.any():
        raise DataError(f"{path.name}: no row with breakdown_topic 'All EHC plans'")
    _refuse_doubles(keys[kept], AREA, path.name)
    counts, symbols = read_counts(raw[kept], codes_by_column(), path.name)
    apart = code_table("ees_history_settings").query("kind == 'column_apart'")
    for name, setting, last in apart[["ees_name", "setting", "last_january"]].to_numpy():
        is_early = kept & keys["january"].le(int(last))
        more, _ = read_counts(raw[is_early], {name: setting}, path.name)
        counts = counts.add(more, fill_value=0.0)
    found = _settled(keys[kept].join(counts), path.name)
    told = tuple(
        f"{path.name}: {symbol.cells:,} cells of {symbol.column} hold {symbol.symbol!r} "
        f"({symbol.meaning})."
        for symbol in symbols.itertuples()
        if symbol.symbol.lower() not in ("x", "z")
    )
    return AreaCounts(found.table, (*found.notes, *told), path.name)


def _partly_published(types: pd.DataFrame, file: str) -> str:
    """Say which types of placement begin after the first January or end before the last."""
    januaries = types["january"]
    span = types.groupby("type")["january"].agg(["min", "max"])
    span = span[span["min"].gt(januaries.min()) | span["max"].lt(januaries.max())]
    spans = [
        f"{first}-{last} {', '.join(group.index)}"
        for (first, last), group in span.groupby(["min", "max"])
    ]
    return (
        f"{file}: types of placement published for some Januaries alone (at others those children "
        f"stand with another type): {'; '.join(spans) or 'none'}."
    )


def read_older_format(path: Path) -> AreaCounts:
    """Read the older file, one row a type of placement: statements and plans together.

    Types of establishment stand for our settings by `codes/ees_history_settings.csv`; the groups'
    own totals must be the sum of their types.

    Raises
    ------
    DataError
        When columns are missing, a type is not in the code table or is there twice, or a cell is
        neither count nor known symbol; with every row.
    """
    raw = read_text_table(path)
    keys = _keys(raw, _OLDER, path.name)
    keys = keys[keys["level"].notna()]
    _refuse_doubles(keys, [*AREA, "group", "type"], path.name)
    codes = code_table("ees_history_settings").query("kind == 'establishment_type'")
    setting = dict(zip(codes["ees_name"].str.lower(), codes["setting"], strict=True))
    is_total = keys["type"].str.lower().eq(TOTAL)
    is_whole = is_total & keys["group"].str.lower().eq(TOTAL)
    keys["code"] = keys["type"].str.lower().map(setting).where(~is_whole, TOTAL)
    strange = keys[keys["code"].isna() & ~is_total]
    if len(strange):
        findings = [
            Finding(
                path.name, int(row), "establishment_type", repr(name), "a type of the code list"
            )
            for row, name in zip(strange["row"], strange["type"], strict=True)
        ]
        raise DataError(
            f"{path.name}: {len(findings)} row(s) of a type that is not in "
            "codes/ees_history_settings.csv:",
            findings,
        )
    counts, _ = read_counts(raw.loc[keys.index], {"total_all": "children"}, path.name)
    if "children" not in counts:
        raise DataError(f"{path.name}: no column Total_all")
    cells = keys.join(counts).dropna(subset=["code"])
    by_code = cells.groupby([*AREA, "code"])["children"].sum(min_count=1).reset_index()
    wide = by_code.pivot(index=AREA, columns="code", values="children")  # noqa: PD010
    wide["row"] = cells[is_whole.reindex(cells.index)].set_index(AREA)["row"]
    if TOTAL not in wide or wide["row"].isna().any():
        raise DataError(f"{path.name}: some areas have no row of type and group 'Total'")
    found = _settled(wide.reset_index(), path.name)
    told = _partly_published(keys[~is_total], path.name)
    return AreaCounts(found.table, (told, *found.notes), path.name)
