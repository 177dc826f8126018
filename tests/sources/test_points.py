"""Places from any published table: by their names, whole, and in order."""

import pytest

from placement_planner.errors import DataError
from placement_planner.sources.points import AREA_CODES, SITE_CODES, read_points


def write(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


def test_areas_are_read_by_the_publishers_names(tmp_path):
    path = write(tmp_path / "lsoa.csv", "LSOA21CD,pc_easting,pc_northing\nE2,5,6\nE1,3,4\n")

    places, notes = read_points(path, "area_code", AREA_CODES)

    assert places.to_numpy().tolist() == [["E1", 3.0, 4.0], ["E2", 5.0, 6.0]]
    assert notes == ()


def test_schools_without_metres_are_left_out_and_counted(tmp_path):
    text = "urn,school,easting,northing\n100001.0,São,530000,180000\n2,b,,\n3,c,0,0\n"
    path = write(tmp_path / "gias.csv", text, "cp1252")

    places, notes = read_points(path, "site_id", SITE_CODES)

    assert places["site_id"].tolist() == ["100001"]
    assert notes == ("gias.csv: 2 of 3 places have no metres and were left out.",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("urn,x,y\n1,2,3\n", "2 column"),
        ("urn,easting,northing\n1,2,3\n1,2,3\n", "an earlier row has, such as '1'"),
        ("urn,easting,northing\n1,,\n", "no place with metres"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        read_points(write(tmp_path / "gias.csv", text), "site_id", SITE_CODES)
