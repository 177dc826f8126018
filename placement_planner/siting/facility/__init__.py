"""Pure facility location: which sites to open; a Lagrangian bound, and branching on sites."""

from placement_planner.siting.facility.search import solve_facility
from placement_planner.siting.facility.shape import Facility, facility_of

__all__ = ["Facility", "facility_of", "solve_facility"]
