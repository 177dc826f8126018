r"""Why the number of children with plans changes: population, rate, and both together.

In a cell of authority :math:`l`, year group :math:`a`, need and setting, :math:`n` children have
a plan among the :math:`P_{la}` children of that authority and year group, a rate of
:math:`r = n / P`. From the base year 0 to a year 1

.. math::
   n_1 - n_0 = \underbrace{r_0 (P_1 - P_0)}_{\text{population}}
   + \underbrace{(r_1 - r_0) P_0}_{\text{rate}}
   + \underbrace{(r_1 - r_0)(P_1 - P_0)}_{\text{interaction}}

which adds up exactly in every cell, and so in every sum of cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.held import people_by_ncy
from placement_planner.need.parts import PART, phases_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.tables.study import PopulationProjection

__all__ = ["EFFECTS", "STEPS", "change_by_part", "children_without_population", "sum_steps"]

EFFECTS = ["population", "rate", "interaction"]
STEPS = ["base", *EFFECTS, "final"]


def _people(
    cube: Cube, projection: DataFrame[PopulationProjection], year: int
) -> NDArray[np.float64]:
    """Look up the population of each cell's authority and year group; nought without any."""
    keys = pd.MultiIndex.from_frame(cube.cells[["authority_code", "ncy"]].assign(year=year))
    people: NDArray[np.float64] = (
        people_by_ncy(projection).reindex(keys).fillna(0.0).to_numpy(dtype="float64")
    )
    return people


def _effects(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    people_before: NDArray[np.float64],
    people_after: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Part the change of each cell."""
    known = (people_before > 0) & ((people_after > 0) | (after == 0))
    divisor = np.where(people_before > 0, people_before, 1.0)
    rate_before = before / divisor
    rate_after = np.where(
        people_after > 0, after / np.where(people_after > 0, people_after, 1.0), rate_before
    )
    more_people = people_after - people_before
    more_often = rate_after - rate_before
    return {
        "population": np.where(known, rate_before * more_people, 0.0),
        "rate": np.where(known, more_often * people_before, after - before),
        "interaction": np.where(known, more_often * more_people, 0.0),
    }


def change_by_part(cube: Cube, projection: DataFrame[PopulationProjection]) -> pd.DataFrame:
    """Part the change from the base year to every later year of a cube.

    Parameters
    ----------
    cube
        Projected children; means of the draws are parted.
    projection
        Children by authority, academic year and age.

    Returns
    -------
    DataFrame
        authority_code, need_type, setting, phase, academic_year, base, population, rate,
        interaction, final: children, and base + population + rate + interaction = final. A cell
        whose year group has no population at the base (or children in the later year, but no
        population then) changes by rate alone.
    """
    means = cube.children.mean(axis=2, dtype=float)
    cells = cube.cells.assign(phase=phases_of(cube.cells["ncy"]))
    people_before = _people(cube, projection, cube.academic_years[0])
    parts = []
    for place, year in enumerate(cube.academic_years[1:], start=1):
        people_after = _people(cube, projection, year)
        effects = _effects(means[0], means[place], people_before, people_after)
        steps = cells.assign(base=means[0], **effects, final=means[place])
        parts.append(steps.groupby(PART, as_index=False)[STEPS].sum().assign(academic_year=year))
    columns = [*PART, "academic_year", *STEPS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def sum_steps(change: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sum the steps of `change_by_part` within authority_code, need_type, setting or phase.

    Parameters
    ----------
    change
        As from `change_by_part`.
    by
        Any of its part columns; none for all children together.

    Examples
    --------
    >>> change = pd.DataFrame({"authority_code": ["A", "B"], "academic_year": [2026, 2026],
    ...     "base": [10.0, 20.0], "population": [1.0, 2.0], "rate": [3.0, 0.0],
    ...     "interaction": [0.5, 0.0], "final": [14.5, 22.0]})
    >>> sum_steps(change, []).values.tolist()
    [[2026.0, 30.0, 3.0, 3.0, 0.5, 36.5]]
    """
    summed: pd.DataFrame = change.groupby([*by, "academic_year"], as_index=False)[STEPS].sum()
    return summed


def children_without_population(
    cube: Cube, projection: DataFrame[PopulationProjection]
) -> tuple[float, float]:
    """Count children of the base and the last year whose change is all called rate.

    Their year group has no population at the base, or children but no population in the last year.
    """
    last = len(cube.academic_years) - 1
    before, after = (cube.children[place].mean(axis=1, dtype=float) for place in (0, last))
    people_before = _people(cube, projection, cube.academic_years[0])
    people_after = _people(cube, projection, cube.academic_years[last])
    unknown = (people_before <= 0) | ((people_after <= 0) & (after > 0))
    return float(before[unknown].sum()), float(after[unknown].sum())
