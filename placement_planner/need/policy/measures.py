"""What a path or a goal is said in: plans, their share of pupils, places of a class of setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from placement_planner.errors import DataError
from placement_planner.need.policy.reach import CLASSES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.policy.displacement import Displacement
    from placement_planner.need.policy.reach import Grid
    from placement_planner.tables.study import PopulationProjection

__all__ = ["PUPIL_AGES", "Measure", "MeasureName", "measure_of"]

MeasureName = Literal["plans", "plans_index", "share_of_pupils", "special", "base"]
PUPIL_AGES = (4, 15)
AGE_AT_RECEPTION = 4


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A sum over cells and settings, in every year.

    Attributes
    ----------
    weights
        What a child of each cell counts for, times the cell's mean children; (Y, N).
    columns
        Whether children in a setting count; (S,).
    """

    weights: NDArray[np.float64]
    columns: NDArray[np.bool_]

    def value(self, place: int, displacement: Displacement, grid: Grid) -> float:
        """Return the measure in the year at a place, under a policy."""
        counted = displacement.settings[:, self.columns].sum(axis=1) + self.columns[grid.own]
        return float(self.weights[place] @ counted)


def measure_of(
    name: MeasureName,
    grid: Grid,
    means: NDArray[np.float64],
    years: Sequence[int],
    population: DataFrame[PopulationProjection],
    rows: NDArray[np.bool_] | None = None,
) -> Measure:
    """Lay out a measure.

    Parameters
    ----------
    name
        plans: children with a plan; plans_index: the same beside the base year's;
        share_of_pupils: plans of Reception to Year 11 per resident of those ages; special, base:
        children in settings of that class.
    grid, means, years
        Cells; their mean children without the policy, (Y, N); their academic years.
    population
        Residents by authority, year and age: those of the authorities that have cells in `rows`.
    rows
        Cells that count; all by default.

    Raises
    ------
    DataError
        If the population lacks a year, or nobody has a plan at the base of an index.
    """
    weights = means if rows is None else means * rows
    columns = np.ones(len(SETTINGS), dtype=np.bool_)
    if name in CLASSES:
        columns = grid.kinds == CLASSES.index(name)
    if name == "plans_index":
        base = weights[0].sum()
        if base <= 0:
            raise DataError(f"nobody has a plan in {years[0]}, the base of a path of plans")
        weights = weights / base
    if name == "share_of_pupils":
        within = grid.cells if rows is None else grid.cells[rows]
        residents = _residents(population, within["authority_code"].unique(), years)
        first, last = (age - AGE_AT_RECEPTION for age in PUPIL_AGES)
        weights = weights * ((grid.ncy >= first) & (grid.ncy <= last)) / residents[:, None]
    return Measure(weights=weights, columns=columns)


def _residents(
    population: pd.DataFrame, authorities: Iterable[str], years: Sequence[int]
) -> NDArray[np.float64]:
    """Return the residents of Reception to Year 11 age of a region, a figure a year."""
    theirs = population[
        population["authority_code"].isin(list(authorities))
        & population["age"].between(*PUPIL_AGES)
    ]
    found = theirs.groupby("academic_year")["children"].sum().reindex(list(years)).fillna(0.0)
    if (found <= 0).any():
        raise DataError(
            f"population_projection has nobody aged {PUPIL_AGES[0]} to {PUPIL_AGES[1]} in "
            f"{(found <= 0).sum()} year(s), for example {found.index[found <= 0][0]}; a path of "
            "shares of pupils needs them in every year"
        )
    residents: NDArray[np.float64] = found.to_numpy(dtype=float)
    return residents
