"""A projection from a study: every year, tied to the draws, and honest of what it lacks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner import DataError, backtest_study, project, read_inputs, read_scenario
from placement_planner.charts import fan_chart, trend_chart, waterfall_chart
from placement_planner.figures.backtest import shown_scores
from placement_planner.figures.demand import (
    FIGURES,
    PARTS,
    shown_requests,
    shown_summary,
    shown_totals,
    shown_waterfall,
)
from placement_planner.figures.fans import shown_fans
from placement_planner.need.waterfall import EFFECTS, STEPS, sum_steps
from tests.plannable_study import write_plannable_study
from tests.small_study import EASTHAM, WESTBY

SAMPLE = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_plannable_study(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def held(small):
    return project(read_inputs(small), read_scenario(small / "scenario.toml"))


@pytest.fixture(scope="module")
def sample():
    scenario = read_scenario(SAMPLE / "scenario.toml")
    few = scenario.with_choices(need={"draws": 40}, horizon={"years": [2028, 2030]})
    return project(read_inputs(SAMPLE), few)


def test_every_year_from_the_base_to_the_last_planned_is_projected(held, sample):
    """The sample plans 2028 and 2030 alone; its base January is 2026."""
    assert held.parts.academic_years == (2025, 2026, 2027, 2028, 2029)
    assert sample.parts.academic_years == tuple(range(2025, 2031))


def test_rates_held_keep_the_number_where_population_stands_still(held):
    """Two authorities × seven year groups × two settings × four children are 112, every year."""
    totals = shown_totals(held)

    assert held.method == "held"
    assert totals["mean"].tolist() == [110] * 5  # 112, rounded to 5
    assert held.parts.children.sum(axis=1).ravel().tolist() == [112] * 5
    assert sum_steps(held.waterfall, [])[EFFECTS].abs().to_numpy().max() == 0


def test_parts_waterfall_and_cube_tell_of_the_same_children(sample):
    cube = sample.cube.children.sum(axis=1, dtype=float)

    parts = sample.parts.children.sum(axis=1, dtype=float)
    steps = sum_steps(sample.waterfall, [])

    assert parts == pytest.approx(cube, rel=1e-6)
    assert steps["final"].to_numpy() == pytest.approx(cube[1:].mean(axis=1))
    assert (steps["base"] + steps[EFFECTS].sum(axis=1)).to_numpy() == pytest.approx(
        steps["final"].to_numpy(), abs=1e-6
    )


@pytest.mark.slow
def test_the_same_study_and_seed_give_the_same_draws(sample):
    again = project(sample.inputs, sample.scenario)

    assert np.array_equal(again.cube.children, sample.cube.children)
    assert again.notes == sample.notes


def test_requests_are_projected_where_the_study_has_them(held, sample):
    without = project(replace(held.inputs, requests=None), held.scenario)

    assert without.requests is None
    assert any("no table" in note for note in without.notes)
    assert shown_requests(without) is None
    shown = shown_requests(sample).frame
    assert sorted(shown["calendar_year"].unique()) == list(range(2026, 2031))


def test_requests_that_cannot_be_projected_are_told_of_and_stop_nothing(sample):
    """Requests begin in 2020; the population is cut to begin in 2023."""
    people = sample.inputs.population_projection
    late = replace(sample.inputs, population_projection=people[people["academic_year"] >= 2023])

    found = project(late, sample.scenario.with_choices(need={"method": "held"}))

    assert found.requests is None
    assert any(
        note.startswith("Requests are not projected. ") and "in 2020" in note
        for note in found.notes
    )


@pytest.mark.slow
def test_needs_that_keep_their_label_are_told_of(sample):
    kept, relabelled = (
        project(sample.inputs, sample.scenario.with_choices(need={"relabel_needs": chosen}))
        for chosen in (False, True)
    )

    assert any("relabel_needs" in note for note in kept.notes)
    assert not any("relabel_needs" in note for note in relabelled.notes)


def test_a_plan_that_ends_before_the_base_has_nothing_ahead(small):
    scenario = read_scenario(small / "scenario.toml").with_choices(horizon={"years": [2025]})

    with pytest.raises(DataError, match=r"no planned year lies after January 2026.*2026 or later"):
        project(read_inputs(small), scenario)


@pytest.mark.parametrize("part", PARTS)
def test_no_small_count_leaves(sample, part):
    """Threshold and rounding are 5: whatever leaves is c, nothing, or a multiple of 5."""
    frames = [shown_summary(sample, part).frame[FIGURES]]
    frames.append(shown_fans(sample, part).frame[[*FIGURES, "known", "held"]])
    frames.append(shown_waterfall(sample, part).frame[["base", "final"]])

    for frame in frames:
        cells = pd.Series(frame.to_numpy().ravel()).dropna()
        numbers = pd.to_numeric(cells[cells != "c"])
        assert (numbers % 5 == 0).all()
        assert not numbers.between(0, 5, inclusive="neither").any()


def test_a_row_whose_median_is_withheld_tells_no_percentile(sample):
    shown = shown_summary(sample, "need_type")

    hidden = shown.frame[shown.frame["median"] == "c"]
    assert len(hidden)
    assert hidden[FIGURES].eq("c").all().all()
    assert shown.withheld.withheld == int(shown.frame["mean"].eq("c").sum())


def test_a_waterfall_row_with_a_small_count_is_withheld_whole(sample):
    shown = shown_waterfall(sample, "need_type").frame

    hidden = shown[shown["base"] == "c"]
    assert len(hidden)
    assert hidden[STEPS].eq("c").all().all()


def test_the_internal_profile_withholds_nothing(sample):
    scenario = sample.scenario.with_choices(privacy={"profile": "internal"})
    internal = replace(sample, scenario=scenario)

    shown = shown_summary(internal, "need_type")

    assert shown.withheld.withheld == 0
    region = shown.frame[shown.frame["authority_code"] == "all"]
    mine = shown.frame[shown.frame["authority_code"] != "all"]
    assert region["mean"].sum() == pytest.approx(mine["mean"].sum())
    assert region["mean"].sum() == pytest.approx(
        sample.cube.children.mean(axis=2, dtype=float).sum()
    )


def test_small_groups_are_drawn_together(sample):
    """The sample has fourteen needs: the eight largest have a panel, six share one."""
    fans = shown_fans(sample, "need_type")

    assert fans.groups[0] == "All children"
    assert len(fans.groups) == 10
    assert fans.groups[-1] == "All others (6 together)"
    assert shown_fans(sample, "phase").groups[1:] == [
        "Early years", "Primary", "Secondary", "Post-16", "Post-19",
    ]  # fmt: skip
    assert fans.final["Need"].tolist() == fans.groups


def test_one_authority_can_be_drawn_by_itself(held):
    """Westby has 7 × 4 = 28 children in each of two settings, in January 2025 and 2026."""
    fans = shown_fans(held, "setting", authority=WESTBY)

    whole = fans.frame[fans.frame["group"] == "All children"]
    assert fans.groups[1:] == ["SEN unit (specialist base)", "State-funded special school"]
    assert whole["known"].dropna().tolist()[-2:] == [55, 55]  # 56, rounded to 5
    assert shown_fans(held, "setting", authority=EASTHAM).groups == fans.groups


def test_charts_carry_their_content_in_words(sample, held):
    fan = fan_chart(shown_fans(sample, "need_type"))
    bars = waterfall_chart(shown_waterfall(sample), 2025)
    trends = trend_chart({"One": sample, "Other": held})

    assert "Medians of parts do not add up to the median of the whole" in fan.description
    assert "All others (6 together)" in fan.description
    assert "Population" in bars.description
    assert "Other, 2029/30: 110" in trends.description
    for chart in (fan, bars, trends):
        assert chart.png().startswith(b"\x89PNG")
        assert f'alt="{chart.title}' in chart._repr_html_()


def test_a_chart_of_too_few_children_says_so(held):
    scenario = held.scenario.with_choices(privacy={"threshold": 100})
    few = replace(held, scenario=scenario)

    fan = fan_chart(shown_fans(few, "setting"))
    bars = waterfall_chart(shown_waterfall(few), 2025)

    assert "SEN unit (specialist base): too few to show" in fan.description
    assert "Westby: too few to show" in bars.description
    assert fan.png()
    assert bars.png()


@pytest.mark.slow
def test_the_past_is_forecast_from_what_was_known(sample):
    """Januaries 2021 to 2026: origins 2023 to 2025, with three, two and one later January."""
    tested = backtest_study(sample.inputs, sample.scenario)

    totals = tested[tested["series"] == "total"]
    counts = pd.crosstab(totals["method"], totals["origin"])
    assert counts.columns.tolist() == [2023, 2024, 2025]
    assert counts.loc["transitions"].tolist() == [15, 10, 5]
    assert set(counts.index) == {
        "transitions", "published", "held", "own_growth", "region_growth",
    }  # fmt: skip
    caseload = sample.inputs.caseload
    then = caseload[caseload["january"] == 2026].groupby("authority_code")["children"].sum()
    last = totals[totals["origin"] + totals["horizon"] == 2026]
    assert (last["actual"] == last["la_code"].map(then)).all()
    shown = shown_scores(tested)
    assert shown["Method"].iloc[0] == "Joiners, movers and leavers"
    assert shown.loc[shown["Method"] == "Today's rates held"].iloc[0, -1] == ""


@pytest.mark.slow
def test_a_later_january_changes_no_earlier_forecast(sample):
    """What came after an origin must not reach a forecast from it: 2026's children are doubled."""
    caseload = sample.inputs.caseload
    doubled = caseload.assign(
        children=caseload["children"].where(caseload["january"] < 2026, caseload["children"] * 2)
    )
    steps = sample.inputs.transitions
    cut = steps[steps["january"] < 2025]
    changed = replace(sample.inputs, caseload=doubled, transitions=cut)

    plain = backtest_study(sample.inputs, sample.scenario)
    other = backtest_study(changed, sample.scenario)

    columns = ["method", "series", "la_code", "origin", "horizon", "median", "p5", "p95"]
    early = [frame.query("origin < 2025 and horizon == 1")[columns] for frame in (plain, other)]
    pd.testing.assert_frame_equal(*(frame.reset_index(drop=True) for frame in early))


def test_a_study_of_too_few_januaries_cannot_be_tested(held):
    few = replace(held.inputs, caseload_totals=None)

    with pytest.raises(DataError, match="the study has 2025, 2026"):
        backtest_study(few, held.scenario)
