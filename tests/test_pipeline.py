"""The whole way from a study to a plan: by hand, whatever the order of rows, and when stopped."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.inputs import read_inputs
from placement_planner.pipeline import run
from placement_planner.scenario import read_scenario
from placement_planner.storage import table_path
from placement_planner.tables import sizes_of
from placement_planner.tables.study import STUDY_TABLES
from tests.faulty_study import change_layer, read_rows, write_rows
from tests.plannable_study import IN_NEED, YEARS, write_plannable_study

SAMPLE = Path(__file__).parents[1] / "data"
PLAN_TABLES = ("builds", "placements", "fallback", "spend")
SECONDS = 240
"""Longest wait for a process; no test asserts how fast one is."""


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    return write_plannable_study(tmp_path_factory.mktemp("plannable"))


@pytest.fixture(scope="session")
def outcome(study):
    return run(read_inputs(study), read_scenario(study / "scenario.toml"))


def shuffle_rows(study, seed):
    """Put the rows of every table of a study in another order."""
    order = random.Random(seed)  # noqa: S311
    paths = [table_path(study, model) for model in STUDY_TABLES]
    for path in filter(Path.is_file, paths):
        if path.suffix == ".gpkg":
            change_layer(study, path, lambda layer: layer.sample(frac=1, random_state=seed))
        else:
            header, *rows = read_rows(path)
            order.shuffle(rows)
            write_rows(path, [header, *rows])


def tables_of(plan):
    return {name: getattr(plan, name) for name in PLAN_TABLES}


def test_need_stays_as_it_is_where_nothing_changes(outcome):
    """Two authorities × 28 children for a base, and as many less two for a special school."""
    yearly = outcome.need.groupby(["academic_year", "need_group"])["children"].sum()

    for year in YEARS:
        assert yearly.loc[year].to_dict() == pytest.approx({"asd_special": 54, "ci_base": 56})


def test_small_areas_add_up_to_the_level_that_is_sited(outcome):
    keys = ["need_group", "phase", "academic_year"]

    assert len(outcome.area_need["area_code"].unique()) == 4
    assert outcome.need["area_code"].unique().tolist() == ["M1", "M2"]
    pd.testing.assert_series_equal(
        outcome.area_need.groupby(keys)["children"].sum(),
        outcome.need.groupby(keys)["children"].sum(),
    )


def test_the_plan_builds_what_pays(outcome):
    """Two projects of 16 places: £50,000 + 16 × £21,000 each, started and paid in 2027."""
    builds, spend = outcome.plan.builds, outcome.plan.spend

    assert builds["option_id"].tolist() == ["O1", "O2"]
    assert builds["places"].tolist() == [16, 16]
    assert builds["opening_year"].tolist() == [2028, 2028]
    assert spend.groupby("option_id")["gbp"].sum().to_dict() == {"O1": 386_000, "O2": 386_000}
    assert set(spend.loc[spend["option_id"] == "O1", "pot_id"]) == {"POT1"}


def test_the_same_children_stand_in_both_columns(outcome):
    """16 − 1 places from each of P1 and P2; the two builds of 16 beside them are both in Westby.

    Its base then has 31 places for 28 children, none of them Eastham's, which has no agreement:
    28 there, 16 in the new school and 15 in P2.
    """
    measures = outcome.measures.set_index("measure")

    for column, placed in (("do_nothing", 30), ("plan", 59)):
        told = measures[column]
        assert told["children_in_need"] == pytest.approx(IN_NEED)
        assert told["children_placed"] == pytest.approx(placed)
        assert told["children_in_fallback"] == pytest.approx(IN_NEED - placed)
    assert measures.loc["capital_gbp", "plan"] == 772_000
    assert outcome.do_nothing.builds.empty


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_rows_changes_nothing(study, outcome, tmp_path, seed):
    shuffled = shutil.copytree(study, tmp_path / "study")
    shuffle_rows(shuffled, seed)

    again = run(read_inputs(shuffled), outcome.scenario)

    for name in ("do_nothing", "plan"):
        was, now = getattr(outcome, name), getattr(again, name)
        assert now.report.objective_gbp == was.report.objective_gbp
        for table, frame in tables_of(was).items():
            pd.testing.assert_frame_equal(tables_of(now)[table], frame, check_exact=True)
    pd.testing.assert_frame_equal(again.measures, outcome.measures, check_exact=True)


def test_shuffling_does_change_the_files(study, tmp_path):
    shuffled = shutil.copytree(study, tmp_path / "study")
    shuffle_rows(shuffled, 1)

    name = "schools/caseload.csv"
    assert read_rows(shuffled / name) != read_rows(study / name)
    assert sorted(read_rows(shuffled / name)) == sorted(read_rows(study / name))


def command(*arguments):
    program = "from placement_planner.cli import main; raise SystemExit(main())"
    return [sys.executable, "-c", program, *map(str, arguments)]


def stopped(moments, *arguments):
    """Press Ctrl-C once lines of progress have started so, in turn; return code, output, errors."""
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    try:
        lines, awaited = [], list(moments)
        for line in process.stderr:
            lines.append(line)
            if line.startswith(awaited[0]):
                awaited.pop(0)
            if not awaited:
                process.send_signal(signal.SIGINT)
                break
        out, rest = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.wait()
    return process.returncode, out, "".join(lines) + rest


@pytest.fixture(scope="module")
def planned_sample(tmp_path_factory):
    """Plan the sample with `demo`; return its folder and its reply."""
    folder = tmp_path_factory.mktemp("sample")
    done = subprocess.run(
        command("demo", "--out", folder / "run", "--json"),
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    return folder / "run", json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_demo_ends_with_a_plan_within_its_gap(planned_sample):
    folder, reply = planned_sample

    assert (reply["command"], reply["status"]) in {("demo", "optimal"), ("demo", "within gap")}
    assert reply["gap"] == pytest.approx(
        max(0.0, reply["objective"] - reply["bound"]) / max(abs(reply["objective"]), 1e-9)
    )
    assert reply["gap"] <= read_scenario(folder / "scenario.toml").solver.relative_gap
    assert all(Path(path).exists() for path in reply["paths"].values())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert Path(manifest["study"]) == Path(__file__).parents[1].resolve() / "data"


@pytest.mark.slow
def test_the_demo_counts_the_same_children_in_both_columns(planned_sample):
    told = planned_sample[1]["measures"]

    for column in ("optimised_do_nothing", "plan"):
        measures = told[column]
        routes = [value for name, value in measures.items() if name.startswith("fallback_")]
        in_fallback = sum(routes) - measures["fallback_gbp"]
        assert in_fallback == pytest.approx(measures["children_in_fallback"])
        assert measures["children_in_need"] == pytest.approx(told["children_in_need"])
        parts = ("children_placed", "children_staying_independent", "children_in_fallback")
        assert sum(measures[part] for part in parts) == pytest.approx(told["children_in_need"])
        assert measures["children_placed"] <= measures["places"] + 1e-6
    assert told["optimised_do_nothing"]["capital_gbp"] == 0


@pytest.mark.slow
def test_the_demo_spends_what_its_builds_cost_and_no_pot_is_overdrawn(planned_sample):
    """Read from the stored tables and the study's files, with no help from the library."""
    folder, reply = planned_sample

    def rows(path):
        with path.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    builds = rows(folder / "internal/plan/builds.csv")
    spend = rows(folder / "internal/plan/spend.csv")
    funding = rows(SAMPLE / "schools/pot_funding.csv")
    sizes = {row["option_id"]: row["sizes"] for row in rows(SAMPLE / "schools/options.csv")}
    capital = sum(float(build["capital_gbp"]) for build in builds)
    assert builds
    assert all(int(build["places"]) in sizes_of(sizes[build["option_id"]]) for build in builds)
    assert reply["measures"]["plan"]["capital_gbp"] == pytest.approx(capital)
    assert sum(float(payment["gbp"]) for payment in spend) == pytest.approx(capital)
    for pot in {payment["pot_id"] for payment in spend}:
        for year in range(2020, 2041):
            paid, received = (
                sum(
                    float(row["gbp"])
                    for row in table
                    if row["pot_id"] == pot and int(row["academic_year"]) <= year
                )
                for table in (spend, funding)
            )
            assert paid <= received + 1


@pytest.mark.slow
def test_the_demo_run_is_verified(planned_sample, capsys):
    assert main(["rerun", str(planned_sample[0])]) == 0
    assert "audited and solved again" in capsys.readouterr().out


needs_signals = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not sent so on Windows")


@needs_signals
@pytest.mark.slow
def test_ctrl_c_in_the_search_keeps_the_best_plan_with_its_gap(tmp_path, capsys):
    folder = tmp_path / "run"

    code, out, err = stopped(
        ("… siting new places", "… first plan"),
        "plan", SAMPLE, "--out", folder, "--json",
        "--set", "solver.relative_gap=0.0", "--set", "solver.time_limit_s=180",
    )  # fmt: skip

    assert code == 0, err
    assert "… stopping: keeping the best plan so far" in err
    reply = json.loads(out.splitlines()[-1])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    report = manifest["reports"]["plan"]
    assert (reply["status"], report["stopped_by"]) == ("feasible", "interrupt")
    assert 0 < manifest["gap"] < 1
    assert manifest["gap"] == pytest.approx(reply["gap"])
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert main(["rerun", str(folder)]) == 0
    assert "verified: the plan of" in capsys.readouterr().out


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["… reading", "… projecting need", "… measuring journeys"])
def test_ctrl_c_before_there_is_a_plan_leaves_nothing(tmp_path, moment):
    code, out, err = stopped([moment], "plan", SAMPLE, "--out", tmp_path / "runs" / "run")

    assert (code, out) == (1, "")
    assert [line for line in err.splitlines() if not line.startswith("… ")] == [
        "stopped: nothing was written"
    ]
    assert list(tmp_path.iterdir()) == []
