"""Pupil counts of special establishments: whose are missing, why, and those of predecessors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sources.columns import as_code, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["count_notes", "read_links", "special_establishments", "with_predecessors_rolls"]

_LINKS = {
    "site_id": ("urn",),
    "predecessor_id": ("linkurn", "link_urn"),
    "link_type": ("linktype", "link_type"),
}
_WHOLE = ("Predecessor", "Predecessor - merged", "Predecessor - amalgamated")
_SECTORS = {
    "state": ("state special schools", "new under their number, not counted yet"),
    "non_maintained": ("non-maintained special schools", "not counted yet"),
    "independent": ("independent special schools", "newly registered, not counted yet"),
    "post_16": (
        "special post-16 institutions",
        "GIAS counts no pupils of institutions of this type",
    ),
}


def read_links(path: Path, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read the predecessors of schools from a GIAS links file (cp1252).

    Predecessors that were split are left out: what part of their pupils went where is not told.

    Returns
    -------
    DataFrame
        site_id, predecessor_id.

    Raises
    ------
    DataError
        When a column is missing.
    """
    links = pick_columns(read_text_table(path, "cp1252"), _LINKS, file=path.name, chosen=columns)
    links = links[links["link_type"].str.strip().isin(_WHOLE)]
    pairs = links[["site_id", "predecessor_id"]].apply(as_code)
    return pairs.drop_duplicates(ignore_index=True)


def with_predecessors_rolls(
    schools: pd.DataFrame, links: pd.DataFrame, rolls: pd.Series
) -> pd.DataFrame:
    """Give special establishments without a pupil count that of the schools they took over from.

    Parameters
    ----------
    schools
        What `read_establishments` returns.
    links
        As from `read_links`.
    rolls
        Pupils by URN of every school that any extract holds, closed ones included.

    Returns
    -------
    DataFrame
        The schools, with `predecessors` (URNs parted by ;, blank where there are none) and
        `roll_from` (predecessor where the roll is theirs, added up, else blank). Of predecessors
        without a count their own are asked; unless all are known the roll stays blank.
    """
    before = links.groupby("site_id")["predecessor_id"].agg(list).to_dict()
    known = rolls[rolls > 0].to_dict()
    is_special = _sectors(schools).notna()
    lacks = is_special & schools["roll"].isna()
    inherited = schools["site_id"].map(
        {code: _inherited(code, before, known) for code in schools.loc[lacks, "site_id"]}
    )
    filled = inherited.notna()
    named = schools["site_id"].map({code: ";".join(held) for code, held in before.items()})
    return schools.assign(
        roll=schools["roll"].mask(filled, inherited),
        predecessors=named.where(is_special),
        roll_from=filled.map({True: "predecessor", False: None}),
    )


def _inherited(
    code: str,
    before: Mapping[str, list[str]],
    known: Mapping[str, float],
    above: frozenset[str] = frozenset(),
) -> float:
    """Add up the rolls of predecessors, or of theirs; NaN unless all are known."""
    predecessors = [other for other in before.get(code, []) if other not in above | {code}]
    if not predecessors:
        return float("nan")
    path = above | {code}
    return sum(known.get(other) or _inherited(other, before, known, path) for other in predecessors)


def _sectors(schools: pd.DataFrame) -> pd.Series:
    """Tell who runs each special establishment; blank for all others."""
    types = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    return schools["establishment_type"].map(types["special_sector"].replace("", None))


def special_establishments(schools: pd.DataFrame) -> pd.DataFrame:
    """Count special establishments by who runs them, and whose pupil counts are missing.

    Parameters
    ----------
    schools
        As from `with_predecessors_rolls`; without its columns nobody has predecessors.

    Returns
    -------
    DataFrame
        sector (state, non_maintained, independent, post_16), establishments, from_predecessors
        (whose count is their predecessors'), without_count, of_those_with_predecessors.
    """
    sector = _sectors(schools).dropna()
    special = schools.loc[sector.index]
    nobody = pd.Series(None, index=special.index, dtype=object)
    without = special["roll"].isna()
    counts = pd.DataFrame(
        {
            "establishments": 1,
            "from_predecessors": special.get("roll_from", nobody).notna(),
            "without_count": without,
            "of_those_with_predecessors": without & special.get("predecessors", nobody).notna(),
        }
    )
    table = counts.groupby(sector).sum().reindex(list(_SECTORS), fill_value=0).astype(int)
    return table.rename_axis("sector").reset_index()


def count_notes(schools: pd.DataFrame) -> tuple[str, ...]:
    """Say how many special establishments there are by type, and what is known of their rolls.

    Parameters
    ----------
    schools
        As in `special_establishments`.
    """
    table = special_establishments(schools)
    if not table["establishments"].sum():
        return ()
    return tuple(_sentences(table))


def _sentences(table: pd.DataFrame) -> Iterator[str]:
    rows = table.to_dict("records")
    total = table.sum(numeric_only=True)
    parts = [f"{row['establishments']} {_SECTORS[row['sector']][0]}" for row in rows]
    yield f"{total['establishments']} special establishments: {', '.join(parts)}."
    if total["from_predecessors"]:
        yield (
            f"{total['from_predecessors']} of them have no pupil count under their number and hold "
            "that of the schools they took over from (links file); flagged row by row."
        )
    if total["without_count"]:
        why = [
            f"{row['without_count']} {_SECTORS[row['sector']][0]} ({_SECTORS[row['sector']][1]})"
            for row in rows
            if row["without_count"]
        ]
        yield f"{total['without_count']} have no pupil count: {', '.join(why)}."
    if total["of_those_with_predecessors"]:
        yield (
            f"{total['of_those_with_predecessors']} of these took over from schools that the links "
            "file names, whose pupils no extract here holds: name an older one as "
            "files.earlier_schools."
        )
