"""The command that scores mainstream schools as hosts of a base."""

from __future__ import annotations

from pathlib import Path

from placement_planner.cli.app import Changes, Json, Out, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import command, progress

__all__ = ["hosts"]


@app.command()
def hosts(
    study: Study,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Score mainstream schools as hosts of a base, and generate options from the scores."""
    from placement_planner import pipeline
    from placement_planner.folders import check_new_folder
    from placement_planner.inputs import read_inputs
    from placement_planner.reports.hosts import host_lines, write_hosts
    from placement_planner.runs import run_name

    with command("hosts", as_json=as_json) as reply:
        choices = chosen_scenario(study, scenario, change or [])
        folder = out or Path("runs") / f"{run_name(study)}-hosts"
        check_new_folder(folder)
        with progress() as tell:
            tell(f"reading {study}")
            inputs = read_inputs(study)
            found = pipeline.score_hosts(inputs, choices, tell)
            lines = host_lines(
                found.scores,
                found.options,
                found.processes,
                inputs.authorities,
                (found.children, found.children_without),
                choices.privacy,
            )
            lines += ["", *(f"- {note}" for note in found.notes), ""]
            tables = {
                "hosts": found.scores,
                "options_generated": found.options,
                "processes": found.processes,
                "processes_of_options": found.own_processes,
                "options_priced_outside": found.priced_outside,
            }
            write_hosts(folder, choices, inputs.authorities, lines, tables)
        schools = found.scores.groupby("site_id")["rank"].min()
        reply.measures = {
            "schools": len(schools),
            "schools_not_shut_out": int(schools.notna().sum()),
            "options_generated": len(found.options),
            "options_priced_outside": found.priced_outside["option_id"].nunique(),
            "academic_year": found.academic_year,
        }
        internal = folder / "internal"
        reply.paths = {"run": folder, "summary": folder / "summary.txt"}
        reply.paths |= {name: internal / f"{name}.csv" for name in tables}
        reply.more["notes"] = list(found.notes)
        print("\n".join(lines))
        print(f"Counts:  {folder}")
        print(f"Schools: {internal} (names schools: not for publication)")
