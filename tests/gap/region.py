"""Small regions for the gap: need, pools, drives and rides from a few numbers."""

import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.stages import Need, Pools, Travel
from placement_planner.tables.study import Compatibility
from placement_planner.tables.transport import Transport

PHASE, YEAR = "primary", 2028
GROUPS = ("asd_special", "sld_mld_special")


def need(rows):
    """rows: (area, authority, group, children)."""
    frame = pd.DataFrame(rows, columns=["area_code", "authority_code", "need_group", "children"])
    return checked(Need, frame.assign(phase=PHASE, academic_year=YEAR))


def pools(rows):
    """rows: (pool, site, authority, designation, places)."""
    columns = ["pool_id", "site_id", "authority_code", "designation", "places"]
    frame = pd.DataFrame(rows, columns=columns)
    return checked(
        Pools,
        frame.assign(
            provision_type="special_school", phase=PHASE, academic_year=YEAR, basis="invented"
        ),
    )


def travel(minutes):
    """minutes: {(area, site): minutes}; a minute is half a kilometre."""
    frame = pd.DataFrame(
        [(area, site, float(each), each / 2) for (area, site), each in minutes.items()],
        columns=["area_code", "site_id", "minutes", "distance_km"],
    )
    return checked(Travel, frame)


def rides(authorities=("A", "B"), factor=1.0, per_km=100.0):
    """Time in the vehicle is `factor` times the drive; £ are by distance alone."""
    frame = pd.DataFrame(
        [
            {
                "authority_code": authority,
                "need_group": group,
                "phase": PHASE,
                "from_km": 0.0,
                "ride_minutes": 0.0,
                "ride_factor": factor,
                "gbp": 0.0,
                "gbp_per_km": per_km,
                "gbp_per_minute": 0.0,
                "transported": 1.0,
            }
            for authority in authorities
            for group in GROUPS
        ]
    )
    return checked(Transport, frame)


def suits(*pairs):
    """Suited pairs beside each group with itself."""
    rows = [(group, group) for group in GROUPS] + list(pairs)
    frame = pd.DataFrame(rows, columns=["need_group", "designation"])
    return checked(
        Compatibility,
        frame.assign(match="suited", penalty_gbp=0.0, source="made up", basis="invented"),
    )
