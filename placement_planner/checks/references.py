"""Codes that one table takes from another: authorities, areas, sites, provision, options, pots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.checks.study import UnsoundError
from placement_planner.tables import split_list, table_keys
from placement_planner.tables.children import UNKNOWN_HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_references"]


@dataclass(frozen=True)
class _Reference:
    """A column that holds the key of another table, or one of a few words.

    `also` is a table whose column of the same name holds such codes as well, where there is one.
    """

    table: str
    column: str
    parent: str
    words: tuple[str, ...] = ()
    is_list: bool = False
    also: str = ""


_REFERENCES = (
    _Reference("areas", "authority_code", "authorities"),
    _Reference("population_projection", "authority_code", "authorities"),
    _Reference("sites", "authority_code", "authorities"),
    _Reference("caseload", "authority_code", "authorities"),
    _Reference("caseload_totals", "authority_code", "authorities"),
    _Reference("transitions", "authority_code", "authorities"),
    _Reference("requests", "authority_code", "authorities"),
    _Reference("area_caseload", "authority_code", "authorities"),
    _Reference("hidden_need", "authority_code", "authorities"),
    _Reference("housing_carried", "authority_code", "authorities"),
    _Reference("policy_levers", "authorities", "authorities", ("*",), is_list=True),
    _Reference("fallback", "authority_code", "authorities", ("*",)),
    _Reference("cross_border", "authority_code", "authorities"),
    _Reference("transport_totals", "authority_code", "authorities"),
    _Reference("options", "serves", "authorities", ("*",), is_list=True),
    _Reference("agreements", "authority_code", "authorities"),
    _Reference("agreements", "place_authority_code", "authorities"),
    _Reference("pots", "owner", "authorities", ("REGION",)),
    _Reference("pots", "eligible_authorities", "authorities", ("*",), is_list=True),
    _Reference("population", "area_code", "areas"),
    _Reference("flows", "area_code", "areas"),
    _Reference("area_caseload", "area_code", "areas", (UNKNOWN_HOME,)),
    _Reference("housing", "area_code", "areas"),
    _Reference("travel_matrix", "area_code", "areas"),
    _Reference("provision", "site_id", "sites"),
    _Reference("options", "site_id", "sites"),
    _Reference("hosts", "site_id", "sites"),
    _Reference("travel_matrix", "site_id", "sites", also="neighbouring_places"),
    _Reference("flows", "provision_id", "provision", ("OUTSIDE",)),
    _Reference("options", "pots", "pots", is_list=True),
    _Reference("pot_funding", "pot_id", "pots"),
    _Reference("options", "requires", "options", is_list=True),
    _Reference("options", "excludes", "options", is_list=True),
    _Reference("option_sets", "options", "options", is_list=True),
)


def check_references(study: CheckedStudy) -> tuple[CheckedStudy, list[Finding]]:
    """Report codes that the table they come from does not have: one finding a code and parent.

    The cells count as blank in the rules that follow.
    """
    findings: list[Finding] = []
    checked = study
    for parent in dict.fromkeys(reference.parent for reference in _REFERENCES):
        try:
            unknown = _unknown_codes(study, parent)
        except UnsoundError:
            continue
        if unknown.empty:
            continue
        findings += _findings(study, parent, unknown)
        for name, column, cells in _by_column(unknown):
            blanked = checked.tables[name].without(column, pd.Index(cells["row"]))
            checked = checked.replaced(name, blanked)
    return checked, findings


def _unknown_codes(study: CheckedStudy, parent: str) -> pd.DataFrame:
    """Return every cell with codes that the parent lacks: table, column, row, the codes."""
    model = study.tables[parent].model if parent in study.tables else None
    if model is None:
        raise UnsoundError(parent)
    key = table_keys(model)[0]
    known = study.whole(parent, key)[key]
    uses = []
    for reference in (item for item in _REFERENCES if item.parent == parent):
        try:
            cells = study.rows(reference.table, reference.column)[reference.column].dropna()
            others = [*reference.words, *_also(study, reference)]
        except UnsoundError:
            continue
        codes = cells.map(split_list).explode().dropna() if reference.is_list else cells
        lost = codes[~codes.isin(known) & ~codes.isin(others)]
        lost = lost.groupby(level=0, sort=False).agg(", ".join) if reference.is_list else lost
        uses.append(
            pd.DataFrame(
                {"row": lost.index, "code": lost.to_numpy(dtype=object)},
            ).assign(table=reference.table, column=reference.column)
        )
    return pd.concat(uses) if uses else pd.DataFrame(columns=["row", "code", "table", "column"])


def _also(study: CheckedStudy, reference: _Reference) -> pd.Series:
    """Return the codes of the second table that a column may name."""
    if reference.also in study.tables or reference.also in study.unreadable:
        return study.whole(reference.also, reference.column)[reference.column]
    return pd.Series(dtype="str")


def _findings(study: CheckedStudy, parent: str, unknown: pd.DataFrame) -> list[Finding]:
    """Report each unknown code where it stands first, with the number of rows that use it."""
    table = study.tables[parent]
    key = table_keys(table.model)[0]
    example = table.frame[key].iloc[0]
    having = ", which hold the polygons," if parent == "areas" else ""
    right = f"one of the {key}s in {table.file}{having} such as {example!r}"
    counts = unknown.groupby("code", sort=False).size()
    first = unknown.drop_duplicates("code").assign(found=lambda uses: _shown(uses["code"], counts))
    return [
        finding
        for name, column, uses in _by_column(first)
        for finding in study.report(name, column, uses.set_index("row"), "{found}", right)
    ]


def _by_column(uses: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    for reference in _REFERENCES:
        here = (uses["table"] == reference.table) & (uses["column"] == reference.column)
        if here.any():
            yield reference.table, reference.column, uses[here]


def _shown(codes: pd.Series, counts: pd.Series) -> list[str]:
    return [
        repr(code) + (f" (in {counts[code]} rows)" if counts[code] > 1 else "") for code in codes
    ]
