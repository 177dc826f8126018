"""Drives from areas to sites: by roads, by a matrix of another engine, or over straight lines."""

from placement_planner.travel.cache import FOLDER
from placement_planner.travel.calibration import Calibration, calibrate, calibration_pairs
from placement_planner.travel.drives import (
    RoadTravel,
    road_drives,
    road_travel,
    write_drives,
)
from placement_planner.travel.level import siting_units, to_level
from placement_planner.travel.matrix import missing_pairs, read_matrix, write_matrix
from placement_planner.travel.measure import Drives, destinations, measure_drives
from placement_planner.travel.network import RoadGraph, road_graph, road_nodes
from placement_planner.travel.snapping import FLAGS, Snapped, snap
from placement_planner.travel.straight import circuity, straight_drives, straight_km

__all__ = [
    "FLAGS",
    "FOLDER",
    "Calibration",
    "Drives",
    "RoadGraph",
    "RoadTravel",
    "Snapped",
    "calibrate",
    "calibration_pairs",
    "circuity",
    "destinations",
    "measure_drives",
    "missing_pairs",
    "read_matrix",
    "road_drives",
    "road_graph",
    "road_nodes",
    "road_travel",
    "siting_units",
    "snap",
    "straight_drives",
    "straight_km",
    "to_level",
    "write_drives",
    "write_matrix",
]
