"""Candidate options: what could be built, where, how large, by rules that a planner can edit."""

from placement_planner.options.candidates import Funding, generate_options
from placement_planner.options.land import propose_land
from placement_planner.options.rules import OptionRules

__all__ = ["Funding", "OptionRules", "generate_options", "propose_land"]
