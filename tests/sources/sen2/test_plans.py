"""Which plans are open on 15 January 2026, and what is told of odd dates."""

import pytest

from placement_planner.errors import DataError
from tests.sources.sen2.exports import child, failed, imported, keys_of, outcomes, place, states

OPEN = [(4, "ASD", "state_special")]

PLANS = [
    ({}, True, set()),
    ({"start": "2026-Jan-15 00:00:00"}, True, set()),
    ({"start": "2026-Jan-16 00:00:00"}, False, {"start_after_census"}),
    ({"cease": "16/01/2026"}, True, set()),
    ({"cease": "15/01/2026", "active": False}, False, set()),
    ({"cease": "15/01/2026"}, False, {"ceased_but_active"}),
    (
        {"start": "2025-05-02", "cease": "2025-05-01", "active": False},
        False,
        {"ceased_before_start"},
    ),
    ({"start": "when?"}, True, {"start_unreadable"}),
    ({"start": ""}, True, {"start_unreadable"}),
    ({"start": "when?", "active": False}, False, {"start_unreadable"}),
    ({"cease": "soon"}, True, {"cease_unreadable"}),
    ({"cease": "soon", "active": False}, False, {"cease_unreadable"}),
    ({"named": False}, True, set()),
    ({"named": False, "active": False}, False, set()),
]


def test_a_plan_is_open_by_its_dates_and_by_its_active_plan_where_they_fail(tmp_path):
    plans = [child(number, **plan) for number, (plan, _, _) in enumerate(PLANS, start=1)]

    found = outcomes(tmp_path, plans)

    assert found == [
        ("ASD" if is_open else None, "state_special" if is_open else None, faults)
        for _, is_open, faults in PLANS
    ]


def test_a_plan_without_active_plan_counts_by_what_it_names(tmp_path):
    plan = child(1, active=False, plan_places=[place("100002"), place("100001", rank="2")])

    made = imported(tmp_path, [plan])

    assert states(made) == [(4, "NR", "mainstream")]
    assert failed(made) == {"open_but_not_active": 1, "need_missing": 1}


def test_of_two_open_plans_the_one_that_started_last_counts(tmp_path):
    first = child(1, start="2023-01-02")
    second = child(2, start="2022-01-02", person=1, places=[place(code="OLA")])

    made = imported(tmp_path, [first, second])

    assert states(made) == OPEN
    assert failed(made) == {"two_open_plans": 1}
    assert keys_of(made, "two_open_plans") == "102"


def test_plans_of_nobody_are_told(tmp_path):
    made = imported(tmp_path, [child(1), child(2, person=77)])

    assert states(made) == OPEN
    assert failed(made) == {"plan_without_person": 1}


def test_where_no_child_is_left_it_stops(tmp_path):
    with pytest.raises(DataError, match="no child with an open plan is left in January 2026"):
        imported(tmp_path, [child(1)], [child(1, cease="2025-Feb-01 00:00:00")])


def test_requests_are_counted_in_the_year_before_the_census_by_age_on_31_august(tmp_path):
    """Age 7 on 31 August 2024 and 8 a year later.

    2024: the first child's request, decision and plan; the third's request. 2025: the second
    child's plan (request and decision came the year before), the third's decision, which was no.
    A plan that was transferred in is not new.
    """
    year = {"received": "2024-Mar-01 00:00:00", "decided": "2024-Apr-01 00:00:00"}
    first = child(1, **year, start="2024-06-01")
    second = child(2, received="2023-09-01", decided="2023-10-01", start="2025-02-01")
    third = child(3, received="2024-12-01", decided="2025-01-09", outcome="N", named=False,
                  active=False)  # fmt: skip
    moved = child(4, received="", decided="", start="2025-05-05", transfer="355")

    made = imported(tmp_path, [first, third], [first, second, third, moved])

    table = made.tables["requests"].drop(columns=["authority_code", "basis"])
    assert table.to_numpy().tolist() == [[2024, 7, 2, 1, 1], [2025, 8, 0, 0, 1]]
