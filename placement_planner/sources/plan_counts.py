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

__all__ = ["SYMBOLS", "TOTAL", "PlanCounts", "read_plan_counts"]

TOTAL = "total"
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
_TOTALS = ("ehcplans", "ehc_plans", "new_ehc_plans", "requests_received_in_year", "assess_in_year")


@dataclass(frozen=True)
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
    """

    cells: pd.DataFrame
    symbols: pd.DataFrame
    file: str

    def of_topic(self, *names: str) -> pd.DataFrame:
        """Return the cells of a breakdown topic, by any of its names, without case."""
        return self.cells[self.cells["topic"].str.lower().isin([name.lower() for name in names])]


def _codes_by_column() -> dict[str, str]:
    settings = code_table("ees_settings").query("kind == 'column'")
    needs = code_table("need_types")
    return {
        **dict(zip(settings["ees_name"], settings["setting"], strict=True)),
        **dict(zip(needs["ees_column"], needs["need_type"], strict=True)),
        **dict.fromkeys(_TOTALS, TOTAL),
    }


def _symbols_seen(counts: pd.DataFrame, file: str) -> pd.DataFrame:
    long = counts.melt(var_name="column", value_name="symbol", ignore_index=False)
    long["symbol"] = long["symbol"].str.strip()
    marked = long[~as_number(long["symbol"]).ge(0)]
    meaning = marked["symbol"].str.lower().map(SYMBOLS)
    strange = marked[meaning.isna()]
    if len(strange):
        first = strange.iloc[0]
        raise DataError(
            f"{file}: {len(strange)} cell(s) are neither a count nor a known symbol:",
            [
                Finding(
                    file,
                    int(strange.index[0]) + 2,
                    first["column"],
                    repr(first["symbol"]),
                    "a count or one of " + " ".join(filter(None, SYMBOLS)),
                )
            ],
        )
    seen = marked.assign(meaning=meaning).groupby(["column", "symbol", "meaning"]).size()
    return seen.rename("cells").reset_index()


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
    kept = keys["level"].eq("Local authority") & keys["la_code"].isin(la_codes)
    missing = sorted(set(la_codes) - set(keys.loc[kept, "la_code"]))
    if missing:
        raise DataError(
            f"{path.name}: no row for {len(missing)} authority(ies), such as "
            f"old_la_code {missing[0]}"
        )
    known = _codes_by_column()
    measures = {
        name: known[name.strip().lower()] for name in raw.columns if name.strip().lower() in known
    }
    if TOTAL not in measures.values():
        raise DataError(f"{path.name}: no column of totals; one of {', '.join(_TOTALS)} is needed")
    counts = raw.loc[kept, list(measures)]
    symbols = _symbols_seen(counts, path.name)
    summed = counts.apply(as_number).T.groupby(pd.Series(measures)).sum(min_count=1).T
    cells = (
        keys.loc[kept]
        .drop(columns="level")
        .join(summed)
        .melt(
            id_vars=[name for name in _KEYS if name != "level"],
            var_name="code",
            value_name="children",
        )
    )
    return PlanCounts(cells, symbols, path.name)
