"""What a study's own matrix, roads and sites are held to, and the matrix as Parquet."""

import shutil
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from placement_planner.checks import check_tables
from placement_planner.checks.cells import check_cells
from placement_planner.checks.references import check_references
from placement_planner.checks.travel import check_road_lengths, check_road_nodes
from placement_planner.storage import read_raw_folder
from placement_planner.tables.study import TravelMatrix
from tests.faulty_study import change_layer, repeat_row, set_cell
from tests.small_study import write_small_study

PARQUET = "boundaries/travel_matrix.parquet"
MATRIX, ROADS = "boundaries/travel_matrix.csv", "boundaries/roads.gpkg"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound") / "study"
    write_small_study(folder)
    return folder


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


def found(folder, *files):
    """Findings in some files of a study."""
    return [item for item in check_tables(read_raw_folder(folder), None)[1] if item.file in files]


def held(folder):
    return check_tables(read_raw_folder(folder), None)[0]


def as_parquet(folder):
    path = folder / MATRIX
    pd.read_csv(path).to_parquet(path.with_suffix(".parquet"))
    path.unlink()


def test_a_sound_study_has_no_finding(sound):
    study = held(sound)

    assert found(sound, MATRIX, ROADS) == []
    assert check_references(study)[1] == []
    assert (check_road_nodes(study), check_road_lengths(study)) == ([], [])


def test_a_matrix_in_parquet_is_the_same_table(small):
    before = held(small).tables["travel_matrix"]

    as_parquet(small)
    after = held(small).tables["travel_matrix"]

    assert after.file == PARQUET
    pd.testing.assert_frame_equal(after.frame, before.frame)


def test_a_matrix_in_both_forms_is_one_finding(small):
    pd.read_csv(small / MATRIX).to_parquet(small / PARQUET)

    (finding,) = found(small, MATRIX, PARQUET)

    assert finding.file == MATRIX
    assert f"{PARQUET} too" in finding.found


def test_a_parquet_file_that_cannot_be_read_is_one_finding(small):
    as_parquet(small)
    path = small / PARQUET
    path.write_bytes(b"minutes")

    (finding,) = found(small, PARQUET)

    assert "cannot be read" in finding.found


def test_missing_negative_and_repeated_pairs_are_told_in_parquet(small):
    """Rows are counted as in a CSV file: the header is row 1."""
    as_parquet(small)
    path = small / PARQUET
    rows = pd.read_parquet(path).sort_values(["area_code", "site_id"], ignore_index=True)
    rows.loc[0, "minutes"] = np.nan
    rows.loc[1, "distance_km"] = -2.0
    pd.concat([rows, rows.iloc[[5]]]).to_parquet(path)

    told = [
        (item.row, item.column, item.found)
        for item in found(small, path.parent.name + "/" + path.name)
    ]

    assert told == [
        (2, "minutes", "a blank cell"),
        (3, "distance_km", "'-2'"),
        (len(rows) + 2, "area_code, site_id", "A2, S1 again, as in row 7"),
    ]


def test_missing_negative_and_repeated_pairs_are_told_in_csv(small):
    set_cell(small, MATRIX, 2, "minutes", "")
    set_cell(small, MATRIX, 3, "distance_km", "-2")
    row = repeat_row(small, MATRIX, 7)

    told = [(item.row, item.column) for item in found(small, MATRIX)]

    assert sorted(told) == [
        (2, "minutes"),
        (3, "distance_km"),
        (row, "area_code, site_id"),
    ]


def test_sites_of_the_matrix_that_nobody_knows_are_told_once_each(small):
    """N1 is a neighbouring place and known; X9 is in two rows."""
    set_cell(small, MATRIX, 3, "site_id", "X9")
    set_cell(small, MATRIX, 8, "site_id", "X9")

    (finding,) = found(small, MATRIX)

    assert (finding.row, finding.column) == (3, "site_id")
    assert finding.found == "'X9' (in 2 rows)"


def test_without_neighbouring_places_their_sites_are_unknown(small):
    (small / "schools/neighbouring_places.csv").unlink()

    (finding,) = found(small, MATRIX)

    assert finding.found == "'N1' (in 4 rows)"


def two_roads(roads):
    """A second segment from n2, drawn from a place 100 m off."""
    line = shapely.LineString([(301_560, 200_580), (302_500, 200_500)])
    more = roads.assign(from_node="n2", to_node="n3", geometry=[line])
    return gpd.GeoDataFrame(pd.concat([roads, more], ignore_index=True), crs=roads.crs)


def test_a_node_in_two_places_is_told(small):
    """60 m east and 80 m north of where the first segment ends: 100 m apart."""
    change_layer(small, ROADS, two_roads)

    (finding,) = found(small, ROADS)

    assert (finding.row, finding.column) == (3, "geometry")
    assert finding.found == "node n2 in two places, 100 m apart"


def test_a_line_drawn_backwards_is_told(small):
    """Two segments n1 to n2 to n3, the second drawn from n3: both its ends lie elsewhere."""

    def change(roads):
        line = shapely.LineString([(302_500, 200_500), (301_500, 200_500)])
        more = roads.assign(from_node="n2", to_node="n3", geometry=[line])
        return gpd.GeoDataFrame(pd.concat([roads, more], ignore_index=True), crs=roads.crs)

    change_layer(small, ROADS, change)

    assert [item.found for item in found(small, ROADS)] == ["node n2 in two places, 1,000 m apart"]


def test_lengths_in_metres_are_told(small):
    change_layer(small, ROADS, lambda roads: roads.assign(length_km=1000.0))

    (finding,) = found(small, ROADS)

    assert finding.column == "length_km"
    assert "1e+03 times" in finding.found
    assert "look like metres" in finding.found


def test_lengths_shorter_than_a_straight_line_are_told(small):
    """A kilometre told in miles."""
    change_layer(small, ROADS, lambda roads: roads.assign(length_km=0.621))

    (finding,) = found(small, ROADS)

    assert "0.621 times the straight lines" in finding.found


@pytest.mark.parametrize(("length_km", "words"), [(-1.0, "'-1'"), (np.nan, "a blank cell")])
def test_negative_and_missing_lengths_are_told(small, length_km, words):
    change_layer(small, ROADS, lambda roads: roads.assign(length_km=length_km))

    (finding,) = found(small, ROADS)

    assert (finding.column, finding.found) == ("length_km", words)
    assert finding.would_be_right == "a number above 0"


def test_a_site_in_the_sea_is_told_with_how_far_off_it_is(small):
    """S3 moved 3 km east of the eastern edge at 302000."""
    set_cell(small, "schools/sites.csv", 4, "easting", "305000")
    set_cell(small, "schools/sites.csv", 4, "northing", "201000")

    (finding,) = [item for item in found(small, "schools/sites.csv") if item.column == "easting"]

    assert finding.found == "S3 outside all areas: 305000, 201000, 3.0 km from the nearest"
    assert "not in the sea" in finding.would_be_right


def test_a_matrix_of_seven_hundred_thousand_rows_is_checked_in_ten_seconds(tmp_path):
    """Measured at about 3 s alone on a shared machine with two cores."""
    area, site = np.divmod(np.arange(700_000), 700)
    path = tmp_path / "boundaries/travel_matrix.parquet"
    path.parent.mkdir()
    minutes = np.random.default_rng(1).uniform(0, 90, 700_000)
    pd.DataFrame(
        {
            "area_code": pd.Series(area).map("E{:08d}".format),
            "site_id": pd.Series(site).map("{:06d}".format),
            "minutes": minutes,
            "distance_km": minutes / 2,
        }
    ).to_parquet(path)

    started = time.process_time()
    table, findings = check_cells(read_raw_folder(tmp_path)["travel_matrix"])
    seconds = time.process_time() - started

    assert table is not None
    assert findings == []
    assert table.model is TravelMatrix
    assert table.frame["minutes"].to_numpy().tolist() == minutes.tolist()
    assert seconds < 10
