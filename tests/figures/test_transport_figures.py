"""Transport as it may leave: journeys of few are withheld, curves say what the table says."""

import numpy as np
import pandas as pd
import pytest

from placement_planner.charts.transport import cost_curve_chart, ride_curve_chart
from placement_planner.codes import code_table
from placement_planner.figures.transport import (
    JOURNEY_NAMES,
    shown_curve,
    shown_detours,
    shown_factors,
    shown_journeys,
)
from placement_planner.privacy import WITHHELD
from placement_planner.scenario import PrivacyChoices, TravelChoices

AUTHORITIES = pd.DataFrame({"authority_code": ["A", "B"], "authority_name": ["Aldwick", "Barrow"]})
MEASURES = ["mean_ride_minutes", "gbp"]
PER_KM = {"primary": 2.5, "secondary": 2.0, "post_16": np.nan}


def report():
    return pd.DataFrame(
        {
            "authority_code": ["all", "A", "B", "all"],
            "need_group": ["all", "all", "all", "ci_base"],
            "children": [104.0, 102.0, 2.0, 104.0],
            "mean_ride_minutes": [30.0, 29.5, 55.5, 30.0],
            "gbp": [800_000.0, 780_000.0, 20_000.0, 800_000.0],
        }
    )


def curve():
    """Bases cost £2.50 and £2 a km everywhere; one special group £1 more; others as bases."""
    return pd.DataFrame(
        {
            "authority_code": code,
            "need_group": group,
            "phase": phase,
            "distance_km": float(km),
            "minutes": 1.5 * km,
            "ride_minutes": 5 + 2.0 * km,
            "transported": 0.5,
            "gbp": 100.0 * km,
            "gbp_transported": 200.0 * km,
            "gbp_per_child_km": per_km + (group == "pmld_special") + (code == "B"),
        }
        for code in ("B", "A")
        for group in code_table("need_groups")["need_group"]
        for phase, per_km in PER_KM.items()
        for km in (0, 5, 10, 20)
    )


def test_journeys_of_few_are_withheld_with_all_that_tells_of_them():
    shown = shown_journeys(report(), AUTHORITIES, PrivacyChoices())

    few = shown.frame.iloc[2]
    assert few[["children", *MEASURES]].tolist() == [WITHHELD] * 3
    assert shown.frame["authority_name"].tolist() == ["All", "Aldwick", "Barrow", "All"]
    assert shown.frame["name"].iloc[3] == "Communication and interaction base"
    assert shown.frame["gbp"].iloc[0] == 800_000
    assert shown.withheld.withheld == 1


def test_what_is_measured_has_no_more_digits_than_the_count_allows():
    """£783,412 of 102 children, 7,680.5 each, would tell the 102 that 100 hides."""
    exact = report().assign(mean_ride_minutes=29.4678, gbp=783_412.0)

    shown = shown_journeys(exact, AUTHORITIES, PrivacyChoices()).frame
    inside = shown_journeys(exact, AUTHORITIES, PrivacyChoices(profile="internal")).frame

    assert shown.loc[1, ["children", *MEASURES]].tolist() == [100, 29, 780_000]
    assert inside.loc[1, ["children", *MEASURES]].tolist() == [102, 29.4678, 783_412]
    assert set(exact.columns) - {"authority_code", "need_group"} <= set(JOURNEY_NAMES)


def test_detours_between_authorities_are_those_of_the_middle_pair():
    """A's home to the school of A, 3 km off: 3.6 km driven, 1.2; to B's, 4 km over water: 20 km, 5.

    B's home stands where A's does; its own drives take twice as far. Sites at home are left out.
    """
    areas = pd.DataFrame({"area_code": ["a", "b"], "easting": 0.0, "northing": 0.0,
                          "authority_code": ["A", "B"]})  # fmt: skip
    sites = pd.DataFrame(
        {
            "site_id": ["s", "t", "home"],
            "easting": [3000.0, 0.0, 0.0],
            "northing": [0.0, 4000.0, 0.0],
            "authority_code": ["A", "B", "B"],
        }
    )
    drives = pd.DataFrame(
        [("a", "s", 3.6), ("a", "t", 20.0), ("b", "s", 7.2), ("b", "t", 40.0), ("a", "home", 9.0)],
        columns=["area_code", "site_id", "distance_km"],
    )

    told = shown_detours(drives, areas, sites, AUTHORITIES)

    assert told.loc["Aldwick"].to_dict() == {"Aldwick": 1.2, "Barrow": 5.0}
    assert told.loc["Barrow"].to_dict() == {"Aldwick": 2.4, "Barrow": 10.0}


def test_inside_the_authority_journeys_of_few_are_seen():
    shown = shown_journeys(report(), AUTHORITIES, PrivacyChoices(profile="internal"))

    assert shown.frame["children"].tolist() == [104, 102, 2, 104]


def test_need_groups_that_travel_alike_stand_together():
    table = shown_curve(curve())

    names = list(dict.fromkeys(table["name"]))
    assert len(names) == 2
    assert names[1] == "Profound and complex needs special"
    assert names[0].startswith("Communication and interaction base; ")
    assert len(table) == 2 * 3 * 4
    assert table["gbp_per_child_km"].max() == 3.5  # of A, the first authority, not of B


def test_all_bases_are_named_as_such():
    rows = curve()
    special = rows["need_group"].str.endswith("special")
    rows.loc[special, "ride_minutes"] += 1

    names = list(dict.fromkeys(shown_curve(rows, "B")["name"]))

    assert names[0] == "All bases"
    assert names[-1] == "Profound and complex needs special"


def test_phases_follow_each_other_as_children_grow():
    table = shown_curve(curve())

    assert list(dict.fromkeys(table["phase_name"])) == ["Primary", "Secondary", "Post-16"]
    assert (table.groupby(["name", "phase"])["distance_km"].diff().dropna() > 0).all()


def test_factors_are_told_in_words():
    factors = pd.DataFrame(
        {
            "authority_code": ["A", "B"],
            "calibrated_to": ["authority_totals", "national"],
            "gbp_aim": [7500.0, 8116.0],
            "basis": ["observed", "published"],
            "gbp_before": [7500.0, 6834.76],
            "minutes": [17.0, 14.55],
            "distance_km": [10.2, 9.7],
            "factor": [1.0, 1.18746],
        }
    )

    shown = shown_factors(factors, AUTHORITIES)

    assert shown["Authority"].tolist() == ["Aldwick", "Barrow"]
    assert shown["Calibrated to"].tolist() == ["the authority's own total", "England's mean"]
    assert shown["Factor"].tolist() == [1.0, 1.187]


def test_the_cost_chart_draws_the_table_and_says_it_in_words():
    table = shown_curve(curve())
    chart = cost_curve_chart(table)

    panels = chart.figure.axes
    lines = panels[1].get_lines()
    assert len(panels) == 2
    assert [line.get_ydata().tolist() for line in lines[:2]] == [[3.5] * 4, [3.0] * 4]
    assert lines[0].get_xdata().tolist() == [0, 5, 10, 20]
    assert "At 10 km: primary £3.50, secondary £3.00, post-16 none" in chart.description
    assert panels[0].get_ylim() == panels[1].get_ylim()


def test_the_ride_chart_shows_direct_drive_and_guide_times():
    chart = ride_curve_chart(shown_curve(curve()), TravelChoices(soft_minutes_primary=40))

    lines = chart.figure.axes[0].get_lines()
    assert lines[0].get_ydata().tolist() == [5, 15, 25, 45]
    assert lines[3].get_ydata().tolist() == [0, 7.5, 15, 30]
    assert [line.get_ydata()[0] for line in lines[4:]] == [40, 75]
    assert "40 and 75 minutes" in chart.description
    assert chart.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "chart", [cost_curve_chart, lambda rows: ride_curve_chart(rows, TravelChoices())]
)
def test_words_fit_under_their_panels(chart):
    """No text of a panel runs into the panel to its right or out of the picture."""
    rows = curve().assign(ride_minutes=lambda told: 100 + told["distance_km"])
    special = rows["need_group"].str.endswith("special")
    rows.loc[special, "ride_minutes"] += 1
    made = chart(shown_curve(rows))

    made.png()
    renderer = made.figure.canvas.get_renderer()
    width = made.figure.bbox.width
    axes = made.figure.axes
    for axis in axes:
        left = axis.get_window_extent(renderer).x0
        others = [other.get_window_extent(renderer).x0 for other in axes]
        limit = min([x for x in others if x > left + 1], default=width)
        assert all(text.get_window_extent(renderer).x1 <= limit for text in axis.texts)
