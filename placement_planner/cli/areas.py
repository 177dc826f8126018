"""Commands about small areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placement_planner.cli.app import Json, Out, app
from placement_planner.cli.reply import command, countdown, progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cross_level"]


@app.command("cross-level")
def cross_level(
    ees: Annotated[Path, typer.Option("--ees", help="DfE's caseload file of EHC plans, England.")],
    areas: Annotated[
        Path, typer.Option("--areas", help="England's small areas: authority, IMD decile, ages.")
    ],
    january: Annotated[
        int | None, typer.Option("--january", help="Census January; default: the fullest.")
    ] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Predict every authority from its areas by a fit without it, beside a per-head spread."""
    from placement_planner.folders import check_new_folder, new_folder
    from placement_planner.need.areas.cross_level import validate_levels
    from placement_planner.sources.area_rates import read_area_rates

    with command("cross-level", as_json=as_json) as reply:
        if out is not None:
            check_new_folder(out)
        with progress() as tell:
            read = read_area_rates(ees, areas, january, tell)
        with countdown("leaving out one authority after the other") as bar:
            found = validate_levels(read.plans, read.people, read.notes, bar)
        reply.measures = {
            "january": read.january,
            "scores": _records(found.scores),
            "gradients": _records(found.gradients),
        }
        reply.more["notes"] = list(found.notes)
        print("\n".join([*found.notes, *found.lines()]))
        if out is not None:
            with new_folder(out) as partial:
                for name, table in found.tables().items():
                    table.to_csv(partial / f"{name}.csv", index=False)
            files = [out / f"{name}.csv" for name in found.tables()]
            reply.paths = {"out": out, "files": [str(file) for file in files]}
            print(f"{out}: {', '.join(file.name for file in files)}")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for JSON, which knows no NaN."""
    rows: list[dict[str, Any]] = table.astype(object).where(table.notna(), None).to_dict("records")
    return rows
