"""Regions: plans of studies and of the sample's other seeds, each in a process of its own.

Run it as `python -m benchmarks.regions data seed:1 seed:2 --gap 0.005 --seconds 60`: one JSON
object a line. `seconds` are those from tables to a proven answer, `tables_s` what it took to make
the tables, `audit_s` to turn the answer into a plan and audit it.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import measured, proof, repeated, store, stored
from benchmarks.naive import solve_plainly
from placement_planner.errors import SolveError
from placement_planner.inputs import read_inputs
from placement_planner.pipeline.planning import run_stages, without_options
from placement_planner.sample import write_sample
from placement_planner.scenario import read_scenario
from placement_planner.siting.audit import audit_plan
from placement_planner.siting.extract import extract_plan
from placement_planner.siting.problem import build_problem
from placement_planner.siting.search import LiveSiting, search_answer


def _to_stderr(words):
    print(words, file=sys.stderr, flush=True)


def tables_of(folder, **changes):
    """Return the tables of a study, and its scenario with changes."""
    scenario = read_scenario(folder / "scenario.toml").with_choices(**changes)
    return run_stages(read_inputs(folder), scenario, _to_stderr).tables, scenario


def with_money(tables, factor):
    """Return tables with more money in every pot, or less."""
    funding = tables.pot_funding
    return replace(tables, pot_funding=funding.assign(gbp=factor * funding["gbp"]))


def with_lock(tables):
    """Return tables whose first option that is free, if any is, must be built."""
    options = tables.options
    free = options.index[~(options["locked_in"] | options["locked_out"])]
    is_locked = options["locked_in"] | options.index.isin(free[:1])
    return replace(tables, options=options.assign(locked_in=is_locked))


def sample_tables(seed, **changes):
    """Return the tables of the sample region of a seed."""
    with TemporaryDirectory() as folder:
        write_sample(Path(folder), seed=seed)
        return tables_of(Path(folder), **changes)


def planned(path, gap, seconds):
    """Plan stored tables in this process; return what was found and what it took."""
    tables, scenario = stored(path)
    scenario = scenario.with_choices(solver={"relative_gap": gap, "time_limit_s": seconds})
    started = time.perf_counter()
    problem = build_problem(tables, scenario)
    answer = search_answer(problem, scenario.solver, _to_stderr)
    found = proof(answer.report.objective_gbp, answer.report.bound_gbp, gap, started)
    ended = time.perf_counter()
    broken = audit_plan(extract_plan(problem, answer, tables, scenario), tables, scenario)
    if broken:
        raise SolveError(broken[0])
    audit_s = round(time.perf_counter() - ended, 3)
    return {**found, "audit_s": audit_s, "status": answer.report.status, **size(problem)}


def planned_again(path, changed, gap, seconds):
    """Plan stored tables, then changed ones from where that ended; return what those took."""
    live = LiveSiting()
    for each in (path, changed):
        tables, scenario = stored(each)
        scenario = scenario.with_choices(solver={"relative_gap": gap, "time_limit_s": seconds})
        started = time.perf_counter()
        problem = build_problem(tables, scenario, live.decided)
        report = live.answer(problem, scenario.solver, _to_stderr).report
        found = proof(report.objective_gbp, report.bound_gbp, gap, started)
    return {**found, **size(problem)}


def planned_plainly(path, gap, seconds):
    """Solve stored tables by the plain model in PuLP."""
    tables, scenario = stored(path)
    started = time.perf_counter()
    problem = build_problem(tables, scenario)
    return {**solve_plainly(problem, gap, seconds, started), **size(problem)}


def unbuilt(path, gap, seconds):
    """Return £ of the optimised do-nothing of stored tables."""
    tables, scenario = stored(path)
    scenario = scenario.with_choices(solver={"relative_gap": gap, "time_limit_s": seconds})
    problem = build_problem(without_options(tables), scenario)
    return {"unbuilt": search_answer(problem, scenario.solver, _to_stderr).report.objective_gbp}


def size(problem):
    """Return how large a problem is."""
    return {
        "areas": problem.groups.table["area_code"].nunique(),
        "options": len(problem.options),
        "years": len(problem.years),
        "arcs": len(problem.links) * len(problem.years),
    }


def measure(repeats, path, gap, seconds, make, *args):
    """Yield figures of tables that are made once, then planned without and with options."""
    made = measured(store, path, make, *args)
    if "failed" in made:
        yield {**made, "asked": gap}
        return
    nothing = measured(unbuilt, path, gap / 10, 10 * seconds)
    about = {"tables_s": made["seconds"], "unbuilt": nothing.get("unbuilt")}
    for found in repeated(repeats, planned, path, gap, seconds):
        yield {**about, **found}


def main():
    """Plan every study named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", nargs="+", help="study folders, or seed:N of the sample")
    parser.add_argument("--gap", type=float, default=0.005, help="relative gap to stop at")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a search")
    parser.add_argument("--level", choices=["area", "middle"], default="middle")
    args = parser.parse_args()
    for name in args.studies:
        is_sample = name.startswith("seed:")
        make = partial(sample_tables if is_sample else tables_of, siting={"level": args.level})
        study = int(name.removeprefix("seed:")) if is_sample else Path(name)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "tables"
            [found] = measure(1, path, args.gap, args.seconds, make, study)
        print(json.dumps({"name": name, **found}), flush=True)
        if "failed" in found:
            sys.exit(1)


if __name__ == "__main__":
    main()
