"""Requests, assessments and new plans ahead: cascade, damped trend, intervals, gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need.request_draws import RequestChoices, trend_ahead
from placement_planner.need.requests import REGION, project_requests

DATA = Path(__file__).parents[2] / "data"
STILL = {
    "joiner_trend_mean": 0.0,
    "joiner_trend_national_sd": 0.0,
    "joiner_step_national_sd": 1e-9,
    "authority_step_sd": 0.0,
    "authority_fresh_sd": 0.0,
    "assessments_step_sd": 0.0,
    "assessments_fresh_sd": 0.0,
    "new_plans_step_sd": 0.0,
    "new_plans_fresh_sd": 0.0,
    "damping": 0.5,
}
CODES = ("E1", "E2")


def flows(years=(2023, 2024), requests=100.0) -> pd.DataFrame:
    """A hundred requests at age 4 an authority and year; 80 assessed, 60 new plans at age 4."""
    return pd.DataFrame(
        [
            {
                "authority_code": code,
                "calendar_year": year,
                "age": 4,
                "requests": requests,
                "assessments": 0.8 * requests,
                "new_plans": 0.6 * requests,
                "basis": "published",
            }
            for code in CODES
            for year in years
        ]
    )


def people(years=range(2023, 2031), grows=None) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "authority_code": code,
                "academic_year": year,
                "age": age,
                "children": 1000.0 * (grows or {}).get(year, 1.0),
                "basis": "published",
            }
            for code in CODES
            for year in years
            for age in range(26)
        ]
    )


def still(**changes) -> RequestChoices:
    """No trend, no swings: chance alone is left."""
    return RequestChoices(priors=STILL, draws=4000, **changes)


def total(projected, year: int, measure: str, column: str = "mean", code: str = REGION) -> float:
    table = projected.totals
    row = table[
        table["authority_code"].eq(code)
        & table["calendar_year"].eq(year)
        & table["measure"].eq(measure)
    ]
    return float(row[column].iloc[0])


def test_rates_held_follow_the_population():
    """Ten per cent of 1,100 four-year-olds in two authorities: 220; 80 % of them; 75 % of those."""
    projected = project_requests(flows(), people(grows={2025: 1.1}), [2025], still())

    assert total(projected, 2025, "requests") == pytest.approx(220, rel=0.01)
    assert total(projected, 2025, "assessments") == pytest.approx(176, rel=0.01)
    assert total(projected, 2025, "new_plans") == pytest.approx(132, rel=0.01)


def test_with_nothing_but_chance_the_interval_is_poissons():
    """200 a year: the 5th and 95th percentiles of Poisson(200) are 177 and 224."""
    projected = project_requests(flows(), people(), [2025], still())

    assert total(projected, 2025, "requests", "p5") == pytest.approx(177, abs=2)
    assert total(projected, 2025, "requests", "p95") == pytest.approx(224, abs=2)
    assert total(projected, 2025, "requests", "median") == pytest.approx(200, abs=2)


def test_a_chosen_trend_is_damped():
    """ln 1.2 in the first year, half of it in the second: 200 × 1.2, then × 1.2^1.5."""
    projected = project_requests(flows(), people(), [2025, 2026], still(trend=float(np.log(1.2))))

    assert total(projected, 2025, "requests") == pytest.approx(240, rel=0.01)
    assert total(projected, 2026, "requests") == pytest.approx(200 * 1.2**1.5, rel=0.01)


def test_own_years_and_englands_are_pooled_by_their_variances():
    """Variances 0.04 / 2 steps and 0.02: weight half. Own mean ln 1.2, England's 0."""
    priors = {
        **STILL,
        "joiner_step_national_sd": 0.2,
        "joiner_trend_national_sd": np.sqrt(0.02),
    }

    trend = trend_ahead(np.array([1 / 1.44, 1 / 1.2, 1.0]), RequestChoices(priors=priors))

    assert trend.own_weight == pytest.approx(0.5)
    assert trend.mean == pytest.approx(np.log(1.2) / 2)
    assert trend.spread == pytest.approx(0.1)


def test_one_year_of_requests_takes_englands_trend():
    priors = {**STILL, "joiner_trend_mean": 0.1}

    projected = project_requests(
        flows(years=(2024,)), people(), [2025], RequestChoices(priors=priors, draws=2000)
    )

    assert (projected.trend.mean, projected.trend.own_weight) == (0.1, 0.0)
    assert total(projected, 2025, "requests") == pytest.approx(200 * np.exp(0.1), rel=0.01)


def test_every_flow_comes_out_of_the_one_before_in_every_summary():
    projected = project_requests(flows(), people(), [2025, 2027])

    keys = ["authority_code", "calendar_year", "age"]
    mean = projected.by_age.pivot_table("mean", keys, "measure")
    assert (mean["assessments"] <= mean["requests"]).all()
    assert (mean["new_plans"] <= mean["assessments"]).all()
    cuts = projected.by_age[["p5", "q1", "median", "q3", "p95"]].to_numpy()
    assert (np.diff(cuts, axis=1) >= 0).all()
    assert projected.by_age["calendar_year"].unique().tolist() == [2025, 2027]


def test_means_add_up_over_ages_and_authorities():
    projected = project_requests(flows(), people(), [2025])

    keys = ["authority_code", "calendar_year", "measure"]
    totals = projected.totals.set_index(keys)["mean"]
    summed = projected.by_age.groupby(keys)["mean"].sum()
    assert totals.reindex(summed.index).tolist() == pytest.approx(summed.tolist())
    assert total(projected, 2025, "requests") == pytest.approx(
        sum(total(projected, 2025, "requests", code=code) for code in CODES)
    )


def test_intervals_widen_with_the_years_ahead():
    projected = project_requests(flows(), people(), [2025, 2030])

    width = [
        np.log(total(projected, year, "requests", "p95") / total(projected, year, "requests", "p5"))
        for year in (2025, 2030)
    ]
    assert width[1] > 1.3 * width[0]


def test_a_ratio_above_one_follows_the_age_at_which_plans_start():
    """Twenty assessments at age 5 and 40 new plans: two for each."""
    table = flows()
    older = table.assign(age=5, requests=25.0, assessments=20.0, new_plans=40.0)

    projected = project_requests(pd.concat([table, older]), people(), [2025], still())

    at_five = projected.by_age.query("age == 5").groupby("measure")["mean"].sum()
    assert at_five["new_plans"] / at_five["assessments"] == pytest.approx(2, rel=0.02)


def test_what_nobody_can_come_from_is_said():
    """Seven plans at age 2, where nobody was assessed, in one authority and year."""
    table = pd.concat(
        [
            flows(),
            flows().iloc[[0]].assign(age=2, requests=0.0, assessments=0.0, new_plans=7.0),
        ]
    )

    projected = project_requests(table, people(), [2025], still())

    assert any(
        note.startswith("Some new plans are of an age with nobody") for note in projected.notes
    )


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    tables = [
        project_requests(flows(), people(), [2025], RequestChoices(seed=seed)).totals["mean"]
        for seed in (1, 1, 2)
    ]

    assert tables[0].tolist() == tables[1].tolist()
    assert tables[0].tolist() != tables[2].tolist()


def test_every_gap_is_named_at_once():
    table = flows(years=(2021, 2023))

    with pytest.raises(DataError, match=r"6 problem\(s\)") as raised:
        project_requests(table, people(years=(2021, 2023)), [2022, 2025])

    found = [finding.found for finding in raised.value.findings]
    assert found[:2] == ["no row for 2022", "2022 asked for"]
    assert sorted(found[2:]) == [
        f"no children of authority {code} in {year}" for code in CODES for year in (2024, 2025)
    ]


def test_the_sample_holds_its_last_two_years():
    """Fitted to 2023, most of 2024 and 2025 lies within the 5th and 95th percentiles."""
    requests = pd.read_csv(DATA / "schools" / "requests.csv")
    projection = pd.read_csv(DATA / "boundaries" / "population_projection.csv")

    projected = project_requests(
        requests[requests["calendar_year"] <= 2023], projection, [2024, 2025]
    )

    actual = requests[requests["calendar_year"] > 2023].melt(
        ["authority_code", "calendar_year", "age"],
        ["requests", "assessments", "new_plans"],
        var_name="measure",
        value_name="actual",
    )
    totals = actual.groupby(["authority_code", "calendar_year", "measure"])["actual"].sum()
    both = projected.totals.merge(totals.reset_index())
    assert len(both) == 30
    assert both["actual"].between(both["p5"], both["p95"]).mean() >= 0.85
    error = (both["median"] - both["actual"]).abs().sum() / both["actual"].sum()
    assert error < 0.08
