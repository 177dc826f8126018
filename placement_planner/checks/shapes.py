"""Shapes of areas and roads: the reference system, missing and invalid ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_planner.checks.study import UnsoundError
from placement_planner.errors import Finding
from placement_planner.storage import CRS
from placement_planner.tables import table_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.checks.study import CheckedStudy

__all__ = ["check_polygons", "check_road_lines", "reprojected", "sound_areas"]

_EPSG = int(CRS.removeprefix("EPSG:"))
_DEGREES = "EPSG:4326"
_MAP_EAST_M, _MAP_NORTH_M, _HALF_CIRCLE = 700_000, 1_300_000, 180
_POLYGONS, _LINES = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString")


def reprojected(study: CheckedStudy) -> tuple[CheckedStudy, list[Finding]]:
    """Bring shapes in another reference system into EPSG:27700; one finding a layer."""
    findings = []
    for name, table in study.tables.items():
        if table.shapes is None:
            continue
        fitting, found = _fitting(table.shapes)
        study = study.replaced(name, replace(table, shapes=fitting))
        if found:
            right = f"{CRS}, British National Grid, in metres"
            findings.append(Finding(table.file, None, "geometry", found, right))
    return study, findings


def _fitting(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries | None, str | None]:
    """Return shapes in EPSG:27700, and what was wrong with the system they are said to be in."""
    is_labelled = shapes.crs is not None and shapes.crs.to_epsg() == _EPSG
    in_degrees = _is_degrees(shapes.total_bounds)
    if is_labelled and not in_degrees:
        return shapes, None
    name = "no reference system" if shapes.crs is None else shapes.crs.to_string()
    found = f"{name}, coordinates in degrees" if in_degrees else name
    for candidate in _readings(shapes):
        if _is_on_map(candidate.total_bounds):
            return candidate, found
    return None, found


def _readings(shapes: gpd.GeoSeries) -> Iterator[gpd.GeoSeries]:
    """Yield what the shapes may have been meant to be: as labelled, in metres, in degrees."""
    if shapes.crs is not None:
        yield shapes.to_crs(CRS)
    yield shapes.set_crs(CRS, allow_override=True)
    yield shapes.set_crs(_DEGREES, allow_override=True).to_crs(CRS)


def _is_on_map(bounds: np.ndarray) -> bool:
    """Tell whether bounds lie on the map of Great Britain, in metres."""
    west, south, east, north = bounds
    is_inside = 0 <= west <= east <= _MAP_EAST_M and 0 <= south <= north <= _MAP_NORTH_M
    return bool(is_inside and not _is_degrees(bounds))


def _is_degrees(bounds: np.ndarray) -> bool:
    return bool(np.isfinite(bounds).all() and np.abs(bounds).max() <= _HALF_CIRCLE)


def check_polygons(study: CheckedStudy) -> list[Finding]:
    """Report areas without a polygon, or with an invalid one."""
    return _bad_shapes(study, "areas", _POLYGONS, "polygon")


def check_road_lines(study: CheckedStudy) -> list[Finding]:
    """Report segments of road without a line, or with an invalid one."""
    return _bad_shapes(study, "roads", _LINES, "line")


def _bad_shapes(study: CheckedStudy, name: str, kinds: tuple[str, ...], word: str) -> list[Finding]:
    shapes = _shapes(study, name)
    is_missing = shapes.isna() | shapes.is_empty
    is_other = ~is_missing & ~shapes.geom_type.isin(kinds)
    is_invalid = ~is_missing & ~is_other & ~shapes.is_valid
    labels = study.tables[name].frame.reindex(columns=table_keys(study.tables[name].model))
    reasons = shapely.is_valid_reason(shapes.to_numpy())
    rows = pd.DataFrame({"key": _joined(labels), "kind": shapes.geom_type, "reason": reasons})
    return [
        *study.report(name, "geometry", rows[is_missing], "{key} without " + word, f"a {word}"),
        *study.report(name, "geometry", rows[is_other], "{key} with a {kind}", f"a {word}"),
        *study.report(
            name,
            "geometry",
            rows[is_invalid],
            "{key} with an invalid shape: {reason}",
            f"a valid {word} (in QGIS: Fix geometries)",
        ),
    ]


def _joined(labels: pd.DataFrame) -> list[str]:
    return [" to ".join(map(str, row)) for row in labels.itertuples(index=False)]


def _shapes(study: CheckedStudy, name: str) -> gpd.GeoSeries:
    table = study.tables.get(name)
    if table is None or table.shapes is None:
        raise UnsoundError(name)
    return table.shapes


def sound_areas(study: CheckedStudy) -> gpd.GeoDataFrame:
    """Return code, authority and polygon of the areas that have both code and polygon, by code.

    Invalid polygons are made valid, so that rules of place can go on.

    Raises
    ------
    UnsoundError
        If no area has a polygon.
    """
    shapes = _shapes(study, "areas")
    codes = study.rows("areas", "area_code")["area_code"]
    has_polygon = shapes.geom_type.isin(_POLYGONS) & ~shapes.is_empty
    kept = shapes[has_polygon & shapes.index.isin(codes.index)]
    if kept.empty:
        raise UnsoundError("areas")
    frame = study.tables["areas"].frame.reindex(columns=["area_code", "authority_code"])
    attributes = frame.loc[kept.index]
    areas = gpd.GeoDataFrame(attributes, geometry=kept.make_valid(), crs=CRS)
    return areas.sort_values("area_code")
