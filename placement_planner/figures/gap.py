"""The gap between need and places, as it may be shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placement_planner.figures.areas import in_final_year
from placement_planner.figures.demand import shown_table
from placement_planner.figures.exact.gap import GAP_COUNTS
from placement_planner.figures.released import released_gap
from placement_planner.privacy import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.balance import Balance
    from placement_planner.figures.areas import AreaTable
    from placement_planner.figures.demand import Shown

__all__ = [
    "ALL",
    "COLUMNS",
    "COLUMN_NAMES",
    "access_by_area",
    "shown_components",
    "shown_gap",
    "unmet_by_area",
]

COLUMNS = ["need", "places_here", "without_here", "without_in_reach", "without_at_best"]
COLUMN_NAMES = {
    "need": "Children who need a place",
    "places_here": "Places in the authority",
    "without_here": "Without a place, authority by authority",
    "without_in_reach": "Without a place within the guide",
    "without_at_best": "Without a place at best",
}
"""What the columns of `shown_gap` mean, in the reader's words."""


def shown_gap(balance: Balance, part: str, years: Sequence[int] | None = None) -> Shown:
    """Return the gap by a part and year: three ways beside each other.

    Parameters
    ----------
    balance
        Need set against places.
    part
        authority_code, need_group or phase.
    years
        Academic years; every planned one if None.

    Returns
    -------
    Shown
        part, name, academic_year and `COLUMNS`; first the rows of everybody (``all``). Children
        without a place are those of each authority, need group and phase that has too few places,
        of each area that has too few within the guide to riding time, and those left over where
        everybody is placed as well as can be; places left elsewhere do not make up for them.
    """
    shown = shown_table(released_gap(balance)[f"by:{part}"], GAP_COUNTS, drop=["member"])
    if years is None:
        return shown
    is_asked = shown.frame["academic_year"].isin(list(years))
    return replace(shown, frame=shown.frame[is_asked].reset_index(drop=True))


def unmet_by_area(balance: Balance) -> AreaTable:
    """Return children without a place where everybody is placed as well as can be, by area."""
    return in_final_year(released_gap(balance)["unmet"], ["children"], ["children"])


def access_by_area(balance: Balance) -> AreaTable:
    """Return places in reach per 100 children who need one, by area.

    Whole numbers: more digits would tell the count of children that a rounded one hides.
    """
    table = released_gap(balance)["access"]
    return in_final_year(table, ["children", "places"], ["children"])


def shown_components(balance: Balance) -> Shown:
    """Return what stands beside the gap, by authority and year, everybody (``all``) first.

    Returns
    -------
    Shown
        component, academic_year, authority_code, children, in_need (whether they are in the need
        too; "no or partly" where phases or authorities differ), name, authority_name.
    """
    return shown_table(released_gap(balance)["components"], ["children"])
