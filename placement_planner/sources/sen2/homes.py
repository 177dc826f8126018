"""Small areas by postcode, from a postcode lookup such as ONSPD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError, Finding
from placement_planner.sources.postcodes import plain_postcode

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_homes"]

_POSTCODE = ("pcds", "pcd", "pcd7", "pcd8", "postcode")
_AREA = ("lsoa21cd", "lsoa21", "lsoa_code", "lsoa", "area_code")


def _header(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415

        return [str(name) for name in pq.read_schema(path).names]
    return [str(name) for name in pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns]


def read_homes(path: Path, area_column: str | None = None) -> pd.Series:
    """Read a postcode lookup (CSV, plain or gzipped, or Parquet), two columns of it only.

    Parameters
    ----------
    path
        ONSPD, NSPL or any table of postcodes and areas.
    area_column
        Column with the codes of the study's areas, such as ``msoa21cd``; else the LSOA of 2021.

    Returns
    -------
    Series
        Area code by plain postcode (capitals, no spaces).

    Raises
    ------
    DataError
        When there is no such file, or a column is missing.
    """
    try:
        named = {name.strip().lower(): name for name in _header(path)}
        wanted = {
            "postcode": _POSTCODE,
            "area": (area_column.lower(),) if area_column else _AREA,
        }
        chosen = {
            ours: next((named[name] for name in names if name in named), None)
            for ours, names in wanted.items()
        }
        findings = [
            Finding(path.name, 1, ours, "no such column", "a column " + " or ".join(wanted[ours]))
            for ours, theirs in chosen.items()
            if theirs is None
        ]
        if findings:
            raise DataError(f"{path.name}: no postcode lookup:", findings)
        columns = [str(name) for name in chosen.values()]
        if path.suffix == ".parquet":
            table = pd.read_parquet(path, columns=columns)
        else:
            table = pd.read_csv(path, usecols=columns, dtype="str", encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except (ValueError, OSError) as error:
        raise DataError(f"{path.name}: cannot be read as a table: {error}") from error
    lookup = table[columns].set_axis(["postcode", "area"], axis=1).dropna().astype("str")
    lookup["postcode"] = plain_postcode(lookup["postcode"])
    lookup["area"] = lookup["area"].str.strip()
    known = lookup[lookup["area"].ne("") & lookup["postcode"].ne("")]
    return known.drop_duplicates("postcode").set_index("postcode")["area"]
