"""The command that projects children with plans and need by small area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from placement_planner.cli.app import Changes, Json, Out, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import command, progress

__all__ = ["project"]


@app.command()
def project(
    study: Study,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Out = None,
    area_draws: Annotated[
        bool,
        typer.Option("--area-draws", help="Write every draw of every small area too (internal)."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Project children with plans, and those who need a specialist place by small area."""
    from placement_planner import pipeline
    from placement_planner.figures import demand
    from placement_planner.folders import new_folder
    from placement_planner.inputs import read_inputs
    from placement_planner.maps.need_page import write_need_map
    from placement_planner.reports.projection import write_projection
    from placement_planner.runs import run_name

    with command("project", as_json=as_json) as reply:
        choices = chosen_scenario(study, scenario, change or [])
        folder = out or Path("runs") / f"{run_name(study)}-projection"
        with new_folder(folder) as partial, progress() as tell:
            tell(f"reading {study}")
            forecast = pipeline.project(read_inputs(study), choices, tell)
            write_projection(forecast, partial, tell, with_area_draws=area_draws)
            tell("drawing the map of need")
            write_need_map(forecast, partial / "need_map.html")
        table = demand.totals(forecast).set_index("academic_year")
        reply.measures = {
            "method": forecast.method,
            "children": {str(year): row.to_dict() for year, row in table.iterrows()},
        }
        reply.paths = {
            "run": folder,
            "summary": folder / "summary.txt",
            "need_map": folder / "need_map.html",
            "cube": folder / "internal" / "cube.parquet",
            "cube_summary": folder / "internal" / "cube_summary.csv",
        }
        reply.more["notes"] = list(forecast.notes)
        print((folder / "summary.txt").read_text(encoding="utf-8"))
        print(f"Map of need:       {folder / 'need_map.html'}")
        print(f"Tables and charts: {folder}")
        print(f"Every draw:        {folder / 'internal' / 'cube.parquet'} (not for publication)")
