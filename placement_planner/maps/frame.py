"""What every page of a map shares: its maps, the switches and tables, and the frame around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from folium.map import CustomPane
from markupsafe import Markup

from placement_planner.figures.areas import area_codes
from placement_planner.maps import layers as drawn
from placement_planner.maps.leaflet import Handles, OfflineMap, leaflet_css, leaflet_js, rendered
from placement_planner.maps.shadings import (
    PHASE_NAMES,
    Layer,
    figure,
    group_names,
    in_classes,
    levels_of,
)
from placement_planner.maps.shapes import area_shapes
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import folium
    import geopandas as gpd

    from placement_planner.balance import Balance
    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome

__all__ = ["Pane", "Tiles", "write_page"]

ROADS_AROUND_M = 2000
_SCRIPTS = ("figures.js", "marks.js", "cards.js", "tables.js", "search.js", "page.js")
_SCHEME = re.compile(r"https?://")


@dataclass(frozen=True, kw_only=True)
class Pane:
    """One map of a page, and what its tables say.

    Attributes
    ----------
    study
        A plan's outcome, a projection, or need against places; its scenario names the page.
    layers
        What areas can be shaded by; the first is shown.
    marks, lines
        Folium layers by the name of the table that says what they mean.
    tables
        What the templates of these tables need.
    """

    study: Balance | Forecast | Outcome
    layers: Sequence[Layer]
    marks: Mapping[str, folium.GeoJson] = field(default_factory=dict)
    lines: Mapping[str, folium.GeoJson] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tiles:
    """A background map from the network, which a reader may ask for; no file has one by default.

    Attributes
    ----------
    url
        Address of a tile, with {x}, {y} and {z}.
    attribution
        Whose map it is, as its licence asks.
    """

    url: str
    attribution: str


def write_page(
    template: str,
    panes: Sequence[Pane],
    path: Path,
    *,
    made: date | None = None,
    tiles: Tiles | None = None,
    **words: Any,  # noqa: ANN401 - handed to the template
) -> Path:
    """Fill a template and write one file; every name in it is escaped.

    Parameters
    ----------
    template
        File of this folder that extends `frame.html`.
    panes
        Maps beside each other, of the same areas; the first holds the shapes of all.
    path
        File to write; its folder is made.
    made
        Date that stands on the page; today where there is none.
    tiles
        Background that a reader may ask for; none by default, and then nothing asks the network.
    words
        What the template needs besides.
    """
    panes = _in_classes(panes)
    scenario = panes[0].study.scenario
    maps = [rendered(_map(panes, number, tiles), number) for number in range(len(panes))]
    text = _templates().get_template(template).render(
        scenario=scenario,
        notice=scenario.notice[0].upper() + scenario.notice[1:],
        is_internal=scenario.privacy.profile == "internal",
        made=_in_words(made or date.today()),  # noqa: DTZ011 - the reader's own calendar
        styles=Markup(leaflet_css() + _read("page.css")),  # noqa: S704 - our own files
        scripts=Markup(leaflet_js() + "".join(map(_read, _SCRIPTS))),  # noqa: S704 - our own files
        maps=[
            {name: Markup(part) for name, part in vars(parts).items()}  # noqa: S704 - by Folium
            for parts in maps
        ],
        panes=panes,
        tiles=tiles,
        layers=_tables(panes),
        years=[key for key, _ in panes[0].layers[0].columns],
        groups=_choices(panes, 0),
        phases=_choices(panes, 1),
        **words,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(_read),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        measured=measured,
        year=year_label,
        figure=figure,
        without_scheme=lambda source: _SCHEME.sub("", source),
    )
    return environment


def _in_classes(panes: Sequence[Pane]) -> list[Pane]:
    """Give the layers of all panes their classes; those of one family share them."""
    families: dict[object, list[Layer]] = {}
    for pane in panes:
        for layer in pane.layers:
            families.setdefault(layer.family, []).append(layer)
    classed = {key: iter(in_classes(family)) for key, family in families.items()}
    return [
        Pane(
            study=pane.study,
            layers=[next(classed[layer.family]) for layer in pane.layers],
            marks=pane.marks,
            lines=pane.lines,
            tables=pane.tables,
        )
        for pane in panes
    ]


def _tables(panes: Sequence[Pane]) -> list[dict[str, Any]]:
    """Return every layer with its tables, one a pane."""
    told = []
    for number, first in enumerate(panes[0].layers):
        tables = [
            {
                "pane": place,
                "name": pane.study.scenario.name,
                "layer": pane.layers[number],
                "parts": pane.layers[number].parts(_authorities(pane.study)),
            }
            for place, pane in enumerate(panes)
        ]
        told.append({"layer": first, "tables": tables})
    return told


def _authorities(study: Balance | Forecast | Outcome) -> dict[str, str]:
    """Return the authority of every area of every level, by code."""
    codes = area_codes(study)
    return {
        code: name
        for level in ("area", "middle", "authority")
        for code, name in zip(codes[f"{level}_code"], codes["authority_name"], strict=True)
    }


def _choices(panes: Sequence[Pane], place: int) -> dict[str, str]:
    """Return need groups or phases that can be chosen; none where there is no choice."""
    found = {m[place] for pane in panes for layer in pane.layers for m in layer.tables}
    names = PHASE_NAMES if place else group_names(found)
    return {code: name for code, name in names.items() if code in found} if len(found) > 1 else {}


def _map(panes: Sequence[Pane], number: int, tiles: Tiles | None) -> OfflineMap:
    """Draw a pane's map; shapes are those of the first."""
    pane, page_map = panes[number], OfflineMap()
    for name, z_index in drawn.PANES.items():
        CustomPane(name, z_index=z_index, pointer_events=True).add_to(page_map)
    shapes = area_shapes(pane.study.inputs.areas)
    parts: dict[str, Mapping[str, folium.map.Layer]] = {"marks": pane.marks, "lines": pane.lines}
    if number == 0:
        levels = levels_of([layer for each in panes for layer in each.layers])
        names = pane.study.inputs.authorities.set_index("authority_code")["authority_name"]
        roads = _roads(pane.study)
        parts["areas"] = {level: drawn.area_layer(shapes[level]) for level in levels}
        parts["always"] = {
            **({"tiles": drawn.tile_layer(tiles.url)} if tiles else {}),
            **({"roads": roads} if roads else {}),
            "borders": drawn.border_layer(shapes["authority"]),
            "names": drawn.name_layer(shapes["authority"], names),
        }
    for group in parts.values():
        for layer in group.values():
            layer.add_to(page_map)
    west, south, east, north = shapes["authority"].total_bounds.round(5).tolist()
    Handles([[south, west], [north, east]], parts).add_to(page_map)
    return page_map


def _roads(study: Balance | Forecast | Outcome) -> folium.GeoJson | None:
    """Draw the main roads of the region and of two kilometres around it."""
    roads: gpd.GeoDataFrame | None = study.inputs.roads
    if roads is None:
        return None
    region = study.inputs.areas.geometry.union_all().buffer(ROADS_AROUND_M)
    return drawn.road_layer(roads.assign(geometry=roads.geometry.intersection(region)))


def _read(name: str) -> str:
    """Read a file of this folder."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _in_words(day: date) -> str:
    """Write a date as people say it."""
    return f"{day.day} {day:%B %Y}"
