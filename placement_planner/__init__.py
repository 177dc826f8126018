"""Project need for specialist school places in England by small area, and site new places.

The order of a run: `read_inputs` checks a study, `read_scenario` its choices, `run` does the rest.
Names are loaded when they are first asked for, so that a command loads no more than it needs.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from placement_planner.balance import Balance
    from placement_planner.errors import (
        DataError,
        PlacementPlannerError,
        ScenarioError,
        SolveError,
    )
    from placement_planner.forecast import Forecast
    from placement_planner.inputs import Inputs, check_study, read_inputs
    from placement_planner.outcome import Outcome
    from placement_planner.pipeline import (
        backtest_study,
        measure_gap,
        project,
        run,
        score_hosts,
    )
    from placement_planner.scenario import Scenario, read_scenario

__all__ = [
    "Balance",
    "DataError",
    "Forecast",
    "Inputs",
    "Outcome",
    "PlacementPlannerError",
    "Scenario",
    "ScenarioError",
    "SolveError",
    "backtest_study",
    "check_study",
    "measure_gap",
    "project",
    "read_inputs",
    "read_scenario",
    "run",
    "score_hosts",
]

__version__ = version("placement_planner")

_HOMES = {
    "DataError": "errors",
    "Balance": "balance",
    "Forecast": "forecast",
    "Inputs": "inputs",
    "Outcome": "outcome",
    "PlacementPlannerError": "errors",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "SolveError": "errors",
    "backtest_study": "pipeline",
    "check_study": "inputs",
    "measure_gap": "pipeline",
    "project": "pipeline",
    "read_inputs": "inputs",
    "read_scenario": "scenario",
    "run": "pipeline",
    "score_hosts": "pipeline",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name from the module that holds it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
