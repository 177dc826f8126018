"""`placement-planner privacy-check`: what a run writes passes, whatever is planted is named."""

import json

import pandas as pd
import pytest

from placement_planner.cli import main
from tests.plannable_study import write_plannable_study


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A plan of the plannable study, whose options nobody has approved."""
    folder = tmp_path_factory.mktemp("privacy")
    study = write_plannable_study(folder / "study")
    assert main(["plan", str(study), "--out", str(folder / "run")]) == 0
    return folder / "run"


@pytest.fixture
def check(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = main(["privacy-check", *map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out

    return run


def test_what_a_plan_publishes_passes(check, run_folder):
    """Map, workbook, log and scenario; the manifest and what is in `internal` stay."""
    code, said = check(run_folder)

    assert (code, said) == (0, "4 file(s): nothing small, personal or unapproved was found\n")


def test_a_log_says_what_was_withheld_of_every_table(run_folder):
    log = pd.read_csv(run_folder / "withheld.csv").set_index("table")

    assert {"Children who need a specialist place", "Mean journey, one way"} <= {*log.index}
    assert (log["withheld"] <= log["counts"]).all()
    assert log.loc["Names of schools", "withheld"] == log.loc["Names of schools", "counts"]
    assert set(log["threshold"]) == {5}


def test_internal_files_are_refused(check, run_folder):
    code, said = check(run_folder / "internal" / "plan" / "placements.csv")

    assert code == 1
    assert "is not rounded to 5" in said


def test_leaks_are_named_with_file_place_and_example(check, run_folder):
    """The study of the run is known from its manifest."""
    path = run_folder / "extra.csv"
    name = "S3 School"
    path.write_text(f"area,children,upn\n{name},3,\n", encoding="utf-8")

    code, said = check(path, "--json")
    path.unlink()

    reply = json.loads(said.splitlines()[-1])
    assert (code, reply["status"], reply["unchecked"]) == (1, "leaks", [])
    assert {leak["what"] for leak in reply["leaks"]} == {
        "a count of children under 5",
        "a field for a unique pupil number",
        "a school that has not agreed to be named",
    }
    [small] = [leak for leak in reply["leaks"] if leak["what"].startswith("a count")]
    assert (small["file"], small["place"]) == ("extra.csv", "row 2, children")
    assert f"for example children 3 ({name})\n" in said


def test_where_no_study_is_known_it_says_that_schools_were_not_looked_for(check, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("area,children\nMill,20\n", encoding="utf-8")

    code, said = check(path)

    assert code == 0
    assert said.startswith("not checked: schools: ")


def test_threshold_and_rounding_are_those_of_the_scenario(check, tmp_path):
    (tmp_path / "table.csv").write_text("area,children\nMill,12\n", encoding="utf-8")
    (tmp_path / "few.toml").write_text("[privacy]\nrounding = 1\n", encoding="utf-8")
    (tmp_path / "many.toml").write_text(
        "[privacy]\nthreshold = 20\nrounding = 1\n", encoding="utf-8"
    )

    codes = [
        check(tmp_path / "table.csv", "--scenario", tmp_path / name)[0]
        for name in ("few.toml", "many.toml")
    ]

    assert codes == [0, 1]
    assert check(tmp_path / "table.csv")[0] == 1


def test_a_file_that_is_not_there_is_said_so(tmp_path, capsys):
    assert main(["privacy-check", str(tmp_path / "none.csv")]) == 1
    assert "no such file" in capsys.readouterr().err
