"""Time the spread to small areas at the size of a city region: one JSON object.

    python benchmarks/areas.py
    python benchmarks/areas.py --areas 1702 --authorities 10 --years 12 --draws 200

Areas, people and children are invented; every need is in every setting at every NCY. Measured from
the cube to the Parquet file and its summary, weights included. `largest_gap` is the largest
difference, over all draws, between the sum over areas and the children to place of the cube.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from placement_planner.codes import code_list, code_table
from placement_planner.need.areas import (
    area_draws,
    area_need,
    area_people,
    area_weights,
    known_homes,
)
from placement_planner.need.cube import CELL, Cube
from placement_planner.reports.area_file import write_area_draws
from placement_planner.tables.study import AreaCaseload, Population

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.need.areas import AreaDraws

JANUARY, CHILDREN, PEOPLE_OF_AN_AGE, AREAS_IN_A_MIDDLE = 2026, 3500.0, 20.0, 5
NEEDS, SETTINGS = code_list("need_types"), code_list("settings")
NCYS = tuple(range(-4, 21))


def invented_places(n_areas: int, n_authorities: int, rng: np.random.Generator) -> tuple:
    """Return areas and their people."""
    number = np.arange(n_areas)
    areas = pd.DataFrame(
        {
            "area_code": [f"E{i:08d}" for i in number],
            "authority_code": [f"A{i % n_authorities:02d}" for i in number],
            "middle_code": [
                f"M{i % n_authorities:02d}-{i // n_authorities // AREAS_IN_A_MIDDLE:03d}"
                for i in number
            ],
            "imd_decile": rng.integers(1, 11, n_areas),
        }
    )
    people = pd.DataFrame(
        {
            "area_code": np.repeat(areas["area_code"], 26),
            "age": np.tile(np.arange(26), n_areas),
            "children": rng.poisson(PEOPLE_OF_AN_AGE, 26 * n_areas).astype(float),
            "basis": "invented",
        }
    )
    return areas, Population.validate(people)


def invented_cube(codes: list[str], years: int, draws: int, rng: np.random.Generator) -> Cube:
    """Return every need in every setting at every NCY: few common ones and many rare ones."""
    cells = pd.MultiIndex.from_product([codes, NCYS, NEEDS, SETTINGS], names=CELL).to_frame(
        index=False
    )
    mix = rng.dirichlet(np.full(len(cells) // len(codes), 0.3), len(codes)).ravel()
    children = np.empty((years, len(cells), draws), dtype=np.float32)
    for year in range(years):
        children[year] = rng.poisson(CHILDREN * 1.03**year * mix[:, None], (len(cells), draws))
    return Cube(
        cells=cells,
        academic_years=tuple(range(JANUARY - 1, JANUARY - 1 + years)),
        children=children,
    )


def invented_history(areas: pd.DataFrame, base: pd.DataFrame, rng: np.random.Generator):
    """Give children of the base January homes: 2 % unknown, areas 20 % about their share."""
    rows = []
    for code, cells in base.groupby("authority_code"):
        homes = areas.loc[areas["authority_code"] == code, "area_code"].to_numpy()
        homes = np.append(homes, "UNKNOWN")
        share = rng.gamma(25, 1 / 25, len(homes))
        share[-1] = 0.02 * share.sum()
        found = rng.multinomial(cells["children"].round().astype(int), share / share.sum())
        cell, home = np.nonzero(found)
        rows.append(
            cells.iloc[cell].assign(area_code=homes[home], children=found[cell, home].astype(float))
        )
    table = pd.concat(rows, ignore_index=True).assign(january=JANUARY, basis="invented")
    return AreaCaseload.validate(table[list(AreaCaseload.to_schema().columns)])


def shares_of(cube: Cube) -> pd.DataFrame:
    """Return counted shares by the rules of `codes/`, every cell whole: one group a cell."""
    phases = code_table("phases").drop_duplicates("phase")[["phase", "places_phase"]]
    cells = pd.MultiIndex.from_product(
        [
            cube.cells["authority_code"].unique(),
            cube.academic_years,
            phases["phase"],
            NEEDS,
            SETTINGS,
        ],
        names=["authority_code", "academic_year", "phase", "need_type", "setting"],
    ).to_frame(index=False)
    rules = code_table("need_group_rules").rename(columns={"phase": "places_phase"})
    told = cells.merge(phases, on="phase").merge(
        rules, on=["need_type", "places_phase", "setting"], how="left"
    )
    to_place = told["need_group"].notna()
    return told.assign(
        need_group=told["need_group"].fillna(""),
        counted_as=np.where(to_place, "to_place", "mainstream"),
        share=1.0,
    )


def gaps(parts: Iterator[AreaDraws], cube: Cube, shares: pd.DataFrame, found: list[float]):
    """Pass parts on and note how far areas are from their authority in any draw."""
    phases = code_table("phases").set_index("ncy")["phase"]
    cells = cube.cells.assign(
        phase=cube.cells["ncy"].map(phases), number=np.arange(len(cube.cells))
    )
    wanted = shares[shares["counted_as"] == "to_place"]
    for part in parts:
        here = wanted[
            (wanted["authority_code"] == part.authority_code)
            & (wanted["academic_year"] == part.academic_year)
        ].merge(cells, on=["authority_code", "phase", "need_type", "setting"])
        place = cube.academic_years.index(part.academic_year)
        sums = part.children.sum(axis=0, dtype=float)
        for row, rows in zip(sums, here.groupby(["need_group", "phase"], sort=True), strict=True):
            told = cube.children[place, rows[1]["number"]].sum(axis=0, dtype=float)
            found.append(float((np.abs(row - told) / np.maximum(told, 1.0)).max()))
        yield part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=1702)
    parser.add_argument("--authorities", type=int, default=10)
    parser.add_argument("--years", type=int, default=12)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "areas.parquet")
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    areas, population = invented_places(asked.areas, asked.authorities, rng)
    codes = sorted(areas["authority_code"].unique())
    cube = invented_cube(codes, asked.years, asked.draws, rng)
    means = cube.expected()
    base = means[means["academic_year"] == JANUARY - 1]
    history = invented_history(areas, base, rng)
    shares = shares_of(cube)

    started = time.perf_counter()
    people = area_people(areas, population)
    homes = known_homes(areas, people, JANUARY, area_caseload=history)
    weights = area_weights(base, people, homes, 0.35)
    weighed = time.perf_counter()
    phases = code_table("phases").set_index("ncy")["phase"]
    expected = means.assign(phase=means["ncy"].map(phases))
    need = area_need(expected, shares, weights)
    counted = time.perf_counter()
    found: list[float] = []
    parts = gaps(area_draws(cube, shares, weights, seed=1), cube, shares, found)
    path = write_area_draws(parts, asked.out, {"draws": str(asked.draws)})
    written = time.perf_counter()
    file = pq.ParquetFile(path)
    summary = pq.read_table(path, columns=["authority_code", "academic_year", "mean"]).to_pandas()
    totals = summary.groupby(["authority_code", "academic_year"], observed=True)["mean"].sum()
    done = time.perf_counter()
    mean_gap = totals.sum() - need["children"].sum()
    print(
        json.dumps(
            {
                "seconds": round(done - started, 1),
                "seconds_weights": round(weighed - started, 1),
                "seconds_expected": round(counted - weighed, 1),
                "seconds_draws_and_file": round(written - counted, 1),
                "seconds_summary": round(done - written, 1),
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "rows": file.metadata.num_rows,
                "file_mb": round(path.stat().st_size / 2**20),
                "largest_gap": max(found),
                "mean_gap": round(float(mean_gap), 4),
                "largest_adjustment": round(weights.largest_adjustment, 3),
                "strengths": [round(v, 1) for v in vars(weights.strengths).values()],
            }
        )
    )


if __name__ == "__main__":
    main()
