"""Rules of children: every one is placed or in fallback, and routes take no more than they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.siting.model.variables import EQ, LE

if TYPE_CHECKING:
    from placement_planner.siting.model.variables import SitingModel
    from placement_planner.siting.problem import Problem

__all__ = ["keep_within_routes", "place_every_child"]


def place_every_child(problem: Problem, model: SitingModel) -> None:
    """Count every child: placed by then and still there, or in fallback."""
    counted = model.counted(model.stays.group, model.stays.year)
    for group, children in enumerate(problem.groups.children.tolist()):
        for year, number in enumerate(children):
            left = model.fallback[group][year]
            name = f"children_{left.name.removeprefix('F_')}"
            model.add([*counted[group, year], (left, 1.0)], EQ, number, name)


def keep_within_routes(problem: Problem, model: SitingModel) -> None:
    """Let a route with a limit take its share of those in fallback, but for those spilt."""
    rows = zip(problem.routes.table.itertuples(), problem.routes.groups, strict=True)
    for row, (route, groups) in enumerate(rows):
        for year, spilt in enumerate(model.spilt[row]):
            terms = [(model.fallback[group][year], route.share) for group in groups.tolist()]
            name = f"route_{spilt.name.removeprefix('v_')}"
            model.add([*terms, (spilt, -1.0)], LE, route.most_children, name)
