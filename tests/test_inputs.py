"""Reading a study: every fault told once in one go, and the tables of a sound one."""

import csv
import shutil
from pathlib import Path
from time import process_time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.inputs import check_study, read_inputs
from placement_planner.storage import table_path, write_table
from placement_planner.tables import study
from tests.faulty_study import (
    FAULTS,
    change_layer,
    drop_column,
    read_rows,
    set_cell,
    set_column,
    write_rows,
)
from tests.small_study import EASTHAM, WESTBY, boundaries, money, schools, write_small_study

SAMPLE = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


@pytest.fixture
def sample(tmp_path):
    if not (SAMPLE / "scenario.toml").is_file():
        pytest.skip("the sample study has not been generated")
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


def place(finding):
    return finding.file, finding.row, finding.column


def by_place(places):
    return sorted(places, key=lambda place: (place[0], place[1] or 0, place[2] or ""))


def only(findings):
    assert len(findings) == 1, "\n".join(map(str, findings))
    return findings[0]


def test_a_sound_study_has_no_findings(small):
    assert check_study(small) == []


def test_the_sample_study_has_no_findings(sample):
    assert check_study(sample) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.plant.__name__)
def test_each_fault_alone_gives_one_finding(small, fault):
    where = fault.plant(small)

    finding = only(check_study(small))

    assert place(finding) == where
    assert fault.word in str(finding)


def test_twelve_faults_give_twelve_findings_in_one_go(small):
    where = [fault.plant(small) for fault in FAULTS]

    findings = check_study(small)

    assert list(map(place, findings)) == by_place(where)
    assert len(findings) == len(FAULTS) == 12


def test_twelve_faults_in_the_sample_give_twelve_findings(sample):
    where = [fault.plant(sample) for fault in FAULTS]

    assert list(map(place, check_study(sample))) == by_place(where)


def test_reading_a_faulty_study_raises_with_every_finding(small):
    for fault in FAULTS:
        fault.plant(small)

    with pytest.raises(DataError, match=r"12 finding\(s\)") as caught:
        read_inputs(small)
    assert list(caught.value.findings) == check_study(small)


def test_an_area_that_only_population_names_has_no_polygon(small):
    change_layer(small, "boundaries/areas.gpkg", lambda areas: areas[areas["area_code"] != "A4"])

    finding = only(check_study(small))

    assert place(finding) == ("boundaries/population.csv", 80, "area_code")
    assert finding.found == "'A4' (in 31 rows)"  # 26 ages, one row of flows, 4 of the matrix


def test_one_mistyped_area_code_gives_one_finding(small):
    set_cell(small, "boundaries/population.csv", 5, "area_code", "A9")

    assert place(only(check_study(small))) == ("boundaries/population.csv", 5, "area_code")


def test_swapped_easting_and_northing_are_called_swapped(small):
    set_cell(small, "schools/sites.csv", 2, "easting", "200500")
    set_cell(small, "schools/sites.csv", 2, "northing", "300500")

    assert "swapped: 200500, 300500" in only(check_study(small)).found


def test_a_mislabelled_reference_system_gives_one_finding(small):
    def relabelled(areas):
        return areas.set_crs("EPSG:3857", allow_override=True)

    change_layer(small, "boundaries/areas.gpkg", relabelled)

    assert only(check_study(small)).found == "EPSG:3857"


def test_degrees_under_the_right_label_give_one_finding(small):
    def in_degrees(areas):
        return areas.to_crs("EPSG:4326").set_crs("EPSG:27700", allow_override=True)

    change_layer(small, "boundaries/areas.gpkg", in_degrees)

    assert "coordinates in degrees" in only(check_study(small)).found


def test_an_invalid_polygon_gives_one_finding_with_the_reason(small):
    bow_tie = shapely.Polygon(
        [(300_000, 200_000), (301_000, 201_000), (301_000, 200_000), (300_000, 201_000)]
    )

    def crossed(areas):
        return areas.set_geometry([bow_tie, *areas.geometry.iloc[1:]], crs=areas.crs)

    change_layer(small, "boundaries/areas.gpkg", crossed)

    findings = check_study(small)

    assert "A1 with an invalid shape: Self-intersection" in findings[0].found


def test_a_file_that_is_no_geopackage_gives_one_finding(small):
    (small / "boundaries/areas.gpkg").write_bytes(b"not a database")

    assert only(check_study(small)).would_be_right == "a GeoPackage"


def test_a_file_in_utf_16_gives_one_finding(small):
    path = small / "schools/pots.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))

    assert only(check_study(small)).found == "UTF-16 text"


def test_a_byte_order_mark_is_accepted(small):
    path = small / "schools/pots.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert check_study(small) == []


def test_an_empty_file_gives_one_finding(small):
    (small / "schools/fallback.csv").write_bytes(b"")

    assert only(check_study(small)).found == "no header row"


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "tabs")])
def test_a_file_parted_by_other_than_commas_gives_one_finding(small, mark, shown):
    path = small / "schools/options.csv"  # cells of it hold lists parted by ;
    rows = read_rows(path)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=mark).writerows(rows)

    finding = only(check_study(small))

    assert place(finding) == ("schools/options.csv", 1, None)
    assert finding.found == f"columns parted by {shown}"
    assert finding.would_be_right == "columns parted by commas"


@pytest.mark.parametrize("header", ["Site_ID", "site id", " SITE-ID ", "SiteId"])
def test_a_column_named_in_another_way_gives_one_finding(small, header):
    path = small / "schools/sites.csv"
    names, *rows = read_rows(path)
    write_rows(path, [[header if name == "site_id" else name for name in names], *rows])

    finding = only(check_study(small))

    assert place(finding) == ("schools/sites.csv", 1, header.strip())
    assert finding.found == f"a column named {header.strip()!r}"
    assert finding.would_be_right == "site_id"


def test_a_column_of_a_layer_named_in_another_way_gives_one_finding(small):
    change_layer(
        small, "boundaries/areas.gpkg", lambda areas: areas.rename(columns={"imd_decile": "IMD"})
    )
    assert len(check_study(small)) == 2  # no such column, and one that is not known

    change_layer(
        small, "boundaries/areas.gpkg", lambda areas: areas.rename(columns={"IMD": "IMD_Decile"})
    )
    assert only(check_study(small)).would_be_right == "imd_decile"


def test_a_column_there_twice_in_two_ways_of_writing_is_not_taken_for_the_other(small):
    set_column(small, "schools/sites.csv", "Site_ID", "S9")

    finding = only(check_study(small))

    assert finding.would_be_right == "a column of this table, or a name that starts with 'note'"


@pytest.mark.parametrize("text", ["2026/27", "01/09/2026", "1999"])
@pytest.mark.parametrize(
    ("file", "column", "right"),
    [
        ("pot_funding", "academic_year", "an academic year's first calendar year, such as 2026"),
        ("options", "earliest_start", "an academic year's first calendar year, such as 2026"),
        ("provision", "opens", "an academic year's first calendar year, such as 2026"),
        ("caseload", "january", "the year of a January, such as 2026"),
        ("requests", "calendar_year", "a calendar year, such as 2026"),
    ],
)
def test_a_year_written_in_another_way_is_told_how_years_are_written(
    small, file, column, right, text
):
    set_cell(small, f"schools/{file}.csv", 2, column, text)

    finding = only(check_study(small))

    assert finding.found == repr(text)
    assert finding.would_be_right == f"{right} (2010 to 2060)"


def test_a_row_with_a_cell_too_many_gives_one_finding(small):
    path = small / "schools/sites.csv"
    rows = read_rows(path)
    rows[2].append("more")
    write_rows(path, rows)

    finding = only(check_study(small))

    assert (finding.row, finding.found) == (3, "20 cells")


def test_columns_named_note_are_passed_over_and_others_are_not(small):
    set_column(small, "schools/sites.csv", "notes_of_visit", "kind")
    set_column(small, "schools/sites.csv", "colour", "blue")

    finding = only(check_study(small))

    assert place(finding) == ("schools/sites.csv", 1, "colour")


def test_a_common_fault_is_listed_for_twenty_rows_and_then_counted(small):
    set_column(small, "boundaries/population.csv", "children", "many")

    findings = check_study(small)

    assert [finding.row for finding in findings] == list(range(2, 23))
    assert findings[-1].found == "84 more rows like this"  # 4 areas of 26 ages, less 20


def test_a_blank_cell_is_a_finding_only_where_a_value_is_due(small):
    set_cell(small, "schools/sites.csv", 2, "capacity", "")
    set_cell(small, "schools/sites.csv", 3, "site_name", " ")

    finding = only(check_study(small))

    assert (finding.row, finding.column, finding.found) == (3, "site_name", "a blank cell")


@pytest.mark.parametrize("text", ["nan", "inf", "1,000", "1e999", "0x10", "3.5"])
def test_what_is_not_a_whole_number_is_a_finding(small, text):
    set_cell(small, "schools/options.csv", 2, "asset_life_years", text)

    assert only(check_study(small)).found == repr(text)


def test_whole_numbers_and_truths_may_be_written_in_other_ways(small):
    set_cell(small, "schools/options.csv", 2, "asset_life_years", "15.0")
    set_cell(small, "schools/options.csv", 2, "locked_in", " TRUE ")

    options = read_inputs(small).options

    assert options.loc[0, ["asset_life_years", "locked_in"]].tolist() == [15, True]


def test_a_missing_parent_table_silences_the_rules_that_need_it(small):
    (small / "boundaries/authorities.csv").unlink()

    assert place(only(check_study(small))) == ("boundaries/authorities.csv", None, None)


def test_an_unknown_authority_is_told_once_for_all_tables(small):
    rows = read_rows(small / "boundaries/authorities.csv")
    write_rows(small / "boundaries/authorities.csv", rows[:-1])

    finding = only(check_study(small))

    assert finding.found.startswith(repr(EASTHAM))
    assert f"such as {WESTBY!r}" in finding.would_be_right


def test_scenario_faults_are_findings_too(small):
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace("discount_rate = 0.035", "discount_rate = 3.5\ncolour = 1")
    (small / "scenario.toml").write_text(text, encoding="utf-8")

    findings = check_study(small)

    assert [finding.column for finding in findings] == ["horizon.colour", "horizon.discount_rate"]


def test_limits_that_cross_in_a_scenario_give_one_finding(small):
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace("circuity_low = 1.15", "circuity_low = 1.8")
    (small / "scenario.toml").write_text(text, encoding="utf-8")

    finding = only(check_study(small))

    assert (finding.column, finding.found) == ("travel.circuity_high", "1.75")
    assert finding.would_be_right == "must be at least travel.circuity_low, which is 1.8"


def test_a_scenario_that_is_not_toml_is_one_finding(small):
    (small / "scenario.toml").write_text("name = ", encoding="utf-8")

    assert only(check_study(small)).would_be_right == "a TOML file"


@pytest.mark.parametrize("read", [check_study, read_inputs])
def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path, read):
    with pytest.raises(DataError, match=r"nowhere: no such study folder or workbook$"):
        read(tmp_path / "nowhere")


def test_an_empty_folder_lacks_every_required_file(tmp_path):
    findings = check_study(tmp_path)

    assert {finding.found for finding in findings} == {"no such file"}
    assert len(findings) == 10  # 31 tables, 21 of them optional


def test_tables_come_typed_and_sorted_by_key(small):
    rows = read_rows(small / "schools/caseload.csv")
    write_rows(small / "schools/caseload.csv", [rows[0], *reversed(rows[1:])])

    caseload = read_inputs(small).caseload

    pd.testing.assert_frame_equal(caseload, read_inputs(small).caseload)
    assert caseload["authority_code"].is_monotonic_increasing
    assert caseload.dtypes.astype(str).to_dict() == {
        "authority_code": "str",
        "january": "int64",
        "ncy": "int64",
        "need_type": "str",
        "setting": "str",
        "children": "float64",
        "basis": "str",
    }


def test_sites_know_their_area(small):
    sites = read_inputs(small).sites.set_index("site_id")

    assert sites["area_code"].to_dict() == {"S1": "A1", "S2": "A2", "S3": "A3"}


def test_a_site_on_a_border_lies_in_the_first_area_by_code(small):
    set_cell(small, "schools/sites.csv", 3, "easting", "301000")
    set_cell(small, "schools/sites.csv", 3, "northing", "201000")  # the corner of all four

    assert read_inputs(small).sites.set_index("site_id").loc["S2", "area_code"] == "A1"


def test_a_site_in_a_sliver_between_areas_lies_in_the_nearest(small):
    set_cell(small, "schools/sites.csv", 3, "easting", "302049")  # 49 m east of A2

    assert read_inputs(small).sites.set_index("site_id").loc["S2", "area_code"] == "A2"


def test_metres_are_filled_from_degrees(small):
    degrees = gpd.GeoSeries.from_xy([300_500], [200_500], crs="EPSG:27700").to_crs("EPSG:4326")
    for column, value in {
        "easting": "",
        "northing": "",
        "longitude": str(degrees.x[0]),
        "latitude": str(degrees.y[0]),
    }.items():
        set_cell(small, "schools/sites.csv", 2, column, value)

    site = read_inputs(small).sites.set_index("site_id").loc["S1"]

    assert site["easting"] == pytest.approx(300_500, abs=1)
    assert site["northing"] == pytest.approx(200_500, abs=1)
    assert site["area_code"] == "A1"


def test_absent_optional_tables_are_none_and_compatibility_takes_its_default(small):
    for name in ("transitions", "flows", "requests", "compatibility"):
        (small / f"schools/{name}.csv").unlink()
    (small / "boundaries/roads.gpkg").unlink()

    inputs = read_inputs(small)

    assert (inputs.roads, inputs.transitions, inputs.flows, inputs.requests) == (None,) * 4
    assert len(inputs.compatibility) == len(code_table("compatibility"))


def test_optional_columns_may_be_left_out(small):
    drop_column(small, "schools/sites.csv", "longitude")
    drop_column(small, "schools/sites.csv", "latitude")

    assert check_study(small) == []


CSV_FILES = tuple(
    table_path(Path(), model).as_posix()
    for model in study.STUDY_TABLES
    if model not in (study.Areas, study.Roads)
)
ODD_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "-1", "nan", "1e400", "E99000001", "A1", "*", "primary:1;primary:.", ";"]),
    st.floats().map(str),
)


@settings(deadline=None, max_examples=8)
@given(
    corruptions=st.lists(
        st.tuples(st.sampled_from(CSV_FILES), st.integers(0, 9), st.integers(0, 9), ODD_CELLS),
        min_size=1,
        max_size=6,
    )
)
def test_no_corruption_of_cells_or_headers_ends_in_a_traceback(
    sound, tmp_path_factory, corruptions
):
    folder = Path(shutil.copytree(sound, tmp_path_factory.mktemp("corrupt") / "study"))
    for file, row, column, text in corruptions:
        rows = read_rows(folder / file)
        line = rows[row % len(rows)]
        if line:
            line[column % len(line)] = text.encode("utf-8", "replace").decode()
        write_rows(folder / file, rows)

    findings = check_study(folder)

    assert all(finding.would_be_right for finding in findings)
    if not findings:
        read_inputs(folder)


@settings(deadline=None, max_examples=5)
@given(st.sampled_from(CSV_FILES), st.integers(0, 2**31), st.binary(min_size=1, max_size=8))
def test_no_corruption_of_bytes_ends_in_a_traceback(sound, tmp_path_factory, file, start, data):
    folder = Path(shutil.copytree(sound, tmp_path_factory.mktemp("bytes") / "study"))
    held = (folder / file).read_bytes()
    start %= len(held)
    (folder / file).write_bytes(held[:start] + data + held[start:])

    assert isinstance(check_study(folder), list)


def test_a_region_of_the_size_of_greater_manchester_is_checked_in_six_seconds(tmp_path):
    """1,702 areas, 44,252 rows of population (26 ages), 63,700 of caseload, 6,808 of a matrix."""
    frames = boundaries() | schools() | money()
    codes = [f"E0{n:07d}" for n in range(1_702)]
    column, row = np.arange(1_702) % 42, np.arange(1_702) // 42
    west, south = 300_000 + 1_000.0 * column, 200_000 + 1_000.0 * row
    square = pd.DataFrame({"area_code": codes, "easting": west + 500, "northing": south + 500})
    areas = square.assign(
        area_name=codes,
        middle_code=np.where(column < 21, "M1", "M2"),
        middle_name="M",
        authority_code=np.where(column < 21, WESTBY, EASTHAM),
        rural_urban="urban",
        imd_decile=5,
        geometry=shapely.box(west, south, west + 1_000, south + 1_000),
    )
    ages = pd.DataFrame({"age": range(26)})
    population = (
        square[["area_code"]].merge(ages, how="cross").assign(children=2.5, basis="invented")
    )
    caseload = pd.MultiIndex.from_product(
        [[WESTBY, EASTHAM], range(2020, 2027), range(-4, 16), study.NEED_TYPES, study.SETTINGS],
        names=["authority_code", "january", "ncy", "need_type", "setting"],
    ).to_frame(index=False)
    caseload = pd.concat([caseload, caseload.assign(ncy=lambda rows: rows["ncy"] + 20)])
    caseload = caseload.query("ncy <= 20").assign(children=0.1, basis="invented")
    projection = frames["population_projection"]
    earlier = projection[projection["academic_year"] <= 2028]
    earlier = earlier.assign(academic_year=earlier["academic_year"] - 5)  # 2019 to 2023
    frames |= {
        "areas": areas,
        "population_projection": pd.concat([earlier, projection]),
        "population": population,
        "caseload": caseload,
        "flows": frames["flows"].assign(area_code=codes[:2]),
        "area_caseload": caseload[caseload["january"] == 2026].assign(area_code="UNKNOWN"),
        "hidden_need": frames["hidden_need"].assign(children=0.5),
        "housing": frames["housing"].assign(area_code=codes[0]),
        "neighbouring_places": frames["neighbouring_places"].assign(easting=390_000.0),
        "travel_matrix": square[["area_code"]].merge(
            frames["travel_matrix"].query("area_code == 'A1'").drop(columns="area_code"),
            how="cross",
        ),
    }
    for model in study.STUDY_TABLES:
        write_table(tmp_path, model, frames[model.to_schema().name])

    start = process_time()
    findings = check_study(tmp_path)
    seconds = process_time() - start

    assert findings == []
    assert len(read_rows(tmp_path / "schools/caseload.csv")) > 60_000
    assert seconds < 6
