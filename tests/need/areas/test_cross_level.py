"""An authority left out of the fit, predicted from its areas."""

import gzip
import json
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.cli import main
from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.areas.cross_level import METHODS, score_predictions, validate_levels
from placement_planner.need.areas.gradient import AGES, DECILES, PHASES, counts_of, fit_gradient
from placement_planner.sources.area_rates import read_area_rates
from tests.need.areas.test_gradient import invented_nation

ROOT = Path(__file__).parents[3]
ENGLAND = ROOT / ".." / "shared" / "data" / "england"
CASELOAD, AREAS = ENGLAND / "ehcp_caseload.csv.gz", ENGLAND / "lsoa21.csv.gz"


@pytest.fixture(scope="module")
def nation():
    return invented_nation(number=24, slope=-0.5, noise=0.05)


@pytest.fixture(scope="module")
def found(nation):
    return validate_levels(*nation)


def row(found, authority, phase="primary", measure="plans"):
    table = found.predictions.set_index(["authority_code", "measure", "phase"])
    return table.loc[(authority, measure, phase)]


def ours_and_plain(found, measure="plans"):
    scores = found.scores
    scores = scores[scores["measure"].eq(measure) & scores["phase"].eq("all")].set_index("method")
    return scores.loc["predicted"], scores.loc["per_head"]


def test_per_head_is_the_plans_a_child_of_all_others(nation, found):
    """By hand: the others' plans at ages 4 to 10 over their children, times 7,000 children."""
    plans, _ = nation
    others = plans[plans["age"].between(4, 10) & (plans["authority_code"] != "E00000005")]
    by_hand = others["children"].sum() / (23 * 7000) * 7000

    assert row(found, "E00000005")["per_head"] == pytest.approx(by_hand)
    assert row(found, "E00000005")["per_head_by_age"] == pytest.approx(by_hand)
    assert row(found, "E00000005")["children"] == pytest.approx(7000)


def test_an_authority_left_out_has_no_say_in_its_own_prediction(nation, found):
    plans, people = nation
    changed = plans.copy()
    changed.loc[changed["authority_code"] == "E00000005", ["children", "special"]] *= 4.0

    again = validate_levels(changed, people)

    for method in METHODS:
        assert row(again, "E00000005")[method] == pytest.approx(row(found, "E00000005")[method])
        assert row(again, "E00000006")[method] != pytest.approx(row(found, "E00000006")[method])


def test_areas_beat_a_per_head_spread_where_plans_rise_with_deprivation(found):
    """A gradient of e^-0.5 to either side and noise of a twentieth: far above chance."""
    ours, plain = ours_and_plain(found)

    assert ours["r2_plans"] > 0.8 > plain["r2_plans"]
    assert ours["median_error"] < plain["median_error"]
    assert ours["nearer"] > 0.6
    assert any(line.startswith("plans: age, region and deprivation beats per head of the phase on "
                               "R² of plans") for line in found.lines())  # fmt: skip


def test_what_does_not_beat_the_per_head_spread_is_said():
    """Noise alone: the fitted gradient can only do harm somewhere, and the words say where."""
    found = validate_levels(*invented_nation(number=24, regions=1, slope=0.0, noise=0.2))

    ours, plain = ours_and_plain(found)
    assert ours["r2_plans"] < plain["r2_plans"]
    told = next(line for line in found.lines() if "beats per head of the phase" in line)
    assert "R² of plans" in told.partition("; not on ")[2]


def test_phases_sum_to_all(found):
    table = found.predictions[found.predictions["measure"] == "plans"]
    columns = ["observed", "children", *METHODS]
    phases = table[table["phase"] != "all"].groupby("authority_code")[columns].sum()

    assert phases.to_numpy() == pytest.approx(
        table[table["phase"] == "all"].set_index("authority_code")[columns].to_numpy()
    )


def test_the_error_of_the_common_slope_is_the_jackknife_s(nation, found):
    """By brute force: 24 fits that leave out one each; sqrt(23/24 of their squares about mean)."""
    counts = counts_of(*nation, "children")
    slopes = [fit_gradient(counts.only(np.arange(24) != at)).slopes[0] for at in range(24)]

    told = found.gradients.query("measure == 'plans' and phase == 'all'").iloc[0]

    assert told["standard_error"] == pytest.approx(np.sqrt(23 * np.var(slopes)), rel=1e-6)
    assert abs(told["slope"] + 0.5) < 3 * told["standard_error"]
    assert told["most_to_least"] == pytest.approx(np.exp(-2 * told["slope"]))


def test_where_all_are_the_same_there_is_no_r_squared():
    table = pd.DataFrame({"measure": "plans", "phase": "all", "children": [100.0, 100.0],
                          "observed": 10.0, "per_head": 9.0, "predicted": 10.0})  # fmt: skip

    scores = score_predictions(table)

    assert scores["r2_plans"].isna().all()
    assert scores["weighted_error"].tolist() == pytest.approx([0.1, 0.0])


def test_scores_by_hand():
    """Seen 10, 20, 60 of 100 each; said 20, 20, 50.

    Squares off 100 + 0 + 100 about squares 400 + 100 + 900 (mean 30): R² 1 - 200/1400. Errors
    100 %, 0, 1/6: median 1/6; 20 of 90 weighted. Per head 30 each is off by 20, 10, 30: all nearer.
    """
    table = pd.DataFrame({"measure": "plans", "phase": "all", "children": 100.0,
                          "observed": [10.0, 20.0, 60.0], "per_head": 30.0,
                          "predicted": [20.0, 20.0, 50.0]})  # fmt: skip

    both = score_predictions(table).set_index("method")

    scores = both.loc["predicted"]
    assert both.loc["per_head", "nearer"] == 0
    assert scores["r2_plans"] == pytest.approx(1 - 200 / 1400)
    assert scores["r2_per_head"] == pytest.approx(1 - 200 / 1400)
    assert scores["median_error"] == pytest.approx(1 / 6)
    assert scores["weighted_error"] == pytest.approx(20 / 90)
    assert scores["nearer"] == 1


@pytest.fixture
def files(tmp_path):
    """Published shapes: 22 authorities, one under a former code, one with symbols for ages."""
    plans, people = invented_nation(number=22)
    people["authority_code"] = people["authority_code"].replace({"E00000001": "E06000066"})
    plans["authority_code"] = plans["authority_code"].replace({"E00000001": "E10000027"})
    plans = plans[plans["age"].between(2, 24)].round({"children": 0, "special": 0})
    rows = pd.DataFrame(
        {
            "time_period": "202324",
            "geographic_level": "Local authority",
            "region_code": plans["region_code"],
            "new_la_code": plans["authority_code"],
            "old_la_code": 200 + plans["authority"].str[6:].astype(int),
            "la_name": plans["authority"],
            "breakdown_topic": "Child or young persons age",
            "breakdown": np.where(plans["age"] == 2, "under 3", "age " + plans["age"].astype(str)),
            "ehcplans": plans["children"].astype(int).astype(str),
            "special_la_maintained": plans["special"].astype(int).astype(str),
            "mainstream_academy": "0",
        }
    )
    rows.loc[rows["la_name"] == "Place 2", ["ehcplans", "special_la_maintained"]] = "x"
    ages = people.pivot_table(index=["authority_code", "imd_decile"], columns="age",
                              values="children").reset_index()  # fmt: skip
    ages = ages.rename(columns={"authority_code": "UTLACD", "imd_decile": "IMD_decile"}
                       | {age: f"mid2023_age{age}" for age in AGES})  # fmt: skip
    ages = ages.assign(LSOA21CD=[f"E01{at:06}" for at in range(len(ages))], mid2023_age25=90.0)
    rows.to_csv(tmp_path / "caseload.csv", index=False)
    ages.to_csv(tmp_path / "areas.csv", index=False)
    return tmp_path / "caseload.csv", tmp_path / "areas.csv"


def test_published_files_are_joined_over_new_codes_and_symbols_are_left_out(files):
    read = read_area_rates(*files)

    assert "E06000066" in set(read.plans["authority_code"])
    assert "Place 2" not in set(read.plans["authority"])
    assert read.plans["authority_code"].nunique() == 21
    assert set(read.people["authority_code"]) == set(read.plans["authority_code"])
    assert read.january == 2024
    assert read.people.query("authority_code == 'E00000000' and age == 7")[
        "children"
    ].sum() == pytest.approx(1000)
    assert "Left out, for want of published ages: Place 2 (202)." in read.notes


def test_children_are_made_older_to_the_school_year(files, tmp_path):
    """Of mid-2020, a child aged 4 then is 7 on 31 August 2023."""
    caseload, areas = files
    table = pd.read_csv(areas)
    table.columns = table.columns.str.replace("mid2023", "mid2020")
    table["mid2020_age4"] *= 2
    table.to_csv(tmp_path / "older.csv", index=False)

    read = read_area_rates(caseload, tmp_path / "older.csv")

    one = read.people[read.people["authority_code"] == "E00000000"]
    by_age = one.groupby("age")["children"].sum()
    assert by_age[7] == pytest.approx(2 * by_age[8])
    assert "made 3 years older" in read.notes[-1]


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (0, lambda table: table.assign(time_period="201819", ehcplans="x"), "only symbols"),
        (0, lambda table: pd.concat([table, table.tail(1)]), "1 row\\(s\\) are there twice"),
        (0, lambda table: table.drop(columns="old_la_code"), "1 column\\(s\\) missing"),
        (1, lambda table: table[table["UTLACD"] != "E00000004"], "Place 4 \\(E00000004\\)"),
        (1, lambda table: table.drop(columns="mid2023_age9"), "not whole"),
        (
            1,
            lambda table: table.replace({"IMD_decile": {3: 0}}),
            "lack a decile of deprivation",
        ),
    ],
)
def test_files_that_do_not_fit_are_refused_in_plain_words(files, file, change, words):
    table = pd.read_csv(files[file], dtype=str)
    if file:
        table["IMD_decile"] = table["IMD_decile"].astype(int)
    change(table).to_csv(files[file], index=False)

    with pytest.raises(DataError, match=words):
        read_area_rates(*files)


def test_a_january_that_is_not_there_is_named(files):
    with pytest.raises(DataError, match="in January 2019; right: 2024"):
        read_area_rates(*files, january=2019)


def test_the_command_prints_and_writes_scores(files, tmp_path, capsys):
    out = tmp_path / "out"
    caseload, areas = files

    code = main(["cross-level", "--ees", str(caseload), "--areas", str(areas), "--out", str(out),
                 "--json"])  # fmt: skip

    said = capsys.readouterr().out
    reply = json.loads(said.splitlines()[-1])
    table = pd.read_csv(out / "cross_level.csv")
    assert code == 0
    assert {"authority", "observed", "predicted", "per_head"} <= set(table)
    assert len(table) == 21 * 2 * (1 + len(PHASES))
    assert len(pd.read_csv(out / "cross_level_scores.csv")) == len(reply["measures"]["scores"])
    assert "R² of plans" in said


def test_the_command_refuses_what_is_no_table(tmp_path, capsys):
    with gzip.open(tmp_path / "a.csv.gz", "wt") as handle:
        handle.write("a,b\n1,2\n")

    code = main(["cross-level", "--ees", str(tmp_path / "a.csv.gz"), "--areas", "x.csv"])

    assert code == 1
    assert "column(s) missing" in capsys.readouterr().err


def test_rates_by_decile_stand_for_every_phase_and_fall_towards_the_least_deprived():
    table = code_table("deprivation")

    assert list(table.groupby("phase", sort=False).groups) == list(PHASES)
    for _, rows in table.groupby("phase"):
        assert rows["imd_decile"].tolist() == list(DECILES)
        assert rows["relative_rate"].is_monotonic_decreasing
        assert rows["special_rate"].is_monotonic_decreasing
    assert set(table["basis"]) == {"derived"}


needs_england = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not ENGLAND.is_dir(), reason=f"no published files at {ENGLAND}"),
]


def of_england(test):
    """Mark a test that reads England's files."""
    for mark in needs_england:
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def england():
    read = read_area_rates(CASELOAD, AREAS, 2024)
    return validate_levels(read.plans, read.people, read.notes)


@of_england
def test_areas_beat_the_per_head_spread(england):
    """For special placements by far, for plans in all by little: both on all four scores."""
    for measure in ("plans", "special"):
        ours, plain = ours_and_plain(england, measure)
        assert ours["r2_plans"] > plain["r2_plans"]
        assert ours["r2_per_head"] > plain["r2_per_head"] + 0.05
        assert ours["median_error"] < plain["median_error"]
        assert ours["weighted_error"] < plain["weighted_error"]


@of_england
def test_every_authority_with_ages_is_there(england):
    assert england.predictions["authority_code"].nunique() == 151
    assert "Hackney (204), Peterborough (874)" in " ".join(england.notes)
    whole = england.predictions.query("measure == 'plans' and phase == 'all'")
    assert whole["observed"].sum() == 570_324


@of_england
def test_the_rates_of_the_codes_come_out_again(england):
    script = runpy.run_path(str(ROOT / "benchmarks" / "area_rates.py"))
    again = script["sourced"](england, 2024)
    held = code_table("deprivation")

    assert held[["imd_decile", "phase"]].equals(again[["imd_decile", "phase"]])
    for name in ("relative_rate", "special_rate"):
        assert np.allclose(held[name], again[name], atol=2e-4)
    assert set(held["source"]) == set(again["source"])
