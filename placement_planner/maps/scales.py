"""Scales of colour: classes with round bounds, a colour and words for each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.privacy import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BLUES",
    "MISSING",
    "NOTHING",
    "PINKS",
    "PURPLES",
    "ChangeScale",
    "Scale",
    "make_change_scale",
    "make_scale",
]

# Five classes of ColorBrewer (Harrower and Brewer 2003), safe for colour-blind eyes.
BLUES = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
PINKS = ("#feebe2", "#fbb4b9", "#f768a1", "#c51b8a", "#7a0177")
PURPLES = ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f")
ORANGES = ("#feedde", "#fdbe85", "#fd8d3c", "#e6550d", "#a63603")
MISSING = "#c8c8c8"
NOTHING = "#ffffff"
STEPS = 10
_QUANTILES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Scale:
    """Classes of one measure: `bounds` part them, `colours` is one longer."""

    bounds: tuple[float, ...]
    colours: tuple[str, ...]
    unit: str

    def colour(self, value: object) -> str:
        """Return the colour of a value: white for nothing, grey where there is no figure."""
        if not isinstance(value, (int, float)) or np.isnan(value):
            return MISSING
        return NOTHING if value == 0 else self.colours[bisect_right(self.bounds, value)]

    def figure(self, value: object) -> str:
        """Write a value with its unit.

        Examples
        --------
        >>> scale = Scale((), ("#eee",), "children")
        >>> scale.figure(1234.0), scale.figure("c"), scale.figure(float("nan"))
        ('1,234 children', 'c (withheld)', 'no children')
        """
        if value == WITHHELD:
            return "c (withheld)"
        if not isinstance(value, (int, float)) or np.isnan(value):
            return "no children"
        return (
            f"{value:,.1f} {self.unit}" if self.unit == "minutes" else f"{value:,.0f} {self.unit}"
        )

    @property
    def nothing(self) -> str | None:
        """Words for nought, which is white; None where nought is no figure of its own."""
        return "none" if self.unit == "children" else None

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and words of each class, lowest first.

        Examples
        --------
        >>> Scale((10, 20), ("#eee", "#999", "#333"), "children").legend
        [('#eee', 'under 10 children'), ('#999', '10 to under 20'), ('#333', '20 or more')]
        """
        return list(zip(self.colours, self.words, strict=True))

    @property
    def words(self) -> list[str]:
        """Words of each class, lowest first."""
        if not self.bounds:
            return [f"any {self.unit}"]
        bounds = [f"{bound:,g}" for bound in self.bounds]
        between = [f"{low} to under {high}" for low, high in pairwise(bounds)]
        return [f"under {bounds[0]} {self.unit}", *between, f"{bounds[-1]} or more"]


@dataclass(frozen=True)
class ChangeScale:
    """Classes of a change: those of falls mirror those of rises; white for no change.

    `seen` are the colours that occur: the legend leaves out the others.
    """

    rises: Scale
    falls: Scale
    seen: frozenset[str]

    def colour(self, value: object) -> str:
        """Return the colour of a change: white for none, grey where there is no figure."""
        if isinstance(value, (int, float)) and value < 0:
            return self.falls.colour(-value)
        return self.rises.colour(value)

    def figure(self, value: object) -> str:
        """Write a change with its sign and unit.

        Examples
        --------
        >>> scale = make_change_scale(pd.Series([5, -15]), "children")
        >>> scale.figure(5), scale.figure(-15.0), scale.figure(0), scale.figure("c")
        ('+5 children', '-15 children', 'no change', 'c (withheld)')
        """
        told = self.rises.figure(value)
        if not isinstance(value, (int, float)) or np.isnan(value):
            return told
        return "no change" if value == 0 else f"{'+' * (value > 0)}{told}"

    @property
    def nothing(self) -> None:
        """No words before the legend: no change stands within it."""

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and words of each class that occurs, from the greatest fall to the greatest rise.

        Examples
        --------
        >>> for colour, words in make_change_scale(pd.Series([5, 15, -15]), "children").legend:
        ...     print(colour, words)
        #a63603 down by 15 or more
        #ffffff no change
        #f2f0f7 up by under 15 children
        #54278f up by 15 or more
        """
        rows = [
            *((colour, f"down by {words}") for colour, words in reversed(self.falls.legend)),
            (NOTHING, "no change"),
            *((colour, f"up by {words}") for colour, words in self.rises.legend),
        ]
        return [row for row in rows if row[0] in self.seen | {NOTHING}]


def make_change_scale(change: pd.Series, unit: str) -> ChangeScale:
    """Make a scale for changes, with the same bounds for rises and falls."""
    sizes = pd.to_numeric(change, errors="coerce").abs()
    rises, falls = (make_scale([sizes], palette, unit) for palette in (PURPLES, ORANGES))
    scale = ChangeScale(rises, falls, frozenset())
    return replace(scale, seen=frozenset(scale.colour(value) for value in change))


def make_scale(columns: Sequence[pd.Series], palette: tuple[str, ...], unit: str) -> Scale:
    """Make one scale for one or more columns, so that maps of them can be compared.

    Few different whole values are a class each; otherwise classes hold about as many values
    each, with rounded bounds. Withheld and missing values and zeros do not count.

    Examples
    --------
    >>> make_scale([pd.Series([0, "c", 11, 22, 29, 41, 52, 61])], BLUES, "children").bounds
    (20.0, 30.0, 40.0, 50.0)
    """
    values = pd.to_numeric(pd.concat(list(columns)), errors="coerce")
    values = values[values > 0].astype(float)
    if values.empty:
        return Scale((), palette[-1:], unit)
    few = sorted(values.unique())
    is_each = len(few) <= len(palette) and (values % 1 == 0).all()
    bounds = few[1:] if is_each else _round_bounds(values)
    picks = np.linspace(0, len(palette) - 1, len(bounds) + 1).round().astype(int)
    return Scale(tuple(bounds), tuple(palette[pick] for pick in picks), unit)


def _round_bounds(values: pd.Series[float]) -> list[float]:
    """Return quantiles, rounded to a step that leaves no more than ten in the span.

    The step is no finer than the values are: rounded counts are not parted between multiples.
    Where ties of counts leave fewer classes, the highest is parted further, at its median.
    """
    span = float(values.max() - values.min())
    if span == 0:
        return []
    coarse = 10.0 ** floor(log10(span))
    step = next(
        size for size in (coarse / 10, coarse / 5, coarse / 2, coarse) if span / size <= STEPS
    )
    is_whole = bool((values % 1 == 0).all())
    if is_whole:
        step = max(step, float(np.gcd.reduce(values.astype(int))))
    rounded = {round(round(value / step) * step, 6) for value in values.quantile(_QUANTILES)}
    bounds = sorted(bound for bound in rounded if values.min() < bound <= values.max())
    while is_whole and bounds and len(bounds) < len(_QUANTILES):
        top = bounds[-1]
        median = float(values[values >= top].median())
        higher = round(max(round(median / step), round(top / step) + 1) * step, 6)
        if higher > values.max():
            break
        bounds.append(higher)
    return bounds
