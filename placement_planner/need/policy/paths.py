r"""Paths of plans: what a scenario asks for in a year, and the joiners and reviews that meet it.

Nobody's plan is scaled: children with a plan keep it but for a review, and a year's effort acts
on those who arrive in that year alone. A path is met by as many steps of a ladder as it takes:

1. more joiners, and no reviews (:math:`f > 1, r = 0`), where it asks for more plans than there
   would be;
2. reviews of up to `policy.review_share` (:math:`f = 1`), where reviews are on;
3. fewer joiners, :math:`f` from 1 to 0: first in mainstream, by the elasticities;
4. more reviews, :math:`r` up to 1, where reviews are on;
5. with the elastic bound alone: elasticities give way towards 1, for those who newly come to a
   base or special school in that year, where mainstream has no more to give.

Plans are linear in the effort within a step.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from placement_planner.need.policy.measures import MeasureName

__all__ = ["Effort", "Path", "meet", "path_measure", "path_of"]

_MEASURES: dict[str, MeasureName] = {
    "share_of_pupils": "share_of_pupils",
    "plans_index": "plans_index",
}
_NOTHING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Path:
    """What a scenario asks for.

    Attributes
    ----------
    measure
        ``share_of_pupils``: plans of Reception to Year 11 per resident of those ages;
        ``plans_index``: all plans per plan of the base January.
    starts
        Academic year in which England stood at the start of the path.
    targets
        By academic year, the base year's own first.
    review_from
        First academic year with reviews; None without.
    to_support
        Whether joiners turned away hold an individual support plan.
    """

    measure: MeasureName
    starts: int
    targets: dict[int, float]
    review_from: int | None
    to_support: bool

    def reviews(self, year: int) -> bool:
        """Tell whether plans are reviewed in a year: from a date on, while the path falls."""
        before = self.targets.get(year - 1)
        if self.review_from is None or year < self.review_from or before is None:
            return False
        return self.targets[year] < before


@dataclass(frozen=True)
class Effort:
    """What is done in a year to meet a path.

    Attributes
    ----------
    factor
        Joiner factor :math:`f`.
    review_share
        Share :math:`r` of plans at a review that end in an individual support plan.
    yielded
        How far elasticities have given way, from 0 (as chosen) to 1 (all placements alike).
    """

    factor: float = 1.0
    review_share: float = 0.0
    yielded: float = 0.0


def _rows(scenario: str) -> pd.DataFrame:
    paths = code_table("policy_paths")
    return paths[paths["scenario"] == scenario].sort_values("academic_year")


def path_measure(scenario: str) -> MeasureName | None:
    """Return what the path of a scenario is said in; None where it has none.

    Examples
    --------
    >>> path_measure("white_paper"), path_measure("trend")
    ('share_of_pupils', None)
    """
    rows = _rows(scenario)
    return None if rows.empty else _MEASURES[rows["measure"].iloc[0]]


def path_of(scenario: str, years: Sequence[int], base_value: float, *, relative: bool) -> Path:
    """Return the path of a scenario for a region.

    Parameters
    ----------
    scenario
        Name in `codes/policy_paths.csv`. Its first row says where England stands at the start,
        and asks for nothing.
    years
        The base year and those after it.
    base_value
        The region's own share at the base. Shares go on from it in a straight line to the next
        year of the path, from there to the one after, and are held after the last. An index
        follows England's: even growth between years of the path, the last growth held after.
    relative
        Whether a path of shares is scaled by `base_value` beside England's share at the start.
    """
    rows = _rows(scenario)
    first = rows.iloc[0]
    measure = _MEASURES[first["measure"]]
    values = (
        _shares(rows, years, base_value, relative=relative)
        if measure == "share_of_pupils"
        else _index(rows, years)
    )
    return Path(
        measure=measure,
        starts=int(first["academic_year"]),
        targets={year: float(value) for year, value in zip(years, values, strict=True)},
        review_from=int(first["review_from"]) if str(first["review_from"]).strip() else None,
        to_support=bool(str(first["turned_away_to"]).strip()),
    )


def _shares(
    rows: pd.DataFrame, years: Sequence[int], base_value: float, *, relative: bool
) -> Sequence[float]:
    scale = base_value / rows["value"].iloc[0] if relative else 1.0
    ahead = rows.iloc[1:]
    ahead = ahead[ahead["academic_year"] > years[0]]
    if ahead.empty:
        return [base_value, *[float(rows["value"].iloc[-1]) * scale] * (len(years) - 1)]
    values: Sequence[float] = np.interp(
        years,
        [years[0], *ahead["academic_year"]],
        [base_value, *(ahead["value"] * scale)],
    ).tolist()
    return values


def _index(rows: pd.DataFrame, years: Sequence[int]) -> Sequence[float]:
    known = rows["academic_year"].to_numpy(dtype=float)
    logs = np.log(rows["value"].to_numpy(dtype=float))
    rates = np.diff(logs) / np.diff(known)
    segment = np.clip(np.searchsorted(known, years, side="right") - 1, 0, len(rates) - 1)
    level = logs[segment] + rates[segment] * (np.asarray(years) - known[segment])
    values: Sequence[float] = np.exp(level - level[0]).tolist()
    return values


def meet(
    measured: Callable[[Effort], float],
    target: float,
    review_share: float | None,
    *,
    may_yield: bool,
) -> tuple[Effort, float]:
    """Find the effort that meets a target, or comes as near as can be, and what it reaches.

    Parameters
    ----------
    measured
        The measure that an effort reaches; falls with every step of the ladder above.
    target
        What is asked for.
    review_share
        The share that reviews end at first; None where there are no reviews.
    may_yield
        Whether the last step of the ladder is open.

    Examples
    --------
    >>> def plans(effort):
    ...     return 80 + 20 * effort.factor - 10 * effort.review_share - 20 * effort.yielded
    >>> for target in (110, 99, 88, 75, 60, 30):
    ...     effort, reached = meet(plans, target, 0.2, may_yield=True)
    ...     print([round(float(x), 3) for x in (effort.factor, effort.review_share,
    ...         effort.yielded, reached)])
    [1.5, 0.0, 0.0, 110.0]
    [1.0, 0.1, 0.0, 99.0]
    [0.5, 0.2, 0.0, 88.0]
    [0.0, 0.5, 0.0, 75.0]
    [0.0, 1.0, 0.5, 60.0]
    [0.0, 1.0, 1.0, 50.0]
    """
    without = measured(Effort())
    if target >= without:
        slope = without - measured(Effort(factor=0.0))
        more = (target - without) / slope if slope > _NOTHING else 0.0
        effort = Effort(factor=1.0 + more)
        return effort, measured(effort)
    at_start, start = without, Effort()
    for end in _ladder(review_share, may_yield=may_yield):
        at_end = measured(end)
        if at_end <= target:
            effort = _between(measured, target, (start, at_start), (end, at_end))
            return effort, measured(effort)
        at_start, start = at_end, end
    return start, at_start


def _ladder(review_share: float | None, *, may_yield: bool) -> list[Effort]:
    """Return the ends of the steps by which plans are fewer."""
    first = review_share or 0.0
    last = first if review_share is None else 1.0
    rungs = [
        Effort(review_share=first),
        Effort(factor=0.0, review_share=first),
        Effort(factor=0.0, review_share=last),
    ]
    if may_yield:
        rungs.append(Effort(factor=0.0, review_share=last, yielded=1.0))
    return rungs


def _between(
    measured: Callable[[Effort], float],
    target: float,
    start: tuple[Effort, float],
    end: tuple[Effort, float],
) -> Effort:
    """Find the effort between two at which the measure is the target; exact where it is linear."""

    def at(part: float) -> Effort:
        pairs = zip(astuple(start[0]), astuple(end[0]), strict=True)
        return Effort(*(one + part * (other - one) for one, other in pairs))

    def missing(part: float) -> float:
        ends = {0.0: start[1], 1.0: end[1]}
        return (ends[part] if part in ends else measured(at(part))) - target

    return at(float(brentq(missing, 0.0, 1.0, xtol=_NOTHING)))
