"""`placement-planner gap`: what it prints, writes and answers, and how it fails.

The study and its answer in 2029 are those of tests/gap/measured, worked out there by hand.
"""

import json
import shutil

import pandas as pd
import pytest

from placement_planner import pipeline
from placement_planner.cli import main
from placement_planner.storage import write_table
from placement_planner.tables import table_name
from placement_planner.tables.study import STUDY_TABLES
from tests.gap.measured import BORDER, YEAR
from tests.plannable_study import write_plannable_study
from tests.small_study import boundaries, schools

SHOWN = {
    "components.csv", "costs.csv", "establishments.csv", "exchange.csv", "gap.png",
    "gap_authority.csv", "gap_map.html", "gap_need_group.csv", "gap_phase.csv", "internal",
    "journeys.csv", "over_full.csv", "places.csv", "places.png", "scenario.toml", "summary.txt",
    "transport_cost.png", "transport_curve.csv", "transport_ride.png", "withheld.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = write_plannable_study(tmp_path_factory.mktemp("gap") / "study")
    frames = boundaries() | schools()
    for model in STUDY_TABLES:
        if table_name(model) in BORDER:
            write_table(folder, model, frames[table_name(model)])
    return folder


def run(capsys, *arguments):
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, said.err


def test_the_gap_is_told_written_and_answered(capsys, study, tmp_path):
    out = tmp_path / "out"

    code, said, _ = run(capsys, "gap", study, "--out", out, "--json")

    reply = json.loads(said.splitlines()[-1])
    assert code == 0
    assert {path.name for path in out.iterdir()} == SHOWN
    assert (reply["status"], reply["measures"]["final_year"]) == ("optimal", YEAR)
    assert reply["bound"] <= reply["objective"]
    assert reply["measures"]["residence"] == {"need": 110, "supply": 28, "unmet": 82}
    assert reply["measures"]["accessible"]["unmet"] == pytest.approx(82)
    assert reply["measures"]["assignment"]["unmet"] == pytest.approx(78)
    assert reply["paths"]["map"] == str(out / "gap_map.html")
    assert "Without a place at best" in said
    assert (out / "summary.txt").read_text(encoding="utf-8") in said


@pytest.mark.slow
def test_what_is_inside_adds_up_to_what_is_shown(capsys, study, tmp_path):
    """Internal rows to the child; shown rows rounded to five."""
    run(capsys, "gap", study, "--out", tmp_path / "out")

    inside = pd.read_csv(tmp_path / "out/internal/gap.csv").query("academic_year == @YEAR")
    shown = pd.read_csv(tmp_path / "out/gap_authority.csv").query("academic_year == @YEAR")
    by_way = inside.groupby("way")[["need", "unmet"]].sum()
    assert by_way["need"].tolist() == pytest.approx([110, 110, 110])
    every = shown.set_index("authority_code").loc["all"]
    assert every["need"] == 110
    assert abs(every["without_at_best"] - by_way.loc["assignment", "unmet"]) <= 2.5
    assert shown["without_here"].iloc[1:].sum() == pytest.approx(82, abs=5)


@pytest.mark.slow
def test_counts_of_few_do_not_leave(capsys, study, tmp_path):
    """Two of Eastham's outside the region: withheld at the top, there inside."""
    run(capsys, "gap", study, "--out", tmp_path / "out")

    exchange = pd.read_csv(tmp_path / "out/exchange.csv")
    inside = pd.read_csv(tmp_path / "out/internal/exchange_now.csv")
    ours = exchange[exchange["place_authority_code"] == "OUTSIDE"]
    assert ours["children"].tolist() == ["c"]
    assert inside.loc[inside["place_authority_code"] == "OUTSIDE", "children"].tolist() == [2]
    assert "not for publication" in (tmp_path / "out/internal/README.txt").read_text()


def test_a_folder_that_holds_something_is_left_alone(capsys, study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("kept")

    code, _, err = run(capsys, "gap", study, "--out", tmp_path / "out")

    assert code == 1
    assert "exists and is not empty" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_ctrl_c_leaves_nothing(capsys, study, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "measure_gap", stopped)

    code, said, err = run(capsys, "gap", study, "--out", tmp_path / "out", "--json")

    assert code == 1
    assert "stopped: nothing was written" in err
    assert json.loads(said.splitlines()[-1])["status"] == "stopped"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("travel.mode=roads", "the study has no table roads"),
        ("gap.catchment_minutes_primary=0", "greater than or equal to 1"),
        ("supply.flows=observed", "the study has no flows"),
    ],
)
def test_what_cannot_be_measured_is_one_plain_line(capsys, study, tmp_path, change, words):
    lacking = shutil.copytree(study, tmp_path / "lacking")
    for table in ("boundaries/roads.gpkg", "schools/flows.csv"):
        (lacking / table).unlink()

    code, said, err = run(capsys, "gap", lacking, "--out", tmp_path / "out", "--set", change)

    assert (code, said) == (1, "")
    assert words in err
    assert not (tmp_path / "out").exists()
