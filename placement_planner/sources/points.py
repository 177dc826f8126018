"""Reader of places: a code and metres, from any published table of areas or schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.errors import DataError
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["AREA_CODES", "SITE_CODES", "read_points"]

AREA_CODES = ("area_code", "LSOA21CD", "LSOA11CD", "MSOA21CD", "MSOA11CD", "lsoa_code", "code")
"""What publishers call the code of an area."""
SITE_CODES = ("site_id", "urn", "code", "id")
"""What publishers call the code of a school or site."""
_METRES = {
    "easting": ("pc_easting", "easting", "BNG_E"),
    "northing": ("pc_northing", "northing", "BNG_N"),
}


def read_points(
    path: Path, name: str, codes: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read places from a CSV (also gzipped) or Parquet file.

    Parameters
    ----------
    path
        A table with a code, easting and northing (EPSG:27700), by names that publishers use.
    name
        Our name of the code.
    codes
        What the file may call it, best first.

    Returns
    -------
    tuple
        The places (code, easting, northing), by code; and a note on those that were left out
        because they have no metres.

    Raises
    ------
    DataError
        If a column is missing, a code stands twice, or no place has metres.
    """
    try:
        raw = read_text_table(path)
    except DataError:
        raw = read_text_table(path, "cp1252")
    found = pick_columns(raw, {name: codes, **_METRES}, file=path.name)
    places = found.assign(
        **{name: as_code(found[name])},
        easting=as_number(found["easting"]),
        northing=as_number(found["northing"]),
    )
    again = places[name].duplicated()
    if again.any():
        raise DataError(
            f"{path.name}: {int(again.sum()):,} row(s) whose {name} an earlier row has, such as "
            f"{places.loc[again, name].iloc[0]!r}; right would be one row a place"
        )
    known = places[(places["easting"] > 0) & (places["northing"] > 0)]
    if known.empty:
        raise DataError(f"{path.name}: no place with metres; right would be EPSG:27700")
    lost = len(places) - len(known)
    note = f"{path.name}: {lost:,} of {len(places):,} places have no metres and were left out."
    return known.sort_values(name, ignore_index=True), (note,) if lost else ()
