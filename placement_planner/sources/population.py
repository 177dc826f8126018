"""Population by single age, carried forward cohort by cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.study import Population, PopulationProjection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandera.typing import DataFrame

    from placement_planner.sources.area_tables import AreaTable

__all__ = ["build_population", "build_projection", "roll_forward"]

OLDEST = 25


def roll_forward(by_age: pd.DataFrame, years: int) -> pd.DataFrame:
    """Make everyone some years older; ages born since repeat the youngest cohort counted.

    Parameters
    ----------
    by_age
        One row an area or authority, one column an age from 0 to 25.
    years
        Years forward; negative is back, where the oldest cohort is repeated.

    Examples
    --------
    >>> ages = pd.DataFrame([range(100, 126)])
    >>> roll_forward(ages, 2).iloc[0, :4].tolist()
    [100, 100, 100, 101]
    """
    cohort = np.clip(np.arange(OLDEST + 1) - years, 0, OLDEST)
    rolled = by_age.iloc[:, cohort]
    return rolled.set_axis(by_age.columns, axis=1)


def _long(by_age: pd.DataFrame, key: str, basis: str) -> pd.DataFrame:
    return (
        by_age.rename_axis(index=key)
        .reset_index()
        .melt(id_vars=key, var_name="age", value_name="children")
        .assign(basis=basis)
    )


def build_population(ages: AreaTable, academic_year: int) -> DataFrame[Population]:
    """Children by area and age at the start of an academic year, rolled from the published year."""
    years = academic_year - ages.population_year
    rolled = roll_forward(ages.population, years)
    return checked(Population, _long(rolled, "area_code", "estimated" if years else "published"))


def build_projection(
    ages: AreaTable, academic_years: Iterable[int]
) -> DataFrame[PopulationProjection]:
    """Children by authority, academic year and age, rolled from the published year.

    Cohorts move with nobody joining or leaving and births stay as last counted: replace it with
    a local projection where there is one.
    """
    authority = ages.areas.set_index("area_code")["authority_code"]
    by_authority = ages.population.groupby(authority).sum()
    tables = [
        _long(
            roll_forward(by_authority, year - ages.population_year), "authority_code", "estimated"
        ).assign(academic_year=year)
        for year in academic_years
    ]
    return checked(PopulationProjection, pd.concat(tables))
