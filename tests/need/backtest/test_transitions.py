"""The peer's own years, forecast from each January by the command's own way."""

from pathlib import Path

import pytest

from placement_planner.need.backtest.transitions import roll_transitions
from placement_planner.need.transitions.dynamics import RateChoices
from placement_planner.sources.four_tables import read_four_tables

PEER = Path(__file__).parents[3] / ".." / "shared" / "peers" / "witan"
PEERS_ERROR = 0.029
"""Mean of the peer's own six errors: 1.6, 4.8, 7.3; 0.3, 1.7; 1.4 %."""

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not PEER.is_dir(), reason=f"no files of the peer at {PEER}"),
]


@pytest.fixture(scope="module")
def totals():
    found = roll_transitions(
        read_four_tables(PEER), prior="pooled", choices=RateChoices(), draws=1000, seed=1
    )
    ours = found[(found["method"] == "placement_planner") & (found["scope"] == "total")]
    return ours.sort_values(["origin", "horizon"])


def test_the_targets_are_the_peers_own(totals):
    assert totals["steps"].tolist() == [1, 1, 1, 2, 2, 3]
    assert totals["actual"].tolist() == [1877, 2003, 2153, 2003, 2153, 2153]


def test_totals_are_missed_by_no_more_than_the_peer_misses_them(totals):
    missed = (totals["median"] / totals["actual"] - 1).abs().mean()

    assert missed <= PEERS_ERROR


def test_the_range_of_nine_in_ten_covers_five_of_six_so_that_of_nineteen_in_twenty_does(totals):
    inside = totals["actual"].between(totals["p5"], totals["p95"])

    assert inside.sum() >= 5
