"""The map file: what it says, what it withholds, and that it needs nothing but itself."""

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from placement_planner.codes import code_list
from placement_planner.figures.plan import (
    gap_by_area,
    journeys_by_area,
    need_by_area,
    shown_builds,
    shown_measures,
    shown_pots,
)
from placement_planner.maps import write_map
from placement_planner.maps.layers import ACTION_LETTERS, build_layer
from placement_planner.maps.leaflet import leaflet_js
from placement_planner.maps.places import build_points, journey_lines, provision_points
from placement_planner.maps.scales import BLUES, MISSING, NOTHING, Scale, make_scale
from placement_planner.maps.shapes import area_shapes, lonlat
from placement_planner.privacy import WITHHELD
from tests.maps import village

DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def page(outcome, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "deep" / "map.html"
    return write_map(outcome, path, made=DAY).read_text(encoding="utf-8")


def test_the_file_asks_nothing_of_the_network(page):
    own = page.replace(leaflet_js(), "")

    assert not re.search(r"https?://|<link|<img|src=|@import|sourceMappingURL", own)
    assert "jquery" not in page.lower()
    assert "url(images" not in own


def test_the_same_outcome_gives_the_same_file(outcome, page, tmp_path):
    again = write_map(outcome, tmp_path / "again.html", made=DAY)

    assert again.read_text(encoding="utf-8") == page


def test_the_page_says_what_it_is_how_sure_and_what_was_withheld(page):
    assert '<html lang="en-GB">' in page
    assert page.count("Modelling, not a proposal") == 2
    assert "Made 28 November 2026" in page
    assert "Status: <strong>within gap</strong>" in page
    assert "at most £50,000 more (0.83 % of the cost of all planned years; 2.5 % of what" in page
    assert "How existing places are known: 100 % estimated by a stated rule." in page
    assert (
        "Children without a suitable local specialist place (by larger area): "
        "1 of 5 counts withheld"
    ) in page


def test_a_school_that_is_not_approved_is_nowhere_in_the_file(page):
    """Neither its name, nor its number, nor its spot, nor the exact cost."""
    [[longitude, latitude]] = lonlat(pd.Series([411_000.0]), pd.Series([392_500.0]))

    for word in ("Fir School", "100003", "1,250,000", "1.25m", f"{longitude}, {latitude}"):
        assert word not in page
    assert "a school in Holt" in page
    assert "£1m to £2.5m" in page


def test_the_internal_page_names_every_school_and_says_so(internal_outcome, tmp_path):
    path = write_map(internal_outcome, tmp_path / "map.html", made=DAY)

    page = path.read_text(encoding="utf-8")
    assert "Fir School" in page
    assert "£1.25m" in page
    assert page.count("INTERNAL, NOT FOR PUBLICATION") == 2


def test_markup_in_a_name_is_shown_as_text(tmp_path):
    name = "Oak </script><script>alert(1)</script> & Ysgol Gŵyr اسکول 🌳"
    outcome = village.outcome(oak=name)

    page = write_map(outcome, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert "<script>alert" not in page
    assert page.count("</script>") == 2


def test_every_table_has_a_caption_and_scoped_headings(page):
    body = page.partition("<body>")[2].partition("<script>")[0]
    tables = re.findall(r"<table>.*?</table>", body, flags=re.DOTALL)

    assert len(tables) == 3
    for table in tables:
        assert "<caption>" in table
        assert all("scope=" in heading for heading in re.findall(r"<th\b[^>]*>", table))


def test_builds_are_told_with_size_years_and_cost_or_band(outcome):
    builds = shown_builds(outcome)

    shown = builds[["scheme", "place", "places", "starts", "opens", "cost", "children"]]
    assert shown.to_numpy().tolist() == [
        [1, "Elm School", 30, "2026/27", "2027/28", "£2.40m", 30],
        [2, "a school in Holt", 20, "2026/27", "2027/28", "£1m to £2.5m", 20],
    ]
    assert builds["capital_gbp"].tolist() == [2_400_000, WITHHELD]


def test_a_pot_that_would_give_one_cost_away_is_told_as_a_band(outcome, internal_outcome):
    columns = ["funded_gbp", "spent_gbp", "left_gbp"]

    public, internal = (shown_pots(each)[columns] for each in (outcome, internal_outcome))

    assert public.loc["grant"].tolist() == [3e6, 2.4e6, 0.6e6]
    assert public.loc["own"].tolist() == [2e6, "£1m to £2.5m", WITHHELD]
    assert internal.loc["own"].tolist() == [2e6, 1.25e6, 0.75e6]


def test_measures_that_count_children_are_rounded_and_small_ones_withheld(outcome):
    measures = shown_measures(outcome).set_index("measure")

    assert measures.loc["children_in_need", "plan"] == 110
    assert measures.loc["children_beyond_soft_limit", ["do_nothing", "plan"]].tolist() == [0, "c"]
    assert measures.loc["fallback_gbp", "plan"] == 1_134_000
    assert measures.loc["capital_gbp", "plan"] == "£2.5m to £5m"
    assert measures.loc["a_new_measure", "name"] == "A new measure"


def test_need_is_shown_by_small_area_where_enough_cells_can_be_shown(outcome):
    table = need_by_area(outcome)

    assert table.level == "area"
    assert sorted(set(table.frame["children"])) == [5, 10]
    assert need_by_area(outcome, "base").frame["children"].sum() == 0


def test_the_gap_is_shown_by_larger_area_where_small_ones_cannot_be(outcome):
    """Nothing built: Mill 36-28=8, Dene 36-12=24, Holt 36. Plan: Mill 0, Dene 2, Holt 16."""
    table = gap_by_area(outcome)

    assert table.level == "middle"
    assert table.frame["do_nothing"].tolist() == [10, 25, 35]
    assert table.frame["plan"].tolist() == [0, WITHHELD, 15]


def test_mean_journeys_are_of_the_same_children_fallback_included(outcome):
    """a01: 4 children at 10 minutes and 2 in fallback at 40: 120 / 6 = 20; in the plan all at 10.

    a31: 6 in fallback at 40; in the plan 4 at 20 and 2 at 40: 160 / 6.
    """
    frame = journeys_by_area(outcome).frame.set_index("code")

    assert frame.loc["a01", ["do_nothing", "plan"]].tolist() == [20, 10]
    assert frame.loc["a31", "do_nothing"] == 40
    assert frame.loc["a31", "plan"] == pytest.approx(160 / 6)


def test_journeys_are_summed_up_where_siting_is_by_larger_area(outcome):
    """Mill in the plan: (12 × 5 + 12 × 10 + 6 × 10 + 6 × 10) / 36 = 300 / 36."""
    to_middle = outcome.inputs.areas.set_index("area_code")["middle_code"]
    keys = ["area_code", "need_group", "phase", "academic_year"]

    def summed(table, more):
        table = table.assign(area_code=table["area_code"].map(to_middle))
        totals = {"children": "sum", **dict.fromkeys(("minutes",), "first")}
        return table.groupby([*keys, *more, "minutes"], as_index=False).agg(
            **{name: (name, how) for name, how in totals.items() if name != "minutes"}
        )

    plans = {
        name: replace(
            getattr(outcome, name),
            placements=summed(getattr(outcome, name).placements, ["pool_id", "site_id"]),
            fallback=summed(getattr(outcome, name).fallback, ["route"]),
        )
        for name in ("do_nothing", "plan")
    }
    scenario = outcome.scenario.with_choices(siting={"level": "middle"})
    table = journeys_by_area(replace(outcome, scenario=scenario, **plans))

    assert table.level == "middle"
    assert table.frame["name"].tolist() == ["Mill", "Dene", "Holt"]
    assert table.frame["plan"][0] == pytest.approx(300 / 36)


def test_lines_are_drawn_only_for_as_many_children_as_the_threshold(outcome, internal_outcome):
    """11 lines; those of 4 (a31) and 3 (a50) children are left out, in either profile."""
    for each in (outcome, internal_outcome):
        lines, record = journey_lines(each)

        assert (record.cells, record.withheld) == (11, 2)
        assert len(lines) == 9
        assert lines["children"].min() >= 5


def test_lines_to_an_unnamed_school_end_in_the_middle_of_its_locality(outcome):
    lines, _ = journey_lines(outcome)

    ends = lines[lines["to_name"] == "a school in Holt"]
    [[longitude, latitude]] = lonlat(pd.Series([410_000.0]), pd.Series([392_000.0]))
    assert ends["to_lonlat"].tolist() == [[longitude, latitude]] * len(ends)
    assert "Fir School" not in lines["to_name"].tolist()


def test_provision_says_designation_places_and_that_they_are_estimated(outcome):
    [row] = provision_points(outcome).to_dict("records")

    assert (row["site_name"], row["kind"], row["places"]) == ("Oak School", "special", 40)
    assert row["lines"] == ["Autism and communication special, primary: 40 (estimated)"]


def test_every_action_has_a_letter(outcome):
    assert set(ACTION_LETTERS) == set(code_list("actions"))
    assert build_points(outcome)["letter"].tolist() == ["E", "S"]


def test_a_plan_without_builds_still_makes_a_page(outcome, tmp_path):
    nothing = replace(outcome, plan=outcome.do_nothing)

    page = write_map(nothing, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert "Nothing would be built." in page


def test_a_study_without_roads_makes_a_page_without_that_layer(outcome, tmp_path):
    parts = {**vars(outcome.inputs), "roads": None}
    outcome = replace(outcome, inputs=type(outcome.inputs)(**parts))

    page = write_map(outcome, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert "Main roads" not in page


def test_compared_columns_share_one_scale():
    scale = make_scale([pd.Series([0, 10, 20, 30]), pd.Series([WITHHELD, 40, 50])], BLUES, "min")

    assert scale.bounds == (20, 30, 40, 50)
    assert scale.colour(0) == NOTHING
    assert scale.colour(WITHHELD) == MISSING
    assert scale.colour(np.nan) == MISSING
    assert [scale.colour(value) for value in (19.9, 20, 50)] == [BLUES[0], BLUES[1], BLUES[4]]


def test_many_values_get_classes_with_round_bounds_that_hold_about_as_many_each():
    scale = make_scale([pd.Series(np.arange(1, 101.0))], BLUES, "children")

    assert scale.bounds == (20, 40, 60, 80)
    assert scale.colours == BLUES


def test_counts_rounded_to_five_are_parted_only_between_fives():
    counts = [5, 10, 10, 15, 15, 15, 20, 20, 25, 30]

    assert make_scale([pd.Series(counts)], BLUES, "children").bounds == (10, 15, 20, 25)


@pytest.mark.parametrize("values", [[], [0, 0], [WITHHELD]])
def test_a_layer_without_figures_has_a_scale_all_the_same(values):
    scale = make_scale([pd.Series(values, dtype=object)], BLUES, "children")

    assert scale == Scale((), BLUES[-1:], "children")
    assert scale.legend == [(BLUES[-1], "any children")]


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


def test_the_geojson_in_the_page_holds_no_more_than_shown(page):
    """No property but what is drawn: fill, card, icon, title, weight and kind."""
    collections = re.findall(r'_add\((\{"features".*\})\);', page)
    names = {
        name
        for text in collections
        for row in json.loads(text)["features"]
        for name in row["properties"]
    }

    assert len(collections) == 13
    assert names <= {
        "fills",
        "card",
        "icon",
        "title",
        "weight",
        "kind",
        "is_build",
        "highlight",
        "style",
    }


def test_a_total_that_would_give_a_masked_pot_away_is_told_as_a_band(outcome):
    """Two schools not approved: each pot has one of them, so the total less one tells the other."""
    options = outcome.inputs.options.assign(release_status="engaged")
    parts = {**vars(outcome.inputs), "options": options}
    both = replace(outcome, inputs=type(outcome.inputs)(**parts))

    pots = shown_pots(both)
    total = shown_measures(both).set_index("measure").loc["capital_gbp", "plan"]

    assert (~shown_builds(both)["is_named"].astype(bool)).sum() == 2
    assert pots["left_gbp"].tolist() == [WITHHELD, WITHHELD]
    assert total == "£2.5m to £5m"


def test_a_total_stays_exact_where_every_pot_does(outcome):
    """Both schools draw on one pot, as much as both cost: nothing tells one from the other."""
    options = outcome.inputs.options.assign(release_status="engaged")
    parts = {**vars(outcome.inputs), "options": options}
    plan = replace(outcome.plan, spend=outcome.plan.spend.assign(pot_id="grant"))
    both = replace(outcome, inputs=type(outcome.inputs)(**parts), plan=plan)

    assert shown_pots(both).loc["grant", "spent_gbp"] == outcome.plan.spend["gbp"].sum()
    assert shown_measures(both).set_index("measure").loc["capital_gbp", "plan"] == 3_650_000


def test_a_school_told_by_region_alone_is_so_in_builds_lines_and_page(outcome, tmp_path):
    """Without Yew School there are two primary schools in Holt, and in all of Thorpe."""
    sites = outcome.inputs.sites
    parts = {**vars(outcome.inputs), "sites": sites[sites["site_id"] != "100005"]}
    fewer = replace(outcome, inputs=type(outcome.inputs)(**parts))
    middle = lonlat(pd.Series([406_000.0]), pd.Series([392_000.0]))

    fir = shown_builds(fewer).loc["satellite-100003"]
    lines, _ = journey_lines(fewer)
    page = write_map(fewer, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert (fir["place"], fir["authority"]) == ("a school in the region", "Whole region")
    ends = lines.loc[lines["to_name"] == "a school in the region", "to_lonlat"].tolist()
    assert ends == middle * 2
    assert build_points(fewer).loc["satellite-100003", "lines"][0] == "a school in the region"
    assert "a school in Holt" not in page


def test_a_plan_that_places_nobody_in_the_final_year_makes_a_page(outcome, tmp_path):
    placements = outcome.plan.placements
    early = replace(outcome.plan, placements=placements[placements["academic_year"] == 2027])
    nobody = replace(outcome, plan=early)

    page = write_map(nobody, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert shown_builds(nobody)["children"].tolist() == [0, 0]
    assert journey_lines(nobody)[0].empty
    assert "Elm School" in page


def test_a_study_without_places_makes_a_page(outcome, tmp_path):
    inputs = outcome.inputs
    parts = {**vars(inputs), "provision": inputs.provision.iloc[:0]}
    empty = replace(outcome, inputs=type(inputs)(**parts), pools=outcome.pools.iloc[:0])

    page = write_map(empty, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert provision_points(empty).empty
    assert "There are no places in the provision table." in page


@pytest.mark.parametrize("bound", [-np.inf, np.nan])
def test_a_gap_that_was_not_proven_is_said_so(outcome, tmp_path, bound):
    unproven = village.unproven(outcome, bound)

    page = write_map(unproven, tmp_path / "map.html", made=DAY).read_text(encoding="utf-8")

    assert re.search(r"<strong>feasible</strong>, gap\s+not proven\.", page)
    assert "How much another plan could save is not proven." in page
    assert "inf" not in page.partition("<main>")[2].partition("<script>")[0].replace("info", "")


def test_minutes_are_parted_by_no_more_than_ten_round_steps():
    """From 14 to 32 is 18 minutes: steps of 2, never classes such as 20 to under 21."""
    minutes = pd.Series([14.2, 18.9, 19.6, 20.2, 20.4, 21.1, 22.3, 23.8, 25.5, 32.2])

    assert make_scale([minutes], BLUES, "minutes").bounds == (20, 22, 24)
    assert make_scale([minutes[:2]], BLUES, "minutes").bounds == (15, 16, 17, 18)


def test_a_single_value_that_is_not_whole_is_one_class():
    assert make_scale([pd.Series([20.25])], BLUES, "minutes").bounds == ()


def test_markers_at_one_spot_stand_in_rows_of_four(outcome):
    """Five builds of 30 places at one spot: 26 pixels wide each, the fifth under the first."""
    builds = pd.concat([build_points(outcome).iloc[:1]] * 5)

    marks = build_layer("Builds", builds).data["features"]

    anchors = [mark["properties"]["icon"]["iconAnchor"] for mark in marks]
    assert anchors == [[13, 13], [-13, 13], [-39, 13], [-65, 13], [13, -13]]
