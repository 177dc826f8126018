"""Children and young people by area and age, and their projection by authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.sample.land import ORIGIN
from placement_planner.sample.seeds import packaged_table, published_table, random_stream

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["BASE_YEAR", "build_population", "project_population"]

FIRST_YEAR, BASE_YEAR, LAST_YEAR = 2020, 2025, 2036
AGES = np.arange(26)
RESIDENTS = 1700
SHARE_AGED_0_TO_25 = 0.295
# Births after mid-2020 against those before it; falling, then flat (assumption).
BIRTHS = {2020: 0.975, 2021: 0.985, 2022: 0.965, 2023: 0.945, 2024: 0.94, 2025: 0.94}
LATER_BIRTHS = 0.935
# Growth a year of children of every age, from housing and moves (assumption).
GROWTH = {
    "E08900001": 0.0,
    "E08900002": 0.011,
    "E08900003": -0.002,
    "E08900004": 0.004,
    "E08900005": 0.002,
}
STUDENT_AGES = slice(18, 23)


def _cohort_sizes() -> dict[int, float]:
    """Return England's children by year of reaching age 0: mid-2020 ages, then assumed births."""
    ages = published_table("england_ages_2020").set_index("age")["persons"]
    sizes = {2020 - int(age): float(persons) for age, persons in ages.items()}
    newest = sizes[2020]
    later = {year: newest * BIRTHS.get(year, LATER_BIRTHS) for year in range(2021, LAST_YEAR + 1)}
    return {**sizes, **later}


def _profile(year: int) -> NDArray[np.float64]:
    sizes = _cohort_sizes()
    return np.array([sizes[year - age] for age in AGES.tolist()])


def build_population(areas: gpd.GeoDataFrame, seed: int) -> pd.DataFrame:
    """Return the base year's population (`tables.study.Population`), whole children."""
    rng = random_stream(seed, "population")
    size = RESIDENTS * SHARE_AGED_0_TO_25 * rng.lognormal(-0.01, 0.16, len(areas))
    profile = _profile(BASE_YEAR) / _profile(BASE_YEAR).sum()
    young = rng.normal(0, 0.022, (len(areas), 1)) * (12.5 - AGES) / 5
    expected = size[:, None] * profile * np.exp(young)
    expected[:, STUDENT_AGES] *= _students(areas)[:, None]
    children = rng.poisson(expected)
    return pd.DataFrame(
        {
            "area_code": np.repeat(areas["area_code"].to_numpy(), len(AGES)),
            "age": np.tile(AGES, len(areas)),
            "children": children.ravel(),
            "basis": "invented",
        }
    )


def _students(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Raise ages 18 to 22 around the university in the city, lower them a little elsewhere."""
    city = packaged_table("settlements").iloc[0]
    centre = ORIGIN + np.array([city["x_km"], city["y_km"]]) * 1000
    away = np.hypot(areas["easting"] - centre[0], areas["northing"] - centre[1]).to_numpy()
    crowd: NDArray[np.float64] = 0.88 + 1.3 * np.exp(-((away / 1500) ** 2))
    return crowd


def project_population(areas: gpd.GeoDataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Return population by authority, past and projected: cohorts age, births fall, housing adds.

    An authority keeps its own age pattern (students stay 18 to 22): each age follows the size of
    the national cohort that reaches it, times the authority's growth.
    """
    authority = population["area_code"].map(areas.set_index("area_code")["authority_code"])
    base = population.assign(authority_code=authority).pivot_table(
        index="authority_code", columns="age", values="children", aggfunc="sum"
    )
    growth = 1 + base.index.map(GROWTH).to_numpy(dtype=float)
    years = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        turn = _profile(year) / _profile(BASE_YEAR)
        children = (base * turn).mul(growth ** (year - BASE_YEAR), axis=0).round(1)
        long = children.reset_index().melt("authority_code", value_name="children")
        years.append(long.assign(academic_year=year))
    table = pd.concat(years, ignore_index=True)
    return table.assign(age=table["age"].astype(int), basis="invented")
