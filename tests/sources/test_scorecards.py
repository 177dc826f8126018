from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources.scorecards import price_factors, read_scorecards


@pytest.mark.real_data
def test_the_newest_scorecards_put_the_north_west_at_national_and_london_above(real_files):
    costs = read_scorecards(real_files / "england/scorecards_2022_23_to_2024_25.csv")

    factors, note = price_factors(costs, ["350", "204"])

    assert costs["year"].unique().tolist() == ["2024/25"]
    assert factors["350"] == pytest.approx(1.0)
    assert factors["204"] == pytest.approx(32364.45 / 25088.72, abs=1e-3)
    assert "1.00 to 1.29" in note


@pytest.mark.real_data
def test_scorecards_without_england_leave_prices_national_and_say_so(real_files):
    path = real_files / "greater_manchester/gm_scorecard_2022_23_to_2024_25.csv"

    factors, note = price_factors(read_scorecards(path), ["350"])

    assert factors.tolist() == [1.0]
    assert "no row for England" in note


def test_an_authority_without_a_row_is_named(tmp_path):
    columns = [
        "Year",
        "geographic_level",
        "LANumber",
        "CPP_P_NS",
        "CPP_P_EP",
        "CPP_S_NS",
        "CPP_S_EP",
    ]
    pd.DataFrame([("2024/25", "National", "", 1, 1, 1, 1)], columns=columns).to_csv(
        tmp_path / "cards.csv", index=False
    )

    with pytest.raises(DataError, match="no row for 1 authority"):
        price_factors(read_scorecards(tmp_path / "cards.csv"), ["901"])
