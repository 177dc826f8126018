"""Children to place by small area, with their draws, as Parquet: for use inside an authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from placement_planner.reports.cube_file import INTERNAL_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from placement_planner.need.areas import AreaDraws

__all__ = ["write_area_draws"]

PERCENTILES = {"p5": 0.05, "median": 0.5, "p95": 0.95}
_NAMES = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [
        ("area_code", _NAMES),
        ("authority_code", _NAMES),
        ("academic_year", pa.int32()),
        ("need_group", _NAMES),
        ("phase", _NAMES),
        ("mean", pa.float32()),
        *((name, pa.float32()) for name in PERCENTILES),
        ("draws", pa.list_(pa.float32())),
    ]
)


def _statistics(draws: NDArray[np.float32]) -> dict[str, NDArray[np.floating]]:
    """Return mean and percentiles of each row, between draws in proportion."""
    ordered = np.sort(draws, axis=1)
    found: dict[str, NDArray[np.floating]] = {"mean": draws.mean(axis=1, dtype=np.float64)}
    for name, share in PERCENTILES.items():
        low, part = divmod(share * (draws.shape[1] - 1), 1)
        below = ordered[:, int(low)]
        above = ordered[:, min(int(low) + 1, draws.shape[1] - 1)]
        found[name] = below + np.float32(part) * (above - below)
    return found


def _named(codes: NDArray[np.int64], names: Iterable[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(list(names), pa.string())
    )


def _rows(part: AreaDraws) -> pa.Table:
    """Return a row an area, need group and phase that holds children in any draw."""
    area, group = np.nonzero(part.children.any(axis=2))
    draws = part.children[area, group]
    everywhere = np.zeros(len(area), dtype=np.int64)
    bounds = pa.array(np.arange(len(area) + 1, dtype=np.int32) * draws.shape[1])
    columns = {
        "area_code": _named(area, part.areas),
        "authority_code": _named(everywhere, [part.authority_code]),
        "academic_year": pa.array(np.full(len(area), part.academic_year, dtype=np.int32)),
        "draws": pa.ListArray.from_arrays(bounds, pa.array(draws.ravel())),
    }
    for name in ("need_group", "phase"):
        codes, names = pd.factorize(part.groups[name])
        columns[name] = _named(codes[group], names)
    columns |= {name: pa.array(values, pa.float32()) for name, values in _statistics(draws).items()}
    return pa.Table.from_arrays([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)


def write_area_draws(parts: Iterable[AreaDraws], path: Path, words: Mapping[str, str]) -> Path:
    """Write every area's draws as they come, a row group an authority and year.

    Columns: area_code, authority_code, academic_year, need_group, phase (early years apart from
    primary), mean, p5, median, p95, draws (a list of 32-bit floats). What is nought in every draw
    is left out. Percentiles of areas do not add up; their draws do.

    Parameters
    ----------
    parts
        As from `need.areas.area_draws`; no more than one is held at a time.
    words
        Metadata of the schema beside the notice that the file is internal: scenario, seed …
    """
    schema = _SCHEMA.with_metadata({"notice": INTERNAL_NOTICE, **words})
    codes = [field.name for field in _SCHEMA if field.type == _NAMES]
    with pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=codes, use_byte_stream_split=True
    ) as writer:
        for part in parts:
            rows = _rows(part)
            if len(rows):
                writer.write_table(rows, row_group_size=len(rows))
    return path
