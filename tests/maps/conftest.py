import os
import shutil

import pytest

from tests.maps import need_village, village

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def outcome():
    return village.outcome()


@pytest.fixture(scope="session")
def internal_outcome():
    return village.outcome(privacy={"profile": "internal"})


@pytest.fixture(scope="session")
def forecast():
    return need_village.forecast()


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        message = "Chromium is not installed: the map was not opened"
        if os.environ.get("PLACEMENT_PLANNER_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()
