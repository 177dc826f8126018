"""From small areas to the siting level: by hand, and that nobody is averaged away."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.tables.stages import Travel
from placement_planner.travel import siting_units, to_level

NESTED = pd.DataFrame({"area_code": ["a", "b", "c", "isle"], "middle_code": ["M", "M", "N", "M"]})


def travel_of(*rows):
    frame = pd.DataFrame(rows, columns=["area_code", "site_id", "minutes", "distance_km"])
    return Travel.validate(frame.astype({"area_code": "str", "site_id": "str"}))


def test_a_larger_areas_drive_is_the_mean_over_its_children():
    """30 children 4 minutes off and 10 children 12 minutes off: (30·4 + 10·12) / 40 = 6."""
    drives = travel_of(("a", "s", 4.0, 2.0), ("b", "s", 12.0, 10.0))
    units = siting_units(NESTED, "middle", ["isle"])

    told = to_level(drives, units, pd.Series({"a": 30.0, "b": 10.0}))

    assert told.to_numpy().tolist() == [["M", "s", 6.0, 4.0]]


def test_a_site_that_one_small_area_cannot_reach_is_out_of_reach_for_all_of_them():
    drives = travel_of(("a", "s", 4.0, 2.0), ("b", "s", 12.0, 10.0), ("a", "t", 4.0, 2.0))
    units = siting_units(NESTED, "middle", ["isle"])

    told = to_level(drives, units, pd.Series({"a": 30.0, "b": 10.0}))

    assert told["site_id"].tolist() == ["s"]


def test_a_stranded_area_is_a_unit_of_its_own():
    units = siting_units(NESTED, "middle", ["isle"])

    assert units.to_dict() == {"a": "M", "b": "M", "c": "N", "isle": "isle"}


def test_a_stranded_area_that_is_not_told_apart_is_not_averaged_away_either():
    """Without a unit of its own the island takes its neighbours' journeys with it: loud."""
    drives = travel_of(("a", "s", 4.0, 2.0), ("b", "s", 12.0, 10.0), ("c", "s", 5.0, 5.0))

    told = to_level(drives, siting_units(NESTED, "middle"), pd.Series(dtype=float))

    assert told["area_code"].tolist() == ["N"]


def test_at_the_level_of_small_areas_nothing_changes():
    drives = travel_of(("a", "s", 4.0, 2.0), ("b", "s", 12.0, 10.0), ("c", "t", 1.0, 1.0))
    units = siting_units(NESTED, "area", ["isle"])

    pd.testing.assert_frame_equal(to_level(drives, units, pd.Series({"a": 3.0})), drives)


def test_areas_without_children_count_as_nobody_unless_all_are():
    """Nobody lives in b: M's drive is a's. Nobody lives in M at all: the plain mean, 8."""
    drives = travel_of(("a", "s", 4.0, 2.0), ("b", "s", 12.0, 10.0))
    units = siting_units(NESTED, "middle", ["isle", "c"])

    some, nobody = (
        to_level(drives, units, people)["minutes"].item()
        for people in (pd.Series({"a": 5.0, "b": 0.0}), pd.Series(dtype=float))
    )

    assert some == pytest.approx(4, abs=1e-6)
    assert nobody == pytest.approx(8)


def test_without_drives_there_are_no_units_in_reach():
    units = siting_units(NESTED, "middle")

    assert to_level(travel_of(), units, pd.Series({"a": 1.0})).empty


@settings(max_examples=40, deadline=None)
@given(
    minutes=st.lists(st.one_of(st.none(), st.floats(0, 90)), min_size=12, max_size=12),
    people=st.lists(st.integers(1, 50), min_size=6, max_size=6),
    unit=st.lists(st.sampled_from("XYZ"), min_size=6, max_size=6),
)
def test_means_agree_with_a_plain_loop(minutes, people, unit):
    """Six small areas, two sites, three units: every pair that all of a unit reach."""
    codes = [f"a{n}" for n in range(6)]
    reach = {(codes[n // 2], "st"[n % 2]): m for n, m in enumerate(minutes) if m is not None}
    drives = travel_of(*[(*pair, m, 2 * m) for pair, m in reach.items()])
    units = pd.Series(unit, index=codes)

    told = to_level(drives, units, pd.Series(dict(zip(codes, people, strict=True)), dtype=float))

    wanted = {}
    for name in set(unit):
        members = [n for n in range(6) if unit[n] == name]
        for site in "st":
            if all((codes[n], site) in reach for n in members):
                total = sum(people[n] * reach[codes[n], site] for n in members)
                wanted[name, site] = total / sum(people[n] for n in members)
    got = told.set_index(["area_code", "site_id"])["minutes"].to_dict()
    assert got == pytest.approx(wanted)
    assert (told["distance_km"] - 2 * told["minutes"]).abs().max() < 1e-9 or told.empty
