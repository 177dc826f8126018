"""A scenario: every choice of a run, declared once with default, range, meaning and source."""

from placement_planner.scenario.files import (
    Scenario,
    in_plain_words,
    read_scenario,
    scenario_template,
)
from placement_planner.scenario.need import NeedChoices, PolicyChoices
from placement_planner.scenario.planning import (
    Horizon,
    PrivacyChoices,
    SitingChoices,
    SolverChoices,
    TravelChoices,
)

__all__ = [
    "Horizon",
    "NeedChoices",
    "PolicyChoices",
    "PrivacyChoices",
    "Scenario",
    "SitingChoices",
    "SolverChoices",
    "TravelChoices",
    "in_plain_words",
    "read_scenario",
    "scenario_template",
]
