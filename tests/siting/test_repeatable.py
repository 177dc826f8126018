"""The same plan to the last digit: run again, rows in another order, another seed of hashes."""

import hashlib
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from placement_planner.pipeline import find_plan
from placement_planner.siting.plan import PLAN_FIELDS
from placement_planner.siting.tables import Tables
from tests.siting.chance import chance_region
from tests.siting.large import large_region
from tests.siting.roads import ROADS, on_road

ROOT = Path(__file__).parents[2]
REGIONS = {
    "every feature": lambda: chance_region(35),
    "other features": lambda: chance_region(11),
    "a town": lambda: large_region(2, areas=8, sites=6, years=(2027, 2028)),
}
SECONDS = 240
"""Longest wait for a process; no test asserts how fast one is."""


def mark_of(plan):
    """Return what tells one plan from another: every table, and what was proved."""
    told = [getattr(plan, name).to_csv(index=False) for name in PLAN_FIELDS]
    report = plan.report
    told += [report.status, repr(report.objective_gbp), repr(report.bound_gbp)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def marks(name):
    tables, choices = REGIONS[name]()
    return [mark_of(find_plan(tables, on_road(method, choices))) for method in ROADS]


def shuffled(tables, seed):
    return replace(
        tables,
        **{
            field.name: getattr(tables, field.name)
            .sample(frac=1, random_state=seed)
            .reset_index(drop=True)
            for field in fields(Tables)
        },
    )


@pytest.mark.parametrize("method", ROADS)
def test_another_number_of_threads_may_follow_in_a_process(method):
    """Once the second search was told that no plan keeps every rule, or that time ran out."""
    tables, choices = REGIONS["a town"]()

    costs = [
        find_plan(tables, on_road(method, choices).with_choices(solver=asked)).report.objective_gbp
        for asked in ({"threads": 2, "relative_gap": 0.0}, {"threads": 1, "relative_gap": 0.0})
    ]

    assert costs[1] == pytest.approx(costs[0], rel=1e-6)


@pytest.mark.parametrize("method", ROADS)
@pytest.mark.parametrize(
    "name", ["every feature", "a town", pytest.param("other features", marks=pytest.mark.slow)]
)
def test_three_runs_of_shuffled_rows_are_one_plan(name, method):
    tables, choices = REGIONS[name]()
    chosen = on_road(method, choices)

    first = find_plan(tables, chosen)
    others = [find_plan(shuffled(tables, seed), chosen) for seed in (1, 2)]

    assert not first.builds.empty
    assert {mark_of(plan) for plan in others} == {mark_of(first)}


@pytest.mark.parametrize("seed", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_another_seed_of_hashes_is_the_same_plan(seed):
    program = "from tests.siting.test_repeatable import *; print(*marks('every feature'))"
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}

    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=SECONDS,
    )  # fmt: skip

    assert told.stdout.split() == marks("every feature")
