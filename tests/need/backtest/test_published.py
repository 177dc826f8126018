"""Back-tests see nothing of what they forecast; naive forecasts and scores by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need.backtest import report
from placement_planner.need.backtest.naive import NAIVE, ets_paths, naive_rows
from placement_planner.need.backtest.published import Rolling, roll_origins
from placement_planner.need.backtest.scores import score
from placement_planner.need.published.panel import growth_panel

ROLLING = Rolling(origins=(2016, 2017), horizons=(1, 2), damping=1.0, draws=200, seed=1)


def counts(authorities=12, last=2019, seed=1):
    """Invented totals from 2010 on, of which six tenths are in state special schools."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(authorities):
        path = 1000 * np.exp(np.cumsum(rng.normal(0.08, 0.04, last - 2009)))
        rows += [(f"{place:03d}", "R", 2010 + year, path[year]) for year in range(len(path))]
    totals = pd.DataFrame(rows, columns=["la_code", "region_code", "january", "children"])
    special = totals.drop(columns="region_code").assign(setting="state_special")
    return totals, special.assign(children=special["children"] * 0.6)


def test_a_forecast_does_not_see_beyond_its_origin():
    totals, placements = counts()
    changed = totals.assign(
        children=totals["children"].where(totals["january"] <= 2017, totals["children"] * 3)
    )

    columns = ["series", "la_code", "origin", "horizon", "median", "p5", "p95"]
    one, two = (
        roll_origins(rows, placements, ROLLING).query("method == 'placement_planner'")[columns]
        for rows in (totals, changed)
    )

    pd.testing.assert_frame_equal(one, two)


def test_targets_that_are_not_published_are_left_out():
    totals, placements = counts(last=2018)

    found = roll_origins(totals, placements, ROLLING)

    assert set(zip(found["origin"], found["horizon"], strict=True)) == {
        (2016, 1),
        (2016, 2),
        (2017, 1),
    }
    assert set(found["series"]) == {"total", "state_special"}


def test_origins_that_lead_nowhere_are_named():
    totals, placements = counts(last=2018)

    with pytest.raises(DataError, match="leads to a January that is published: 2010 to 2018"):
        roll_origins(totals, placements, replace(ROLLING, origins=(2030,)))


def test_the_tables_have_the_columns_that_are_promised():
    totals, placements = counts()

    tables = report.tested_published(roll_origins(totals, placements, ROLLING), ()).tables

    percentiles = ["p5", "p10", "p25", "median", "p75", "p90", "p95", "mean"]
    rest = ["origin", "horizon", "actual", *percentiles]
    assert list(tables["backtest"]) == ["la_code", *rest]
    assert list(tables["backtest_placement"]) == ["la_code", "placement", *rest]
    assert len(tables["backtest"]) == 12 * 4


def test_growth_carried_forward_by_hand():
    """a grows 100 → 110 and b 300 → 290: the nation stands still."""
    plans = np.array([[100.0, 110.0], [300.0, 290.0]])

    assert NAIVE["own_growth"](plans, 2)[:, 0] == pytest.approx([121.0, 133.1])
    assert NAIVE["national_growth"](plans, 2)[:, 1] == pytest.approx([290.0, 290.0])


def test_naive_ranges_are_the_residuals_so_far():
    """One authority at 100, 110, 121, 121: one step ahead it was 1 and 1 / 1.1 of its forecast."""
    rows = pd.DataFrame(
        {"code": "a", "january": range(2010, 2014), "children": [100.0, 110.0, 121.0, 121.0]}
    )
    nobody = pd.Series(dtype=float)
    panel = growth_panel(rows, nobody, nobody, 2013)

    ahead = naive_rows(panel, 1, "own_growth").iloc[0]

    assert ahead["median"] == pytest.approx(121.0)
    assert ahead["p5"] == pytest.approx(121.0 * (1 / 1.1 + 0.05 * (1 - 1 / 1.1)))


def test_exponential_smoothing_carries_a_steady_trend_on():
    plans = np.array([100 * 1.1 ** np.arange(10), [np.nan] * 8 + [1.0, 2.0]])

    paths = ets_paths(plans, 1)

    assert paths[0, 0] == pytest.approx(100 * 1.1**10, rel=0.02)
    assert np.isnan(paths[0, 1])


def test_scores_by_hand():
    """Errors +10 of 100 and −40 of 200: bias −30 / 300, wMAPE 50 / 300, median of 10 and 20 %."""
    rows = pd.DataFrame({"actual": [100.0, 200.0], "median": [110.0, 160.0]})
    for name in ("p5", "p10", "p25"):
        rows[name] = [100.0, 150.0]
    for name in ("p75", "p90", "p95"):
        rows[name] = [120.0, 180.0]

    found = score(rows.assign(all="all"), ["all"]).iloc[0]

    assert found["bias"] == pytest.approx(-0.1)
    assert found["wmape"] == pytest.approx(50 / 300)
    assert found["median_absolute_error"] == pytest.approx(0.15)
    assert found["coverage_80"] == 0.5
    # widths 20 and 30; the second misses by 20, at 2 / 0.2 = 10 a child: (20 / 100 + 230 / 200) / 2
    assert found["interval_score_80"] == pytest.approx((0.2 + 1.15) / 2)
