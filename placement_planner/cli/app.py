"""The application, and the options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Changes", "Json", "Out", "ScenarioFile", "Study", "app"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Project need for specialist school places by small area, and site new ones.",
)

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on a line.")]
Study = Annotated[Path, typer.Argument(help="Study folder, or a workbook of a study.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder to write to.")]
ScenarioFile = Annotated[
    Path | None, typer.Option("--scenario", help="Scenario file; default: the study's.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="One choice: section.choice=value.")
]
