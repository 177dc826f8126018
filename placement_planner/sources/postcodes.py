"""Reader of postcode lookups: where a postcode lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.sources.columns import as_number, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

__all__ = ["plain_postcode", "read_postcodes"]

_ALIASES = {
    "postcode": ("pcds", "pcd", "pcd7", "pcd8", "postcode"),
    "easting": ("oseast1m", "easting"),
    "northing": ("osnrth1m", "northing"),
}


def plain_postcode(text: pd.Series) -> pd.Series:
    """Write postcodes alike: capitals without spaces.

    Examples
    --------
    >>> import pandas as pd
    >>> plain_postcode(pd.Series(["bl0 0aa", "BL0 0AA", "M1  1AA"])).tolist()
    ['BL00AA', 'BL00AA', 'M11AA']
    """
    return text.str.upper().str.replace(r"\s+", "", regex=True)


def read_postcodes(path: Path, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read a postcode lookup (Parquet or CSV): postcode, easting, northing in EPSG:27700.

    It serves to place schools and goes no further: no study keeps a postcode.

    Raises
    ------
    DataError
        When a column is missing.
    """
    lookup = pick_columns(read_text_table(path), _ALIASES, file=path.name, chosen=columns)
    lookup["postcode"] = plain_postcode(lookup["postcode"])
    metres = ["easting", "northing"]
    lookup[metres] = lookup[metres].apply(as_number)
    return lookup.dropna().drop_duplicates("postcode")
