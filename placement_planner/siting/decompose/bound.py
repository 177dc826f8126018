r"""A bound on every plan from any charges: valid in every round, however far from converged.

Weak duality: for duals :math:`y` of the rows that give no arc a negative reduced cost, no plan
costs less than

.. math:: \sum_r \min(y_r \underline{r}, y_r \overline{r})
    + \sum_c \min(\bar c_c \underline{x}_c, \bar c_c \overline{x}_c)

over rows and static columns, all of which are bounded. Charges are taken as they come; the values
of groups are then made such that every arc keeps a reduced cost of at least nought, in one of two
ways, whichever is better for a child's whole way through the phases:

- *corrected*: the values that came with the charges, lowered by the most negative reduced cost of
  each year of entry;
- *fitted*: the largest that the charges allow, those of the best ways (`ways`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.decompose.blocks import entry_costs, route_credit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Block, Charges
    from placement_planner.siting.decompose.bounds import Bounds
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.problem import Problem

__all__ = ["Priced", "bound_of", "price"]

_HELPS = 1e-7
"""Reduced cost, thousands of £ a child, below which an arc would help."""


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What pricing all arcs came to.

    Attributes
    ----------
    least
        (G, T): the least reduced cost by group and year of entry, at most nought.
    link, entry
        Arcs that would help: the best of their group and year, and those nearly as good.
    """

    least: NDArray[np.float64]
    link: NDArray[np.int64]
    entry: NDArray[np.int64]


def price(
    problem: Problem,
    blocks: tuple[Block, ...],
    charges: Charges,
    values: NDArray[np.float64],
    *,
    nearly: float = 0.5,
) -> Priced:
    """Price every arc; find those that would help."""
    least = np.zeros(problem.groups.children.shape)
    links: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    entries = [np.zeros(0, dtype=np.int64)]
    credited = values + route_credit(problem, charges)
    for block in blocks:
        for entry in range(len(problem.years)):
            costs = entry_costs(block, entry, charges, credited)
            best = np.minimum(costs.min(axis=1), 0.0)
            least[block.groups, entry] = best
            helpful = costs < np.minimum(-_HELPS, nearly * best)[:, None]
            found = block.links[helpful]
            links.append(found)
            entries.append(np.full(len(found), entry))
    return Priced(least=least, link=np.concatenate(links), entry=np.concatenate(entries))


def bound_of(
    problem: Problem,
    layout: Layout,
    duals: NDArray[np.float64],
    charges: Charges,
    values: NDArray[np.float64],
    *,
    fitted: NDArray[np.float64] | None = None,
    bounds: Bounds | None = None,
) -> float:
    """Return a bound on every plan, thousands of £.

    Parameters
    ----------
    duals
        Of all rows of the layout; those of groups are replaced.
    charges
        What goes with the duals: what its openings charge, decisions are credited with.
    values
        (G, T): values of groups that leave no arc a negative reduced cost.
    fitted
        Others that do, which are taken for areas and needs where they are better.
    bounds
        What each decision of those plans may be: anything if None.
    """
    children = problem.groups.children
    if fitted is not None:
        keys = problem.groups.table.groupby(["area_code", "need_group"], sort=False)
        way = keys.ngroup().to_numpy()
        sums = [np.bincount(way, (children * each).sum(axis=1)) for each in (values, fitted)]
        values = np.where((sums[1] > sums[0])[way][:, None], fitted, values)
    y = duals[: len(layout.lower)].copy()
    y[: children.size] = values.ravel()
    free = y != 0
    ends = [
        np.where(free, y * np.where(free, end, 0.0), 0.0) for end in (layout.lower, layout.upper)
    ]
    rows = np.minimum(*ends)
    wrong = (~np.isfinite(rows)) & (np.abs(y) <= _HELPS)
    rows[wrong] = 0.0
    static = layout.static
    reduced = static.cost - static.entries.T @ y
    reduced[layout.columns["built"]] += charges.openings.of_decisions(problem).T @ charges.opening
    lower, upper = static.lower.copy(), static.upper.copy()
    if bounds is not None:
        lower[layout.columns["built"]], upper[layout.columns["built"]] = bounds.lower, bounds.upper
    columns = np.minimum(reduced * lower, reduced * upper)
    return layout.constant + float(rows.sum() + columns.sum())
