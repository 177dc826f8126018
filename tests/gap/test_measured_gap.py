"""From a study to the gap: the plannable study, by hand, and what may be told of it."""

import pytest

from placement_planner.reports.gap import gap_lines
from tests.gap.measured import YEAR, balance
from tests.small_study import EASTHAM, WESTBY


def in_year(way):
    gap = balance().tables.gap
    return gap[(gap["way"] == way) & (gap["academic_year"] == YEAR)]


def test_by_residence_places_beyond_the_border_do_not_count():
    """Westby: 28 − 15 for bases, 28 special; Eastham: 28, 26 − 13."""
    rows = in_year("residence").set_index(["authority_code", "need_group"])

    assert rows["unmet"].to_dict() == pytest.approx(
        {
            (WESTBY, "ci_base"): 13, (WESTBY, "asd_special"): 28,
            (EASTHAM, "ci_base"): 28, (EASTHAM, "asd_special"): 13,
        }
    )  # fmt: skip


def test_in_reach_both_authorities_share_the_places_of_the_region():
    """15 places for 56 children, 13 for 54: 3.75 a group of 14, and 13 × 28 / 54 for Westby."""
    rows = in_year("accessible").set_index(["authority_code", "need_group"])

    assert rows["supply"].to_dict() == pytest.approx(
        {
            (WESTBY, "ci_base"): 7.5, (EASTHAM, "ci_base"): 7.5,
            (WESTBY, "asd_special"): 13 * 28 / 54, (EASTHAM, "asd_special"): 13 * 26 / 54,
        }
    )  # fmt: skip
    assert set(balance().tables.accessible.idle["pool_id"]) == {"N1-asd"}
    assert any("N1-asd" in note for note in balance().notes)


def test_at_best_every_place_is_held_even_beyond_the_border():
    """15 + 13 + 4 places for 110 children: 78 are left, whoever they are; none stays empty."""
    rows = in_year("assignment")

    assert rows["unmet"].sum() == pytest.approx(110 - 32)
    by_group = rows.groupby("need_group")["supply"].sum()
    assert by_group.to_dict() == pytest.approx({"ci_base": 15, "asd_special": 17})
    assert balance().tables.empty["empty"].to_numpy() == pytest.approx(0, abs=1e-6)


def test_at_best_children_cross_borders_as_their_places_lie():
    exchange = balance().tables.exchange
    rows = exchange[exchange["academic_year"] == YEAR]

    placed = rows.groupby("place_authority_code")["children"].sum()
    assert placed.to_dict() == pytest.approx({WESTBY: 15, EASTHAM: 13, "OUTSIDE": 4})


def test_children_outside_the_region_stand_beside_the_need():
    """Two of Eastham's are outside and stay there; need is 56 + 54 without them.

    One of Westby's is outside, as the study states from 2027; need does not follow that.
    """
    rows = balance().tables.components
    away = rows[(rows["component"] == "out_of_area") & (rows["academic_year"] == YEAR)]
    told = away.set_index("authority_code")

    assert told["children"].to_dict() == {EASTHAM: 2, WESTBY: 1}
    assert told["in_need"].to_dict() == {EASTHAM: "no", WESTBY: "partly"}
    assert in_year("residence")["need"].sum() == pytest.approx(110)


def test_the_summary_tells_the_three_ways_rounded():
    """110 children, 28 places in the region, 82 without here and in reach, 78 at best: 80."""
    told = "\n".join(gap_lines(balance()))

    assert "need and places in 2029/30" in told
    for words, figure in (
        ("Children who need a place", "110"),
        ("Places in the authority", "28"),
        ("Without a place, authority by authority", "80"),
        ("Without a place at best", "80"),
    ):
        (line,) = [line for line in told.splitlines() if line.strip().startswith(words)]
        assert line.split()[-1] == figure
