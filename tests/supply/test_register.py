"""Places by year, numbers kept apart, who runs them, and who is over-full; by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.scenario import SupplyChoices
from placement_planner.supply import over_full, register
from tests.supply.schools import one_site, provision, sites

YEARS = (2027, 2028, 2029, 2030)
CHOICES = SupplyChoices()


def by_year(rows, column):
    ordered = rows.sort_values("academic_year").groupby("provision_id")[column]
    return {pool: values.tolist() for pool, values in ordered}


def test_pools_open_ramp_up_stand_for_a_while_and_close():
    pools = provision(
        {"provision_id": "stays"},
        {"provision_id": "opens", "opens": 2028, "ramp": "0.4;0.7"},
        {"provision_id": "closes", "closes": 2029},
        {"provision_id": "huts", "standing": "temporary", "opens": 2028, "closes": 2030},
    )

    rows = register(pools, one_site(), YEARS, CHOICES)

    assert by_year(rows, "places") == {
        "stays": [100, 100, 100, 100],
        "opens": [0, 40, 70, 100],
        "closes": [100, 100, 0, 0],
        "huts": [0, 100, 100, 0],
    }
    assert by_year(rows, "status") == {
        "stays": ["open"] * 4,
        "opens": ["pipeline", "opening", "opening", "open"],
        "closes": ["open", "open", "closed", "closed"],
        "huts": ["pipeline", "temporary", "temporary", "closed"],
    }


def test_temporary_places_may_count_for_nothing_and_are_still_listed():
    pools = provision(
        {"provision_id": "huts", "standing": "temporary", "closes": 2030}, {"provision_id": "stays"}
    )

    rows = register(pools, one_site(), (2029,), SupplyChoices(temporary=False))

    assert by_year(rows, "places") == {"huts": [0], "stays": [100]}
    assert by_year(rows, "places_for_residents") == {"huts": [0], "stays": [100]}
    assert by_year(rows, "share_open") == {"huts": [1], "stays": [1]}


@pytest.mark.parametrize(
    ("places", "expected"), [("planning", 100), ("commissioned", 110), ("physical", 100)]
)
def test_the_places_that_were_chosen_count_and_planning_ones_where_they_are_blank(places, expected):
    pools = provision({"provision_id": "p", "commissioned_places": 110.0})

    row = register(pools, one_site(), (2027,), SupplyChoices(places=places)).iloc[0]

    assert row["places"] == expected
    assert (row["planning_places"], row["commissioned_places"]) == (100, 110)
    assert pd.isna(row["physical_places"])


def test_children_from_elsewhere_are_taken_off_before_a_ramp_and_never_below_nothing():
    """(100 − 20) × 0.5 = 40 in the first year; 120 from elsewhere leave 0, not −20."""
    pools = provision(
        {"provision_id": "ramps", "from_elsewhere": 20.0, "opens": 2027, "ramp": "0.5"},
        {"provision_id": "taken", "from_elsewhere": 120.0, "roll": 120.0},
    )

    rows = register(pools, one_site(), (2027, 2028), CHOICES)

    assert by_year(rows, "places_for_residents") == {"ramps": [40, 80], "taken": [0, 0]}


def test_a_roll_above_the_places_is_shown_as_such():
    """112 on 100 places: 12 over, 12 %. A roll that is not known, or below, is not over."""
    pools = provision(
        {"provision_id": "full", "roll": 112.0, "closes": 2028},
        {"provision_id": "room", "roll": 60.0},
        {"provision_id": "unknown", "roll": None},
        {"provision_id": "new", "roll": 0.0, "planning_places": 0.0},
    )

    rows = register(pools, one_site(), (2027, 2028), CHOICES).set_index("provision_id")
    now = rows[rows["academic_year"] == 2027]

    assert now["over"].to_dict() == {"full": 12, "new": 0, "room": 0, "unknown": 0}
    assert now.loc["full", "over_share"] == pytest.approx(0.12)
    assert pd.isna(now.loc["new", "over_share"])
    assert rows.loc[rows["academic_year"] == 2028, "over"].eq(0).all()


def test_a_school_is_over_full_as_a_whole():
    """Pools of 112 and 95 on 100 each: 207 on 200, so 7 over, not 12."""
    pools = provision(
        {"provision_id": "a", "roll": 112.0},
        {"provision_id": "b", "roll": 95.0, "phase": "secondary"},
        {"provision_id": "base", "roll": 99.0, "provision_type": "sen_unit",
         "designation": "ci_base"},
    )  # fmt: skip

    full = over_full(register(pools, one_site(), (2027,), CHOICES), 2027)

    assert len(full) == 1
    assert full.loc[0, ["site_id", "provision_kind", "places", "roll", "over"]].tolist() == [
        "s", "special", 200, 207, 7,
    ]  # fmt: skip
    assert full["over_share"].tolist() == pytest.approx([0.035])


def test_schools_are_reported_apart_by_who_runs_them():
    where = sites(
        {"site_id": "state"},
        {"site_id": "nmss", "site_kind": "independent_special",
         "establishment_type": "Non-maintained special school"},
        {"site_id": "ind", "site_kind": "independent_special",
         "establishment_type": "Other independent special school"},
        {"site_id": "spi", "site_kind": "post_16",
         "establishment_type": "Special post 16 institution"},
        {"site_id": "college", "site_kind": "post_16", "establishment_type": "Further education"},
        {"site_id": "host", "site_kind": "mainstream", "establishment_type": "Community school"},
    )  # fmt: skip
    kinds = dict.fromkeys(where["site_id"], "independent_special") | {
        "state": "special_school", "college": "resourced_provision", "host": "sen_unit",
    }  # fmt: skip
    pools = provision(
        *({"provision_id": site, "site_id": site, "provision_type": kind}
          for site, kind in kinds.items())
    )  # fmt: skip

    rows = register(pools, where, (2027,), CHOICES).set_index("provision_id")

    assert rows["sector"].to_dict() == {
        "state": "state", "nmss": "non_maintained", "ind": "independent", "spi": "post_16",
        "college": "post_16", "host": "state",
    }  # fmt: skip
    assert rows.loc["host", ["provision_name", "provision_name_2026"]].tolist() == [
        "SEN unit", "Specialist base",
    ]  # fmt: skip
    assert rows.loc["state", ["low_age", "high_age"]].tolist() == [4, 19]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 300), st.floats(0, 300), st.floats(0, 1), st.integers(2025, 2032),
            st.integers(1, 5), st.sampled_from(["permanent", "temporary"]), st.booleans(),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_residents_never_have_more_than_the_places_less_children_from_elsewhere(drawn):
    pools = provision(
        *(
            {
                "provision_id": f"p{number}", "planning_places": places, "roll": roll,
                "from_elsewhere": roll * share, "opens": opens if has_opening else None,
                "closes": opens + stands, "standing": standing, "ramp": "0.25;0.5",
            }
            for number, (places, roll, share, opens, stands, standing, has_opening)
            in enumerate(drawn)
        )
    )  # fmt: skip

    rows = register(pools, one_site(), tuple(range(2025, 2035)), CHOICES)

    net = (rows["whole_places"] - rows["from_elsewhere"]).clip(lower=0) * rows["share_open"]
    assert rows["places_for_residents"].to_numpy() == pytest.approx(net.to_numpy())
    assert (rows["places"] <= rows["whole_places"] + 1e-9).all()
    assert len(rows) == 10 * len(drawn)
