"""The command that counts an authority's person-level SEN2 return into tables of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from placement_planner.cli.app import Json, app
from placement_planner.cli.reply import command, progress
from placement_planner.errors import DataError

__all__ = ["import_sen2"]


@app.command("import-sen2")
def import_sen2(
    exports: Annotated[
        list[Path], typer.Argument(help="Folders with the nine CSV modules, one a January.")
    ],
    gias: Annotated[Path, typer.Option("--gias", help="GIAS extract: what each URN is.")],
    postcodes: Annotated[
        Path, typer.Option("--postcodes", help="Postcode lookup, such as ONSPD (CSV or Parquet).")
    ],
    authority: Annotated[str, typer.Option("--authority", help="Its code, such as E08000003.")],
    study: Annotated[
        Path | None,
        typer.Option(
            "--study",
            help="Study folder to copy, with this authority's rows replaced; needed for flows.",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder to write, new or empty. [default: sen2-AUTHORITY]"),
    ] = None,
    area_column: Annotated[
        str | None,
        typer.Option("--area-column", help="Column of the lookup with areas [default: LSOA 2021]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Count an authority's SEN2 exports; no name, UPN, birth date or postcode is kept."""
    from placement_planner.folders import new_folder
    from placement_planner.sources import sen2

    with command("import-sen2", as_json=as_json) as reply:
        folder = to or Path(f"sen2-{authority}")
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise DataError(f"{folder} exists and is not empty; name another folder with --to")
        if study is not None:
            sen2.check_places(study, folder)
        with progress() as tell:
            made = sen2.import_sen2(
                exports,
                schools=gias,
                postcodes=postcodes,
                authority=authority,
                study=study,
                area_column=area_column,
                tell=tell,
            )
        with new_folder(folder) as partial:
            if study is None:
                sen2.write_tables(partial, made.tables)
            else:
                sen2.copy_study(study, partial, made.tables, authority, made.areas)
            sen2.write_report(partial, made.report)
        found = made.report[(made.report["kind"] == "check") & (made.report["count"] > 0)]
        reply.paths = {"study": folder, "report": folder / "sen2_report.txt"}
        reply.measures = {
            "januaries": list(made.januaries),
            "rows": {name: len(table) for name, table in made.tables.items()},
            "children": {
                str(january): int(rows["children"].sum())
                for january, rows in made.tables["caseload"].groupby("january")
            },
        }
        reply.more["checks"] = found[["january", "name", "count", "key", "row_keys"]].to_dict(
            "records"
        )
        print(sen2.report_text(made.report))
        for name, table in made.tables.items():
            print(f"{name}: {len(table):,} rows")
        if "transitions" not in made.tables:
            print("transitions: none, since no two of the Januaries follow each other")
        print(f"{folder}: unsuppressed counts, for internal use, not for publication.")
