"""A policy scenario worked on a projected cube: who has a plan where, in every draw."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.policy.course import Course, PathToMeet, policy_course
from placement_planner.need.policy.displacement import undisplaced
from placement_planner.need.policy.draws import rerouted_cube, support_cube
from placement_planner.need.policy.levers import levers_of
from placement_planner.need.policy.measures import measure_of
from placement_planner.need.policy.outside import outside_kept
from placement_planner.need.policy.paths import path_measure, path_of
from placement_planner.need.policy.reach import elasticities, grid_of, reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.need.origins import Origins
    from placement_planner.need.policy.reach import Grid
    from placement_planner.scenario import PolicyChoices
    from placement_planner.tables.study import PolicyLevers, PopulationProjection

__all__ = ["PATH_COLUMNS", "PolicyOutcome", "apply_policy", "check_origins"]

PATH_COLUMNS = [
    "academic_year",
    "measure",
    "target",
    "reached",
    "joiner_factor",
    "review_share",
    "yielded",
]
_NEAR = 1e-6
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class PolicyOutcome:
    """What a policy scenario comes to.

    Attributes
    ----------
    cube
        Children with plans under the policy. Years and draws are those of the cube it was worked
        on; cells may be more.
    support_plans
        Children who hold an individual support plan in place of an EHC plan, by the cell that
        they would be in; None where nobody does.
    outside_kept
        authority_code, need_type, phase, academic_year, kept: share of children placed out of the
        region who still are, where it is below 1.
    path
        academic_year, measure, target, reached, joiner_factor, review_share, yielded: a row a
        year after the base; empty where the scenario has no path. `joiner_factor` is that of
        placements of elasticity 1: class k has :math:`1 + e_k (f - 1)`. `yielded` is how far
        elasticities had to give way, from 0 to 1 (all placements alike).
    notes
        What a reader must know, in sentences.
    """

    cube: Cube
    support_plans: Cube | None
    outside_kept: pd.DataFrame
    path: pd.DataFrame
    notes: tuple[str, ...]


def check_origins(cube: Cube, origins: Origins) -> None:
    """Refuse origins of another cube, or of years that do not follow one another.

    Raises
    ------
    DataError
        If cells or years differ, or a year is left out.
    """
    years = cube.academic_years
    if years != origins.academic_years or years != tuple(range(years[0], years[0] + len(years))):
        raise DataError(
            f"policy works from one January to the next: the cube has the years {years}, its "
            f"origins {origins.academic_years}; right would be every year from the base on, in both"
        )
    same = len(cube.cells) == len(origins.cells) and all(
        np.array_equal(cube.cells[name].to_numpy(), origins.cells[name].to_numpy())
        for name in origins.cells.columns
    )
    if not same:
        raise DataError(
            f"the cube has {len(cube.cells)} cells and its origins {len(origins.cells)} others; "
            "right would be the cube and origins of one projection"
        )


def apply_policy(
    cube: Cube,
    origins: Origins,
    population: DataFrame[PopulationProjection],
    choices: PolicyChoices,
    levers: DataFrame[PolicyLevers] | None = None,
) -> PolicyOutcome:
    r"""Work a policy scenario on a projected cube.

    The policy is found on means, as shares :math:`W_{cs}` of the children of each cell who are in
    each setting under it, and worked on every draw :math:`d`:

    .. math:: n'_{(l,a,q,s)d} = \sum_{s'} W_{(l,a,q,s')s} \, n_{(l,a,q,s')d}

    for authority :math:`l`, NCY :math:`a`, need :math:`q` and setting :math:`s`. So it does the
    same to a projection of any method, and sums hold in every draw. Children follow their
    origins: a change reaches the cells of a lever and those their children come to later.

    Parameters
    ----------
    cube
        Children without the policy; the base year, and every year after it to the last.
    origins
        As from `need.project_flows`; a cube that was scaled cell by cell since keeps its origins.
    population
        Residents by authority, year and age, new homes included.
    choices
        Scenario, bound, elasticities, review share and basis of the path.
    levers
        A study's own levers, if it has any.

    Raises
    ------
    DataError
        If the scenario is not known, its levers contradict themselves or take more than there is,
        the origins are not the cube's, or the population lacks a year that a path needs.
    """
    check_origins(cube, origins)
    chosen = levers_of(choices.scenario, levers)
    grid = grid_of(cube.cells)
    years, means = cube.academic_years, cube.children.mean(axis=2, dtype=float)
    to_meet = _to_meet(grid, means, years, population, choices)
    authorities = sorted(cube.cells["authority_code"].unique())
    outside = outside_kept(chosen, authorities, years)
    if to_meet is None and not chosen:
        return PolicyOutcome(
            cube=cube, support_plans=None, outside_kept=outside, path=_table(None, None), notes=()
        )
    course = policy_course(origins, grid, reaches(chosen, grid), elasticities(choices), to_meet)
    path = _table(course, to_meet)
    return PolicyOutcome(
        cube=rerouted_cube(cube, means, grid, course.displacements),
        support_plans=support_cube(cube, means, course.displacements),
        outside_kept=outside,
        path=path,
        notes=(*_other_start(to_meet, years[0], choices), *_notes(path, choices)),
    )


def _to_meet(
    grid: Grid,
    means: NDArray[np.float64],
    years: Sequence[int],
    population: DataFrame[PopulationProjection],
    choices: PolicyChoices,
) -> PathToMeet | None:
    name = path_measure(choices.scenario)
    if name is None:
        return None
    measure = measure_of(name, grid, means, years, population)
    start = measure.value(0, undisplaced(grid), grid)
    path = path_of(choices.scenario, years, start, relative=choices.path_basis == "relative")
    return PathToMeet(
        path=path,
        measure=measure,
        review_share=choices.review_share,
        reviews_everywhere=choices.bound == "proportional",
        may_yield=choices.bound == "elastic",
    )


def _table(course: Course | None, to_meet: PathToMeet | None) -> pd.DataFrame:
    if course is None or to_meet is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _PATH_TYPES.items()})
    targets = list(to_meet.path.targets.items())[1:]
    rows = [
        (year, to_meet.path.measure, target, reached, *astuple(effort))
        for (year, target), (effort, reached) in zip(targets, course.efforts, strict=True)
    ]
    return pd.DataFrame(rows, columns=PATH_COLUMNS).astype(_PATH_TYPES)


_PATH_TYPES = dict(zip(PATH_COLUMNS, ["int64", "str", *["float64"] * 5], strict=True))


def _other_start(to_meet: PathToMeet | None, base: int, choices: PolicyChoices) -> tuple[str, ...]:
    """Say where a region is compared with England in another year."""
    if to_meet is None or choices.path_basis != "relative" or to_meet.path.starts == base:
        return ()
    note = (
        f"The path of {choices.scenario} is taken relative to England in {to_meet.path.starts}, "
        f"and the region stands at its base, {base}: England may have stood elsewhere then."
    )
    return (note,)


def _notes(path: pd.DataFrame, choices: PolicyChoices) -> tuple[str, ...]:
    """Say where a path is missed, and where it takes more than was chosen."""
    notes = []
    missed = path[(path["reached"] - path["target"]).abs() > _NEAR * path["target"]]
    if len(missed):
        worst = missed.loc[(missed["reached"] - missed["target"]).abs().idxmax()]
        why = "as nobody joins whose number could rise"
        if worst["reached"] > worst["target"]:
            why = (
                "although nobody newly has a plan outside special schools, whose need is left as "
                "it would be"
                if choices.bound == "special_unchanged"
                else "although nobody newly has a plan"
            )
        notes.append(
            f"The path of {choices.scenario} is missed in {_listed(missed['academic_year'])}: in "
            f"{worst['academic_year']} it asks for {_said(worst, 'target')}, and "
            f"{_said(worst, 'reached')} is reached, {why}."
        )
    more = path[path["review_share"] > choices.review_share + _NEAR]
    if len(more):
        notes.append(
            f"To meet the path of {choices.scenario} in {_listed(more['academic_year'])}, nobody "
            "newly has a plan in mainstream and reviews end up to "
            f"{more['review_share'].max():.0%} of plans at a transition point, more than "
            f"policy.review_share = {choices.review_share:g}."
        )
    yielded = path[path["yielded"] > _NEAR]
    if len(yielded):
        notes.append(
            f"To meet the path of {choices.scenario} in {_listed(yielded['academic_year'])}, "
            "elasticities of bases and special schools give way up to "
            f"{yielded['yielded'].max():.0%} of the way to 1: plans in mainstream alone cannot "
            "fall as far as it asks. policy.bound = special_unchanged shows what is left of the "
            "path where special need stays as it would be."
        )
    return tuple(notes)


def _said(row: pd.Series, column: str) -> str:
    return f"{row[column]:.2%}" if row["measure"] == "share_of_pupils" else f"{row[column]:.3f}"


def _listed(years: pd.Series) -> str:
    shown = ", ".join(map(str, years[:_SHOWN]))
    return shown if len(years) <= _SHOWN else f"{shown} and {len(years) - _SHOWN} more years"
