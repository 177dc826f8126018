"""The second road, for large problems: a bound from generated arcs, and plans by diving."""

from placement_planner.siting.decompose.clustered import search_clustered
from placement_planner.siting.decompose.search import LiveSearch

__all__ = ["LiveSearch", "search_clustered"]
