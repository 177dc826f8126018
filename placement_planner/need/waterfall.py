r"""Why the number of children with plans changes: population, rate, new homes, policy, and both.

In a cell of authority :math:`l`, year group :math:`a`, need and setting, :math:`n` children have
a plan among the :math:`P_{la}` children of that authority and year group, a rate of
:math:`r = n / P`. From the base year 0 to a year 1

.. math::
   n_1 - n_0 = \underbrace{r_0 (P_1 - P_0)}_{\text{population}}
   + \underbrace{(r_1 - r_0) P_0}_{\text{rate}}
   + \underbrace{(r_1 - r_0)(P_1 - P_0)}_{\text{interaction}}

New homes raise a cell to :math:`n_1 (1 + h)`, and policy takes that to :math:`m`. Policy would
come to :math:`m / (1 + h)` without the homes, so

.. math::
   m - n_1 = \underbrace{n_1 h}_{\text{housing}}
   + \underbrace{\frac{m}{1 + h} - n_1}_{\text{policy}}
   + \underbrace{h \Bigl(\frac{m}{1 + h} - n_1\Bigr)}_{\text{housing\_policy}}

Both add up exactly in every cell, and so in every sum of cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.cube import CELL
from placement_planner.need.held import people_by_ncy
from placement_planner.need.housing import housing_factor
from placement_planner.need.parts import PART, phases_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.tables.study import PopulationProjection

__all__ = ["EFFECTS", "STEPS", "change_by_part", "children_without_population", "sum_steps"]

EFFECTS = ["population", "rate", "interaction", "housing", "policy", "housing_policy"]
STEPS = ["base", *EFFECTS, "final"]


def _people(
    cells: pd.DataFrame, projection: DataFrame[PopulationProjection], year: int
) -> NDArray[np.float64]:
    """Look up the population of each cell's authority and year group; nought without any."""
    keys = pd.MultiIndex.from_frame(cells[["authority_code", "ncy"]].assign(year=year))
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


def _means(cube: Cube, cells: pd.MultiIndex) -> NDArray[np.float64]:
    """Return mean children (Y, N) of these cells; nought where the cube lacks one."""
    known = pd.MultiIndex.from_frame(cube.cells[CELL])
    table = pd.DataFrame(cube.children.mean(axis=2, dtype=float).T, index=known)
    means: NDArray[np.float64] = table.reindex(cells).fillna(0.0).to_numpy(dtype=float).T
    return means


def change_by_part(
    cube: Cube,
    projection: DataFrame[PopulationProjection],
    housing: pd.DataFrame | None = None,
    policy_cube: Cube | None = None,
) -> pd.DataFrame:
    """Part the change from the base year to every later year of a cube.

    Parameters
    ----------
    cube
        Projected children without new homes and policy; means of the draws are parted.
    projection
        Children by authority, academic year and age, without the children of new homes.
    housing
        Children of new homes, as `people` of `need.housing.NewHomes`; None without any.
    policy_cube
        Children with plans with new homes and under the policy, of the same years; its cells may
        be others. None without a policy.

    Returns
    -------
    DataFrame
        authority_code, need_type, setting, phase, academic_year, base, population, rate,
        interaction, housing, policy, housing_policy, final: children, and base with all effects
        makes final. A cell whose year group has no population at the base (or children in the
        later year, but no population then) changes by rate alone.

    Raises
    ------
    DataError
        If the two cubes are of other years.
    """
    cubes = [cube] if policy_cube is None else [cube, policy_cube]
    if any(one.academic_years != cube.academic_years for one in cubes):
        raise DataError(
            "the projection under the policy has other academic years than the projection: "
            f"{cubes[-1].academic_years} and {cube.academic_years}; right would be the same"
        )
    keys = pd.MultiIndex.from_frame(
        pd.concat([one.cells[CELL] for one in cubes]).drop_duplicates().sort_values(CELL)
    )
    cells = keys.to_frame(index=False)
    means = _means(cube, keys)
    factor = np.ones_like(means)
    if housing is not None:
        factor = housing_factor(housing, projection, cells, cube.academic_years)
    finals = means * factor if policy_cube is None else _means(policy_cube, keys)
    cells = cells.assign(phase=phases_of(cells["ncy"]))
    people_before = _people(cells, projection, cube.academic_years[0])
    parts = []
    for place, year in enumerate(cube.academic_years[1:], start=1):
        people_after = _people(cells, projection, year)
        effects = _effects(means[0], means[place], people_before, people_after)
        effects |= _later_effects(means[place], finals[place], factor[place])
        steps = cells.assign(base=means[0], **effects, final=finals[place])
        parts.append(steps.groupby(PART, as_index=False)[STEPS].sum().assign(academic_year=year))
    columns = [*PART, "academic_year", *STEPS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _later_effects(
    children: NDArray[np.float64], final: NDArray[np.float64], factor: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Part what new homes and policy add to the projected children of each cell."""
    homes = factor - 1
    policy = final / factor - children
    return {"housing": children * homes, "policy": policy, "housing_policy": policy * homes}


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
    ...     "interaction": [0.5, 0.0], "housing": [1.0, 0.0], "policy": [-2.0, 0.0],
    ...     "housing_policy": [0.0, 0.0], "final": [13.5, 22.0]})
    >>> sum_steps(change, []).values.tolist()
    [[2026.0, 30.0, 3.0, 3.0, 0.5, 1.0, -2.0, 0.0, 35.5]]
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
    people_before = _people(cube.cells, projection, cube.academic_years[0])
    people_after = _people(cube.cells, projection, cube.academic_years[last])
    unknown = (people_before <= 0) | ((people_after <= 0) & (after > 0))
    return float(before[unknown].sum()), float(after[unknown].sum())
