from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources.establishments import read_establishments
from tests.sources.region import schools_table


def _write(table: pd.DataFrame, tmp_path, encoding: str = "cp1252"):
    path = tmp_path / "schools.csv"
    table.to_csv(path, index=False, encoding=encoding)
    return path


def test_the_full_download_is_read_in_its_own_encoding(tmp_path):
    schools = read_establishments(_write(schools_table(), tmp_path), ["901", "902"])

    assert schools["site_name"].iloc[0] == "St Zoë's Primary School"
    assert schools["site_kind"].tolist() == [
        "mainstream", "mainstream", "state_special", "mainstream", "mainstream", "state_special",
    ]  # fmt: skip
    assert schools.loc[1, ["low_age", "high_age", "capacity"]].tolist() == [11, 18, 1200]


def test_the_open_extract_lacks_columns_and_has_numbers_as_a_spreadsheet_writes_them(tmp_path):
    extract = pd.DataFrame({
        "urn": ["1e+05", "900001.0"], "la_code": ["901.0", "901"], "establishment_name": ["É", "B"],
        "establishment_type": ["Community school", "Foundation special school"],
        "education_phase": ["Middle deemed secondary", "Not applicable"],
        "number_of_pupils": ["12", ""], "easting": ["400000", "0"], "northing": ["300000", "0"],
    })  # fmt: skip

    schools = read_establishments(_write(extract, tmp_path, "utf-8"), ["901"])

    assert schools["site_id"].tolist() == ["100000", "900001"]
    assert schools["site_name"].iloc[0] == "É"
    assert schools["phase"].tolist() == ["secondary", "not_applicable"]
    assert schools["capacity"].isna().all()
    assert schools["easting"].isna().tolist() == [False, True]


def test_needs_a_school_is_approved_for_become_need_types(tmp_path):
    table = schools_table().iloc[[2]].assign(**{
        "SEN1 (name)": "ASD - Autistic Spectrum Disorder", "SEN2 (name)": "SpLD - Specific",
        "SEN3 (name)": "",
    })  # fmt: skip

    schools = read_establishments(_write(table, tmp_path), ["901"])

    assert schools["need_types"].tolist() == ["ASD;SPLD"]


def test_a_file_that_is_no_extract_names_what_it_lacks(tmp_path):
    with pytest.raises(DataError, match="a column named establishmentname or establishment_name"):
        read_establishments(_write(pd.DataFrame({"urn": [1], "la_code": [901]}), tmp_path), ["901"])


@pytest.mark.real_data
def test_the_true_header_of_the_full_download_is_understood(real_files):
    path = real_files / "formats/gias_synthetic_60rows.csv"
    codes = pd.read_csv(path, encoding="cp1252", dtype="str")["LA (code)"].unique()

    schools = read_establishments(path, codes)

    assert len(schools) == 60
    assert schools["site_kind"].unique().tolist() == ["mainstream"]
    assert schools["capacity"].notna().all()


@pytest.mark.real_data
def test_the_open_extract_of_england_has_every_school_of_greater_manchester(real_files):
    codes = [str(code) for code in range(350, 360)]

    england = read_establishments(real_files / "england/gias_open_20250524.csv.gz", codes)

    assert len(england) == 1311
    assert england["role"].value_counts()["state_special"] == 63
    assert england["easting"].notna().all()


def test_the_samples_register_reads_back_as_the_samples_sites():
    """The real reader on the sample's cp1252 extract gives the study's own schools."""
    schools_folder = Path(__file__).parents[2] / "data" / "schools"
    sites = pd.read_csv(schools_folder / "sites.csv", dtype={"site_id": str}).set_index("site_id")
    sites = sites[sites["site_kind"] != "land"]

    read = read_establishments(
        schools_folder / "gias_extract.csv", ["901", "902", "903", "904", "905"]
    ).set_index("site_id")

    assert set(sites.index) - set(read.index) == {"900375"}  # opens in 2028: not yet a school
    assert set(read.index) <= set(sites.index)
    same = ["site_name", "site_kind", "phase", "roll", "capacity", "easting", "northing"]
    for column in same:
        told, kept = read[column], sites[column].loc[read.index]
        assert (told.fillna(-1) == kept.fillna(-1)).all(), column
