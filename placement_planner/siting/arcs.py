r"""Arcs: children of a link placed in one year, and the rows they count in while they stay.

A child of group :math:`g` placed in pool :math:`q` in year :math:`e` is counted in year
:math:`t \ge e`, :math:`h` phases further on, with the share

.. math:: \sigma^h_{g}(e, t) \; [q_h \text{ stands in } t] \; \phi^h_{g_h t}

where :math:`q_h` and :math:`g_h` are the pool and the group of that phase, :math:`\sigma` is
survival, and :math:`\phi` (1 for :math:`t = e`) the share of those who stay (:math:`h = 0`) or come
up that the need has room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.problem import Problem

__all__ = ["Arcs", "Stays", "all_arcs", "arc_costs", "stays_of"]


@dataclass(frozen=True, kw_only=True)
class Arcs:
    """Children placed: positions of link and year of entry, and £ a child over the horizon."""

    link: NDArray[np.int64]
    entry: NDArray[np.int64]
    gbp: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.link)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Arcs:
        """Return some of the arcs."""
        return Arcs(link=self.link[which], entry=self.entry[which], gbp=self.gbp[which])


@dataclass(frozen=True, kw_only=True)
class Stays:
    """What arcs count for, one entry an arc, year and phase: which arc, group, pool, year; share.

    `phases_on` tells whether they are in the phase of entry (0), the next (1) or after (2).
    """

    arc: NDArray[np.int64]
    group: NDArray[np.int64]
    pool: NDArray[np.int64]
    year: NDArray[np.int64]
    phases_on: NDArray[np.int64]
    share: NDArray[np.float64]


def stays_of(problem: Problem, link: NDArray[np.int64], entry: NDArray[np.int64]) -> Stays:
    """Return the groups, pools and years that arcs count in, by their links and years of entry."""
    group, pool = problem.link_group[link], problem.link_pool[link]
    profile = problem.groups.table["profile"].to_numpy()[group]
    parts: list[tuple[NDArray[np.int64], ...]] = []
    shares: list[NDArray[np.float64]] = []
    for phases_on in range(problem.survival.shape[1]):
        later = problem.groups.following[group, phases_on]
        holds = problem.pools.following[pool, phases_on]
        possible = (later >= 0) & (holds >= 0)
        for year in range(len(problem.years)):
            share = problem.survival[profile, phases_on, entry, year] * possible
            share *= problem.pools.stands[holds, year]
            if phases_on:
                share *= problem.groups.follow[later, year]
            else:
                share *= np.where(entry < year, problem.groups.stay[group, year], 1.0)
            arc = np.flatnonzero(share > 0)
            steps, years = (np.full_like(arc, number) for number in (phases_on, year))
            parts.append((arc, later[arc], holds[arc], years, steps))
            shares.append(share[arc])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Stays(
        arc=columns[0],
        group=columns[1],
        pool=columns[2],
        year=columns[3],
        phases_on=columns[4],
        share=np.concatenate(shares),
    )


def arc_costs(problem: Problem, link: NDArray[np.int64], stays: Stays) -> NDArray[np.float64]:
    """Return £ a child over the horizon, discounted and weighed by the years of each period."""
    yearly = problem.link_gbp[link[stays.arc], stays.phases_on]
    gbp = yearly * stays.share * problem.weights[stays.year]
    return np.bincount(stays.arc, weights=gbp, minlength=len(link)).astype(float)


def all_arcs(problem: Problem) -> Arcs:
    """Return every arc that some best plan may need.

    Left out are years in which a pool cannot be entered or a group has nobody to place; and arcs
    whose cost is no less than that of the fallback (at its dearest, where a route has a limit) for
    as long as the child would stay, unless the child would count, then or later, in a pool that an
    option must fill: leaving them out changes no optimum.
    """
    parts = [_of_entry(problem, entry) for entry in range(len(problem.years))]
    return Arcs(
        link=np.concatenate([part.link for part in parts]),
        entry=np.concatenate([part.entry for part in parts]),
        gbp=np.concatenate([part.gbp for part in parts]),
    )


def _of_entry(problem: Problem, entry: int) -> Arcs:
    open_then = problem.pools.stands[problem.link_pool, entry]
    wanted = problem.groups.children[problem.link_group, entry] > 0
    link = np.flatnonzero(open_then & wanted)
    year = np.full_like(link, entry)
    stays = stays_of(problem, link, year)
    gbp = arc_costs(problem, link, stays)
    saved = problem.routes.worst_gbp[stays.group] * stays.share * problem.weights[stays.year]
    useful = gbp < np.bincount(stays.arc, weights=saved, minlength=len(link))
    useful |= np.isin(np.arange(len(link)), stays.arc[_must_fill(problem)[stays.pool]])
    return Arcs(link=link[useful], entry=year[useful], gbp=gbp[useful])


def _must_fill(problem: Problem) -> NDArray[np.bool_]:
    """Tell which pools belong to an option with a viable minimum fill, which may need any arc."""
    fill = problem.options.set_index("option_id")["minimum_fill"]
    least = problem.decisions["option_id"].map(fill).to_numpy(dtype=float)
    opens = problem.opens
    needy = np.zeros(len(problem.pools.table), dtype=bool)
    needy[opens["pool"].to_numpy()[least[opens["decision"].to_numpy()] > 0]] = True
    return needy
