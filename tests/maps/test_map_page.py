"""The map file of a plan: what it says, what it withholds, and that it needs nothing but itself."""

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from placement_planner.codes import code_list
from placement_planner.maps import write_map
from placement_planner.maps.layers import ACTION_LETTERS, build_layer
from placement_planner.maps.leaflet import leaflet_js
from placement_planner.maps.marks import build_marks, journey_lines, places_by_year
from placement_planner.maps.plan_layers import plan_layers
from placement_planner.maps.shapes import area_shapes, lonlat
from tests.maps import village
from tests.maps.reading import layer_of, marks_of, tables_of

DAY = date(2026, 11, 28)


def written(outcome, folder):
    return write_map(outcome, folder / "map.html", made=DAY).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(outcome, tmp_path_factory):
    return written(outcome, tmp_path_factory.mktemp("map") / "deep")


def test_no_address_and_no_link_stands_in_the_file(page):
    own = page.replace(leaflet_js(), "")

    assert "http" not in page
    assert not re.search(r"<link|<img|src=|@import|sourceMappingURL|url\((?!data:|#)", own)
    assert re.findall(r'href="[^#]', own) == []


def test_the_same_outcome_gives_the_same_file(outcome, page, tmp_path):
    assert written(outcome, tmp_path) == page


def test_the_page_says_what_it_is_how_sure_and_what_was_withheld(page):
    assert '<html lang="en-GB">' in page
    assert page.count("Modelling, not a proposal") == 3
    assert "Made 28 November 2026" in page
    assert "Status: <strong>within gap</strong>" in page
    assert "at most £50,000 more (0.83 % of the cost of all planned years; 2.5 % of what" in page
    assert "How existing places are known: 100 % estimated by a stated rule." in page
    assert "What was withheld" in page
    assert "counts withheld" in page


def test_a_school_that_is_not_approved_is_nowhere_in_the_file(page):
    """Neither its name, nor its number, nor its spot, nor the exact cost."""
    [[longitude, latitude]] = lonlat(pd.Series([411_000.0]), pd.Series([392_500.0]))

    for word in ("Fir School", "100003", "1,250,000", "1.25m", f"{longitude}, {latitude}"):
        assert word not in page
    assert "a school in Holt" in page
    assert "£1m to £2.5m" in page


def test_the_internal_page_names_every_school_and_says_so(internal_outcome, tmp_path):
    page = written(internal_outcome, tmp_path)

    assert "Fir School" in page
    assert "£1.25m" in page
    assert page.count("INTERNAL, NOT FOR PUBLICATION") == 3


def test_every_table_has_a_caption_and_scoped_headings(page):
    tables = tables_of(page.partition("<body>")[2])

    assert len(tables) == 14  # 8 layers, builds, measures, effects, pots, places, lines
    assert all(table.caption for table in tables)
    assert all("scope=" in heading for heading in re.findall(r"<th\b[^>]*>", page))


def test_need_stands_in_the_file_by_area_year_need_group_and_phase(page):
    """Northern squares have 12 children and southern ones 6: 10 and 5 once rounded."""
    need = layer_of(page, "need")

    assert need.columns[2:] == ["2027", "2028"]
    assert need.part().about["data-level"] == "area"
    assert sorted(set(need.figures("2028").values())) == ["10", "5"]
    assert need.figures("2028")["a00"] == "10"
    both = need.part(village.GROUP, village.PHASE)
    assert both.about["data-level"] == "authority"
    assert need.figures("2028", village.GROUP, village.PHASE) == {"A1": "70", "A2": "35"}


def test_who_gains_is_the_difference_of_what_is_shown(page):
    """Nothing built: Mill 8, Dene 24, Holt 36, shown as 10, 25, 35; plan: 0, 2 and 16."""
    assert layer_of(page, "gap-do_nothing").figures("2028") == {"M1": "10", "M2": "25", "M3": "35"}
    assert layer_of(page, "gap-plan").figures("2028") == {"M1": "0", "M2": "c", "M3": "15"}
    assert layer_of(page, "gain").figures("2028") == {"M1": "-10", "M2": "c", "M3": "-20"}


def test_what_the_plan_does_for_each_authority_has_a_row_each(page):
    """Ashby: 72 in need, 32 of them without a place, 2 with the plan; Thorpe: 36, 36, 16."""
    rows = next(table for table in tables_of(page) if "Children and savings" in table.caption).rows

    assert [row[:4] for row in rows][:2] == [
        ["Ashby", "70", "30", "c"],
        ["Thorpe", "35", "35", "15"],
    ]


def test_drives_to_places_tell_of_schools_that_may_be_named_alone(page):
    """Two minutes a kilometre: Oak lies at 401, Elm at 405; Mill's squares at 401 and 403."""
    drives = layer_of(page, "drive")

    assert [words for _, words in drives.headings[2:]] == ["Elm School", "Oak School"]
    assert drives.figures("100001") == {"M1": "2", "M2": "10", "M3": "18"}
    assert drives.figures("100002") == {"M1": "6", "M2": "2", "M3": "10"}


def test_classes_are_shared_by_what_is_compared(page):
    bounds = [
        layer_of(page, key).part().about["data-bounds"] for key in ("gap-do_nothing", "gap-plan")
    ]

    assert bounds[0] == bounds[1] == "15 25 35"


def test_geojson_holds_places_and_keys_but_no_figure_of_children(page):
    collections = re.findall(r"_add\((\{.*\})\);", page)
    rows = [row for text in collections for row in json.loads(text)["features"]]
    names = {name for row in rows for name in row["properties"]}

    assert len(collections) == 9  # three levels, roads, borders, names, builds, places, lines
    assert names <= {
        "code", "middle", "kind", "icon", "id", "letter", "named", "places", "widest", "number",
        "highlight", "style",
    }  # fmt: skip


def test_shapes_are_stored_once_for_all_years_and_switches(page):
    """12 squares, 3 larger areas and 2 authorities, however many figures are told of them."""
    assert page.count('"type": "Polygon"') + page.count('"type":"Polygon"') == 17


def test_builds_are_told_with_size_years_cost_or_band_and_whom_they_serve(page):
    rows = marks_of(page, "builds").rows

    assert [row[:10] for row in rows] == [
        ["1", "Expand a special school", "Elm School", "Ashby", "Autism and communication special",
         "Primary", "30", "2026/27", "2027/28", "£2.40m"],
        ["2", "Open a satellite of a special school", "a school in Holt", "Thorpe",
         "Autism and communication special", "Primary", "20", "2026/27", "2027/28",
         "£1m to £2.5m"],
    ]  # fmt: skip
    assert [row[10] for row in rows] == ["30", "20"]


def test_places_are_told_by_year_and_say_that_they_are_estimated(page):
    [row] = marks_of(page, "places").rows

    assert row == [
        "Oak School", "Ashby", "Special school", "Autism and communication special", "Primary",
        "40", "40", "Estimated by a stated rule", "",
    ]  # fmt: skip


def test_places_that_open_later_are_blank_until_then(outcome):
    pools = outcome.surroundings.pools
    later = pools.assign(places=pools["places"].where(pools["academic_year"] == 2028, 0.0))

    [row] = places_by_year(later, outcome.surroundings.sites, outcome.inputs.authorities).to_dict(
        "records"
    )

    assert (row["2027"], row["2028"]) == (0, 40)


def test_lines_are_drawn_only_for_as_many_children_as_the_threshold(page):
    """11 lines; those of 4 (a31) and 3 (a50) children are left out."""
    rows = marks_of(page, "lines").rows

    assert len(rows) == 9
    assert min(int(row[3]) for row in rows) >= 5
    assert "a school in Holt" in {row[1] for row in rows}


def test_markup_and_every_script_in_names_are_shown_as_text(tmp_path):
    name = "Oak </script><script>alert(1)</script> & Ysgol Gŵyr اسکول 🌳"

    page = written(village.outcome(oak=name), tmp_path)

    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    assert marks_of(page, "places").rows[0][0] == name


def marks(outcome):
    around = outcome.surroundings
    places = places_by_year(around.pools, around.sites, outcome.inputs.authorities)
    return build_marks(outcome, plan_layers(outcome)[0], places)


def test_every_build_says_why_from_figures_of_its_authority(page):
    """Ashby needs 72 places and Oak has 40; Thorpe needs 36 and has none."""
    rows = marks_of(page, "builds").rows

    assert [row[11] for row in rows] == [
        f"Who needs such a place in {authority} in 2028/29, and what is there anyway: "
        f"primary {children} children, {places} places."
        for authority, children, places in (("Ashby", 70, 40), ("Thorpe", 35, 0))
    ]


def test_every_action_has_a_letter(outcome):
    assert set(ACTION_LETTERS) == set(code_list("actions"))
    assert marks(outcome)["letter"].tolist() == ["E", "S"]


def test_a_plan_without_builds_still_makes_a_page(outcome, tmp_path):
    nothing = replace(outcome, plan=outcome.do_nothing)

    assert "Nothing would be built." in written(nothing, tmp_path)


def test_a_study_without_roads_makes_a_page_without_that_layer(outcome, tmp_path):
    parts = {**vars(outcome.inputs), "roads": None}

    page = written(replace(outcome, inputs=type(outcome.inputs)(**parts)), tmp_path)

    assert "Main roads" not in page


def test_a_school_told_by_region_alone_is_so_in_builds_lines_and_marks(outcome, tmp_path):
    """Without Yew School there are two primary schools in Holt, and in all of Thorpe."""
    sites = outcome.inputs.sites
    parts = {**vars(outcome.inputs), "sites": sites[sites["site_id"] != "100005"]}
    fewer = replace(outcome, inputs=type(outcome.inputs)(**parts))
    middle = lonlat(pd.Series([406_000.0]), pd.Series([392_000.0]))

    page = written(fewer, tmp_path)
    [fir] = [row for row in marks_of(page, "builds").rows if "satellite" in row[1]]

    assert fir[2:4] == ["a school in the region", "Whole region"]
    assert fir[11] == "No figure may be shown for so small a group."
    lines, _ = journey_lines(fewer, area_shapes(fewer.inputs.areas))
    ends = lines.loc[lines["to_name"] == "a school in the region", "to_lonlat"].tolist()
    assert ends == middle * 2
    assert "a school in Holt" not in page


def test_a_plan_that_places_nobody_in_the_final_year_makes_a_page(outcome, tmp_path):
    placements = outcome.plan.placements
    early = replace(outcome.plan, placements=placements[placements["academic_year"] == 2027])

    page = written(replace(outcome, plan=early), tmp_path)

    assert [row[10] for row in marks_of(page, "builds").rows] == ["0", "0"]
    assert marks_of(page, "lines").rows == []


def test_a_study_without_places_makes_a_page(outcome, tmp_path):
    inputs = outcome.inputs
    parts = {**vars(inputs), "provision": inputs.provision.iloc[:0]}
    empty = replace(
        outcome, inputs=type(inputs)(**parts), surroundings=village.without_places(outcome)
    )

    page = written(empty, tmp_path)

    assert marks_of(page, "places").rows == []
    assert "There are no places in the provision table." in page


@pytest.mark.parametrize("bound", [-np.inf, np.nan])
def test_a_gap_that_was_not_proven_is_said_so(outcome, tmp_path, bound):
    page = written(village.unproven(outcome, bound), tmp_path)

    assert re.search(r"<strong>feasible</strong>, gap\s+not proven\.", page)
    assert "How much another plan could save is not proven." in page
    assert "inf" not in page.partition("<main>")[2].partition("<script>")[0].replace("info", "")


def test_neighbours_keep_the_same_border_when_simplified():
    """Two areas with a wavy border between them: no gap, no overlap after simplifying."""
    wave = [(1000 + 40 * np.sin(step / 3), step * 20.0) for step in range(101)]
    west = shapely.Polygon([(0, 0), *wave, (0, 2000)])
    east = shapely.Polygon([(2000, 0), *wave, (2000, 2000)])
    corner = np.array([400_000, 390_000])
    both = shapely.transform([west, east], lambda points: points + corner)
    areas = village.areas().iloc[:2].assign(geometry=both)

    shapes = area_shapes(areas.set_crs("EPSG:27700", allow_override=True))["area"]

    assert shapely.get_num_coordinates(shapes.to_numpy()).sum() < 80
    assert shapely.coverage_is_valid(shapes.to_numpy())


def test_shapes_are_in_degrees_with_five_decimals_and_nest():
    shapes = area_shapes(village.areas())

    points = shapely.get_coordinates(shapes["area"].to_numpy())
    assert np.array_equal(points, points.round(5))
    assert len(shapes["authority"]) == 2
    west, south, east, north = shapes["authority"].total_bounds
    assert -2.1 < west < east < -1.7
    assert 53.3 < south < north < 53.5


def test_marks_at_one_spot_are_numbered_so_that_they_stand_side_by_side(outcome):
    builds = pd.concat([marks(outcome).iloc[:1]] * 5)

    drawn = [mark["properties"] for mark in build_layer(builds).data["features"]]

    assert [mark["number"] for mark in drawn] == [0, 1, 2, 3, 4]
    assert {mark["widest"] for mark in drawn} == {30}
