"""Figures of the village's plan that a reader can add up: by year, by authority, savings."""

from dataclasses import replace

import pandas as pd
import pytest

from placement_planner.charts import siting_chart
from placement_planner.figures import told
from placement_planner.figures.effects import break_even_sentence, shown_effects, shown_savings
from placement_planner.figures.years import shown_years
from tests.maps import village


@pytest.fixture(scope="module")
def internal():
    return village.outcome(privacy={"profile": "internal"})


def test_every_year_tells_who_is_placed_and_who_is_not(internal):
    """108 in need: 40 placed with nothing built, 90 with the 50 places that open in 2027/28."""
    years = shown_years(internal).set_index("academic_year")

    for year in village.YEARS:
        told_year = years.loc[year, ["need", "opening", "placed_plan", "left_plan"]].tolist()
        assert told_year == [108, 50, 90, 18]
        assert years.loc[year, ["placed_do_nothing", "left_do_nothing"]].tolist() == [40, 68]


def test_authorities_gain_what_their_children_gain(internal):
    """Ashby: 72 in need, 40 placed, then 70. Thorpe: 36 in need, none placed, then 20.

    Thorpe's 20 were £63,000 each; they now take a top-up of £20,000 and £100 a km for
    17 × 5 km and 3 × 2.5 km: 1,260,000 − 400,000 − 9,250.
    """
    effects = shown_effects(internal).set_index("authority")

    columns = ["children_in_need", "fallback_do_nothing", "fallback_plan"]
    assert effects.loc["Ashby", columns].tolist() == [72, 32, 2]
    assert effects.loc["Thorpe", columns].tolist() == [36, 36, 16]
    assert effects.loc["Thorpe", "saved_gbp"] == pytest.approx(850_750)


def test_what_others_paid_for_is_a_transfer(internal):
    """Ashby's pot pays for Elm, which its own children use; the region's for Fir in Thorpe."""
    effects = shown_effects(internal).set_index("authority")

    assert effects.loc["Ashby", ["paid_gbp", "used_gbp"]].tolist() == [2_400_000, 2_400_000]
    assert effects.loc["Thorpe", ["paid_gbp", "used_gbp"]].tolist() == [0, 1_250_000]
    assert effects["transfer_gbp"].sum() == pytest.approx(0)


def test_capital_that_would_give_a_school_away_stands_in_bands():
    effects = shown_effects(village.outcome()).set_index("authority")

    assert effects.loc["Thorpe", "used_gbp"] == "£1m to £2.5m"
    assert set(effects["transfer_gbp"]) == {"c"}


def with_savings(internal, *benefits):
    shares = [float("nan"), 0.3, 0.6, 1.0]
    return replace(internal, savings=pd.DataFrame({"share": shares, "benefit_gbp": benefits}))


@pytest.mark.parametrize(
    ("benefits", "words"),
    [
        ((2.0, -10.0, 20.0, 60.0), "at least 40% of new places"),
        ((2.0, 40.0, 70.0, 110.0), "even where no place replaces"),
        ((2.0, -99.0, -69.0, -29.0), "even where every place replaces"),
        ((2.0, 2.0, 2.0, 2.0), "it changes nothing"),
    ],
)
def test_the_share_at_which_building_breaks_even_is_told(internal, benefits, words):
    """A straight line: −10 at 30 % and 20 at 60 % meet nought at 40 %."""
    assert words in break_even_sentence(with_savings(internal, *benefits))


def test_savings_are_told_at_three_shares_and_as_planned(internal):
    assert shown_savings(internal)["share"].fillna(-1).tolist() == [-1, 0.3, 0.6, 1.0]


def test_the_chart_says_what_it_draws(internal):
    chart = siting_chart(shown_years(internal))

    assert "2028/29: 68 with nothing built, 18 with the plan, 50 places opened" in chart.description
    assert chart.png().startswith(b"\x89PNG")


def test_tables_in_words_name_their_columns_and_units(internal):
    assert told.told_years(internal).loc["2028/29", "Placed, plan"] == "90"
    assert told.told_effects(internal).loc["Ashby", "Capital from its pots"] == "£2.40m"
    assert told.told_builds(internal)["Capital"].tolist() == ["£2.40m", "£1.25m"]
    assert told.told_pots(internal).loc["Own borrowing", "Left"] == "£750,000"
    measures = told.told_measures(own_money=internal, pooled=internal)
    assert measures.columns.tolist() == ["Own money", "Pooled"]
    assert told.told_measures(plan=internal).columns.tolist() == ["Nothing built", "Plan"]
    assert len(told.told_savings(internal)) == 4
