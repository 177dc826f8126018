"""Series laid out beside the nation's, by hand."""

import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need.published.panel import growth_panel

COUNTS = pd.DataFrame(
    [("a", 2020, 100.0), ("a", 2021, 120.0), ("b", 2020, 300.0), ("b", 2021, 280.0)],
    columns=["code", "january", "children"],
)
REGIONS = pd.Series({"a": "R", "b": "R"})
PEOPLE = pd.Series({"a": 1000.0, "b": 1000.0})


A, B = np.log([1.2, 280 / 300])
NATION = (100 * (A - 0.1 * (A - B)) + 300 * (B + 0.1 * (A - B))) / 400
"""Growth of a and b weighed by 100 and 300, a tenth of the way between them drawn in."""


def test_deviations_are_growth_less_the_nations():
    """a grows by 1.2 and b by 280 / 300."""
    panel = growth_panel(COUNTS, REGIONS, PEOPLE, 2021)

    assert panel.growth == pytest.approx(NATION)
    assert panel.deviations[:, 0] == pytest.approx([A - NATION, B - NATION])
    assert panel.per_head[:, 1] == pytest.approx(np.log([120 / 200, 280 / 200]))


def test_a_break_in_one_authority_of_twenty_is_not_growth():
    """Nineteen grow by 1.1; the twentieth's records treble and count as the others do."""
    rows = [(f"{place:02d}", 2020, 100.0) for place in range(20)]
    rows += [(f"{place:02d}", 2021, 110.0 if place else 300.0) for place in range(20)]
    counts = pd.DataFrame(rows, columns=["code", "january", "children"])

    panel = growth_panel(counts, REGIONS, PEOPLE, 2021)

    assert panel.growth == pytest.approx(np.log(1.1))


def test_what_comes_after_the_origin_is_not_seen():
    later = pd.concat([COUNTS, pd.DataFrame({"code": ["a"], "january": [2022], "children": [9e9]})])

    known, all_of_it = (growth_panel(rows, REGIONS, PEOPLE, 2021) for rows in (COUNTS, later))

    assert np.array_equal(known.plans, all_of_it.plans)
    assert np.array_equal(known.nation, all_of_it.nation)


def test_an_authority_that_begins_does_not_make_the_nation_grow():
    new = pd.concat([COUNTS, pd.DataFrame({"code": ["c"], "january": [2021], "children": [500.0]})])

    panel = growth_panel(new, REGIONS, PEOPLE, 2021)

    assert panel.growth == pytest.approx(NATION)
    assert np.isnan(panel.deviations[2, 0])


def test_a_nation_that_is_given_is_extended_by_its_last_growth():
    """England 1,000 and 1,100 in 2019 and 2020: 1,210 in 2021."""
    england = pd.Series({2019: 1000.0, 2020: 1100.0})

    panel = growth_panel(COUNTS, REGIONS, PEOPLE, 2021, nation=(england, 10_000.0))

    assert panel.nation == pytest.approx([1100.0, 1210.0])
    assert panel.per_head[0, 1] == pytest.approx(np.log(0.12 / 0.121))


def test_one_january_is_enough_only_beside_a_nation():
    one = COUNTS[COUNTS["january"] == 2021]
    england = pd.Series({2020: 1000.0, 2021: 1100.0})

    panel = growth_panel(one, REGIONS, PEOPLE, 2021, nation=(england, 10_000.0))

    assert panel.growth == pytest.approx(np.log(1.1))
    assert np.isnan(panel.deviations).all()
    with pytest.raises(
        DataError, match=r"two Januaries that follow each other; there are \[2021\]"
    ):
        growth_panel(one, REGIONS, PEOPLE, 2021)
