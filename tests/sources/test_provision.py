from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement_planner.sources.bases import build_bases
from placement_planner.sources.choices import ProvisionRules
from placement_planner.sources.provision import build_special_schools
from placement_planner.sources.sharing import share_out, whole_places
from placement_planner.sources.specialist import count_specialist_children

RULES = ProvisionRules()


def _school(site_id: str, **changes: object) -> dict[str, object]:
    return {
        "site_id": site_id, "site_name": "A School", "authority_code": "A", "role": "state_special",
        "site_kind": "state_special", "phase": "not_applicable", "low_age": np.nan,
        "high_age": np.nan, "capacity": np.nan, "roll": np.nan, "need_types": "",
        "resourced_places": np.nan, "unit_places": np.nan, **changes,
    }  # fmt: skip


def _children(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    columns = ["setting", "specialism", "need_group", "phase", "children"]
    return pd.DataFrame(rows, columns=columns).assign(authority_code="A")


SPECIAL = _children(
    ("state_special", "special", "asd_special", "primary", 60.0),
    ("state_special", "special", "asd_special", "secondary", 40.0),
    ("state_special", "special", "pmld_special", "primary", 20.0),
)


def test_a_roll_stands_for_places_and_the_rest_of_the_children_fill_schools_without_one():
    """120 children; one school has 80 on roll, so two without a roll share 40."""
    schools = pd.DataFrame([_school("1", roll=80.0), _school("2", roll=0.0), _school("3")])

    pools, _ = build_special_schools(schools, SPECIAL, RULES)

    assert pools.groupby("site_id")["planning_places"].sum().tolist() == [80, 20, 20]


def test_where_no_child_is_left_a_school_without_a_roll_is_the_median_one():
    schools = pd.DataFrame([_school("1", roll=100.0), _school("2", roll=50.0), _school("3")])

    pools, _ = build_special_schools(schools, SPECIAL, RULES)

    assert pools.groupby("site_id")["planning_places"].sum()["3"] == 75


@pytest.mark.parametrize(
    ("changes", "phases"),
    [
        ({"site_name": "Oak Primary School"}, {"primary"}),
        ({"site_name": "Oak High School"}, {"secondary"}),
        ({"site_name": "Highfield School"}, {"primary", "secondary"}),
        ({"low_age": 11.0, "high_age": 16.0}, {"secondary"}),
        ({"site_name": "Oak Primary School", "low_age": 4.0, "high_age": 19.0},
         {"primary", "secondary"}),
    ],
)  # fmt: skip
def test_phases_follow_ages_then_the_name_then_the_caseload(changes, phases):
    pools, _ = build_special_schools(
        pd.DataFrame([_school("1", roll=100.0, **changes)]), SPECIAL, RULES
    )

    assert set(pools["phase"]) == phases


def test_needs_a_school_is_approved_for_go_before_the_caseload():
    school = _school("1", roll=90.0, need_types="PMLD;PD")

    pools, _ = build_special_schools(pd.DataFrame([school]), SPECIAL, RULES)

    assert set(pools["designation"]) == {"pmld_special"}


def test_hospital_schools_hold_no_places_and_are_named():
    schools = pd.DataFrame(
        [_school("1", roll=50.0), _school("2", site_name="Town Hospital School")]
    )

    pools, notes = build_special_schools(schools, SPECIAL, RULES)

    assert set(pools["site_id"]) == {"1"}
    assert "Town Hospital School" in notes[1]


def test_independent_schools_are_pools_of_their_own_kind():
    schools = pd.DataFrame(
        [_school("1", roll=50.0), _school("2", roll=30.0, role="independent_special")]
    )
    children = pd.concat(
        [SPECIAL, _children(("independent_special", "special", "semh_special", "secondary", 9.0))]
    )

    pools, _ = build_special_schools(schools, children, RULES)

    independent = pools[pools["provision_type"].eq("independent_special")]
    assert independent[["designation", "phase", "planning_places"]].to_numpy().tolist() == [
        ["semh_special", "secondary", 30.0]
    ]


def _bases(*schools: dict[str, object], children: pd.DataFrame):
    table = pd.DataFrame(schools)
    return build_bases(table, table, children, RULES)


HOST = {"role": "host", "site_kind": "mainstream", "phase": "primary"}


def test_bases_hold_the_children_in_whole_classes_on_the_largest_schools():
    """9 children need two classes of 8; 3 of another need join them: 12 in 16 places."""
    children = _children(
        ("resourced_provision", "base", "ci_base", "primary", 9.0),
        ("sen_unit", "base", "semh_base", "primary", 3.0),
    )

    pools, _ = _bases(
        _school("1", roll=200.0, **HOST), _school("2", roll=300.0, **HOST), children=children
    )

    assert pools[
        ["site_id", "provision_type", "designation", "roll", "planning_places"]
    ].to_numpy().tolist() == [["2", "resourced_provision", "ci_base", 12.0, 16.0]]


def test_every_base_has_its_own_host():
    children = _children(
        ("sen_unit", "base", "ci_base", "primary", 9.0),
        ("sen_unit", "base", "semh_base", "primary", 8.0),
    )

    pools, _ = _bases(
        _school("1", roll=200.0, **HOST), _school("2", roll=300.0, **HOST), children=children
    )

    assert pools["site_id"].tolist() == ["2", "1"]
    assert pools["provision_type"].unique().tolist() == ["sen_unit"]


def test_published_capacities_of_bases_go_before_the_estimate():
    school = _school("1", roll=200.0, resourced_places=12.0, need_types="ASD", **HOST)

    pools, notes = _bases(
        school, children=_children(("resourced_provision", "base", "semh_base", "primary", 30.0))
    )

    assert pools[["designation", "planning_places"]].to_numpy().tolist() == [["ci_base", 12.0]]
    assert "follow the capacities" in notes[0]


def test_a_region_without_children_in_bases_has_none():
    pools, notes = _bases(_school("1", roll=200.0, **HOST), children=SPECIAL)

    assert pools.empty
    assert notes == ("No child is counted in a base: no base is written.",)


def test_specialist_children_are_counted_by_group_and_phase_of_places():
    """Age 20 is past the last phase of places and left out; early years count as primary."""
    caseload = pd.DataFrame(
        [
            ("A", 2026, -1, "ASD", "state_special", 4.0),
            ("A", 2026, 0, "ASD", "state_special", 6.0),
            ("A", 2026, 16, "ASD", "state_special", 5.0),
            ("A", 2026, 7, "ASD", "mainstream", 9.0),
            ("A", 2025, 0, "ASD", "state_special", 7.0),
        ],
        columns=["authority_code", "january", "ncy", "need_type", "setting", "children"],
    )

    counted = count_specialist_children(caseload, 2026)

    assert counted[["need_group", "phase", "children"]].to_numpy().tolist() == [
        ["asd_special", "primary", 10.0]
    ]


@given(
    places=st.lists(st.integers(1, 300), min_size=1, max_size=6),
    target=st.lists(st.floats(0, 500), min_size=12, max_size=12),
)
def test_no_place_is_lost_or_made_when_places_are_shared_out(places, target):
    cells = [np.ones((3, 4), dtype=bool)] * len(places)

    shared = share_out(
        places, cells, np.reshape(target, (3, 4)), groups_per_school=2, smallest_pool=4
    )

    assert [pools.sum() for pools in shared] == places
    assert all((pools.sum(axis=0) > 0).sum() <= 2 for pools in shared)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=9))
def test_whole_places_are_less_than_one_away_from_the_exact_ones(exact):
    rounded = whole_places(np.array(exact))

    assert rounded.sum() == pytest.approx(sum(exact), abs=0.5 + 1e-6)
    assert (abs(rounded - exact) <= 1).all()
