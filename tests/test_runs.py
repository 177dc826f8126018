"""Run folders: whole or not there at all; verified by hash, by audit and by a second solve."""

import hashlib
import json
import shutil

import pandas as pd
import pytest

from placement_planner import runs
from placement_planner.cli import main
from placement_planner.errors import DataError
from placement_planner.folders import new_folder
from placement_planner.runs import file_hashes, read_run
from placement_planner.templates import workbook_study
from placement_planner.verification import verify_run
from tests.faulty_study import read_rows, set_cell, write_rows
from tests.plannable_study import write_plannable_study


@pytest.fixture(scope="session")
def planned(tmp_path_factory):
    """Return a folder that holds `study` and its `run`."""
    folder = tmp_path_factory.mktemp("planned")
    study = write_plannable_study(folder / "study")
    assert main(["plan", str(study), "--out", str(folder / "run")]) == 0
    return folder


@pytest.fixture
def own(planned, tmp_path):
    """Return a copy of both that a test may spoil; the run's manifest points to the copy."""
    folder = shutil.copytree(planned, tmp_path / "own")
    change_manifest(folder / "run", study=str(folder / "study"))
    return folder


def change_manifest(run, **changes):
    path = run / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(manifest), encoding="utf-8")


def manifest_of(run):
    return json.loads((run / "manifest.json").read_text(encoding="utf-8"))


def change_table(run, name, change):
    """Change a stored table and its hash in the manifest, as a careful forger would."""
    path = run / "internal" / name
    change(pd.read_csv(path)).to_csv(path, index=False, lineterminator="\n")
    hashes = manifest_of(run)["table_hashes"]
    hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    change_manifest(run, table_hashes=hashes)


def forge(run, plan, **changes):
    reports = manifest_of(run)["reports"]
    reports[plan] |= changes
    change_manifest(run, reports=reports)


def rerun(run, capsys):
    capsys.readouterr()
    code = main(["rerun", str(run), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out.splitlines()[-1]), said.out + said.err


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".drives" not in path.parts
    }


def test_a_run_folder_holds_map_workbook_scenario_manifest_and_tables(planned):
    tables = ("builds.csv", "entries.csv", "fallback.csv", "placements.csv", "spend.csv")

    assert set(files_of(planned / "run")) == {
        "manifest.json", "map.html", "scenario.toml", "withheld.csv", "workbook.xlsx",
        "internal/README.txt", "internal/summary.txt",
        *(f"internal/{plan}/{table}" for plan in ("do_nothing", "plan") for table in tables),
    }  # fmt: skip


def test_the_internal_folder_says_that_it_is_not_for_publication(planned):
    text = (planned / "run/internal/README.txt").read_text(encoding="utf-8")

    assert "not for publication" in text.lower()


def test_the_manifest_says_from_what_how_and_how_good(planned):
    manifest = manifest_of(planned / "run")

    inputs = files_of(planned / "study")
    inputs.pop("scenario.toml")
    assert manifest["input_hashes"] == {
        name: hashlib.sha256(data).hexdigest() for name, data in inputs.items()
    }
    assert manifest["study"] == str(planned / "study")
    assert (manifest["scenario"], manifest["seed"]) == ("Plannable study", 0)
    assert {"highspy", "pulp", "pandas", "numpy", "geopandas"} <= set(manifest["packages"])
    assert {"placement_planner", "python", "created"} <= set(manifest)
    report = manifest["reports"]["plan"]
    assert (report["status"], report["stopped_by"]) == ("optimal", "proof")
    assert manifest["gap_gbp"] == pytest.approx(report["objective_gbp"] - report["bound_gbp"])
    assert set(manifest["timings_s"]) == {"read", "plan", "outputs"}


def test_a_stored_run_reads_back_as_it_was_planned(planned):
    stored = read_run(planned / "run")

    builds = stored.plan.builds
    assert builds["option_id"].tolist() == ["O1", "O2"]
    assert builds["capital_gbp"].tolist() == [386_000, 386_000]
    assert len(stored.do_nothing.builds) == 0
    assert stored.scenario.name == "Plannable study"


def test_a_folder_that_holds_something_is_refused_and_left_alone(planned, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("keep me", encoding="utf-8")

    code = main(["plan", str(planned / "study"), "--out", str(taken)])

    assert code == 1
    assert f"error: {taken} exists and is not empty" in capsys.readouterr().err
    assert files_of(tmp_path) == {"taken/mine.txt": b"keep me"}


def test_a_file_in_the_place_of_the_run_folder_is_refused(planned, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("keep me", encoding="utf-8")

    code = main(["plan", str(planned / "study"), "--out", str(taken)])

    assert (code, files_of(tmp_path)) == (1, {"taken": b"keep me"})
    assert f"error: {taken} exists" in capsys.readouterr().err


def test_an_empty_folder_may_be_written_to(tmp_path):
    (tmp_path / "run").mkdir()

    with new_folder(tmp_path / "run") as partial:
        (partial / "map.html").write_text("a map", encoding="utf-8")

    assert files_of(tmp_path) == {"run/map.html": b"a map"}


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_run_stopped_in_the_middle_leaves_nothing(tmp_path, stop):
    def write_half():
        with new_folder(tmp_path / "runs" / "run") as partial:
            (partial / "map.html").write_text("half a map", encoding="utf-8")
            raise stop

    with pytest.raises(stop):
        write_half()

    assert list(tmp_path.iterdir()) == []


def test_a_stopped_run_leaves_the_runs_before_it(tmp_path):
    def write_two():
        with new_folder(tmp_path / "runs" / "first") as partial:
            (partial / "map.html").write_text("a map", encoding="utf-8")
        with new_folder(tmp_path / "runs" / "second"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_two()

    assert files_of(tmp_path) == {"runs/first/map.html": b"a map"}


def test_a_study_that_cannot_be_planned_leaves_nothing(planned, tmp_path, capsys):
    study = shutil.copytree(planned / "study", tmp_path / "study")
    header = read_rows(study / "schools/caseload.csv")[:1]
    write_rows(study / "schools/caseload.csv", header)
    before = files_of(tmp_path)

    assert main(["plan", str(study), "--out", str(tmp_path / "runs" / "run")]) == 1

    assert "error: " in capsys.readouterr().err
    assert files_of(tmp_path) == before
    assert not (tmp_path / "runs").exists()


def test_a_fresh_run_is_verified(own, capsys):
    code, reply, said = rerun(own / "run", capsys)

    assert (code, reply["status"], reply["differences"]) == (0, "verified", [])
    assert reply["objective"] == manifest_of(own / "run")["reports"]["plan"]["objective_gbp"]
    assert "audited and solved again; status optimal, gap 0.0000%" in said


@pytest.mark.parametrize("stopped_by", ["time", "interrupt"])
def test_a_run_stopped_by_the_clock_or_by_hand_is_audited_only(own, stopped_by):
    for plan in ("plan", "do_nothing"):
        forge(own / "run", plan, stopped_by=stopped_by)

    found = verify_run(own / "run", lambda _: None)

    assert (found.holds, found.was_solved_again) == (True, False)


def test_a_changed_input_is_named(own, capsys):
    set_cell(own / "study", "schools/pot_funding.csv", 2, "gbp", "999999")

    code, reply, said = rerun(own / "run", capsys)

    assert (code, reply["status"]) == (1, "error")
    assert "input schools/pot_funding.csv changed" in said


def test_inputs_that_went_or_came_are_named(own, capsys):
    (own / "study/schools/requests.csv").unlink()
    (own / "study/schools/more.csv").write_text("a\n", encoding="utf-8")

    code, _, said = rerun(own / "run", capsys)

    assert code == 1
    assert "input schools/requests.csv is gone\ninput schools/more.csv is new" in said


def test_a_study_that_is_gone_is_named(own, capsys):
    shutil.rmtree(own / "study")

    code, _, said = rerun(own / "run", capsys)

    assert code == 1
    assert f"the study {own / 'study'} of this run is gone" in said


def test_the_input_of_a_workbook_study_is_the_workbook(planned, tmp_path):
    workbook = workbook_study(planned / "study", tmp_path / "study.xlsx")
    digest = hashlib.sha256(workbook.read_bytes()).hexdigest()

    assert file_hashes(workbook) == {"study.xlsx": digest}
    assert file_hashes(tmp_path) == {"study.xlsx": digest}


def test_a_changed_table_is_named(own, capsys):
    path = own / "run/internal/plan/builds.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("O1,16", "O1,8"), encoding="utf-8")

    code, _, said = rerun(own / "run", capsys)

    assert code == 1
    assert "1 file(s) of" in said
    assert "for example plan/builds.csv" in said


def test_a_missing_table_is_named(own, capsys):
    (own / "run/internal/do_nothing/spend.csv").unlink()

    code, _, said = rerun(own / "run", capsys)

    assert code == 1
    assert "for example do_nothing/spend.csv" in said


def one_more_child(placements):
    return placements.assign(children=placements["children"] + (placements.index == 0))


def to_another_pool(placements):
    """Move the autistic children of the special school P2 into the base P1."""
    moved = placements["pool_id"] == "P2"
    return placements.assign(
        pool_id=placements["pool_id"].mask(moved, "P1"),
        site_id=placements["site_id"].mask(moved, "S1"),
    )


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("plan/placements.csv", one_more_child, "children lost or invented"),
        ("plan/placements.csv", one_more_child, "placements do not follow from who came"),
        ("plan/entries.csv", one_more_child, "placements do not follow from who came"),
        ("plan/placements.csv", to_another_pool, "places exceeded"),
        ("plan/builds.csv", lambda builds: builds.assign(places=12), "size not allowed: O1"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                (
                    "plan/builds.csv",
                    lambda builds: builds[:1],
                    "placed where no place is open",
                ),
                (
                    "plan/spend.csv",
                    lambda spend: spend.assign(gbp=1.0),
                    "payments do not meet the capital",
                ),
                (
                    "plan/spend.csv",
                    lambda spend: spend.assign(pot_id="POT2"),
                    "pot may not pay: POT2 for O1 in 2027",
                ),
                ("do_nothing/placements.csv", one_more_child, "children lost or invented"),
                (
                    "plan/fallback.csv",
                    lambda fallback: fallback[1:],
                    "fallback route not at its share",
                ),
            )
        ),
    ],
)
def test_a_forged_table_breaks_a_rule_by_name(own, capsys, table, change, rule):
    change_table(own / "run", table, change)

    code, reply, _ = rerun(own / "run", capsys)

    assert (code, reply["status"]) == (1, "differs")
    assert any(rule in difference for difference in reply["differences"]), reply["differences"]


@pytest.mark.parametrize("word", ["objective", "bound"])
def test_a_forged_figure_of_the_report_is_found_by_solving_again(own, capsys, word):
    """£0.50 less lies within the audit's slack."""
    figure = manifest_of(own / "run")["reports"]["plan"][f"{word}_gbp"]
    forge(own / "run", "plan", **{f"{word}_gbp": figure - 0.5})

    code, reply, _ = rerun(own / "run", capsys)

    assert code == 1
    assert any(f"plan: {word} £" in difference for difference in reply["differences"])


def test_a_better_plan_that_is_merely_stated_is_told(own, capsys):
    forge(own / "run", "plan", objective_gbp=1.0, bound_gbp=0.0)

    code, reply, _ = rerun(own / "run", capsys)

    assert code == 1
    assert any("plan: objective is stated as £1," in told for told in reply["differences"])


def test_a_table_that_is_no_table_of_a_plan_is_a_plain_error(own):
    change_table(own / "run", "plan/placements.csv", lambda table: table.assign(children=-1.0))

    with pytest.raises(DataError, match=r"placements\.csv is not a table of a plan"):
        read_run(own / "run")


def test_a_manifest_that_is_not_json_is_a_plain_error(own):
    (own / "run/manifest.json").write_text("{", encoding="utf-8")

    with pytest.raises(DataError, match=r"manifest\.json is not JSON"):
        read_run(own / "run")


def test_runs_are_named_by_study_and_moment(tmp_path):
    moment = pd.Timestamp("2026-11-23 22:40:05").to_pydatetime()

    assert runs.run_name(tmp_path / "my-study", moment) == "my-study-20261123-224005"


def test_a_changed_scenario_of_the_run_is_told(own, capsys):
    path = own / "run/scenario.toml"
    text = path.read_text(encoding="utf-8").replace("not a proposal", "a proposal")
    path.write_text(text, encoding="utf-8")

    code, _, said = rerun(own / "run", capsys)

    assert code == 1
    assert "for example scenario.toml" in said


def test_a_moved_study_is_verified_where_it_stands_now(own, capsys):
    (own / "study").rename(own / "moved")
    capsys.readouterr()

    code = main(["rerun", str(own / "run"), "--study", str(own / "moved"), "--json"])

    reply = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0
    assert reply["status"] == "verified"
    assert reply["measures"]["plan"]["capital_gbp"] > 0


@pytest.mark.parametrize("name", ["map.html", "workbook.xlsx"])
def test_a_map_or_workbook_that_was_changed_is_told(own, name):
    (own / "run" / name).write_bytes(b"another")

    with pytest.raises(DataError, match=f"changed since the run, for example {name}"):
        read_run(own / "run")


def test_a_manifest_of_another_version_is_a_plain_error(own):
    (own / "run" / "manifest.json").write_text("{}", encoding="utf-8")

    with pytest.raises(DataError, match="not a manifest of this version"):
        read_run(own / "run")
