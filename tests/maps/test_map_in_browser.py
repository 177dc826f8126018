"""The map in the system's Chromium, from disk, with the network off."""

from datetime import date

import pytest

from placement_planner.maps import write_map
from tests.maps.browsing import opened_offline

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def map_file(outcome, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return write_map(outcome, folder / "map.html", made=date(2026, 11, 28))


@pytest.fixture
def opened(browser, map_file):
    with opened_offline(browser, map_file) as page:
        yield page


def test_the_map_opens_with_areas_builds_and_tables(opened):
    assert opened.locator(".leaflet-shading-pane path").count() == 12
    assert opened.locator(".leaflet-marker-pane .build").count() == 2
    assert opened.locator("table caption").count() == 3
    assert opened.locator("h1").inner_text() == "Where new specialist places could go"


def test_every_layer_can_be_switched_on_and_off(opened):
    drawn = opened.locator(".leaflet-pane path, .leaflet-marker-pane > *")
    boxes = opened.locator("#layers input[type=checkbox]")
    for box in boxes.all():
        before = drawn.count()
        was_on = box.is_checked()
        box.set_checked(not was_on)
        assert drawn.count() < before if was_on else drawn.count() > before
        box.set_checked(was_on)
        assert drawn.count() == before
    assert boxes.count() == 6


def test_each_way_of_shading_shows_its_own_key(opened):
    for choice in opened.locator("#layers label:has(input[type=radio])").all():
        choice.click()
        name = choice.inner_text().strip()
        shown = opened.locator(".key:visible summary").all_inner_texts()
        areas = opened.locator(".leaflet-shading-pane path").count()
        assert (shown, areas > 0) == (([], False) if name == "No shading" else ([name], True))


def test_a_card_says_what_when_and_at_what_cost(opened):
    opened.locator(".leaflet-marker-pane .build").first.click()

    card = opened.locator(".leaflet-popup-content").inner_text()
    assert "1. Expand a special school, 30 places" in card
    assert "opens 2027/28" in card
    assert "Capital: £2.40m" in card


def test_a_card_opens_from_the_keyboard(opened):
    marker = opened.locator(".leaflet-marker-pane .build").nth(1)
    assert marker.get_attribute("title") == "2. Open a satellite of a special school, 20 places"

    marker.focus()
    opened.keyboard.press("Enter")

    assert "a school in Holt" in opened.locator(".leaflet-popup-content").inner_text()


def test_the_first_stop_of_the_keyboard_leads_past_the_map(opened):
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")

    assert opened.evaluate("document.activeElement.id") == "builds"


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_is_no_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 768})

    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_the_tables_stand_without_scripts(browser, map_file):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(map_file.as_uri())

    assert "a school in Holt" in page.locator("main").inner_text()
    assert page.get_by_text("The map needs JavaScript").is_visible()
    context.close()
