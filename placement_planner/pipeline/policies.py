"""Policy scenarios side by side on one baseline, and the joiner rates that meet a goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.need.housing import with_housing
from placement_planner.need.policy import levers_of, seek_joiner_factor
from placement_planner.need.policy.measures import PUPIL_AGES
from placement_planner.pipeline.ahead import look_ahead, project_baseline
from placement_planner.pipeline.steps import in_order, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from placement_planner.ahead import Ahead
    from placement_planner.inputs import Inputs
    from placement_planner.need import Cube
    from placement_planner.need.policy import Goal, GoalFound
    from placement_planner.scenario import Scenario

__all__ = ["compare_policies", "seek_goal"]

_AGE_AT_RECEPTION = 4
_OUTER = (0.05, 0.95)


def compare_policies(
    inputs: Inputs,
    scenario: Scenario,
    names: Sequence[str],
    progress: Callable[[str], None] = silent,
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Work several policy scenarios on the same draws of one projection.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Every other choice of the run.
    names
        Policy scenarios, as `policy.scenario`.
    progress
        Told, in a sentence, what is being done.

    Returns
    -------
    tuple
        scenario, academic_year, measure, mean, p5, p95, where measure is plans, share_of_pupils
        (0 to 1), to_place_special, to_place_base or support_plans; and the notes of each policy.
    """
    inputs = in_order(inputs)
    for name in names:
        levers_of(name, inputs.policy_levers)
    progress(f"projecting children with plans to {scenario.horizon.years[-1]}")
    baseline = project_baseline(inputs, scenario, scenario.horizon.years[-1], progress=progress)
    parts, notes = [], {}
    for name in names:
        progress(f"working the policy {name}")
        ahead = look_ahead(baseline, scenario.with_choices(policy={"scenario": name}))
        notes[name] = ahead.policy.notes
        parts.append(_measures(ahead).assign(scenario=name))
    columns = ["scenario", "academic_year", "measure", "mean", "p5", "p95"]
    return pd.concat(parts, ignore_index=True)[columns], notes


def _measures(ahead: Ahead) -> pd.DataFrame:
    """Lay out the measures of one policy by year."""
    plans, need = ahead.policy.cube, ahead.need_draws()
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    kind = need.cells["need_group"].map(kinds)
    pupils = _pupils(ahead)
    support = ahead.policy.support_plans
    draws = {
        "plans": _summed(plans),
        "share_of_pupils": _summed(plans, _of_pupil_age(plans)) / pupils[:, None],
        "to_place_special": _summed(need, kind.eq("special").to_numpy()),
        "to_place_base": _summed(need, kind.eq("base").to_numpy()),
        "support_plans": np.zeros((len(pupils), 1)) if support is None else _summed(support),
    }
    rows = []
    for measure, drawn in draws.items():
        low, high = np.quantile(drawn, _OUTER, axis=1)
        figures = {"mean": drawn.mean(axis=1), "p5": low, "p95": high}
        rows.append(
            pd.DataFrame({"academic_year": plans.academic_years, "measure": measure, **figures})
        )
    return pd.concat(rows, ignore_index=True)


def _summed(cube: Cube, rows: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Sum children of some cells by year and draw."""
    wanted = slice(None) if rows is None else rows
    sums: NDArray[np.float64] = cube.children[:, wanted].sum(axis=1, dtype=float)
    return sums


def _of_pupil_age(cube: Cube) -> NDArray[np.bool_]:
    first, last = PUPIL_AGES
    within: NDArray[np.bool_] = (
        (cube.cells["ncy"] + _AGE_AT_RECEPTION).between(first, last).to_numpy()
    )
    return within


def _pupils(ahead: Ahead) -> NDArray[np.float64]:
    """Count residents of pupil age by year."""
    people = ahead.baseline.population
    codes = ahead.baseline.cube.cells["authority_code"].unique()
    people = people[people["age"].between(*PUPIL_AGES) & people["authority_code"].isin(codes)]
    by_year = people.groupby("academic_year")["children"].sum()
    pupils: NDArray[np.float64] = by_year.reindex(list(ahead.policy.cube.academic_years)).to_numpy(
        dtype=float
    )
    return pupils


def seek_goal(
    inputs: Inputs,
    scenario: Scenario,
    goal: Goal,
    progress: Callable[[str], None] = silent,
) -> GoalFound:
    """Find the one factor on joiners that meets a goal, beside the scenario's own policy.

    Raises
    ------
    DataError
        As from `need.policy.seek_joiner_factor`.
    """
    inputs = in_order(inputs)
    last = max(goal.academic_year, scenario.horizon.years[-1])
    progress(f"projecting children with plans to {last}")
    baseline = project_baseline(inputs, scenario, last, progress=progress)
    cube = baseline.cube
    if baseline.homes is not None:
        cube = with_housing(cube, baseline.homes.people, inputs.population_projection)
    progress("seeking the joiner rate that meets the goal")
    return seek_joiner_factor(
        cube,
        baseline.origins,
        goal,
        baseline.population,
        scenario.policy,
        inputs.policy_levers,
    )
