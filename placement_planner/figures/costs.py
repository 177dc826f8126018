"""Every price behind a plan, with payer, source, range and mark; no child is counted in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.plan import known_names

if TYPE_CHECKING:
    from placement_planner.surroundings import Surroundings

__all__ = ["ITEM_NAMES", "shown_costs"]

ITEM_NAMES = {
    "place_funding": "Place funding",
    "top_up": "Top-up",
    "vehicle_per_km": "Vehicle, by distance",
    "vehicle_per_trip": "Vehicle, each trip",
    "assistant_per_hour": "Passenger assistant",
}
_OF_ALL = {"*": "all", "base": "bases", "special": "special schools"}


def shown_costs(around: Surroundings) -> pd.DataFrame:
    """Return running costs, capital and fallback routes in people's words, a row a figure.

    Returns
    -------
    DataFrame
        What, Of, Value, Range, Unit, Payer, Basis, Source, Date: the library's lines, and the
        study's own in their place.
    """
    parts = [_lines(around), _capital(around), _routes(around)]
    return pd.concat(parts, ignore_index=True)


def _lines(around: Surroundings) -> pd.DataFrame:
    lines = around.cost_lines
    names = {**known_names("need_groups"), **known_names("transport_modes"), **_OF_ALL}
    return pd.DataFrame(
        {
            "What": lines["item"].map(ITEM_NAMES),
            "Of": lines["applies_to"].map(names),
            "Value": lines["value"],
            "Range": _range(lines),
            "Unit": lines["unit"],
            "Payer": lines["payer"].map(known_names("payers")),
            "Basis": lines["basis"].map(known_names("bases")),
            "Source": lines["source"],
            "Date": lines["price_date"],
        }
    )


def _range(lines: pd.DataFrame) -> pd.Series:
    """Write the range of each value; blank where it is not known."""
    ends = lines.reindex(columns=["low", "high"]).astype(float)
    span = ends["low"].map("{:,g}".format) + " to " + ends["high"].map("{:,g}".format)
    return span.where(ends.notna().all(axis=1), "")


def _capital(around: Surroundings) -> pd.DataFrame:
    lines = around.capital_lines
    names = {**known_names("need_groups"), **_OF_ALL}
    size = lines["places_from"].map(lambda fewest: f", from {fewest} places" if fewest else "")
    return pd.DataFrame(
        {
            "What": lines["action"].map(known_names("actions")),
            "Of": lines["applies_to"].map(names) + size,
            "Value": lines["gbp_per_place"],
            "Range": _range(lines),
            "Unit": "GBP per place, England",
            "Payer": lines["payer"].map(known_names("payers")),
            "Basis": lines["basis"].map(known_names("bases")),
            "Source": lines["source"],
            "Date": lines["price_date"],
        }
    )


def _routes(around: Surroundings) -> pd.DataFrame:
    """Return fallback routes, a row for every price that some authority and phase has."""
    named = ["low", "high", "price_date"]
    routes = around.fallback.reindex(
        columns=["need_group", "route", "cost_gbp", *named, "payer", "basis", "source"]
    )
    routes = routes.drop_duplicates(ignore_index=True)
    names = code_table("fallback_routes").drop_duplicates("route").set_index("route")["name"]
    return pd.DataFrame(
        {
            "What": "Fallback: " + routes["route"].map(names).fillna(routes["route"]),
            "Of": routes["need_group"].map(known_names("need_groups")),
            "Value": routes["cost_gbp"],
            "Range": _range(routes),
            "Unit": "GBP per child a year",
            "Payer": routes["payer"].map(known_names("payers")),
            "Basis": routes["basis"].map(known_names("bases")),
            "Source": routes["source"],
            "Date": routes["price_date"].fillna(""),
        }
    )
