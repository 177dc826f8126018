"""The map of a plan in the system's Chromium, from disk, with the network off.

One page serves all tests; each begins by what it needs. What is done by mouse is done by keyboard
as well, and what the map shows is held against the tables.
"""

from datetime import date

import pytest

from placement_planner.maps import Tiles, write_map
from tests.maps import village
from tests.maps.browsing import opened_offline, serious_violations, shades

BUILD = ".leaflet-marker-pane .build"
pytestmark = pytest.mark.browser
PINKS = ["#feebe2", "#fbb4b9", "#f768a1", "#c51b8a", "#7a0177"]
OAK = "Oak </script><script>alert(1)</script> & Ysgol Gŵyr اسکول 🌳"


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return write_map(village.outcome(oak=OAK), folder / "map.html", made=date(2026, 11, 28))


@pytest.fixture(scope="module")
def shared(browser, map_file):
    with opened_offline(browser, map_file) as page:
        yield page


@pytest.fixture
def opened(shared):
    """Return the page as it is after opening."""
    shared.reload()
    return shared


def told(page):
    return page.locator("#told").inner_text()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_it_opens_with_areas_builds_legend_and_what_it_is(opened):
    assert len(shades(opened)) == 12
    assert opened.locator(BUILD).count() == 2
    assert told(opened) == (
        "Children who need a specialist place, 2028/29: all need groups, all phases, by small area."
    )
    assert opened.locator(".legend li").all_inner_texts() == ["under 10", "10 or more"]
    for words in ("Modelling, not a proposal", "within gap", "gap £50,000", "28 November 2026"):
        assert words in opened.locator("body").inner_text()
    assert opened.locator(".leaflet-control-scale").is_visible()
    assert opened.get_by_role("img", name="North is up").is_visible()


def test_axe_finds_no_serious_fault_with_everything_open(opened):
    opened.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for box in opened.locator("input[data-show]").all():
        box.check()
    opened.locator(BUILD).first.click()

    assert serious_violations(opened) == []


def test_each_layer_is_chosen_by_mouse_and_shades_what_its_table_says(opened):
    """Without a place: nothing built 10, 25, 35, with the plan 0, withheld, 15; bounds 15, 25."""
    opened.get_by_label("Without a local place: nothing built").click()
    assert shades(opened) == {"M1": PINKS[0], "M2": PINKS[3], "M3": PINKS[4]}

    opened.get_by_label("Without a local place: with the plan").click()
    assert shades(opened) == {"M1": "#ffffff", "M2": "url(#withheld-fill)", "M3": PINKS[1]}
    assert opened.locator(".legend li").all_inner_texts()[-1] == "c: withheld"


def test_every_layer_is_reached_by_keyboard(opened):
    radios = opened.locator("input[name=layer]")
    radios.first.focus()
    seen = []
    for _ in range(radios.count()):
        seen.append((told(opened), opened.locator(".legend").is_visible()))
        press(opened, "ArrowDown")

    assert len({words for words, _ in seen}) == radios.count() == 9
    assert [has_legend for _, has_legend in seen] == [True] * 8 + [False]
    assert seen[-1][0] == "No shading."


def test_every_step_of_the_slider_is_reached_by_keyboard_and_mouse(opened):
    year = opened.get_by_role("slider", name="Academic year")
    assert year.get_attribute("aria-valuetext") == "2028/29"

    year.focus()
    press(opened, "ArrowLeft")
    assert year.get_attribute("aria-valuetext") == "2027/28"
    assert "2027/28" in told(opened)
    assert opened.locator("#year-shown").inner_text() == "2027/28"
    opened.get_by_role("button", name="Year after").click()
    assert "2028/29" in told(opened)


def test_need_group_and_phase_change_figures_tables_and_marks(opened):
    opened.get_by_label("Need group").select_option("asd_special")
    assert len(shades(opened)) in {2, 3, 12}
    opened.get_by_label("Phase").select_option("primary")

    assert set(shades(opened)) == {"A1", "A2"}
    assert "autism and communication special, primary, by authority" in told(opened)
    shown = opened.locator("table[data-layer=need] tbody:not([hidden])")
    assert shown.count() == 1
    assert shown.get_attribute("data-group") == "asd_special"
    assert opened.locator(f"{BUILD}:visible").count() == 2


def test_every_layer_on_top_goes_on_and_off(opened):
    opened.locator("#figures").uncheck()
    drawn = opened.locator(".leaflet-pane path, .leaflet-marker-pane > *")
    boxes = opened.locator("input[data-show]")
    for box in boxes.all():
        before, was_on = drawn.count(), box.is_checked()
        box.focus()
        press(opened, " ")
        assert drawn.count() < before if was_on else drawn.count() > before
        box.click()
        assert drawn.count() == before
    assert boxes.count() == 6


def test_figures_and_patterns_say_without_colour_what_colours_say(opened):
    assert opened.locator(".figure").all_inner_texts().count("10") == 6

    opened.locator("#patterns").check()

    assert set(shades(opened).values()) <= {"url(#rise-0)", "url(#rise-4)"}
    assert opened.locator("pattern#rise-4 line").count() > 0


def test_a_build_is_pale_until_it_opens(opened):
    opened.evaluate(
        "document.querySelector('[data-marks=builds] tr[data-id]').dataset.opens = 2028"
    )
    opened.get_by_role("button", name="Year before").click()

    assert opened.locator(f"{BUILD}.later").count() == 1
    label = opened.locator(f"{BUILD}.later").get_attribute("aria-label")
    assert label == "Expand a special school, 30 places, Elm School, Ashby (opens 2028/29)"


def test_a_card_opens_by_mouse_and_says_what_when_cost_whom_and_why(opened):
    opened.locator(BUILD).first.click()

    card = opened.locator("#card")
    assert card.locator("h2").inner_text() == "1. Expand a special school, 30 places"
    terms = card.locator("dt").all_inner_texts()
    assert {"Where", "Opens", "Capital", "Children served, 2028/29", "Why here"} <= set(terms)
    assert "£2.40m" in card.inner_text()
    card.get_by_role("button", name="Close the card").click()
    assert not card.is_visible()


def test_marks_are_one_stop_and_arrows_lead_on_to_cards_and_back(opened):
    marks = opened.locator(BUILD)
    assert marks.evaluate_all("marks => marks.map(mark => mark.tabIndex)").count(0) == 1

    opened.locator(f"{BUILD}[tabindex='0']").focus()
    press(opened, "ArrowRight", "Enter")
    assert "a school in Holt" in opened.locator("#card").inner_text()
    assert opened.evaluate("document.activeElement.id") == "card-title"

    press(opened, "Escape")
    assert not opened.locator("#card").is_visible()
    label = opened.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == "Open a satellite of a special school, 20 places, a school in Holt, Thorpe"


def test_an_area_has_a_card_with_every_layer_and_year(opened):
    opened.get_by_label("Without a local place: with the plan").check()
    opened.locator(".leaflet-shading-pane path").nth(2).click(position={"x": 20, "y": 20})

    words = opened.locator("#card").inner_text()
    assert "Holt, Thorpe" in words
    assert "15 children" in words
    assert opened.locator("#card table th").all_inner_texts() == ["2027/28", "2028/29"]


@pytest.mark.parametrize(
    ("typed", "found", "card"),
    [
        ("holt", "Holt", "Holt"),
        ("gwyr", "Oak", "Oak </script><script>alert(1)</script> & Ysgol Gŵyr اسکول 🌳"),
        ("اسکول", "Oak", "🌳"),
        ("elm", "Elm School, Ashby", "1. Expand a special school"),
    ],
)
def test_places_are_found_by_name_and_shown_by_keyboard(opened, typed, found, card):
    opened.get_by_label("Find a place").fill(typed)
    assert found in opened.locator("#found li").first.inner_text()

    press(opened, "ArrowDown", "Enter")

    assert card in opened.locator("#card h2").inner_text()
    assert opened.evaluate("document.activeElement.id") == "card-title"
    press(opened, "Escape")
    assert opened.evaluate("document.activeElement.id") == "search"


def test_a_search_by_mouse_and_one_that_finds_nothing(opened):
    search = opened.get_by_label("Find a place")
    search.fill("nowhere at all")
    assert opened.locator("#found-count").inner_text() == "0 found"
    search.fill("mill")
    opened.locator("#found button").first.click()

    assert "Mill" in opened.locator("#card h2").inner_text()


def test_tables_sort_by_mouse_and_keyboard_with_withheld_figures_last(opened):
    opened.get_by_text("Without a local place: with the plan").last.click()
    table = opened.locator("table[data-layer=gap-plan]")
    heading = table.get_by_role("button", name="2028/29")
    column = "rows => rows.map(row => row.cells[3].textContent.trim())"

    heading.click()
    rows = table.locator("tbody:not([hidden]) tr[data-code]")
    assert rows.evaluate_all(column) == ["0", "15", "c"]
    assert heading.locator("..").get_attribute("aria-sort") == "ascending"
    heading.focus()
    press(opened, "Enter")
    assert rows.evaluate_all(column) == ["15", "0", "c"]
    assert heading.locator("..").get_attribute("aria-sort") == "descending"


def test_builds_sort_by_cost_in_millions(opened):
    table = opened.locator("table[data-marks=builds]")
    table.get_by_role("button", name="Places").click()

    assert table.locator("tbody tr td:nth-child(7)").all_inner_texts() == ["20", "30"]


def test_the_name_of_an_area_in_a_table_leads_to_the_map(opened):
    opened.get_by_text("Who gains: children with a place").last.click()
    link = opened.locator("table[data-layer=gain]").get_by_role("button", name="Holt")
    link.focus()
    press(opened, "Enter")

    assert opened.locator("input[value=gain]").is_checked()
    assert "Holt" in opened.locator("#card h2").inner_text()
    assert "-20 children" in opened.locator("#card").inner_text()


def test_drives_are_shaded_for_the_place_that_is_chosen(opened):
    opened.get_by_label("Drive to one place").check()
    opened.get_by_label("Drive to", exact=True).select_option("100002")

    assert told(opened) == "Minutes of direct drive to Elm School, by larger area."
    assert len(set(shades(opened).values())) == 1  # 6, 2 and 10 minutes: all under 15


def test_the_first_stop_of_the_keyboard_leads_past_the_map(opened):
    press(opened, "Tab", "Enter")

    assert opened.evaluate("document.activeElement.id") == "builds"


def test_focus_can_be_seen(opened):
    for _ in range(12):
        press(opened, "Tab")
        style = opened.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle + "
            "getComputedStyle(document.activeElement).outlineWidth"
        )
        assert style == "solid3px", opened.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844), (683, 384)])
def test_the_page_is_no_wider_than_the_window(opened, width, height):
    """683 by 384 is a laptop's screen at 200 %."""
    opened.set_viewport_size({"width": width, "height": height})

    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.locator(".map").bounding_box()["height"] >= 250
    opened.set_viewport_size({"width": 1366, "height": 768})


def test_print_leaves_out_the_switches_and_keeps_map_key_and_words(opened):
    opened.emulate_media(media="print")

    assert not opened.locator("#switches").is_visible()
    for part in (".legend", ".north", ".leaflet-control-scale", "#told", ".imprint", ".notice"):
        assert opened.locator(part).first.is_visible()
    opened.emulate_media(media="screen")


def test_the_tables_stand_without_scripts(browser, map_file):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(map_file.as_uri())

    assert "a school in Holt" in page.locator("main").inner_text()
    assert page.get_by_text("The map needs JavaScript").is_visible()
    assert not page.locator("#switches").is_visible()
    page.locator("details.figures summary").first.click()
    assert page.locator("table[data-layer=need] tbody").first.is_visible()
    context.close()


def test_a_background_map_is_asked_for_only_once_it_is_switched_on(browser, outcome, tmp_path):
    tiles = Tiles("tiles://nowhere/{z}/{x}/{y}.png", "Nobody's survey")
    file = write_map(outcome, tmp_path / "map.html", tiles=tiles)
    page = browser.new_context(offline=True).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]

    page.get_by_label("Background map (asks the network)").check()

    assert page.locator(".leaflet-tile-pane img").first.get_attribute("src").startswith("tiles://")
    assert page.get_by_text("Nobody's survey").first.is_visible()
    page.context.close()


def test_a_layer_without_cuts_says_so_when_a_need_group_is_chosen(opened):
    opened.get_by_label("Mean journey: with the plan").check()
    opened.get_by_label("Need group").select_option("asd_special")

    assert told(opened) == (
        "Mean journey one way, with the plan, 2028/29: all need groups, all phases, by small area "
        "(this layer is not shown by need group or phase)."
    )
