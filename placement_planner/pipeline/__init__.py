"""The order of the stages: the only part that knows it."""

from placement_planner.pipeline.planning import (
    Stages,
    find_plan,
    outcome_of,
    run,
    run_stages,
    without_options,
)
from placement_planner.pipeline.projecting import backtest_study, project

__all__ = [
    "Stages",
    "backtest_study",
    "find_plan",
    "outcome_of",
    "project",
    "run",
    "run_stages",
    "without_options",
]
