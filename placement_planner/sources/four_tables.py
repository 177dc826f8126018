"""A folder of four tables, as authorities already keep them: read, checked, added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.errors import DataError, Finding
from placement_planner.sources.four_table_cells import Sheet, read_sheet
from placement_planner.sources.four_table_checks import (
    check_costs,
    check_population,
    check_transitions,
    check_valid_states,
)
from placement_planner.sources.four_table_notes import notes_on
from placement_planner.tables import checked
from placement_planner.tables.four_tables import (
    OUTSIDE,
    FourTables,
    NeedCosts,
    StepPopulation,
    StepTransitions,
    ValidStates,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

__all__ = ["read_four_tables"]

TABLES = ("transitions", "population", "valid-states")
_STEP = [name for name in StepTransitions.to_schema().columns if name != "children"]


def _read_all(folder: Path) -> tuple[dict[str, Sheet], list[Finding]]:
    """Read what there is; findings for files that are missing or no such tables."""
    sheets, findings = {}, []
    for table in (*TABLES, "costs"):
        try:
            sheet = read_sheet(folder, table)
        except DataError as error:
            findings += list(error.findings) or [
                Finding(f"{table}.csv", None, None, str(error), "a table in UTF-8, comma-separated")
            ]
            continue
        if sheet is not None:
            sheets[table] = sheet
        elif table != "costs":
            findings.append(
                Finding(f"{table}.csv", None, None, "no such file", f"{table}.csv or .csv.gz")
            )
    return sheets, findings


def _check_all(sheets: dict[str, Sheet]) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Hold every file that could be read to its rules."""
    frames: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    listed, valid_file = None, "valid-states.csv"
    if "valid-states" in sheets:
        sheet = sheets["valid-states"]
        frames["valid-states"], found = check_valid_states(sheet)
        findings += found
        listed, valid_file = sheet.text, sheet.file
    if "transitions" in sheets:
        frames["transitions"], found = check_transitions(sheets["transitions"], listed, valid_file)
        findings += found
    if "population" in sheets and "transitions" in sheets:
        frames["population"], found = check_population(sheets["population"], frames["transitions"])
        findings += found
    if "costs" in sheets:
        frames["costs"], found = check_costs(sheets["costs"])
        findings += found
    return frames, findings


def _add_up(steps: pd.DataFrame) -> pd.DataFrame:
    """Count children by step; steps from outside to outside are left out."""
    made = steps[(steps["setting_1"] != OUTSIDE) | (steps["setting_2"] != OUTSIDE)]
    return made.groupby(_STEP, as_index=False).size().rename(columns={"size": "children"})


def read_four_tables(folder: Path, progress: Callable[[str], None] = lambda _: None) -> FourTables:
    """Read transitions, population, valid states and, where there are any, costs.

    Parameters
    ----------
    folder
        Holds transitions.csv (calendar-year, setting-1, need-1, academic-year-1, setting-2,
        need-2, academic-year-2, and authority, or authority-1 and authority-2; a row a child),
        population.csv (calendar-year, academic-year, population, and authority),
        valid-states.csv (setting, setting-group, min-academic-year, max-academic-year, needs,
        setting->setting) and maybe costs.csv (need, setting, cost); each may be gzipped.
    progress
        Told what is being read.

    Returns
    -------
    FourTables
        Checked tables sorted by their keys, and notes with totals before and after loading.

    Raises
    ------
    DataError
        With every broken rule of every file.
    """
    progress(f"reading the four tables of {folder.name}")
    sheets, findings = _read_all(folder)
    frames, broken = _check_all(sheets)
    findings += broken
    if findings:
        raise DataError(f"{folder}: {len(findings)} problem(s) in the four tables:", findings)
    transitions = checked(StepTransitions, _add_up(frames["transitions"]))
    if transitions.empty:
        raise DataError(
            f"{folder}: transitions.csv holds no step of a child with a plan before or after; "
            f"right would be a row a child and year, with {OUTSIDE} on one side at most"
        )
    costs = frames.get("costs")
    return FourTables(
        transitions=transitions,
        population=checked(
            StepPopulation, frames["population"].sort_values(["authority_code", "january", "ncy"])
        ),
        valid_states=checked(ValidStates, frames["valid-states"].sort_values("setting")),
        unit_costs=None
        if costs is None
        else checked(NeedCosts, costs.sort_values(["need", "setting"])),
        notes=notes_on(sheets, frames, transitions),
    )
