"""What an import came to: rows, repairs, estimates, symbols, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from placement_planner.sources.choices import ImportChoices
    from placement_planner.sources.plan_counts import PlanCounts

__all__ = ["MARK", "ImportReport", "assumed_shares", "report_text", "symbols_table"]

_PREAMBLE = (
    "Modelling, not a proposal. What is not published was estimated by the rules below and is "
    "flagged row by row in the columns `basis` and `estimated`."
)
MARK = "<!-- written by placement-planner import -->"


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportReport:
    """What an import wrote, and what stands behind it.

    Attributes
    ----------
    study
        The study folder.
    tables
        Rows written, by table.
    notes
        Sentences: repairs made, what was left out, what was estimated and by which rule, and the
        share of the study that is assumed.
    symbols
        Symbols in place of counts: file, column, symbol, meaning, cells.
    paths
        Every file written.
    """

    study: Path
    tables: Mapping[str, int]
    notes: tuple[str, ...]
    symbols: pd.DataFrame
    paths: tuple[Path, ...]


def symbols_table(*files: PlanCounts) -> pd.DataFrame:
    """Stack the symbols of several files, with the file's name first."""
    tables = [counts.symbols.assign(file=counts.file) for counts in files]
    stacked = pd.concat(tables, ignore_index=True)
    return stacked[["file", "column", "symbol", "meaning", "cells"]]


def assumed_shares(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how much of provision, options and caseload is estimated or assumed."""
    known = ["published", "observed", "derived"]
    provision = tables["provision"]
    planned = provision[~provision["provision_type"].eq("independent_special")]
    by_estimate = planned.loc[~planned["basis"].isin(known), "planning_places"].sum()
    rows = {name: 1 - tables[name]["basis"].isin(known).mean() for name in ("options", "caseload")}
    return (
        f"Assumed share: {by_estimate / max(planned['planning_places'].sum(), 1):.0%} of the "
        f"{planned['planning_places'].sum():,.0f} planning places (their need group and phase, and "
        f"the number itself where no roll is known), {rows['options']:.0%} of the "
        f"{len(tables['options']):,} options and {rows['caseload']:.0%} of the "
        f"{len(tables['caseload']):,} caseload cells are estimates or assumptions. Totals by "
        "authority and by placement are published."
    )


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).replace("|", "\\|")


def _markdown(rows: list[tuple[object, ...]], *heads: str) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows),
        "",
    ]


def _rules(model: BaseModel) -> list[tuple[object, ...]]:
    return [
        (f"`{name}`", getattr(model, name), field.description)
        for name, field in type(model).model_fields.items()
    ]


def report_text(
    choices: ImportChoices,
    tables: Mapping[str, pd.DataFrame],
    notes: tuple[str, ...],
    symbols: pd.DataFrame,
) -> str:
    """Write the report as Markdown: tables, notes, rules, symbols, sources."""
    parts = choices.files.by_part().items()
    lines = [
        MARK,
        f"# Import report: {choices.name}",
        "",
        _PREAMBLE,
        "",
        "## Notes",
        "",
        *(f"- {note}" for note in notes),
        "",
        "## Tables",
        "",
        *_markdown([(name, f"{len(table):,}") for name, table in tables.items()], "table", "rows"),
        "## Rules of provision",
        "",
        *_markdown(_rules(choices.provision), "rule", "value", "meaning"),
        "## Rules of candidate options",
        "",
        "Edit them in the `[options]` section of the import file, or edit `schools/options.csv`.",
        "",
        *_markdown(_rules(choices.options), "rule", "value", "meaning"),
        "## Symbols in place of counts",
        "",
        *_markdown(list(symbols.itertuples(index=False, name=None)), *symbols.columns),
        "## Sources",
        "",
        *_markdown(
            [(part, item.file, item.source, item.licence) for part, item in parts],
            "part",
            "file",
            "source",
            "licence",
        ),
    ]
    return "\n".join(lines)
