"""Candidate options: who could host, what could be built, and the processes that it takes."""

from placement_planner.options.candidates import Funding, generate_options
from placement_planner.options.land import propose_land
from placement_planner.options.nearness import children_without_places
from placement_planner.options.processes import statutory_processes, with_lead_times
from placement_planner.options.rules import OptionRules
from placement_planner.options.suitability import base_pools, host_scores, spread_children

__all__ = [
    "Funding",
    "OptionRules",
    "base_pools",
    "children_without_places",
    "generate_options",
    "host_scores",
    "propose_land",
    "spread_children",
    "statutory_processes",
    "with_lead_times",
]
