"""The rules for one table: small counts are withheld, others rounded, and how much that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placement_planner.scenario import PrivacyChoices

__all__ = [
    "NEARLY_NOTHING",
    "SHARE_TO_SHOW",
    "WITHHELD",
    "Withheld",
    "count_withheld",
    "finest_level",
    "is_withheld",
    "rounded",
    "rounded_as_children",
    "withhold",
]

WITHHELD = "c"
SHARE_TO_SHOW = 0.8
NEARLY_NOTHING = 1e-6


@dataclass(frozen=True)
class Withheld:
    """How much of one table or layer was withheld, to be said on the page."""

    table: str
    level: str
    cells: int
    withheld: int

    def __str__(self) -> str:
        """Say it in a sentence.

        Examples
        --------
        >>> print(Withheld("Need by area", "middle area", 40, 3))
        Need by area (by middle area): 3 of 40 counts withheld
        """
        by = f" (by {self.level})" if self.level else ""
        return f"{self.table}{by}: {self.withheld:,} of {self.cells:,} counts withheld"


def is_withheld(counts: pd.Series[float], choices: PrivacyChoices) -> pd.Series[bool]:
    """Tell which counts may not be shown: above nothing and under the threshold.

    Nothing at all stays shown, because a modelled zero tells of no child.
    """
    if choices.profile == "internal":
        return pd.Series(data=False, index=counts.index)
    return (counts > NEARLY_NOTHING) & (counts < choices.threshold - NEARLY_NOTHING)


def withhold(
    frame: pd.DataFrame,
    count_columns: Sequence[str],
    choices: PrivacyChoices,
    derived: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the table as it may leave: small counts as ``c``, other counts rounded.

    Parameters
    ----------
    frame
        A table of an output; not changed.
    count_columns
        Columns that count children. Those strictly between nothing and the threshold become ``c``,
        the others are rounded to the nearest multiple that the choices name.
    choices
        Profile, threshold and rounding. The internal profile leaves every value as it is.
    derived
        Columns that were worked out from the counts (£, km, minutes, shares): withheld in every
        row in which any count is.

    Examples
    --------
    >>> from placement_planner.scenario import PrivacyChoices
    >>> frame = pd.DataFrame({"children": [0.0, 4.0, 12.0], "minutes": [0.0, 31.0, 25.0]})
    >>> withhold(frame, ["children"], PrivacyChoices(), derived=["minutes"])
      children minutes
    0      0.0     0.0
    1        c       c
    2     10.0    25.0
    """
    if choices.profile == "internal":
        return frame.copy()
    hidden = {name: is_withheld(frame[name], choices) for name in count_columns}
    row_hidden = np.logical_or.reduce([mask.to_numpy() for mask in hidden.values()])
    shown = {
        name: rounded(frame[name], choices.rounding).astype(object).mask(mask, WITHHELD)
        for name, mask in hidden.items()
    }
    worked_out = {name: frame[name].astype(object).mask(row_hidden, WITHHELD) for name in derived}
    return frame.assign(**shown, **worked_out)


def rounded(counts: Any, multiple: float) -> Any:  # noqa: ANN401 - a Series or an array
    """Round to the nearest multiple, halves up."""
    return np.floor(counts / multiple + 0.5) * multiple


def rounded_as_children(figures: Any, children: Any, multiple: float) -> Any:  # noqa: ANN401
    """Round £, km or minutes as roughly as the children are whom they are worked out from.

    A figure of `children` is rounded to a multiple of 1, 2 or 5 times a power of ten, the largest
    that is no more than the share of `multiple` children in it. With the price of a child at hand,
    more digits would tell the count that a rounded one hides.

    Parameters
    ----------
    figures
        £ and km in all, or means such as minutes: a Series or an array.
    children
        How many they are of.
    multiple
        What the children are rounded to.

    Examples
    --------
    Five of 30 children cost £205,761, and move a mean of 21.4 minutes by up to 3.6.

    >>> rounded_as_children(np.array([1_234_567.0, 21.4]), np.array([30.0, 30.0]), 5)
    array([1.2e+06, 2.2e+01])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = multiple * np.abs(figures) / np.where(children > 0, children, np.nan)
        power = 10.0 ** np.floor(np.log10(share))
        step = power * np.select([share >= 5 * power, share >= 2 * power], [5.0, 2.0], 1.0)
        found = np.round(figures / step) * step
    return np.where(np.isfinite(found), found, figures)


def count_withheld(
    table: str,
    level: str,
    frame: pd.DataFrame,
    count_columns: Sequence[str],
    choices: PrivacyChoices,
) -> Withheld:
    """Count how many of a table's cells with children are withheld.

    `frame` is the table before `withhold`.
    """
    counts = pd.Series(frame[list(count_columns)].to_numpy(dtype=float).ravel())
    cells = int(counts.gt(NEARLY_NOTHING).sum())
    return Withheld(table, level, cells, int(is_withheld(counts, choices).sum()))


def finest_level(
    tables_by_level: Mapping[str, pd.DataFrame],
    count_columns: Sequence[str],
    choices: PrivacyChoices,
    share: float = SHARE_TO_SHOW,
) -> str:
    """Return the first level at which enough of the cells with children can be shown.

    Parameters
    ----------
    tables_by_level
        The same counts by level, finest first.
    share
        Share of the cells with children that must be shown.

    Returns
    -------
    str
        A key of `tables_by_level`; the last one where no level has enough.

    Examples
    --------
    >>> from placement_planner.scenario import PrivacyChoices
    >>> fine = pd.DataFrame({"children": [3.0, 4.0, 9.0]})
    >>> coarse = pd.DataFrame({"children": [16.0]})
    >>> finest_level({"area": fine, "authority": coarse}, ["children"], PrivacyChoices())
    'authority'
    """
    for level, frame in tables_by_level.items():
        found = count_withheld("", level, frame, count_columns, choices)
        if found.cells - found.withheld >= share * found.cells:
            return level
    return list(tables_by_level)[-1]
