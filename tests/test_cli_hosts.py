"""`placement-planner hosts`: what it prints, writes and answers, and how it fails."""

import json

import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.tables import checked
from placement_planner.tables.study import Options
from tests.faulty_study import set_cell
from tests.plannable_study import write_plannable_study

FILES = {
    "README.txt", "hosts.csv", "options_generated.csv", "options_priced_outside.csv",
    "processes.csv", "processes_of_options.csv",
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    """The study by hand, with two more mainstream schools: M1 has room, M2 is full."""
    folder = write_plannable_study(tmp_path / "study")
    path = folder / "schools" / "sites.csv"
    sites = pd.read_csv(path)
    first = sites[sites["site_id"].eq("S1")]
    more = [
        first.assign(site_id=code, site_name=f"{code} School", capacity=210, roll=roll,
                     establishment_type="Academy converter")
        for code, roll in (("M1", 180), ("M2", 210))
    ]  # fmt: skip
    pd.concat([sites, *more]).to_csv(path, index=False)
    return folder


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


def test_schools_stay_inside_and_counts_may_leave(command, study, tmp_path):
    """Of three primary schools M1 has 30 spare places and M2 none; S1 is shut out for every need.

    The sixteen places of its base leave four under a tenth of its roll of 200.
    """
    out = tmp_path / "out"

    code, said, _ = command("hosts", study, "--out", out, "--json")

    reply = json.loads(said.splitlines()[-1])
    assert code == 0
    assert reply["measures"]["schools"] == 3
    assert {path.name for path in (out / "internal").iterdir()} == FILES
    assert "not for publication" in (out / "internal" / "README.txt").read_text()
    summary = (out / "summary.txt").read_text()
    assert "Westby, primary: 3 schools; rooms could be adapted at 1, only a new building" in summary
    for name in ("S1 School", "M1", "M2"):
        assert name not in summary
        assert name not in (out / "hosts_by_authority.csv").read_text()
    counts = pd.read_csv(out / "hosts_by_authority.csv")
    columns = ["schools", "could_adapt", "could_only_build", "shut_out", "cap on base places"]
    assert counts.loc[0, columns].tolist() == [3, 1, 1, 1, 1]


def test_generated_options_are_ready_for_the_study(command, study, tmp_path):
    out = tmp_path / "out"
    command("hosts", study, "--out", out)

    options = pd.read_csv(out / "internal" / "options_generated.csv")
    processes = pd.read_csv(out / "internal" / "processes.csv")

    checked(Options, options.astype({"requires": "object", "excludes": "object"}))
    assert "M1-adapt_rooms-ci_base" in set(options["option_id"])
    assert set(processes["option_id"]) == set(options["option_id"])
    options.to_csv(study / "schools" / "options.csv", index=False)
    assert command("check", study)[0] == 0


@pytest.mark.parametrize(
    ("la_code", "gbp", "words"),
    [("990", 20_000, "1 in Westby, Eastham"), ("204", 25_800, "1 in Eastham; 1.29 in Westby")],
)
def test_options_are_priced_by_the_studys_own_line_and_the_regions_prices(
    command, study, tmp_path, la_code, gbp, words
):
    """The study's own line says 20,000 a place in England; Inner London builds at 1.29 times."""
    set_cell(study, "boundaries/authorities.csv", 2, "la_code", la_code)

    code, said, _ = command("hosts", study, "--out", tmp_path / "out")

    assert code == 0
    assert f"prices over England's, 1 where it has none: {words}." in said
    options = pd.read_csv(tmp_path / "out/internal/options_generated.csv").set_index("option_id")
    assert options.loc["M1-adapt_rooms-ci_base", "capital_per_place_gbp"] == gbp


@pytest.mark.slow
def test_the_studys_options_are_held_against_the_cost_library(command, study, tmp_path):
    """O2, a new school of 16 places at most: 386,000 / 16 = 24,125 where 100,000 is the least."""
    code, said, _ = command("hosts", study, "--out", tmp_path / "out", "--json")

    told = pd.read_csv(tmp_path / "out/internal/options_priced_outside.csv")
    row = told.query("option_id == 'O2' and places == 16").iloc[0]
    assert code == 0
    assert row[["gbp_per_place", "low", "high"]].tolist() == [24_125, 100_000, 150_000]
    reply = json.loads(said.splitlines()[-1])
    assert reply["measures"]["options_priced_outside"] == told["option_id"].nunique()
    assert any("Local knowledge may well be right" in note for note in reply["notes"])


@pytest.mark.slow
def test_a_weight_on_the_command_line_counts(command, study, tmp_path):
    def score(*changes):
        out = tmp_path / f"out{len(changes)}"
        assert command("hosts", study, "--out", out, *changes)[0] == 0
        table = pd.read_csv(out / "internal" / "hosts.csv")
        return table.query("site_id == 'M2' and need_group == 'ci_base'")["score"].item()

    assert score("--set", "hosts.weight_spare=0") > score()


def test_a_folder_that_holds_something_is_left_alone(command, study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")

    code, _, err = command("hosts", study, "--out", tmp_path / "out")

    assert code == 1
    assert "exists and is not empty" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_study_that_is_not_there_is_one_plain_line(command, tmp_path):
    code, out, err = command("hosts", tmp_path / "none", "--out", tmp_path / "out")

    assert (code, out) == (1, "")
    assert "no such study folder" in err
