"""One-file maps that open from disk with the network off."""

from placement_planner.maps.comparison import write_comparison_map
from placement_planner.maps.frame import Tiles
from placement_planner.maps.gap_page import write_gap_map
from placement_planner.maps.need_page import write_need_map
from placement_planner.maps.plan_page import write_map

__all__ = ["Tiles", "write_comparison_map", "write_gap_map", "write_map", "write_need_map"]
