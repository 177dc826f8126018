"""Charts of transport: £ a child-kilometre, and time in the vehicle, by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from placement_planner.charts.chart import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    Chart,
    lay_out,
    number,
    panel_title,
)
from placement_planner.figures.transport import PHASE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from placement_planner.scenario import TravelChoices

__all__ = ["cost_curve_chart", "ride_curve_chart"]

_PANEL = (4.0, 3.1)
_COLUMNS = 3
_LOOKS: dict[str, dict[str, Any]] = {
    "primary": {"color": BLUE, "linestyle": "-", "linewidth": 2.4},
    "secondary": {"color": ORANGE, "linestyle": "--", "linewidth": 2.0},
    "post_16": {"color": GREEN, "linestyle": ":", "linewidth": 2.4},
}
_TOLD_AT_KM = 10.0


def cost_curve_chart(curve: pd.DataFrame) -> Chart:
    """Draw £ a km with the child against distance: a panel a need group, a line a phase.

    Parameters
    ----------
    curve
        As from `figures.transport.shown_curve`.
    """
    title = "What a kilometre with a child in arranged transport costs, by distance"
    about = (
        "£ a km of direct drive with one child, one way. Empty running, detours, assistants and "
        "waiting are in it; children without arranged transport are not. Steps: where the walking "
        "distance ends, and where the mix of vehicles changes. The same scale in every panel."
    )
    return _drawn(curve, "gbp_per_child_km", title, about, lambda gbp: f"£{gbp:.2f}")


def ride_curve_chart(curve: pd.DataFrame, travel: TravelChoices) -> Chart:
    """Draw time in the vehicle against distance: a panel a need group, a line a phase.

    Parameters
    ----------
    curve
        As from `figures.transport.shown_curve`.
    travel
        Guide times by phase.
    """
    title = "Minutes in the vehicle one way, by distance"
    guides = sorted({travel.soft_minutes(phase) for phase in PHASE_NAMES})
    about = (
        "Mean of those who ride, boarding, detours and pick-ups included. Thin line: "
        f"direct drive. Dotted: guide to the time in the vehicle, {_listed(guides)} minutes. The "
        "same scale in every panel."
    )

    def beside(axis: Axes, rows: pd.DataFrame) -> None:
        drive = rows.drop_duplicates("distance_km")
        axis.plot(drive["distance_km"], drive["minutes"], color=BLACK, linewidth=0.9)
        for guide in guides:
            axis.axhline(guide, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))

    return _drawn(curve, "ride_minutes", title, about, number, beside)


def _drawn(
    curve: pd.DataFrame,
    column: str,
    title: str,
    about: str,
    write: Callable[[float], str],
    beside: Callable[[Axes, pd.DataFrame], None] | None = None,
) -> Chart:
    """Draw one measure in panels of one scale."""
    names = list(dict.fromkeys(curve["name"]))
    figure, axes = lay_out(
        title, [about], len(names), columns=_COLUMNS, panel=_PANEL, has_legend=True
    )
    told = []
    for axis, name in zip(axes, names, strict=True):
        rows = curve[curve["name"] == name]
        for phase, mine in rows.groupby("phase", sort=False):
            axis.plot(mine["distance_km"], mine[column], **_LOOKS[str(phase)])
        if beside is not None:
            beside(axis, rows)
        words = _at(rows, column, write)
        panel_title(axis, name, words, _PANEL[0])
        told.append(f"{name}: {words}")
        axis.set_xlim(0, float(curve["distance_km"].max()))
        axis.set_ylim(0, float(curve[column].max()) * 1.05)
        axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda km, _: f"{km:g} km"))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    _legend(figure, list(dict.fromkeys(curve["phase"])))
    return Chart(figure, title, f"{about} {'; '.join(told)}.")


def _at(rows: pd.DataFrame, column: str, write: Callable[[float], str]) -> str:
    """Say the figures at the distance nearest to 10 km."""
    km = rows["distance_km"]
    nearest = float(km.iloc[(km - _TOLD_AT_KM).abs().argmin()])
    there = rows[km == nearest]
    figures = [
        f"{phase.lower()} {'none' if pd.isna(value) else write(float(value))}"
        for phase, value in zip(there["phase_name"], there[column], strict=True)
    ]
    return f"At {nearest:g} km: {', '.join(figures)}"


def _legend(figure: Figure, phases: Sequence[str]) -> None:
    """Name the lines, under the title."""
    width, height = (float(inches) for inches in figure.get_size_inches())
    figure.legend(
        handles=[Line2D([], [], label=PHASE_NAMES[phase], **_LOOKS[phase]) for phase in phases],
        loc="upper left",
        bbox_to_anchor=(0.1 / width, 1 - 0.42 / height),
        ncols=len(phases),
        frameon=False,
        fontsize=9,
        handlelength=2.4,
        columnspacing=1.4,
        borderaxespad=0,
    )


def _listed(minutes: Sequence[float]) -> str:
    """Write guide times after each other."""
    return " and ".join(f"{value:g}" for value in minutes)
