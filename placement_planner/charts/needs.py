"""Charts of need: a panel a need group, from the base year to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.charts.bands import as_numbers, draw_bands, told_change
from placement_planner.charts.chart import Chart, lay_out, panel_title, year_axis
from placement_planner.figures.demand import FIGURES
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from placement_planner.figures.demand import Shown

__all__ = ["need_chart"]

_PANEL = (3.35, 2.75)
_COLUMNS = 4


def need_chart(shown: Shown, *, where: str = "all authorities") -> Chart:
    """Draw need by need group, each on its own scale: all places, bases, special schools.

    Parameters
    ----------
    shown
        As from `figures.need.shown_need_groups`.
    where
        Whose children these are, for the title.
    """
    columns = [name for name in FIGURES if name in shown.frame]
    frame = as_numbers(shown.frame, columns, "mean")
    first, last = int(frame["academic_year"].min()), int(frame["academic_year"].max())
    title = (
        f"Children who need a specialist place, {year_label(first)} to {year_label(last)}: {where}"
    )
    about = f"Under each name: children in {year_label(first)} → mean of {year_label(last)}"
    if "p5" in frame:
        about += " (range that 9 in 10 draws fall in; darker: half of all draws)"
    caption = [f"{about}. Every panel has a scale of its own."]
    if shown.withheld.withheld:
        caption.append(f"{shown.withheld}; what is withheld is not drawn.")
    groups = dict.fromkeys(frame["need_group"])
    figure, axes = lay_out(title, caption, len(groups), columns=_COLUMNS, panel=_PANEL)
    told = []
    for axis, group in zip(axes, groups, strict=True):
        rows = frame[frame["need_group"] == group]
        draw_bands(axis, rows, "mean")
        year_axis(axis, rows["academic_year"].tolist(), first)
        words, name = told_change(rows, "mean"), str(rows["name"].iloc[0])
        panel_title(axis, name, words, _PANEL[0])
        told.append(f"{name}: {words}")
    return Chart(figure, title, f"{caption[0]} {'; '.join(told)}.")
