"""The study that an import goes with: what is taken from it, and the copy that is written."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio

from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_number, read_text_table
from placement_planner.sources.sen2.export import is_person_file
from placement_planner.storage import in_table_order, is_spatial, table_path
from placement_planner.tables import study as declared
from placement_planner.tables import table_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement_planner.tables import Table

__all__ = ["TABLES", "StudyTables", "check_places", "copy_study", "read_study", "write_tables"]

TABLES: dict[str, type[Table]] = {
    table_name(model): model
    for model in (
        declared.Transitions,
        declared.Caseload,
        declared.AreaCaseload,
        declared.Flows,
        declared.Requests,
    )
}
_YEAR = {"transitions": "january", "caseload": "january", "requests": "calendar_year"}
"""Years that were not imported stay as they are in these tables."""
_NEEDED: dict[type[Table], tuple[str, ...]] = {
    declared.Authorities: ("authority_code", "la_code"),
    declared.Areas: ("area_code", "authority_code"),
    declared.Sites: ("site_id",),
    declared.Provision: (
        "provision_id",
        "site_id",
        "provision_type",
        "designation",
        "phase",
        "planning_places",
        "opens",
        "closes",
    ),
}


@dataclass(frozen=True, kw_only=True)
class StudyTables:
    """What an import takes from a study, as text: authorities, areas, sites and open pools."""

    authorities: pd.DataFrame
    areas: pd.DataFrame
    sites: pd.DataFrame
    provision: pd.DataFrame


def _table(study: Path, model: type[Table]) -> tuple[pd.DataFrame, list[Finding]]:
    path, columns = table_path(study, model), _NEEDED[model]
    file = path.relative_to(study).as_posix()
    if not path.is_file():
        return pd.DataFrame(), [Finding(file, None, None, "no such file", "a table of a study")]
    if is_spatial(model):
        raw = pyogrio.read_dataframe(path, read_geometry=False).astype("str")
    else:
        raw = read_text_table(path)
    missing = [name for name in columns if name not in raw.columns]
    findings = [Finding(file, 1, name, "no such column", f"a column {name}") for name in missing]
    return raw if missing else raw[list(columns)], findings


def read_study(study: Path, january: int) -> StudyTables:
    """Read of a study folder what an import needs; pools that are not open then are left out.

    Raises
    ------
    DataError
        When it is no study folder, or tables or columns are missing.
    """
    if not study.is_dir():
        raise DataError(f"{study}: no such study folder (a workbook cannot be added to)")
    read = {model: _table(study, model) for model in _NEEDED}
    findings = [finding for _, found in read.values() for finding in found]
    if findings:
        raise DataError(f"{study} lacks {len(findings)} thing(s):", findings)
    frames = {table_name(model): frame for model, (frame, _) in read.items()}
    pools = frames["provision"]
    opens, closes = as_number(pools["opens"]), as_number(pools["closes"])
    is_open = ~(opens > january - 1) & ~(closes <= january - 1)
    pools = pools[is_open].assign(planning_places=as_number(pools["planning_places"]).fillna(0.0))
    return StudyTables(**{**frames, "provision": pools})


def _plain(model: type[Table], table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as text in its own order, whole numbers without a decimal point."""
    rows = in_table_order(model, table)
    floats = rows.select_dtypes("float").columns
    return rows.astype(dict.fromkeys(floats, "int64")).astype("str")


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write the tables that were made, each where a study keeps it."""
    written = []
    for name, table in tables.items():
        path = table_path(folder, TABLES[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        _plain(TABLES[name], table).to_csv(path, index=False, lineterminator="\n")
        written.append(path)
    return written


def check_places(study: Path, to: Path) -> None:
    """Refuse to write into the study itself, or to copy an export that lies in it.

    Raises
    ------
    DataError
        Naming the folder that is in the wrong place.
    """
    if to.resolve().is_relative_to(study.resolve()):
        raise DataError(f"{to} lies within {study}; name a folder beside it with --to")
    strays = sorted(
        path.parent.relative_to(study) for path in study.rglob("*") if is_person_file(path.name)
    )
    if strays:
        raise DataError(
            f"{study} holds a person-level export in its folder {strays[0]}, which would be "
            "copied; right would be an export outside of every study"
        )


def copy_study(
    study: Path,
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    authority: str,
    areas: frozenset[str],
) -> list[Path]:
    """Copy a study and replace the authority's rows in the copy, leaving all others as they are.

    In caseload, transitions and requests only rows of the years that were imported are replaced.
    Rows of flows are the authority's where the area is.

    Parameters
    ----------
    study, folder
        The study; the new folder, which may exist if it is empty.
    tables
        Imported tables by name.
    authority, areas
        Whose rows: code, and codes of its areas.

    Returns
    -------
    list
        Files that differ from the study's.

    Raises
    ------
    DataError
        When a table of the study lacks columns.
    """
    shutil.copytree(study, folder, dirs_exist_ok=True)
    written = []
    for name, table in tables.items():
        path = table_path(folder, TABLES[name])
        rows = _plain(TABLES[name], table)
        if path.is_file():
            rows = _replaced(path, name, rows, authority, areas)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        written.append(path)
    return written


def _replaced(
    path: Path, name: str, rows: pd.DataFrame, authority: str, areas: frozenset[str]
) -> pd.DataFrame:
    held = read_text_table(path)
    missing = [column for column in rows.columns if column not in held.columns]
    if missing:
        raise DataError(
            f"{path.name} of the study has no column {', '.join(missing)}; mend what "
            "`placement-planner check` finds first"
        )
    if name == "flows":
        mine = held["area_code"].isin(areas)
    else:
        mine = held["authority_code"].eq(authority)
    if year := _YEAR.get(name):
        mine &= held[year].isin(rows[year])
    both = pd.concat([held[~mine], rows], ignore_index=True)
    return both[held.columns].fillna("")
