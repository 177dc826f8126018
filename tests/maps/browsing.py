"""A page in the system's Chromium, from disk, with the network off."""

from contextlib import contextmanager


@contextmanager
def opened_offline(browser, file):
    """Open a page, and hold that nothing was asked for and nothing went wrong."""
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
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
