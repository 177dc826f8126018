"""Two runs of the village beside each other: what both maps say, and that they move in step."""

from dataclasses import replace
from datetime import date

import pytest

from placement_planner.errors import DataError
from placement_planner.maps import write_comparison_map
from tests.maps.browsing import opened_offline, serious_violations, shades
from tests.maps.reading import layer_of, marks_of

DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def map_file(outcome, tmp_path_factory):
    """Return the map of the village's plan beside one that builds nothing."""
    nothing = replace(outcome, plan=outcome.do_nothing, do_nothing=outcome.plan)
    return write_comparison_map(
        outcome, nothing, tmp_path_factory.mktemp("comparison") / "both.html", made=DAY,
        names=("Two schemes", "None"),
    )  # fmt: skip


def test_both_runs_are_told_with_the_same_classes_and_shapes_once(map_file):
    page = map_file.read_text(encoding="utf-8")
    first, second = (layer_of(page, "gap-plan", pane) for pane in (0, 1))

    assert first.figures("2028") == {"M1": "0", "M2": "c", "M3": "15"}
    assert second.figures("2028") == {"M1": "10", "M2": "25", "M3": "35"}
    assert first.part().about["data-bounds"] == second.part().about["data-bounds"]
    assert page.count('"type": "Polygon"') == 17
    assert "http" not in page
    assert len(marks_of(page, "builds").rows) == 2
    assert "Two schemes: plan" in page


def test_runs_of_the_same_name_are_told_apart(outcome, tmp_path):
    page = write_comparison_map(outcome, outcome, tmp_path / "map.html", made=DAY).read_text(
        encoding="utf-8"
    )

    assert "Village, first run and Village, second run" in page


def test_what_cannot_be_compared_is_said_all_at_once(outcome, internal_outcome, tmp_path):
    parts = {**vars(internal_outcome.inputs)}
    parts["areas"] = parts["areas"][parts["areas"]["area_code"] != "a51"]
    scenario = internal_outcome.scenario.with_choices(horizon={"years": (2030,)})
    other = replace(
        internal_outcome, inputs=type(internal_outcome.inputs)(**parts), scenario=scenario
    )

    with pytest.raises(DataError) as caught:
        write_comparison_map(outcome, other, tmp_path / "map.html")

    told = str(caught.value)
    assert "1 areas are of one run only, such as a51" in told
    assert "no planned year is common: one has (2027, 2028), the other (2030,)" in told
    assert "they differ in disclosure control" in told
    assert not (tmp_path / "map.html").exists()


@pytest.mark.slow
def test_years_that_one_run_did_not_plan_are_left_out(outcome, tmp_path):
    early = replace(outcome, scenario=outcome.scenario.with_choices(horizon={"years": (2027,)}))

    page = write_comparison_map(outcome, early, tmp_path / "map.html").read_text(encoding="utf-8")

    assert layer_of(page, "need").columns[2:] == layer_of(page, "need", 1).columns[2:] == ["2027"]


@pytest.mark.slow
@pytest.mark.browser
def test_maps_of_different_areas_have_a_key_each(outcome, browser, tmp_path):
    """With nothing built in either plan enough squares can be shown; with the plan they cannot."""
    finer = replace(outcome, plan=outcome.do_nothing)
    file = write_comparison_map(outcome, finer, tmp_path / "map.html", made=DAY)

    with opened_offline(browser, file) as page:
        page.get_by_label("Without a local place: nothing built").check()
        keys = page.locator(".legend p")
        assert [key.is_visible() for key in keys.all()] == [True, True]
        assert [words.rpartition("by ")[2] for words in keys.all_inner_texts()] == [
            "larger area",
            "small area",
        ]


@pytest.mark.browser
def test_the_maps_move_and_are_shaded_in_step(map_file, browser):
    with opened_offline(browser, map_file) as page:
        page.get_by_label("Without a local place: with the plan").check()
        assert shades(page, 0)["M1"] != shades(page, 1)["M1"]
        assert [frame.is_visible() for frame in page.locator(".legend").all()] == [False, True]

        page.locator(".map").first.focus()
        page.keyboard.press("+")
        page.keyboard.press("ArrowRight")
        views = page.evaluate("panes.map(({ map }) => [map.getZoom(), map.getCenter().lng])")
        assert views[0][0] == views[1][0]
        assert views[0][1] == pytest.approx(views[1][1], abs=1e-3)  # a pixel or so

        page.locator(".leaflet-zoom-anim").first.wait_for(state="detached")
        page.locator(".leaflet-marker-pane .build").first.click()
        page.locator("#card", has_text="Expand a special school").wait_for()
        page.keyboard.press("Escape")
        assert serious_violations(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
