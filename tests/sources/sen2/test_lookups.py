"""Registers and lookups as they are published; reading dates by brute force."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.sources.sen2.dates import read_dates
from placement_planner.sources.sen2.homes import read_homes
from placement_planner.sources.sen2.people import hide_people, link_people
from placement_planner.sources.sen2.schools import read_schools

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_day_is_the_same_in_each_way_of_writing_it(days):
    ways = [
        [f"{day.year}-{MONTHS[day.month - 1]}-{day.day:02d} 00:00:00" for day in days],
        [f"{day.year}-{MONTHS[day.month - 1].upper()}-{day.day:02d}" for day in days],
        [day.isoformat() for day in days],
        [f"{day.isoformat()}T00:00:00.000Z" for day in days],
        [f"{day:%d/%m/%Y} 00:00" for day in days],
    ]

    for texts in ways:
        assert read_dates(pd.Series(texts)).dt.date.tolist() == days


@pytest.mark.parametrize(
    "text",
    ["", "2022-Sept-28", "2022-Abc-28", "28-09-2022", "2022-13-01", "29/02/2023", "0022-09-28",
     "1899-12-31", "44832", "28/09/22", "2022-Sep-28 midnight"],
)  # fmt: skip
def test_what_is_no_day_in_these_ways_is_blank(text):
    assert read_dates(pd.Series([text])).isna().all()


def people(rows):
    """A person module of (table id, UPN, ULN, surname) rows."""
    columns = ["persontableid", "upn", "uniquelearnernumber", "surname"]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    return table.assign(forename="Qa", personbirthdate="2015-05-05", postcode="")


@given(
    st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
@settings(max_examples=12, deadline=None)
def test_children_with_a_key_in_common_are_joined_and_no_others(held, random):
    """Each child shows its UPN and ULN in a January or not, and is joined by its name if need be.

    Names and numbers are the child's own, so that everybody is joined, in whatever order.
    """
    sides = []
    for side in (0, 2):
        rows = [
            (number, f"Z{number:011d}X" * show[side], f"{9100000000 + number}" * show[side + 1],
             "q" * (number + 1))
            for number, show in enumerate(held)
        ]  # fmt: skip
        random.shuffle(rows)
        sides.append(hide_people(people(rows), pd.Series(dtype="str"), b"salt"))

    before, after = (linked.people.set_index("persontableid")["child"]
                     for linked in link_people(sides))  # fmt: skip

    assert before.sort_index().equals(after.sort_index())
    assert before.nunique() == len(held)


def test_every_day_of_a_year_group_has_one_birth_year():
    """1 September 2016 to 31 August 2017 is the academic year 2016."""
    days = [date(2016, 9, 1) + timedelta(days=number) for number in range(365)]
    rows = people([(number, "", "", "") for number in range(365)])
    rows["personbirthdate"] = [day.isoformat() for day in days]

    hidden = hide_people(rows, pd.Series(dtype="str"), b"salt")

    assert hidden["birth_year"].unique().tolist() == [2016]


@pytest.mark.real_data
def test_the_postcode_directory_of_a_city_region_is_read(real_files):
    homes = read_homes(real_files / "greater_manchester" / "gm_postcodes_lsoa21.parquet")

    assert len(homes) == 115_364
    assert homes["BL00AA"] == "E01005014"
    assert homes.nunique() == 1703  # one lies over the border


@pytest.mark.real_data
def test_the_open_register_tells_settings_by_the_name_of_the_type(real_files):
    schools = read_schools(real_files / "england" / "gias_open_20250524.csv.gz")

    assert schools["setting"].ne("").mean() > 0.99
    assert schools["setting"].eq("non_maintained_special").sum() in range(50, 70)
    assert schools["has_unit"].isna().all()


@pytest.mark.real_data
def test_a_register_whose_columns_of_bases_are_blank_does_not_tell(real_files):
    schools = read_schools(real_files / "formats" / "gias_synthetic_60rows.csv")

    assert schools["setting"].ne("").all()
    assert schools[["has_unit", "has_resourced"]].isna().all(axis=None)
