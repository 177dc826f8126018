"""The register, over-full schools and exchange as they may leave; by hand."""

import pandas as pd
import pytest

from placement_planner.figures.supply import (
    shown_establishments,
    shown_exchange,
    shown_over_full,
    shown_supply,
)
from placement_planner.privacy import WITHHELD
from placement_planner.scenario import PrivacyChoices, SupplyChoices
from placement_planner.supply import over_full, register
from tests.supply.schools import provision, sites

PUBLIC, INTERNAL = PrivacyChoices(), PrivacyChoices(profile="internal")
AUTHORITIES = pd.DataFrame({"authority_code": ["A", "B"], "authority_name": ["Ashby", "Thorpe"]})
WHERE = sites(
    {"site_id": "s"},
    {"site_id": "t"},
    {"site_id": "i", "authority_code": "B", "site_kind": "independent_special",
     "establishment_type": "Other independent special school"},
)  # fmt: skip
POOLS = provision(
    {"provision_id": "s1", "roll": 112.0, "from_elsewhere": 3.0, "commissioned_places": 104.0},
    {"provision_id": "s2", "phase": "secondary", "roll": 103.0, "commissioned_places": 104.0},
    {"provision_id": "t1", "site_id": "t", "roll": 60.0},
    {"provision_id": "shut", "site_id": "t", "closes": 2026},
    {"provision_id": "i1", "site_id": "i", "provision_type": "independent_special",
     "planning_places": 40.0, "roll": 40.0},
)  # fmt: skip
ROWS = register(POOLS, WHERE, (2026, 2027), SupplyChoices())


def test_the_register_is_summed_by_authority_and_kind():
    """A: 300 places and 275 on roll, yet one school is 15 over (215 on 200); 15 of 300 is 5 %."""
    table = shown_supply(ROWS, AUTHORITIES, 2026, INTERNAL).frame

    assert table["sector"].tolist() == ["State", "Independent"]
    state = table.iloc[0]
    assert state[["authority_name", "provision_name_2026", "schools"]].tolist() == [
        "Ashby", "Special school", 2,
    ]  # fmt: skip
    told = ["planning_places", "places", "places_for_residents", "roll", "over_full_schools",
            "over", "over_share"]  # fmt: skip
    assert state[told].tolist() == pytest.approx([300, 300, 297, 275, 1, 15, 0.05])
    assert pd.isna(state["commissioned_places"])


def test_special_establishments_are_counted_apart_by_who_runs_them():
    """Only what has a type of special establishment counts; a primary school does not."""
    places = sites(
        {"site_id": "a", "establishment_type": "Community special school", "roll": 90.0},
        {"site_id": "b", "establishment_type": "Academy special converter", "roll": 60.0,
         "estimated": "capacity;roll"},
        {"site_id": "c", "establishment_type": "Special post 16 institution", "roll": None},
        {"site_id": "d", "establishment_type": "Community school", "roll": 200.0},
        {"site_id": "e", "authority_code": "B", "roll": 8.0,
         "establishment_type": "Non-maintained special school"},
    )  # fmt: skip

    table = shown_establishments(places, AUTHORITIES)

    columns = ["authority_name", "sector", "establishments", "without_roll", "roll_estimated"]
    assert table[columns].to_numpy().tolist() == [
        ["Ashby", "State", 2, 0, 1],
        ["Ashby", "Post-16 institution", 1, 1, 0],
        ["Thorpe", "Non-maintained", 1, 0, 0],
    ]


def test_small_counts_and_what_would_tell_them_are_withheld():
    """3 from elsewhere are withheld, and so are the places left for residents, 297."""
    shown = shown_supply(ROWS, AUTHORITIES, 2026, PUBLIC)

    state = shown.frame.iloc[0]
    assert state[["from_elsewhere", "places_for_residents"]].tolist() == [WITHHELD, WITHHELD]
    assert state[["places", "roll", "over", "over_share"]].tolist() == [300, 275, 15, 0.05]
    assert shown.withheld.withheld == 1


def test_nothing_beside_a_rounded_count_tells_it_exactly():
    """12 from elsewhere and 17 above 100 places are shown as 10 and 15: so 88 is 90, 17 % 15 %."""
    pools = provision({"provision_id": "s1", "planning_places": 100.0, "roll": 117.0,
                       "from_elsewhere": 12.0})  # fmt: skip
    rows = register(pools, WHERE, (2026,), SupplyChoices())

    state = shown_supply(rows, AUTHORITIES, 2026, PUBLIC).frame.iloc[0]
    inside = shown_supply(rows, AUTHORITIES, 2026, INTERNAL).frame.iloc[0]

    told = ["from_elsewhere", "places_for_residents", "over", "over_share"]
    assert state[told].tolist() == [10, 90, 15, 0.15]
    assert inside[told].tolist() == [12, 88, 17, 0.17]


def test_over_full_schools_are_listed_by_name():
    full = over_full(ROWS, 2026)

    table = shown_over_full(full, AUTHORITIES, PUBLIC).frame

    assert table[["authority_name", "site_name", "sector", "places", "roll", "over"]].iloc[
        0
    ].tolist() == ["Ashby", "s School", "State", 200, 215, 15]
    assert len(table) == 1


def test_exchange_names_both_ends_and_withholds_small_counts():
    matrix = pd.DataFrame(
        [("A", "A", "primary", 60.0), ("A", "B", "primary", 4.0), ("A", "B", "secondary", 5.0),
         ("B", "OUTSIDE", "primary", 3.0)],
        columns=["authority_code", "place_authority_code", "phase", "children"],
    )  # fmt: skip

    whole = shown_exchange(matrix, AUTHORITIES, PUBLIC).frame
    parted = shown_exchange(matrix, AUTHORITIES, PUBLIC, by=["phase"]).frame

    assert whole["children"].tolist() == [60, 10, WITHHELD]
    assert whole["place_authority_name"].tolist() == ["Ashby", "Thorpe", "Outside the region"]
    assert parted["children"].tolist() == [60, WITHHELD, 5, WITHHELD]
