"""The page of a plan: a map with its legend, and under it everything the map says, in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table
from placement_planner.figures.plan import final_year, shown_builds, shown_measures, shown_pots
from placement_planner.figures.premises import need_premises
from placement_planner.maps import layers
from placement_planner.maps.frame import Page, shaded_map
from placement_planner.maps.places import build_points, journey_lines, provision_points
from placement_planner.maps.shadings import shadings
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

    from placement_planner.outcome import Outcome

__all__ = ["write_map"]


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
    above = [
        layers.build_layer("New places in the plan", build_points(outcome)),
        layers.provision_layer("Places there are", provision_points(outcome)),
        layers.journey_line_layer("Who would travel where", lines),
    ]
    page_map = shaded_map(outcome, ways, above)
    tables = {id(way.table): way.table for way in ways}.values()
    actions = code_table("actions").set_index("action")["name"]
    page = Page(template="page.html", study=outcome, page_map=page_map, shadings=ways, made=made)
    return page.write(
        path,
        report=outcome.plan.report,
        is_proven=is_proven(outcome.plan.report),
        years=years_sentence(outcome),
        last_year=year_label(final_year(outcome)),
        status=status_sentence(outcome.plan.report),
        gap=gap_sentence(outcome),
        profile=profile_sentence(outcome),
        basis=basis_sentence(outcome),
        premises=need_premises(outcome.scenario, outcome.inputs),
        sources=sources(outcome),
        builds=shown_builds(outcome).to_dict("records"),
        measures=shown_measures(outcome).to_dict("records"),
        pots=shown_pots(outcome).to_dict("records"),
        letters=[(letter, actions[code]) for code, letter in layers.ACTION_LETTERS.items()],
        withheld=[*(t.withheld for t in tables if t.withheld.cells), lines_record],
    )
