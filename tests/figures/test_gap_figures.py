"""The gap as it may be shown and drawn: the plannable study, by hand (see tests/gap/measured)."""

import pandas as pd
import pytest

from placement_planner.charts import gap_chart, places_chart
from placement_planner.figures.demand import Shown
from placement_planner.figures.gap import (
    COLUMNS,
    access_by_area,
    shown_components,
    shown_gap,
    unmet_by_area,
)
from placement_planner.figures.supply import shown_exchange
from placement_planner.privacy import WITHHELD, Withheld
from tests.gap.measured import YEAR, balance
from tests.small_study import WESTBY


def row(shown, part, code):
    frame = shown.frame
    (found,) = frame[(frame[part] == code) & (frame["academic_year"] == YEAR)].to_dict("records")
    return [found[name] for name in COLUMNS]


def test_three_ways_stand_beside_each_other():
    """56 and 54 children for 15 and 13 places; 4 places outside the region count at best alone."""
    shown = shown_gap(balance("internal"), "need_group")

    assert row(shown, "need_group", "ci_base") == pytest.approx([56, 15, 41, 41, 41])
    assert row(shown, "need_group", "asd_special") == pytest.approx([54, 13, 41, 41, 37])
    assert row(shown, "need_group", "all") == pytest.approx([110, 28, 82, 82, 78])


def test_what_is_in_reach_goes_across_borders():
    """Westby: 13 + 28 without here; of the region's places it shares 7.5 of 15, 28 / 54 of 13."""
    westby = row(shown_gap(balance("internal"), "authority_code"), "authority_code", WESTBY)

    assert westby[:4] == pytest.approx([56, 15, 41, 56 - 7.5 - 13 * 28 / 54])


@pytest.mark.parametrize("part", ["authority_code", "need_group", "phase"])
def test_parts_add_up_to_everybody(part):
    frame = shown_gap(balance("internal"), part).frame
    whole = frame[frame[part] == "all"].set_index("academic_year")[COLUMNS].astype(float)
    parts = frame[frame[part] != "all"].groupby("academic_year")[COLUMNS].sum().astype(float)

    pd.testing.assert_frame_equal(parts.drop(columns="places_here"),
                                  whole.drop(columns="places_here"))  # fmt: skip
    assert (parts["places_here"] - whole["places_here"]).abs().max() <= 1  # rounded, 7.5 is 8


def test_parts_are_in_their_own_order_and_named():
    """Bases before special schools, as in the table of need groups; everybody first."""
    names = shown_gap(balance(), "need_group", [YEAR]).frame["name"].tolist()

    assert names == [
        "All need groups",
        "Communication and interaction base",
        "Autism and communication special",
    ]
    assert shown_gap(balance(), "authority_code", [YEAR]).frame["name"].tolist() == [
        "All authorities", "Westby", "Eastham",
    ]  # fmt: skip


def test_in_public_counts_are_rounded_and_places_are_not():
    """82 without a place is 80; 28 places are 28."""
    assert row(shown_gap(balance(), "phase"), "phase", "primary") == [110, 28, 80, 80, 80]


def test_components_of_few_are_withheld():
    """Two of Eastham's and one of Westby's outside the region: neither, nor their sum."""
    shown = shown_components(balance())

    assert set(shown.frame["children"]) == {WITHHELD}
    assert shown.withheld.withheld == shown.withheld.cells == len(shown.frame)


def test_whether_components_are_in_the_need_is_told_where_authorities_differ():
    """Westby's one is stated for the year and may be in the need; Eastham's two are held, not."""
    frame = shown_components(balance("internal")).frame
    told = frame[(frame["component"] == "out_of_area") & (frame["academic_year"] == YEAR)]

    assert told.set_index("authority_name")[["children", "in_need"]].to_numpy().tolist() == [
        [3, "no or partly"],
        [1, "partly"],
        [2, "no"],
    ]
    assert told["authority_name"].tolist() == ["All authorities", "Westby", "Eastham"]


def test_exchange_now_and_at_best():
    """Six of Westby's in its base now; at best 15 places there, 13 in Eastham, 4 outside."""
    told = balance("internal")
    authorities, privacy = told.inputs.authorities, told.scenario.privacy
    at_best = told.tables.exchange[told.tables.exchange["academic_year"] == YEAR]
    now, best = (
        shown_exchange(matrix, authorities, privacy).frame
        for matrix in (told.tables.exchange_now, at_best)
    )

    ends = now.set_index(["authority_name", "place_authority_name"])["children"]
    assert ends["Westby", "Westby"] == 6
    assert ends["Eastham", "Outside the region"] == 2
    assert best.groupby("place_authority_name")["children"].sum().to_dict() == pytest.approx(
        {"Westby": 15, "Eastham": 13, "Outside the region": 4}
    )


def test_areas_tell_what_is_in_reach_and_what_is_left():
    """28 places shared by 110 children: about a quarter of a place a child in either area."""
    reach, left = access_by_area(balance("internal")), unmet_by_area(balance("internal"))

    assert reach.frame["children"].tolist() == pytest.approx([56, 54])
    assert reach.frame["places"].tolist() == [round(100 * (7.5 + 13 * n / 54) / (28 + n))
                                              for n in (28, 26)]  # fmt: skip
    assert left.frame["children"].sum() == pytest.approx(78)


def words_of(axis):
    return [text.get_text().strip() for text in axis.texts]


def test_bars_are_the_figures_of_the_table():
    shown = shown_gap(balance(), "need_group")

    chart = places_chart(shown, YEAR)

    (axis,) = chart.figure.axes
    widths = sorted(bar.get_width() for bar in axis.patches)
    assert widths == [13, 15, 55, 55]
    assert sorted(words_of(axis)) == ["13", "15", "55", "55"]
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["Autism and communication special", "Communication and interaction base"]
    assert "Communication and interaction base: 55 children, 15 places" in chart.description


def test_lines_are_the_figures_of_the_table():
    shown = shown_gap(balance(), "authority_code")

    chart = gap_chart(shown)

    assert [words_of(axis)[1] for axis in chart.figure.axes] == [
        "All authorities", "Westby", "Eastham",
    ]  # fmt: skip
    lines = [line for line in chart.figure.axes[0].get_lines() if len(line.get_xdata()) == 3]
    rows = shown.frame[shown.frame["authority_code"] == "all"]
    assert [line.get_ydata().tolist() for line in lines] == [
        rows[name].tolist() for name in ("without_here", "without_in_reach", "without_at_best")
    ]
    assert "All authorities: 85 → 80 at best" in chart.description
    assert chart.png().startswith(b"\x89PNG")


def test_what_is_withheld_is_not_drawn_and_is_said():
    shown = shown_gap(balance(), "authority_code")
    frame = shown.frame.astype({"without_at_best": object})
    frame.loc[frame["authority_code"] == WESTBY, "without_at_best"] = WITHHELD
    hidden = Shown(frame, Withheld("Gap", "", 36, 3))

    chart = gap_chart(hidden)

    westby = chart.figure.axes[1]
    assert words_of(westby)[0] == "withheld → withheld at best"
    assert any("withheld" in text.get_text() for text in chart.figure.texts)


def test_words_stay_within_the_picture():
    chart = places_chart(shown_gap(balance(), "need_group"), YEAR)

    chart.png()
    renderer = chart.figure.canvas.get_renderer()
    (axis,) = chart.figure.axes
    texts = [*axis.texts, *axis.get_yticklabels(), *chart.figure.texts]
    boxes = [text.get_window_extent(renderer) for text in texts]
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= chart.figure.bbox.width
