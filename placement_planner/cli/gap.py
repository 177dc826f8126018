"""The command that sets need against the places there are."""

from __future__ import annotations

from pathlib import Path

from placement_planner.cli.app import Changes, Json, Out, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import command, progress

__all__ = ["gap"]


@app.command()
def gap(
    study: Study,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Set need against the places there are: by authority, by what is in reach, and at best."""
    from placement_planner import pipeline
    from placement_planner.folders import new_folder
    from placement_planner.inputs import read_inputs
    from placement_planner.maps import write_gap_map
    from placement_planner.reports.gap import gap_lines, write_gap
    from placement_planner.runs import run_name

    with command("gap", as_json=as_json) as reply:
        choices = chosen_scenario(study, scenario, change or [])
        folder = out or Path("runs") / f"{run_name(study)}-gap"
        with new_folder(folder) as partial, progress() as tell:
            tell(f"reading {study}")
            balance = pipeline.measure_gap(read_inputs(study), choices, tell)
            tell("writing tables, charts and map")
            write_gap(balance, partial)
            write_gap_map(balance, partial / "gap_map.html")
        report = balance.tables.assignment.report
        reply.status, reply.objective, reply.bound = (
            report.status,
            report.objective_gbp,
            report.bound_gbp,
        )
        reply.gap, reply.gap_gbp = report.gap, report.gap_gbp
        rows = balance.tables.gap
        rows = rows[rows["academic_year"] == balance.final_year]
        sums = rows.groupby("way")[["need", "supply", "unmet"]].sum()
        reply.measures = {
            "final_year": balance.final_year,
            "drives": balance.surroundings.drives.mode,
            "stranded_areas": len(balance.surroundings.drives.stranded),
            **{str(way): row.to_dict() for way, row in sums.iterrows()},
        }
        reply.paths = {
            "run": folder,
            "summary": folder / "summary.txt",
            "map": folder / "gap_map.html",
            "gap": folder / "internal" / "gap.csv",
        }
        reply.more["notes"] = list(balance.notes)
        print("\n".join(gap_lines(balance)))
        print(f"Map:    {folder / 'gap_map.html'}")
        print(f"Tables: {folder}")
