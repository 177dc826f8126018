"""Tables released together: by hand, what is shown, at which level, and with how many digits."""

import numpy as np
import pandas as pd
import pytest

from placement_planner.privacy import (
    WITHHELD,
    Partition,
    Published,
    release,
    rounded_as_children,
)
from placement_planner.scenario import PrivacyChoices

PUBLIC = PrivacyChoices()
EXACT = PrivacyChoices(rounding=1)
AREAS = {
    "place": [
        Partition("all", ("A", "B")),
        Partition("A", ("a1", "a2")),
        Partition("B", ("b1", "b2")),
    ]
}


def table(children, title="Need", quantity="need", **about):
    frame = pd.DataFrame({"place": list(children), "children": list(map(float, children.values()))})
    levels = {"": frame}
    return Published(
        title=title,
        by_level=levels,
        keys={"place": "place"},
        counts={"children": quantity},
        **about,
    )


def shown(released):
    return dict(zip(released.frame["place"], released.frame["children"], strict=True))


def test_what_one_table_shows_may_not_give_another_away():
    """B and its b1 are in different tables: 20 - 17 = 3, so one of them goes, the smaller."""
    tables = {
        "areas": table({"a1": 30, "a2": 20, "b1": 17, "b2": 3}),
        "authorities": table({"A": 50, "B": 20, "all": 70}),
    }

    found = release(tables, AREAS, EXACT)

    assert shown(found["areas"]) == {"a1": 30, "a2": 20, "b1": WITHHELD, "b2": WITHHELD}
    assert shown(found["authorities"]) == {"A": 50, "B": 20, "all": 70}


def test_the_same_cell_is_withheld_in_every_table():
    """3 + 17 + 50 = 70: A is withheld beside B and its part, wherever it stands."""
    tables = {
        "one": table({"A": 50, "B": 3, "all": 53}),
        "other": table({"A": 50, "B": 3}, title="Again"),
    }

    found = release(tables, {"place": AREAS["place"][:1]}, EXACT)

    assert {name: shown(each)["A"] for name, each in found.items()} == dict.fromkeys(
        tables, WITHHELD
    )


def test_years_and_quantities_are_never_added():
    frame = pd.DataFrame(
        {"place": ["A", "B", "all"] * 2, "year": [1, 1, 1, 2, 2, 2],
         "children": [50.0, 3, 53, 40, 30, 70]}
    )  # fmt: skip
    two = Published(
        title="Need",
        by_level={"": frame},
        keys={"place": "place", "year": "year"},
        counts={"children": "need"},
    )
    other = table({"A": 50, "B": 30, "all": 80}, quantity="places")

    found = release({"two": two, "other": other}, {"place": AREAS["place"][:1]}, EXACT)

    assert found["two"].frame["children"].tolist() == [WITHHELD, WITHHELD, 53, 40, 30, 70]
    assert WITHHELD not in shown(found["other"]).values()


def test_the_finest_level_at_which_four_in_five_can_be_shown_is_taken():
    """Of five areas one is small: 80 %. But alone it could be told, so another goes: 60 %."""
    fine = pd.DataFrame({"place": [f"x{n}" for n in range(5)], "children": [3.0, 20, 20, 20, 20]})
    coarse = pd.DataFrame({"place": ["all"], "children": [83.0]})
    sums = {"place": [Partition("all", tuple(fine["place"]))]}
    layer = Published(
        title="Need",
        by_level={"fine": fine, "coarse": coarse},
        keys={"place": "place"},
        counts={"children": "need"},
    )

    alone = release({"layer": layer}, sums, EXACT)["layer"]
    beside = release({"layer": layer, "all": table({"all": 83})}, sums, EXACT)["layer"]

    assert (alone.level, alone.withheld.withheld, alone.withheld.cells) == ("fine", 1, 5)
    assert (beside.level, beside.withheld.withheld) == ("coarse", 0)


def test_figures_worked_out_go_with_the_count_and_are_as_rough():
    """Five of 103 children cost £24,272: steps of £20,000; of minutes 5 × 31 / 103 = 1.5: of 1."""
    frame = pd.DataFrame(
        {"place": ["A", "B"], "children": [103.0, 3], "gbp": [512_345.0, 9_999],
         "minutes": [31.4, 20.0]}
    )  # fmt: skip
    exact = Published(
        title="Journeys",
        by_level={"": frame},
        keys={"place": "place"},
        counts={"children": "need"},
        derived={"gbp": "children", "minutes": "children"},
    )

    found = release({"": exact}, {}, PUBLIC)[""].frame

    assert found.loc[0, ["children", "gbp", "minutes"]].tolist() == [105, 520_000, 31]
    assert found.loc[1, ["children", "gbp", "minutes"]].tolist() == [WITHHELD] * 3


def test_shares_and_rates_of_few_are_withheld():
    """0.04 of 100 are 4, 0.98 leave 2; 19 are fewer than 20; 0.5 of 100 and a rate of 20 may go."""
    frame = pd.DataFrame(
        {"place": list("ABCDE"), "children": [100.0, 100, 100, 19, 20],
         "share": [0.5, 0.04, 0.98, 0.5, 0.5], "rate": [7.0] * 5}
    )  # fmt: skip
    exact = Published(
        title="Rates",
        by_level={"": frame},
        keys={"place": "place"},
        counts={"children": "need"},
        shares={"share": "children"},
        rates={"rate": "children"},
    )

    found = release({"": exact}, {}, PUBLIC)[""].frame

    assert found["share"].tolist() == [0.5, WITHHELD, WITHHELD, WITHHELD, 0.5]
    assert found["rate"].tolist() == [7, 7, 7, WITHHELD, 7]


def test_percentiles_go_with_their_mean_and_small_ones_by_themselves():
    frame = pd.DataFrame(
        {"place": ["A", "B"], "children": [12.0, 4], "p5": [2.0, 1], "median": [12.0, 6]}
    )
    exact = Published(
        title="Need",
        by_level={"": frame},
        keys={"place": "place"},
        counts={"children": "need"},
        beside=["p5", "median"],
    )

    found = release({"": exact}, {}, PUBLIC)[""].frame

    assert found.loc[0, ["children", "p5", "median"]].tolist() == [10, WITHHELD, 10]
    assert found.loc[1, ["children", "p5", "median"]].tolist() == [WITHHELD] * 3


def test_the_internal_profile_shows_every_figure_at_the_finest_level():
    layer = table({"A": 3, "B": 20, "all": 23})

    found = release({"": layer}, AREAS, PrivacyChoices(profile="internal"))[""]

    pd.testing.assert_frame_equal(found.frame, layer.frame)
    assert found.withheld.withheld == 0


@pytest.mark.parametrize(
    ("figure", "children", "shown_as"),
    [(1_234_567, 30, 1_200_000), (9_999, 5, 10_000), (31.4, 6900, 31.4), (0, 12, 0), (7, 0, 7)],
)
def test_a_figure_is_rounded_to_what_five_of_the_children_stand_for(figure, children, shown_as):
    """£205,761 of 30: steps of £200,000; £9,999 of five: of £5,000; 0.023 minutes: of 0.02."""
    found = rounded_as_children(np.array([float(figure)]), np.array([float(children)]), 5)

    assert found[0] == pytest.approx(shown_as)
