"""The commands that project children's steps and test projections on the past."""

import json
from pathlib import Path

import pandas as pd
import pytest

from placement_planner.cli import main

PEER = Path(__file__).parents[1] / ".." / "shared" / "peers" / "witan"
ENGLAND = Path(__file__).parents[1] / ".." / "shared" / "data" / "england"
real_data = pytest.mark.real_data
STATE = ["calendar-year", "academic-year", "need", "setting"]
STATISTICS = ["mean", "std-dev", "p5", "q1", "median", "q3", "p95"]


@pytest.fixture
def four(tmp_path):
    """Two needs, two settings, NCY 0 to 3: ten join at NCY 0 each year, and nobody leaves."""
    folder = tmp_path / "four"
    folder.mkdir()
    rows = []
    for year in (2020, 2021, 2022):
        rows += [(year, "NONSEND", "NONSEND", -1, "M", "A", 0)] * 10
        rows += [(year, "M", "A", ncy, "M", "A", ncy + 1) for ncy in (0, 1) for _ in range(10)]
        rows += [(year, "M", "A", 2, "S", "A", 3)] * 4 + [(year, "M", "A", 2, "M", "A", 3)] * 6
    names = ["setting-1", "need-1", "academic-year-1", "setting-2", "need-2", "academic-year-2"]
    pd.DataFrame(rows, columns=["calendar-year", *names]).to_csv(
        folder / "transitions.csv", index=False
    )
    people = [(year, ncy, 100) for year in range(2020, 2027) for ncy in range(-1, 5)]
    pd.DataFrame(people, columns=["calendar-year", "academic-year", "population"]).to_csv(
        folder / "population.csv", index=False
    )
    (folder / "valid-states.csv").write_text(
        "setting,setting-group,min-academic-year,max-academic-year,needs,setting->setting\n"
        'M,mainstream,0,3,"A,B","M,S"\nS,special,0,3,"A,B","M,S"\n',
        encoding="utf-8",
    )
    return folder


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("prior", ["witan", "pooled"])
def test_transitions_writes_parameters_states_and_totals(capsys, four, tmp_path, prior):
    out = tmp_path / "out"

    code, said, _ = run(
        capsys, "transitions", four, "--prior", prior, "--draws", 200, "--seed", 3,
        "--until", 2026, "--out", out, "--json",
    )  # fmt: skip

    state = pd.read_csv(out / "state.csv", keep_default_na=False)
    total = pd.read_csv(out / "total.csv")
    reply = json.loads(said.splitlines()[-1])
    assert code == 0
    assert list(state) == [*STATE, *STATISTICS]
    assert total["calendar-year"].tolist() == [2023, 2024, 2025, 2026]
    for name in ("need", "setting", "ncy"):
        assert (out / f"{name}.csv").is_file()
    assert {path.name for path in (out / "parameters").iterdir()} >= {
        "joiner_beta_expectations.csv",
        "joiners_dirichlet_expectations.csv",
        "leaver_beta_expectations.csv",
        "mover_beta_expectations.csv",
        "movers_dirichlet_expectations.csv",
    }
    assert reply["measures"]["children"]["2023"]["mean"] == total["mean"][0] == 40
    assert "loaded: 120 children" in said


def test_authorities_are_added_up_draw_by_draw(capsys, four, tmp_path):
    """The four tables twice, as authorities A and B: 80 children at the base, a range of all."""
    for name in ("transitions", "population"):
        table = pd.read_csv(four / f"{name}.csv")
        both = [table.assign(authority=code) for code in "AB"]
        pd.concat(both).to_csv(four / f"{name}.csv", index=False)
    out = tmp_path / "out"

    code, said, _ = run(
        capsys, "transitions", four, "--draws", 400, "--until", 2025, "--out", out, "--json"
    )

    total = pd.read_csv(out / "total.csv").set_index(["authority", "calendar-year"])
    assert code == 0
    assert total.loc[("all", 2023), "mean"] == 80
    parts = total.loc[("A", 2025), "mean"] + total.loc[("B", 2025), "mean"]
    assert total.loc[("all", 2025), "mean"] == pytest.approx(parts)
    widths = (total["p95"] - total["p5"]).xs(2025, level="calendar-year")
    assert widths["all"] < widths["A"] + widths["B"]
    assert json.loads(said.splitlines()[-1])["measures"]["children"]["2023"]["p5"] == 80


def test_a_fit_from_a_later_year_sees_only_it(capsys, four, tmp_path):
    """Ten joined in each year kept: the mean of yearly counts stays ten, of 100 children."""
    out = tmp_path / "out"

    code, _, _ = run(
        capsys, "transitions", four, "--prior", "witan", "--fit-from", 2022, "--until", 2024,
        "--out", out,
    )  # fmt: skip

    joiners = pd.read_csv(out / "parameters" / "joiner_beta_expectations.csv").set_index("ay")
    assert code == 0
    assert joiners.loc[0, ["alpha", "beta"]].tolist() == pytest.approx([10, 90])


def test_a_year_that_the_population_lacks_is_named_and_nothing_is_written(capsys, four, tmp_path):
    out = tmp_path / "out"

    code, _, err = run(capsys, "transitions", four, "--until", 2028, "--out", out)

    assert code == 1
    assert "population.csv" in err
    assert "2027 NCY" in err
    assert not out.exists()


def test_until_must_be_ahead(capsys, four, tmp_path):
    code, _, err = run(capsys, "transitions", four, "--until", 2023, "--out", tmp_path / "out")

    assert code == 1
    assert "right would be 2024 or later" in err


def test_bad_rows_are_named_all_at_once(capsys, four, tmp_path):
    file = four / "transitions.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "2021,M,A,1,M,A,4\n2021,M,Q,0,M,Q,1\n2021,M,A,x,M,A,1\n", "utf-8")

    code, out, err = run(
        capsys, "transitions", four, "--until", 2024, "--out", tmp_path / "out", "--json"
    )

    findings = json.loads(out.splitlines()[-1])["findings"]
    assert code == 1
    assert len(findings) >= 3
    assert {finding["row"] for finding in findings} >= {122, 123, 124}
    assert "Traceback" not in err


def test_a_wrong_prior_is_wrong_usage(capsys, four, tmp_path):
    code, _, err = run(
        capsys, "transitions", four, "--prior", "best", "--until", 2024, "--out", tmp_path / "o"
    )

    assert code == 2
    assert "best" in err


def test_a_backtest_of_steps_writes_forecasts_and_scores(capsys, four, tmp_path):
    out = tmp_path / "out"

    code, _, _ = run(capsys, "backtest", "--transitions", four, "--draws", 100, "--out", out)

    totals = pd.read_csv(out / "backtest.csv")
    phases = pd.read_csv(out / "backtest_phase.csv")
    assert code == 0
    assert totals[["origin", "horizon"]].to_numpy().tolist() == [[2021, 1], [2021, 2], [2022, 1]]
    assert totals["actual"].tolist() == [40, 40, 40]
    assert set(phases["phase"]) == {"primary"}
    assert (out / "backtest_placement.csv").is_file()
    assert (out / "backtest_scores.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "needs one of --transitions FOLDER and --ees FILE"),
        (("--ees", "x.csv", "--transitions", "y"), "not both or neither"),
        (("--ees", "x.csv", "--horizons", "five"), "right would be whole numbers"),
        (("--ees", "x.csv", "--origins", "2023-2020"), "names no number"),
        (("--ees", "x.csv"), "x.csv: no such file"),
    ],
)
def test_a_backtest_says_what_would_be_right(capsys, tmp_path, arguments, words):
    code, _, err = run(capsys, "backtest", *arguments, "--out", tmp_path / "out")

    assert code == 1
    assert words in err


@real_data
@pytest.mark.skipif(not ENGLAND.is_dir(), reason=f"no published files at {ENGLAND}")
def test_a_backtest_of_published_counts_has_the_columns_that_are_promised(capsys, tmp_path):
    out = tmp_path / "out"

    code, _, _ = run(
        capsys, "backtest", "--ees", ENGLAND / "ehcp_caseload.csv.gz",
        "--history", ENGLAND / "ehcp_2010_2022_estab_caseload.csv.gz", "--from-year", 2019,
        "--origins", "2023", "--horizons", "1-2", "--draws", 100, "--out", out,
    )  # fmt: skip

    totals = pd.read_csv(out / "backtest.csv", dtype={"la_code": str})
    placements = pd.read_csv(out / "backtest_placement.csv", dtype={"la_code": str})
    rest = [
        "origin",
        "horizon",
        "actual",
        "p5",
        "p10",
        "p25",
        "median",
        "p75",
        "p90",
        "p95",
        "mean",
    ]
    assert code == 0
    assert list(totals) == ["la_code", *rest]
    assert list(placements) == ["la_code", "placement", *rest]
    assert (totals["horizon"] == 1).sum() > 140
    assert set(totals.loc[totals["horizon"] == 2, "la_code"]) <= {
        str(code) for code in range(350, 360)
    }
