"""The map of need in the system's Chromium, from disk, with the network off."""

from datetime import date

import pytest

from placement_planner.maps import write_need_map
from tests.maps.browsing import opened_offline, serious_violations, shades

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def map_file(forecast, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return write_need_map(forecast, folder / "need.html", made=date(2026, 11, 28))


@pytest.fixture(scope="module")
def shared(browser, map_file):
    with opened_offline(browser, map_file) as page:
        yield page


@pytest.fixture
def opened(shared):
    shared.reload()
    return shared


def told(page):
    return page.locator("#told").inner_text()


def test_each_year_kind_and_change_shows_its_own_shading(opened):
    year = opened.get_by_role("slider", name="Academic year")
    seen = {str(shades(opened))}
    assert "2028/29: all need groups, all phases, by larger area" in told(opened)

    year.focus()
    opened.keyboard.press("Home")
    assert "2025/26" in told(opened)
    seen.add(str(shades(opened)))

    opened.get_by_label("Need group", exact=True).select_option("base")
    seen.add(str(shades(opened)))

    opened.get_by_role("radio", name="Change since 2025/26").check()
    opened.keyboard.press("Tab")
    year.focus()
    opened.keyboard.press("End")
    assert told(opened).startswith(
        "Children who need a specialist place, change since 2025/26, 2028/29: specialist bases, all"
    )
    assert opened.locator(".legend li").all_inner_texts() == ["down by any children", "no change"]
    seen.add(str(shades(opened)))
    assert len(seen) == 4


def test_the_shading_stays_after_the_mouse_has_passed(opened):
    before = shades(opened)
    area = opened.locator(".leaflet-shading-pane path").first

    area.hover()
    assert "Children who need a place" in opened.locator(".leaflet-tooltip").inner_text()
    opened.locator("h1").hover()

    assert shades(opened) == before


def test_axe_finds_no_serious_fault(opened):
    assert serious_violations(opened) == []


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_is_no_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 768})

    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.set_viewport_size({"width": 1366, "height": 768})
