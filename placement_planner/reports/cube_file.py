"""The cube with its draws as a Parquet file, and its summary: for use inside an authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from placement_planner.need.cube import CELL, percentiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from placement_planner.forecast import Forecast

__all__ = ["INTERNAL_NOTICE", "cube_words", "write_cube", "write_cube_summary"]

INTERNAL_NOTICE = "internal: not for publication"


def _years(forecast: Forecast) -> Iterator[tuple[int, pd.DataFrame, NDArray[np.float32]]]:
    """Go through the years: cells that hold children in any draw, and their draws."""
    cube = forecast.cube
    for place, year in enumerate(cube.academic_years):
        some = np.flatnonzero(cube.children[place].any(axis=1))
        yield year, cube.cells.iloc[some].reset_index(drop=True), cube.children[place, some]


def cube_words(forecast: Forecast) -> dict[str, str]:
    """Return what a file of draws says of itself."""
    choices = forecast.scenario.need
    return {
        "notice": INTERNAL_NOTICE,
        "scenario": forecast.scenario.name,
        "policy": forecast.scenario.policy.scenario,
        "method": forecast.method,
        "seed": str(choices.seed),
        "draws": str(forecast.cube.children.shape[2]),
    }


def write_cube(forecast: Forecast, path: Path) -> Path:
    """Write every cell's draws, a row group a year.

    Columns: authority_code, academic_year, ncy, need_type, setting, mean, draws (a list of 32-bit
    floats). Cells that are nought in every draw of a year are left out. Metadata of the schema:
    as from `cube_words`.
    """
    schema = pa.schema(
        [
            ("authority_code", pa.string()),
            ("academic_year", pa.int32()),
            ("ncy", pa.int32()),
            ("need_type", pa.string()),
            ("setting", pa.string()),
            ("mean", pa.float64()),
            ("draws", pa.list_(pa.float32())),
        ],
        metadata=cube_words(forecast),
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for year, cells, draws in _years(forecast):
            bounds = np.arange(len(cells) + 1, dtype=np.int32) * draws.shape[1]
            columns = {
                **{name: pa.array(cells[name], from_pandas=True) for name in CELL},
                "academic_year": pa.array(np.full(len(cells), year, dtype=np.int32)),
                "mean": pa.array(draws.mean(axis=1, dtype=float)),
                "draws": pa.ListArray.from_arrays(bounds, draws.ravel()),
            }
            arrays = [columns[field.name].cast(field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return path


def write_cube_summary(forecast: Forecast, path: Path) -> Path:
    """Write mean, sd and percentiles of every cell and year, unsuppressed, as CSV."""
    parts = []
    for year, cells, draws in _years(forecast):
        figures = percentiles(draws).round(3)
        parts.append(pd.concat([cells.assign(academic_year=year), figures], axis=1))
    table = pd.concat(parts, ignore_index=True)
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path
