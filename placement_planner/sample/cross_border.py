"""Across borders: schools beyond the region, numbers known to change, agreements within."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["build_agreements", "build_cross_border", "build_neighbouring_places"]

BEYOND_M = 1_200
FARTHEST_M = 2_000_000
SOURCE = "invented"
# School, code, metres north, need group, phase, places offered, first year, first year without.
NEIGHBOURS = (
    ("Gannet Reach School", "990001", 470_000, "asd_special", "primary", 6.0, None, None),
    ("Gannet Reach School", "990001", 470_000, "asd_special", "secondary", 8.0, None, None),
    ("Outer Sands Academy", "990002", 453_000, "semh_special", "secondary", 6.0, 2027.0, None),
    ("Outer Sands Academy", "990002", 453_000, "sld_mld_special", "primary", 4.0, None, 2030.0),
)
# School, need group, phase, year: share of the children from elsewhere who still hold a place then.
FROM_ELSEWHERE = (
    ("Thressing Court School", "semh_special", "secondary", 2028, 0.5),
    ("Thressing Court School", "semh_special", "secondary", 2030, 0.0),
    ("Heskerby Grange School", "pmld_special", "secondary", 2029, 2.0),
)
# Authority, place, need group, phase, year, children.
PLACED_ELSEWHERE = (
    ("E08900002", "Gannet Reach School", "asd_special", "secondary", 2027, 4.0),
    ("E08900002", "Elsewhere", "asd_special", "secondary", 2027, 1.0),
    ("E08900004", "Elsewhere", "semh_special", "secondary", 2028, 2.0),
)
# Home, place, need group, children: more than hold places there today, or, in the last, fewer.
AGREED = (
    ("E08900003", "E08900001", "asd_special", 40.0),
    ("E08900001", "E08900002", "asd_special", 55.0),
    ("E08900004", "E08900005", "semh_special", 10.0),
)


def build_neighbouring_places(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return places offered west of the region (`tables.study.NeighbouringPlaces`)."""
    land = shapely.union_all(areas.geometry.to_numpy())
    columns = ["site_name", "site_id", "northing", "designation", "phase", "places", "opens",
               "closes"]  # fmt: skip
    rows = pd.DataFrame(NEIGHBOURS, columns=columns)
    west = {north: _west_edge(land, north) for north in rows["northing"].unique()}
    return rows.assign(
        place_id=rows[["site_id", "designation", "phase"]].agg("-".join, axis=1),
        easting=rows["northing"].map(west) - BEYOND_M,
        provision_type="special_school",
        source=SOURCE,
        basis="invented",
    )


def _west_edge(land: shapely.Geometry, northing: float) -> float:
    """Return where the land begins, coming from the west; whole metres."""
    line = shapely.LineString([(0, northing), (FARTHEST_M, northing)])
    return float(round(shapely.bounds(shapely.intersection(land, line))[0]))


def build_cross_border(provision: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of years to come (`tables.study.CrossBorder`)."""
    schools = sites[["site_id", "site_name", "authority_code"]]
    pools = provision[["provision_id", "site_id", "designation", "phase", "from_elsewhere"]]
    columns = ["site_name", "designation", "phase", "academic_year", "share"]
    held = pd.DataFrame(FROM_ELSEWHERE, columns=columns).merge(schools).merge(pools)
    into = pd.DataFrame(
        {
            "direction": "in",
            "authority_code": held["authority_code"],
            "place": held["provision_id"],
            "need_group": held["designation"],
            "phase": held["phase"],
            "academic_year": held["academic_year"],
            "children": (held["from_elsewhere"] * held["share"]).round(),
        }
    )
    columns = ["authority_code", "place", "need_group", "phase", "academic_year", "children"]
    away = pd.DataFrame(PLACED_ELSEWHERE, columns=columns).assign(direction="out")
    return pd.concat([into, away], ignore_index=True).assign(source=SOURCE, basis="invented")


def build_agreements() -> pd.DataFrame:
    """Return what authorities agreed with each other (`tables.study.Agreements`)."""
    columns = ["authority_code", "place_authority_code", "need_group", "children"]
    agreed = pd.DataFrame(AGREED, columns=columns)
    return agreed.assign(source="invented: memorandum of July 2026", basis="invented")
