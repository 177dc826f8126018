"""Need of an authority against the places that lie in it, by hand."""

import pytest

from placement_planner.gap import gap_by_residence
from tests.gap.region import need, pools, suits


def by_group(gap, column):
    return gap.set_index(["authority_code", "need_group"])[column].to_dict()


def test_places_count_where_they_lie_and_no_surplus_makes_up_for_another():
    """A: 10 + 2 children, 8 places: 4 short. B: 5 children, 9 places: 4 over; none is unmet."""
    wanted = need([("a1", "A", "asd_special", 10), ("a2", "A", "asd_special", 2),
                   ("b1", "B", "asd_special", 5)])  # fmt: skip
    there = pools([("p", "s", "A", "asd_special", 8), ("q", "t", "B", "asd_special", 9)])

    gap = gap_by_residence(wanted, there, suits())

    assert by_group(gap, "gap") == {("A", "asd_special"): 4, ("B", "asd_special"): -4}
    assert gap["unmet"].tolist() == [4, 0]
    assert gap["area_code"].tolist() == ["A", "B"]


def test_a_place_that_suits_two_groups_is_shared_by_need_and_counted_once():
    """12 places suit 6 autistic children and 3 with learning difficulties: 8 and 4 places."""
    wanted = need([("a1", "A", "asd_special", 6), ("a1", "A", "sld_mld_special", 3)])
    there = pools([("p", "s", "A", "sld_mld_special", 12)])

    gap = gap_by_residence(wanted, there, suits(("asd_special", "sld_mld_special")))

    assert by_group(gap, "supply") == {
        ("A", "asd_special"): pytest.approx(8),
        ("A", "sld_mld_special"): pytest.approx(4),
    }


def test_places_that_nobody_needs_stay_with_their_own_group():
    wanted = need([("a1", "A", "asd_special", 6)])
    there = pools([("p", "s", "A", "sld_mld_special", 12)])

    gap = gap_by_residence(wanted, there, suits())

    assert by_group(gap, "gap")["A", "sld_mld_special"] == -12


def test_places_outside_the_region_are_no_authoritys():
    wanted = need([("a1", "A", "asd_special", 6)])
    there = pools([("p", "s", "OUTSIDE", "asd_special", 12)])

    assert gap_by_residence(wanted, there, suits())["supply"].sum() == 0
