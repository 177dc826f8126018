"""Which change of joiner rates meets a goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from placement_planner.errors import DataError
from placement_planner.need.policy.course import policy_course
from placement_planner.need.policy.levers import Lever, levers_of
from placement_planner.need.policy.measures import measure_of
from placement_planner.need.policy.outcome import check_origins
from placement_planner.need.policy.paths import path_measure
from placement_planner.need.policy.reach import (
    CLASSES,
    SETTINGS,
    elasticities,
    grid_of,
    reaches,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.need.origins import Origins
    from placement_planner.need.policy.reach import Grid
    from placement_planner.scenario import PolicyChoices
    from placement_planner.tables.study import PolicyLevers, PopulationProjection

__all__ = ["Goal", "GoalFound", "seek_joiner_factor"]

_EVERYONE = ("*",)
_ROUNDS = 30
_NEAR = 1e-9


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is to be reached, by changing joiner rates from a year on.

    Attributes
    ----------
    measure
        plans: children with a plan; share_of_pupils: plans of Reception to Year 11 per resident of
        those ages; special, base: children in settings of that class.
    academic_year, target
        When, and how many (or which share).
    from_year
        First academic year whose joiners change.
    need_types, authorities
        Whose joiners change and are counted; everybody's by default.
    """

    measure: Literal["plans", "share_of_pupils", "special", "base"]
    academic_year: int
    target: float
    from_year: int
    need_types: tuple[str, ...] = _EVERYONE
    authorities: tuple[str, ...] = _EVERYONE


@dataclass(frozen=True, kw_only=True)
class GoalFound:
    """The joiner factor that meets a goal.

    Attributes
    ----------
    goal
        What was sought.
    factor
        Of joiners with elasticity 1; class k has :math:`1 + e_k (f - 1)`. Where no factor of 0 or
        more reaches the target: 0 or 1, whichever is nearer.
    factors
        Of special schools, bases and all other placements.
    reached
        The measure at that factor.
    at_factor_1, at_factor_0
        The measure with joiners as they would be, and at a factor of 0.
    is_met
        Whether the target is reached.
    note
        Why not; empty where it is.
    """

    goal: Goal
    factor: float
    factors: dict[str, float]
    reached: float
    at_factor_1: float
    at_factor_0: float
    is_met: bool
    note: str


def seek_joiner_factor(
    cube: Cube,
    origins: Origins,
    goal: Goal,
    population: DataFrame[PopulationProjection],
    choices: PolicyChoices,
    levers: DataFrame[PolicyLevers] | None = None,
) -> GoalFound:
    r"""Find the one factor on joiners that meets a goal, beside the levers of a scenario.

    Each child joins once, so the measure is linear in the factor (:math:`0 \le f \le 1`, and
    nearly so above, where displaced children change settings): the line through 0 and 1 is
    followed, or above 1 the line through the last two factors, until the target is met.

    Parameters
    ----------
    cube, origins, population, choices, levers
        As in `apply_policy`.
    goal
        Measure, year, target and scope.

    Raises
    ------
    DataError
        If the scenario has a path, which would undo the change; if the goal's years are not ahead
        in the cube; or as in `apply_policy`.
    """
    check_origins(cube, origins)
    _check_goal(goal, cube, choices)
    grid, means = grid_of(cube.cells), cube.children.mean(axis=2, dtype=float)
    chosen, elasticity = levers_of(choices.scenario, levers), elasticities(choices)
    counted = np.zeros(len(cube.cells), dtype=np.bool_)
    counted[reaches(_change(goal, 1.0, elasticity, grid), grid)[0].rows] = True
    measure = measure_of(goal.measure, grid, means, cube.academic_years, population, counted)
    place = cube.academic_years.index(goal.academic_year)

    def reached(factor: float) -> float:
        all_levers = (*chosen, *_change(goal, factor, elasticity, grid))
        course = policy_course(origins, grid, reaches(all_levers, grid), elasticity)
        return measure.value(place, course.displacements[place], grid)

    ends = {0.0: reached(0.0), 1.0: reached(1.0)}
    factor, found = _along_the_line(ends[0.0], ends[1.0], goal.target, reached)
    is_met = abs(found - goal.target) <= _NEAR * max(abs(goal.target), 1.0)
    by_class = dict(zip(CLASSES, (1.0 + elasticity * (factor - 1.0)).tolist(), strict=True))
    return GoalFound(
        goal=goal,
        factor=factor,
        factors=by_class,
        reached=found,
        at_factor_1=ends[1.0],
        at_factor_0=ends[0.0],
        is_met=is_met,
        note="" if is_met else _why_not(goal, ends),
    )


def _check_goal(goal: Goal, cube: Cube, choices: PolicyChoices) -> None:
    if goal.academic_year not in cube.academic_years[1:]:
        raise DataError(
            f"the goal's year {goal.academic_year} is not projected; right would be one from "
            f"{cube.academic_years[0] + 1} to {cube.academic_years[-1]}"
        )
    if goal.from_year > goal.academic_year:
        raise DataError(
            f"joiners would change from {goal.from_year}, after the goal's year "
            f"{goal.academic_year}; right would be that year or an earlier one"
        )
    for name, wanted in (("need_type", goal.need_types), ("authority_code", goal.authorities)):
        known = sorted(cube.cells[name].unique())
        unknown = [code for code in wanted if code not in {*known, *_EVERYONE}]
        if unknown:
            raise DataError(
                f"the goal names {len(unknown)} {name}(s) that nobody with a plan has, for example "
                f"{unknown[0]}; right would be one of {', '.join(known)}"
            )
    if path_measure(choices.scenario) is not None:
        raise DataError(
            f"policy scenario {choices.scenario} follows a path of plans, which would undo a "
            "change of joiners; right would be a scenario of levers alone, such as trend"
        )


def _change(
    goal: Goal, factor: float, elasticity: NDArray[np.float64], grid: Grid
) -> tuple[Lever, ...]:
    """Return the levers that multiply joiners of each class."""
    return tuple(
        Lever(
            lever_id=f"goal_{name}",
            kind="joiners",
            authorities=goal.authorities,
            need_types=goal.need_types,
            settings=tuple(np.asarray(SETTINGS)[grid.kinds == number].tolist()),
            from_year=goal.from_year,
            to_year=goal.academic_year,
            value=1.0 + float(elasticity[number]) * (factor - 1.0),
        )
        for number, name in enumerate(CLASSES)
    )


def _along_the_line(
    at_0: float, at_1: float, target: float, reached: Callable[[float], float]
) -> tuple[float, float]:
    """Follow the line through two factors to the target; as near as 0 or 1 where there is none."""
    near = _NEAR * max(abs(target), 1.0)
    if min(at_0, at_1) <= target <= max(at_0, at_1) and at_0 != at_1:
        factor = (target - at_0) / (at_1 - at_0)
        return factor, reached(factor)
    last, factor, found = (1.0, at_1), 2.0, reached(2.0)
    if abs(found - at_1) <= near or (found > at_1) != (target > at_1):
        return (0.0, at_0) if abs(at_0 - target) < abs(at_1 - target) else (1.0, at_1)
    for _ in range(_ROUNDS):
        if abs(found - target) <= near or found == last[1]:
            break
        slope = (found - last[1]) / (factor - last[0])
        last, factor = (factor, found), factor + (target - found) / slope
        found = reached(factor)
    return factor, found


def _why_not(goal: Goal, ends: dict[float, float]) -> str:
    if ends[1.0] == ends[0.0]:
        return (
            f"No joiner from {goal.from_year} to {goal.academic_year} counts towards the goal: it "
            f"stays at {ends[1.0]:,.4g}, whatever the factor."
        )
    return (
        f"No factor of 0 or more reaches {goal.target:,.4g} in {goal.academic_year}: it is "
        f"{ends[0.0]:,.4g} with joiners reduced as far as their elasticities go, and "
        f"{ends[1.0]:,.4g} with joiners as they would be."
    )
