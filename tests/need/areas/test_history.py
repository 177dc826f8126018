"""Where children are known to live, from the best table there is."""

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need.areas import area_people, known_homes
from placement_planner.tables.study import Flows
from tests.need.areas.town import JANUARY, areas_of, caseload_of, population_of

AREAS = areas_of([("a1", "M", "A", 5), ("a2", "M", "A", 5), ("b1", "N", "B", 5)])
PEOPLE = area_people(AREAS, population_of({"a1": 10, "a2": 30, "b1": 10}))
POOLS = pd.DataFrame(
    [("p1", "sen_unit"), ("p2", "satellite")], columns=["provision_id", "provision_type"]
)


def flows_of(rows):
    frame = pd.DataFrame(rows, columns=["area_code", "provision_id", "children"])
    frame = frame.assign(need_type="ASD", phase="primary", basis="invented")
    return Flows.validate(frame.astype({"children": float}))


def found_in(homes):
    return homes.set_index(["area_code", "kind"])["children"].to_dict()


def test_unknown_homes_are_spread_by_the_people_of_that_age():
    """8 children of 11 whose home is unknown, or in B: 2 in a1 (10 of 40 people), 6 in a2."""
    rows = [
        ("A", "a1", 7, "ASD", "state_special", 5),
        ("A", "UNKNOWN", 7, "ASD", "state_special", 6),
        ("A", "b1", 7, "ASD", "state_special", 2),
        ("A", "a2", 7, "ASD", "sen_unit", 1),
        ("A", "a2", 7, "ASD", "further_education", 4),
    ]

    homes = known_homes(AREAS, PEOPLE, JANUARY, area_caseload=caseload_of(rows))

    assert found_in(homes) == pytest.approx(
        {("a1", "special"): 7, ("a2", "special"): 6, ("a2", "base"): 1, ("a2", "none"): 4}
    )


def test_where_nobody_of_the_age_lives_unknown_homes_go_where_anybody_does():
    people = area_people(AREAS, population_of({"a1": 10, "a2": 30}, ages=range(5)))
    rows = [("A", "UNKNOWN", 7, "ASD", "state_special", 8)]

    homes = known_homes(AREAS, people, JANUARY, area_caseload=caseload_of(rows))

    assert found_in(homes) == pytest.approx({("a1", "special"): 2, ("a2", "special"): 6})


def test_flows_tell_bases_and_special_schools_where_there_is_no_caseload_by_area():
    """A has a caseload by area, so its flows are not read; B has flows alone."""
    flows = flows_of([("a1", "p1", 9), ("b1", "p1", 2), ("b1", "p2", 3), ("b1", "OUTSIDE", 1)])
    rows = [("A", "a1", 7, "ASD", "state_special", 5)]

    homes = known_homes(
        AREAS, PEOPLE, JANUARY, area_caseload=caseload_of(rows), flows=flows, provision=POOLS
    )

    assert found_in(homes) == {("a1", "special"): 5, ("b1", "base"): 2, ("b1", "special"): 4}
    assert dict(zip(homes["authority_code"], homes["read_from"], strict=True)) == {
        "A": "area_caseload",
        "B": "flows",
    }


def test_another_january_is_no_history():
    rows = [("A", "a1", 7, "ASD", "state_special", 5)]

    homes = known_homes(AREAS, PEOPLE, JANUARY, area_caseload=caseload_of(rows, JANUARY - 1))

    assert homes.empty
    assert homes["children"].dtype == float


def test_a_pool_that_nobody_knows_is_refused():
    with pytest.raises(DataError, match=r"1 row.*example p9"):
        known_homes(AREAS, PEOPLE, JANUARY, flows=flows_of([("a1", "p9", 1)]), provision=POOLS)
