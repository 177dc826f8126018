"""The page of figures: a function of result lines alone."""

from benchmarks.aims import AIMS, is_large
from benchmarks.rows import best_of, exponent, growing, pairs_of, rows_of, times_faster, worse

TITLES = {
    "orlib": "Facility location: OR-Library",
    "pmed": "p-median: OR-Library",
    "sample": "Sample region",
    "what-if": "What-if reruns",
    "manchester": "Greater Manchester",
    "england": "England",
    "growth": "Growth",
}
WORDS = {
    "orlib": "Capacitated, large instances to 0.01 %, small ones to 0.0001 %, at the published "
    "optimum. PuLP + HiGHS: the plain model, 2 threads.",
    "pmed": "To proof, at the published optimum; spopt with HiGHS, 2 threads, where p is at least "
    "a fifth of the nodes.",
    "sample": "Seven periods with continuity, by middle area, each authority its own money, to "
    "0.5 %; the shipped region is seed 0, the others are the same generator's.",
    "what-if": "The sample region with a little changed, to 1 %: from where the search of the "
    "unchanged region ended (ours), and by a new search (anew).",
    "manchester": "From published files by the shipped example with more candidates: every LSOA, "
    "default need groups and phases, continuity, each authority its own money, to 1 %; the whole "
    "horizon has seven periods, the last of two years. PuLP + HiGHS: the same tables, the plain "
    "model (no row that only strengthens the relaxation), 2 threads, time to write the model "
    "included; where its time ran out, that time counts.",
    "england": "Special places for ages 4 to 15 by middle area in one year, to 0.5 %. Areas, "
    "children in special schools, schools, rolls and capital are published; the rest are rules, "
    "told in `benchmarks/england.py`.",
    "growth": "Parts of the same England, from its middle outwards, each to 1 %, measured once. "
    "Named by areas × options × years as asked for; the columns say what there was.",
}
INTRODUCTION = (
    "Written by `python -m benchmarks SHARED` from the lines of `benchmarks/results.jsonl`. Each "
    "call has a process of its own. Seconds are medians of the repeats, from tables (or the "
    "published file) to the answer; gaps and memory are the worst of them. A call that did not "
    "prove what was asked in the time allowed is not repeated. Memory is that of the whole "
    "process, loaded libraries included (`base_mb`). Ours runs on one thread, and above 2,000,000 "
    "arcs on a second for the bound. Compare figures of "
    "one part with each other, not with those of other machines."
)
ABOUT = ("date", "cores", "memory_gb", "load", "base_mb", "python", "highspy", "pulp", "spopt",
         "numpy", "scipy")  # fmt: skip
UNKNOWN = "–"


def page_of(lines, plot="images/growth.svg"):
    """Return the page in Markdown; `plot` is the picture of growth beside it."""
    parts = {part: [line for line in lines if line["part"] == part] for part in TITLES}
    rows = {part: rows_of(some) for part, some in parts.items() if some}
    return "\n\n".join(
        [
            "# Performance",
            INTRODUCTION,
            "## Aims",
            _aims(rows),
            "## Where ours is worse",
            _worse(rows),
            *(text for part in rows for text in _section(part, rows[part], plot)),
            "## Machine and versions",
            _machines(parts),
        ]
    ) + "\n"  # fmt: skip


def _aims(rows):
    aims = [(part, aim) for part, some in rows.items() for aim in AIMS[part](some)]
    return _table(
        ["part", "aim", "measured", "met"],
        [[TITLES[part], aim.words, aim.found, "yes" if aim.is_met else "**no**"]
         for part, aim in aims],
    )  # fmt: skip


def _worse(rows):
    told = [
        f"- {TITLES[part]}, not met: {aim.words}; measured: {aim.found}."
        for part, some in rows.items()
        for aim in AIMS[part](some)
        if not aim.is_met
    ]
    told += [f"- {TITLES[part]}, {said}" for part, some in rows.items() for said in worse(some)]
    rule = (
        "By rule: aims that are not met, gaps that were not proved, and wherever another solver "
        "took less time or memory or proved a smaller gap."
    )
    return "\n".join([rule, "", *(told or ["Nothing, in what was measured."])])


def _section(part, rows, plot):
    yield f"## {TITLES[part]}"
    yield WORDS[part]
    if part == "orlib":
        small = [row for row in best_of(rows) if not is_large(row)]
        if small:
            yield _together(small)
        rows = [row for row in rows if is_large(row)]
    if rows:
        yield _comparison(rows)
    if part == "growth":
        fits = {way: exponent(growing(rows, way)) for way in ("areas", "options", "years")}
        told = [f"with more {way} as arcs^{fit[0]:.2f}" for way, fit in fits.items() if fit]
        if told:
            yield f"Time grows {', '.join(told)} (least squares of logarithms)."
        yield f"![Seconds to a proven gap by areas, options, years and arcs]({plot})"


def _together(rows):
    """Say in a sentence what many small instances came to."""
    proved = sum(row.is_optimum for row in rows)
    seconds = sum(row.seconds or 0.0 for row in rows)
    slowest = max(rows, key=lambda row: row.seconds or 0.0)
    return (
        f"{proved} of the {len(rows)} small instances are proved at the published optimum, "
        f"in {seconds:.1f} s together; the slowest, {slowest.name}, takes {slowest.seconds:.2f} s."
    )


def _comparison(rows):
    """Return a row an instance, solver and limit; columns of which nothing is known are left out.

    The last columns hold how many times less time and memory ours takes than this row's solver.
    """
    ratios = {(id(other)): _ratios(ours, other) for ours, other in pairs_of(rows)}
    shown = [(heading, [cell(row) for row in rows]) for heading, cell in COLUMNS]
    shown = [each for each in shown if set(each[1]) != {UNKNOWN}]
    if ratios:
        beside = [ratios.get(id(row), ("", "")) for row in rows]
        shown += [("time over ours", [time for time, _ in beside]),
                  ("memory over ours", [memory for _, memory in beside])]  # fmt: skip
    headings = ["instance", "by", *(heading for heading, _ in shown)]
    cells = zip(*(column for _, column in shown), strict=True)
    return _table(
        headings, [[row.name, row.by, *told] for row, told in zip(rows, cells, strict=True)]
    )


def _ratios(ours, other):
    times = times_faster(ours, other)
    least = "" if other.is_proved else "≥ "
    memory = other.peak_mb / ours.peak_mb if ours.peak_mb and other.peak_mb else None
    return (
        UNKNOWN if times is None else f"{least}{times:.1f}",
        _number(memory, ".1f"),
    )


def _machines(parts):
    rows = [
        [TITLES[part], *(str(line["about"].get(name, UNKNOWN)) for name in ABOUT)]
        for part, lines in parts.items()
        for line in lines
        if "about" in line
    ]
    return _table(["part", *ABOUT], rows)


def _table(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value, form):
    return UNKNOWN if value is None else format(value, form)


def _percent(share, form):
    return UNKNOWN if share is None else f"{format(100 * share, form)} %"


def _millions(row):
    """Return £ of a region's plan; a published instance's costs are not money."""
    if row.objective is None or "optimum" in row.told:
        return UNKNOWN
    return format(row.objective / 1e6, ",.2f")


def _whole(value):
    return _number(value, ",.0f")


COLUMNS = (
    ("areas", lambda row: _whole(row.told.get("areas"))),
    ("options", lambda row: _whole(row.told.get("options"))),
    ("years", lambda row: _whole(row.told.get("years"))),
    ("arcs", lambda row: _whole(row.told.get("arcs"))),
    ("nodes", lambda row: _whole(row.told.get("nodes"))),
    ("p", lambda row: _whole(row.told.get("p"))),
    ("published optimum", lambda row: _number(row.told.get("optimum"), ",.3f")),
    ("plan £m", _millions),
    ("above optimum", lambda row: _percent(row.off, ".4f")),
    ("proven gap", lambda row: _percent(row.gap, ".4f")),
    ("of benefit", lambda row: _percent(row.of_benefit, ".1f")),
    ("allowed s", lambda row: _whole(row.limit_s)),
    ("proved", lambda row: "yes" if row.is_proved else "no"),
    ("repeats", lambda row: _whole(row.repeats)),
    ("seconds", lambda row: _number(row.seconds, ",.2f")),
    ("MB", lambda row: _whole(row.peak_mb)),
)
