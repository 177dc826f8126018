"""An empty study to fill in, and a study as one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.inputs import read_inputs
from placement_planner.scenario import scenario_template
from placement_planner.storage import (
    CRS,
    SCENARIO_FILE,
    WORKBOOK,
    is_spatial,
    table_path,
    write_table,
)
from placement_planner.tables import dictionary_markdown, table_name
from placement_planner.tables.study import STUDY_TABLES
from placement_planner.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from placement_planner.tables import Table

__all__ = ["DICTIONARY_FILE", "new_study", "workbook_study"]

DICTIONARY_FILE = "DATA_DICTIONARY.md"


def new_study(folder: Path, *, xlsx: bool = False) -> list[Path]:
    """Write an empty study: headers, compatibility, a commented scenario and the dictionary.

    Which places suit which need group is filled from `codes/`, each row with its source and basis,
    to be edited. Costs and fallback routes are left to the cost library until a study has its own.

    Parameters
    ----------
    folder
        Where to write; made if need be. No file is overwritten.
    xlsx
        Write one workbook, a sheet a table, in place of a file a table.

    Returns
    -------
    list
        The files written.

    Raises
    ------
    DataError
        If one of the files is there already; nothing is written then.
    """
    texts = {
        folder / SCENARIO_FILE: scenario_template(),
        folder / DICTIONARY_FILE: dictionary_markdown(),
    }
    tables = [folder / WORKBOOK] if xlsx else [table_path(folder, model) for model in STUDY_TABLES]
    _refuse_to_overwrite([*tables, *texts])
    folder.mkdir(parents=True, exist_ok=True)
    frames = {table_name(model): _empty(model) for model in STUDY_TABLES}
    frames["compatibility"] = code_table("compatibility")
    if xlsx:
        write_workbook(folder / WORKBOOK, frames)
    else:
        for model in STUDY_TABLES:
            write_table(folder, model, frames[table_name(model)])
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return [*tables, *texts]


def workbook_study(folder: Path, path: Path) -> Path:
    """Write an existing study as one workbook, with its scenario beside it.

    Raises
    ------
    DataError
        If the study breaks a rule, a file is there already, or a shape does not fit in a cell.
    """
    inputs = read_inputs(folder)
    scenario, beside = folder / SCENARIO_FILE, path.parent / SCENARIO_FILE
    copies = scenario.is_file() and scenario.resolve() != beside.resolve()
    _refuse_to_overwrite([path, beside] if copies else [path])
    frames = {table_name(model): getattr(inputs, table_name(model)) for model in STUDY_TABLES}
    held = {name: frame for name, frame in frames.items() if frame is not None}
    write_workbook(path, held)
    if copies:
        beside.write_bytes(scenario.read_bytes())
    return path


def _refuse_to_overwrite(paths: list[Path]) -> None:
    there = [path for path in paths if path.exists()]
    if there:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise DataError(f"{there[0]}{more} is there already; name another folder or move it")


def _empty(model: type[Table]) -> pd.DataFrame:
    """Return the table without rows, every column in its type."""
    fields = model.to_schema().columns
    frame = pd.DataFrame({name: pd.Series(dtype=str(fields[name].dtype)) for name in fields})
    return frame.assign(geometry=gpd.GeoSeries([], crs=CRS)) if is_spatial(model) else frame
