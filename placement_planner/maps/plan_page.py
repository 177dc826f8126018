"""The page of a plan: a map with its switches, and under it everything the map says, in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from placement_planner.codes import code_table
from placement_planner.figures.effects import EFFECT_NAMES, shown_effects
from placement_planner.figures.plan import final_year, shown_measures, shown_pots
from placement_planner.figures.premises import need_premises
from placement_planner.maps import layers
from placement_planner.maps.frame import Pane, write_page
from placement_planner.maps.marks import (
    build_marks,
    journey_lines,
    place_marks,
    places_by_year,
    year_columns,
)
from placement_planner.maps.plan_layers import plan_layers
from placement_planner.maps.shadings import records_of
from placement_planner.maps.shapes import area_shapes
from placement_planner.wording import (
    basis_sentence,
    gap_sentence,
    is_proven,
    profile_sentence,
    sources,
    status_sentence,
    year_label,
    years_sentence,
)

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from placement_planner.maps.frame import Tiles
    from placement_planner.outcome import Outcome

__all__ = ["action_letters", "plan_pane", "report_words", "write_map"]


def write_map(
    outcome: Outcome, path: Path, *, made: date | None = None, tiles: Tiles | None = None
) -> Path:
    """Write one HTML file with the map and its tables; it opens without a network.

    Parameters
    ----------
    outcome
        What a run came to; disclosure control is applied here, by the scenario's choices.
    path
        File to write; its folder is made.
    made
        Date that stands on the page; today where it is left out.
    tiles
        Background map that a reader may ask the network for; none by default.

    Returns
    -------
    Path
        `path`.
    """
    pane = plan_pane(outcome)
    return write_page(
        "plan_page.html",
        [pane],
        path,
        made=made,
        tiles=tiles,
        **report_words(outcome),
        last_year=year_label(final_year(outcome)),
        profile=profile_sentence(outcome),
        basis=basis_sentence(outcome),
        premises=need_premises(outcome.scenario, outcome.inputs),
        sources=sources(outcome),
        measures=shown_measures(outcome).to_dict("records"),
        effects=shown_effects(outcome).to_dict("records"),
        effect_names=EFFECT_NAMES,
        pots=shown_pots(outcome).to_dict("records"),
        letters=action_letters(),
        withheld=[*records_of(pane.layers), pane.tables["lines_record"]],
    )


def plan_pane(outcome: Outcome) -> Pane:
    """Return the map of a plan and the tables that its marks are told by."""
    shapes = area_shapes(outcome.inputs.areas)
    around = outcome.surroundings
    ways = plan_layers(outcome)
    places = places_by_year(around.pools, around.sites, outcome.inputs.authorities)
    builds = build_marks(outcome, ways[0], places)
    lines, record = journey_lines(outcome, shapes)
    return Pane(
        study=outcome,
        layers=ways,
        marks={
            "builds": layers.build_layer(builds),
            "places": layers.place_layer(place_marks(places, around.sites)),
        },
        lines={"lines": layers.line_layer(lines)},
        tables={
            "builds": builds.to_dict("records"),
            "places": places.to_dict("records"),
            "place_years": year_columns(places),
            "lines": lines.to_dict("records"),
            "lines_record": record,
        },
    )


def report_words(outcome: Outcome) -> dict[str, Any]:
    """Return what a page says of how good the plan is."""
    return {
        "report": outcome.plan.report,
        "is_proven": is_proven(outcome.plan.report),
        "planned": years_sentence(outcome),
        "status": status_sentence(outcome.plan.report),
        "gap": gap_sentence(outcome),
    }


def action_letters() -> list[tuple[str, str]]:
    """Return the letter of each kind of build, and what it means."""
    names = code_table("actions").set_index("action")["name"]
    return [(letter, names[code]) for code, letter in layers.ACTION_LETTERS.items()]
