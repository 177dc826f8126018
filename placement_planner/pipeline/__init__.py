"""The order of the stages: the only part that knows it."""

from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.gap import measure_gap
from placement_planner.pipeline.hosts import HostStudy, score_hosts
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
from placement_planner.pipeline.scoring import Score, plan_of_builds, score

__all__ = [
    "HostStudy",
    "Score",
    "Stages",
    "backtest_study",
    "compare_policies",
    "find_plan",
    "forecast_of",
    "look_ahead",
    "measure_gap",
    "outcome_of",
    "plan_of_builds",
    "project",
    "project_baseline",
    "run",
    "run_stages",
    "score",
    "score_hosts",
    "seek_goal",
    "without_options",
]
