"""A matrix of drives from another engine: how it is read, what is missing, how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from placement_planner.errors import DataError, Finding
from placement_planner.tables import checked, table_keys
from placement_planner.tables.stages import Travel
from placement_planner.tables.study import TravelMatrix
from placement_planner.travel.straight import straight_km

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pandera.typing import DataFrame

__all__ = ["missing_pairs", "read_matrix", "write_matrix"]

_KEYS = ["area_code", "site_id"]
_NUMBERS = {"minutes": "minutes", "distance_km": "km"}
_FIRST_ROW = 2


def read_matrix(path: Path, *, needs_km: bool = True) -> DataFrame[Travel]:
    """Read drives that another engine measured: the contract of a matrix.

    Parameters
    ----------
    path
        CSV or Parquet with area_code, site_id, minutes and distance_km: one row a pair, drive one
        way by car; pairs out of reach have no row. Other columns are passed over.
    needs_km
        Whether distance_km must be there; without it km are zero.

    Returns
    -------
    DataFrame
        By area and site.

    Raises
    ------
    DataError
        With every kind of fault at once, how often each was found and where first: columns that
        are missing, or else blank cells, cells that are no numbers, negative ones, pairs twice.
    """
    frame = _read(path)
    wanted = [*_KEYS, *(name for name in _NUMBERS if needs_km or name in frame)]
    absent = [name for name in wanted if name not in frame]
    if absent:
        found = "no such column; the columns are " + ", ".join(map(str, frame.columns))
        raise DataError(
            f"{path}: not a matrix of drives",
            [Finding(path.name, 1, name, found, f"a column named {name}") for name in absent],
        )
    numbers = {
        name: pd.to_numeric(frame[name], errors="coerce").astype("float64")
        if name in wanted
        else pd.Series(0.0, index=frame.index)
        for name in _NUMBERS
    }
    findings = list(_findings(path.name, frame[wanted], numbers))
    if findings:
        raise DataError(f"{path}: {len(findings)} kind(s) of fault", findings)
    rows = frame[_KEYS].astype("str").assign(**numbers)
    return checked(Travel, rows.sort_values(_KEYS))


def _read(path: Path) -> pd.DataFrame:
    """Read the file with codes as text; a row's index is its row in a CSV file."""
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except (UnicodeDecodeError, ValueError, OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read as a CSV or Parquet table: {error}") from error
    named = frame.set_axis([str(name).strip() for name in frame.columns], axis="columns")
    return named.set_axis(pd.RangeIndex(_FIRST_ROW, _FIRST_ROW + len(named)), axis="index")


def _findings(file: str, cells: pd.DataFrame, numbers: dict[str, pd.Series]) -> Iterator[Finding]:
    """Yield one finding a kind of fault and column: how many rows, and the first of them."""
    text = cells[_KEYS].astype("str").fillna("").apply(lambda column: column.str.strip())
    for name in cells:
        blank = cells[name].isna() | (cells[name].astype("str").str.strip() == "")
        right = f"{_NUMBERS[name]} of at least 0" if name in _NUMBERS else "a code"
        yield from _kind(file, name, blank, "blank cell(s)", right, text)
        if name in _NUMBERS:
            value = numbers[name]
            strange = ~np.isfinite(value) & ~blank
            yield from _kind(file, name, strange, "cell(s) that are no number", right, text)
            yield from _kind(file, name, value < 0, "negative cell(s)", right, text)
    again = text.duplicated()
    yield from _kind(
        file, ", ".join(_KEYS), again, "row(s) for a pair told before", "one row a pair", text
    )


def _kind(
    file: str, column: str, wrong: pd.Series, words: str, right: str, keys: pd.DataFrame
) -> Iterator[Finding]:
    if wrong.any():
        row = int(wrong.idxmax())
        area, site = keys.loc[row]
        first = f"{int(wrong.sum()):,} {words}, first of {area or '?'} to {site or '?'}"
        yield Finding(file, row, column, first, right)


def missing_pairs(
    travel: DataFrame[Travel], areas: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return the pairs of areas and sites that have no drive, the nearest first.

    Parameters
    ----------
    travel
        Drives; those of other areas and sites are passed over.
    areas, sites
        area_code or site_id, easting, northing.

    Returns
    -------
    DataFrame
        area_code, site_id, straight_km. A near pair that is missing is a gap in the matrix rather
        than a journey out of reach.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_code": ["a", "b"], "easting": [0.0, 9e3], "northing": 0.0})
    >>> sites = pd.DataFrame({"site_id": ["s", "t"], "easting": [0.0, 8e3], "northing": 0.0})
    >>> drives = pd.DataFrame({"area_code": ["a", "b"], "site_id": "s"})
    >>> missing_pairs(drives, areas, sites).to_numpy().tolist()
    [['b', 't', 1.0], ['a', 't', 8.0]]
    """
    codes = pd.Index(areas["area_code"].astype("str"))
    ids = pd.Index(sites["site_id"].astype("str"))
    row, column = codes.get_indexer(travel["area_code"]), ids.get_indexer(travel["site_id"])
    known = (row >= 0) & (column >= 0)
    has_drive = np.zeros((len(codes), len(ids)), dtype=bool)
    has_drive[row[known], column[known]] = True
    area, site = np.nonzero(~has_drive)
    km = straight_km(areas, sites)[area, site]
    pairs = {"area_code": codes[area], "site_id": ids[site], "straight_km": km}
    return pd.DataFrame(pairs).sort_values(["straight_km", *_KEYS], ignore_index=True)


def write_matrix(travel: DataFrame[Travel], path: Path) -> None:
    """Write drives as a matrix, CSV or Parquet by the ending; whole, or not at all.

    Raises
    ------
    DataError
        If the ending is neither.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise DataError(f"{path}: right would be a file ending in .csv or .parquet")
    rows = travel.sort_values(table_keys(TravelMatrix))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        if path.suffix == ".parquet":
            rows.to_parquet(partial, index=False)
        else:
            rows.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
