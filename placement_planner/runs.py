"""A run folder: what came out, with a manifest by which it can be verified and run again."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandera.errors import SchemaError

from placement_planner.errors import DataError
from placement_planner.scenario import read_scenario, scenario_template
from placement_planner.siting.plan import AS_WRITTEN, PLAN_FIELDS, Plan, SolveReport
from placement_planner.storage import SCENARIO_FILE, WORKBOOK
from placement_planner.tables import table_name

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome
    from placement_planner.scenario import Scenario

__all__ = ["StoredRun", "file_hashes", "read_plan", "read_run", "run_name", "write_run"]

MANIFEST = "manifest.json"
INTERNAL = "internal"
PACKAGES = ("highspy", "pulp", "pandas", "numpy", "geopandas", "pandera", "folium")
NOT_FOR_PUBLICATION = (
    "These tables are the plan as the optimiser left it: nothing is suppressed or rounded.\n"
    "They are kept so that the run can be audited and run again. They are not for publication.\n"
)


_NOTICE = "INTERNAL, NOT FOR PUBLICATION: kept so that the run can be verified, with exact £"


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run folder, read back."""

    folder: Path
    study: Path
    scenario: Scenario
    input_hashes: dict[str, str]
    do_nothing: Plan
    plan: Plan
    manifest: dict[str, Any]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def file_hashes(study: Path) -> dict[str, str]:
    """SHA-256 of every input file of a study, by its path within the study."""
    tables = sorted(
        path
        for part in ("boundaries", "schools")
        for path in (study / part).glob("*")
        if path.suffix in {".csv", ".gpkg"}
    )
    files = [study] if study.is_file() else tables or [study / WORKBOOK]
    root = study.parent if study.is_file() else study
    return {path.relative_to(root).as_posix(): _digest(path) for path in files}


def run_name(study: Path, now: datetime | None = None) -> str:
    """Name a run by its study and the moment it was started."""
    moment = now or datetime.now(UTC)
    return f"{study.resolve().stem}-{moment:%Y%m%d-%H%M%S}"


def _write_plan(folder: Path, plan: Plan) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "README.txt").write_text(NOT_FOR_PUBLICATION, encoding="utf-8")
    hashes = {}
    for field in PLAN_FIELDS:
        path = folder / f"{field}.csv"
        getattr(plan, field).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        hashes[f"{folder.name}/{field}.csv"] = _digest(path)
    return hashes


def read_plan(folder: Path, report: SolveReport = AS_WRITTEN) -> Plan:
    """Read the tables of a plan from a folder.

    Raises
    ------
    DataError
        If a table is missing, or is not one of a plan.
    """
    tables = {}
    for field, model in PLAN_FIELDS.items():
        path = folder / f"{field}.csv"
        if not path.is_file():
            raise DataError(f"{path} is missing: the run folder is not whole ({table_name(model)})")
        names = model.to_schema().columns
        text = {name: str for name, field in names.items() if str(field.dtype) == "str"}
        try:
            tables[field] = model.validate(
                pd.read_csv(path, dtype=text, na_values=[""], keep_default_na=False)
            )
        except (SchemaError, ValueError) as error:
            raise DataError(f"{path} is not a table of a plan: {error}") from error
    return Plan(**tables, report=report)


def write_run(
    folder: Path, outcome: Outcome, study: Path, timings: dict[str, float]
) -> dict[str, Any]:
    """Write scenario, plan tables and manifest into a run folder; return the manifest.

    Maps and workbooks that stand in the folder by then are in the manifest too.
    """
    (folder / SCENARIO_FILE).write_text(scenario_template(outcome.scenario), encoding="utf-8")
    plans = {"do_nothing": outcome.do_nothing, "plan": outcome.plan}
    table_hashes: dict[str, str] = {}
    for name, plan in plans.items():
        table_hashes |= _write_plan(folder / INTERNAL / name, plan)
    manifest = {
        "notice": _NOTICE,
        "placement_planner": version("placement_planner"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": str(study.resolve()),
        "scenario": outcome.scenario.name,
        "seed": outcome.scenario.solver.seed,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "input_hashes": file_hashes(study),
        "scenario_hash": _digest(folder / SCENARIO_FILE),
        "table_hashes": table_hashes,
        "output_hashes": {
            path.name: _digest(path)
            for path in sorted(folder.iterdir())
            if path.suffix in {".csv", ".html", ".xlsx"}
        },
        "reports": {name: asdict(plan.report) for name, plan in plans.items()},
        "gap": outcome.plan.report.gap,
        "gap_gbp": outcome.plan.report.gap_gbp,
        "timings_s": {step: round(seconds, 3) for step, seconds in timings.items()},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def read_run(folder: Path) -> StoredRun:
    """Read a run folder back.

    Raises
    ------
    DataError
        If the folder is not a whole run, or its scenario or a table was changed since.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise DataError(f"{folder} is not a run folder: it has no {MANIFEST}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}") from error
    try:
        return _stored(folder, manifest)
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path} is not a manifest of this version: it lacks or misshapes {error}"
        ) from error


def _changed(folder: Path, manifest: dict[str, Any]) -> list[str]:
    hashes = {
        folder / SCENARIO_FILE: manifest["scenario_hash"],
        **{folder / name: digest for name, digest in manifest["output_hashes"].items()},
        **{folder / INTERNAL / name: digest for name, digest in manifest["table_hashes"].items()},
    }
    return [
        path.relative_to(folder).as_posix().removeprefix(f"{INTERNAL}/")
        for path, digest in hashes.items()
        if not path.is_file() or _digest(path) != digest
    ]


def _stored(folder: Path, manifest: dict[str, Any]) -> StoredRun:
    changed = _changed(folder, manifest)
    if changed:
        raise DataError(
            f"{len(changed)} file(s) of {folder} changed since the run, for example {changed[0]}"
        )
    reports = {name: SolveReport(**told) for name, told in manifest["reports"].items()}
    return StoredRun(
        folder=folder,
        study=Path(manifest["study"]),
        scenario=read_scenario(folder / SCENARIO_FILE),
        input_hashes=manifest["input_hashes"],
        do_nothing=read_plan(folder / INTERNAL / "do_nothing", reports["do_nothing"]),
        plan=read_plan(folder / INTERNAL / "plan", reports["plan"]),
        manifest=manifest,
    )
