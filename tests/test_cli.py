"""The command line: exit codes, plain errors, and one JSON object on the last line."""

import json
import shutil

import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.inputs import check_study, read_inputs
from placement_planner.scenario import Scenario, scenario_template
from placement_planner.templates import workbook_study
from tests.faulty_study import FAULTS, set_cell
from tests.plannable_study import IN_NEED, write_plannable_study

FIELDS = {
    "command", "status", "objective", "bound", "gap", "gap_gbp", "gap_of_benefit", "seconds",
    "peak_mb", "measures", "paths",
}  # fmt: skip
UNSOLVED = ("objective", "bound", "gap", "gap_gbp", "gap_of_benefit")


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    return write_plannable_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def study(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "study")


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


def reply_of(output):
    return json.loads(output.splitlines()[-1])


def only_error(said):
    """Return the one line of an error; progress is told on lines of its own."""
    lines = [line for line in said.splitlines() if not line.startswith("… ")]
    assert len(lines) == 1, said
    assert lines[0].startswith("error: ")
    return lines[0].removeprefix("error: ")


def test_a_sound_study_is_checked_with_no_finding(command, study):
    assert command("check", study) == (0, f"0 finding(s) in {study}\n", "")


def test_a_faulty_study_is_told_one_line_a_finding(command, study):
    for fault in FAULTS[:3]:
        fault.plant(study)

    code, out, err = command("check", study)

    assert code == 1
    assert out.splitlines() == [*map(str, check_study(study)), f"3 finding(s) in {study}"]
    assert err == ""


def test_findings_stand_in_the_json_too(command, study):
    set_cell(study, "schools/options.csv", 2, "lead_years", "two")

    code, out, _ = command("check", study, "--json")

    reply = reply_of(out)
    assert (code, reply["status"]) == (1, "findings")
    assert reply["findings"] == [
        {
            "file": "schools/options.csv",
            "row": 2,
            "column": "lead_years",
            "found": "'two'",
            "would_be_right": "a whole number from 0 to 10",
        }
    ]


@pytest.mark.parametrize(
    ("words", "code", "status", "extras"),
    [
        (("check", "{study}"), 0, "ok", {"findings"}),
        (("new", "{folder}/new"), 0, "ok", set()),
        (("schema",), 0, "ok", {"columns"}),
        (("plan", "{folder}/none"), 1, "error", {"message"}),
        (("rerun", "{folder}/none"), 1, "error", {"message"}),
        (("import", "{folder}/none.toml", "--to", "{folder}/to"), 1, "error", {"message"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_the_last_line_is_one_json_object_with_the_agreed_fields(
    command, study, tmp_path, words, code, status, extras
):
    arguments = [word.format(study=study, folder=tmp_path) for word in words]

    ended, out, _ = command(*arguments, "--json")

    reply = reply_of(out)
    assert ended == code
    assert set(reply) == FIELDS | extras
    assert (reply["command"], reply["status"]) == (words[0], status)
    assert [reply[name] for name in UNSOLVED] == [None] * len(UNSOLVED)
    assert reply["seconds"] >= 0
    assert reply["peak_mb"] > 0


def test_a_solved_plan_answers_in_the_agreed_fields(command, study, tmp_path):
    run = tmp_path / "run"

    code, out, _ = command("plan", study, "--out", run, "--json")

    reply = reply_of(out)
    assert code == 0
    assert set(reply) == FIELDS
    assert reply["status"] == "optimal"
    assert reply["gap"] == pytest.approx(
        max(0.0, reply["objective"] - reply["bound"]) / max(abs(reply["objective"]), 1e-9)
    )
    assert reply["measures"]["children_in_need"] == pytest.approx(IN_NEED)
    assert set(reply["measures"]) >= {
        "final_year", "children_in_need", "optimised_do_nothing", "plan",
    }  # fmt: skip
    for path in reply["paths"].values():
        assert str(path).startswith(str(run))
    assert "Children who need a specialist place" in out


@pytest.mark.slow
def test_an_unproved_gap_is_the_difference_over_the_objective(command, study, tmp_path):
    """The first plan within a gap of 100 % is taken: its gap is the formula's, not nought."""
    code, out, _ = command(
        "plan", study, "--out", tmp_path / "run", "--json", "--set", "solver.relative_gap=1.0"
    )

    reply = reply_of(out)
    assert code == 0
    assert reply["objective"] >= reply["bound"]
    assert reply["gap_gbp"] == pytest.approx(reply["objective"] - reply["bound"])
    assert reply["gap"] == pytest.approx(reply["gap_gbp"] / reply["objective"])


@pytest.mark.parametrize(
    "words", [("plan",), ("bogus",), ("import", "x.toml"), ("check", "x", "--nonsense")]
)
def test_wrong_usage_exits_2(command, words):
    code, out, err = command(*words)

    assert (code, out) == (2, "")
    assert "Usage: placement-planner" in err


@pytest.mark.parametrize("name", ["check", "plan"])
def test_a_study_that_is_not_there_is_one_plain_line(command, tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code, out, err = command(name, "nowhere")

    assert (code, out) == (1, "")
    assert only_error(err) == "nowhere: no such study folder or workbook"
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_not_there_is_one_plain_line(command, tmp_path):
    code, out, err = command("rerun", tmp_path / "nowhere")

    assert (code, out) == (1, "")
    assert only_error(err) == f"{tmp_path}/nowhere is not a run folder: it has no manifest.json"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("solver.time_limit_s=abc", "--set solver.time_limit_s: Input should be a valid number"),
        ("solver.time_limit_s=0", "--set solver.time_limit_s: Input should be greater than 0"),
        ("nonsense", "--set nonsense: right would be section.choice=value"),
        ("solver.bogus=3", "--set solver.bogus: Extra inputs are not permitted, found 3"),
        ("bogus.years=3", "--set bogus: no such section; right would be one of horizon, need"),
        ("name.first=3", "--set name: no such section; right would be one of horizon, need"),
        ("horizon.years=[2029, 2028]", "--set horizon.years: years must be a rising"),
    ],
)
def test_a_wrong_choice_is_one_plain_line_and_nothing_is_written(
    command, study, tmp_path, change, told
):
    code, out, err = command("plan", study, "--out", tmp_path / "run", "--set", change)

    assert (code, out) == (1, "")
    assert only_error(err).startswith(told)
    assert not (tmp_path / "run").exists()


def test_an_unknown_key_of_a_scenario_file_is_named(command, study, tmp_path):
    file = tmp_path / "other.toml"
    file.write_text("[solver]\nspeed = 3\n", encoding="utf-8")

    code, _, err = command("plan", study, "--scenario", file, "--out", tmp_path / "run")

    assert code == 1
    assert "other.toml: 1 choice(s) wrong:\n  solver.speed: " in err


def test_an_unknown_key_of_the_studys_scenario_is_a_finding(command, study):
    file = study / "scenario.toml"
    text = file.read_text(encoding="utf-8").replace("relative_gap", "relativ_gap")
    file.write_text(text, encoding="utf-8")

    code, out, _ = command("check", study)

    assert code == 1
    assert out.splitlines()[0].startswith("scenario.toml, column solver.relativ_gap: found 0.001")


def test_a_missing_scenario_file_is_one_plain_line(command, study, tmp_path):
    code, _, err = command("plan", study, "--scenario", tmp_path / "none.toml")

    assert (code, only_error(err)) == (1, f"{tmp_path}/none.toml: no such scenario file")


def test_choices_on_the_command_line_stand_before_the_scenario_file(command, study, tmp_path):
    run = tmp_path / "run"

    command("plan", study, "--out", run, "--set", "horizon.years=[2027]", "--set", "solver.seed=7")

    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 7
    assert "years = [2027]" in (run / "scenario.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_workbook_is_planned_by_the_scenario_beside_it(command, study, tmp_path):
    workbook = workbook_study(study, tmp_path / "study.xlsx")
    named = Scenario(name="Beside").with_choices(horizon={"years": (2027, 2028)})
    (tmp_path / "scenario.toml").write_text(scenario_template(named), encoding="utf-8")

    code, out, _ = command("plan", workbook, "--out", tmp_path / "run", "--json")

    assert (code, out.splitlines()[0]) == (0, "Beside: modelling, not a proposal")
    assert reply_of(out)["measures"]["final_year"] == 2028


@pytest.mark.parametrize("flag", [(), ("--xlsx",)])
def test_a_new_study_can_be_checked_and_is_not_overwritten(command, tmp_path, flag):
    folder = tmp_path / "new"

    first = command("new", folder, *flag)
    again = command("new", folder, *flag)

    assert first[0] == 0
    assert all((tmp_path / line).exists() for line in first[1].splitlines())
    assert again[0] == 1
    assert "is there already" in only_error(again[2])


def test_the_schema_names_every_column_of_the_study(command, study):
    code, out, _ = command("schema", "--json")

    columns = {row["column"] for row in reply_of(out)["columns"]}
    assert code == 0
    assert set(read_inputs(study).options.columns) <= columns
    assert out.startswith("# Data dictionary")


def test_a_file_in_the_place_of_a_folder_is_one_plain_line(command, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    code, _, said = command("new", tmp_path / "file" / "study")

    assert code == 1
    assert said.startswith("error: ")


def test_options_that_cannot_be_locked_in_together_are_named(command, study, tmp_path):
    """O1 at £386,000 is locked in, and its pot holds nothing."""
    path = study / "schools" / "options.csv"
    options = pd.read_csv(path, dtype=str)
    options.loc[options["option_id"] == "O1", "locked_in"] = "true"
    options.to_csv(path, index=False)
    funding = study / "schools" / "pot_funding.csv"
    pd.read_csv(funding).assign(gbp=0).to_csv(funding, index=False)

    code, _, said = command("plan", study, "--out", tmp_path / "run")

    assert code == 1
    assert "no plan keeps every rule" in said
    assert "O1" in said
