from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.sources.plan_counts import read_plan_counts
from placement_planner.sources.requests import build_requests

KEYS = {"geographic_level": "Local authority", "old_la_code": "901", "la_name": "Westshire"}


def _counts(tmp_path, column: str, topic: str, years: dict[str, dict[str, int]]):
    rows = [
        {**KEYS, "time_period": year, "breakdown_topic": topic, "breakdown": age, column: count}
        for year, ages in years.items()
        for age, count in ages.items()
    ]
    pd.DataFrame(rows).to_csv(tmp_path / f"{column}.csv", index=False)
    return read_plan_counts(tmp_path / f"{column}.csv", ["901"])


def test_flows_are_joined_by_age_in_years_that_all_publish(tmp_path):
    """Two requests of unknown age join 6 at age 4 and 2 at age 9, pro rata: 7.5 and 2.5."""
    topic = "Child or young persons age"
    requests = _counts(
        tmp_path,
        "requests_received_in_year",
        topic,
        {"2023": {"Aged 4": 1}, "2024": {"Aged 4": 6, "Aged 9": 2, "Age unknown": 2}},
    )
    assessments = _counts(tmp_path, "assess_in_year", topic, {"2024": {"Aged 4": 5}})
    new_plans = _counts(tmp_path, "new_ehc_plans", "Age when plan started", {"2024": {"age 9": 1}})

    table, notes = build_requests(requests, assessments, new_plans, {"E1": "901"})

    assert table[
        ["calendar_year", "age", "requests", "assessments", "new_plans"]
    ].to_numpy().tolist() == [[2024, 4, 7.5, 5, 0], [2024, 9, 2.5, 0, 1]]
    assert "calendar years 2024;" in notes[0]


@pytest.mark.real_data
def test_published_flows_of_greater_manchester_tie(real_files):
    codes = {f"E0800000{number}": str(349 + number) for number in range(1, 10)}
    codes["E08000010"] = "359"
    files = ("ehcp_requests", "ehcp_assessments", "ehcp_newplans")
    counts = [
        read_plan_counts(real_files / f"england/{name}.csv.gz", list(codes.values()))
        for name in files
    ]

    table, _ = build_requests(*counts, codes)

    totals = table.groupby("calendar_year")[["requests", "assessments", "new_plans"]].sum()
    assert totals.loc[2024].tolist() == pytest.approx([9609, 6963, 6371])
