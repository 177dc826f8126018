"""How large a run's map is, how long it takes to write, and how soon a browser has drawn it.

Run as ``python -m benchmarks.maps RUN [STUDY]`` for a run folder, such as one of Greater Manchester
from docs/examples/greater_manchester.toml. Both profiles are drawn: the internal one shows small
areas. What may be shown is decided once a run, for all its outputs; its time stands apart from that
of the map. Aims: 60 s to write, 4 s to the first paint of the whole map, 3 MB for the sample region
and 10 MB for Greater Manchester. Needs Playwright and the system's Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from placement_planner.figures.released import released_plan
from placement_planner.maps import write_map
from placement_planner.verification import stored_outcome

TRIES = 3
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def seconds_to_open(file: Path) -> tuple[float, float]:
    """Seconds to the first paint, and until the whole map is drawn: the median of some tries."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tries = []
        for _ in range(TRIES):
            page = browser.new_context(offline=True).new_page()
            started = time.perf_counter()
            page.goto(file.as_uri())
            page.evaluate(DRAWN)
            drawn = time.perf_counter() - started
            [paint] = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint').map((e) => e.startTime)"
            )
            tries.append((paint / 1000, drawn))
        browser.close()
    return sorted(first for first, _ in tries)[TRIES // 2], sorted(d for _, d in tries)[TRIES // 2]


def main(run: Path, study: Path | None = None) -> None:
    outcome = stored_outcome(run, lambda words: print(f"… {words}", file=sys.stderr), study)
    print(f"{len(outcome.inputs.areas):,} small areas, {len(outcome.scenario.horizon.years)} years")
    headings = ("release s", "write s", "MB", "first paint s", "drawn s")
    print("".join(["profile   ", *(f"{heading:>14}" for heading in headings)]))
    for profile in ("public", "internal"):
        scenario = outcome.scenario.with_choices(privacy={"profile": profile})
        shown = replace(outcome, scenario=scenario)
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            released_plan(shown)
            release = time.perf_counter() - started
            file = write_map(shown, Path(folder) / "map.html")
            write = time.perf_counter() - started - release
            paint, drawn = seconds_to_open(file)
            size = file.stat().st_size / 1e6
        figures = (release, write, size, paint, drawn)
        print("".join([f"{profile:10}", *(f"{figure:14.2f}" for figure in figures)]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
