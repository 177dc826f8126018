"""A page in the system's Chromium, from disk, with the network off."""

from contextlib import contextmanager

import pytest

SHADES = """
Object.fromEntries(Object.values(panes[PANE].areas)
  .filter((shapes) => panes[PANE].map.hasLayer(shapes))
  .flatMap((shapes) => shapes.getLayers().map((shape) => [shape.code, shape.options.fillColor])))
"""


@contextmanager
def opened_offline(browser, file, **context_words):
    """Open a page, and hold that nothing was asked for and nothing went wrong."""
    words = {"viewport": {"width": 1366, "height": 768}} | context_words
    context = browser.new_context(offline=True, **words)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: complaints.append(request.url) if request.url != file.as_uri() else None,
    )
    page.goto(file.as_uri())
    yield page
    context.close()
    assert [each for each in complaints if not each.startswith("data:")] == []


def shades(page, pane=0):
    """Return the fill of every area that is drawn, by code."""
    return page.evaluate(SHADES.replace("PANE", str(pane)))


def serious_violations(page):
    """Return what axe-core finds of serious or critical faults in accessibility."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
