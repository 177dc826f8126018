"""England's Januaries to 2024, forecast from 2020 on: what the model must do better than."""

from pathlib import Path

import pytest

from placement_planner.need.backtest.published import Rolling, roll_origins
from placement_planner.need.backtest.scores import score
from placement_planner.sources.caseload_history import read_caseload_history

ENGLAND = Path(__file__).parents[3] / ".." / "shared" / "data" / "england"
NATIONAL = {1: 0.032, 2: 0.051, 3: 0.068, 4: 0.087}
"""Median absolute error of the nation's growth carried forward, by years ahead."""
NATIONAL_SPECIAL = {1: 0.027, 2: 0.042, 3: 0.056}

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not ENGLAND.is_dir(), reason=f"no published files at {ENGLAND}"),
]


@pytest.fixture(scope="module")
def forecasts():
    read = read_caseload_history(
        ENGLAND / "ehcp_caseload.csv.gz",
        ENGLAND / "ehcp_2010_2022_estab_caseload.csv.gz",
        from_january=2019,
    )
    special = read.placements[read.placements["setting"] == "state_special"]
    rolling = Rolling(
        origins=(2020, 2021, 2022, 2023), horizons=(1, 2, 3, 4), damping=0.95, draws=1000, seed=1
    )
    found = roll_origins(read.totals, special, rolling)
    return found[found["origin"] + found["horizon"] <= 2024]


def errors(forecasts, series):
    ours = score(forecasts[forecasts["series"] == series], ["method", "horizon"])
    table = ours.set_index(["method", "horizon"])["median_absolute_error"]
    return table.xs("placement_planner"), table.xs("national_growth")


def test_totals_are_better_than_the_nations_growth_by_three_percent_of_it(forecasts):
    ours, national = errors(forecasts, "total")

    for horizon, published in NATIONAL.items():
        assert ours[horizon] <= 0.97 * published
        assert ours[horizon] <= 0.97 * national[horizon]


def test_children_in_state_special_schools_are_foretold_better(forecasts):
    ours, _ = errors(forecasts, "state_special")

    for horizon, published in NATIONAL_SPECIAL.items():
        assert ours[horizon] < published


@pytest.mark.parametrize("series", ["total", "state_special"])
def test_ranges_cover_what_they_claim_and_beat_naive_ones(forecasts, series):
    pooled = score(forecasts[forecasts["series"] == series], ["method"]).set_index("method")

    assert 0.74 <= pooled.loc["placement_planner", "coverage_80"] <= 0.88
    for level in (50, 80, 90):
        scores = pooled[f"interval_score_{level}"]
        assert scores["placement_planner"] < scores["national_growth"]
        assert scores["placement_planner"] < scores["own_growth"]
