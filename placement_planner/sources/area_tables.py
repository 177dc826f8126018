"""Reader of area tables: hierarchy, weighted centroid, deprivation, rural-urban class, ages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["AreaTable", "read_area_table"]

_ALIASES = {
    "area_code": ("LSOA21CD", "lsoa_code", "LSOA11CD", "area_code"),
    "area_name": ("LSOA21NM", "lsoa_name", "LSOA11NM", "area_name"),
    "middle_code": ("MSOA21CD", "msoa_code", "MSOA11CD", "middle_code"),
    "middle_name": ("MSOA21NM", "msoa_name", "MSOA11NM", "middle_name"),
    "authority_code": ("UTLACD", "UTLA24CD", "LAD24CD", "ltla24_code", "authority_code"),
    "easting": ("pc_easting", "easting"),
    "northing": ("pc_northing", "northing"),
    "imd_decile": ("IMD_decile", "imd_decile"),
    "ruc21_code": ("ruc21_code", "RUC21CD"),
}
_AGE = re.compile(r"^mid(\d{4})_age(\d+)$")
_AGES = 26


@dataclass(frozen=True)
class AreaTable:
    """Areas of the region without their shapes, and who lives there.

    Attributes
    ----------
    areas
        area_code, area_name, middle_code, middle_name, authority_code, easting, northing,
        rural_urban, imd_decile.
    population
        One row an area, one column an age from 0 to 25.
    population_year
        Mid-year of the population, taken as the academic year that starts then.
    notes
        What was assumed.
    """

    areas: pd.DataFrame
    population: pd.DataFrame
    population_year: int
    notes: tuple[str, ...]


def _ages(raw: pd.DataFrame, file: str) -> tuple[pd.DataFrame, int]:
    found = {name: match for name in raw.columns if (match := _AGE.match(name))}
    years = {int(match[1]) for match in found.values()}
    ages = {int(match[2]): name for name, match in found.items()}
    missing = [age for age in range(_AGES) if age not in ages]
    if missing or len(years) != 1:
        raise DataError(
            f"{file}: population by single age is not whole:",
            [
                Finding(
                    file,
                    None,
                    f"mid<year>_age{missing[0] if missing else 0}",
                    f"{len(found)} such columns of {len(years)} year(s)",
                    "columns mid<year>_age0 to mid<year>_age25 of one year",
                )
            ],
        )
    population = pd.DataFrame({age: as_number(raw[ages[age]]) for age in range(_AGES)})
    if population.isna().any(axis=None):
        raise DataError(f"{file}: {int(population.isna().sum().sum())} blank(s) among the ages")
    return population, years.pop()


def _classes(areas: pd.DataFrame, file: str) -> pd.Series:
    known = code_table("rural_urban").set_index("ruc21_code")["rural_urban"]
    classes = areas["ruc21_code"].map(known)
    if classes.isna().any():
        strange = areas.loc[classes.isna(), "ruc21_code"]
        raise DataError(
            f"{file}: {len(strange)} unknown rural-urban class(es):",
            [
                Finding(
                    file,
                    int(strange.index[0]) + 2,
                    "ruc21_code",
                    repr(strange.iloc[0]),
                    "one of " + ", ".join(known.index),
                )
            ],
        )
    return classes


def read_area_table(
    path: Path, authorities: Collection[str], columns: Mapping[str, str] | None = None
) -> AreaTable:
    """Read the areas of some authorities (CSV, plain or gzipped, or Parquet).

    Parameters
    ----------
    path
        Table with one row an area and ``mid<year>_age0`` … ``mid<year>_age25``.
    authorities
        Codes of the authorities wanted.
    columns
        Columns that go by other names, as in the IMPORT.toml.

    Raises
    ------
    DataError
        When a column, an authority or an age is missing, or a class is unknown.
    """
    raw = read_text_table(path)
    areas = pick_columns(raw, _ALIASES, file=path.name, chosen=columns, optional=("middle_name",))
    kept = areas["authority_code"].isin(list(authorities))
    absent = sorted(set(authorities) - set(areas["authority_code"]))
    if absent:
        raise DataError(
            f"{path.name}: no area of {len(absent)} authority(ies), such as {absent[0]}"
        )
    areas = areas[kept].assign(rural_urban=_classes(areas[kept], path.name))
    areas = areas.drop(columns="ruc21_code")
    numbers = ["easting", "northing", "imd_decile"]
    areas[numbers] = areas[numbers].apply(as_number)
    blank = areas[areas[numbers].isna().any(axis=1)]
    if len(blank):
        raise DataError(
            f"{path.name}: {len(blank)} area(s) lack {', '.join(numbers)} as numbers, such as "
            f"{blank['area_code'].iloc[0]}"
        )
    notes: tuple[str, ...] = ()
    if "middle_name" not in areas:
        areas["middle_name"] = areas["middle_code"]
        notes = ("Larger areas have no names in the area table; their codes stand for them.",)
    population, year = _ages(raw[kept], path.name)
    return AreaTable(areas, population.set_index(areas["area_code"]), year, notes)
