"""The cost library: every line with payer, source, date and range; a study's own lines first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.tables import checked
from placement_planner.tables.stages import PlaceCosts
from placement_planner.tables.study import UnitCosts

if TYPE_CHECKING:
    from pandera.typing import DataFrame

__all__ = ["cost_lines", "costs_of_places", "is_own", "value_of"]

_LINE = ["item", "applies_to"]


def library_table(name: str) -> pd.DataFrame:
    """Return a table of costs as it stands in `codes/`, blank ends of ranges as NaN."""
    table = code_table(name)
    ends = {end: pd.to_numeric(table[end], errors="coerce") for end in ("low", "high")}
    return table.assign(**ends)


def is_own(table: pd.DataFrame, own: pd.DataFrame | None, key: list[str]) -> pd.Series:
    """Tell which rows of a table the study brings itself."""
    if own is None:
        return pd.Series(data=False, index=table.index)
    told = pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(own[key]))
    return pd.Series(told, index=table.index)


def merged(library: pd.DataFrame, own: pd.DataFrame | None, key: list[str]) -> pd.DataFrame:
    """Put a study's own rows in the place of the library's with the same key, or beside them."""
    if own is None:
        return library.sort_values(key, ignore_index=True)
    kept = library[~is_own(library, own, key)]
    rows = pd.DataFrame(own).reindex(columns=library.columns)
    ends = {end: rows[end].astype(float) for end in ("low", "high") if end in rows}
    together = pd.concat([kept, rows.assign(**ends)]) if len(kept) else rows
    return together.sort_values(key, ignore_index=True)


def cost_lines(own: DataFrame[UnitCosts] | None = None) -> DataFrame[UnitCosts]:
    """Return every cost line: the library's, or the study's own for the same thing.

    Parameters
    ----------
    own
        Lines of a study: each replaces the library's line of the same item and `applies_to`; one
        for something finer stands beside it and goes first.

    Examples
    --------
    >>> cost_lines().query("item == 'place_funding'")[["applies_to", "value"]].values.tolist()
    [['base', 6000.0], ['special', 10000.0]]
    """
    return checked(UnitCosts, merged(library_table("unit_costs"), own, _LINE))


def value_of(lines: pd.DataFrame, item: str, *names: str) -> float:
    """Return the value for the first of `names`, else ``*``, that the item is priced for.

    Raises
    ------
    DataError
        If it is priced for none of them.
    """
    rows = lines[lines["item"] == item].set_index("applies_to")["value"]
    for name in (*names, "*"):
        if name in rows.index:
            return float(rows[name])
    raise DataError(f"unit_costs has no {item} for {names[0]}; add a row for it, or for *")


def costs_of_places(lines: DataFrame[UnitCosts]) -> DataFrame[PlaceCosts]:
    """Return what places cost to run by need group: £ a child, and £ an open place.

    Parameters
    ----------
    lines
        As from `cost_lines`.
    """
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    rows = [
        {
            "need_group": group,
            "top_up_gbp": value_of(lines, "top_up", group, kind),
            "place_funding_gbp": value_of(lines, "place_funding", group, kind),
        }
        for group, kind in groups.itertuples(index=False)
    ]
    return checked(PlaceCosts, pd.DataFrame(rows))
