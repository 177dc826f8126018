"""Layers of a map, each a Folium GeoJson of features that hold a place and a key, and no figure.

Figures stand in the page's tables; the page's script reads them from there and shades the areas,
sizes the marks and writes the cards.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import folium
from folium.utilities import JsCode
from shapely.geometry import mapping

from placement_planner.maps.shapes import feature, features, line_shapes, lonlat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

__all__ = [
    "ACTION_LETTERS",
    "PANES",
    "area_layer",
    "border_layer",
    "build_layer",
    "line_layer",
    "name_layer",
    "place_layer",
    "road_layer",
    "tile_layer",
]

# Leaflet draws a pane with a higher number above one with a lower; markers are at 600.
PANES = {"shading": 410, "roads": 420, "borders": 430, "lines": 440}
ACTION_LETTERS = {
    "adapt_rooms": "A",
    "new_base": "B",
    "expand_special": "E",
    "satellite": "S",
    "new_special": "N",
}
_ROADS = {"motorway": ("#6a8caf", 2.2), "a_road": ("#9a9a9a", 1.2)}


def area_layer(shapes: gpd.GeoSeries) -> folium.GeoJson:
    """Draw areas, each with its code and a point in its middle; shaded by the page's script."""
    rows = [
        feature(mapping(shape), code=code, middle=_in_middle(shape))
        for code, shape in shapes.items()
    ]
    return folium.GeoJson(
        features(rows),
        show=False,
        control=False,
        smooth_factor=0,
        pane="shading",
        style_function=lambda _: {"fillColor": "#ffffff"},
    )


def _in_middle(shape: Any) -> list[float]:  # noqa: ANN401 - any geometry
    point = shape.representative_point()
    return [round(point.x, 5), round(point.y, 5)]


def tile_layer(url: str) -> folium.TileLayer:
    """Prepare a background map of tiles; nothing is asked for until a reader switches it on."""
    return folium.TileLayer(url, attr=" ", name="tiles", show=False, control=False)


def road_layer(roads: gpd.GeoDataFrame) -> folium.GeoJson | None:
    """Draw motorways and A roads; none where there are none."""
    rows = [
        feature(line_shapes(lines), kind=kind)
        for kind in _ROADS
        if not (lines := roads[roads["road_class"] == kind]).empty
    ]
    if not rows:
        return None
    return folium.GeoJson(
        features(rows),
        control=False,
        pane="roads",
        interactive=False,
        style_function=lambda row: {
            "color": _ROADS[row["properties"]["kind"]][0],
            "weight": _ROADS[row["properties"]["kind"]][1],
            "opacity": 0.7,
        },
    )


def border_layer(authorities: gpd.GeoSeries) -> folium.GeoJson:
    """Draw the borders of authorities."""
    rows = [feature(mapping(shape.boundary)) for shape in authorities]
    return folium.GeoJson(
        features(rows),
        control=False,
        pane="borders",
        interactive=False,
        smooth_factor=0,
        style_function=lambda _: {"color": "#222222", "weight": 1.8, "opacity": 0.9},
    )


def name_layer(authorities: gpd.GeoSeries, names: pd.Series[str]) -> folium.GeoJson:
    """Write the name of each authority in its middle."""
    rows = [
        feature(
            _point(_in_middle(shape)),
            icon={
                "html": f"<span>{escape(names[code])}</span>",
                "className": "authority-name",
                "iconSize": [0, 0],
            },
        )
        for code, shape in authorities.items()
    ]
    return folium.GeoJson(
        features(rows),
        control=False,
        marker=folium.Marker(icon=folium.DivIcon(), interactive=False, keyboard=False),
        style_function=lambda row: row["properties"]["icon"],
    )


def _point(location: Sequence[float]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(location)}


def place_layer(places: pd.DataFrame) -> folium.GeoJson:
    """Draw what there is: a shape a site, as large as its places.

    `places` has site_id, kind (base, special or independent), places, easting and northing.
    """
    rows = [
        feature(_point(location), id=row["site_id"], kind=row["kind"], places=float(row["places"]))
        for row, location in zip(
            places.to_dict("records"), lonlat(places["easting"], places["northing"]), strict=True
        )
    ]
    return _marks(rows, "places", show=False)


def build_layer(builds: pd.DataFrame) -> folium.GeoJson:
    """Draw what would be built; marks at one spot stand side by side.

    `builds` has scheme, letter, is_named, places, easting and northing.
    """
    spots = builds.groupby([builds["easting"], builds["northing"]])
    marks = zip(
        builds.to_dict("records"), lonlat(builds["easting"], builds["northing"]),
        spots["places"].transform("max"), spots.cumcount(), strict=True,
    )  # fmt: skip
    rows = [
        feature(
            _point(location),
            id=str(row["scheme"]),
            letter=row["letter"],
            named=bool(row["is_named"]),
            places=int(row["places"]),
            widest=int(widest),
            number=int(number),
        )
        for row, location, widest, number in marks
    ]
    return _marks(rows, "builds", show=True)


def _marks(rows: Sequence[dict[str, Any]], kind: str, *, show: bool) -> folium.GeoJson:
    return folium.GeoJson(
        features(rows), control=False, show=show, point_to_layer=JsCode(f"markOf('{kind}')")
    )


def line_layer(lines: pd.DataFrame) -> folium.GeoJson:
    """Draw who would travel where: a line from the middle of an area to a place.

    `lines` has line_id, from_lonlat and to_lonlat.
    """
    rows = [
        feature(
            {"type": "LineString", "coordinates": [row["from_lonlat"], row["to_lonlat"]]},
            id=row["line_id"],
        )
        for row in lines.to_dict("records")
    ]
    return folium.GeoJson(
        features(rows),
        control=False,
        show=False,
        pane="lines",
        style_function=lambda _: {"color": "#333333"},
    )
