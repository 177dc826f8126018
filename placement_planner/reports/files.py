"""Tables written as files: internal ones say so in every row; the log of what was withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.wording import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from placement_planner.privacy import Withheld
    from placement_planner.scenario import PrivacyChoices

__all__ = ["WITHHELD_FILE", "mark_of", "write_internal", "write_table", "write_withheld"]

WITHHELD_FILE = "withheld.csv"
_MARK = "release"


def write_table(table: pd.DataFrame, path: Path, choices: PrivacyChoices) -> Path:
    """Write a table that may leave; in the internal profile a column says that it may not.

    Parameters
    ----------
    table
        As from `figures`.
    path
        CSV file to write.
    choices
        Its profile.
    """
    told = table.assign(**{_MARK: INTERNAL}) if choices.profile == "internal" else table
    told.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def mark_of(choices: PrivacyChoices) -> str:
    """Return the words that stand on what is internal; none on what may leave."""
    return INTERNAL if choices.profile == "internal" else ""


def write_internal(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as it is, into a folder that is not for publication."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def write_withheld(records: Iterable[Withheld], path: Path, choices: PrivacyChoices) -> Path:
    """Write the log of disclosure control: a row a table or layer.

    Columns: table, level (of geography or otherwise), counts (above nothing), withheld,
    share_shown, profile, threshold, rounding, rate_population.
    """
    rows = [
        {
            "table": record.table,
            "level": record.level,
            "counts": record.cells,
            "withheld": record.withheld,
            "share_shown": round(1 - record.withheld / record.cells, 3) if record.cells else None,
            "profile": choices.profile,
            "threshold": choices.threshold,
            "rounding": choices.rounding,
            "rate_population": choices.rate_population,
        }
        for record in dict.fromkeys(records)
    ]
    return write_table(pd.DataFrame(rows), path, choices)
