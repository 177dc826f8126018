"""`score`: any plan by the optimiser's ruler: its own, one typed by hand, one that breaks rules."""

import json

import pandas as pd
import pytest

from placement_planner.cli import main
from tests.plannable_study import write_plannable_study

ONE_BASE = "option_id,places,start_year\nO1,16,2027\n"


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """Return a folder that holds `study` and its `run`."""
    folder = tmp_path_factory.mktemp("scored")
    study = write_plannable_study(folder / "study")
    assert main(["plan", str(study), "--out", str(folder / "run")]) == 0
    return folder


def scored(planned, plan, capsys):
    capsys.readouterr()
    code = main(["score", str(planned / "study"), str(plan), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out.splitlines()[-1]), out, err


def objective_of(run):
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return manifest["reports"]["plan"]["objective_gbp"]


def test_the_plan_of_a_run_costs_what_the_run_says(planned, capsys):
    code, reply, said, _ = scored(planned, planned / "run", capsys)

    assert (code, reply["status"], reply["broken"]) == (0, "keeps every rule", [])
    assert reply["objective"] == pytest.approx(objective_of(planned / "run"), rel=1e-9)
    assert (reply["bound"], reply["gap"]) == (None, None)
    assert "nothing is proven about it" in said


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_its_builds_typed_by_hand_come_to_the_same(planned, tmp_path, capsys, ending):
    """Children are placed at best for them, pots pay, and viable fill is kept."""
    builds = pd.read_csv(planned / "run/internal/plan/builds.csv")
    typed = builds[["option_id", "places", "start_year"]]
    path = tmp_path / f"mine{ending}"
    (typed.to_csv if ending == ".csv" else typed.to_excel)(path, index=False)

    code, reply, _, _ = scored(planned, path, capsys)

    assert (code, reply["broken"]) == (0, [])
    assert reply["objective"] == pytest.approx(objective_of(planned / "run"), rel=1e-6)


@pytest.mark.slow
def test_fewer_builds_are_a_dearer_plan(planned, tmp_path, capsys):
    """The base alone costs £386,000 and leaves the new school's 16 children where they were."""
    (tmp_path / "mine.csv").write_text(ONE_BASE, encoding="utf-8")

    code, reply, _, _ = scored(planned, tmp_path / "mine.csv", capsys)

    assert (code, reply["measures"]["plan"]["capital_gbp"]) == (0, 386_000)
    assert reply["measures"]["plan"]["children_placed"] == pytest.approx(59 - 16)
    assert reply["objective"] > objective_of(planned / "run")


@pytest.mark.slow
def test_a_broken_rule_is_named_and_ends_with_one(planned, tmp_path, capsys):
    """12 places are none of the sizes 8 and 16."""
    (tmp_path / "mine.csv").write_text(ONE_BASE.replace("16", "12"), encoding="utf-8")

    code, reply, said, _ = scored(planned, tmp_path / "mine.csv", capsys)

    assert (code, reply["status"]) == (1, "breaks rules")
    assert "size not allowed: O1" in reply["broken"]
    assert "size not allowed: O1" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("option_id,places\nO1,16\n", "it lacks start_year"),
        (ONE_BASE.replace("O1", "O9"), "'O9' is no option of the study, such as 'O1'"),
        (ONE_BASE.replace("16", "some"), "right would be a whole number above 0"),
        (ONE_BASE + "O1,8,2027\n", "O1: built more than once"),
    ],
)
def test_a_table_that_is_no_plan_is_told(planned, tmp_path, capsys, text, words):
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")

    code, reply, _, err = scored(planned, tmp_path / "mine.csv", capsys)

    assert (code, reply["status"]) == (1, "error")
    assert words in err


def test_a_plan_that_is_not_there_is_told(planned, tmp_path, capsys):
    code, _, _, err = scored(planned, tmp_path / "none.csv", capsys)

    assert code == 1
    assert "no such plan; right would be a run folder" in err
