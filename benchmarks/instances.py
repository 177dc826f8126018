"""Published instances: each solved in a process of its own, told as one JSON object a line."""

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

from benchmarks.measuring import measured, proof
from placement_planner.scenario import SolverChoices
from placement_planner.siting.search import search_answer

NO_LIMIT_S = 3600.0


def numbers(path):
    """Return every number of a `.txt` or `.txt.gz` file, in order."""
    packed = path.read_bytes()
    text = gzip.decompress(packed) if path.suffix == ".gz" else packed
    return [float(word) for word in text.split()]


def name_of(path):
    """Return the name of an instance from that of its file."""
    return path.name.removesuffix(".gz").removesuffix(".txt")


def _silent(_):
    """Tell nobody."""


def solved(path, read, gap, seconds):
    """Solve one instance in this process; return what was found and what it took."""
    started = time.perf_counter()
    problem = read(numbers(path))
    choices = SolverChoices(relative_gap=gap, time_limit_s=seconds)
    report = search_answer(problem, choices, _silent).report
    found = proof(report.objective_gbp, report.bound_gbp, gap, started)
    return {**found, "status": report.status}


def main(read, about):
    """Run every file named on the command line, each in a forked process."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--gap", type=float, default=1e-6, help="relative gap to prove")
    parser.add_argument("--seconds", type=float, default=NO_LIMIT_S, help="time limit of a file")
    args = parser.parse_args()
    for path in args.files:
        found = measured(solved, path, read, args.gap, args.seconds)
        print(json.dumps({"name": name_of(path), **found}), flush=True)
        if "failed" in found:
            sys.exit(1)
