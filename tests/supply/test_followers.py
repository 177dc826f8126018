"""Room in an area's need for those who stay and those who come up, by hand."""

import pytest

from placement_planner.supply import room_for_followers
from tests.siting.regions import ASD, lasting, region

YEARS = (2027, 2028, 2029)
PRIMARY, SECONDARY = ("A", ASD, "primary"), ("A", ASD, "secondary")
WHO = ("L", ASD, "primary")


def room(need, stays, **said):
    tables = region(need, years=YEARS, stays=stays, **said)
    told = room_for_followers(tables.need, tables.kept, tables.survival, YEARS)
    return told.set_index(["phase", "academic_year"])[["share", "stay_share"]]


def test_there_is_room_for_everybody_where_need_grows():
    assert room({PRIMARY: [3, 4, 4]}, lasting([WHO], YEARS)).empty


def test_those_who_stay_are_lowered_to_a_need_that_falls():
    """Six come and stay; of them 3 are in need in 2028; in 2029 the need has room for all again."""
    told = room({PRIMARY: [6, 3, 6]}, lasting([WHO], YEARS))

    assert told["stay_share"].to_dict() == {("primary", 2028): 0.5}


def test_a_cohort_is_those_whom_the_ones_before_leave_room_for():
    """Half stay: 4 come, 2 are there in 2028 and 2 more come; 1 + 1 in 2029, of whom 1 is in need.

    Those of 2027 have half of a half left: 4 × 0.25 + 2 × 0.5 = 2.
    """
    told = room({PRIMARY: [4, 4, 1]}, lasting([WHO], YEARS, (1.0, 0.5, 0.25)))

    assert told["stay_share"].to_dict() == {("primary", 2029): 0.5}


def test_those_who_keep_their_place_are_not_among_those_to_place():
    """Six in need of whom four keep a place: two come; in 2028 one is to be placed, half of two."""
    kept = [(*PRIMARY, year, "p", 4) for year in (2027, 2028)]

    told = room({PRIMARY: [6, 5, 2]}, lasting([WHO], YEARS), kept=kept,
                pools={"p": ("S", ASD, "primary", [4, 4, 4])})  # fmt: skip

    assert told["stay_share"].to_dict() == pytest.approx({("primary", 2028): 0.5})


def test_those_who_come_up_are_lowered_to_the_need_of_the_next_phase():
    """Four come in 2027 and are all in secondary in 2028, where one child is in need: a quarter."""
    stays = [(*WHO, 2027, 2027, "primary", 1.0), (*WHO, 2027, 2028, "secondary", 1.0)]

    told = room({PRIMARY: [4, 0, 0], SECONDARY: [0, 1, 0]}, stays)

    assert told.to_dict("index") == {("secondary", 2028): {"share": 0.25, "stay_share": 1.0}}
