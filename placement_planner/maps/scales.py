"""Classes for shading: few, round, and with colours that colour-blind eyes can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BLUES", "NEARER", "PALETTES", "PINKS", "PURPLES", "Palette", "class_bounds"]

STEPS = 10
_QUANTILES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Palette:
    """Colours of the classes, lightest first; `falls` those of changes below nought."""

    colours: tuple[str, ...]
    falls: tuple[str, ...] = ()


# Five classes of ColorBrewer (Harrower and Brewer 2003), safe for colour-blind eyes.
BLUES = Palette(("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"))
PINKS = Palette(("#feebe2", "#fbb4b9", "#f768a1", "#c51b8a", "#7a0177"))
PURPLES = Palette(("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"))
NEARER = Palette(("#006d2c", "#31a354", "#74c476", "#bae4b3", "#edf8e9"))
_ORANGES = ("#feedde", "#fdbe85", "#fd8d3c", "#e6550d", "#a63603")
PALETTES = {
    "rise": Palette(PURPLES.colours, _ORANGES),
    "gain": Palette(_ORANGES, BLUES.colours),
}
"""Palettes of changes: of needs that rise, and of lacks whose fall is a gain."""


def class_bounds(columns: Sequence[pd.Series]) -> tuple[float, ...]:
    """Return the bounds between classes, the same for all columns, so that they can be compared.

    Few different whole values are a class each; otherwise classes hold about as many values
    each, with rounded bounds. Withheld and missing values and zeros do not count, and changes
    count by their size.

    Examples
    --------
    >>> class_bounds([pd.Series([0, "c", 11, 22, 29, 41, 52, 61])])
    (20.0, 30.0, 40.0, 50.0)
    """
    values = pd.to_numeric(pd.concat(list(columns)), errors="coerce").abs()
    values = values[values > 0].astype(float)
    if values.empty:
        return ()
    few = sorted(values.unique())
    is_each = len(few) <= len(BLUES.colours) and (values % 1 == 0).all()
    return tuple(few[1:] if is_each else _round_bounds(values))


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
