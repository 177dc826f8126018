"""Where sites lie: metres from degrees, the area of each, and coordinates that were swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

from placement_planner.checks.shapes import sound_areas
from placement_planner.storage import CRS

if TYPE_CHECKING:
    import geopandas as gpd

    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["area_of_points", "check_site_locations", "metres"]

_SNAP_M = 50.0
_EAST, _NORTH = (-9.0, 3.0), (49.0, 61.5)
_TO_METRES = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def metres(sites: pd.DataFrame) -> pd.DataFrame:
    """Return sites with easting and northing filled from longitude and latitude where blank.

    Examples
    --------
    >>> greenwich = pd.DataFrame({"longitude": [-0.0015], "latitude": [51.4779]})
    >>> greenwich = greenwich.assign(easting=np.nan, northing=np.nan)
    >>> metres(greenwich)[["easting", "northing"]].round(-2).iloc[0].tolist()
    [538900.0, 177300.0]
    """
    if not {"longitude", "latitude"} <= set(sites.columns):
        return sites
    east, north = _TO_METRES.transform(sites["longitude"].to_numpy(), sites["latitude"].to_numpy())
    is_blank = sites["easting"].isna() & sites["northing"].isna() & np.isfinite(east)
    return sites.assign(
        easting=sites["easting"].where(~is_blank, east),
        northing=sites["northing"].where(~is_blank, north),
    )


def area_of_points(
    easting: pd.Series, northing: pd.Series, areas: gpd.GeoDataFrame, snap_m: float = _SNAP_M
) -> pd.Series:
    """Return the code of the area each point lies in; blank where there is none.

    A point on a border belongs to the area whose code comes first. A point within `snap_m` metres
    of an area, in a sliver that generalised boundaries leave open, belongs to the nearest.
    """
    ordered = areas.sort_values("area_code")
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    points = shapely.points(easting.to_numpy(dtype=float), northing.to_numpy(dtype=float))
    points = np.where(easting.notna() & northing.notna(), points, None)
    position = _first_area(tree.query(points, predicate="intersects"), len(points))
    is_open = np.flatnonzero(position < 0)
    near = tree.query_nearest(points[is_open], max_distance=snap_m)
    position[is_open] = _first_area(near, len(is_open))
    codes = np.append(ordered["area_code"].to_numpy(dtype=object), [None])
    return pd.Series(codes[position], index=easting.index, dtype="str", name="area_code")


def _first_area(pairs: np.ndarray, n_points: int) -> np.ndarray:
    """Return the lowest area position of each point, -1 where there is none."""
    far = np.iinfo(np.int64).max
    first = np.full(n_points, far)
    np.minimum.at(first, pairs[0], pairs[1])
    return np.where(first == far, -1, first)


def check_site_locations(study: CheckedStudy) -> list[Finding]:
    """Report sites outside all areas, and sites whose coordinates were swapped."""
    sites = _sites(study)
    swapped = _swapped_degrees(sites)
    rest = sites[~swapped & sites["is_judged"]]
    has_metres = rest["easting"].notna() & rest["northing"].notna()
    return [
        *study.report(
            "sites",
            "longitude",
            sites[swapped],
            "{site_id} with longitude and latitude swapped: {longitude:g}, {latitude:g}",
            "degrees east in longitude, degrees north in latitude",
        ),
        *study.report(
            "sites",
            "easting",
            rest[~has_metres],
            "{site_id} without usable coordinates",
            "easting and northing, or longitude and latitude",
        ),
        *_metres_findings(study, rest[has_metres]),
    ]


def _sites(study: CheckedStudy) -> pd.DataFrame:
    """Return sites with metres where they can be told; `is_judged` is false after a bad cell."""
    frame = study.rows("sites", "site_id", "easting", "northing")
    table = study.tables["sites"]
    pairs = table.frame.reindex(columns=["longitude", "latitude"]).loc[frame.index].astype(float)
    authority = table.frame.reindex(columns=["authority_code"]).loc[frame.index]
    sites = metres(frame.join(pairs).join(authority))
    is_complete = sites["easting"].notna() & sites["northing"].notna()
    has_faults = bool(study.faulty("sites") & {"easting", "northing", "longitude", "latitude"})
    return sites.assign(is_judged=is_complete | (not has_faults))


def _swapped_degrees(sites: pd.DataFrame) -> pd.Series:
    return sites["latitude"].between(*_EAST) & sites["longitude"].between(*_NORTH)


def _metres_findings(study: CheckedStudy, sites: pd.DataFrame) -> list[Finding]:
    areas = sound_areas(study)
    area, mirrored = (
        area_of_points(sites[east], sites[north], areas)
        for east, north in (("easting", "northing"), ("northing", "easting"))
    )
    authorities = areas.set_index("area_code")["authority_code"]
    is_elsewhere = area.map(authorities) != sites["authority_code"]
    fits_mirrored = mirrored.map(authorities) == sites["authority_code"]
    is_swapped = mirrored.notna() & (area.isna() | (is_elsewhere & fits_mirrored))
    is_outside = area.isna() & ~is_swapped & ~_in_a_hole(study, sites, areas)
    return [
        *study.report(
            "sites",
            "easting",
            sites[is_swapped],
            "{site_id} with easting and northing swapped: {easting:.0f}, {northing:.0f}",
            "metres east in easting, metres north in northing",
        ),
        *study.report(
            "sites",
            "easting",
            _with_distance(sites[is_outside], areas),
            "{site_id} outside all areas: {easting:.0f}, {northing:.0f}, {km:,.1f} km from the "
            "nearest",
            "a point in one of the areas, not in the sea or another region",
        ),
    ]


def _with_distance(sites: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add how far each site is from the nearest area, km."""
    points = shapely.points(sites[["easting", "northing"]].to_numpy(dtype=float))
    tree = shapely.STRtree(areas.geometry.to_numpy())
    _, off_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    return sites.assign(km=off_m / 1000)


def _in_a_hole(study: CheckedStudy, sites: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Tell which sites may lie in areas whose missing polygons were reported already."""
    bounds = areas.geometry.bounds
    reach = np.hypot(bounds["maxx"] - bounds["minx"], bounds["maxy"] - bounds["miny"]).max()
    centroids = study.rows("areas", "easting", "northing").drop(index=areas.index)
    holes = shapely.buffer(shapely.points(centroids.to_numpy(dtype=float)), reach)
    if any("area_code" in study.faulty(name) for name in ("population", "flows")):
        holes = np.append(holes, areas.union_all().convex_hull.buffer(reach))
    points = shapely.points(sites[["easting", "northing"]].to_numpy(dtype=float))
    return pd.Series(shapely.intersects(shapely.union_all(holes), points), index=sites.index)
