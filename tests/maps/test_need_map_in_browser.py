"""The map of need in the system's Chromium, from disk, with the network off."""

from datetime import date

import pytest

from placement_planner.maps import write_need_map
from tests.maps.browsing import opened_offline

pytestmark = pytest.mark.browser
CHANGE = "Change, 2025/26 to 2028/29"
FILLS = (
    "[...document.querySelectorAll('.leaflet-shading-pane path')].map(p => p.getAttribute('fill'))"
)


@pytest.fixture(scope="module")
def map_file(forecast, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return write_need_map(forecast, folder / "need.html", made=date(2026, 11, 28))


@pytest.fixture
def opened(browser, map_file):
    with opened_offline(browser, map_file) as page:
        yield page


def shown_key(page):
    return page.locator(".key:visible p").all_inner_texts()


def test_it_opens_with_the_base_year(opened):
    assert opened.locator(".leaflet-shading-pane path").count() == 3
    assert opened.get_by_label("2025/26", exact=True).is_checked()
    assert shown_key(opened) == ["Children who need a specialist place, 2025/26, by larger area"]


def test_each_year_and_kind_shows_its_own_shading_and_key(opened):
    seen = {tuple(opened.evaluate(FILLS))}
    opened.get_by_label("2028/29", exact=True).check()
    assert shown_key(opened) == ["Children who need a specialist place, 2028/29, by larger area"]
    seen.add(tuple(opened.evaluate(FILLS)))

    opened.get_by_label("Need for specialist bases", exact=True).check()
    key = "Children who need a place in a specialist base"
    assert shown_key(opened) == [f"{key}, 2028/29, by larger area"]
    seen.add(tuple(opened.evaluate(FILLS)))

    opened.get_by_label(CHANGE, exact=True).check()
    assert shown_key(opened) == [f"{key}, change, 2025/26 to 2028/29, by larger area"]
    seen.add(tuple(opened.evaluate(FILLS)))
    assert len(seen) == 4


def test_the_shading_stays_after_the_mouse_has_passed(opened):
    opened.get_by_label(CHANGE, exact=True).check()
    before = opened.evaluate(FILLS)
    area = opened.locator(".leaflet-shading-pane path").first

    area.hover()
    assert "Change" in opened.locator(".leaflet-tooltip").inner_text()
    opened.locator("h1").hover()

    assert opened.evaluate(FILLS) == before


def test_the_year_is_chosen_from_the_keyboard(opened):
    opened.get_by_label("2025/26", exact=True).focus()
    opened.keyboard.press("ArrowDown")

    assert opened.get_by_label("2027/28", exact=True).is_checked()
    assert "2027/28" in shown_key(opened)[0]


def test_the_first_stop_of_the_keyboard_leads_past_the_map(opened):
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")

    assert opened.evaluate("document.activeElement.id") == "by-authority"


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_is_no_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 768})

    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_print_leaves_out_the_choices_and_keeps_the_key(opened):
    opened.emulate_media(media="print")

    assert not opened.locator("#views").is_visible()
    assert opened.locator(".key:visible").count() == 1


def test_the_tables_stand_without_scripts(browser, map_file):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(map_file.as_uri())

    assert "Ashby" in page.locator("main").inner_text()
    assert page.get_by_text("The map needs JavaScript").is_visible()
    assert not page.locator("#views").is_visible()
    context.close()
