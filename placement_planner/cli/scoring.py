"""The command that measures any plan, also one that a person has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placement_planner.cli.app import Changes, Json, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.planning import tell_solve
from placement_planner.cli.reply import command, progress

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.siting.plan import Plan

__all__ = ["score"]


def _read(path: Path) -> Plan | pd.DataFrame:
    """Read a run folder, a folder of plan tables, or a table of builds."""
    import pandas as pd

    from placement_planner.errors import DataError
    from placement_planner.runs import MANIFEST, read_plan, read_run

    if (path / MANIFEST).is_file():
        return read_run(path).plan
    if path.is_dir():
        return read_plan(path)
    if not path.is_file():
        raise DataError(
            f"{path}: no such plan; right would be a run folder, a folder of its tables, or a "
            "table of builds as CSV or xlsx"
        )
    try:
        if path.suffix == ".xlsx":
            return pd.read_excel(path, dtype=str, sheet_name=0)
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(f"{path}: not a table: {error}") from error


@app.command()
def score(
    study: Study,
    plan: Annotated[
        Path,
        typer.Argument(
            help="Run folder, folder of plan tables, or a table of builds (CSV or xlsx): "
            "option_id, places, start_year."
        ),
    ],
    scenario: ScenarioFile = None,
    change: Changes = None,
    as_json: Json = False,
) -> None:
    """Measure any plan, also one typed by hand, by the optimiser's ruler and its audit."""
    from placement_planner.inputs import read_inputs
    from placement_planner.pipeline import score as measured
    from placement_planner.reports import summary_lines

    with command("score", as_json=as_json) as reply, progress() as tell:
        chosen = chosen_scenario(study, scenario, change or [])
        written = _read(plan)
        tell(f"reading {study}")
        found = measured(read_inputs(study), chosen, written, tell)
        tell_solve(reply, found.outcome)
        reply.bound = reply.gap = reply.gap_gbp = reply.gap_of_benefit = None
        reply.status = "breaks rules" if found.broken else "keeps every rule"
        reply.more["broken"] = list(found.broken)
        print("\n".join(summary_lines(found.outcome)))
        print(f"\nAudit: the plan {reply.status}.")
        print("\n".join(f"  {rule}" for rule in found.broken))
        if found.broken:
            raise typer.Exit(1)
