"""The order of the stages: the only part that knows it."""

from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.planning import (
    Stages,
    find_plan,
    outcome_of,
    run,
    run_stages,
    without_options,
)
from placement_planner.pipeline.policies import compare_policies, seek_goal
from placement_planner.pipeline.projecting import backtest_study, forecast_of, project

__all__ = [
    "Stages",
    "backtest_study",
    "compare_policies",
    "find_plan",
    "forecast_of",
    "look_ahead",
    "outcome_of",
    "project",
    "project_baseline",
    "run",
    "run_stages",
    "seek_goal",
    "without_options",
]
