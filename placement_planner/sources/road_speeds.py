"""Speeds of road segments: by kind of road and by how rural the area around is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["KINDS", "road_kinds", "segment_speeds"]

KINDS = {
    "motorway": "motorway",
    "motorway_link": "motorway",
    "trunk": "a_road",
    "trunk_link": "a_road",
    "primary": "a_road",
    "primary_link": "a_road",
    "a_road": "a_road",
    "a road": "a_road",
    "secondary": "b_road",
    "secondary_link": "b_road",
    "b_road": "b_road",
    "b road": "b_road",
    "residential": "local_street",
    "living_street": "local_street",
    "service": "local_street",
    "local street": "local_street",
    "local access road": "local_street",
    "not classified": "local_street",
}
"""Kind of road by what OpenStreetMap, OS Open Roads and we call it; what is absent is minor."""
_ANYWHERE = "mixed"


def road_kinds(classes: pd.Series) -> pd.Series:
    """Return the kind of road of each class that a file names.

    Examples
    --------
    >>> road_kinds(pd.Series(["A Road", "residential", "Unclassified"])).tolist()
    ['a_road', 'local_street', 'minor']
    """
    return classes.astype("str").str.strip().str.lower().map(KINDS).fillna("minor")


def segment_speeds(
    roads: gpd.GeoDataFrame,
    kinds: pd.Series,
    areas: pd.DataFrame | None = None,
    own_kmh: Mapping[str, float] | None = None,
) -> pd.Series:
    """Return km/h of each segment in the morning peak.

    Parameters
    ----------
    roads
        Segments with lines, EPSG:27700.
    kinds
        Kind of road of each.
    areas
        easting, northing, rural_urban: a segment is as rural as the nearest of them. Without any,
        the averages of all areas stand.
    own_kmh
        Speeds by kind that go before those of `codes/road_speeds.csv`, wherever the road is.
    """
    table = code_table("road_speeds").set_index(["kind", "rural_urban"])["kmh"]
    around = pd.Series(_ANYWHERE, index=roads.index)
    if areas is not None and len(areas) and len(roads):
        middles = shapely.get_coordinates(
            shapely.line_interpolate_point(roads.geometry.to_numpy(), 0.5, normalized=True)
        )
        _, nearest = cKDTree(areas[["easting", "northing"]].to_numpy(dtype=float)).query(middles)
        around = pd.Series(areas["rural_urban"].to_numpy(dtype=object)[nearest], index=roads.index)
    keys = pd.MultiIndex.from_arrays([kinds.to_numpy(), around.to_numpy()])
    speeds = pd.Series(table.reindex(keys).to_numpy(dtype=float), index=roads.index)
    own = kinds.map(dict(own_kmh or {})).astype(float)
    return pd.Series(np.where(own.notna(), own, speeds), index=roads.index)
