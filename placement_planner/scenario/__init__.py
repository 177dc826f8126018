"""A scenario: every choice of a run, declared once with default, range, meaning and source."""

from placement_planner.scenario.files import (
    Scenario,
    in_plain_words,
    read_scenario,
    scenario_template,
)
from placement_planner.scenario.journeys import TransportChoices, TravelChoices
from placement_planner.scenario.need import NeedChoices, PolicyChoices
from placement_planner.scenario.places import GapChoices, HostChoices, SupplyChoices
from placement_planner.scenario.planning import (
    Horizon,
    PrivacyChoices,
    SitingChoices,
    SolverChoices,
)

__all__ = [
    "GapChoices",
    "Horizon",
    "HostChoices",
    "NeedChoices",
    "PolicyChoices",
    "PrivacyChoices",
    "Scenario",
    "SitingChoices",
    "SolverChoices",
    "SupplyChoices",
    "TransportChoices",
    "TravelChoices",
    "in_plain_words",
    "read_scenario",
    "scenario_template",
]
