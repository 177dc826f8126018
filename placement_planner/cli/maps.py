"""Commands that draw maps of stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placement_planner.cli.app import Json, app
from placement_planner.cli.reply import command, progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.outcome import Outcome

__all__ = ["compare_map", "map_of_run"]

Run = Annotated[Path, typer.Argument(help="Run folder.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="HTML file to write.")]
StudyNow = Annotated[Path | None, typer.Option("--study", help="Where its study stands now.")]


def _outcome(run: Path, study: Path | None, tell: Callable[[str], None]) -> Outcome:
    from placement_planner.verification import stored_outcome

    tell(f"reading {run}")
    return stored_outcome(run, tell, study)


@app.command("map")
def map_of_run(
    run: Run,
    out: OutFile = None,
    study: StudyNow = None,
    tiles: Annotated[
        str | None,
        typer.Option(
            "--tiles",
            help="Address of background tiles, with {x}, {y} and {z}; readers must ask for them.",
        ),
    ] = None,
    attribution: Annotated[
        str, typer.Option("--attribution", help="Whose background map it is; goes with --tiles.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Draw the map of a stored run again; nothing is solved."""
    from placement_planner.errors import DataError
    from placement_planner.maps import Tiles, write_map

    with command("map", as_json=as_json) as reply, progress() as tell:
        if bool(tiles) != bool(attribution):
            raise DataError("--tiles and --attribution go together: whose background map is it?")
        outcome = _outcome(run, study, tell)
        tell("drawing the map")
        background = Tiles(tiles, attribution) if tiles else None
        path = write_map(outcome, out or Path(f"{run.resolve().name}-map.html"), tiles=background)
        reply.paths = {"map": path}
        print(f"Map: {path}")


@app.command("compare-map")
def compare_map(
    first: Run,
    second: Annotated[Path, typer.Argument(help="Run folder of the same region.")],
    out: OutFile = None,
    study: Annotated[
        Path | None, typer.Option("--study", help="Where the study of both stands now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw two stored runs of one region beside each other, on maps that move in step."""
    from placement_planner.maps import write_comparison_map

    with command("compare-map", as_json=as_json) as reply, progress() as tell:
        outcomes = _outcome(first, study, tell), _outcome(second, study, tell)
        folders = first.resolve().name, second.resolve().name
        tell("drawing the maps")
        path = write_comparison_map(
            *outcomes,
            out or Path(f"{folders[0]}-and-{folders[1]}.html"),
            names=_names(outcomes, folders),
        )
        reply.paths = {"map": path}
        print(f"Map: {path}")


def _names(outcomes: tuple[Outcome, Outcome], folders: tuple[str, str]) -> tuple[str, str]:
    """Call runs by their scenarios, or by their folders where these are named alike."""
    one, other = (outcome.scenario.name for outcome in outcomes)
    return (one, other) if one != other else folders
