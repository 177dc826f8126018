"""The map of need: what it says, by which areas, what it withholds; it needs only itself."""

import re
from dataclasses import replace
from datetime import date

import pytest

from placement_planner.maps import write_need_map
from placement_planner.maps.leaflet import leaflet_js
from placement_planner.maps.need_page import drawn_years, need_ways
from tests.maps import need_village
from tests.maps.reading import layer_of, tables_of

DAY = date(2026, 11, 28)


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

    assert "http" not in page
    assert not re.search(r"<link|<img|src=|@import|sourceMappingURL", own)


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
    assert page.count("Modelling, not a proposal") == 3
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


def test_areas_are_the_finest_at_which_every_year_can_be_shown(page):
    """At the base 4 of 12 squares hold 4 children: 67 % could be shown, so larger areas are."""
    need = layer_of(page, "need")

    assert need.columns[2:] == ["2025", "2026", "2027", "2028"]
    assert need.part().about["data-by"] == "by larger area"
    assert need.part("base", "primary").about["data-by"] == "by authority"
    assert need.figures("2028", "base", "primary") == {"A1": "0", "A2": "5"}


def test_the_change_is_that_of_figures_that_are_shown(page):
    """Bases in Thorpe fall from 12 to 6 children, shown as 10 and 5; special need rises."""
    change = layer_of(page, "change")

    assert change.figures("2028", "base", "primary") == {"A1": "0", "A2": "-5"}
    assert change.figures("2028", "special", "primary") == {"A1": "+20", "A2": "+10"}
    assert set(change.figures("2025", "special", "primary").values()) == {"0"}


def test_internal_maps_show_small_areas(tmp_path):
    internal = need_village.forecast(privacy={"profile": "internal"})

    page = written(internal, tmp_path)

    assert layer_of(page, "need").part().about["data-by"] == "by small area"
    assert page.count("INTERNAL, NOT FOR PUBLICATION") == 3
    assert ["Holt 40", "Thorpe", "11", "12", "14", "+2"] in rows_of(page, "largest")


def test_every_table_has_a_caption_and_scoped_headings(page):
    tables = tables_of(page.partition("<body>")[2])

    assert len(tables) == 7
    assert all(table.caption for table in tables)
    assert all("scope=" in heading for heading in re.findall(r"<th\b[^>]*>", page))


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
    assert [layer.key for layer in need_ways(one)] == ["need"]
