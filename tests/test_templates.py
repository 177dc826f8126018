"""An empty study can be written, checked and filled; a workbook holds the same as a folder."""

import re
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.inputs import check_study, read_inputs
from placement_planner.scenario import Scenario, read_scenario
from placement_planner.storage import write_table
from placement_planner.tables import dictionary_markdown, study, table_name
from placement_planner.templates import new_study, workbook_study
from placement_planner.workbook import write_workbook
from tests.faulty_study import read_rows
from tests.small_study import WESTBY, boundaries, money, schools, write_small_study

SAMPLE = Path(__file__).parents[1] / "data"
TO_FILL = {"areas", "authorities", "caseload", "population", "population_projection", "sites"}


@pytest.fixture
def small(tmp_path):
    return write_small_study(tmp_path / "small")


@pytest.mark.parametrize("xlsx", [False, True])
def test_a_new_study_lacks_nothing_but_rows(tmp_path, xlsx):
    new_study(tmp_path, xlsx=xlsx)

    findings = check_study(tmp_path)

    assert {finding.found for finding in findings} == {"no rows"}
    assert {
        re.split(r"[ /]", finding.file.removesuffix(".csv").removesuffix(".gpkg"))[-1]
        for finding in findings
    } == TO_FILL


def test_a_new_study_has_every_file_and_its_columns(tmp_path):
    written = new_study(tmp_path / "new")

    assert len(written) == len(study.STUDY_TABLES) + 2
    assert all(path.is_file() for path in written)
    assert read_rows(tmp_path / "new/schools/sites.csv") == [list(study.Sites.to_schema().columns)]
    assert gpd.read_file(tmp_path / "new/boundaries/areas.gpkg").crs.to_epsg() == 27700
    assert read_scenario(tmp_path / "new/scenario.toml") == Scenario()
    dictionary = (tmp_path / "new/DATA_DICTIONARY.md").read_text(encoding="utf-8")
    assert dictionary == dictionary_markdown()


def test_a_new_study_leaves_costs_and_routes_to_the_library(tmp_path):
    """What the library says is not copied: a later library would not reach the study."""
    new_study(tmp_path)

    for name in ("fallback", "unit_costs", "capital_costs"):
        assert read_rows(tmp_path / f"schools/{name}.csv")[1:] == []
    compatibility = pd.read_csv(tmp_path / "schools/compatibility.csv")
    assert len(compatibility) == len(code_table("compatibility"))


def test_a_new_study_becomes_sound_when_it_is_filled(tmp_path):
    new_study(tmp_path)
    frames = boundaries() | schools() | money()
    for model in study.STUDY_TABLES:
        if table_name(model) not in ("fallback", "unit_costs", "compatibility"):
            write_table(tmp_path, model, frames[table_name(model)])

    assert check_study(tmp_path) == []


@pytest.mark.parametrize("xlsx", [False, True])
def test_a_new_study_overwrites_nothing(tmp_path, xlsx):
    (tmp_path / "scenario.toml").write_text("mine", encoding="utf-8")

    with pytest.raises(DataError, match=r"scenario\.toml is there already"):
        new_study(tmp_path, xlsx=xlsx)
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.toml"]


def test_a_workbook_gives_the_same_tables_as_the_folder(small, tmp_path):
    path = workbook_study(small, tmp_path / "study.xlsx")

    assert check_study(path) == []
    of_folder, of_workbook = read_inputs(small), read_inputs(path)
    for model in study.STUDY_TABLES:
        left, right = (getattr(inputs, table_name(model)) for inputs in (of_folder, of_workbook))
        if left is None:
            assert right is None
        else:
            assert_frame_equal(left, right)
    assert read_scenario(tmp_path / "scenario.toml").name == "Small study"


@pytest.mark.slow
def test_the_sample_study_survives_the_way_through_a_workbook(tmp_path):
    if not (SAMPLE / "scenario.toml").is_file():
        pytest.skip("the sample study has not been generated")

    of_workbook = read_inputs(workbook_study(SAMPLE, tmp_path / "study.xlsx"))

    of_folder = read_inputs(SAMPLE)
    for model in study.STUDY_TABLES:
        left, right = (getattr(inputs, table_name(model)) for inputs in (of_folder, of_workbook))
        if left is None:
            assert right is None
        else:
            assert_frame_equal(left, right)


def test_a_folder_that_holds_only_a_workbook_is_a_study(small, tmp_path):
    (tmp_path / "only").mkdir()
    workbook_study(small, tmp_path / "only/study.xlsx")

    assert check_study(tmp_path / "only") == []


def test_a_fault_in_a_workbook_is_told_by_sheet_and_row(small, tmp_path):
    path = workbook_study(small, tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(path)
    book["provision"].cell(row=3, column=6).value = -5
    del book["pots"]
    book["areas"].cell(row=2, column=10).value = "POLYGON ((not a shape"
    book.save(path)

    findings = check_study(path)

    assert [(finding.file, finding.row, finding.column) for finding in findings] == [
        ("study.xlsx, sheet areas", 2, "geometry"),
        ("study.xlsx, sheet pots", None, None),
        ("study.xlsx, sheet provision", 3, "planning_places"),
    ]


def test_cells_that_a_spreadsheet_retypes_are_read_all_the_same(small, tmp_path):
    """A planner types 990 as a number, TRUE as a truth and adds a note column."""
    path = workbook_study(small, tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(path)
    book["authorities"].cell(row=2, column=3).value = 990
    sheet = book["options"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(row=2, column=header.index("locked_in") + 1).value = True
    sheet.cell(row=1, column=len(header) + 1).value = "note"
    sheet.cell(row=2, column=len(header) + 1).value = "asked for by the head"
    book.save(path)

    inputs = read_inputs(path)

    assert inputs.authorities.set_index("authority_code").loc[WESTBY, "la_code"] == "990"
    assert inputs.options.loc[0, "locked_in"]


def test_a_file_that_is_no_workbook_gives_one_finding(tmp_path):
    path = tmp_path / "study.xlsx"
    path.write_bytes(b"plain text")

    findings = check_study(path)

    assert [finding.would_be_right for finding in findings] == ["a workbook"]


def test_short_code_lists_become_drop_down_lists(tmp_path):
    new_study(tmp_path, xlsx=True)

    sheet = openpyxl.load_workbook(tmp_path / "study.xlsx")["pots"]

    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["F2:F1048576"] == '"' + ",".join(code_list("payers")) + '"'


def test_a_workbook_opens_with_a_sheet_to_read_and_ends_with_the_dictionary(tmp_path):
    new_study(tmp_path, xlsx=True)

    names = openpyxl.load_workbook(tmp_path / "study.xlsx").sheetnames

    assert (names[0], names[-1]) == ("Read me", "dictionary")
    assert names[1:-1] == [table_name(model) for model in study.STUDY_TABLES]


def test_a_workbook_is_not_overwritten(small, tmp_path):
    (tmp_path / "study.xlsx").write_bytes(b"mine")

    with pytest.raises(DataError, match=r"study\.xlsx is there already"):
        workbook_study(small, tmp_path / "study.xlsx")


def test_a_shape_that_does_not_fit_in_a_cell_is_named(tmp_path):
    long = shapely.Point(300_500.1, 200_500.1).buffer(400, quad_segs=500)
    areas = boundaries()["areas"].assign(geometry=[long] * 4)

    with pytest.raises(DataError, match=r"4 shape.* for example A1"):
        write_workbook(tmp_path / "study.xlsx", {"areas": areas})
    assert not (tmp_path / "study.xlsx").exists()
