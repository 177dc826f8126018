"""Fan charts: the past as dots, the projection as a line within two bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from placement_planner.charts.bands import INNER, OUTER, as_numbers, draw_bands, told_change
from placement_planner.charts.chart import (
    BLACK,
    BLUE,
    ORANGE,
    Chart,
    lay_out,
    panel_title,
    year_axis,
)
from placement_planner.figures.demand import MEDIANS, PARTS
from placement_planner.wording import year_label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from placement_planner.figures.fans import Fans

__all__ = ["fan_chart"]

_PANEL = (3.35, 2.75)
_COLUMNS = 4
_LEGEND = (
    Line2D([], [], color=BLACK, marker="o", markersize=4, linestyle="", label="known in January"),
    Line2D([], [], color=BLUE, linewidth=2, label="projected: median"),
    Patch(color=INNER, label="half of all draws"),
    Patch(color=OUTER, label="9 in 10 draws"),
    Line2D([], [], color=ORANGE, linestyle="--", linewidth=1.5, label="if today's rates stayed"),
)


def _draw(axis: Axes, rows: pd.DataFrame, base_year: int) -> str:
    """Draw one panel; return its words."""
    ahead = rows[rows["academic_year"] >= base_year]
    draw_bands(axis, ahead, "median")
    years = ahead["academic_year"]
    axis.plot(years, ahead["held"], color=ORANGE, linestyle="--", linewidth=1.5, zorder=1.9)
    axis.plot(rows["academic_year"], rows["known"], color=BLACK, marker="o", ms=3.5, linestyle="")
    year_axis(axis, rows["academic_year"].tolist(), base_year)
    return told_change(ahead, "median")


def fan_chart(fans: Fans, *, where: str = "all authorities") -> Chart:
    """Draw a panel a group, each with its own scale.

    Parameters
    ----------
    fans
        As from `shown_fans`.
    where
        Whose children these are, for the title.
    """
    columns = [name for name in fans.frame.columns if name not in {"group", "academic_year"}]
    frame = as_numbers(fans.frame, columns, "median")
    first, last = fans.base_year, int(frame["academic_year"].max())
    title = (
        f"Children with a plan by {PARTS[fans.part]}, {year_label(first)} to {year_label(last)}: "
        f"{where}"
    )
    about = (
        f"Under each name: children in {year_label(first)} → median of {year_label(last)} (range "
        "that 9 in 10 draws fall in). Every panel has a scale of its own."
    )
    caption = [about, MEDIANS]
    if fans.withheld.withheld:
        caption.append(f"{fans.withheld}; what is withheld is not drawn.")
    groups = fans.groups
    figure, axes = lay_out(
        title, caption, len(groups), columns=_COLUMNS, panel=_PANEL, has_legend=True
    )
    told = []
    for axis, group in zip(axes, groups, strict=True):
        words = _draw(axis, frame[frame["group"] == group], first)
        panel_title(axis, group, words, _PANEL[0])
        told.append(f"{group}: {words}")
    width, height = figure.get_size_inches()
    figure.legend(
        handles=list(_LEGEND),
        loc="upper left",
        bbox_to_anchor=(0.1 / width, 1 - 0.42 / height),
        ncols=len(_LEGEND),
        frameon=False,
        fontsize=9,
        handlelength=1.6,
        columnspacing=1.4,
        borderaxespad=0,
    )
    return Chart(figure, title, f"{about} {'; '.join(told)}. {MEDIANS}")
