"""Places there are and will be, who holds them now, and who crosses a border for one."""

from placement_planner.supply.exchange import OUTSIDE, children_across_border, exchange_matrix
from placement_planner.supply.followers import room_for_followers
from placement_planner.supply.gravity import Gravity, estimated_places
from placement_planner.supply.kept import kept_places, placed_share
from placement_planner.supply.limits import exchange_limits
from placement_planner.supply.placed import PlacedNow, observed_places, placed_now
from placement_planner.supply.pools import places_by_year, pools_of_register
from placement_planner.supply.register import over_full, register

__all__ = [
    "OUTSIDE",
    "Gravity",
    "PlacedNow",
    "children_across_border",
    "estimated_places",
    "exchange_limits",
    "exchange_matrix",
    "kept_places",
    "observed_places",
    "over_full",
    "placed_now",
    "placed_share",
    "places_by_year",
    "pools_of_register",
    "register",
    "room_for_followers",
]
