"""Rules of transport: each broken once gives one finding."""

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


def only(findings):
    assert len(findings) == 1, "\n".join(map(str, findings))
    return findings[0]


def test_the_small_study_is_sound(small):
    assert check_study(small) == []


def test_shares_of_a_band_sum_to_one(small):
    set_cell(small, "schools/transport_mix.csv", 2, "share", "0.25")

    finding = only(check_study(small))

    assert finding.column == "share"
    assert finding.found == "shares that sum to 0.75 for * from 0 km"


def test_a_mix_begins_at_nought(small):
    for row in (2, 3):
        set_cell(small, "schools/transport_mix.csv", row, "from_km", "5")

    finding = only(check_study(small))

    assert (finding.column, finding.found) == ("from_km", "* begins at 5 km")


def test_a_total_in_thousands_is_told(small):
    set_cell(small, "schools/transport_totals.csv", 2, "gbp", "240")

    finding = only(check_study(small))

    assert (finding.row, finding.column) == (2, "gbp")
    assert finding.found == "240 for 30 children, £8.00 a child"


def test_a_vehicle_is_priced_for_a_way_of_travelling(small):
    path = "schools/unit_costs.csv"
    set_cell(small, path, 2, "item", "vehicle_per_km")
    set_cell(small, path, 2, "applies_to", "base")

    findings = [found for found in check_study(small) if "vehicle_per_km" in found.found]

    assert [found.found for found in findings] == ["base for vehicle_per_km"]
