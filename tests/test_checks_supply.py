"""Rules of temporary places, the border and neighbours: broken once, one finding."""

import shutil
from pathlib import Path

import pytest

from placement_planner.inputs import check_study
from tests.faulty_study import set_cell, set_column
from tests.small_study import write_small_study


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


def only(findings):
    assert len(findings) == 1, "\n".join(map(str, findings))
    return findings[0]


def test_the_small_study_is_sound(sound):
    assert check_study(sound) == []


@pytest.mark.parametrize(("standing", "closes", "is_sound"), [
    ("temporary", "", False), ("temporary", "2031", True), ("permanent", "", True), ("", "", True),
])  # fmt: skip
def test_temporary_places_must_close(small, standing, closes, is_sound):
    set_column(small, "schools/provision.csv", "standing", "")
    set_cell(small, "schools/provision.csv", 3, "standing", standing)
    set_cell(small, "schools/provision.csv", 3, "closes", closes)

    findings = check_study(small)

    if is_sound:
        assert findings == []
    else:
        finding = only(findings)
        assert (finding.row, finding.column) == (3, "closes")
        assert finding.found == "P2 temporary without a year"


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("place", "P9", "P9"),
        ("phase", "secondary", "secondary for P2, which is of primary"),
        ("authority_code", "E99000001", "E99000001 for P2, which is of E99000002"),
    ],
)
def test_children_from_elsewhere_hold_places_of_a_pool_that_is_there(small, column, value, found):
    set_cell(small, "schools/cross_border.csv", 2, column, value)

    finding = only(check_study(small))

    assert (finding.row, finding.column, finding.found) == (2, column, found)


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("place_id", "P2", "P2, which is also a provision_id of the region"),
        ("easting", "300500", "Farther School in area A1: 300500, 200500"),
    ],
)
def test_neighbours_lie_outside_and_are_not_the_regions_own(small, column, value, found):
    set_cell(small, "schools/neighbouring_places.csv", 2, "northing", "200500")
    set_cell(small, "schools/neighbouring_places.csv", 2, column, value)

    finding = only(check_study(small))

    assert (finding.row, finding.column, finding.found) == (2, column, found)


def test_a_school_of_the_region_is_no_neighbour(small):
    """The travel matrix knows N1 as a neighbour; it would be told too, so it is left out here."""
    (small / "boundaries/travel_matrix.csv").unlink()
    set_cell(small, "schools/neighbouring_places.csv", 2, "site_id", "S2")

    finding = only(check_study(small))

    assert finding.found == "S2, which is also a site_id of the region"
