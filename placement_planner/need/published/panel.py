"""A published series of authorities, laid out up to an origin beside the nation's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Panel", "growth_panel", "with_predecessors"]

_TAIL = 0.1
"""Share of authorities at either end whose growth counts as that of the next within."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Series of authorities as arrays: authorities down, Januaries across."""

    codes: tuple[str, ...]
    regions: NDArray[np.int64]
    """Region of each authority, as a number."""
    januaries: tuple[int, ...]
    plans: NDArray[np.float64]
    """Children; NaN where not published."""
    nation: NDArray[np.float64]
    """Children of the nation at each January; extended by its last growth where not published."""
    per_head: NDArray[np.float64]
    """Log of plans per head against the nation's; nought where no population is known."""
    all_deviations: NDArray[np.float64]
    """Deviations of all the authority's plans, where the series is one placement; else nought."""

    @property
    def growth(self) -> float:
        """Log growth of the nation into the origin; nought where the nation had nobody."""
        steps = np.diff(_logs(self.nation[-2:]))
        return float(np.nan_to_num(steps[0]))

    @property
    def deviations(self) -> NDArray[np.float64]:
        """Log growth less the nation's, into each January but the first; NaN where unknown."""
        spread: NDArray[np.float64] = np.diff(_logs(self.plans), axis=1) - np.diff(
            _logs(self.nation)
        )
        return spread


def _logs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logs; NaN where there is nobody."""
    logs: NDArray[np.float64] = np.log(np.where(values > 0, values, np.nan))
    return logs


def growth_panel(
    counts: pd.DataFrame,
    regions: pd.Series,
    population: pd.Series,
    origin: int,
    nation: tuple[pd.Series, float] | None = None,
    whole: Panel | None = None,
) -> Panel:
    """Lay a series out up to an origin.

    Parameters
    ----------
    counts
        code, january, children: one row an authority and January.
    regions
        Region by code; an authority without one is a region of its own.
    population
        Children and young people by code, of one date; may lack some.
    origin
        Last January that is known.
    nation
        Children of the nation with a plan by January, and its children and young people.
        Default: what authorities with a population add up to at the origin, chained back by the
        mean growth of those known in both Januaries, the tenth at either end drawn in.
    whole
        Panel of all plans, where the series is one placement of them.

    Raises
    ------
    DataError
        If no nation is given and no two Januaries up to the origin follow each other.
    """
    known = counts[counts["january"].le(origin) & counts["children"].notna()]
    wide = known.pivot_table(index="code", columns="january", values="children").sort_index()
    first = int(wide.columns.min()) if len(wide) else origin
    januaries = range(min(first, origin if nation is None else origin - 1), origin + 1)
    wide = wide.reindex(columns=januaries)
    plans = wide.to_numpy(dtype="float64")
    follows = np.isfinite(plans[:, 1:]) & np.isfinite(plans[:, :-1])
    if nation is None and not follows.any():
        raise DataError(
            f"growth up to January {origin} needs a series with two Januaries that follow each "
            f"other; there are {sorted(known['january'].unique().tolist())}"
        )
    heads = population.reindex(wide.index).to_numpy(dtype="float64")
    total, national_heads = _sums(plans, heads) if nation is None else _given(nation, januaries)
    codes = tuple(map(str, wide.index))
    return Panel(
        codes=codes,
        regions=pd.factorize(np.array([regions.get(code, code) for code in codes], dtype=object))[
            0
        ],
        januaries=tuple(januaries),
        plans=plans,
        nation=total,
        per_head=_log_ratio(plans, heads[:, None], total / national_heads),
        all_deviations=_all_deviations(whole, codes, januaries),
    )


def _sums(
    plans: NDArray[np.float64], heads: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Chain the growth of the authorities known in both Januaries back from the last total."""
    growth = _growth_of_all(plans)
    peopled = np.isfinite(heads) & np.isfinite(plans[:, -1])
    last = float(plans[peopled, -1].sum()) or 1.0
    back = np.concatenate([np.cumsum(growth[::-1])[::-1], [0.0]])
    return last * np.exp(-back), float(heads[peopled].sum()) or 1.0


def _growth_of_all(plans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean log growth, children weighing, with the tails drawn in: a break is not growth."""
    steps = np.diff(_logs(plans), axis=1)
    known = np.isfinite(steps)
    growth = np.zeros(steps.shape[1])
    for place in np.flatnonzero(known.any(axis=0)):
        mine = known[:, place]
        low, high = np.quantile(steps[mine, place], [_TAIL, 1 - _TAIL])
        drawn_in = np.clip(steps[mine, place], low, high)
        growth[place] = np.average(drawn_in, weights=plans[mine, place])
    return growth


def _given(nation: tuple[pd.Series, float], januaries: range) -> tuple[NDArray[np.float64], float]:
    """Take the nation's Januaries; before and after them, its first and last growth go on."""
    known = nation[0][nation[0] > 0].sort_index()
    if known.empty:
        raise DataError("the nation's series holds no January")
    span = range(min(known.index[0], januaries[0]), max(known.index[-1], januaries[-1]) + 1)
    logs = np.log(known).reindex(span)
    steps = logs.diff().bfill().ffill().fillna(0.0)
    chained = steps.cumsum()
    anchor = known.index[0]
    level = chained - chained[anchor] + logs[anchor]
    whole: NDArray[np.float64] = np.exp(level.reindex(januaries)).to_numpy(dtype="float64")
    return whole, nation[1]


def _log_ratio(
    plans: NDArray[np.float64], of: NDArray[np.float64], nation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log of plans over `of`, against the nation's ratio; nought where it is not known."""
    known = (plans > 0) & (of > 0)
    ratio = np.where(known, plans, 1.0) / np.where(known, of, 1.0) / nation
    logs: NDArray[np.float64] = np.where(known, np.nan_to_num(_logs(ratio)), 0.0)
    return logs


def _all_deviations(
    whole: Panel | None, codes: tuple[str, ...], januaries: range
) -> NDArray[np.float64]:
    if whole is None:
        return np.zeros((len(codes), len(januaries) - 1))
    every = pd.DataFrame(whole.deviations, index=whole.codes, columns=whole.januaries[1:])
    lined_up: NDArray[np.float64] = every.reindex(index=codes, columns=januaries[1:]).to_numpy()
    return lined_up


def with_predecessors(counts: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Give authorities that began by a split or merger the past of those they came from.

    Each takes the share of its predecessors' children that it has of its group's at its first
    January; the predecessors' own rows go. Nothing after the origin is looked at.

    Parameters
    ----------
    counts
        code, series (the same for an authority, its predecessors and its fellows), january,
        children.
    origin
        Last January that is known.

    Returns
    -------
    DataFrame
        code, january, children up to the origin, rows before the first January of such
        authorities in place of their predecessors'.

    Examples
    --------
    >>> rows = [("old", 2020, 90.0), ("old", 2021, 100.0), ("x", 2022, 30.0), ("y", 2022, 90.0)]
    >>> counts = pd.DataFrame(rows, columns=["code", "january", "children"]).assign(series="x+y")
    >>> with_predecessors(counts, 2022).query("code == 'x'")["children"].tolist()
    [30.0, 22.5, 25.0]
    """
    known = counts[counts["january"] <= origin]
    names = ["code", "january", "children"]
    parts, gone = [], []
    for _, group in known.groupby("series"):
        last = group["january"].max()
        now = group.loc[group["january"] == last, "code"]
        mine = group[group["code"].isin(now)]
        first = int(mine["january"].min())
        before = group[(group["january"] < first) & ~group["code"].isin(now)]
        if before.empty:
            continue
        gone += before["code"].unique().tolist()
        begun = mine[mine["january"] == first].set_index("code")["children"]
        totals = before.groupby("january")["children"].sum(min_count=1)
        parts += [
            pd.DataFrame({"code": code, "january": totals.index, "children": totals * share})
            for code, share in (begun / begun.sum()).items()
        ]
    kept = known.loc[~known["code"].isin(gone), names]
    return pd.concat([kept, *parts], ignore_index=True)
