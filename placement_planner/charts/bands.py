"""What charts of draws share: figures as numbers, bands around a line, a change in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.charts.chart import BLUE, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

__all__ = ["INNER", "OUTER", "as_numbers", "draw_bands", "told_change"]

OUTER, INNER = "#cfe3f2", "#8cbde0"


def as_numbers(frame: pd.DataFrame, columns: Sequence[str], middle: str) -> pd.DataFrame:
    """Return figures as numbers: what is withheld is missing, but ranges that begin there at 0."""
    shown = frame.assign(
        **{name: pd.to_numeric(frame[name], errors="coerce").astype(float) for name in columns}
    )
    is_shown = shown[middle].notna()
    low = {
        name: shown[name].mask(is_shown & shown[name].isna(), 0.0)
        for name in ("p5", "q1")
        if name in columns
    }
    return shown.assign(**low)


def draw_bands(axis: Axes, rows: pd.DataFrame, middle: str) -> None:
    """Draw the middle as a line, within the bands of half and of nine in ten of all draws."""
    years = rows["academic_year"]
    if "p5" in rows:
        axis.fill_between(years, rows["p5"], rows["p95"], color=OUTER, linewidth=0)
        axis.fill_between(years, rows["q1"], rows["q3"], color=INNER, linewidth=0)
    axis.plot(years, rows[middle], color=BLUE, linewidth=2)


def told_change(rows: pd.DataFrame, middle: str, write: Callable[[float], str] = number) -> str:
    """Write the first and the last year, and the range of the last where it has one."""
    first, last = rows.iloc[0], rows.iloc[-1]
    if pd.isna(last[middle]):
        return "too few to show"
    told = f"{write(first[middle])} → {write(last[middle])}"
    if "p5" not in rows or last["p95"] == last["p5"]:
        return told
    return f"{told} ({write(last['p5'])} to {write(last['p95'])})"
