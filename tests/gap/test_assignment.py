"""Tables of the best assignment to the places there are; its optimum is in test_chance_regions."""

import pytest

from placement_planner.gap import empty_places, exchange_of_plan, gap_by_assignment
from placement_planner.pipeline import find_plan
from tests.siting.cases import make_tables, scenario

YEARS = (2027,)


def placed():
    """Near school full: 6 + 4 children, 8 places at 5 and 9 minutes; 2 of the second have none."""
    tables = make_tables([6, 4], [8, 5], [[5.0, 61.0], [9.0, 62.0]], [], years=YEARS)
    return find_plan(tables, scenario(years=YEARS)), tables


def test_who_is_left_over_is_told_by_area_and_nobody_twice():
    gap = gap_by_assignment(*placed()).set_index("area_code")

    assert gap["need"].to_dict() == {"A0": 6, "A1": 4}
    assert gap["supply"].to_dict() == pytest.approx({"A0": 6, "A1": 2})
    assert gap["unmet"].to_dict() == pytest.approx({"A0": 0, "A1": 2})
    assert gap["gap"].to_numpy() == pytest.approx(gap["unmet"].to_numpy())


def test_places_out_of_reach_stay_empty():
    empty = empty_places(*placed()).set_index("pool_id")["empty"]

    assert empty.to_dict() == pytest.approx({"pool-S0": 0, "pool-S1": 5})


def test_children_are_counted_by_home_and_place():
    plan, tables = placed()
    tables.pools["authority_code"] = "M"

    rows = exchange_of_plan(plan, tables)

    ends = ["authority_code", "place_authority_code"]
    assert rows.set_index(ends)["children"].to_dict() == pytest.approx({("L", "M"): 8})
