"""Charts of need and of policies: every figure drawn is one of the table, and told in words."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner import DataError
from placement_planner.charts import need_chart, scenario_chart, waterfall_chart
from placement_planner.charts.policies import _apart
from placement_planner.figures.demand import Shown
from placement_planner.figures.need import shown_need_groups
from placement_planner.figures.policies import MEASURES, SHARE, shown_policies
from placement_planner.need.waterfall import EFFECTS, STEPS
from placement_planner.privacy import Withheld
from placement_planner.scenario import PrivacyChoices
from tests.maps import need_village


def lines_of(axis):
    """Return the longer lines of a panel: what is drawn by year."""
    return [line for line in axis.get_lines() if len(line.get_xdata()) > 2]


def words_of(axis):
    return [text.get_text() for text in axis.texts]


def test_need_has_a_panel_a_group_with_its_mean():
    chart = need_chart(shown_need_groups(need_village.forecast()))

    panels = chart.figure.axes
    assert [words_of(axis)[1] for axis in panels] == [
        "All specialist places",
        "Specialist bases",
        "Communication and interaction\nbase",
        "Special schools",
        "Autism and communication\nspecial",
    ]
    assert words_of(panels[0])[0] == "85 → 115 (105 to 125)"
    assert lines_of(panels[0])[0].get_ydata().tolist() == [85, 95, 100, 115]
    assert len(panels[0].collections) == 2  # half of all draws, and nine in ten
    assert "All specialist places: 85 → 115 (105 to 125)" in chart.description


def test_need_without_draws_has_no_band():
    forecast = need_village.forecast()
    draws = forecast.need_draws
    one = replace(forecast, need_draws=replace(draws, children=draws.children[:, :, :1]))

    chart = need_chart(shown_need_groups(one))

    assert not chart.figure.axes[0].collections
    assert "9 in 10" not in chart.description


def policies(*scenarios, years=(2025, 2026, 2027), base=100, privacy=None):
    """Return a comparison in which the scenarios' plans rise by 0, 10, 20 a year from `base`."""
    rows = [
        (scenario, year, measure, size * value, size * (value - 10), size * (value + 10))
        for place, scenario in enumerate(scenarios)
        for step, year in enumerate(years)
        for value in [base + 10 * place * step]
        for measure, size in (("plans", 1), (SHARE, 0.0005))
    ]
    columns = ["scenario", "academic_year", "measure", "mean", "p5", "p95"]
    return shown_policies(pd.DataFrame(rows, columns=columns), privacy or PrivacyChoices())


def test_each_scenario_is_a_line_of_its_own_style_named_at_its_end():
    chart = scenario_chart(policies("trend", "moderated", "white_paper"))

    plans, shares = chart.figure.axes
    lines = lines_of(plans)
    assert [line.get_ydata().tolist() for line in lines] == [
        [100, 100, 100],
        [100, 110, 120],
        [100, 120, 140],
    ]
    assert len({line.get_linestyle() for line in lines}) == 3
    assert len({line.get_color() for line in lines}) == 3
    assert {"Trend", "Moderated", "White paper"} <= set(words_of(plans))
    assert "Trend 5.0 % → 5.0 % (4.5 % to 5.5 %)" in words_of(shares)
    assert "White paper 100 → 140 (130 to 150)" in chart.description


def test_only_the_chosen_scenario_has_a_band():
    """White paper: from 90 to 110 at first, from 130 to 150 in the end."""
    chart = scenario_chart(policies("trend", "moderated", "white_paper"), chosen="white_paper")

    [band] = chart.figure.axes[0].collections
    edges = band.get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == (90, 150)


def test_a_scenario_that_is_not_there_is_refused():
    with pytest.raises(DataError, match=r"'reform' is not in the comparison.*trend, moderated"):
        scenario_chart(policies("trend", "moderated"), chosen="reform")


def test_what_is_withheld_is_not_drawn():
    few = policies("trend", "moderated", base=30, privacy=PrivacyChoices(threshold=60))

    chart = scenario_chart(few)

    assert np.isnan(lines_of(chart.figure.axes[0])[0].get_ydata()).all()
    assert "too few to show" in chart.description
    assert "Trend" not in words_of(chart.figure.axes[0])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=6))
def test_names_never_lie_on_each_other(values):
    places = _apart(sorted(values), 0.75, 10.8)

    assert all(after - before >= 0.75 - 1e-9 for before, after in pairwise(places))
    assert max(places) <= 10.8


def waterfall(**effects):
    """Return one authority that begins with 100 children and ends with what effects add to it."""
    steps = {**dict.fromkeys(EFFECTS, 0.0), "population": 10.0, "rate": 20.0, **effects}
    row = {"authority_code": "all", "authority_name": "All authorities", "academic_year": 2030}
    row |= {"base": 100.0, **steps, "final": 100.0 + sum(steps.values())}
    frame = pd.DataFrame([row])
    return Shown(frame[["authority_code", "authority_name", "academic_year", *STEPS]],
                 Withheld("", "", 1, 0))  # fmt: skip


def bars(chart):
    """Return the labels and the top of each bar, effects first."""
    [axis] = chart.figure.axes
    labels = [label.get_text() for label in axis.get_xticklabels()]
    return labels, [bar.get_y() + bar.get_height() for bar in axis.patches]


def test_a_study_without_homes_and_policy_has_three_effects():
    labels, tops = bars(waterfall_chart(waterfall(), 2025))

    assert labels == ["2025/26", "Population", "Rate", "Both", "2030/31"]
    assert tops == [110, 130, 130, 100, 130]


def test_policy_alone_adds_one_bar_and_its_words():
    chart = waterfall_chart(waterfall(policy=-40.0), 2025)

    labels, tops = bars(chart)
    assert labels == ["2025/26", "Population", "Rate", "Both", "Policy", "2030/31"]
    assert tops == [110, 130, 130, 90, 100, 90]
    assert "Policy: plans that it prevents" in chart.description
    assert "New homes" not in chart.description


def test_homes_and_policy_are_drawn_with_what_they_do_together():
    chart = waterfall_chart(waterfall(housing=15.0, policy=-40.0, housing_policy=-5.0), 2025)

    labels, tops = bars(chart)
    assert labels[4:7] == ["New\nhomes", "Policy", "Homes and\npolicy"]
    assert tops[3:6] == [145, 105, 100]
    assert "New homes 15, Policy -40, Homes and policy -5, 2030/31 100" in chart.description


def test_every_effect_and_measure_has_words():
    chart = waterfall_chart(waterfall(**dict.fromkeys(EFFECTS, 1.0)), 2025)

    assert len(bars(chart)[0]) == len(STEPS)
    assert len(set(MEASURES.values())) == 5
