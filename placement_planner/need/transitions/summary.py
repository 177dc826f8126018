"""What the draws say: mean, spread and quantiles by state, need, setting, NCY and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from placement_planner.need.transitions.states import States

__all__ = ["STATISTICS", "Summary", "statistics", "summarise", "total_table"]

_QUANTILES = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}

STATISTICS = ("mean", "std-dev", *_QUANTILES)
"""Columns of a summary that tell of the draws, all in children."""

_LABELS = {"ncy": "academic-year", "need": "need", "setting": "setting"}


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Draws in short, by January; each table has `calendar-year`, its labels and `STATISTICS`.

    Every table adds up the children of each draw first: medians and other quantiles of parts do
    not add up to those of the whole. Rows that are 0 in every draw are left out, but for totals.

    Attributes
    ----------
    state
        By academic-year (NCY), need and setting.
    total
        All children.
    need, setting, ncy
        By need; by setting; by academic-year.
    """

    state: pd.DataFrame
    total: pd.DataFrame
    need: pd.DataFrame
    setting: pd.DataFrame
    ncy: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {
            "state": self.state,
            "total": self.total,
            "need": self.need,
            "setting": self.setting,
            "ncy": self.ncy,
        }


def _narrow(counts: NDArray[np.int32]) -> NDArray[np.integer[Any]]:
    """Return the counts as the narrowest whole numbers that hold them: those sort fastest."""
    most = int(counts.max(initial=0))
    for kind in (np.uint8, np.int16):
        if most <= np.iinfo(kind).max:
            return counts.astype(kind)
    return counts


def statistics(counts: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return mean, standard deviation and quantiles over the draws of each row.

    Parameters
    ----------
    counts
        Children, not below 0; shape (rows, D).

    Returns
    -------
    ndarray
        Columns as in `STATISTICS`; the deviation is over D, quantiles lie straight between the
        two nearest draws; shape (rows, 7).

    Examples
    --------
    >>> statistics(np.array([[4, 0, 1, 3, 2]], dtype=np.int32))[0].round(2).tolist()
    [2.0, 1.41, 0.2, 1.0, 2.0, 3.0, 3.8]
    """
    draws = counts.shape[1]
    ordered = np.sort(_narrow(counts), axis=1, kind="stable")
    mean = counts.sum(axis=1, dtype=np.int64) / draws
    wide = counts.astype(np.float64)
    squares = np.einsum("rd,rd->r", wide, wide) / draws
    place = np.array(list(_QUANTILES.values())) * (draws - 1)
    lower = np.floor(place + 1e-9).astype(np.int64)
    upper = np.minimum(lower + 1, draws - 1)
    low, high = ordered[:, lower].astype(np.float64), ordered[:, upper].astype(np.float64)
    spread = np.sqrt(np.maximum(squares - mean**2, 0.0))
    quantiles = low + (high - low) * np.clip(place - lower, 0.0, 1.0)
    return np.column_stack([mean, spread, quantiles])


def _sums(counts: NDArray[np.int32], group: NDArray[np.int64], n: int) -> NDArray[np.int32]:
    """Add up the rows of each group in every draw; shape (n, D)."""
    ones = np.ones(len(group), dtype=np.int32)
    member = csr_array((ones, (group, np.arange(len(group)))), shape=(n, len(group)))
    sums: NDArray[np.int32] = member @ counts
    return sums


def _table(
    january: int,
    counts: NDArray[np.int32],
    labels: dict[str, NDArray[np.object_] | NDArray[np.int64]],
) -> pd.DataFrame:
    numbers = dict(zip(STATISTICS, statistics(counts).T, strict=True))
    return pd.DataFrame({"calendar-year": january, **labels, **numbers}, index=range(len(counts)))


def _tables(january: int, counts: NDArray[np.int32], states: States) -> dict[str, pd.DataFrame]:
    seen = np.flatnonzero(counts.any(axis=1))
    counts = counts[seen]
    code = {"ncy": states.ncy[seen], "need": states.need[seen], "setting": states.setting[seen]}
    ncys = np.unique(states.ncy)
    words = {
        "ncy": ncys,
        "need": np.array(states.needs, dtype=object),
        "setting": np.array(states.settings, dtype=object),
    }
    positions = code | {"ncy": np.searchsorted(ncys, code["ncy"])}
    tables = {
        "state": _table(
            january,
            counts,
            {_LABELS[name]: words[name][position] for name, position in positions.items()},
        ),
        "total": _table(january, counts.sum(axis=0, keepdims=True, dtype=np.int32), {}),
    }
    for name, position in positions.items():
        sums = _sums(counts, position, len(words[name]))
        kept = np.unique(position)
        tables[name] = _table(january, sums[kept], {_LABELS[name]: words[name][kept]})
    return tables


def total_table(totals: NDArray[np.int64], first_january: int) -> pd.DataFrame:
    """Summarise all children of several authorities, draw by draw.

    Parameters
    ----------
    totals
        Children in all, (H + 1, D), added up over authorities in each draw.
    first_january
        Census year of the first row.

    Returns
    -------
    DataFrame
        As `Summary.total`.
    """
    years = [
        _table(january, row[None].astype(np.int32), {})
        for january, row in enumerate(totals, first_january)
    ]
    return pd.concat(years, ignore_index=True)


def summarise(path: Iterable[NDArray[np.int32]], states: States, first_january: int) -> Summary:
    """Summarise the draws of one authority, one January after another.

    Parameters
    ----------
    path
        Children by state and draw at `first_january` and each January after it; shape (S, D)
        each. They are read once and not kept.
    states
        The rows of the counts.
    first_january
        Census year of the first counts.

    Returns
    -------
    Summary
        A table a grouping, rows sorted by January, then by label.
    """
    years = [_tables(january, counts, states) for january, counts in enumerate(path, first_january)]
    names = ("state", "total", "need", "setting", "ncy")
    return Summary(
        **{name: pd.concat([year[name] for year in years], ignore_index=True) for name in names}
    )
