"""Pupil counts of special establishments, by type; predecessors' where there is one."""

from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources import import_study
from placement_planner.sources.establishments import read_establishments, read_rolls
from placement_planner.sources.special_counts import (
    count_notes,
    read_links,
    special_establishments,
    with_predecessors_rolls,
)
from tests.sources.region import IMPORT, schools_table, write_region

SCHOOL = {"establishment_type": "Academy special converter"}
LINK = ("900007", "800001", "Predecessor")


def schools(*rows):
    """Schools by (site_id, roll, other columns)."""
    return pd.DataFrame(
        [SCHOOL | {"site_id": code, "roll": roll, **more} for code, roll, more in rows]
    )


def links_file(folder, *rows, name="links.csv"):
    table = pd.DataFrame(rows, columns=["URN", "LinkURN", "LinkType"])
    table.assign(LinkName="École", LinkEstablishedDate="01-04-2024").to_csv(
        folder / name, index=False, encoding="cp1252"
    )
    return folder / name


def inherited(tmp_path, rolls, *links, of="A"):
    table = with_predecessors_rolls(
        schools((of, None, {})), read_links(links_file(tmp_path, *links)), pd.Series(rolls)
    )
    return table["roll"].item()


def test_the_roll_is_that_of_the_predecessor(tmp_path):
    assert inherited(tmp_path, {"P": 80.0}, ("A", "P", "Predecessor")) == 80


def test_a_merged_school_holds_both_rolls(tmp_path):
    links = [("A", "P", "Predecessor - merged"), ("A", "Q", "Predecessor - amalgamated")]

    assert inherited(tmp_path, {"P": 80.0, "Q": 30.0}, *links) == 110
    assert pd.isna(inherited(tmp_path, {"P": 80.0}, *links))


def test_predecessors_of_predecessors_are_asked_where_these_have_no_count(tmp_path):
    links = [("A", "P", "Predecessor"), ("P", "Q", "Predecessor")]

    assert inherited(tmp_path, {"Q": 50.0}, *links) == 50
    assert inherited(tmp_path, {"P": 60.0, "Q": 50.0}, *links) == 60


def test_links_in_a_circle_and_split_or_later_schools_give_no_roll(tmp_path):
    assert pd.isna(inherited(tmp_path, {}, ("A", "P", "Predecessor"), ("P", "A", "Predecessor")))
    assert pd.isna(inherited(tmp_path, {"P": 80.0}, ("A", "P", "Predecessor - Split School")))
    assert pd.isna(inherited(tmp_path, {"P": 80.0}, ("A", "P", "Successor")))


def test_a_count_of_its_own_stands_and_mainstream_schools_are_left_alone(tmp_path):
    links = read_links(links_file(tmp_path, ("A", "P", "Predecessor"), ("B", "P", "Predecessor")))
    table = schools(("A", 90.0, {}), ("B", None, {"establishment_type": "Community school"}))

    told = with_predecessors_rolls(table, links, pd.Series({"P": 80.0}))

    assert told["roll"].fillna(-1).tolist() == [90, -1]
    assert told["roll_from"].isna().all()


def test_establishments_are_counted_apart_by_who_runs_them():
    table = schools(
        ("A", 90.0, {"roll_from": None, "predecessors": None}),
        ("B", None, {"predecessors": "P"}),
        ("C", 70.0, {"roll_from": "predecessor", "predecessors": "Q"}),
        ("D", 40.0, {"establishment_type": "Non-maintained special school"}),
        ("E", None, {"establishment_type": "Other independent special school"}),
        ("F", None, {"establishment_type": "Special post 16 institution"}),
        ("G", 500.0, {"establishment_type": "Further education"}),
    )

    told = special_establishments(table).set_index("sector")

    assert told.loc["state"].tolist() == [3, 1, 1, 1]
    assert told.loc["non_maintained"].tolist() == [1, 0, 0, 0]
    assert told.loc["independent"].tolist() == [1, 0, 1, 0]
    assert told.loc["post_16"].tolist() == [1, 0, 1, 0]
    words = " ".join(count_notes(table))
    assert words.startswith("6 special establishments: 3 state special schools, 1 non-maintained")
    assert "3 have no pupil count: 1 state special schools (new under their number" in words
    assert count_notes(table.iloc[6:]) == ()


def test_closed_schools_tell_their_rolls_and_no_others_are_read(tmp_path):
    table = schools_table().assign(NumberOfPupils=[300, 1300, 60, 12, 500, 890, 40, 40])
    path = tmp_path / "schools.csv"
    table.to_csv(path, index=False, encoding="cp1252")

    assert read_rolls(path)["900004"] == 12
    assert "900004" not in set(read_establishments(path, ["901"])["site_id"])


def region_with_links(folder, *more):
    """East Special School, opened under a new number, took over from a school of 44 children."""
    toml = IMPORT.replace(
        "[files.caseload]",
        '[files.school_links]\nfile = "links.csv"\nsource = "invented for a test"\n\n'
        + "".join(more)
        + "[files.caseload]",
        1,
    )
    path = write_region(folder, toml)
    table = schools_table()
    east = table["URN"] == 900007
    table = table.assign(
        NumberOfPupils=table["NumberOfPupils"].mask(east, None),
        SchoolCapacity=table["SchoolCapacity"].mask(east, None),
    )
    table.to_csv(folder / "schools.csv", index=False, encoding="cp1252")
    links_file(folder, LINK)
    return path


def table_of(tmp_path, name):
    path = tmp_path / f"study/schools/{name}.csv"
    return pd.read_csv(path, dtype={"site_id": str}).set_index("site_id")


def test_an_import_without_the_predecessors_file_says_what_would_help(tmp_path):
    report = import_study(region_with_links(tmp_path / "published"), tmp_path / "study")

    words = " ".join(report.notes)
    assert "2 special establishments: 2 state special schools" in words
    assert "1 of these took over from schools that the links file names" in words
    assert pd.isna(table_of(tmp_path, "sites").loc["900007", "roll"])


def test_an_import_takes_the_roll_from_an_older_extract_and_flags_it(tmp_path):
    earlier = '[files.earlier_schools]\nfile = "older.csv"\nsource = "invented for a test"\n\n'
    path = region_with_links(tmp_path / "published", earlier)
    old = schools_table().iloc[[6]].assign(URN=800001, NumberOfPupils=44)
    old.to_csv(tmp_path / "published/older.csv", index=False, encoding="cp1252")

    report = import_study(path, tmp_path / "study")

    site = table_of(tmp_path, "sites").loc["900007"]
    assert (site["roll"], site["estimated"]) == (44, "roll")
    assert table_of(tmp_path, "provision").loc[["900007"], "planning_places"].sum() == 44
    assert "1 of them have no pupil count under their number" in " ".join(report.notes)
    sources = (tmp_path / "study/schools/SOURCES.toml").read_text(encoding="utf-8")
    assert 'part = "school_links"' in sources
    assert 'part = "earlier_schools"' in sources


def test_older_extracts_without_links_are_refused(tmp_path):
    earlier = '[files.earlier_schools]\nfile = "older.csv"\nsource = "invented"\n\n[pots]'
    path = write_region(tmp_path, IMPORT.replace("[pots]", earlier, 1))

    with pytest.raises(DataError, match="which school_links name"):
        import_study(path, tmp_path / "study")


@pytest.mark.real_data
def test_supply_of_greater_manchester_ties_to_the_source(real_files):
    """130 = 63 + 4 + 46 + 17; 34 without a count = 8 + 9 + 17, of which 7 have predecessors."""
    path = real_files / "greater_manchester/gm_schools_gias20250524_plus_capacity.csv"
    table = read_establishments(path, [str(code) for code in range(350, 360)])
    links = read_links(real_files / "england/gias_links_20250422.csv.gz")

    told = special_establishments(with_predecessors_rolls(table, links, read_rolls(path)))

    told = told.set_index("sector")
    assert told["establishments"].to_dict() == {
        "state": 63, "non_maintained": 4, "independent": 46, "post_16": 17,
    }  # fmt: skip
    assert told["without_count"].to_dict() == {
        "state": 8, "non_maintained": 0, "independent": 9, "post_16": 17,
    }  # fmt: skip
    assert told["of_those_with_predecessors"].tolist() == [7, 0, 0, 0]
    assert told["from_predecessors"].sum() == 0


@pytest.mark.real_data
def test_predecessors_of_greater_manchester_fill_the_counts_where_an_older_extract_has_them(
    real_files,
):
    """The seven named ones, as if an extract of before held 100 children on each roll."""
    path = real_files / "greater_manchester/gm_schools_gias20250524_plus_capacity.csv"
    table = read_establishments(path, [str(code) for code in range(350, 360)])
    links = read_links(real_files / "england/gias_links_20250422.csv.gz")
    older = pd.Series(
        100.0, index=["106279", "106170", "131887", "105606", "105614", "105623", "106278"]
    )

    told = special_establishments(with_predecessors_rolls(table, links, older)).set_index("sector")

    assert told.loc["state", ["from_predecessors", "without_count"]].tolist() == [7, 1]
    assert told["without_count"].sum() == 27
