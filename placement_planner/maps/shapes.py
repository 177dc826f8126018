"""Shapes for the map: simplified with shared borders kept, in WGS84, five decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping

from placement_planner.storage import CRS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["area_shapes", "feature", "features", "line_shapes", "lonlat"]

WGS84 = "EPSG:4326"
DECIMALS = 5
SIDES_PER_TOLERANCE = 40
ROAD_TOLERANCE_M = 40.0


def area_shapes(areas: gpd.GeoDataFrame) -> dict[str, gpd.GeoSeries]:
    """Return the polygons of each level, by code, in WGS84.

    Borders are simplified together, once, at the small areas; the larger ones are put together from
    those, so that every level draws the same line. The tolerance is a fortieth of the side of a
    middling area.
    """
    shapes = areas.geometry.to_numpy()
    tolerance = float(np.sqrt(np.median(shapely.area(shapes)))) / SIDES_PER_TOLERANCE
    simple = gpd.GeoDataFrame(
        areas[["area_code", "middle_code", "authority_code"]].reset_index(drop=True),
        geometry=shapely.coverage_simplify(shapes, tolerance),
        crs=CRS,
    )
    return {
        level: _to_wgs84(simple.dissolve(f"{level}_code").geometry)
        for level in ("area", "middle", "authority")
    }


def _to_wgs84(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    turned = shapes.to_crs(WGS84)
    rounded = shapely.transform(turned.to_numpy(), lambda points: points.round(DECIMALS))
    return gpd.GeoSeries(rounded, index=shapes.index, crs=WGS84)


def line_shapes(lines: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return roads as one simplified GeoJSON geometry in WGS84: segments joined end to end."""
    joined = shapely.line_merge(shapely.union_all(lines.geometry.to_numpy()))
    simple = gpd.GeoSeries([shapely.simplify(joined, ROAD_TOLERANCE_M)], crs=CRS)
    geometry: dict[str, Any] = mapping(_to_wgs84(simple).iloc[0])
    return geometry


def lonlat(easting: pd.Series[float], northing: pd.Series[float]) -> list[list[float]]:
    """Return longitude and latitude of each point."""
    points = gpd.GeoSeries(gpd.points_from_xy(easting, northing), crs=CRS).to_crs(WGS84)
    pairs: list[list[float]] = shapely.get_coordinates(points.to_numpy()).round(DECIMALS).tolist()
    return pairs


def feature(geometry: Mapping[str, Any], **properties: object) -> dict[str, Any]:
    """Make one GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def features(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Put GeoJSON features together, each with its own id."""
    numbered = [{**row, "id": number} for number, row in enumerate(rows)]
    return {"type": "FeatureCollection", "features": numbered}
