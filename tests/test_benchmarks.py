"""The page of figures is a function of result lines: what they say, and nothing else."""

import pytest

from benchmarks.aims import of_growth, of_pmed
from benchmarks.measuring import Results, measured, repeated
from benchmarks.page import page_of
from benchmarks.parts import OURS, PLAIN, SPOPT
from benchmarks.rows import rows_of

CAPA = {"part": "orlib", "name": "capa1", "optimum": 200.0, "asked": 1e-4}


def line(by, seconds, gap=0.0, **more):
    """Return a line of capa1: a plan of 200."""
    told = {"by": by, "limit_s": 60.0, "seconds": seconds, "gap": gap, "objective": 200.0,
            "peak_mb": 300.0}  # fmt: skip
    return {**CAPA, **told, **more}


def cells(page, name, by):
    """Return the row of an instance and solver in a table of the page, by heading."""
    lines = [[cell.strip() for cell in text.strip("|").split("|")] for text in page.splitlines()]
    [headings] = [row for row in lines if row[:2] == ["instance", "by"]]
    [row] = [row for row in lines if row[:2] == [name, by]]
    return dict(zip(headings, row, strict=True))


def part_of(page, title):
    """Return the text under a heading."""
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def test_seconds_are_medians_and_memory_and_gap_the_worst():
    lines = [line(OURS, 2.0), line(OURS, 9.0, gap=5e-5), line(OURS, 4.0, peak_mb=1234.0)]

    told = cells(page_of(lines), "capa1", OURS)

    assert (told["seconds"], told["MB"], told["proven gap"]) == ("4.00", "1,234", "0.0050 %")
    assert (told["published optimum"], told["above optimum"]) == ("200.000", "0.0000 %")


def test_ratios_stand_beside_the_other_solver_and_count_its_limit_as_the_least():
    lines = [line(OURS, 4.0), line(PLAIN, 90.0, gap=0.2, limit_s=90.0, peak_mb=600.0)]

    page = page_of(lines)

    assert cells(page, "capa1", PLAIN)["time over ours"] == "≥ 22.5"  # 90 / 4
    assert cells(page, "capa1", PLAIN)["memory over ours"] == "2.0"
    assert "capa1" not in part_of(page, "Where ours is worse").replace("capa1-4", "")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            line(PLAIN, 2.0),
            "capa1: ours took 4.00 s, PuLP + HiGHS 2.00 s, so ours 2.0 times as long.",
        ),
        (line(PLAIN, 8.0, peak_mb=150.0), "capa1: ours took 300 MB, PuLP + HiGHS 150."),
    ],
)
def test_whatever_another_solver_does_better_is_said(other, said):
    worse = part_of(page_of([line(OURS, 4.0), other]), "Where ours is worse")

    assert said in worse


def test_what_ours_did_not_prove_is_said():
    lines = [line(OURS, 60.0, gap=0.004), line(PLAIN, 30.0)]

    worse = part_of(page_of(lines), "Where ours is worse")

    assert "capa1: not proved within 60 s; the gap is 0.400%." in worse
    assert "capa1: PuLP + HiGHS proved it, ours did not." in worse


def test_a_call_that_failed_has_no_figures():
    failed = {**CAPA, "by": OURS, "limit_s": 60.0, "failed": "OutOfTimeError: no plan"}

    page = page_of([failed])

    assert cells(page, "capa1", OURS)["proved"] == "no"
    assert "capa1: not proved within 60 s; no gap is known (OutOfTimeError: no plan)." in page


def test_aims_are_judged_by_ratios_of_time():
    def pmed(by, name, seconds):
        told = {"nodes": 100, "p": 20, "asked": 1e-6}
        return line(by, seconds) | {"name": name, "part": "pmed"} | told

    ours = [pmed(OURS, name, 1.0) for name in ("pmed4", "pmed5", "pmed9")]
    lines = [*ours, *(pmed(SPOPT, f"pmed{n}", s) for n, s in ((4, 30.0), (5, 12.0), (9, 0.5)))]

    [aim] = [aim for aim in of_pmed(rows_of(lines)) if "spopt" in aim.words]

    assert (aim.found, aim.is_met) == ("median 12.0, least 0.5", False)


def test_growth_is_the_power_of_arcs():
    """Seconds double where arcs do: a power of one; four times as many: a power of two."""

    def aim(times):
        lines = [
            line(OURS, float(times**step))
            | {"name": str(step), "grows": ["areas"], "arcs": 2**step}
            for step in range(3)
        ]
        [found] = of_growth(rows_of(lines))
        return found

    assert (aim(2).found, aim(2).is_met) == ("arcs^1.00", True)
    assert (aim(4).found, aim(4).is_met) == ("arcs^2.00", False)


def test_each_way_to_grow_is_an_aim_of_its_own():
    """One line shows two ways: seconds grow as arcs with more areas, as their square with years."""
    sizes = [("areas", 2, 2.0), ("areas", 4, 4.0), ("years", 2, 4.0), ("years", 4, 16.0)]
    lines = [
        line(OURS, seconds) | {"name": f"{way} {arcs}", "grows": [way], "arcs": arcs}
        for way, arcs, seconds in sizes
    ]
    lines.append(line(OURS, 1.0) | {"name": "both", "grows": ["areas", "years"], "arcs": 1})

    told = [(aim.words.split()[2], aim.found, aim.is_met) for aim in of_growth(rows_of(lines))]

    assert told == [("areas", "arcs^1.00", True), ("years", "arcs^2.00", False)]


def test_a_part_that_is_run_again_replaces_its_own_lines_alone(tmp_path):
    results = Results(tmp_path / "results.jsonl")
    for part, name in (("orlib", "old"), ("pmed", "kept"), ("orlib", "new")):
        results.begin(part)
        results.add({"part": part, "name": name})

    assert [row["name"] for row in results.lines() if "name" in row] == ["kept", "new"]
    assert [row["part"] for row in results.lines() if "about" in row] == ["pmed", "orlib"]


def _fail():
    raise ValueError("too few\nsites")


def _unproved():
    return {"gap": 0.5, "asked": 0.1}


def test_a_call_is_measured_in_a_process_of_its_own_and_once_where_it_proves_nothing():
    assert measured(_fail)["failed"] == "ValueError: too few"
    assert measured(dict)["peak_mb"] > 1
    assert [found["gap"] for found in repeated(3, _unproved)] == [0.5]
