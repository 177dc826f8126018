"""The study folder an import writes: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from placement_planner.errors import DataError, Finding
from placement_planner.scenario import scenario_template
from placement_planner.sources.report import MARK
from placement_planner.storage import write_table
from placement_planner.tables import table_folder, table_name
from placement_planner.tables.study import STUDY_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from placement_planner.sources.choices import ImportChoices

__all__ = ["REPORT", "check_target", "write_study"]

REPORT = "import_report.md"
SOURCES = "SOURCES.toml"
_FOLDERS = tuple(dict.fromkeys(table_folder(model) for model in STUDY_TABLES))
_MADE_FROM = {
    "authorities": ("areas", "caseload"),
    "areas": ("areas", "boundaries"),
    "population": ("areas",),
    "population_projection": ("areas",),
    "roads": ("roads",),
    "sites": (
        "schools",
        "school_links",
        "earlier_schools",
        "postcodes",
        "areas",
        "boundaries",
    ),
    "provision": ("schools", "caseload", "needs"),
    "caseload": ("caseload", "needs"),
    "requests": ("requests", "assessments", "new_plans"),
    "options": ("schools", "caseload", "needs", "scorecards"),
    "pot_funding": ("caseload",),
}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _edited(study: Path) -> list[Finding]:
    """Tables that were changed since they were imported, by the hashes kept beside them."""
    findings = []
    for folder in _FOLDERS:
        sources = study / folder / SOURCES
        if not sources.is_file():
            continue
        kept = tomllib.loads(sources.read_text(encoding="utf-8")).get("file", [])
        findings += [
            Finding(
                f"{folder}/{item['name']}",
                None,
                None,
                "changes made since it was imported",
                "another folder to import to, or the changed file moved away first",
            )
            for item in kept
            if item["name"].endswith(".csv")
            and (path := study / folder / item["name"]).is_file()
            and _sha256(path) != item["sha256"]
        ]
    return findings


def check_target(study: Path) -> None:
    """Refuse to write over anything but an empty folder or an untouched earlier import.

    Raises
    ------
    DataError
        When the folder holds something else, or tables that a person has edited since.
    """
    if not study.exists() or (study.is_dir() and not any(study.iterdir())):
        return
    report = study / REPORT
    if not report.is_file() or not report.read_text(encoding="utf-8").startswith(MARK):
        raise DataError(f"{study} is not empty and no earlier import; give a new or empty folder")
    edited = _edited(study)
    if edited:
        raise DataError(
            f"{study} was imported before and then edited; nothing was written:", edited
        )


def _sources_text(folder: Path, choices: ImportChoices, base: Path) -> str:
    """Say where the files of a folder come from, with hashes of both sides."""
    lines = [
        "# Where the files of this folder come from; written by placement-planner import.",
        "# `file`: what was written. `source`: the published files it was made from.",
        "",
    ]
    used: set[str] = set()
    parts = choices.files.by_part()
    for path in sorted(folder.iterdir()):
        made_from = [part for part in _MADE_FROM.get(path.stem, ()) if part in parts]
        used |= set(made_from)
        lines += [
            "[[file]]",
            f"name = {json.dumps(path.name)}",
            f"sha256 = {json.dumps(_sha256(path))}",
            f"made_from = {json.dumps(made_from)}",
            "",
        ]
    for part in (name for name in parts if name in used):
        item = parts[part]
        lines += [
            "[[source]]",
            f"part = {json.dumps(part)}",
            f"file = {json.dumps(item.file)}",
            f"source = {json.dumps(item.source, ensure_ascii=False)}",
            f"licence = {json.dumps(item.licence, ensure_ascii=False)}",
            f"sha256 = {json.dumps(_sha256(base / item.file))}",
            "",
        ]
    return "\n".join(lines)


def _replace(study: Path, made: Path) -> None:
    """Put the folder that was made in the place of the study."""
    if not study.exists():
        made.rename(study)
        return
    former = made.with_name(made.name + "-former")
    study.rename(former)
    made.rename(study)
    shutil.rmtree(former)


def write_study(
    study: Path,
    tables: Mapping[str, pd.DataFrame],
    choices: ImportChoices,
    *,
    report: str,
    base: Path,
) -> tuple[Path, ...]:
    """Write tables, scenario, sources and report, in a hidden folder that is renamed at the end.

    Parameters
    ----------
    study
        Folder to make; `check_target` has allowed it.
    tables
        Tables by name.
    choices
        What the IMPORT.toml says.
    report
        Text of the import report.
    base
        Folder of the IMPORT.toml, which its paths are relative to.

    Returns
    -------
    tuple
        Every file, as it stands in the study.
    """
    study.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{study.name}-", dir=study.parent))
    try:
        for model in STUDY_TABLES:
            if table_name(model) in tables:
                write_table(made, model, tables[table_name(model)])
        for folder in _FOLDERS:
            text = _sources_text(made / folder, choices, base)
            (made / folder / SOURCES).write_text(text, encoding="utf-8")
        scenario = scenario_template(choices.make_scenario())
        (made / "scenario.toml").write_text(scenario, encoding="utf-8")
        (made / REPORT).write_text(report, encoding="utf-8")
        written = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
        made.chmod(0o755)
        _replace(study, made)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return tuple(study / path for path in written)
