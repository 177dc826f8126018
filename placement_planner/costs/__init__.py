"""What places, journeys and fallback routes cost: £ a year, each line with source and payer."""

from placement_planner.costs.capital import (
    capital_lines,
    capital_per_place,
    location_factors,
    priced_outside,
)
from placement_planner.costs.fallback import fallback_by_authority, library_routes
from placement_planner.costs.journeys import journey_report
from placement_planner.costs.library import cost_lines, costs_of_places
from placement_planner.costs.transport import TransportOutcome, cost_curve, transport_table

__all__ = [
    "TransportOutcome",
    "capital_lines",
    "capital_per_place",
    "cost_curve",
    "cost_lines",
    "costs_of_places",
    "fallback_by_authority",
    "journey_report",
    "library_routes",
    "location_factors",
    "priced_outside",
    "transport_table",
]
