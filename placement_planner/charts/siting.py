"""A chart of what a plan changes, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.charts.chart import BLUE, GREY, ORANGE, Chart, lay_out, number, year_axis
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["siting_chart"]

_PANEL = (7.4, 3.6)
_LINES = {
    "left_do_nothing": (ORANGE, "--", "nothing built"),
    "left_plan": (BLUE, "-", "with the plan"),
}


def siting_chart(years: pd.DataFrame) -> Chart:
    """Draw the children without a suitable local specialist place, and the places opened.

    Parameters
    ----------
    years
        As from `figures.years.shown_years`; what is withheld is not drawn.
    """
    frame = years.assign(
        **{name: pd.to_numeric(years[name], errors="coerce").astype(float) for name in _LINES}
    )
    first, last = frame.iloc[0], frame.iloc[-1]
    title = "Children without a suitable local specialist place"
    caption = ["Bars: places opened by the plan by then, before they fill. Lines: children."]
    figure, (axis,) = lay_out(title, caption, 1, columns=1, panel=_PANEL)
    axis.bar(frame["academic_year"], frame["opening"].astype(float), color=GREY, alpha=0.35)
    for name, (colour, look, words) in _LINES.items():
        axis.plot(frame["academic_year"], frame[name], look, color=colour, marker="o", linewidth=2)
        _name(axis, last["academic_year"], last[name], f"{number(last[name])} {words}", colour)
    year_axis(axis, frame["academic_year"].tolist(), int(first["academic_year"]))
    axis.set_ylim(bottom=0)
    axis.margins(x=0.16)
    told = (
        f"{year_label(int(row['academic_year']))}: {number(row['left_do_nothing'])} with nothing "
        f"built, {number(row['left_plan'])} with the plan, {row['opening']:,.0f} places opened"
        for _, row in frame.iterrows()
    )
    return Chart(figure, title, f"{caption[0]} {'; '.join(told)}.")


def _name(axis: Axes, year: float, height: float, words: str, colour: str) -> None:
    """Write what a line is at its end."""
    if pd.notna(height):
        axis.annotate(
            words, (year, height), (-4, 8), textcoords="offset points", color=colour, ha="right",
            weight="bold", fontsize=9,
        )  # fmt: skip
