"""Waterfall charts: from the base year to a later one by population, rate and both together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.charts.chart import BLUE, GREY, ORANGE, Chart, lay_out, number, panel_title
from placement_planner.need.waterfall import EFFECTS
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from placement_planner.figures.demand import Shown

__all__ = ["waterfall_chart"]

_BAR_IN, _MARGIN_IN, _HEIGHT_IN = 0.66, 1.1, 3.1
_ACROSS_IN = 13.5
_MOST_PANELS = 12
_ALWAYS = ("population", "rate", "interaction")
_NAMES = {
    "population": "Population",
    "rate": "Rate",
    "interaction": "Both",
    "housing": "New\nhomes",
    "policy": "Policy",
    "housing_policy": "Homes and\npolicy",
}
_ABOUT = {
    "rate": "Population: more or fewer children, at the base year's rates. Rate: more or fewer of "
    "them with a plan, at the base year's population. Both: what these two do together.",
    "housing": "New homes: children of homes that the population projection does not carry.",
    "policy": "Policy: plans that it prevents, ends or moves, or adds.",
    "housing_policy": "Homes and policy: what these two do together.",
}


def _drawn(frame: pd.DataFrame) -> list[str]:
    """Return the effects that are drawn: of those beyond the first three, what is not nought."""
    return [
        effect
        for effect in EFFECTS
        if effect in _ALWAYS or pd.to_numeric(frame[effect], errors="coerce").fillna(0.0).any()
    ]


def _draw(axis: Axes, steps: pd.Series, names: list[str]) -> str:
    """Draw one panel: the base, a bar an effect, the end; return its words."""
    values = pd.to_numeric(steps, errors="coerce").astype(float).tolist()
    if pd.isna(values).any():
        axis.set_axis_off()
        return "too few to show"
    base, *effects, final = values
    level = base
    highest = max(base, final)
    for place, effect in enumerate(effects, start=1):
        colour = BLUE if effect >= 0 else ORANGE
        axis.plot([place - 1.3, place + 0.3], [level, level], color="#9a9a9a", linewidth=0.8)
        axis.bar(place, effect, bottom=level, color=colour, width=0.6)
        level += effect
        top = max(level, level - effect)
        highest = max(highest, top)
        sign = "+" if effect > 0 else ""
        _label(axis, f"{sign}{number(effect)}", place, top)
    for place, value in ((0, base), (len(values) - 1, final)):
        axis.bar(place, value, color=GREY, width=0.6)
        _label(axis, number(value), place, value)
    axis.grid(visible=False)
    axis.set_xticks(range(len(values)), names)
    axis.set_ylim(0, highest * 1.12 or 1)
    told = [f"{name} {number(value)}" for name, value in zip(names, values, strict=True)]
    return ", ".join(told).replace("\n", " ")


def _label(axis: Axes, text: str, place: int, height: float) -> None:
    """Write a figure above a bar."""
    axis.annotate(
        text,
        (place, height),
        (0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8.5,
    )


def waterfall_chart(shown: Shown, base_year: int, academic_year: int | None = None) -> Chart:
    """Draw the change from the base year: all authorities first, then each, on its own scale.

    Parameters
    ----------
    shown
        As from `shown_waterfall` without a part.
    base_year
        Academic year that the change starts from.
    academic_year
        Year it ends in; default the last.
    """
    frame = shown.frame
    year = int(frame["academic_year"].max()) if academic_year is None else academic_year
    rows = frame[frame["academic_year"] == year]
    size = pd.to_numeric(rows["final"], errors="coerce")
    rows = rows.assign(size=size).sort_values("size", ascending=False, kind="stable")
    is_all = rows["authority_code"].eq("all")
    rows = rows[is_all] if (~is_all).sum() == 1 else rows
    left_out = len(rows) - _MOST_PANELS
    rows = rows.iloc[:_MOST_PANELS]
    title = f"Why the number of children with a plan changes to {year_label(year)}"
    effects = _drawn(frame)
    names = [year_label(base_year), *(_NAMES[name] for name in effects), year_label(year)]
    about = " ".join(_ABOUT[name] for name in effects if name in _ABOUT)
    caption = [about + " Figures are rounded and may miss adding up by that."]
    if left_out > 0:
        caption.append(f"The {left_out} smallest authorities are in the table.")
    panel = (_MARGIN_IN + _BAR_IN * len(names), _HEIGHT_IN)
    columns = max(int(_ACROSS_IN // panel[0]), 1)
    figure, axes = lay_out(title, caption, len(rows), columns=columns, panel=panel)
    told = []
    for axis, row in zip(axes, rows.to_dict("records"), strict=True):
        words = _draw(axis, pd.Series(row)[["base", *effects, "final"]], names)
        panel_title(axis, row["authority_name"], "children with a plan", panel[0])
        told.append(f"{row['authority_name']}: {words}")
    return Chart(figure, title, f"{about} {'; '.join(told)}.")
