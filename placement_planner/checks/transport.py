"""Rules of transport: mixes that add up, prices of ways of travelling, totals in pounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_list

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_transport_mix", "check_transport_prices", "check_transport_totals"]

_SLACK = 1e-6
_BAND = ["applies_to", "from_km"]
_VEHICLE_ITEMS = ("vehicle_per_km", "vehicle_per_trip", "assistant_per_hour")
_LEAST_GBP, _MOST_GBP = 100.0, 100_000.0


def check_transport_mix(study: CheckedStudy) -> list[Finding]:
    """Report bands whose shares do not sum to one, and mixes that do not begin at 0 km."""
    rows = study.whole("transport_mix", *_BAND, "mode", "share")
    total = rows.groupby(_BAND)["share"].transform("sum").round(6)
    wrong = rows.assign(total=total)[(total - 1).abs() > _SLACK].drop_duplicates(_BAND)
    words = "shares that sum to {total:g} for {applies_to} from {from_km:g} km"
    found = study.report("transport_mix", "share", wrong, words, "shares that sum to 1")
    first = rows.sort_values("from_km").drop_duplicates("applies_to")
    late = first[first["from_km"] > 0].sort_index()
    words = "{applies_to} begins at {from_km:g} km"
    return found + study.report("transport_mix", "from_km", late, words, "a first band from 0 km")


def check_transport_prices(study: CheckedStudy) -> list[Finding]:
    """Report prices of vehicles and assistants that are not for a way of travelling."""
    rows = study.rows("unit_costs", "item", "applies_to")
    modes = code_list("transport_modes")
    is_vehicle = rows["item"].isin(_VEHICLE_ITEMS)
    wrong = rows[is_vehicle & ~rows["applies_to"].isin((*modes, "*"))]
    right = "* or one of " + ", ".join(modes)
    return study.report("unit_costs", "applies_to", wrong, "{applies_to} for {item}", right)


def check_transport_totals(study: CheckedStudy) -> list[Finding]:
    """Report totals that are no £ of a year's transport: thousands or millions, say."""
    rows = study.rows("transport_totals", "children", "gbp").astype(float)
    each = rows["gbp"] / rows["children"]
    wrong = rows.assign(each=each)[~each.between(_LEAST_GBP, _MOST_GBP)]
    right = f"£{_LEAST_GBP:,.0f} to £{_MOST_GBP:,.0f} a child a year"
    words = "{gbp:,.0f} for {children:g} children, £{each:,.2f} a child"
    return study.report("transport_totals", "gbp", wrong, words, right)
