"""The map of the whole sample region: its size, and every layer, year, need group and phase."""

from pathlib import Path

import pytest

import placement_planner as pp
from placement_planner.maps import write_map
from tests.maps.browsing import opened_offline, serious_violations, shades
from tests.maps.reading import layer_of, tables_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAMPLE = Path(__file__).parents[2] / "data"
LIGHT = {
    "need": {"draws": 40},
    "solver": {"relative_gap": 0.05, "time_limit_s": 60},
}
"""Choices that take less time; areas, years and layers are all there."""
MOST_MB = 3


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    scenario = pp.read_scenario(SAMPLE / "scenario.toml").with_choices(**LIGHT)
    outcome = pp.run(pp.read_inputs(SAMPLE), scenario)
    return write_map(outcome, tmp_path_factory.mktemp("sample") / "map.html")


@pytest.fixture(scope="module")
def shared(browser, map_file):
    with opened_offline(browser, map_file) as page:
        yield page


def fill(table, part, text):
    """Fill of a figure, worked out from the table's own colours and bounds."""
    if text == "c":
        return "url(#withheld-fill)"
    value = 0.0 if text == "–" else float(text.replace(",", ""))
    if value == 0:
        return "#ffffff"
    bounds = [float(bound) for bound in part.about["data-bounds"].split()]
    found = sum(abs(value) >= bound for bound in bounds)
    colours = table.about["data-falls" if value < 0 else "data-colours"].split()
    return colours[int(found * 4 / len(bounds) + 0.5) if bounds else 4]


def test_it_is_small_enough_to_be_sent(map_file):
    assert map_file.stat().st_size <= MOST_MB * 1e6


def test_every_area_of_every_layer_year_and_cut_is_shaded_as_its_table_says(map_file, shared):
    page = map_file.read_text(encoding="utf-8")
    keys = {table.about["data-layer"] for table in tables_of(page) if "data-layer" in table.about}
    seen = 0
    for key in sorted(keys):
        table = layer_of(page, key)
        choice = "place" if "data-places" in table.about else "year"
        columns = table.columns[2:]
        for part in table.parts:
            group, phase = part.about["data-group"], part.about["data-phase"]
            for column in (columns[0], columns[-1]):
                shared.evaluate(
                    "(chosen) => choose(chosen)",
                    {"layer": key, "group": group, "phase": phase, choice: column},
                )
                expected = {
                    code: fill(table, part, text)
                    for code, text in table.figures(column, group, phase).items()
                }
                assert shades(shared) == expected, (key, group, phase, column)
                seen += len(expected)
    assert seen > 2000


def test_axe_finds_no_serious_fault(shared):
    shared.reload()

    assert serious_violations(shared) == []


def test_every_build_has_a_card_by_keyboard(shared):
    shared.reload()
    builds = shared.locator(".leaflet-marker-pane .build")
    count = builds.count()
    shared.locator(".leaflet-marker-pane .build[tabindex='0']").focus()
    cards = set()
    for _ in range(count):
        shared.keyboard.press("Enter")
        cards.add(shared.locator("#card").inner_text())
        shared.keyboard.press("Escape")
        shared.keyboard.press("ArrowRight")

    assert count > 5
    assert len(cards) == count
