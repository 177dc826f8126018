"""Layers of the map, each a Folium GeoJson of features that already carry what may be shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import folium
from folium.utilities import JsCode
from shapely.geometry import mapping

from placement_planner.maps.shapes import feature, features, line_shapes, lonlat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from placement_planner.maps.shadings import Shading

__all__ = [
    "PANES",
    "border_layer",
    "build_layer",
    "journey_line_layer",
    "name_layer",
    "provision_layer",
    "road_layer",
    "shaded_layer",
]

# Leaflet draws a pane with a higher number above one with a lower; markers are at 600.
PANES = {"shading": 410, "roads": 420, "borders": 430, "lines": 440}
ROW_OF_MARKERS = 4
ACTION_LETTERS = {
    "adapt_rooms": "A",
    "new_base": "B",
    "expand_special": "E",
    "satellite": "S",
    "new_special": "N",
}
_NAME_MARKER = JsCode("(feature, layer) => { layer.options.title = feature.properties.title; }")


def _card(title: str, lines: Sequence[str]) -> str:
    """Write a tooltip or card; names are text, never markup."""
    return "<br>".join([f"<strong>{escape(title)}</strong>", *map(escape, lines)])


def _detail(kind: type[Any]) -> Any:  # noqa: ANN401 - Folium has no types
    return kind(fields=["card"], labels=False, localize=False)


def shaded_layer(views: Sequence[Shading], shapes: gpd.GeoSeries, *, show: bool) -> folium.GeoJson:
    """Shade areas by a figure; grey where it is withheld or there is none.

    `views` are shadings of one title and table. Each area carries a colour for each of them, and
    the page's script shows one; the card tells all.
    """
    title, table = views[0].title, views[0].table
    rows = [
        feature(
            mapping(shapes[row["code"]]),
            fills=[view.scale.colour(row[view.column]) for view in views],
            card=_card(str(row["name"]), _figures(views, row)),
        )
        for row in table.frame.to_dict("records")
    ]
    return folium.GeoJson(
        features(rows),
        name=title,
        overlay=False,
        show=show,
        smooth_factor=0,
        pane="shading",
        style_function=lambda row: {
            "fillColor": row["properties"]["fills"][0],
            "fillOpacity": 0.8,
            "color": "#777777",
            "weight": 0.4,
        },
        highlight_function=lambda _: {"weight": 2.5, "color": "#000000"},
        tooltip=_detail(folium.GeoJsonTooltip),
    )


def _figures(views: Sequence[Shading], row: Mapping[str, Any]) -> list[str]:
    """Write what each view says of an area."""
    told = [view.scale.figure(row[view.column]) for view in views]
    if len(views) == 1:
        return [f"{views[0].title}: {told[0]}"]
    lines = [f"{view.view}: {figure}" for view, figure in zip(views, told, strict=True)]
    return [views[0].title, *lines]


def road_layer(roads: gpd.GeoDataFrame) -> folium.GeoJson | None:
    """Draw motorways and A roads; none where there are none."""
    styles = {"motorway": ("#6a8caf", 2.2), "a_road": ("#9a9a9a", 1.2)}
    rows = [
        feature(line_shapes(lines), kind=kind)
        for kind in styles
        if not (lines := roads[roads["road_class"] == kind]).empty
    ]
    if not rows:
        return None
    return folium.GeoJson(
        features(rows),
        name="Main roads",
        pane="roads",
        interactive=False,
        style_function=lambda row: {
            "color": styles[row["properties"]["kind"]][0],
            "weight": styles[row["properties"]["kind"]][1],
            "opacity": 0.7,
        },
    )


def border_layer(authorities: gpd.GeoSeries) -> folium.GeoJson:
    """Draw the borders of authorities."""
    rows = [feature(mapping(shape.boundary)) for shape in authorities]
    return folium.GeoJson(
        features(rows),
        name="Authority borders",
        pane="borders",
        interactive=False,
        smooth_factor=0,
        style_function=lambda _: {"color": "#222222", "weight": 1.8, "opacity": 0.9},
    )


def _marker_layer(
    name: str,
    rows: Sequence[dict[str, Any]],
    *,
    show: bool = True,
    **options: Any,  # noqa: ANN401
) -> folium.GeoJson:
    """Draw points as small HTML shapes; each row's `icon` holds Leaflet's options for it."""
    is_interactive = options.get("interactive", True)
    layer = folium.GeoJson(
        features(rows),
        name=name,
        show=show,
        marker=folium.Marker(icon=folium.DivIcon(), **options),
        style_function=lambda row: row["properties"]["icon"],
        on_each_feature=_NAME_MARKER if is_interactive else None,
    )
    if is_interactive and rows:
        _detail(folium.GeoJsonTooltip).add_to(layer)
        _detail(folium.GeoJsonPopup).add_to(layer)
    return layer


def _point(location: Sequence[float]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(location)}


def name_layer(authorities: gpd.GeoSeries, names: pd.Series[str]) -> folium.GeoJson:
    """Write the name of each authority in its middle."""
    rows = [
        feature(
            mapping(shape.representative_point()),
            icon={
                "html": f"<span>{escape(names[code])}</span>",
                "className": "authority-name",
                "iconSize": [0, 0],
            },
        )
        for code, shape in authorities.items()
    ]
    return _marker_layer("Names of authorities", rows, interactive=False, keyboard=False)


def provision_layer(title: str, provision: pd.DataFrame) -> folium.GeoJson:
    """Draw what there is: a shape a site and kind, as large as its places.

    `provision` has site_name, kind (base, special or independent), places, lines (a list of words),
    easting and northing.
    """
    locations = lonlat(provision["easting"], provision["northing"])
    rows = []
    for row, location in zip(provision.to_dict("records"), locations, strict=True):
        size = round(5 + 1.5 * min(row["places"], 300) ** 0.5)
        heading = f"{row['site_name']}: {row['places']:,.0f} places"
        icon = {"html": "", "className": f"site {row['kind']}", "iconSize": [size, size]}
        card = _card(heading, row["lines"])
        rows.append(feature(_point(location), icon=icon, title=heading, card=card))
    return _marker_layer(title, rows, show=False)


def build_layer(title: str, builds: pd.DataFrame) -> folium.GeoJson:
    """Draw what would be built, with a card each; markers at one spot stand side by side.

    They stand in rows of four, so that many do not look like many spots.
    """
    locations = lonlat(builds["easting"], builds["northing"])
    sizes = (18 + 1.4 * builds["places"].clip(upper=300) ** 0.5).round().astype(int)
    spots = sizes.groupby([builds["easting"], builds["northing"]])
    marks = zip(
        builds.to_dict("records"), locations, sizes, spots.transform("max"), spots.cumcount(),
        strict=True,
    )  # fmt: skip
    rows = []
    for row, location, size, pitch, number in marks:
        down, right = divmod(number, ROW_OF_MARKERS)
        heading = f"{row['scheme']}. {row['action']}, {row['places']:,.0f} places"
        icon = {
            "html": row["letter"],
            "className": "build" if row["is_named"] else "build nearby",
            "iconSize": [size, size],
            "iconAnchor": [round(size / 2) - right * pitch, round(size / 2) - down * pitch],
        }
        card = _card(heading, row["lines"])
        rows.append(feature(_point(location), icon=icon, title=heading, card=card))
    return _marker_layer(title, rows, zIndexOffset=1000)


def journey_line_layer(title: str, lines: pd.DataFrame) -> folium.GeoJson:
    """Draw who would travel where: a line from the middle of an area to a place.

    `lines` has from_name, to_name, children, is_build, from_lonlat and to_lonlat.
    """
    rows = [
        feature(
            {"type": "LineString", "coordinates": [row["from_lonlat"], row["to_lonlat"]]},
            weight=round(min(1 + row["children"] / 8, 8), 1),
            is_build=bool(row["is_build"]),
            card=_card(
                f"{row['children']:,.0f} children",
                [f"from {row['from_name']}", f"to {row['to_name']}"],
            ),
        )
        for row in lines.to_dict("records")
    ]
    layer = folium.GeoJson(
        features(rows),
        name=title,
        show=False,
        pane="lines",
        style_function=lambda row: {
            "color": "#d55e00" if row["properties"]["is_build"] else "#333333",
            "weight": row["properties"]["weight"],
            "opacity": 0.75,
            "dashArray": None if row["properties"]["is_build"] else "4 4",
        },
    )
    if rows:
        _detail(folium.GeoJsonTooltip).add_to(layer)
    return layer
