"""A matrix from another engine: read back as written, every fault named, gaps told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.tables.stages import Travel
from placement_planner.travel import missing_pairs, read_matrix, write_matrix

COLUMNS = ["area_code", "site_id", "minutes", "distance_km"]
GOOD = [("a", "s", 4.0, 2.5), ("a", "t", 9.0, 7.0), ("b", "s", 5.5, 3.0)]


def frame_of(rows, columns=COLUMNS):
    return pd.DataFrame(rows, columns=columns)


def write_text(path, rows, columns=COLUMNS):
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_matrix_comes_back_as_it_was_written(tmp_path, ending):
    path = tmp_path / f"new/matrix.{ending}"
    drives = Travel.validate(frame_of(GOOD))

    write_matrix(drives, path)

    pd.testing.assert_frame_equal(read_matrix(path), drives)
    assert [item.name for item in path.parent.iterdir()] == [path.name]


@settings(max_examples=15, deadline=None)
@given(minutes=st.lists(st.floats(0, 1000), min_size=1, max_size=8))
def test_no_digit_is_lost_on_the_way(tmp_path_factory, minutes):
    path = tmp_path_factory.mktemp("matrix") / "matrix.csv"
    rows = [(f"a{n}", "s", value, value / 3) for n, value in enumerate(minutes)]
    drives = Travel.validate(frame_of(rows))

    write_matrix(drives, path)

    pd.testing.assert_frame_equal(read_matrix(path), drives)


def test_a_matrix_in_another_format_is_not_written(tmp_path):
    with pytest.raises(DataError, match=r"ending in \.csv or \.parquet"):
        write_matrix(Travel.validate(frame_of(GOOD)), tmp_path / "matrix.xlsx")


def test_rows_are_sorted_and_other_columns_passed_over(tmp_path):
    path = tmp_path / "matrix.parquet"
    frame_of([(*row, "osrm") for row in GOOD[::-1]], [*COLUMNS, "engine"]).to_parquet(path)

    pd.testing.assert_frame_equal(read_matrix(path), Travel.validate(frame_of(GOOD)))


def test_every_kind_of_fault_is_told_at_once_with_its_count_and_an_example(tmp_path):
    """Two blanks, one word, three negatives and a pair told before; rows as in the file."""
    path = write_text(
        tmp_path / "matrix.csv",
        [
            ("a", "s", 4.0, 2.5),
            ("a", "t", "", 7.0),
            ("b", "s", "", 3.0),
            ("b", "t", -1, 3.0),
            ("c", "s", -2, -3.0),
            ("c", "t", "soon", 3.0),
            ("a", "s", 5.0, 2.5),
        ],
    )

    with pytest.raises(DataError) as raised:
        read_matrix(path)

    told = [(item.row, item.column, item.found) for item in raised.value.findings]
    assert told == [
        (3, "minutes", "2 blank cell(s), first of a to t"),
        (7, "minutes", "1 cell(s) that are no number, first of c to t"),
        (5, "minutes", "2 negative cell(s), first of b to t"),
        (6, "distance_km", "1 negative cell(s), first of c to s"),
        (8, "area_code, site_id", "1 row(s) for a pair told before, first of a to s"),
    ]
    assert "minutes of at least 0" in str(raised.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [(np.nan, "1 blank"), (np.inf, "1 cell.s. that are no number"), (-0.5, "1 negative")],
)
def test_typed_faults_are_told_as_well(tmp_path, value, words):
    path = tmp_path / "matrix.parquet"
    frame_of([*GOOD, ("b", "t", value, 1.0)]).to_parquet(path)

    with pytest.raises(DataError, match=words):
        read_matrix(path)


def test_codes_that_are_missing_are_told(tmp_path):
    path = tmp_path / "matrix.parquet"
    frame_of([*GOOD, (None, "t", 1.0, 1.0)]).to_parquet(path)

    with pytest.raises(DataError, match=r"area_code: found 1 blank cell\(s\), first of \? to t"):
        read_matrix(path)


def test_wrong_columns_are_told_with_those_there_are(tmp_path):
    path = write_text(tmp_path / "matrix.csv", [("a", "s", 4.0)], ["from_id", "site_id", "minutes"])

    with pytest.raises(DataError) as raised:
        read_matrix(path)

    assert [item.column for item in raised.value.findings] == ["area_code", "distance_km"]
    assert "the columns are from_id, site_id, minutes" in str(raised.value)


def test_km_may_be_missing_where_only_minutes_are_wanted(tmp_path):
    path = write_text(tmp_path / "matrix.csv", [("a", "s", 4.0)], COLUMNS[:3])

    assert read_matrix(path, needs_km=False)["distance_km"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("none.csv", None, "no such file"),
        ("not.parquet", b"area_code,site_id", "cannot be read"),
        ("empty.csv", b"", "cannot be read"),
        ("other.csv", "area_code\né".encode("cp1252"), "cannot be read"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, name, data, words):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(DataError, match=words):
        read_matrix(path)


def test_pairs_that_are_missing_are_told_nearest_first():
    """Areas at 0 and 9 km, sites at 0 and 8 km: b to t is 1 km, a to t 8 km, b to s 9 km."""
    areas = pd.DataFrame({"area_code": ["a", "b"], "easting": [0.0, 9000.0], "northing": 0.0})
    sites = pd.DataFrame({"site_id": ["s", "t"], "easting": [0.0, 8000.0], "northing": 0.0})
    drives = frame_of([("a", "s", 1.0, 1.0), ("elsewhere", "t", 1.0, 1.0)])

    missing = missing_pairs(drives, areas, sites)

    assert missing.to_numpy().tolist() == [["b", "t", 1.0], ["a", "t", 8.0], ["b", "s", 9.0]]
