"""Greater Manchester from the published files: imported, planned, mapped, by the command line."""

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.inputs import read_inputs

REPOSITORY = Path(__file__).parents[1]
REAL = REPOSITORY / ".." / "shared" / "data"
EXAMPLE = REPOSITORY / "docs" / "examples" / "greater_manchester.toml"
CASELOAD = REAL / "greater_manchester" / "gm_ehcp2025_caseload.csv"
SECONDS = 1200
NOTICE = "method demonstration, not proposals"
STATE_SPECIAL = ("special_la_maintained", "special_academy_free")
INDEPENDENT = ("special_independent", "special_non_maintained")
BASES = tuple(
    f"mainstream_{school}_{base}"
    for school in ("la_maintained", "academy", "free_school")
    for base in ("resourced_provision", "senunit")
)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"no published files at {REAL}"),
]


def run(*arguments):
    """Run a command in a process of its own; return its reply."""
    program = "from placement_planner.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments), "--json"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gm") / "gm-study"
    run("import", EXAMPLE, "--to", folder)
    return folder


@pytest.fixture(scope="module")
def inputs(study):
    return read_inputs(study)


@pytest.fixture(scope="module")
def planned(study):
    """Plan two of the years; return the run folder and the reply."""
    folder = study.parent / "run"
    choices = ("--set", "horizon.years=[2026,2028]", "--set", "solver.relative_gap=0.02")
    reply = run("plan", study, "--out", folder, *choices)
    return folder, reply


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def published(*columns):
    """Add up columns of the published caseload by authority, January 2025; symbols count nought."""
    return {
        row["new_la_code"]: sum(int(row[name]) for name in columns if row[name].isdigit())
        for row in rows_of(CASELOAD)
        if row["time_period"] == "202425"
        and row["geographic_level"] == "Local authority"
        and row["breakdown"] == "All EHC plans"
    }


@pytest.mark.parametrize(
    ("columns", "settings", "total"),
    [
        (("ehcplans",), None, 38_993),
        (STATE_SPECIAL, ("state_special",), 10_662),
        (BASES, ("resourced_provision", "sen_unit"), 845),
        (INDEPENDENT, ("independent_special", "non_maintained_special"), 1_784),
    ],
    ids=["all plans", "state special", "bases", "independent and non-maintained"],
)
def test_totals_tie_to_the_published_file_by_authority(inputs, columns, settings, total):
    base = inputs.caseload[inputs.caseload["january"] == 2025]
    if settings:
        base = base[base["setting"].isin(settings)]
    told = published(*columns)

    assert sum(told.values()) == total
    assert len(told) == 10
    assert base.groupby("authority_code")["children"].sum().to_dict() == pytest.approx(
        told, abs=1e-3
    )


def test_the_region_has_its_real_shape(inputs):
    assert len(inputs.areas) == 1_702
    assert inputs.areas["middle_code"].nunique() == 353
    assert inputs.areas["authority_code"].nunique() == len(inputs.authorities) == 10
    assert len(inputs.options) >= 150


def test_the_gap_is_proven_and_small(planned):
    _, reply = planned

    assert reply["status"] in {"optimal", "within gap"}
    assert reply["gap"] <= 0.02
    assert reply["bound"] <= reply["objective"]
    assert reply["gap"] == pytest.approx(
        max(0.0, reply["objective"] - reply["bound"]) / max(abs(reply["objective"]), 1e-9)
    )


def test_the_same_children_stand_in_both_columns(planned):
    told = planned[1]["measures"]

    for column in ("optimised_do_nothing", "plan"):
        measures = told[column]
        assert measures["children_in_need"] == pytest.approx(told["children_in_need"])
        parts = ("children_placed", "children_staying_independent", "children_in_fallback")
        assert sum(measures[part] for part in parts) == pytest.approx(told["children_in_need"])


def test_children_are_placed_from_the_353_middle_areas(planned, inputs):
    placed, left = (
        rows_of(planned[0] / "internal/plan" / name) for name in ("placements.csv", "fallback.csv")
    )

    from_areas = {row["area_code"] for row in [*placed, *left]}
    assert from_areas == set(inputs.areas["middle_code"])
    assert {row["phase"] for row in placed} == {"primary", "secondary", "post_16"}
    assert len({row["need_group"] for row in placed}) == 9


@pytest.fixture(scope="module")
def balanced(study):
    """Measure the gap of one of the five years; return the folder and the reply."""
    folder = study.parent / "gap"
    reply = run("gap", study, "--out", folder, "--set", "horizon.years=[2028]")
    return folder, reply


def test_the_gap_adds_up_over_areas_authorities_and_need_groups(balanced, inputs):
    folder, reply = balanced
    rows = pd.read_csv(folder / "internal/gap.csv")

    ways = reply["measures"]
    assert reply["status"] == "optimal"
    for way, part in rows.groupby("way"):
        assert part["need"].sum() == pytest.approx(ways["residence"]["need"], abs=1)
        assert (part["need"] - part["supply"] - part["gap"]).abs().max() < 1e-3
        assert part["unmet"].sum() == pytest.approx(ways[way]["unmet"], abs=1)
    assert ways["assignment"]["unmet"] <= ways["residence"]["unmet"]
    assert set(rows.loc[rows["way"] != "residence", "area_code"]) == set(
        inputs.areas["middle_code"]
    )


def test_who_goes_where_is_estimated_from_rolls_and_the_published_distance(balanced):
    notes = " ".join(balanced[1]["notes"])

    assert "Who is placed where now is estimated, not observed" in notes
    assert "6.5 km were asked for" in notes
    placed = pd.read_csv(balanced[0] / "internal/placed.csv")
    assert set(placed["basis"]) == {"estimated"}
    assert placed["children"].sum() == pytest.approx(12_823, rel=0.01)


def test_the_run_is_verified(planned, capsys):
    assert main(["rerun", str(planned[0])]) == 0
    assert "verified: the plan of" in capsys.readouterr().out


def test_the_map_is_small_and_says_what_it_is(planned):
    path = planned[0] / "map.html"

    assert path.stat().st_size < 15e6
    assert NOTICE in path.read_text(encoding="utf-8").lower()


def test_the_workbook_names_every_row_that_is_estimated(planned, inputs):
    book = openpyxl.load_workbook(planned[0] / "workbook.xlsx", read_only=True)
    rows = Counter(row[0] for row in book["Estimated"].iter_rows(min_row=5, values_only=True))
    told = " ".join(
        str(cell) for row in book["Read me"].iter_rows(values_only=True) for cell in row
    ).lower()
    book.close()

    flagged = {
        name: table[table["basis"].eq("estimated") | table["estimated"].notna()]
        for name, table in (("Sites", inputs.sites), ("Provision", inputs.provision))
    }
    assert rows["Provision"] == len(flagged["Provision"]) > 0
    assert 0 < rows["Sites"] < len(flagged["Sites"])  # those without places are counted
    assert NOTICE in told


@pytest.mark.browser
def test_the_map_opens_offline_without_a_request_or_a_complaint(planned, browser):
    address = (planned[0] / "map.html").as_uri()
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if asked.url != address else None)
    page.goto(address)

    # four in five small areas have at least five children in need: it is shaded by them
    assert page.locator(".leaflet-shading-pane path").count() == 1702
    assert NOTICE in page.locator("body").inner_text().lower()
    boxes = page.locator("input[type=checkbox][data-show]")
    assert boxes.count() >= 5
    for box in boxes.all():
        was_on = box.is_checked()
        box.set_checked(not was_on)
        box.set_checked(was_on)
    context.close()
    assert [each for each in complaints if not each.startswith("data:")] == []
