"""Policy on a projected cube: levers, paths of plans and goals, worked on every draw."""

from placement_planner.need.policy.goal import Goal, GoalFound, seek_joiner_factor
from placement_planner.need.policy.levers import levers_of, scenario_names
from placement_planner.need.policy.outcome import PolicyOutcome, apply_policy

__all__ = [
    "Goal",
    "GoalFound",
    "PolicyOutcome",
    "apply_policy",
    "levers_of",
    "scenario_names",
    "seek_joiner_factor",
]
