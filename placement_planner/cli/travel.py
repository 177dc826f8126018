"""The command that measures drives, holds them against a matrix, and writes them."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
import typer

from placement_planner.cli.app import Changes, Json, ScenarioFile, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import command, countdown, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pandera.typing import DataFrame

    from placement_planner.cli.reply import Reply
    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario, TravelChoices
    from placement_planner.tables.stages import Travel
    from placement_planner.travel import Calibration, Drives, RoadGraph, Snapped

__all__ = ["travel"]

_WIDEST = 600.0
_NAMED = 5
_NO_STUDY = Path(os.devnull)  # no scenario.toml stands beside it
_PAIR = ["area_code", "site_id"]


@app.command()
def travel(
    study: Annotated[
        Path | None, typer.Argument(help="Study folder, or a workbook of a study.")
    ] = None,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File for the drives: .parquet or .csv.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Matrix (CSV or Parquet) that the drives are fitted to."),
    ] = None,
    areas: Annotated[
        Path | None, typer.Option("--areas", help="Without a study: areas with code and metres.")
    ] = None,
    sites: Annotated[
        Path | None, typer.Option("--sites", help="Without a study: sites with code and metres.")
    ] = None,
    roads: Annotated[
        Path | None, typer.Option("--roads", help="Without a study: road segments.")
    ] = None,
    nodes: Annotated[
        Path | None, typer.Option("--nodes", help="Where nodes of roads without shapes lie.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="Layer of a GeoPackage of roads with several.")
    ] = None,
    limit: Annotated[
        float | None, typer.Option("--limit", help="Longest drive one way, minutes.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure drives from small areas to sites: of a study, or of any tables along roads."""
    changes = [*(change or []), *([] if limit is None else [f"travel.search_minutes={limit:g}"])]
    tables = {"--areas": areas, "--sites": sites, "--roads": roads}
    if study is None and None in tables.values():
        lacking = ", ".join(name for name, path in tables.items() if path is None)
        raise typer.BadParameter(f"name a STUDY, or tables of your own ({lacking} missing)")
    if study is not None and any(tables.values()):
        raise typer.BadParameter("name a STUDY or tables of your own, not both")
    with command("travel", as_json=as_json) as reply:
        chosen = chosen_scenario(study or _NO_STUDY, scenario, changes)
        if study is not None:
            _of_study(reply, study, chosen, out, against)
        elif areas is not None and sites is not None and roads is not None:
            _of_tables(reply, (areas, sites, roads), (layer, nodes), chosen.travel, out)


def _of_study(
    reply: Reply, study: Path, scenario: Scenario, out: Path | None, against: Path | None
) -> None:
    """Measure the drives of a study, and fit them to a matrix where one is named."""
    from placement_planner.inputs import read_inputs
    from placement_planner.travel import FOLDER, destinations, read_matrix, write_matrix

    with progress() as tell:
        tell(f"reading {study}")
        inputs = read_inputs(study)
        matrix = None if against is None else read_matrix(against, needs_km=False)
        sites = destinations(inputs.sites, inputs.neighbouring_places)
        drives = _measured(inputs, sites, scenario, inputs.folder / FOLDER, tell)
        found = [] if matrix is None else _calibrations(inputs, sites, matrix, scenario, tell)
        if out is not None:
            write_matrix(drives.small, out)
    reply.measures = {
        "mode": drives.mode,
        "pairs": len(drives.small),
        "areas": len(inputs.areas),
        "sites": len(sites),
        "stranded": drives.stranded.to_dict("records"),
        "calibrations": [_record(calibration) for calibration in found],
    }
    reply.paths = {} if out is None else {"drives": out}
    reply.more |= {"notes": list(drives.notes), "key": drives.key}
    print("\n".join(_drive_lines(drives, len(inputs.areas), len(sites))))
    for calibration in found:
        print("\n" + "\n".join([*calibration.lines(), "", *calibration.scenario_lines()]))
    if out is not None:
        print(f"Drives: {out}")


def _drive_lines(drives: Drives, n_areas: int, n_sites: int) -> Iterator[str]:
    """Say how drives were measured, how many there are, and who is off them."""
    minutes = drives.small["minutes"]
    mean = f", {minutes.mean():.1f} minutes on average" if len(minutes) else ""
    yield (
        f"{drives.mode.replace('_', ' ')}: {len(minutes):,} drives from {n_areas:,} areas to "
        f"{n_sites:,} sites{mean}"
    )
    yield from drives.notes
    if drives.stranded.empty:
        yield "Every small area reaches a site."


def _of_tables(
    reply: Reply,
    files: tuple[Path, Path, Path],
    drawn: tuple[str | None, Path | None],
    choices: TravelChoices,
    out: Path | None,
) -> None:
    """Measure drives along roads between places of any tables, block by block into the file.

    `drawn` are the layer of the roads and the file of their nodes, where they have one.
    """
    from placement_planner.errors import DataError
    from placement_planner.sources.points import AREA_CODES, SITE_CODES, read_points
    from placement_planner.travel import road_drives, snap, write_drives

    areas, sites, roads = files
    if out is None or out.suffix != ".parquet":
        raise DataError("drives between tables of your own need --out FILE.parquet")
    with progress() as tell:
        tell("reading areas, sites and roads")
        homes, no_home = read_points(areas, "area_code", AREA_CODES)
        schools, no_school = read_points(sites, "site_id", SITE_CODES)
        graph, told = _graph(roads, drawn, pd.concat([homes, schools]))
        home, school = snap(homes, graph, choices), snap(schools, graph, choices, arriving=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    reached: set[str] = set()
    with countdown("measuring drives, sites done") as tell_steps:
        blocks = road_drives(graph, home, school, choices.search_minutes, progress=tell_steps)
        pairs = write_drives(_noting(blocks, reached), out)
    stranded = sorted(set(homes["area_code"]) - reached)
    notes = [*no_home, *no_school, *told, *_flagged(home, "areas"), *_flagged(school, "sites")]
    notes += _stranded(stranded, len(homes), choices)
    reply.measures = {
        "mode": "roads",
        "pairs": pairs,
        "areas": len(homes),
        "sites": len(schools),
        "nodes": len(graph.nodes),
        "stranded": stranded,
    }
    reply.paths = {"drives": out}
    reply.more["notes"] = notes
    print("\n".join(notes))
    print(
        f"{pairs:,} drives of at most {choices.search_minutes:g} minutes from {len(homes):,} areas "
        f"to {len(schools):,} sites\nDrives: {out}"
    )


def _noting(blocks: Iterator[pd.DataFrame], reached: set[str]) -> Iterator[pd.DataFrame]:
    """Pass blocks of drives on, and note the areas that have any."""
    for block in blocks:
        reached.update(block["area_code"].unique())
        yield block


def _stranded(codes: list[str], of: int, choices: TravelChoices) -> list[str]:
    """Name and count the areas without a drive."""
    if not codes:
        return []
    more = f" and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else ""
    note = (
        f"{len(codes):,} of {of:,} areas reach no site within {choices.search_minutes:g} minutes: "
        f"{', '.join(codes[:_NAMED])}{more}."
    )
    return [note]


def _graph(
    roads: Path, drawn: tuple[str | None, Path | None], places: pd.DataFrame
) -> tuple[RoadGraph, tuple[str, ...]]:
    """Build the graph of the roads within 20 km of the rectangle of all places."""
    import shapely

    from placement_planner.sources.choices import RoadsFile
    from placement_planner.sources.roads import read_roads
    from placement_planner.travel import road_graph, road_nodes

    layer, nodes = drawn
    choices = RoadsFile(file=str(roads), source="the command line", layer=layer)
    metres = places[["easting", "northing"]].to_numpy(dtype=float)
    near = shapely.box(*metres.min(axis=0), *metres.max(axis=0)).buffer(choices.buffer_km * 1000)
    segments, notes = read_roads(roads, nodes, near, choices)
    return road_graph(segments, road_nodes(segments)), notes


def _flagged(places: Snapped, what: str) -> Iterator[str]:
    """Name and count places that are off the mainland's roads."""
    from placement_planner.travel import FLAGS

    for flag, rows in places.points[places.points["flag"] != ""].groupby("flag"):
        named = ", ".join(rows.iloc[:_NAMED, 0])
        yield (
            f"{len(rows):,} of {len(places.points):,} {what} are {FLAGS[str(flag)]}, such as "
            f"{named}."
        )


def _measured(
    inputs: Inputs,
    sites: pd.DataFrame,
    scenario: Scenario,
    folder: Path | None,
    tell: Callable[[str], None],
) -> Drives:
    from placement_planner.travel import measure_drives

    return measure_drives(
        inputs.areas,
        inputs.population,
        sites,
        roads=inputs.roads,
        matrix=inputs.travel_matrix,
        choices=scenario.travel,
        folder=folder,
        progress=tell,
    )


def _calibrations(
    inputs: Inputs,
    sites: pd.DataFrame,
    matrix: DataFrame[Travel],
    scenario: Scenario,
    tell: Callable[[str], None],
) -> list[Calibration]:
    """Fit straight lines and, where the study has roads, drives by road to the same pairs."""
    from placement_planner.travel import calibrate, calibration_pairs

    sites = sites[sites["site_id"].isin(matrix["site_id"])]
    modes: tuple[Literal["straight_line", "roads"], ...] = (
        ("straight_line",) if inputs.roads is None else ("straight_line", "roads")
    )
    pairs = {}
    for mode in modes:
        wide = scenario.with_choices(travel={"mode": mode, "search_minutes": _WIDEST})
        drives = _measured(inputs, sites, wide, None, tell)
        pairs[mode] = calibration_pairs(drives.small, matrix, inputs.areas, sites)
    both = pairs[modes[-1]][_PAIR].merge(pairs[modes[0]][_PAIR])
    return [calibrate(told.merge(both), mode, scenario.travel) for mode, told in pairs.items()]


def _record(calibration: Calibration) -> dict[str, Any]:
    """Return a calibration for JSON, which knows no NaN, with the lines to paste."""
    terms = {
        field.name: getattr(calibration, field.name)
        for field in fields(calibration)
        if field.name not in ("classes", "choices")
    }
    table = calibration.classes
    classes = table.astype(object).where(table.notna(), None).to_dict("records")
    lines = list(calibration.scenario_lines())
    scores = {name: None if value != value else value for name, value in terms.items()}  # noqa: PLR0124
    return {**scores, "classes": classes, "scenario_lines": lines}
