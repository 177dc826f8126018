"""Reader of the DfE's "Education, health and care plans" files (reporting years 2025 and 2026)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "SYMBOLS",
    "TOTAL",
    "WHOLE",
    "PlanCounts",
    "codes_by_column",
    "of_topic",
    "read_counts",
    "read_plan_counts",
]

TOTAL = "total"
WHOLE = "whole"
SYMBOLS = {
    "": "blank",
    "x": "not available",
    "z": "not applicable",
    "c": "suppressed",
    "u": "low reliability",
    "-": "no data",
    ":": "not available",
    "low": "rounds to nought",
    "na": "not available",
    "supp": "suppressed",
}
_KEYS = {
    "level": ("geographic_level",),
    "la_code": ("old_la_code",),
    "la_name": ("la_name",),
    "time_period": ("time_period",),
    "topic": ("breakdown_topic",),
    "breakdown": ("breakdown",),
}
_AREA_KEYS = [name for name in _KEYS if name != "level"]
_TOTALS = ("ehcplans", "ehc_plans", "new_ehc_plans", "requests_received_in_year", "assess_in_year")


@dataclass(frozen=True, kw_only=True)
class PlanCounts:
    """Counts of one published file.

    Attributes
    ----------
    cells
        One row a count: la_code, la_name, time_period, topic, breakdown, code (a setting, a need
        type or "total") and children; blank where only a symbol is published.
    symbols
        One row a column and symbol: column, symbol, meaning, cells.
    file
        Name of the file.
    national
        The national rows of the file, as `cells`, with la_code "whole"; may be empty.
    together
        All authorities of the file added up, those not wanted as well, with la_code "whole".
    authorities
        How many authorities `together` adds up.
    """

    cells: pd.DataFrame
    symbols: pd.DataFrame
    file: str
    national: pd.DataFrame
    together: pd.DataFrame
    authorities: int

    def of_topic(self, *names: str) -> pd.DataFrame:
        """Return the cells of a breakdown topic, by any of its names, without case."""
        return of_topic(self.cells, *names)


def of_topic(cells: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return the cells of a breakdown topic, by any of its names, without case."""
    return cells[cells["topic"].str.lower().isin([name.lower() for name in names])]


def codes_by_column() -> dict[str, str]:
    """Our code of each published column: a setting, a need type or "total"."""
    settings = code_table("ees_settings").query("kind == 'column'")
    needs = code_table("need_types")
    return {
        **dict(zip(settings["ees_name"], settings["setting"], strict=True)),
        **dict(zip(needs["ees_column"], needs["need_type"], strict=True)),
        **dict.fromkeys(_TOTALS, TOTAL),
    }


def _symbols_seen(counts: pd.DataFrame, file: str) -> pd.DataFrame:
    long = counts.melt(var_name="column", value_name="symbol", ignore_index=False)
    long["symbol"] = long["symbol"].astype("str").str.strip()
    marked = long[~as_number(long["symbol"]).ge(0)]
    meaning = marked["symbol"].str.lower().map(SYMBOLS)
    strange = marked[meaning.isna()]
    if len(strange):
        right = "a count or one of " + " ".join(filter(None, SYMBOLS))
        findings = [
            Finding(file, int(row) + 2, column, repr(symbol), right)
            for row, column, symbol in zip(
                strange.index, strange["column"], strange["symbol"], strict=True
            )
        ]
        raise DataError(
            f"{file}: {len(strange)} cell(s) are neither a count nor a known symbol:", findings
        )
    seen = marked.assign(meaning=meaning).groupby(["column", "symbol", "meaning"]).size()
    return seen.rename("cells").reset_index()


def read_counts(
    raw: pd.DataFrame, codes: Mapping[str, str], file: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn the count columns of a table into numbers, summed by code.

    Parameters
    ----------
    raw
        Published rows as text; the index counts lines from 0 after the header.
    codes
        Our code of each column, by its name in lower case; other columns are left.
    file
        Name of the file, for messages.

    Returns
    -------
    tuple
        Children with one column a code, blank where every cell is a symbol; and the symbols seen:
        column, symbol, meaning, cells.

    Raises
    ------
    DataError
        Naming every cell that is neither a count nor a known symbol.
    """
    measures = {
        name: codes[name.strip().lower()] for name in raw.columns if name.strip().lower() in codes
    }
    counts = raw[list(measures)]
    symbols = _symbols_seen(counts, file)
    summed = counts.apply(as_number).T.groupby(pd.Series(measures, dtype="str")).sum(min_count=1).T
    return summed, symbols


def read_plan_counts(
    path: Path, la_codes: Sequence[str], columns: Mapping[str, str] | None = None
) -> PlanCounts:
    """Read the counts of some authorities from one EHC-plan file.

    Authorities are joined on ``old_la_code``, the DfE's three digits: the nine-digit codes of
    these files lag behind mergers. Columns of both reporting years are known by their names
    (`codes/ees_settings.csv`); those of one setting are summed. Symbols are reasons, not noughts:
    they are counted, and the cell stays blank.

    Parameters
    ----------
    path
        CSV, plain or gzipped, UTF-8 with or without byte-order mark.
    la_codes
        DfE codes of the authorities wanted.
    columns
        Columns that go by other names, as in the IMPORT.toml.

    Raises
    ------
    DataError
        When a column or an authority is missing, or a cell is neither count nor known symbol.
    """
    raw = read_text_table(path)
    keys = pick_columns(raw, _KEYS, file=path.name, chosen=columns)
    keys["la_code"] = as_code(keys["la_code"])
    is_authority = keys["level"].eq("Local authority")
    is_national = keys["level"].eq("National")
    kept = is_authority & keys["la_code"].isin(la_codes)
    missing = sorted(set(la_codes) - set(keys.loc[kept, "la_code"]))
    if missing:
        raise DataError(
            f"{path.name}: no row for {len(missing)} authority(ies), such as "
            f"old_la_code {missing[0]}"
        )
    codes = codes_by_column()
    _, symbols = read_counts(raw[kept], codes, path.name)
    summed, _ = read_counts(raw[is_authority | is_national], codes, path.name)
    if TOTAL not in summed:
        raise DataError(f"{path.name}: no column of totals; one of {', '.join(_TOTALS)} is needed")
    everyone = keys.drop(columns="level").join(summed, how="inner")
    whole = everyone.assign(la_code=WHOLE, la_name=WHOLE)
    measures = list(summed.columns)
    together = whole[is_authority.loc[whole.index]].groupby(_AREA_KEYS)[measures]
    return PlanCounts(
        cells=_melted(everyone[kept.loc[everyone.index]]),
        symbols=symbols,
        file=path.name,
        national=_melted(whole[is_national.loc[whole.index]]),
        together=_melted(together.sum(min_count=1).reset_index()),
        authorities=int(keys.loc[is_authority, "la_code"].nunique()),
    )


def _melted(wide: pd.DataFrame) -> pd.DataFrame:
    return wide.melt(id_vars=_AREA_KEYS, var_name="code", value_name="children")
