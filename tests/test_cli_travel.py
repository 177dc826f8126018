"""The command that measures drives: of a study, against a matrix, and of any tables."""

import json
import tomllib

import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.travel import read_matrix
from tests.small_study import travel_matrix, write_small_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("travel") / "study"
    write_small_study(folder)
    return folder


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def reply_of(said):
    return json.loads(said.splitlines()[-1])


def test_the_matrix_of_a_study_is_told_and_written(capsys, study, tmp_path):
    """Four areas × four sites (three of its own, one neighbouring): every pair is there."""
    out = tmp_path / "drives.parquet"

    code, said, _ = run(capsys, "travel", study, "--out", out, "--json")

    reply = reply_of(said)
    assert code == 0
    assert reply["measures"]["mode"] == "matrix"
    assert (reply["measures"]["pairs"], reply["measures"]["stranded"]) == (16, [])
    assert reply["paths"] == {"drives": str(out)}
    assert "Every small area reaches a site." in said
    written = read_matrix(out).set_index(["area_code", "site_id"]).sort_index()
    given = travel_matrix().set_index(["area_code", "site_id"]).sort_index()
    pd.testing.assert_frame_equal(written, given)


def test_straight_lines_are_fitted_to_a_matrix_and_lines_can_be_pasted(capsys, study, tmp_path):
    """The matrix: 7 minutes and twice our km at 26 km/h. Four areas are too few for a class."""
    straight = tmp_path / "straight.csv"
    run(capsys, "travel", study, "--set", "travel.mode=straight_line", "--out", straight)
    ours = pd.read_csv(straight)
    given = tmp_path / "given.csv"
    ours.assign(minutes=7 + 2 * ours["minutes"]).drop(columns="distance_km").to_csv(
        given, index=False
    )

    code, said, _ = run(
        capsys, "travel", study, "--set", "travel.mode=straight_line", "--against", given, "--json"
    )

    fit = reply_of(said)["measures"]["calibrations"][0]
    assert code == 0
    assert fit["mode"] == "straight_line"
    assert fit["intercept_minutes"] == pytest.approx(7)
    assert 60 / fit["classes"][0]["slope"] == pytest.approx(13)
    assert fit["judged_mae"] == pytest.approx(0, abs=1e-9)
    assert tomllib.loads("\n".join(fit["scenario_lines"]))["travel"]["circuity_fall"] == 0.14
    assert "Judged: R² 1.000" in said


def test_drives_are_kept_beside_the_study(capsys, study):
    code, _, first = run(capsys, "travel", study, "--set", "travel.mode=roads")
    _, _, again = run(capsys, "travel", study, "--set", "travel.mode=roads")

    assert code == 0
    assert "as kept in" not in first
    assert "as kept in" in again
    assert len(list((study / ".drives").glob("drives-roads-*.parquet"))) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((), "--areas, --sites, --roads missing"), (("study", "--areas", "x.csv"), "not both")],
)
def test_wrong_usage_exits_2(capsys, arguments, words):
    code, said, err = run(capsys, "travel", *arguments)

    assert (code, said) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_a_matrix_that_breaks_the_contract_is_one_plain_error(capsys, study, tmp_path):
    path = tmp_path / "matrix.csv"
    path.write_text("area_code,site_id,minutes\nA1,S1,-3\n")

    code, said, err = run(capsys, "travel", study, "--against", path)

    assert (code, said) == (1, "")
    assert "1 negative cell(s), first of A1 to S1" in err


def write_tables(folder):
    """Two areas and a school along one road of 3 km: n1 at 0, n2 at 3 km; a third far off."""
    areas = "LSOA21CD,pc_easting,pc_northing\nE1,400000,300000\nE2,403000,300000\n"
    sites = "urn,easting,northing\n100001,403000,300000\n100002,,\n"
    edges = "u,v,length_km\n1,2,3.0\n"
    nodes = "node,easting,northing\n1,400000,300000\n2,403000,300000\n"
    for name, text in (("areas", areas), ("sites", sites), ("edges", edges), ("nodes", nodes)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_any_tables_are_measured_along_roads_in_one_command(capsys, tmp_path):
    write_tables(tmp_path)
    out = tmp_path / "drives.parquet"

    code, said, _ = run(
        capsys, "travel", "--areas", tmp_path / "areas.csv", "--sites", tmp_path / "sites.csv",
        "--roads", tmp_path / "edges.csv", "--nodes", tmp_path / "nodes.csv", "--limit", 75,
        "--out", out, "--json",
    )  # fmt: skip

    drives = pd.read_parquet(out).sort_values("area_code")
    assert code == 0
    assert drives["area_code"].tolist() == ["E1", "E2"]
    assert drives["distance_km"].tolist() == pytest.approx([3, 0], abs=1e-6)
    assert reply_of(said)["measures"]["pairs"] == 2
    assert "1 of 2 places have no metres" in said


def of_tables(capsys, folder, *more):
    files = {"areas": "areas", "sites": "sites", "roads": "edges", "nodes": "nodes"}
    named = [part for name in files for part in (f"--{name}", folder / f"{files[name]}.csv")]
    return run(capsys, "travel", *named, "--out", folder / "drives.parquet", *more)


def test_a_one_way_street_is_driven_into_in_its_direction(capsys, tmp_path):
    """The school stands half-way along 1 → 2: 3 km, then 1.5 along it, and not back from 2."""
    write_tables(tmp_path)
    nodes = "node,easting,northing\n0,397000,300000\n1,400000,300000\n2,403000,300000\n"
    (tmp_path / "nodes.csv").write_text(nodes)
    (tmp_path / "edges.csv").write_text("u,v,length_km,oneway\n0,1,3.0,no\n1,2,3.0,yes\n")
    (tmp_path / "areas.csv").write_text("code,easting,northing\nE0,397000,300000\n")
    (tmp_path / "sites.csv").write_text("urn,easting,northing\n100001,401500,300000\n")

    code, _, _ = of_tables(capsys, tmp_path)

    assert code == 0
    told = pd.read_parquet(tmp_path / "drives.parquet")["distance_km"]
    assert told.tolist() == pytest.approx([4.5])


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ("u,v,length_km\n1,2,-3.0\n", "1 road segment(s) with a negative length, for example from"),
        ("u,v,length_km\n1,2,\n", "1 road segment(s) with a missing length, for example from 1"),
        ("u,v,length\n1,2,3.0\n", "a column length that names no unit"),
        ("u,v\n1,2\n", "no column of lengths"),
        ("u,v,length_km\n1,2,3000\n", "looks like metres"),
        ("u,v,length_km\n1,9,3.0\n", "at a node without a position"),
    ],
)
def test_faults_of_roads_are_named_in_one_plain_line(capsys, tmp_path, edges, words):
    write_tables(tmp_path)
    (tmp_path / "edges.csv").write_text(edges)

    code, said, err = of_tables(capsys, tmp_path)

    assert (code, said) == (1, "")
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "drives.parquet").exists()


def test_an_area_that_reaches_no_school_in_time_is_named_and_counted(capsys, tmp_path):
    """E1 lies 3 km from the school: 4 minutes at 43.1 km/h, more than the 2 asked for."""
    write_tables(tmp_path)

    code, said, _ = of_tables(capsys, tmp_path, "--limit", 2, "--json")

    assert code == 0
    assert "1 of 2 areas reach no site within 2 minutes: E1." in said
    assert reply_of(said)["measures"]["stranded"] == ["E1"]


def test_a_school_in_the_sea_is_named_and_reached_by_nobody(capsys, tmp_path):
    write_tables(tmp_path)
    (tmp_path / "sites.csv").write_text(
        "urn,easting,northing\n100001,403000,300000\n7,403000,315000\n"
    )

    code, said, _ = of_tables(capsys, tmp_path, "--json")

    assert code == 0
    assert "1 of 2 sites are beyond the edge of the road network, such as 7." in said
    assert reply_of(said)["measures"]["pairs"] == 2
