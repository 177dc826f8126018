"""Commands that plan, and that verify a plan."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placement_planner.cli.app import Changes, Json, Out, ScenarioFile, Study, app
from placement_planner.cli.choices import chosen_scenario
from placement_planner.cli.reply import Reply, command, progress

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome
    from placement_planner.scenario import Scenario

__all__ = ["demo", "plan", "rerun", "tell_solve"]


def tell_solve(reply: Reply, outcome: Outcome) -> None:
    """Fill in objective, bound, gaps and measures."""
    report = outcome.plan.report
    reply.objective, reply.bound = report.objective_gbp, report.bound_gbp
    reply.gap, reply.gap_gbp = report.gap, report.gap_gbp
    table = outcome.measures.set_index("measure")["plan"]
    reply.gap_of_benefit = float(table["gap_of_benefit"])
    reply.measures = _measures(outcome)


def _measures(outcome: Outcome) -> dict[str, Any]:
    table = outcome.measures.set_index("measure")
    return {
        "final_year": outcome.scenario.horizon.years[-1],
        "children_in_need": float(table.loc["children_in_need", "plan"]),
        "journeys_now": _journeys_now(outcome),
        "optimised_do_nothing": table["do_nothing"].dropna().to_dict(),
        "plan": table["plan"].dropna().to_dict(),
    }


def _run_plan(reply: Reply, study: Path, scenario: Scenario, out: Path | None) -> None:
    from placement_planner.folders import new_folder
    from placement_planner.inputs import read_inputs
    from placement_planner.maps import write_map
    from placement_planner.pipeline import run
    from placement_planner.reports import summary_lines, write_plan_log, write_workbook
    from placement_planner.runs import run_name, write_run

    folder = out or Path("runs") / run_name(study)
    timings: dict[str, float] = {}
    with new_folder(folder) as partial, progress() as tell:
        started = time.perf_counter()
        tell(f"reading {study}")
        inputs = read_inputs(study)
        timings["read"] = time.perf_counter() - started
        outcome = run(inputs, scenario, tell)
        timings["plan"] = time.perf_counter() - started - timings["read"]
        tell("drawing the map")
        write_map(outcome, partial / "map.html")
        tell("writing the workbook")
        write_workbook(outcome, partial / "workbook.xlsx")
        write_plan_log(outcome, partial)
        timings["outputs"] = time.perf_counter() - started - sum(timings.values())
        write_run(partial, outcome, study, timings)
        lines = summary_lines(outcome)
        (partial / "internal" / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reply.status = outcome.plan.report.status
    tell_solve(reply, outcome)
    reply.paths = {
        "run": folder,
        "map": folder / "map.html",
        "workbook": folder / "workbook.xlsx",
        "summary": folder / "internal" / "summary.txt",
        "manifest": folder / "manifest.json",
        "plan": folder / "internal" / "plan",
    }
    print("\n".join(lines))
    print(
        f"Map:      {folder / 'map.html'}\nWorkbook: {folder / 'workbook.xlsx'}\nRun:      {folder}"
    )


def _journeys_now(outcome: Outcome) -> dict[str, Any] | None:
    """Return how everybody travels now, and how that is known."""
    if outcome.now is None:
        return None
    everybody = outcome.now.iloc[0].drop(["authority_code", "need_group"]).to_dict()
    gravity = outcome.surroundings.placed.gravity
    return {**everybody, "basis": "observed" if gravity is None else "estimated"}


@app.command()
def plan(
    study: Study,
    scenario: ScenarioFile = None,
    change: Changes = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Project need, site new places, and write a run folder with map and workbook."""
    with command("plan", as_json=as_json) as reply:
        _run_plan(reply, study, chosen_scenario(study, scenario, change or []), out)


def _sample_study() -> Path:
    """Find the sample study of the repository; where there is none, write it beside the user."""
    from placement_planner.sample import write_sample

    in_repository = Path(__file__).parents[2] / "data"
    if (in_repository / "scenario.toml").is_file():
        return in_repository
    written = Path("sample-study")
    if not written.exists():
        write_sample(written)
    return written


@app.command()
def demo(out: Out = None, as_json: Json = False) -> None:
    """Plan the invented sample region."""
    with command("demo", as_json=as_json) as reply:
        study = _sample_study()
        _run_plan(reply, study, chosen_scenario(study, None, []), out)


@app.command()
def rerun(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    study: Annotated[Path | None, typer.Option(help="Where its study stands now.")] = None,
    as_json: Json = False,
) -> None:
    """Verify a run: same inputs, plan audited, and solved again unless time stopped it."""
    from placement_planner.verification import verify_run

    with command("rerun", as_json=as_json) as reply, progress() as tell:
        found = verify_run(run, tell, study)
        report = found.run.plan.report
        tell_solve(reply, found.outcome)
        reply.paths = {"run": run}
        reply.more["differences"] = list(found.differences)
        how = "audited and solved again" if found.was_solved_again else "audited"
        if found.holds:
            reply.status = "verified"
            print(
                f"verified: the plan of {run} was {how}; "
                f"status {report.status}, gap {report.gap:.4%}"
            )
        else:
            reply.status = "differs"
            print("\n".join([f"{run} does not verify:", *found.differences]))
            raise typer.Exit(1)
