"""Schools of the register by URN: what setting they are, and whether they have a base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["looked_up", "read_schools", "settings_of"]

_TYPES = {
    "type_code": ("typeofestablishment (code)",),
    "type_name": ("typeofestablishment (name)", "establishment_type"),
}
_ALIASES = {"urn": ("urn",), **_TYPES}
_OPTIONAL = {
    "ukprn": ("ukprn",),
    "base": ("typeofresourcedprovision (name)",),
    "unit_places": ("senunitcapacity",),
    "unit_roll": ("senunitonroll",),
    "resourced_places": ("resourcedprovisioncapacity",),
    "resourced_roll": ("resourcedprovisiononroll",),
}


def settings_of(kind: str) -> pd.Series:
    """Return settings by code, of one kind of `codes/sen2_settings.csv`.

    Examples
    --------
    >>> settings_of("sensetting")["EHE"]
    'educated_elsewhere'
    """
    table = code_table("sen2_settings")
    return table[table["kind"] == kind].astype("str").set_index("code")["setting"]


def looked_up(keys: pd.Series, table: pd.Series) -> pd.Series:
    """Return the text that each key has in a table, blank where it has none.

    Examples
    --------
    >>> looked_up(pd.Series(["EHE", "?"]), settings_of("sensetting")).tolist()
    ['educated_elsewhere', '']
    """
    texts = table.to_dict()
    return pd.Series([texts.get(key, "") for key in keys], index=keys.index, dtype="str")


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_text_table(path, "utf-8-sig")
    except DataError as error:
        if not isinstance(error.__cause__, UnicodeDecodeError):
            raise
        return read_text_table(path, "cp1252")


def read_schools(path: Path) -> pd.DataFrame:
    """Read every establishment of a GIAS extract, open or closed, of any authority.

    Parameters
    ----------
    path
        CSV (plain or gzipped, UTF-8 or Windows-1252) or Parquet.

    Returns
    -------
    DataFrame
        Indexed by URN: ukprn; setting (by type of establishment, `codes/sen2_settings.csv`; blank
        for a type that is not listed); has_unit and has_resourced, by the kind of provision, a
        capacity or a roll; blank where no row of the extract says anything of it.

    Raises
    ------
    DataError
        When the file is no GIAS extract.
    """
    raw = read_text_table(path) if path.suffix == ".parquet" else _read(path)
    schools = pick_columns(
        raw, {**_ALIASES, **_OPTIONAL}, file=path.name, optional=("type_code", *_OPTIONAL)
    )
    schools = schools.reindex(columns=[*_ALIASES, *_OPTIONAL], fill_value="").astype("str")
    by_code = settings_of("establishment_type")
    types = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    by_name = looked_up(schools["type_name"].str.strip(), types["type_code"].astype("str"))
    code = as_code(schools["type_code"])
    code = code.where(code.isin(by_code.index), by_name)
    bases = {
        "has_unit": ("SEN unit", ["unit_places", "unit_roll"]),
        "has_resourced": ("Resourced provision", ["resourced_places", "resourced_roll"]),
    }
    columns = {}
    for column, (words, numbers) in bases.items():
        has = schools["base"].str.contains(words, case=False, regex=False)
        has |= schools[numbers].apply(as_number).gt(0).any(axis=1)
        told = schools[["base", *numbers]].ne("").any(axis=None)
        columns[column] = has.astype("object") if told else None
    table = pd.DataFrame(
        {
            "urn": as_code(schools["urn"]),
            "ukprn": as_code(schools["ukprn"]),
            "setting": looked_up(code, by_code),
            **columns,
        }
    )
    return table.drop_duplicates("urn").set_index("urn")
