"""Measure everything on this machine, and write docs/performance.md. Run

    python -m benchmarks SHARED
    python -m benchmarks SHARED --only orlib pmed --repeats 1

SHARED holds `bench` (published instances) and `data` (published files of England). Lines are kept
in benchmarks/results.jsonl as they come; a part that is run again replaces its own alone, and the
page is written from the file. `--only` without a part writes the page again.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.measuring import Results
from benchmarks.page import page_of
from benchmarks.parts import PARTS
from benchmarks.plots import draw_growth
from benchmarks.rows import rows_of

HERE = Path(__file__).parent
PLOT = Path("images") / "growth.svg"


def main():
    """Run the parts that are asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="folder with bench and data")
    parser.add_argument("--only", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--repeats", type=int, default=3, help="times that each call is measured")
    parser.add_argument("--to", type=Path, default=HERE.parent / "docs" / "performance.md")
    parser.add_argument("--results", type=Path, default=HERE / "results.jsonl")
    asked = parser.parse_args()
    if not (asked.shared / "bench").is_dir() or not (asked.shared / "data").is_dir():
        parser.error(f"{asked.shared} has no folders bench and data: nothing can be measured")
    results = Results(asked.results)
    for part in asked.only:
        results.begin(part)
        for line in PARTS[part](asked.shared, asked.repeats):
            results.add({"part": part, **line})
            print(part, line, file=sys.stderr, flush=True)
    lines = results.lines()
    draw_growth(
        rows_of([line for line in lines if line["part"] == "growth"]), asked.to.parent / PLOT
    )
    asked.to.write_text(page_of(lines, PLOT.as_posix()), encoding="utf-8")


if __name__ == "__main__":
    main()
