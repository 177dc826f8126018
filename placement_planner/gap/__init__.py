"""Need less places, three ways: where children live, what they can reach, and at best."""

from placement_planner.gap.accessible import Accessible, accessible_places
from placement_planner.gap.assignment import empty_places, exchange_of_plan, gap_by_assignment
from placement_planner.gap.components import COMPONENT_NAMES, gap_components
from placement_planner.gap.outcome import GapTables
from placement_planner.gap.residence import gap_by_residence

__all__ = [
    "COMPONENT_NAMES",
    "Accessible",
    "GapTables",
    "accessible_places",
    "empty_places",
    "exchange_of_plan",
    "gap_by_assignment",
    "gap_by_residence",
    "gap_components",
]
