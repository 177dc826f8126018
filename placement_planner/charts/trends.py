"""Projections of all children side by side, under different choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

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
from placement_planner.figures.demand import shown_totals
from placement_planner.figures.fans import shown_fans
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.forecast import Forecast

__all__ = ["trend_chart"]

_COLOURS = (BLUE, ORANGE, GREEN)
_PANEL = (4.2, 3.4)


def trend_chart(forecasts: Mapping[str, Forecast]) -> Chart:
    """Draw the same study under choices that have a name each, on one scale.

    Parameters
    ----------
    forecasts
        Projections by the name of the choice; at most three beside each other in a row.
    """
    title = "Children with a plan under different choices"
    caption = [
        "Line: median. Band: 9 in 10 draws. Dots: known in January. The same scale in every panel."
    ]
    figure, axes = lay_out(title, caption, len(forecasts), columns=3, panel=_PANEL)
    told, highest = [], 0.0
    for place, (name, forecast) in enumerate(forecasts.items()):
        axis, colour = axes[place], _COLOURS[place % len(_COLOURS)]
        known = shown_fans(forecast, "authority_code").frame
        known = known[known["group"] == "All children"]
        rows = shown_totals(forecast).apply(pd.to_numeric, errors="coerce")
        axis.fill_between(
            rows["academic_year"], rows["p5"], rows["p95"], color=colour, alpha=0.25, linewidth=0
        )
        axis.plot(rows["academic_year"], rows["median"], color=colour, linewidth=2)
        dots = pd.to_numeric(known["known"], errors="coerce")
        axis.plot(known["academic_year"], dots, color=BLACK, marker="o", ms=3.5, linestyle="")
        base_year = forecast.parts.academic_years[0]
        year_axis(axis, known["academic_year"].tolist(), base_year)
        last = rows.iloc[-1]
        words = (
            f"{year_label(int(last['academic_year']))}: {number(last['median'])} "
            f"({number(last['p5'])} to {number(last['p95'])})"
        )
        panel_title(axis, name, words, _PANEL[0])
        told.append(f"{name}, {words}")
        highest = max(highest, float(last["p95"]), float(rows["p95"].max()))
    for axis in axes:
        axis.set_ylim(0, highest * 1.05)
    return Chart(figure, title, f"{caption[0]} {'; '.join(told)}.")
