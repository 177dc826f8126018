"""Flows, and the copy of a study in which one authority's rows are replaced."""

import csv
import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import placement_planner.cli.sen2  # noqa: F401
from placement_planner.cli import main
from placement_planner.sources.sen2.flows import count_flows
from placement_planner.sources.sen2.study import StudyTables
from tests.sources.sen2.exports import child, place, write_export, write_lookups

MINE, OTHER = "E08900009", "E08900008"
CELL = {"authority_code": MINE, "january": 2026, "ncy": 4, "need_type": "ASD", "basis": "observed"}


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


@pytest.fixture
def options(tmp_path):
    """Two exports of one child who moves to a special school, and what goes with them."""
    at_host = child(1, places=[place("100002")])
    exports = [
        write_export(tmp_path / "2025", [at_host], 2025),
        write_export(tmp_path / "2026", [child(1)], 2026),
    ]
    lookups = write_lookups(tmp_path)
    return [
        "import-sen2", *exports, "--gias", lookups["schools"],
        "--postcodes", lookups["postcodes"], "--authority", MINE,
    ]  # fmt: skip


@pytest.fixture
def study(tmp_path):
    """Tables of a study with an area each of two authorities, and a special school in the first."""
    folder = tmp_path / "study"
    tables = {
        "boundaries/authorities": ["authority_code,authority_name,la_code",
                                   f"{OTHER},Other,908", f"{MINE},Mine,909"],
        "schools/sites": ["site_id,site_name", "100001,Special"],
        "schools/provision": [
            "provision_id,site_id,provision_type,designation,phase,planning_places,opens,closes",
            "pool,100001,special_school,asd_special,primary,20,,",
        ],
        "schools/caseload": [
            "authority_code,january,ncy,need_type,setting,children,basis,note",
            f'{OTHER},2026,4,ASD,mainstream,0.50,published,"kept, as it is"',
            f"{MINE},2024,4,ASD,mainstream,7,published,",
            f"{MINE},2026,9,SEMH,mainstream,7,published,",
        ],
        "schools/flows": ["area_code,need_type,phase,provision_id,children,basis",
                          "E01900001,ASD,primary,OUTSIDE,3,invented",
                          "E01900008,ASD,primary,pool,3,invented"],
    }  # fmt: skip
    for name, lines in tables.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    areas = {"area_code": ["E01900001", "E01900008"], "authority_code": [MINE, OTHER]}
    shapes = gpd.GeoDataFrame(areas, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=27700)
    shapes.to_file(folder / "boundaries" / "areas.gpkg", driver="GPKG")
    return folder


def rows_of(folder, name):
    with (folder / "schools" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_without_a_study_only_the_tables_made_are_written(command, options, tmp_path):
    code, out, err = command(*options, "--to", tmp_path / "made", "--json")

    reply = json.loads(out.splitlines()[-1])
    assert (code, reply["status"], reply["command"]) == (0, "ok", "import-sen2")
    assert reply["measures"]["children"] == {"2025": 1, "2026": 1}
    assert reply["measures"]["januaries"] == [2025, 2026]
    written = {str(path.relative_to(tmp_path / "made")) for path in
               (tmp_path / "made").rglob("*") if path.is_file()}  # fmt: skip
    assert written == {
        "schools/caseload.csv", "schools/transitions.csv", "schools/area_caseload.csv",
        "schools/requests.csv", "sen2_report.csv", "sen2_report.txt",
    }  # fmt: skip
    assert rows_of(tmp_path / "made", "transitions") == [
        [MINE, "2025", "mainstream", "ASD", "3", "state_special", "ASD", "4", "1", "observed"]
    ]
    assert "joined to an earlier January by upn: 1" in out
    assert "not for publication" in out
    assert "… reading the exports" in err


def test_the_authoritys_rows_alone_are_replaced_in_a_copy(command, options, study, tmp_path):
    """The other authority's row keeps its digits and its note, 2024 is not imported and stays."""
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}

    code, _, _ = command(*options, "--study", study, "--to", tmp_path / "made")

    assert code == 0
    assert all(path.read_bytes() == data for path, data in before.items())
    assert rows_of(tmp_path / "made", "caseload") == [
        [OTHER, "2026", "4", "ASD", "mainstream", "0.50", "published", "kept, as it is"],
        [MINE, "2024", "4", "ASD", "mainstream", "7", "published", ""],
        [MINE, "2025", "3", "ASD", "mainstream", "1", "observed", ""],
        [MINE, "2026", "4", "ASD", "state_special", "1", "observed", ""],
    ]
    assert rows_of(tmp_path / "made", "flows") == [
        ["E01900008", "ASD", "primary", "pool", "3", "invented"],
        ["E01900001", "ASD", "primary", "pool", "1", "observed"],
    ]
    assert rows_of(tmp_path / "made", "area_caseload") == [
        [MINE, "E01900001", "2026", "4", "ASD", "state_special", "1", "observed"]
    ]
    assert (tmp_path / "made" / "schools" / "sites.csv").is_file()


def test_a_second_authority_goes_onto_the_first(command, options, study, tmp_path):
    other = write_export(
        tmp_path / "o", [child(5, postcode="ZX8 1QZ"), child(6, postcode="ZX2 1QZ")], la_code="908"
    )
    command(*options, "--study", study, "--to", tmp_path / "one")
    options[1:3] = [other]
    options[-1] = OTHER

    code, _, _ = command(*options, "--study", tmp_path / "one", "--to", tmp_path / "two")
    again, _, _ = command(*options, "--study", tmp_path / "two", "--to", tmp_path / "three")

    assert (code, again) == (0, 0)
    counted = [row[:2] for row in rows_of(tmp_path / "two", "caseload") if row[1] != "2024"]
    assert counted == [[MINE, "2025"], [MINE, "2026"], [OTHER, "2026"]]
    homes = [row[1] for row in rows_of(tmp_path / "two", "area_caseload") if row[0] == OTHER]
    assert homes == ["E01900008", "UNKNOWN"]
    text = (tmp_path / "two" / "sen2_report.txt").read_text(encoding="utf-8")
    assert f"{MINE}, January 2025" in text
    assert f"{OTHER}, January 2026" in text
    assert "home outside the areas of the study: home is UNKNOWN (persontableid 2)" in text
    for path in (tmp_path / "two").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "three" / path.relative_to(tmp_path / "two")
                                     ).read_bytes()  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--authority", OTHER), "the export is of authority 909, but E08900008 is 908"),
        (("--authority", "E1"), "E1 is no authority of the study"),
        (("--study", "nowhere"), "no such study folder"),
        (("--area-column", "pcds"), "its areas are coded like E01900001"),
    ],
)
def test_what_does_not_go_together_is_refused(command, options, study, tmp_path, change, told):
    given = [*options, "--study", study, "--to", tmp_path / "made", *change]

    code, _, err = command(*given)

    assert code == 1
    assert told in err
    assert not (tmp_path / "made").exists()


def test_no_folder_in_use_is_written_to_and_no_export_is_copied(command, options, study, tmp_path):
    to_study = command(*options, "--study", study, "--to", study)
    within = command(*options, "--study", study, "--to", study / "new")
    shutil.copytree(tmp_path / "2026", study / "mine")
    stray = command(*options, "--study", study, "--to", tmp_path / "made")

    assert [code for code, _, _ in (to_study, within, stray)] == [1, 1, 1]
    assert "name another folder with --to" in to_study[2]
    assert "lies within" in within[2]
    assert "holds a person-level export in its folder mine" in stray[2]
    assert command(*options[:-2])[0] == 2


def flow(urn, **changes):
    return {"area_code": "A", "ncy": 4, "need_type": "ASD", "setting": "state_special",
            "urn": urn} | changes  # fmt: skip


def test_flows_go_to_the_pool_that_fits_best():
    """Phase goes before kind, kind before need group, need group before size."""
    pools = [
        ("a", "S", "special_school", "semh_special", "primary", 90.0),
        ("b", "S", "special_school", "asd_special", "primary", 10.0),
        ("c", "S", "special_school", "asd_special", "primary", 20.0),
        ("d", "S", "special_school", "asd_special", "secondary", 99.0),
        ("e", "S", "sen_unit", "ci_base", "primary", 99.0),
    ]
    columns = ["provision_id", "site_id", "provision_type", "designation", "phase",
               "planning_places"]  # fmt: skip
    study = StudyTables(
        authorities=pd.DataFrame(),
        areas=pd.DataFrame({"area_code": ["A", "B"], "authority_code": [MINE, OTHER]}),
        sites=pd.DataFrame({"site_id": ["S", "T"]}),
        provision=pd.DataFrame(pools, columns=columns),
    )
    children = pd.DataFrame(
        [
            flow("S"),
            flow("S", need_type="SEMH"),
            flow("S", ncy=8),
            flow("S", ncy=12),
            flow("S", setting="sen_unit"),
            flow("far away"),
            flow("far away"),
            flow("T"),
            flow(""),
            flow("S", area_code="B"),
            flow("S", area_code="UNKNOWN"),
            flow("S", ncy=17),
            flow("S", setting="mainstream"),
        ]
    )

    flows, told = count_flows(children, study, MINE)

    assert flows.groupby(["phase", "provision_id"])["children"].sum().to_dict() == {
        ("primary", "c"): 1, ("primary", "a"): 1, ("secondary", "d"): 1, ("post_16", "d"): 1,
        ("primary", "e"): 1, ("primary", "OUTSIDE"): 2,
    }  # fmt: skip
    assert sum(told.values()) == len(children) - 1
    assert {words.split(": ")[1]: number for words, number in told.items()} == {
        "past post-16": 1, "home in no area of the authority, or unknown": 2, "no URN": 1,
        "at a site without a pool": 1, "in a pool of the study": 5,
        "at a school that is no site of the study": 2,
    }  # fmt: skip


def test_flows_need_somebody_placed():
    study = StudyTables(
        authorities=pd.DataFrame(),
        areas=pd.DataFrame({"area_code": ["A"], "authority_code": [MINE]}),
        sites=pd.DataFrame({"site_id": ["S"]}),
        provision=pd.DataFrame({"provision_id": ["p"], "site_id": ["S"],
                                "provision_type": ["sen_unit"], "designation": ["ci_base"],
                                "phase": ["primary"], "planning_places": [8.0]}),
    )  # fmt: skip

    flows, told = count_flows(pd.DataFrame([flow("S", setting="mainstream")]), study, MINE)

    assert flows is None
    assert sum(told.values()) == 0
