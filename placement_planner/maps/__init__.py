"""One-file maps that open from disk with the network off."""

from placement_planner.maps.need_page import write_need_map
from placement_planner.maps.page import write_map

__all__ = ["write_map", "write_need_map"]
