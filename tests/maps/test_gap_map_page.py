"""The map of the gap: tables and marks of a study whose gap is known by hand, and how it opens."""

import re
from dataclasses import replace
from datetime import date

import pytest

from placement_planner.maps import write_gap_map
from tests.gap.measured import balance
from tests.maps.browsing import opened_offline, shades
from tests.maps.reading import layer_of


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return write_gap_map(
        balance(), tmp_path_factory.mktemp("gap") / "gap.html", made=date(2026, 11, 28)
    )


def rows_of(text, heading):
    """Cells of the rows of the first table under a heading."""
    table = text.split(f">{heading}</h2>")[1].split("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]


def test_the_three_ways_stand_beside_each_other_by_authority(page):
    """56 and 54 children: by hand in tests/gap/measured.py."""
    rows = rows_of(page.read_text(encoding="utf-8"), "By authority")

    assert rows[0][:3] == ["Authority", "Children who need a place", "Places in the authority"]
    assert [row[0] for row in rows[1:]] == ["All authorities", "Westby", "Eastham"]
    assert rows[1][1:3] == ["110", "28"]


def test_what_stands_beside_the_gap_has_a_row_a_kind_and_a_column_an_authority(page):
    rows = rows_of(page.read_text(encoding="utf-8"), "What stands beside the gap")

    assert rows[0] == ["Children", "All authorities", "Westby", "Eastham", "In the need too"]
    assert [row[0] for row in rows[1:]] == ["Placed in schools outside the region"]


def test_it_names_its_year_notice_and_what_was_withheld(page):
    text = page.read_text(encoding="utf-8")

    assert "Academic year 2029/30" in text
    assert "Modelling, not a proposal" in text
    assert "Children by home and place (by authority of home and place): 3 of 4 counts" in text


def test_the_map_tells_two_ways_by_area(page):
    text = page.read_text(encoding="utf-8")

    assert layer_of(text, "unmet").figures("2029") == {"M1": "35", "M2": "40"}
    assert layer_of(text, "access").about["data-unit"] == "places per 100 children"


@pytest.mark.browser
def test_it_opens_offline_with_areas_and_two_ways_to_shade(page, browser):
    with opened_offline(browser, page) as opened:
        before = shades(opened)
        assert len(before) >= 2
        assert opened.get_by_role("radio", name="Children without a place").is_checked()

        opened.get_by_role("radio", name="Places in reach").check()

        assert shades(opened) != before


@pytest.mark.browser
def test_places_have_cards_and_an_over_full_school_says_so(browser, tmp_path):
    """The special school of 16 places has 15 on roll; with 40 it would be 24 over."""
    told = balance()
    register = told.surroundings.register
    full = register.assign(
        roll=register["roll"].mask(register["provision_id"] == "P2", 40.0),
        over=register["over"].mask(register["provision_id"] == "P2", 24.0),
    )
    spoilt = replace(told, surroundings=replace(told.surroundings, register=full))
    file = write_gap_map(spoilt, tmp_path / "gap.html", made=date(2026, 11, 28))

    with opened_offline(browser, file) as opened:
        opened.get_by_role("checkbox", name="Places there are").check()
        opened.get_by_role("button", name="S2 School: 13 places in 2029/30").click()

        card = opened.locator("#card").inner_text()
    assert "S2 School" in card
    assert "13 places" in card
    assert "25 more on roll than places" in card  # 24, rounded to five
