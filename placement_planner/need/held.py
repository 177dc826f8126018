"""Rates held: what population alone would do to the base January's children with plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.cube import CELL, Cube

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.tables.study import Caseload, PopulationProjection

__all__ = ["held_cube", "people_by_ncy"]

AGE_AT_RECEPTION = 4


def people_by_ncy(projection: DataFrame[PopulationProjection]) -> pd.Series:
    """Children by authority_code, ncy and academic_year."""
    people = projection.assign(ncy=projection["age"] - AGE_AT_RECEPTION)
    return people.set_index(["authority_code", "ncy", "academic_year"])["children"]


def held_cube(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    base_january: int,
    years: Sequence[int],
) -> Cube:
    r"""Carry the base January forward at its rates per head of each authority and year group.

    .. math:: n_{lant} = n_{lan0} \, P_{lat} / P_{la0}
    """
    now = caseload[(caseload["january"] == base_january) & (caseload["children"] > 0)]
    cells = now.sort_values(CELL, ignore_index=True)
    people = people_by_ncy(projection)
    all_years = (base_january - 1, *years)
    children = np.empty((len(all_years), len(cells), 1), dtype=np.float32)
    keys = ["authority_code", "ncy"]
    for place, year in enumerate(all_years):
        there = people.xs(year, level="academic_year").reindex(
            pd.MultiIndex.from_frame(cells[keys])
        )
        if place == 0:
            base = there.to_numpy(dtype="float64")
        known = (base > 0) & np.isfinite(there.to_numpy())
        change = np.where(known, there.to_numpy() / np.where(known, base, 1.0), 1.0)
        children[place, :, 0] = cells["children"].to_numpy() * change
    return Cube(cells=cells[CELL], academic_years=all_years, children=children)
