"""Capital: £ a place by what is done, for whom and how many, at local prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.costs.library import library_table, merged
from placement_planner.tables import checked, sizes_of
from placement_planner.tables.study import CapitalCosts

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.study import Authorities, Options

__all__ = ["capital_lines", "capital_per_place", "location_factors", "priced_outside"]

_LINE = ["action", "applies_to", "places_from"]


def capital_lines(own: DataFrame[CapitalCosts] | None = None) -> DataFrame[CapitalCosts]:
    """Return capital a place, prices of England: the library's lines, or a study's own first.

    A study's line replaces the library's of the same action, `applies_to` and size band.
    """
    return checked(CapitalCosts, merged(library_table("capital_costs"), own, _LINE))


def location_factors(authorities: DataFrame[Authorities]) -> pd.Series:
    """Return local building prices over England's by authority_code: those of its region.

    Regions are in `codes/authority_regions.csv`, factors in `codes/location_factors.csv`;
    authorities that are in no region are left out.

    Examples
    --------
    >>> location_factors(pd.DataFrame({"authority_code": ["E09000012", "E99000001"],
    ...                                "la_code": ["204", "990"]})).to_dict()
    {'E09000012': 1.29}
    """
    regions = code_table("authority_regions")
    region = regions.set_index(regions["la_code"].astype(str))["region"]
    factor = code_table("location_factors").set_index("region")["factor"].astype(float)
    own = authorities["la_code"].map(region).map(factor)
    return own.set_axis(authorities["authority_code"]).dropna()


def capital_per_place(
    lines: DataFrame[CapitalCosts], action: str, designation: str, places: int, factor: float = 1.0
) -> pd.Series:
    """Return the line for a scheme, its gbp_per_place, low and high at local prices.

    The most particular line counts: for the need group, then the kind of provision, then ``*``;
    within it the size band that the places fall in.

    Parameters
    ----------
    lines
        As from `capital_lines`.
    action, designation, places
        What is done, for which need group, and how many places.
    factor
        Local prices over England's: `codes/location_factors.csv`, or an authority's own.

    Raises
    ------
    KeyError
        If nothing is priced for the action.

    Examples
    --------
    >>> capital_per_place(capital_lines(), "adapt_rooms", "ci_base", 16)["gbp_per_place"]
    21000.0
    """
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    fitting = lines[(lines["action"] == action) & (lines["places_from"] <= places)]
    for name in (designation, str(kinds[designation]), "*"):
        bands = fitting[fitting["applies_to"] == name]
        if len(bands):
            line = bands.sort_values("places_from").iloc[-1]
            money = ["gbp_per_place", "low", "high"]
            return pd.concat([line.drop(money), line[money].astype(float) * factor])
    raise KeyError(action)


def priced_outside(
    options: DataFrame[Options], lines: DataFrame[CapitalCosts], factors: pd.Series
) -> pd.DataFrame:
    """Return options whose capital a place lies outside the range of the cost library.

    Parameters
    ----------
    options
        Options, each priced in full: fixed capital and capital a place.
    lines
        As from `capital_lines`.
    factors
        Local prices over England's, by option_id; 1 where there is none.

    Returns
    -------
    DataFrame
        option_id, places, gbp_per_place (fixed capital included), low, high: a row a size that is
        priced outside. No error: local knowledge may well be right.
    """
    rows = []
    for option in options.sort_values("option_id").itertuples():
        factor = float(factors.get(option.option_id, 1.0))
        for size in sizes_of(option.sizes):
            line = capital_per_place(lines, option.action, option.designation, size, factor)
            each = option.fixed_capital_gbp / size + option.capital_per_place_gbp
            if each < line["low"] or each > line["high"]:
                rows.append((option.option_id, size, each, line["low"], line["high"]))
    return pd.DataFrame(rows, columns=["option_id", "places", "gbp_per_place", "low", "high"])
