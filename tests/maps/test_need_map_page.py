"""The map of need: what it says, by which areas, what it withholds; it needs only itself."""

import json
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from placement_planner.maps import write_need_map
from placement_planner.maps.leaflet import leaflet_js
from placement_planner.maps.scales import BLUES, MISSING, NOTHING, make_change_scale
from placement_planner.maps.shadings import drawn_years, need_shadings
from placement_planner.privacy import WITHHELD
from tests.maps import need_village

DAY = date(2026, 11, 28)
CHANGE = "Change, 2025/26 to 2028/29"


def written(forecast, folder):
    return write_need_map(forecast, folder / "need.html", made=DAY).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(forecast, tmp_path_factory):
    return written(forecast, tmp_path_factory.mktemp("need") / "deep")


def rows_of(page, heading):
    """Return the cells of every row of the table under a heading."""
    section = page.partition(f'id="{heading}"')[2].partition("</table>")[0]
    body = section.partition("<tbody>")[2]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")]
    return [row for row in rows if row]


def test_the_file_asks_nothing_of_the_network(page):
    own = page.replace(leaflet_js(), "")

    assert not re.search(r"https?://|<link|<img|src=|@import|sourceMappingURL", own)


def test_the_same_forecast_gives_the_same_file(forecast, page, tmp_path):
    assert written(forecast, tmp_path) == page


def test_the_page_says_what_is_in_it(page):
    for words in (
        "Children who need a specialist place, and where they live",
        "Academic years 2025/26 (counted in\n    January 2026) to 2028/29 (projected)",
        "Made 28 November 2026",
        "Policy: <strong>Trend</strong>.",
        "Counts of children under 5 are withheld",
        "All plans and placements grow as in past Januaries",
        "<strong>New homes:</strong> not in the study",
        "<strong>Need that placements hide:</strong> not counted in the study, and not guessed.",
        "<strong>Latent demand:</strong> none is assumed.",
        "means of 2 draws",
        "Twelve squares make a village.",
        "caseload.csv of the study: 100% of rows invented",
    ):
        assert words in page
    assert page.count("Modelling, not a proposal") == 2
    assert "Latent demand is assumed" not in page


def test_need_by_authority_is_told_by_kind_year_range_and_change(page):
    """Ashby: 48 and 72, 9 in 10 of two draws lie from 65.52 to 78.48; Thorpe 36 and 42."""
    rows = rows_of(page, "by-authority")

    assert rows[0] == [
        "All authorities", "All specialist places", "85", "95", "100", "115", "105 to 125", "+30",
    ]  # fmt: skip
    assert [row[1] for row in rows] == [
        "All specialist places", "Specialist bases", "Special schools",
        "All specialist places", "Special schools",
        "All specialist places", "Specialist bases", "Special schools",
    ]  # fmt: skip
    assert rows[3] == [
        "Ashby", "All specialist places", "50", "55", "60", "70", "65 to 80", "+20",
    ]  # fmt: skip
    assert rows[6][2:] == ["10", "10", "10", "5", "5 to 5", "-5"]


def test_need_by_need_group_has_sums_first(page):
    rows = rows_of(page, "by-group")

    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("All specialist places", "85", "115"),
        ("Specialist bases", "10", "5"),
        ("Communication and interaction base", "10", "5"),
        ("Special schools", "70", "110"),
        ("Autism and communication special", "70", "110"),
    ]


def test_areas_with_most_need_come_first(page):
    """Holt 36 to 42; Mill and Dene 24 to 36, in the order of their codes."""
    assert rows_of(page, "largest") == [
        ["Holt", "Thorpe", "35", "40", "40", "+5"],
        ["Mill", "Ashby", "25", "30", "35", "+10"],
        ["Dene", "Ashby", "25", "30", "35", "+10"],
    ]


def test_every_child_is_counted_once_in_every_year_also_before_a_reason_begins(page):
    assert rows_of(page, "counted") == [
        ["Need a specialist place", "85", "95", "100", "115", "+30"],
        ["In a mainstream class", "400", "400", "400", "400", "0"],
        ["Individual support plan instead, no specialist place needed", "0", "0", "5", "5", "+5"],
    ]


def test_areas_are_the_finest_at_which_every_year_can_be_shown(forecast):
    """At the base 4 of 12 squares hold 4 children: 67 % could be shown, so larger areas are."""
    shadings = need_shadings(forecast)

    assert {shading.title: shading.by for shading in shadings} == {
        "Need, all groups": "by larger area",
        "Need for specialist bases": "by larger area",
        "Need for special schools": "by larger area",
    }
    assert [shading.view for shading in shadings[:4]] == [
        "2025/26",
        "2027/28",
        "2028/29",
        CHANGE,
    ]


def test_internal_maps_show_small_areas(tmp_path):
    internal = need_village.forecast(privacy={"profile": "internal"})

    page = written(internal, tmp_path)

    assert {shading.by for shading in need_shadings(internal)} == {"by small area"}
    assert page.count("INTERNAL, NOT FOR PUBLICATION") == 2
    assert rows_of(page, "largest")[0] == ["Holt 40", "Thorpe", "11", "12", "14", "+2"]


def test_years_share_a_scale_and_the_change_has_its_own(forecast):
    base, middle, last, change = need_shadings(forecast)[:4]

    assert base.scale == middle.scale == last.scale
    assert base.scale.colours[-1] == BLUES[-1]
    assert change.table.frame["change"].tolist() == [10, 10, 5]


def test_a_fall_is_coloured_otherwise_than_a_rise(forecast):
    """Bases in Holt fall from 10 to 5; there are none elsewhere."""
    change = next(
        shading
        for shading in need_shadings(forecast)
        if (shading.title, shading.view) == ("Need for specialist bases", CHANGE)
    )

    colours = [change.scale.colour(value) for value in change.table.frame["change"]]
    assert colours[:2] == [NOTHING, NOTHING]
    assert colours[2] not in {NOTHING, MISSING}
    assert [words for _, words in change.scale.legend] == [
        "down by any children",
        "no change",
    ]


def test_changes_have_the_same_bounds_up_and_down():
    scale = make_change_scale(pd.Series([-30, 10, 20, 40, 0, WITHHELD]), "children")

    assert scale.rises.bounds == scale.falls.bounds
    assert scale.colour(-30) == scale.falls.colour(30)
    assert scale.colour(WITHHELD) == MISSING
    assert scale.colour(0) == NOTHING


def test_each_area_carries_a_colour_for_every_view_and_a_card_with_all(page):
    script = page.rpartition("<script>")[2]
    found = re.findall(r"_add\((\{.*?\})\);\n", script)
    features = [row["properties"] for text in found for row in json.loads(text)["features"]]
    shaded = [row for row in features if "fills" in row]

    assert len(shaded) == 9  # three larger areas, three kinds
    assert {len(row["fills"]) for row in shaded} == {4}
    holt = next(row["card"] for row in shaded if "Holt" in row["card"])
    assert holt.split("<br>") == [
        "<strong>Holt</strong>",
        "Need, all groups",
        "2025/26: 35 children",
        "2027/28: 40 children",
        "2028/29: 40 children",
        f"{CHANGE}: +5 children",
    ]


def test_every_table_has_a_caption_and_scoped_headings(page):
    body = page.partition("<body>")[2].partition("<script>")[0]
    tables = re.findall(r"<table>.*?</table>", body, flags=re.DOTALL)

    assert len(tables) == 5
    for table in tables:
        assert "<caption>" in table
        assert all("scope=" in heading for heading in re.findall(r"<th\b[^>]*>", table))


def test_latent_demand_is_labelled_and_apart_where_it_is_on(forecast, tmp_path):
    """One child a square of Ashby: 8, shown as 10; the need itself stays as it was."""
    scenario = forecast.scenario.with_choices(need={"latent_demand": 0.5})
    page = written(replace(forecast, latent=need_village.latent(), scenario=scenario), tmp_path)

    assert "<strong>Latent demand is assumed</strong>, beside these figures." in page
    assert "assumed, not counted: 50 % of the shortfall" in page
    assert rows_of(page, "latent") == [
        ["All authorities", "10", "10", "10", "10", "0"],
        ["Ashby", "10", "10", "10", "10", "0"],
    ]
    assert rows_of(page, "by-authority")[0][2] == "85"
    assert "Latent demand: assumed, beside the need" in page


def test_markup_in_names_and_notes_is_shown_as_text(forecast, tmp_path):
    name = "</script><script>alert(1)</script>"

    page = written(replace(forecast, notes=(name,)), tmp_path)

    assert "<script>alert" not in page
    assert page.count("</script>") == 2


def test_a_single_year_is_drawn_without_a_change(forecast):
    need = forecast.area_need
    one = replace(forecast, area_need=need[need["academic_year"] == 2025])

    assert drawn_years(one) == [2025]
    assert [shading.view for shading in need_shadings(one)] == ["2025/26"] * 3
