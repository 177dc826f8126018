"""The command that reads finished files again before they leave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placement_planner.cli.app import Json, app
from placement_planner.cli.reply import command, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.privacy.finished import Leak, NotToBeNamed
    from placement_planner.scenario import PrivacyChoices

__all__ = ["privacy_check"]

_STAYS = {"internal", "manifest.json"}
_NO_STUDY = (
    "schools: which of them may not be named is not known here; --study says where the study is"
)


def _run_folder(file: Path) -> Path | None:
    """Return the run folder that a file stands in, or None."""
    return next(
        (folder for folder in file.resolve().parents if (folder / "scenario.toml").is_file()), None
    )


def _choices(file: Path, scenario: Path | None) -> PrivacyChoices:
    """Return threshold and rounding: of a scenario, the run's, or the defaults."""
    from placement_planner.scenario import Scenario, read_scenario

    folder = _run_folder(file)
    found = scenario or (folder / "scenario.toml" if folder else None)
    return (read_scenario(found) if found else Scenario()).privacy


def _study(file: Path) -> Path | None:
    """Return the study of the run that a file stands in, where it is still there."""
    import json

    folder = _run_folder(file)
    manifest = folder / "manifest.json" if folder else None
    if manifest is None or not manifest.is_file():
        return None
    told = json.loads(manifest.read_text(encoding="utf-8")).get("study")
    return Path(told) if told and Path(told).exists() else None


def _unnamed(study: Path) -> NotToBeNamed:
    from placement_planner.inputs import read_inputs
    from placement_planner.privacy.finished import not_to_be_named

    inputs = read_inputs(study)
    return not_to_be_named(inputs.options, inputs.sites, inputs.provision, inputs.areas)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and of folders every file outside `internal` but the manifest."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [
            file
            for file in inside
            if file == path or (file.is_file() and not _STAYS & set(file.relative_to(path).parts))
        ]
    return found


@app.command()
def privacy_check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Finished files, or folders; what is in `internal` is left out."),
    ],
    study: Annotated[
        Path | None,
        typer.Option(help="Study whose schools may not be named; default: the run's own."),
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario with the threshold; default: the run's own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read finished files again: fail on a small cell, a personal field, an unapproved school."""
    from placement_planner.privacy.finished import NotToBeNamed, check_file

    with command("privacy-check", as_json=as_json) as reply, progress() as tell:
        studies: dict[Path, NotToBeNamed] = {}
        leaks: list[Leak] = []
        unchecked: list[str] = []
        for file in (found := _files(files)):
            tell(f"reading {file}")
            of = study or _study(file)
            if of is None:
                unchecked.append(_NO_STUDY)
            elif of not in studies:
                studies[of] = _unnamed(of)
            unnamed = NotToBeNamed() if of is None else studies[of]
            verdict = check_file(file, _choices(file, scenario), unnamed)
            leaks += verdict.leaks
            unchecked += verdict.unchecked
        reply.status = "leaks" if leaks else "ok"
        reply.more["leaks"] = [vars(leak) for leak in leaks]
        reply.more["unchecked"] = list(dict.fromkeys(unchecked))
        for note in reply.more["unchecked"]:
            print(f"not checked: {note}")
        if leaks:
            print("\n".join(map(str, leaks)))
            print(f"{len(leaks)} thing(s) in {len(found)} file(s) may not leave")
            raise typer.Exit(1)
        print(f"{len(found)} file(s): nothing small, personal or unapproved was found")
