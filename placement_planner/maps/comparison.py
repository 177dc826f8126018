"""The page of two runs of one region beside each other: two maps in step, one set of switches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.figures.areas import AreaTable
from placement_planner.figures.plan import final_year, shown_measures
from placement_planner.maps.frame import write_page
from placement_planner.maps.plan_page import action_letters, plan_pane, report_words
from placement_planner.maps.shadings import records_of
from placement_planner.wording import profile_sentence, sources, year_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from placement_planner.maps.frame import Pane
    from placement_planner.maps.shadings import Layer
    from placement_planner.outcome import Outcome

__all__ = ["write_comparison_map"]


def write_comparison_map(
    first: Outcome,
    second: Outcome,
    path: Path,
    *,
    names: tuple[str, str] | None = None,
    made: date | None = None,
) -> Path:
    """Write one HTML file with the maps of two runs in step, and their figures beside each other.

    Classes of colours are the same on both maps. Years are those that both runs planned.

    Parameters
    ----------
    first, second
        What two runs came to; of the same areas.
    path
        File to write; its folder is made.
    names
        What the runs are called on the page; the names of their scenarios where it is left out.
    made
        Date that stands on the page; today where it is left out.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DataError
        If the runs are of other areas, have no planned year in common, or differ in disclosure
        control.
    """
    _check(first, second)
    outcomes = [
        _named(outcome, name)
        for outcome, name in zip((first, second), names or _names(first, second), strict=True)
    ]
    years = [year for year in first.scenario.horizon.years if year in second.scenario.horizon.years]
    panes = _alike([plan_pane(outcome) for outcome in outcomes], [str(year) for year in years])
    return write_page(
        "comparison_page.html",
        panes,
        path,
        made=made,
        runs=[
            {"name": outcome.scenario.name, "last_year": year_label(final_year(outcome)),
             **report_words(outcome)}
            for outcome in outcomes
        ],
        profile=profile_sentence(first),
        sources=sorted({*sources(first), *sources(second)}),
        measures=_measures(outcomes),
        letters=action_letters(),
        withheld=[
            f"{pane.study.scenario.name}: {record}"
            for pane in panes
            for record in (*records_of(pane.layers), pane.tables["lines_record"])
        ],
    )  # fmt: skip


def _check(first: Outcome, second: Outcome) -> None:
    """Refuse runs that cannot be set beside each other, with every reason."""
    faults = []
    areas = [set(outcome.inputs.areas["area_code"]) for outcome in (first, second)]
    if areas[0] != areas[1]:
        other = sorted(areas[0] ^ areas[1])
        faults.append(
            f"{len(other)} areas are of one run only, such as {other[0]}; "
            "right would be two runs of one region"
        )
    years = [outcome.scenario.horizon.years for outcome in (first, second)]
    if not set(years[0]) & set(years[1]):
        faults.append(f"no planned year is common: one has {years[0]}, the other {years[1]}")
    if first.scenario.privacy != second.scenario.privacy:
        faults.append(
            "they differ in disclosure control (the section privacy of their scenarios): one map "
            "would give away what the other withholds"
        )
    if faults:
        raise DataError("\n".join(["the runs cannot be compared:", *faults]))


def _names(first: Outcome, second: Outcome) -> tuple[str, str]:
    """Return the names of the scenarios, told apart where they are the same."""
    one, other = first.scenario.name, second.scenario.name
    return (one, other) if one != other else (f"{one}, first run", f"{other}, second run")


def _named(outcome: Outcome, name: str) -> Outcome:
    return replace(outcome, scenario=outcome.scenario.model_copy(update={"name": name}))


def _alike(panes: Sequence[Pane], years: Sequence[str]) -> list[Pane]:
    """Keep the layers, and the years, that both panes have."""
    common = [
        layer.key
        for layer in panes[0].layers
        if layer.key in {other.key for other in panes[1].layers} and not layer.is_by_place
    ]
    return [
        replace(
            pane,
            layers=[_of_years(layer, years) for layer in pane.layers if layer.key in common],
        )
        for pane in panes
    ]


def _of_years(layer: Layer, years: Sequence[str]) -> Layer:
    tables = {
        member: AreaTable(
            table.frame[["code", "name", *(year for year in years if year in table.frame)]],
            table.level,
            table.withheld,
        )
        for member, table in layer.tables.items()
    }
    return replace(layer, tables=tables)


def _measures(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return each measure of both plans, and of doing nothing, beside each other."""
    tables = [shown_measures(outcome).set_index("measure") for outcome in outcomes]
    rows = []
    for measure in dict.fromkeys(name for table in tables for name in table.index):
        known = [table.loc[measure] if measure in table.index else None for table in tables]
        about = next(row for row in known if row is not None)
        figures = [
            (None if row is None else row["do_nothing"], None if row is None else row["plan"])
            for row in known
        ]
        rows.append(
            {"name": about["name"], "unit": about["unit"],
             "figures": [_told(value) for pair in figures for value in pair]}
        )  # fmt: skip
    return rows


def _told(value: float | str | None) -> float | str | None:
    return None if not isinstance(value, str) and pd.isna(value) else value
