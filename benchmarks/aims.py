"""What the project aims at, and whether the rows meet it."""

from dataclasses import dataclass
from statistics import median

from benchmarks.england import ALL_AREAS, ALL_OPTIONS
from benchmarks.parts import ANEW, PLAIN, SPOPT
from benchmarks.rows import best_of, exponent, first_of, growing, pairs_of, times_faster

GB = 1000.0
AREAS_WITH_CHILDREN = ALL_AREAS - 1
"""One middle area of England has nobody to place."""


@dataclass(frozen=True)
class Aim:
    """An aim in words, what was found, and whether that meets it."""

    words: str
    found: str
    is_met: bool


def _within(row, gap, seconds, gb=None):
    """Tell whether a gap was proved within a time and memory."""
    known = row.gap is not None and row.gap <= gap and row.seconds <= seconds
    return known and (gb is None or row.peak_mb <= gb * GB)


def _count(rows, meets):
    return sum(map(meets, rows)), len(rows)


def _all(words, rows, meets):
    """Return the aim that every row meets a condition."""
    number, of = _count(rows, meets)
    return Aim(words, f"{number} of {of}", number == of > 0)


def is_large(row):
    """Tell whether an instance is one of the large ones of capacitated facility location."""
    return row.name.startswith(("capa", "capb"))


def of_orlib(rows):
    """Facility location."""
    first, last = ([row for row in each(rows) if is_large(row)] for each in (first_of, best_of))
    small = [row for row in best_of(rows) if not is_large(row)]
    soon, of = _count(first, lambda row: row.is_optimum and _within(row, 1.0, 60, 2))
    together = sum(row.seconds or 0.0 for row in small)
    proved, of_small = _count(small, lambda row: row.is_optimum)
    return [
        Aim("at least 6 of capa1-4, capb1-4 proved at the published optimum in 60 s and 2 GB",
            f"{soon} of {of}", soon >= 6),
        _all("each of them within 0.5 % in 60 s", first, lambda row: _within(row, 0.005, 61)),
        _all("each of them proved in 300 s", last, lambda row: row.is_optimum),
        Aim("all 37 of cap41-134 proved to 1e-6 in 20 s together",
            f"{proved} of {of_small}, {together:.1f} s", proved == of_small == 37
            and together <= 20),
    ]  # fmt: skip


def of_pmed(rows):
    """p-median."""
    first = first_of(rows)
    many = [row for row in first if 10 * row.told["p"] >= row.told["nodes"]]
    few = [row for row in first if row not in many]
    times = [times_faster(*pair) or 0.0 for pair in pairs_of(rows) if pair[1].by == SPOPT]
    return [
        _all("where p is n/10 or more, proved at the published optimum in 60 s", many,
             lambda row: row.is_optimum and row.seconds <= 60),
        _all("the others within 1 % in 60 s", few, lambda row: _within(row, 0.01, 61)),
        _all("all proved in 300 s", best_of(rows), lambda row: row.is_optimum),
        _ratios("where p is n/5 or more, 10 times faster than spopt in the median, never slower",
                times, 10, 1),
    ]  # fmt: skip


def _ratios(words, times, middle, least):
    """Return the aim that ratios have a median and none is below the least.

    A ratio counts as nought where ours did not prove what was asked, or the other has no time.
    """
    if not times:
        return Aim(words, "not measured", is_met=False)
    found = f"median {median(times):.1f}, least {min(times):.1f}"
    return Aim(words, found, median(times) >= middle and min(times) >= least)


def of_sample(rows):
    """Return aims of the sample region."""
    last = best_of(rows)
    return [
        _all("each seed to 1 % in 60 s", last, lambda row: _within(row, 0.01, 61)),
        _all("each seed to 0.5 % in 60 s", last, lambda row: _within(row, 0.005, 61)),
    ]


def of_what_if(rows):
    """Return aims of what-if reruns."""
    times = [times_faster(*pair) or 0.0 for pair in pairs_of(rows) if pair[1].by == ANEW]
    return [_ratios("each rerun to 1 % in at most a fifth of a new search's time", times, 5, 5)]


def of_manchester(rows):
    """Greater Manchester."""
    whole = [row for row in best_of(rows) if row.name == "whole horizon"]
    pairs = [pair for pair in pairs_of(rows) if pair[1].by == PLAIN]
    times = [times_faster(*pair) or 0.0 for pair in pairs]
    shares = [other.peak_mb / ours.peak_mb for ours, other in pairs if other.peak_mb]
    return [
        _all("whole horizon by LSOA, 300 options: 1 % in 180 s and 4 GB", whole,
             lambda row: _within(row, 0.01, 180, 4) and row.told["options"] >= 300),
        _ratios("one year: 5 times faster to 1 % than PuLP + HiGHS", times, 5, 5),
        _ratios("one year: 8 times faster", times, 8, 8),
        _ratios("one year: a third of its memory", shares, 3, 3),
    ]  # fmt: skip


def of_england(rows):
    """England."""
    return [
        _all("0.5 % in 240 s and 5 GB, with 6,856 areas and 1,500 options", best_of(rows),
             lambda row: _within(row, 0.005, 240, 5)
             and (row.told["areas"], row.told["options"]) == (AREAS_WITH_CHILDREN, ALL_OPTIONS)),
    ]  # fmt: skip


def of_growth(rows):
    """Growth, each way."""
    ways = dict.fromkeys(way for row in rows for way in row.told["grows"])
    return [_growth(way, exponent(growing(rows, way))) for way in ways]


def _growth(way, fit):
    words = f"with more {way} time grows no faster than arcs^1.6"
    found = "not measured" if fit is None else f"arcs^{fit[0]:.2f}"
    return Aim(words, found, fit is not None and fit[0] <= 1.6)


AIMS = {
    "orlib": of_orlib,
    "pmed": of_pmed,
    "sample": of_sample,
    "what-if": of_what_if,
    "manchester": of_manchester,
    "england": of_england,
    "growth": of_growth,
}
