"""The best way for every area and need at given charges.

A way says for each group and year where those who come to need a place then are placed. At charges
of pools, borders and routes the best of them is found from the last year and phase backwards: what
a child placed is worth in the row of its group is the least that an arc costs, less what it is
worth in the years and phases that follow (the same recursion as that of a shortest path).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.decompose.blocks import entry_costs, route_credit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Block, Charges
    from placement_planner.siting.problem import Problem

__all__ = ["Ways", "best_ways"]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Of each group and year: what a child placed is worth, at most nought, and the link taken.

    `link` is −1 where the fallback is no dearer than any place.
    """

    values: NDArray[np.float64]
    link: NDArray[np.int64]


def best_ways(problem: Problem, blocks: tuple[Block, ...], charges: Charges) -> Ways:
    """Return the best ways at charges: no arc costs less than what it is worth."""
    values = np.zeros(problem.groups.children.shape)
    link = np.full(values.shape, -1, dtype=np.int64)
    credit = route_credit(problem, charges)
    for block in blocks:
        rows = np.arange(len(block.groups))
        for entry in reversed(range(len(problem.years))):
            costs = entry_costs(problem, block, entry, charges, values + credit)
            best = costs.argmin(axis=1)
            least = costs[rows, best]
            values[block.groups, entry] = np.minimum(least, 0.0)
            link[block.groups, entry] = np.where(least < 0, block.links[rows, best], -1)
    return Ways(values=values, link=link)
