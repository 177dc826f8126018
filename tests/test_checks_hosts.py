"""Rules of hosts: each broken once gives one finding."""

import shutil
from pathlib import Path

import pytest

from placement_planner.inputs import check_study
from tests.faulty_study import set_cell
from tests.small_study import write_small_study


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("site_id", "S2", "S2, which is state_special"),
        ("children_with_plans", "201", "201 of 200 children on the roll of S1"),
    ],
)
def test_a_host_is_a_mainstream_school_with_no_more_plans_than_children(
    small, column, value, found
):
    set_cell(small, "schools/hosts.csv", 2, column, value)

    findings = check_study(small)

    assert [(item.file, item.row, item.column, item.found) for item in findings] == [
        ("schools/hosts.csv", 2, column, found)
    ]
