"""Reader of boundaries: GeoPackage, GeoJSON or GeoParquet, repaired and in EPSG:27700."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.columns import pick_columns
from placement_planner.storage import CRS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["Boundaries", "read_boundaries", "read_shapes"]

_ALIASES = {
    "area_code": ("LSOA21CD", "MSOA21CD", "LSOA11CD", "MSOA11CD", "area_code", "geography code")
}
_POLYGONS = (3, 6)


@dataclass(frozen=True)
class Boundaries:
    """Polygons of areas: `shapes` has area_code and geometry; `repaired` of them were invalid."""

    shapes: gpd.GeoDataFrame
    repaired: int


def read_shapes(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read shapes in whatever coordinates they have and bring them to EPSG:27700.

    Raises
    ------
    DataError
        When the file or layer cannot be read, the file has several layers and none is named, or it
        says nothing of its coordinates.
    """
    try:
        if path.suffix == ".parquet":
            shapes = gpd.read_parquet(path)
        else:
            layers = [] if layer else pyogrio.list_layers(path)[:, 0].tolist()
            if len(layers) > 1:
                raise DataError(
                    f"{path.name}: holds {len(layers)} layers ({', '.join(layers)}); right would "
                    "be the name of one of them"
                )
            shapes = gpd.read_file(path, layer=layer, engine="pyogrio")
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(
            f"{path.name}: cannot be read as shapes{f' (layer {layer})' if layer else ''}: {error}"
        ) from error
    if shapes.crs is None:
        raise DataError(f"{path.name}: says nothing of its coordinates; EPSG:27700 is expected")
    return shapes.to_crs(CRS)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a repaired shape; lines and points that fell off are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = parts[shapely.get_type_id(parts) == _POLYGONS[0]]
    return kept[0] if len(kept) == 1 else shapely.multipolygons(kept)


def read_boundaries(
    path: Path,
    area_codes: Collection[str],
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Boundaries:
    """Read the polygon of every area wanted; invalid ones are made valid and counted.

    Raises
    ------
    DataError
        When an area has no polygon, or more than one row.
    """
    shapes = read_shapes(path, layer)
    codes = pick_columns(shapes, _ALIASES, file=path.name, chosen=columns)["area_code"].astype(
        "str"
    )
    shapes = gpd.GeoDataFrame({"area_code": codes}, geometry=shapes.geometry, crs=shapes.crs)
    shapes = shapes[shapes["area_code"].isin(list(area_codes))].reset_index(drop=True)
    missing = sorted(set(area_codes) - set(shapes["area_code"]))
    if missing:
        raise DataError(
            f"{path.name}: {len(missing)} area(s) have no polygon, such as {missing[0]}"
        )
    twice = shapes.loc[shapes["area_code"].duplicated(), "area_code"]
    if len(twice):
        raise DataError(
            f"{path.name}: {len(twice)} area(s) have more than one row, such as {twice.iloc[0]}"
        )
    broken = ~shapes.geometry.is_valid
    mended = shapes.geometry.where(
        ~broken, shapes.geometry[broken].make_valid().map(_polygons).reindex(shapes.index)
    )
    strange = ~mended.geom_type.isin(["Polygon", "MultiPolygon"]) | mended.is_empty
    if strange.any():
        raise DataError(
            f"{path.name}: {int(strange.sum())} area(s) have no polygon left, such as "
            f"{shapes.loc[strange, 'area_code'].iloc[0]}"
        )
    return Boundaries(shapes.set_geometry(mended), int(broken.sum()))
