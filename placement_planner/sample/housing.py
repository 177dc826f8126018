"""Invented homes: sites with their trajectories, and the homes that the projection carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sample.population import BASE_YEAR
from placement_planner.sample.seeds import random_stream

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["build_housing", "build_housing_carried"]

LAST_YEAR = 2035
# Sites: authority, first year, years of building, market and affordable homes a year. The second
# authority grows faster than its projection; the others plan fewer homes than theirs carry, but
# for the fourth, which plans a little more.
SITES = (
    ("E08900001", 2027, 5, 90, 40),
    ("E08900001", 2029, 6, 60, 30),
    ("E08900002", 2026, 10, 260, 110),
    ("E08900002", 2027, 9, 190, 80),
    ("E08900002", 2028, 8, 150, 65),
    ("E08900002", 2029, 7, 110, 50),
    ("E08900002", 2031, 5, 70, 35),
    ("E08900003", 2028, 4, 30, 12),
    ("E08900004", 2026, 8, 150, 70),
    ("E08900004", 2028, 8, 90, 35),
    ("E08900005", 2027, 6, 55, 25),
)
# Homes a year in the trend that the population projection follows.
CARRIED = {
    "E08900001": 250,
    "E08900002": 620,
    "E08900003": 60,
    "E08900004": 290,
    "E08900005": 150,
}


def build_housing(areas: gpd.GeoDataFrame, seed: int) -> pd.DataFrame:
    """Return homes by site, year and tenure (`tables.study.Housing`), a site an area."""
    rng = random_stream(seed, "housing")
    free = {
        code: rng.permutation(sorted(inside["area_code"])).tolist()
        for code, inside in areas.groupby("authority_code", sort=True)
    }
    rows = [
        (f"H{number:02d}", area, year, tenure, homes)
        for number, (area, (_, first, years, *tenures)) in enumerate(
            ((free[site[0]].pop(), site) for site in SITES), start=1
        )
        for year in range(first, min(first + years, LAST_YEAR + 1))
        for tenure, homes in zip(("market", "affordable"), tenures, strict=True)
    ]
    columns = ["housing_id", "area_code", "academic_year", "tenure", "homes"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(source="invented local plan trajectory", basis="invented")


def build_housing_carried() -> pd.DataFrame:
    """Return homes that the projection carries (`tables.study.HousingCarried`)."""
    rows = [
        (code, year, homes)
        for code, homes in CARRIED.items()
        for year in range(BASE_YEAR + 1, LAST_YEAR + 1)
    ]
    table = pd.DataFrame(rows, columns=["authority_code", "academic_year", "homes"])
    return table.assign(source="invented: homes of the trend years", basis="invented")
