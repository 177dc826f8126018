"""The same schools as an extract of the school register would show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sample.land import AUTHORITIES
from placement_planner.sample.sites import PIPELINE_SCHOOL

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["build_gias_extract", "write_gias_extract"]

ENCODING = "cp1252"
PHASES = {
    "primary": "Primary",
    "secondary": "Secondary",
    "all_through": "All-through",
    "post_16": "16 plus",
    "not_applicable": "Not applicable",
    "nursery": "Nursery",
}
SEN_NAMES = {
    "ASD": "ASD - Autistic Spectrum Disorder",
    "SLCN": "SLCN - Speech, language and Communication",
    "SEMH": "SEMH - Social, Emotional and Mental Health",
    "SLD": "SLD - Severe Learning Difficulty",
    "MLD": "MLD - Moderate Learning Difficulty",
    "PMLD": "PMLD - Profound and Multiple Learning Difficulty",
    "PD": "PD - Physical Disability",
    "HI": "HI - Hearing Impairment",
    "VI": "VI - Visual Impairment",
    "MSI": "MSI - Multi-Sensory Impairment",
}
DESIGNATED_NEEDS = {
    "asd_special": ("ASD", "SLCN"),
    "sld_mld_special": ("SLD", "MLD"),
    "semh_special": ("SEMH",),
    "pmld_special": ("PMLD", "PD", "MSI"),
    "ci_base": ("ASD",),
    "language_base": ("SLCN",),
    "semh_base": ("SEMH",),
    "cognition_base": ("MLD",),
    "sensory_physical_base": ("HI", "VI", "PD"),
}
TYPE_GROUPS = {
    "maintained": "Local authority maintained schools",
    "academy": "Academies",
    "free": "Free Schools",
    "special": "Special schools",
    "independent": "Independent schools",
    "college": "Colleges",
}
RURAL_URBAN = {
    "urban": "(England/Wales) Urban city and town",
    "mixed": "(England/Wales) Rural town and fringe",
    "rural": "(England/Wales) Rural hamlet and isolated dwellings",
}
FIRST_ESTABLISHMENT_NUMBER = 2001
SEN_COLUMNS = 13


def _type_group(type_name: str) -> str:
    if "Free school" in type_name:
        return TYPE_GROUPS["free"]
    if "Academy" in type_name:
        return TYPE_GROUPS["academy"]
    if type_name.startswith("Other independent"):
        return TYPE_GROUPS["independent"]
    if "special school" in type_name:
        return TYPE_GROUPS["special"]
    is_college = type_name in {"Further education", "Special post 16 institution"}
    return TYPE_GROUPS["college" if is_college else "maintained"]


def _needs(schools: pd.DataFrame, provision: pd.DataFrame) -> pd.DataFrame:
    """Return SEN1 to SEN13: the needs that a school says it is for."""
    designations = provision.groupby("site_id")["designation"].unique()
    rows = []
    for site in schools["site_id"]:
        listed = [
            need
            for designation in sorted(designations.get(site, []))
            for need in DESIGNATED_NEEDS[designation]
        ]
        names = [SEN_NAMES[need] for need in listed] or ["Not Applicable"]
        rows.append(names + [""] * (SEN_COLUMNS - len(names)))
    columns = [f"SEN{number} (name)" for number in range(1, SEN_COLUMNS + 1)]
    return pd.DataFrame(rows, columns=columns, index=schools.index)


def _bases(schools: pd.DataFrame, provision: pd.DataFrame) -> pd.DataFrame:
    """Return the kind of base with roll and capacity; blank where there is none."""
    kinds = ("resourced_provision", "sen_unit")
    sums = provision[provision["provision_type"].isin(kinds)].pivot_table(
        index="site_id", columns="provision_type", values=["roll", "planning_places"], aggfunc="sum"
    )
    own = sums.reindex(schools["site_id"]).reset_index(drop=True)
    has = {kind: own["roll", kind].notna().to_numpy() for kind in kinds}
    words = np.select(
        [has[kinds[0]] & has[kinds[1]], has[kinds[0]], has[kinds[1]]],
        ["Resourced provision and SEN unit", "Resourced provision", "SEN unit"],
        "Not applicable",
    )
    return pd.DataFrame(
        {
            "TypeOfResourcedProvision (name)": words,
            "ResourcedProvisionOnRoll": own["roll", kinds[0]].astype("Int64").to_numpy(),
            "ResourcedProvisionCapacity": own["planning_places", kinds[0]]
            .astype("Int64")
            .to_numpy(),
            "SenUnitOnRoll": own["roll", kinds[1]].astype("Int64").to_numpy(),
            "SenUnitCapacity": own["planning_places", kinds[1]].astype("Int64").to_numpy(),
        },
        index=schools.index,
    )


def _who(schools: pd.DataFrame) -> pd.DataFrame:
    """Return what a school is: number, name, type, status, phase, ages, size."""
    authority = AUTHORITIES.set_index("authority_code").loc[schools["authority_code"]]
    kinds = code_table("establishment_types").set_index("type_name")["type_code"]
    is_open = schools["site_name"].ne(PIPELINE_SCHOOL)
    return pd.DataFrame(
        {
            "URN": schools["site_id"],
            "LA (code)": authority["la_code"].to_numpy(),
            "LA (name)": authority["authority_name"].to_numpy(),
            "EstablishmentNumber": FIRST_ESTABLISHMENT_NUMBER + schools.index,
            "EstablishmentName": schools["site_name"],
            "TypeOfEstablishment (code)": schools["establishment_type"].map(kinds),
            "TypeOfEstablishment (name)": schools["establishment_type"],
            "EstablishmentTypeGroup (name)": schools["establishment_type"].map(_type_group),
            "EstablishmentStatus (name)": np.where(is_open, "Open", "Proposed to open"),
            "OpenDate": np.where(is_open, "", "01-09-2028"),
            "CloseDate": "",
            "PhaseOfEducation (name)": schools["phase"].map(PHASES),
            "StatutoryLowAge": schools["low_age"].astype("Int64"),
            "StatutoryHighAge": schools["high_age"].astype("Int64"),
            "Gender (name)": schools["gender"],
            "ReligiousCharacter (name)": schools["religious_character"],
            "AdmissionsPolicy (name)": schools["admissions_policy"],
            "SchoolCapacity": schools["capacity"].astype("Int64"),
            "CensusDate": np.where(is_open, "15-01-2026", ""),
            "NumberOfPupils": schools["roll"].astype("Int64"),
            "Postcode": "",
        }
    )


def _where(schools: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return where a school is: authority, metres, areas."""
    authority = AUTHORITIES.set_index("authority_code").loc[schools["authority_code"]]
    place = areas.iloc[schools["row"]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "DistrictAdministrative (code)": schools["authority_code"],
            "DistrictAdministrative (name)": authority["authority_name"].to_numpy(),
            "UrbanRural (name)": place["rural_urban"].map(RURAL_URBAN),
            "GSSLACode (name)": schools["authority_code"],
            "Easting": schools["easting"].astype(int),
            "Northing": schools["northing"].astype(int),
            "MSOA (name)": place["middle_name"],
            "LSOA (name)": place["area_name"],
            "MSOA (code)": place["middle_code"],
            "LSOA (code)": place["area_code"],
        }
    )


def build_gias_extract(
    sites: pd.DataFrame, provision: pd.DataFrame, areas: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the planning columns of the register's full download, in its order and words."""
    schools = sites[sites["site_kind"].ne("land")].sort_values("site_id").reset_index(drop=True)
    parts = [
        _who(schools),
        _needs(schools, provision),
        _bases(schools, provision),
        _where(schools, areas),
    ]
    return pd.concat(parts, axis=1)


def write_gias_extract(extract: pd.DataFrame, path: Path) -> None:
    """Write the extract in the register's own encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    extract.to_csv(path, index=False, encoding=ENCODING, lineterminator="\n")
