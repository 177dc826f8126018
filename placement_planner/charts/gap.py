"""Charts of the gap: need against places by need group, and children without a place by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from placement_planner.charts.chart import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    Chart,
    lay_out,
    number,
    panel_title,
    year_axis,
)
from placement_planner.figures.gap import ALL, COLUMN_NAMES
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from placement_planner.figures.demand import Shown

__all__ = ["gap_chart", "places_chart"]

_WIDE = (9.0, 0.62)
_HEAD_IN = 0.85
_PANEL = (3.35, 2.75)
_COLUMNS = 4
_LINES: dict[str, tuple[str, Literal["--", ":", "-"]]] = {
    "without_here": (ORANGE, "--"),
    "without_in_reach": (GREEN, ":"),
    "without_at_best": (BLUE, "-"),
}
_ABOUT = (
    "Authority by authority: children above the places that suit them in their authority. Within "
    "the guide: children left when every place is shared among all whom it suits and who have it "
    "within the guide to riding time. At best: children left where everybody is placed at least "
    "cost, places that would do included. A surplus elsewhere makes up for none of these."
)


def places_chart(shown: Shown, academic_year: int) -> Chart:
    """Draw children who need a place beside the places there are, a pair of bars a need group.

    Parameters
    ----------
    shown
        As from `figures.gap.shown_gap` by need_group.
    academic_year
        Which year.
    """
    frame = shown.frame
    rows = frame[(frame["academic_year"] == academic_year) & (frame["need_group"] != ALL)]
    rows = rows.iloc[::-1]
    need, places = (
        pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float)
        for name in ("need", "places_here")
    )
    title = f"Children who need a place, and places for them, {year_label(academic_year)}"
    caption = ["Places of state schools for residents of the region, those on their way included."]
    if shown.withheld.withheld:
        caption.append(f"{shown.withheld}; what is withheld is not drawn.")
    height = 0.9 + _WIDE[1] * len(rows)
    figure, axes = lay_out(title, caption, 1, columns=1, panel=(_WIDE[0], height), has_legend=True)
    axis, spots = axes[0], np.arange(len(rows))
    axis.barh(spots + 0.19, need, 0.36, color=BLUE)
    axis.barh(
        spots - 0.19, places, 0.36, color="white", edgecolor=BLACK, hatch="////", linewidth=0.8
    )
    for spot, pair in zip(spots, zip(need, places, strict=True), strict=True):
        for shift, value in zip((0.19, -0.19), pair, strict=True):
            left = 0.0 if np.isnan(value) else value
            axis.annotate(f" {number(value)}", (left, spot + shift), va="center", fontsize=8.5)
    axis.set_yticks(spots, rows["name"].tolist())
    axis.yaxis.set_major_formatter(lambda _, place: rows["name"].tolist()[place])
    axis.set_xticks([])
    axis.grid(visible=False)
    axis.spines["bottom"].set_visible(False)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    below, above = axis.get_position().y0, 1 - _HEAD_IN / figure.get_figheight()
    axis.set_position((0.34, below, 0.58, above - below))
    figure.legend(
        handles=[
            Patch(color=BLUE, label="children who need a place"),
            Patch(facecolor="white", edgecolor=BLACK, hatch="////", label="places"),
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1 - 0.42 / figure.get_figheight()),
        ncols=2,
        frameon=False,
        fontsize=9,
    )
    told = [
        f"{name}: {number(wanted)} children, {number(there)} places"
        for name, wanted, there in zip(rows["name"][::-1], need[::-1], places[::-1], strict=True)
    ]
    return Chart(figure, title, f"{caption[0]} {'; '.join(told)}.")


def gap_chart(shown: Shown) -> Chart:
    """Draw children without a place by year, three ways: a panel a part.

    Parameters
    ----------
    shown
        As from `figures.gap.shown_gap`.
    """
    frame = shown.frame
    part = str(frame.columns[0])
    years = sorted({int(year) for year in frame["academic_year"]})
    span = f"{year_label(years[0])} to {year_label(years[-1])}"
    title = f"Children without a place if nothing is built, {span}"
    caption = [f"{_ABOUT} Every panel has a scale of its own."]
    if shown.withheld.withheld:
        caption.append(f"{shown.withheld}; what is withheld is not drawn.")
    codes = list(dict.fromkeys(frame[part]))
    figure, axes = lay_out(
        title, caption, len(codes), columns=_COLUMNS, panel=_PANEL, has_legend=True
    )
    told = []
    for axis, code in zip(axes, codes, strict=True):
        rows = frame[frame[part] == code].sort_values("academic_year")
        words = _draw(axis, rows, years)
        name = str(rows["name"].iloc[0])
        panel_title(axis, name, words, _PANEL[0])
        told.append(f"{name}: {words}")
    figure.legend(
        handles=[
            Line2D([], [], color=colour, linestyle=style, linewidth=2.2, label=COLUMN_NAMES[name])
            for name, (colour, style) in _LINES.items()
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1 - 0.42 / figure.get_figheight()),
        ncols=3,
        frameon=False,
        fontsize=9,
    )
    return Chart(figure, title, f"{_ABOUT} {'; '.join(told)}.")


def _draw(axis: Axes, rows: pd.DataFrame, years: list[int]) -> str:
    """Draw one panel and return its words: the best assignment, first and last year."""
    for name, (colour, style) in _LINES.items():
        values = pd.to_numeric(rows[name], errors="coerce").astype(float)
        axis.plot(rows["academic_year"], values, color=colour, linestyle=style, linewidth=2.2)
    year_axis(axis, years, years[0])
    best = pd.to_numeric(rows["without_at_best"], errors="coerce").astype(float).tolist()
    return f"{number(best[0])} → {number(best[-1])} at best"
