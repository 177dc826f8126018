"""Policy scenarios side by side: a panel a measure, a line a scenario, named at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from placement_planner.charts.bands import as_numbers, told_change
from placement_planner.charts.chart import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    Chart,
    lay_out,
    number,
    panel_title,
    year_axis,
)
from placement_planner.errors import DataError
from placement_planner.figures.policies import SHARE
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from placement_planner.figures.demand import Shown

__all__ = ["scenario_chart"]

_PANEL = (4.6, 3.3)
_COLUMNS = 3
_ROOM_FOR_NAMES = 0.45
_LINE_OF_TEXT = 0.075
_LOOKS: tuple[tuple[str, Any], ...] = (
    (BLUE, "solid"),
    (ORANGE, "dashed"),
    (GREEN, "dashdot"),
    (BLACK, "dotted"),
    (PINK, (0, (6, 1.5, 1.5, 1.5, 1.5, 1.5))),
)


def scenario_chart(shown: Shown, *, chosen: str | None = None) -> Chart:
    """Draw policy scenarios beside each other.

    Parameters
    ----------
    shown
        As from `figures.policies.shown_policies`.
    chosen
        Scenario whose range is drawn, thickest; default the first.

    Raises
    ------
    DataError
        If `chosen` is no scenario of the comparison.
    """
    frame = as_numbers(shown.frame, ["mean", "p5", "p95"], "mean")
    names = dict(zip(frame["scenario"], frame["name"], strict=True))
    chosen = next(iter(names)) if chosen is None else chosen
    if chosen not in names:
        raise DataError(
            f"scenario {chosen!r} is not in the comparison; right would be one of "
            f"{', '.join(names)}"
        )
    looks = {name: _LOOKS[place % len(_LOOKS)] for place, name in enumerate(names)}
    first, last = int(frame["academic_year"].min()), int(frame["academic_year"].max())
    title = f"Policy scenarios side by side, {year_label(first)} to {year_label(last)}"
    about = (
        f"Lines: means. Band: 9 in 10 draws of {names[chosen]}. Every panel has a scale of its "
        "own. Scenarios say what would follow from what is assumed, not what will happen."
    )
    caption = [about]
    if shown.withheld.withheld:
        caption.append(f"{shown.withheld}; what is withheld is not drawn.")
    measures = dict.fromkeys(frame["measure"])
    figure, axes = lay_out(title, caption, len(measures), columns=_COLUMNS, panel=_PANEL)
    told = []
    for axis, measure in zip(axes, measures, strict=True):
        rows = frame[frame["measure"] == measure]
        words = _draw(axis, rows, looks, chosen)
        heading = str(rows["measure_name"].iloc[0])
        panel_title(axis, heading, words[chosen], _PANEL[0])
        told.append(f"{heading}: {'; '.join(words.values())}")
    return Chart(figure, title, f"{about} {'. '.join(told)}.")


def _draw(
    axis: Axes, frame: pd.DataFrame, looks: dict[str, tuple[str, Any]], chosen: str
) -> dict[str, str]:
    """Draw one panel; return its words by scenario."""
    is_share = frame["measure"].iloc[0] == SHARE
    if is_share:
        axis.yaxis.set_major_locator(MaxNLocator(nbins=4))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _share(value)))
    words, ends = {}, []
    for scenario in dict.fromkeys(frame["scenario"]):
        rows = frame[frame["scenario"] == scenario]
        colour, style = looks[scenario]
        years = rows["academic_year"]
        if scenario == chosen:
            axis.fill_between(years, rows["p5"], rows["p95"], color=colour, alpha=0.2, linewidth=0)
        width = 2.6 if scenario == chosen else 1.6
        axis.plot(years, rows["mean"], color=colour, linestyle=style, linewidth=width)
        name = str(rows["name"].iloc[0])
        words[scenario] = f"{name} {told_change(rows, 'mean', _share if is_share else number)}"
        if np.isfinite(rows["mean"].iloc[-1]):
            ends.append((float(rows["mean"].iloc[-1]), name, colour))
    years = sorted({int(year) for year in frame["academic_year"]})
    year_axis(axis, years, years[0])
    axis.set_xlim(years[0] - 0.4, years[-1] + 0.4 + _ROOM_FOR_NAMES * max(years[-1] - years[0], 1))
    highest = float(np.nanmax([*frame["p95"].fillna(0.0), *frame["mean"].fillna(0.0), 1e-9]))
    axis.set_ylim(0, highest * 1.08)
    _name_ends(axis, ends, years[-1], highest * 1.08)
    return words


def _share(value: float) -> str:
    return measured(value, "share")


def _name_ends(
    axis: Axes, ends: Sequence[tuple[float, str, str]], year: int, height: float
) -> None:
    """Write the name of each line beside its end, apart from each other."""
    ordered = sorted(ends, key=lambda end: end[0])
    places = _apart([end[0] for end in ordered], _LINE_OF_TEXT * height, height)
    for (value, name, colour), place in zip(ordered, places, strict=True):
        axis.annotate(
            name,
            (year, value),
            (year + 0.5, place),
            color=colour,
            fontsize=8.5,
            va="center",
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "relpos": (0, 0.5),
                "shrinkB": 0,
            },
        )


def _apart(values: Sequence[float], gap: float, height: float) -> list[float]:
    """Move rising values up until none is nearer to the one below than `gap`; then back into view.

    Examples
    --------
    >>> _apart([0.0, 1.2, 5.0], 1.0, 10.0)
    [0.5, 1.5, 5.0]
    >>> _apart([9.0, 9.5], 1.0, 10.0)
    [8.5, 9.5]
    """
    places: list[float] = []
    for value in values:
        places.append(max(value, places[-1] + gap if places else gap / 2))
    ceiling = height - gap / 2
    for index in reversed(range(len(places))):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places
