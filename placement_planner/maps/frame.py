"""What every page of a map shares: the map with its shading, and the frame around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

import folium
import jinja2
from folium.map import CustomPane
from markupsafe import Markup

from placement_planner.maps import layers
from placement_planner.maps.leaflet import OfflineMap, leaflet_css, leaflet_js, rendered
from placement_planner.maps.shapes import area_shapes
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from placement_planner.forecast import Forecast
    from placement_planner.maps.shadings import Shading
    from placement_planner.outcome import Outcome

__all__ = ["Page", "shaded_map"]

ROADS_AROUND_M = 2000


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page with a map: its template, and what every template needs.

    Attributes
    ----------
    template
        File of this folder that extends `frame.html`.
    study
        A plan's outcome or a projection; its scenario names the page and holds its notice.
    made
        Date that stands on the page; today where there is none.
    """

    template: str
    study: Outcome | Forecast
    page_map: OfflineMap
    shadings: Sequence[Shading]
    made: date | None

    def write(self, path: Path, **words: Any) -> Path:  # noqa: ANN401 - handed to the template
        """Fill the template with `words` and write one file; every name in it is escaped."""
        environment = jinja2.Environment(
            autoescape=True,
            loader=jinja2.FunctionLoader(_read),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(measured=measured, year=year_label)
        scenario, parts = self.study.scenario, rendered(self.page_map)
        by_layer = groupby(self.shadings, key=lambda shading: shading.title)
        text = environment.get_template(self.template).render(
            scenario=scenario,
            notice=scenario.notice[0].upper() + scenario.notice[1:],
            is_internal=scenario.privacy.profile == "internal",
            made=_in_words(self.made or date.today()),  # noqa: DTZ011 - the reader's own calendar
            styles=Markup(leaflet_css() + _read("page.css")),  # noqa: S704 - our own files
            scripts=Markup(leaflet_js() + _read("page.js")),  # noqa: S704 - our own files
            map_header=Markup(parts.header),  # noqa: S704 - rendered by Folium
            map_html=Markup(parts.html),  # noqa: S704 - rendered by Folium
            map_script=Markup(parts.script),  # noqa: S704 - rendered by Folium
            shaded_layers=[list(views) for _, views in by_layer],
            **words,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return path


def shaded_map(
    study: Outcome | Forecast, shadings: Sequence[Shading], above: Sequence[folium.GeoJson] = ()
) -> OfflineMap:
    """Put shading, roads, borders and names on one map.

    Parameters
    ----------
    study
        A plan's outcome or a projection, with areas, authorities and roads.
    shadings
        Every way to shade the areas, views of a layer beside each other; layers exclude each
        other, the first is shown.
    above
        Further layers, drawn above the shading.
    """
    inputs = study.inputs
    shapes = area_shapes(inputs.areas)
    names = inputs.authorities.set_index("authority_code")["authority_name"]
    west, south, east, north = shapes["authority"].total_bounds.tolist()
    page_map = OfflineMap([[south, west], [north, east]])
    for name, z_index in layers.PANES.items():
        CustomPane(name, z_index=z_index, pointer_events=True).add_to(page_map)
    for title, group in groupby(shadings, key=lambda shading: shading.title):
        views = list(group)
        shown = layers.shaded_layer(
            views, shapes[views[0].table.level], show=title == shadings[0].title
        )
        shown.add_to(page_map)
    folium.FeatureGroup(name="No shading", overlay=False, show=False).add_to(page_map)
    roads = _roads(study)
    lasting = [
        *([roads] if roads else []),
        layers.border_layer(shapes["authority"]),
        layers.name_layer(shapes["authority"], names),
    ]
    for layer in (*above, *lasting):
        layer.add_to(page_map)
    folium.LayerControl(collapsed=False).add_to(page_map)
    return page_map


def _roads(study: Outcome | Forecast) -> folium.GeoJson | None:
    """Draw the main roads of the region and of two kilometres around it."""
    roads: gpd.GeoDataFrame | None = study.inputs.roads
    if roads is None:
        return None
    region = study.inputs.areas.geometry.union_all().buffer(ROADS_AROUND_M)
    return layers.road_layer(roads.assign(geometry=roads.geometry.intersection(region)))


def _read(name: str) -> str:
    """Read a file of this folder."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _in_words(day: date) -> str:
    """Write a date as people say it."""
    return f"{day.day} {day:%B %Y}"
