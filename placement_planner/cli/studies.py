"""Commands that make, check and describe studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from placement_planner.cli.app import Json, Study, app
from placement_planner.cli.reply import command, progress

__all__ = ["check", "import_", "new", "schema"]


@app.command()
def check(study: Study, as_json: Json = False) -> None:
    """Check every table of a study and print every finding."""
    from placement_planner.inputs import check_study

    with command("check", as_json=as_json) as reply:
        findings = check_study(study)
        reply.more["findings"] = [finding.record() for finding in findings]
        for finding in findings:
            print(finding)
        print(f"{len(findings)} finding(s) in {study}")
        if findings:
            reply.status = "findings"
            raise typer.Exit(1)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to write the empty study to.")],
    xlsx: Annotated[bool, typer.Option("--xlsx", help="One workbook, a sheet a table.")] = False,
    as_json: Json = False,
) -> None:
    """Write an empty study with a commented scenario and the data dictionary."""
    from placement_planner.templates import new_study

    with command("new", as_json=as_json) as reply:
        written = new_study(folder, xlsx=xlsx)
        reply.paths = {"files": [str(path) for path in written]}
        print("\n".join(map(str, written)))


@app.command()
def schema(as_json: Json = False) -> None:
    """Print the data dictionary of a study."""
    from placement_planner.tables import data_dictionary, dictionary_markdown

    with command("schema", as_json=as_json) as reply:
        reply.more["columns"] = data_dictionary().to_dict("records") if as_json else []
        print(dictionary_markdown(), end="")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="TOML file that says which published file plays which part.")
    ],
    to: Annotated[Path, typer.Option("--to", help="Study folder to write.")],
    as_json: Json = False,
) -> None:
    """Build a study from published files."""
    from placement_planner.sources import import_study

    with command("import", as_json=as_json) as reply, progress() as tell:
        report = import_study(file, to, tell)
        reply.measures = {"rows": dict(report.tables)}
        reply.paths = {"study": to}
        reply.more["notes"] = list(report.notes)
        for name, rows in report.tables.items():
            print(f"{name}: {rows:,} rows")
        print("\n".join(report.notes))
