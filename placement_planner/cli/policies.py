"""Commands of policy: scenarios side by side, and what would meet a goal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placement_planner.cli.app import Changes, Json, Out, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import command, progress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["policies", "seek"]

_GOALS = ("plans", "share_of_pupils", "special", "base")


@app.command()
def policies(
    study: Study,
    names: Annotated[
        list[str] | None,
        typer.Option("--policy", help="Policy scenario, again for each. [default: all there are]"),
    ] = None,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare policy scenarios on one projection: plans, places needed, support plans."""
    from placement_planner.charts import scenario_chart
    from placement_planner.figures.policies import shown_policies
    from placement_planner.figures.premises import POLICY_NAMES, policy_name
    from placement_planner.folders import new_folder
    from placement_planner.inputs import read_inputs
    from placement_planner.need.policy import scenario_names
    from placement_planner.pipeline import compare_policies
    from placement_planner.reports.files import mark_of, write_table
    from placement_planner.runs import run_name

    with command("policies", as_json=as_json) as reply:
        choices = chosen_scenario(study, scenario, change or [])
        folder = out or Path("runs") / f"{run_name(study)}-policies"
        with new_folder(folder) as partial, progress() as tell:
            tell(f"reading {study}")
            inputs = read_inputs(study)
            known = scenario_names(inputs.policy_levers)
            usual = [*(name for name in POLICY_NAMES if name in known), *known]
            asked = list(dict.fromkeys(names or usual))
            frame, notes = compare_policies(inputs, choices, asked, tell)
            shown = shown_policies(frame, choices.privacy)
            chosen = choices.policy.scenario
            write_table(shown.frame, partial / "policies.csv", choices.privacy)
            scenario_chart(shown, chosen=chosen if chosen in asked else None).write(
                partial / "policies.png", mark_of(choices.privacy)
            )
        reply.measures = {"policies": asked}
        reply.paths = {"table": folder / "policies.csv", "chart": folder / "policies.png"}
        reply.more["notes"] = {name: list(told) for name, told in notes.items() if told}
        print(_table(shown.frame))
        for name, told in notes.items():
            for note in told:
                print(f"\nNote, {policy_name(name)}: {note}")
        print(f"\n{choices.notice[0].upper()}{choices.notice[1:]}. Means of draws.")
        print(f"Table and chart: {folder}")


def _table(frame: pd.DataFrame) -> str:
    """Lay out the means: a block a measure, a row a policy, a column a year."""
    from placement_planner.figures.policies import SHARE
    from placement_planner.wording import year_label

    years = sorted(frame["academic_year"].unique())
    width = max(len(name) for name in frame["name"]) + 2
    lines = []
    for measure, rows in frame.groupby("measure", sort=False):
        lines += ["", rows["measure_name"].iloc[0]]
        lines.append(" " * width + "".join(f"{year_label(int(year)):>10}" for year in years))
        for name, row in rows.groupby("name", sort=False):
            figures = row.set_index("academic_year")["mean"]
            cells = [_figure(figures[year], is_share=measure == SHARE) for year in years]
            lines.append(f"{name:<{width}}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines[1:])


def _figure(value: object, *, is_share: bool) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.1%}" if is_share else f"{value:,.0f}"


@app.command()
def seek(
    study: Study,
    measure: Annotated[str, typer.Option("--measure", help=f"One of {', '.join(_GOALS)}.")],
    target: Annotated[
        float, typer.Option("--target", help="Children, or a share of pupils such as 0.06.")
    ],
    year: Annotated[int, typer.Option("--year", help="Academic year to reach it in.")],
    from_year: Annotated[
        int | None,
        typer.Option("--from-year", help="First year that changes. [default: after the base]"),
    ] = None,
    need_types: Annotated[
        list[str] | None, typer.Option("--need", help="Primary need, again for each. [all]")
    ] = None,
    authorities: Annotated[
        list[str] | None, typer.Option("--authority", help="Authority, again for each. [all]")
    ] = None,
    scenario: ScenarioFile = None,
    change: Changes = None,
    as_json: Json = False,
) -> None:
    """Find which change of joiner rates meets a goal, beside the scenario's own policy."""
    from placement_planner.errors import DataError
    from placement_planner.inputs import read_inputs
    from placement_planner.need.policy import Goal
    from placement_planner.pipeline import seek_goal
    from placement_planner.wording import year_label

    with command("seek", as_json=as_json) as reply:
        if measure not in _GOALS:
            raise DataError(f"--measure {measure}: right would be one of {', '.join(_GOALS)}")
        choices = chosen_scenario(study, scenario, change or [])
        goal = Goal(
            measure=measure,  # type: ignore[arg-type]
            academic_year=year,
            target=target,
            from_year=choices.need.base_january if from_year is None else from_year,
            need_types=tuple(need_types or ("*",)),
            authorities=tuple(authorities or ("*",)),
        )
        with progress() as tell:
            tell(f"reading {study}")
            found = seek_goal(read_inputs(study), choices, goal, tell)
        is_share = measure == "share_of_pupils"

        def said(value: float) -> str:
            return f"{value:.2%}" if is_share else f"{value:,.0f}"

        reply.status = "ok" if found.is_met else "not met"
        reply.measures = {
            "factor": found.factor,
            "factors": found.factors,
            "reached": found.reached,
            "at_factor_1": found.at_factor_1,
            "at_factor_0": found.at_factor_0,
        }
        print(
            f"{measure.replace('_', ' ')} in {year_label(year)}: {said(found.at_factor_1)} as "
            f"projected; {said(target)} is sought."
        )
        if found.is_met:
            print(
                f"Joiners from {year_label(goal.from_year)} on times {found.factor:.3f} meets it: "
                + ", ".join(f"{name} {factor:.3f}" for name, factor in found.factors.items())
                + " (the elasticities of the scenario)."
            )
        else:
            print(f"It is not met: {found.note} Nearest: {said(found.reached)}.")
        print(f"Without any joiner it would be {said(found.at_factor_0)}. Means of draws.")
