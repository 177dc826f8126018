"""Policy scenarios side by side, as they may leave."""

import pandas as pd
import pytest

from placement_planner.figures.policies import MEASURES, SHARE, shown_policies
from placement_planner.privacy import WITHHELD
from placement_planner.scenario import PrivacyChoices

COLUMNS = ["scenario", "academic_year", "measure", "mean", "p5", "p95"]
ROWS = [
    ("white_paper", 2030, SHARE, 0.04715, 0.0441, 0.0509),
    ("white_paper", 2030, "plans", 103.0, 96.0, 111.0),
    ("trend", 2030, SHARE, 0.0612, 0.0581, 0.0648),
    ("trend", 2030, "plans", 3.0, 2.0, 6.0),
    ("trend", 2025, "plans", 90.0, 90.0, 90.0),
]


def shown(**choices):
    frame = pd.DataFrame(ROWS, columns=COLUMNS)
    return shown_policies(frame, PrivacyChoices(**choices))


def test_measures_and_scenarios_stand_in_order_and_have_names():
    frame = shown().frame

    assert list(zip(frame["measure"], frame["scenario"], frame["academic_year"], strict=True)) == [
        ("plans", "white_paper", 2030),
        ("plans", "trend", 2025),
        ("plans", "trend", 2030),
        (SHARE, "white_paper", 2030),
        (SHARE, "trend", 2030),
    ]
    assert frame["name"].iloc[0] == "White paper"
    assert frame["measure_name"].iloc[0] == MEASURES["plans"]


def test_counts_are_rounded_or_withheld_and_shares_with_them():
    """Three plans are withheld, their range too; so is the share that would tell them."""
    frame = shown().frame

    assert frame[["mean", "p5", "p95"]].to_numpy().tolist() == [
        [105, 95, 110],
        [90, 90, 90],
        [WITHHELD] * 3,
        [0.047, 0.044, 0.051],
        [WITHHELD] * 3,
    ]
    assert (shown().withheld.withheld, shown().withheld.cells) == (1, 3)


def test_internal_figures_stay_as_they_are():
    frame = shown(profile="internal").frame

    assert frame.loc[frame["measure"] == SHARE, "mean"].tolist() == [0.04715, 0.0612]


@pytest.mark.parametrize("measures", [["plans"], [SHARE]])
def test_one_measure_alone_is_enough(measures):
    rows = [row for row in ROWS if row[2] in measures]

    frame = shown_policies(pd.DataFrame(rows, columns=COLUMNS), PrivacyChoices()).frame

    assert set(frame["measure"]) == set(measures)
