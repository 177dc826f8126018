"""The page: a map with its legend, and under it everything the map says, in tables."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
import jinja2
from folium.map import CustomPane
from markupsafe import Markup

from placement_planner.codes import code_table
from placement_planner.figures.plan import (
    final_year,
    shown_builds,
    shown_measures,
    shown_pots,
)
from placement_planner.maps import layers
from placement_planner.maps.leaflet import OfflineMap, leaflet_css, leaflet_js, rendered
from placement_planner.maps.places import build_points, journey_lines, provision_points
from placement_planner.maps.shadings import shadings
from placement_planner.maps.shapes import area_shapes
from placement_planner.wording import (
    basis_sentence,
    gap_sentence,
    is_proven,
    measured,
    profile_sentence,
    sources,
    status_sentence,
    year_label,
    years_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from placement_planner.maps.shadings import Shading
    from placement_planner.outcome import Outcome

__all__ = ["write_map"]

ROADS_AROUND_M = 2000


def write_map(outcome: Outcome, path: Path, *, made: date | None = None) -> Path:
    """Write one HTML file with the map and its tables; it opens without a network.

    Parameters
    ----------
    outcome
        What a run came to; disclosure control is applied here, by the scenario's choices.
    path
        File to write; its folder is made.
    made
        Date that stands on the page; today where it is left out.

    Returns
    -------
    Path
        `path`.
    """
    ways = shadings(outcome)
    lines, lines_record = journey_lines(outcome)
    page_map = _map(outcome, ways, lines)
    tables = {id(way.table): way.table for way in ways}.values()
    withheld = [table.withheld for table in tables if table.withheld.cells]
    text = _page(
        outcome,
        parts=rendered(page_map),
        shadings=ways,
        withheld=[*withheld, lines_record],
        made=made or date.today(),  # noqa: DTZ011 - the reader's own calendar
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _map(outcome: Outcome, ways: Sequence[Shading], lines: pd.DataFrame) -> OfflineMap:
    """Put all layers on one map; ways of shading exclude each other, the rest lie above."""
    shapes = area_shapes(outcome.inputs.areas)
    names = outcome.inputs.authorities.set_index("authority_code")["authority_name"]
    west, south, east, north = shapes["authority"].total_bounds.tolist()
    page_map = OfflineMap([[south, west], [north, east]])
    for name, z_index in layers.PANES.items():
        CustomPane(name, z_index=z_index, pointer_events=True).add_to(page_map)
    for place, way in enumerate(ways):
        shaded = layers.shaded_layer(way, shapes[way.table.level], show=place == 0)
        shaded.add_to(page_map)
    folium.FeatureGroup(name="No shading", overlay=False, show=False).add_to(page_map)
    roads = _roads(outcome)
    above = [
        layers.build_layer("New places in the plan", build_points(outcome)),
        layers.provision_layer("Places there are", provision_points(outcome)),
        layers.journey_line_layer("Who would travel where", lines),
        *([roads] if roads else []),
        layers.border_layer(shapes["authority"]),
        layers.name_layer(shapes["authority"], names),
    ]
    for layer in above:
        layer.add_to(page_map)
    folium.LayerControl(collapsed=False).add_to(page_map)
    return page_map


def _roads(outcome: Outcome) -> folium.GeoJson | None:
    """Draw the main roads of the region and of two kilometres around it."""
    roads: gpd.GeoDataFrame | None = outcome.inputs.roads
    if roads is None:
        return None
    region = outcome.inputs.areas.geometry.union_all().buffer(ROADS_AROUND_M)
    return layers.road_layer(roads.assign(geometry=roads.geometry.intersection(region)))


def _page(outcome: Outcome, **parts: Any) -> str:  # noqa: ANN401 - handed to the template
    """Fill the template; every name in it is escaped."""
    folder = files(__package__)
    read = {
        name: folder.joinpath(name).read_text(encoding="utf-8")
        for name in ("page.html", "page.css", "page.js")
    }
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["measured"] = measured
    actions = code_table("actions").set_index("action")["name"]
    return environment.from_string(read["page.html"]).render(
        scenario=outcome.scenario,
        is_internal=outcome.scenario.privacy.profile == "internal",
        report=outcome.plan.report,
        is_proven=is_proven(outcome.plan.report),
        years=years_sentence(outcome),
        last_year=year_label(final_year(outcome)),
        status=status_sentence(outcome.plan.report),
        gap=gap_sentence(outcome),
        profile=profile_sentence(outcome),
        basis=basis_sentence(outcome),
        sources=sources(outcome),
        builds=shown_builds(outcome).to_dict("records"),
        measures=shown_measures(outcome).to_dict("records"),
        pots=shown_pots(outcome).to_dict("records"),
        letters=[(letter, actions[code]) for code, letter in layers.ACTION_LETTERS.items()],
        styles=Markup(leaflet_css() + read["page.css"]),  # noqa: S704 - our own files
        scripts=Markup(leaflet_js() + read["page.js"]),  # noqa: S704 - our own files
        map_header=Markup(parts["parts"].header),  # noqa: S704 - rendered by Folium
        map_html=Markup(parts["parts"].html),  # noqa: S704 - rendered by Folium
        map_script=Markup(parts["parts"].script),  # noqa: S704 - rendered by Folium
        shadings=parts["shadings"],
        withheld=parts["withheld"],
        made=_in_words(parts["made"]),
    )


def _in_words(day: date) -> str:
    """Write a date as people say it."""
    return f"{day.day} {day:%B %Y}"
