"""Scales of colour: classes with round bounds, a colour and words for each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BLUES", "MISSING", "NOTHING", "PINKS", "PURPLES", "Scale", "make_scale"]

# Five classes of ColorBrewer (Harrower and Brewer 2003), safe for colour-blind eyes.
BLUES = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
PINKS = ("#feebe2", "#fbb4b9", "#f768a1", "#c51b8a", "#7a0177")
PURPLES = ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f")
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

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and words of each class, lowest first.

        Examples
        --------
        >>> Scale((10, 20), ("#eee", "#999", "#333"), "children").legend
        [('#eee', 'under 10 children'), ('#999', '10 to under 20'), ('#333', '20 or more')]
        """
        if not self.bounds:
            return [(self.colours[0], f"any {self.unit}")]
        words = [f"{bound:,g}" for bound in self.bounds]
        between = [f"{low} to under {high}" for low, high in pairwise(words)]
        labels = [f"under {words[0]} {self.unit}", *between, f"{words[-1]} or more"]
        return list(zip(self.colours, labels, strict=True))


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
    """
    span = float(values.max() - values.min())
    if span == 0:
        return []
    coarse = 10.0 ** floor(log10(span))
    step = next(
        size for size in (coarse / 10, coarse / 5, coarse / 2, coarse) if span / size <= STEPS
    )
    if (values % 1 == 0).all():
        step = max(step, float(np.gcd.reduce(values.astype(int))))
    bounds = {round(round(value / step) * step, 6) for value in values.quantile(_QUANTILES)}
    return sorted(bound for bound in bounds if values.min() < bound <= values.max())
