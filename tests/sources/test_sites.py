from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.sources.establishments import read_establishments
from placement_planner.sources.postcodes import read_postcodes
from placement_planner.sources.sites import build_sites
from tests.sources.region import area_shapes, areas_table, schools_table


@pytest.fixture
def areas():
    table = areas_table().rename(
        columns={"UTLACD": "authority_code", "pc_easting": "easting", "pc_northing": "northing"}
    )
    return area_shapes().merge(table, on="LSOA21CD").rename(columns={"LSOA21CD": "area_code"})


def _schools(table: pd.DataFrame, tmp_path) -> pd.DataFrame:
    table.to_csv(tmp_path / "schools.csv", index=False, encoding="cp1252")
    return read_establishments(tmp_path / "schools.csv", ["901", "902"])


def _postcodes(tmp_path) -> pd.DataFrame:
    lookup = pd.DataFrame({"pcd": ["ZZ11AA"], "oseast1m": [401500], "osnrth1m": [302500]})
    lookup.to_parquet(tmp_path / "postcodes.parquet")
    return read_postcodes(tmp_path / "postcodes.parquet")


def test_a_school_without_a_position_is_placed_by_its_postcode(areas, tmp_path):
    table = schools_table()
    table.loc[0, ["Easting", "Northing"]] = 0

    sites, notes = build_sites(_schools(table, tmp_path), areas, postcodes=_postcodes(tmp_path))

    first = sites.set_index("site_id").loc["900001"]
    assert first[["easting", "northing"]].tolist() == [401500, 302500]
    assert first["estimated"] == "easting;northing"
    assert "postcode" not in sites
    assert notes == (
        "1 school(s) without a position were placed by their postcode, which is not kept.",
    )


def test_without_a_lookup_the_small_area_places_it(areas, tmp_path):
    table = schools_table()
    table.loc[1, ["Easting", "Northing"]] = None

    sites, notes = build_sites(_schools(table, tmp_path), areas)

    assert sites.set_index("site_id").loc["900002", ["easting", "northing"]].tolist() == [
        403000,
        301000,
    ]
    assert "centroid of their small area" in notes[0]


def test_schools_nowhere_and_outside_are_left_out_by_name(areas, tmp_path):
    table = schools_table()
    table.loc[0, ["Easting", "Northing", "LSOA (code)"]] = [None, None, None]
    table.loc[1, "Easting"] = 500_000

    sites, notes = build_sites(_schools(table, tmp_path), areas)

    assert not sites["site_id"].isin(["900001", "900002"]).any()
    assert "no position and were left out: St Zoë's Primary School." in notes[0]
    assert "outside every area and were left out: West High School." in notes[1]


def test_the_authority_is_the_one_a_school_lies_in(areas, tmp_path):
    table = schools_table()
    table.loc[0, "Easting"] = 405_000

    sites, _ = build_sites(_schools(table, tmp_path), areas)

    assert sites.set_index("site_id").loc["900001", "authority_code"] == "E06000102"


def test_borrowed_columns_are_flagged_where_they_are_filled(areas, tmp_path):
    sites, _ = build_sites(_schools(schools_table(), tmp_path), areas, estimated=["capacity"])

    flags = sites.set_index("site_id")["estimated"]
    assert flags["900001"] == "capacity"
    assert pd.isna(flags["900003"])


@pytest.mark.real_data
def test_the_published_lookup_is_read(real_files):
    lookup = read_postcodes(real_files / "greater_manchester/gm_postcodes_lsoa21.parquet")

    assert len(lookup) == 115_364
    assert lookup["easting"].between(340_000, 410_000).all()
