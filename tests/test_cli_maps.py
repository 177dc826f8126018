"""`placement-planner map` and `compare-map`: maps of stored runs, drawn again without a solve."""

import json
import shutil

import pytest

from placement_planner.cli import main
from tests.maps.reading import layer_of
from tests.plannable_study import write_plannable_study


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """Return a folder that holds `study`, its `run`, and a run that builds nothing, `none`."""
    folder = tmp_path_factory.mktemp("planned")
    study = write_plannable_study(folder / "study")
    assert main(["plan", str(study), "--out", str(folder / "run")]) == 0
    shutil.copytree(folder / "run", folder / "none")
    shutil.rmtree(folder / "none" / "internal" / "plan")
    shutil.copytree(folder / "none" / "internal" / "do_nothing", folder / "none/internal/plan")
    manifest = json.loads((folder / "none" / "manifest.json").read_text(encoding="utf-8"))
    hashes = manifest["table_hashes"]
    for name in [name for name in hashes if name.startswith("plan/")]:
        hashes[name] = hashes[name.replace("plan/", "do_nothing/")]
    manifest["reports"]["plan"] = manifest["reports"]["do_nothing"]
    (folder / "none" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def run(capsys, *arguments):
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, said.err


@pytest.mark.slow
def test_the_map_of_a_stored_run_is_the_one_it_was_written_with(capsys, planned, tmp_path):
    code, said, _ = run(capsys, "map", planned / "run", "--out", tmp_path / "map.html", "--json")

    reply = json.loads(said.splitlines()[-1])
    assert (code, reply["status"], reply["paths"]) == (0, "ok", {"map": str(tmp_path / "map.html")})
    again = (tmp_path / "map.html").read_bytes()
    assert again == (planned / "run" / "map.html").read_bytes()


@pytest.mark.slow
def test_two_runs_are_drawn_beside_each_other_and_called_by_their_folders(
    capsys, planned, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    code, said, _ = run(capsys, "compare-map", planned / "run", planned / "none")

    assert (code, said) == (0, "Map: run-and-none.html\n")
    page = (tmp_path / "run-and-none.html").read_text(encoding="utf-8")
    assert "run and none, beside each other" in page
    assert layer_of(page, "need", 0).figures("2029") == layer_of(page, "need", 1).figures("2029")


def test_a_run_whose_study_changed_is_one_plain_line(capsys, planned, tmp_path):
    study = shutil.copytree(planned / "study", tmp_path / "study")
    (study / "schools" / "pots.csv").unlink()

    code, _, said = run(capsys, "compare-map", planned / "run", planned / "none", "--study", study)

    assert code == 1
    assert "error: the inputs are not those of the run:\ninput schools/pots.csv is gone" in said


def test_tiles_need_an_attribution(capsys, planned):
    code, _, said = run(capsys, "map", planned / "run", "--tiles", "tiles/{z}/{x}/{y}.png")

    assert code == 1
    assert "--tiles and --attribution go together" in said
