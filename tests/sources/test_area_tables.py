from __future__ import annotations

import pytest

from placement_planner.errors import DataError
from placement_planner.sources.area_tables import read_area_table
from placement_planner.sources.population import build_population, build_projection
from tests.sources.region import AUTHORITIES, areas_table


def _write(table, tmp_path):
    table.to_csv(tmp_path / "areas.csv", index=False)
    return tmp_path / "areas.csv"


def test_areas_of_the_authorities_wanted_are_read(tmp_path):
    table = read_area_table(_write(areas_table(), tmp_path), ["E06000102"])

    assert table.areas["area_code"].tolist() == ["E01000002", "E01000003", "E01000006", "E01000007"]
    assert table.areas["rural_urban"].tolist() == ["rural", "rural", "urban", "urban"]
    assert table.population_year == 2020


def test_columns_may_go_by_other_names(tmp_path):
    path = _write(areas_table().rename(columns={"UTLACD": "county"}), tmp_path)

    table = read_area_table(path, AUTHORITIES, {"authority_code": "county"})

    assert len(table.areas) == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="mid2020_age7"), "mid<year>_age7"),
        (lambda table: table.assign(ruc21_code="??"), r"8 unknown rural-urban class\(es\)"),
        (lambda table: table.assign(IMD_decile="one"), "8 area.s. lack easting, northing, imd"),
        (lambda table: table.assign(mid2020_age3=""), "8 blank.s. among the ages"),
        (lambda table: table.assign(UTLACD="E06000101"), "no area of 1 authority"),
    ],
)
def test_a_broken_area_table_is_told_in_words(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        read_area_table(_write(change(areas_table()), tmp_path), AUTHORITIES)


def test_population_is_carried_forward_cohort_by_cohort(tmp_path):
    """Five years on, age 9 is the cohort of age 4 (14 children); age 3 repeats age 0 (10)."""
    table = read_area_table(_write(areas_table(), tmp_path), AUTHORITIES)

    population = build_population(table, 2025).query("area_code == 'E01000000'").set_index("age")

    assert population.loc[[9, 3], "children"].tolist() == [14, 10]
    assert population["basis"].unique().tolist() == ["estimated"]


def test_the_projection_sums_the_areas_of_an_authority_and_ages_them_year_by_year(tmp_path):
    """Four areas each: age 10 in 2026 is age 4 in 2020, 4 × 14; a year later 4 × 13."""
    table = read_area_table(_write(areas_table(), tmp_path), AUTHORITIES)

    projection = build_projection(table, range(2026, 2028))

    at_10 = projection.query("age == 10 and authority_code == 'E06000101'")
    assert at_10.sort_values("academic_year")["children"].tolist() == [56, 52]


def test_population_of_its_own_year_is_published(tmp_path):
    table = read_area_table(_write(areas_table(), tmp_path), AUTHORITIES)

    assert build_population(table, 2020)["basis"].unique().tolist() == ["published"]


@pytest.mark.real_data
def test_the_england_table_gives_the_areas_of_one_region(real_files):
    codes = [f"E080000{number:02d}" for number in range(1, 11)]

    england = read_area_table(real_files / "england/lsoa21.csv.gz", codes)

    assert len(england.areas) == 1702
    assert england.notes == (
        "Larger areas have no names in the area table; their codes stand for them.",
    )
