"""The inputs of a run: every table of a study, read and checked in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from pydantic import ValidationError

from placement_planner.checks import check_tables
from placement_planner.checks.locations import area_of_points, metres
from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding, ScenarioError
from placement_planner.scenario import Scenario, in_plain_words, read_scenario
from placement_planner.storage import CRS, SCENARIO_FILE, WORKBOOK, read_raw_folder
from placement_planner.tables import checked, table_folder, table_keys, table_name
from placement_planner.tables.study import STUDY_TABLES, Compatibility, NeedGroupRules
from placement_planner.workbook import read_raw_workbook

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.checks import CheckedStudy, CheckedTable
    from placement_planner.storage import RawTable
    from placement_planner.tables import study

__all__ = ["Inputs", "check_study", "read_inputs"]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Checked tables of one study. `areas` and `roads` carry geometry in EPSG:27700.

    `sites` has easting and northing in every row, and one column more than the file: `area_code`,
    the small area that the site lies in.
    """

    folder: Path
    authorities: DataFrame[study.Authorities]
    areas: gpd.GeoDataFrame
    population: DataFrame[study.Population]
    population_projection: DataFrame[study.PopulationProjection]
    housing: DataFrame[study.Housing] | None
    housing_carried: DataFrame[study.HousingCarried] | None
    roads: gpd.GeoDataFrame | None
    travel_matrix: DataFrame[study.TravelMatrix] | None
    sites: DataFrame[study.Sites]
    provision: DataFrame[study.Provision]
    neighbouring_places: DataFrame[study.NeighbouringPlaces] | None
    cross_border: DataFrame[study.CrossBorder] | None
    hosts: DataFrame[study.Hosts] | None
    caseload: DataFrame[study.Caseload]
    caseload_totals: DataFrame[study.CaseloadTotals] | None
    transitions: DataFrame[study.Transitions] | None
    flows: DataFrame[study.Flows] | None
    area_caseload: DataFrame[study.AreaCaseload] | None
    hidden_need: DataFrame[study.HiddenNeed] | None
    need_group_rules: DataFrame[study.NeedGroupRules]
    policy_levers: DataFrame[study.PolicyLevers] | None
    requests: DataFrame[study.Requests] | None
    options: DataFrame[study.Options]
    option_sets: DataFrame[study.OptionSets] | None
    agreements: DataFrame[study.Agreements] | None
    pots: DataFrame[study.Pots]
    pot_funding: DataFrame[study.PotFunding]
    fallback: DataFrame[study.Fallback] | None
    unit_costs: DataFrame[study.UnitCosts] | None
    capital_costs: DataFrame[study.CapitalCosts] | None
    transport_mix: DataFrame[study.TransportMix] | None
    transport_totals: DataFrame[study.TransportTotals] | None
    compatibility: DataFrame[study.Compatibility]


def check_study(folder: Path) -> list[Finding]:
    """Read every table of a study in one pass and return every broken rule, in order.

    Parameters
    ----------
    folder
        A study folder, a folder that holds `study.xlsx`, or a workbook. `scenario.toml` in it (or
        beside the workbook) is checked too; without one the default scenario stands.

    Returns
    -------
    list
        Findings by file, row (the header is row 1), column and what was found. A bad cell gives
        one finding; a rule that depends on what is broken already is passed over.

    Raises
    ------
    DataError
        If there is no such folder or workbook.
    """
    return _read(folder)[1]


def read_inputs(folder: Path) -> Inputs:
    """Read and check a study; take defaults from `codes/` for compatibility and need groups.

    Parameters
    ----------
    folder
        As in `check_study`.

    Raises
    ------
    DataError
        With every finding, if there is any; or if there is no such folder or workbook.
    """
    held, findings = _read(folder)
    if findings:
        raise DataError(f"{folder}: {len(findings)} finding(s)", findings)
    frames: dict[str, Any] = {table_name(model): None for model in STUDY_TABLES}
    frames |= {name: _final(table) for name, table in held.tables.items()}
    for model in (Compatibility, NeedGroupRules):
        name = table_name(model)
        if frames[name] is None:
            frames[name] = checked(model, code_table(name).sort_values(table_keys(model)))
    frames["sites"] = _located(frames["sites"], frames["areas"])
    return Inputs(folder=folder if folder.is_dir() else folder.parent, **frames)


def _read(folder: Path) -> tuple[CheckedStudy, list[Finding]]:
    if not folder.exists():
        raise DataError(f"{folder}: no such study folder or workbook")
    scenario, findings = _scenario(folder if folder.is_dir() else folder.parent)
    held, found = check_tables(_raw_tables(folder), scenario)
    return held, sorted([*findings, *found], key=_place)


def _raw_tables(folder: Path) -> dict[str, RawTable]:
    """Read a workbook where there is one and no folder of tables beside it."""
    if folder.is_file():
        return read_raw_workbook(folder)
    has_folders = any((folder / table_folder(model)).is_dir() for model in STUDY_TABLES)
    if (folder / WORKBOOK).is_file() and not has_folders:
        return read_raw_workbook(folder / WORKBOOK)
    return read_raw_folder(folder)


def _scenario(folder: Path) -> tuple[Scenario | None, list[Finding]]:
    path = folder / SCENARIO_FILE
    if not path.exists():
        return Scenario.model_validate({}), []
    try:
        return read_scenario(path), []
    except ScenarioError as error:
        return None, _scenario_findings(error)


def _scenario_findings(error: ScenarioError) -> list[Finding]:
    """Return a finding for each choice that is wrong, or one for a file that is not TOML."""
    if not isinstance(error.__cause__, ValidationError):
        return [Finding(SCENARIO_FILE, None, None, str(error), "a TOML file")]
    return [
        Finding(
            SCENARIO_FILE,
            None,
            ".".join(map(str, item["loc"])),
            repr(item["input"]),
            "no such choice" if item["type"] == "extra_forbidden" else in_plain_words(item["msg"]),
        )
        for item in error.__cause__.errors()
    ]


def _place(finding: Finding) -> tuple[str, int, str, str, str]:
    return (
        finding.file,
        finding.row or 0,
        finding.column or "",
        finding.found,
        finding.would_be_right,
    )


def _final(table: CheckedTable) -> pd.DataFrame:
    """Return a table as the stages take it: validated, sorted by key, shapes with the rows."""
    keys = table_keys(table.model)
    frame = table.frame.sort_values(keys)
    typed: pd.DataFrame = table.model.validate(frame.reset_index(drop=True))
    if table.shapes is None:
        return typed
    shapes = table.shapes.loc[frame.index].reset_index(drop=True)
    spatial: pd.DataFrame = gpd.GeoDataFrame(typed, geometry=shapes, crs=CRS)
    return spatial


def _located(sites: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    placed = metres(sites)
    return placed.assign(area_code=area_of_points(placed["easting"], placed["northing"], areas))
