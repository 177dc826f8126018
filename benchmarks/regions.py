"""Regions: plans of studies and of the sample's other seeds, each in a process of its own.

Run it as `python benchmarks/regions.py data seed:1 seed:2 --gap 0.005 --seconds 60`: one JSON
object a line. `seconds` are those of the search, from tables to plan; `built_s` what it took to
read the study and make its tables; `gap_of_benefit` compares with the optimised do-nothing.
"""

import argparse
import json
import resource
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from placement_planner.inputs import read_inputs
from placement_planner.pipeline.planning import find_plan, run_stages, without_options
from placement_planner.sample import write_sample
from placement_planner.scenario import read_scenario
from placement_planner.siting.problem import build_problem


def _to_stderr(words):
    print(words, file=sys.stderr, flush=True)


def solved(name, folder, gap, seconds, siting):
    """Plan one study in this process; return what was found and what it took."""
    began = time.perf_counter()
    scenario = read_scenario(folder / "scenario.toml").with_choices(
        solver={"relative_gap": gap, "time_limit_s": seconds}, siting=siting
    )
    tables = run_stages(read_inputs(folder), scenario, _to_stderr).tables
    built = time.perf_counter()
    problem = build_problem(tables, scenario)
    plan = find_plan(tables, scenario, _to_stderr)
    ended = time.perf_counter()
    nothing = find_plan(without_options(tables), scenario, _to_stderr).report.objective_gbp
    report = plan.report
    return {
        "name": name,
        "objective": report.objective_gbp,
        "bound": report.bound_gbp,
        "gap": report.gap,
        "gap_of_benefit": report.gap_gbp / (nothing - report.objective_gbp),
        "seconds": round(ended - built, 1),
        "built_s": round(built - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "status": report.status,
        "arcs": len(problem.links) * len(problem.years),
        "options": len(problem.options),
        "years": len(problem.years),
    }


def _tell(*args):
    print(json.dumps(solved(*args)), flush=True)


def main():
    """Run every study named on the command line, each in a forked process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", nargs="+", help="study folders, or seed:N of the sample")
    parser.add_argument("--gap", type=float, default=0.005, help="relative gap to stop at")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a search")
    parser.add_argument("--level", choices=["area", "middle"], default="middle")
    args = parser.parse_args()
    for name in args.studies:
        with TemporaryDirectory() as made:
            folder = Path(name)
            if name.startswith("seed:"):
                folder = Path(made)
                write_sample(folder, seed=int(name.removeprefix("seed:")))
            process = get_context("fork").Process(
                target=_tell, args=(name, folder, args.gap, args.seconds, {"level": args.level})
            )
            process.start()
            process.join()
        if process.exitcode:
            sys.exit(1)


if __name__ == "__main__":
    main()
