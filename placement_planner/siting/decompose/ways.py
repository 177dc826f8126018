r"""The best way for every area and need at given charges, and who takes it.

A way says for each group and year where those who come to need a place then are placed. At charges
of pools, borders and routes the best of them is found from the last year and phase backwards: what
a child placed is worth in the row of its group is the least that an arc costs, less what it is
worth in the years and phases that follow (the same recursion as that of a shortest path).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.arcs import stays_of
from placement_planner.siting.decompose.blocks import entry_costs, route_credit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Block, Charges
    from placement_planner.siting.problem import Problem

__all__ = ["Entrants", "Ways", "best_ways", "entrants_of", "with_room"]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Of each group and year: what a child placed is worth, at most nought, and the link taken.

    `link` is −1 where the fallback is no dearer than any place.
    """

    values: NDArray[np.float64]
    link: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Entrants:
    """Children placed on arcs: links, years of entry, and how many."""

    link: NDArray[np.int64]
    entry: NDArray[np.int64]
    children: NDArray[np.float64]


def best_ways(problem: Problem, blocks: tuple[Block, ...], charges: Charges) -> Ways:
    """Return the best ways at charges: no arc costs less than what it is worth."""
    credit = route_credit(problem, charges)
    worth = credit.copy()
    link = np.full(worth.shape, -1, dtype=np.int64)
    for block in blocks:
        rows = np.arange(len(block.groups))
        for entry in reversed(range(len(problem.years))):
            costs = entry_costs(block, entry, charges, worth)
            best = costs.argmin(axis=1)
            least = costs[rows, best]
            worth[block.groups, entry] += np.minimum(least, 0.0)
            link[block.groups, entry] = np.where(least < 0, block.links[rows, best], -1)
    return Ways(values=worth - credit, link=link)


def entrants_of(problem: Problem, link: NDArray[np.int64]) -> Entrants:
    """Return who is placed if everybody takes these links, in the order of years.

    Those who stay from earlier years, or come up from an earlier phase, are taken off. Where a need
    falls faster than they leave, all who are placed of its area and need are fewer in proportion.
    """
    children = problem.groups.children
    used = np.zeros(children.shape)
    parts = []
    for entry in range(children.shape[1]):
        room = children[:, entry] - used[:, entry]
        group = np.flatnonzero((link[:, entry] >= 0) & (room > 0))
        taken = link[group, entry]
        stays = stays_of(problem, taken, np.full(len(taken), entry))
        np.add.at(used, (stays.group, stays.year), stays.share * room[group][stays.arc])
        parts.append((taken, np.full(len(taken), entry), room[group]))
    links, entries, placed = (np.concatenate(part) for part in zip(*parts, strict=True))
    return with_room(problem, Entrants(link=links, entry=entries, children=placed), used)


def with_room(problem: Problem, placed: Entrants, used: NDArray[np.float64]) -> Entrants:
    """Return those placed, fewer of areas and needs that have no room for all in some year.

    Parameters
    ----------
    used
        (G, T): those who count in each group's row.
    """
    children = problem.groups.children
    part = np.divide(children, used, out=np.ones_like(used), where=used > children).min(axis=1)
    way = problem.groups.table.groupby(["area_code", "need_group"], sort=False).ngroup().to_numpy()
    least = np.ones(int(way.max()) + 1)
    np.minimum.at(least, way, part)
    return replace(placed, children=placed.children * least[way[problem.link_group[placed.link]]])
