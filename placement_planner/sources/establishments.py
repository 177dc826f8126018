"""Reader of GIAS extracts: the full download (140 columns) and the shorter open extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_list, code_table
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["read_establishments", "read_rolls"]

_TEXT = {
    "site_id": ("urn",),
    "la_code": ("la (code)", "la_code"),
    "site_name": ("establishmentname", "establishment_name"),
    "establishment_type": ("typeofestablishment (name)", "establishment_type"),
    "phase": ("phaseofeducation (name)", "education_phase"),
}
_OPTIONAL_TEXT = {
    "type_code": ("typeofestablishment (code)",),
    "status": ("establishmentstatus (name)",),
    "gender": ("gender (name)",),
    "religious_character": ("religiouscharacter (name)",),
    "admissions_policy": ("admissionspolicy (name)",),
    "postcode": ("postcode",),
    "area_code": ("lsoa (code)", "lsoa_code"),
}
_OPTIONAL_NUMBERS = {
    "low_age": ("statutorylowage",),
    "high_age": ("statutoryhighage",),
    "capacity": ("schoolcapacity",),
    "roll": ("numberofpupils", "number_of_pupils"),
    "easting": ("easting",),
    "northing": ("northing",),
    "resourced_places": ("resourcedprovisioncapacity",),
    "resourced_roll": ("resourcedprovisiononroll",),
    "unit_places": ("senunitcapacity",),
    "unit_roll": ("senunitonroll",),
}
_OPEN = ("Open", "Open, but proposed to close")
_PHASES = {
    "nursery": "nursery",
    "primary": "primary",
    "middle deemed primary": "primary",
    "secondary": "secondary",
    "middle deemed secondary": "secondary",
    "all-through": "all_through",
    "16 plus": "post_16",
}
_KINDS = {"host": "mainstream"}
_SEN_COLUMNS = tuple(f"sen{number} (name)" for number in range(1, 14))


def _encoding(path: Path) -> str:
    """Tell the extract by its header: the full download is cp1252, the open extract UTF-8."""
    opener = pd.read_csv(path, nrows=0, encoding="latin-1", dtype="str")
    names = {str(name).lower() for name in opener.columns}
    return "cp1252" if "la (code)" in names else "utf-8-sig"


def _roles(schools: pd.DataFrame) -> pd.Series:
    types = code_table("establishment_types")
    by_name = types.drop_duplicates("type_name").set_index("type_name")["role"]
    by_code = types.set_index(types["type_code"].astype("str"))["role"]
    roles = as_code(schools["type_code"]).map(by_code)
    return roles.fillna(schools["establishment_type"].map(by_name)).fillna("other")


def _need_types(raw: pd.DataFrame) -> pd.Series:
    """Return the need types a school is approved for, in the file's order, parted by ;."""
    named = {str(name).lower(): name for name in raw.columns}
    columns = [named[name] for name in _SEN_COLUMNS if name in named]
    known = set(code_list("need_types"))
    codes = raw[columns].apply(lambda text: text.str.split(" - ").str[0].str.strip().str.upper())
    lists = codes.apply(lambda row: ";".join(code for code in row if code in known), axis=1)
    return lists if columns else pd.Series("", index=raw.index, dtype="str")


def read_establishments(
    path: Path, la_codes: Collection[str], columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read the open schools of some authorities.

    Welsh, offshore and overseas establishments are dropped; roles follow the type of
    establishment (`codes/establishment_types.csv`). Heads, addresses and telephone numbers are
    never read. The postcode is, only for schools without a position: drop it once they are placed.

    Parameters
    ----------
    path
        CSV, plain or gzipped; cp1252 for the full download, UTF-8 for the open extract.
    la_codes
        DfE three-digit codes wanted.
    columns
        Columns that go by other names, as in the IMPORT.toml.

    Returns
    -------
    DataFrame
        One row a school: the columns of `sites`, with role, need_types, resourced_places,
        resourced_roll, unit_places and unit_roll; blank where the extract has no such column.

    Raises
    ------
    DataError
        When the file is no GIAS extract.
    """
    raw = read_text_table(path, _encoding(path))
    optional = {**_OPTIONAL_TEXT, **_OPTIONAL_NUMBERS}
    schools = pick_columns(
        raw, {**_TEXT, **optional}, file=path.name, chosen=columns, optional=tuple(optional)
    )
    schools["la_code"] = as_code(schools["la_code"])
    kept = schools["la_code"].isin(list(la_codes))
    if "status" in schools:
        kept &= schools["status"].isin(_OPEN)
    schools = schools[kept].reindex(columns=[*_TEXT, *optional])
    numbers = list(_OPTIONAL_NUMBERS)
    schools[numbers] = schools[numbers].apply(as_number)
    schools[["easting", "northing"]] = schools[["easting", "northing"]].replace(0.0, float("nan"))
    texts = list(_OPTIONAL_TEXT)
    schools[texts] = schools[texts].astype("str").replace({"": None})
    schools = schools.assign(
        site_id=as_code(schools["site_id"]),
        site_name=schools["site_name"].str.strip(),
        role=_roles(schools),
        phase=schools["phase"].str.lower().map(_PHASES).fillna("not_applicable"),
        need_types=_need_types(raw[kept]),
    )
    schools = schools[schools["role"].ne("outside_england")]
    return schools.assign(site_kind=schools["role"].replace(_KINDS)).reset_index(drop=True)


def read_rolls(path: Path, columns: Mapping[str, str] | None = None) -> pd.Series:
    """Read pupils by URN of every establishment of an extract that has any, closed ones too.

    Parameters
    ----------
    path, columns
        As in `read_establishments`.

    Raises
    ------
    DataError
        When the file is no GIAS extract.
    """
    wanted = {"site_id": _TEXT["site_id"], "roll": _OPTIONAL_NUMBERS["roll"]}
    chosen = {ours: theirs for ours, theirs in (columns or {}).items() if ours in wanted}
    raw = read_text_table(path, _encoding(path))
    table = pick_columns(raw, wanted, file=path.name, chosen=chosen)
    rolls = as_number(table["roll"]).set_axis(as_code(table["site_id"]))
    return rolls[(rolls > 0) & ~rolls.index.duplicated()]
