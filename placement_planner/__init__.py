"""Project need for specialist school places in England by small area, and site new places.

The order of a run: `read_inputs` checks a study, `read_scenario` its choices, `run` does the rest.
"""

from importlib.metadata import version

from placement_planner.errors import DataError, PlacementPlannerError, ScenarioError, SolveError
from placement_planner.inputs import Inputs, check_study, read_inputs
from placement_planner.outcome import Outcome
from placement_planner.pipeline import run
from placement_planner.scenario import Scenario, read_scenario

__all__ = [
    "DataError",
    "Inputs",
    "Outcome",
    "PlacementPlannerError",
    "Scenario",
    "ScenarioError",
    "SolveError",
    "check_study",
    "read_inputs",
    "read_scenario",
    "run",
]

__version__ = version("placement_planner")
