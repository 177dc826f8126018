"""`placement-planner project`: what it prints, writes and answers, and how it fails."""

import json

import pytest

from placement_planner.cli import main
from tests.faulty_study import set_cell
from tests.plannable_study import write_plannable_study

CHILDREN = 112  # two authorities × seven year groups × two settings × four


@pytest.fixture
def study(tmp_path):
    return write_plannable_study(tmp_path / "study")


@pytest.fixture
def command(capsys):
    """Run a command; return exit code, standard output and standard error."""

    def run(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


def test_a_study_is_projected_and_told_year_by_year(command, study, tmp_path):
    code, out, err = command("project", study, "--out", tmp_path / "out", "--json")

    reply = json.loads(out.splitlines()[-1])
    assert code == 0
    assert (reply["command"], reply["status"]) == ("project", "ok")
    assert reply["measures"]["method"] == "held"
    told = reply["measures"]["children"]
    assert list(told) == ["2025", "2026", "2027", "2028", "2029"]
    assert [told[year]["mean"] for year in told] == [pytest.approx(CHILDREN)] * 5
    assert "2029/30: 110 expected" in out
    assert "modelling, not a proposal" in out
    assert "… projecting children with plans to 2029" in err
    for path in reply["paths"].values():
        assert path.startswith(str(tmp_path / "out"))
    assert (tmp_path / "out" / "internal" / "cube.parquet").is_file()


@pytest.mark.slow
def test_a_choice_on_the_command_line_goes_before_the_study(command, study, tmp_path):
    code, out, _ = command(
        "project", study, "--out", tmp_path / "out", "--json",
        "--set", "need.method=published", "--set", "need.draws=25",
    )  # fmt: skip

    reply = json.loads(out.splitlines()[-1])
    assert code == 0
    assert reply["measures"]["method"] == "published"
    assert reply["measures"]["children"]["2025"]["mean"] == pytest.approx(CHILDREN)
    assert "draws = 25" in (tmp_path / "out" / "scenario.toml").read_text()


@pytest.mark.slow
def test_without_a_folder_named_it_goes_to_runs(command, study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code, out, _ = command("project", study)

    (made,) = (tmp_path / "runs").iterdir()
    assert code == 0
    assert made.name.startswith("study-")
    assert made.name.endswith("-projection")
    assert f"runs/{made.name}" in out


def test_a_study_that_is_not_there_is_told_plainly(command, tmp_path):
    code, out, err = command("project", tmp_path / "none", "--out", tmp_path / "out", "--json")

    reply = json.loads(out.splitlines()[-1])
    assert (code, reply["status"]) == (1, "error")
    assert "no such study folder or workbook" in err
    assert not (tmp_path / "out").exists()


def test_a_faulty_study_names_the_cell(command, study, tmp_path):
    set_cell(study, "schools/caseload.csv", 2, "children", "four")

    code, _, err = command("project", study, "--out", tmp_path / "out")

    assert code == 1
    assert "schools/caseload.csv, row 2, column children: found 'four'" in err
    assert not (tmp_path / "out").exists()


def test_years_that_the_population_lacks_are_named(command, study, tmp_path):
    code, _, err = command(
        "project", study, "--out", tmp_path / "out", "--set", "horizon.years=[2027, 2035]"
    )

    assert code == 1
    assert "population_projection has no rows for academic year 2032" in err


def test_a_folder_in_use_is_not_overwritten(command, study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept.txt").write_text("mine")

    code, _, err = command("project", study, "--out", tmp_path / "out")

    assert code == 1
    assert "exists and is not empty" in err
    assert (tmp_path / "out" / "kept.txt").read_text() == "mine"


def test_wrong_usage_ends_in_2(command, study):
    assert command("project")[0] == 2
    assert command("project", study, "--draws", "5")[0] == 2
