r"""All arcs, priced in dense blocks: no object and no entry an arc.

A block holds the groups of one profile (authority, need group and phase) by the pools that suit
them. For a year of entry :math:`e` and the phases :math:`h` that follow, an arc's cost at charges
:math:`\pi` of pools and values :math:`\lambda` of groups is

.. math:: \sum_{h, t} \sigma^h(e, t) \, \phi^h_{g_h t} \, [q_h \text{ stands}]
    \bigl(\omega_t (c_h - \varphi_{g_h}) + \pi_{q_h t} - \lambda_{g_h t}\bigr)

of which charges and values change from round to round: a product of matrices over phases and
years for each block and year of entry. The rest is worked out once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.decompose.families import UNIT_GBP
from placement_planner.siting.decompose.openings import matches, no_openings
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.openings import Openings
    from placement_planner.siting.problem import Problem

__all__ = ["Block", "Charges", "build_blocks", "entry_costs", "no_charges", "route_credit"]


@dataclass(frozen=True, kw_only=True)
class Charges:
    """What rows charge those who use them, thousands of £ over the horizon.

    Attributes
    ----------
    pool, border
        (Q, T), (R, T): a child who counts in a pool, or across a border. Not below nought, but
        for pools whose fill has a premium.
    route
        (K, T): a child more in fallback, for each of its routes with a limit.
    openings, opening
        Rows of openings, and what each charges a child who counts in it.
    """

    pool: NDArray[np.float64]
    border: NDArray[np.float64]
    route: NDArray[np.float64]
    openings: Openings
    opening: NDArray[np.float64]


def no_charges(problem: Problem) -> Charges:
    """Return charges of nought."""
    years = len(problem.years)
    return Charges(
        pool=np.zeros((len(problem.pools.table), years)),
        border=np.zeros((len(problem.exchange.table), years)),
        route=np.zeros((len(problem.routes.table), years)),
        openings=no_openings(),
        opening=np.zeros(0),
    )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What arcs of a block and year of entry count for in one of the phases that they last.

    Attributes
    ----------
    years
        (Y,): positions of the years in which anybody is still there.
    groups, counts
        (A,), (A, Y): the group of each row then, and the share of those who entered that counts.
    pools, stands
        (P,), (Y, P): the pool of each column then, and whether (1, 0) it stands; 0 for none.
    """

    years: NDArray[np.int64]
    groups: NDArray[np.int64]
    counts: NDArray[np.float64]
    pools: NDArray[np.int64]
    stands: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Groups of one profile, A of them, by pools that suit them, P of them.

    Attributes
    ----------
    groups, pools
        Positions.
    links
        (A, P): position of the link; −1 where there is none.
    limit
        (P,): the border limit that the pool counts towards; −1 for none.
    phases, costs
        By year of entry: the phases that follow; (A, P): cost of an arc less that of the fallback,
        without charges, thousands of £ over the horizon, infinite where there is no arc.
    """

    groups: NDArray[np.int64]
    pools: NDArray[np.int64]
    links: NDArray[np.int64]
    limit: NDArray[np.int64]
    phases: tuple[tuple[Phase, ...], ...]
    costs: tuple[NDArray[np.float64], ...]


def build_blocks(problem: Problem) -> tuple[Block, ...]:
    """Lay out the links of a problem in blocks, the last phases first."""
    profile = problem.groups.table["profile"].to_numpy()
    group = problem.link_group
    order = np.argsort(profile[group], kind="stable")
    bounds = np.searchsorted(profile[group][order], np.arange(profile.max(initial=-1) + 2))
    blocks = [
        _block(problem, number, order[low:high])
        for number, (low, high) in enumerate(itertools.pairwise(bounds))
        if high > low
    ]
    phase = problem.groups.table["phase"].to_numpy(dtype=str)
    return tuple(
        sorted(blocks, key=lambda block: PHASES.index(phase[block.groups[0]]), reverse=True)
    )


def _block(problem: Problem, profile: int, links: NDArray[np.int64]) -> Block:
    groups, row = np.unique(problem.link_group[links], return_inverse=True)
    pools, column = np.unique(problem.link_pool[links], return_inverse=True)
    grid = np.full((len(groups), len(pools)), -1, dtype=np.int64)
    grid[row, column] = links
    gbp = np.zeros((problem.link_gbp.shape[1], *grid.shape))
    gbp[:, row, column] = problem.link_gbp[links].T / UNIT_GBP
    limit = np.full(len(pools), -1, dtype=np.int64)
    limit[column] = problem.exchange.of_link[links]
    entries = range(len(problem.years))
    phases = tuple(tuple(_phases(problem, profile, groups, pools, entry)) for entry in entries)
    return Block(
        groups=groups,
        pools=pools,
        links=grid,
        limit=limit,
        phases=phases,
        costs=tuple(
            _costs(problem, groups, pools, grid, gbp, phases[entry], entry) for entry in entries
        ),
    )


def _phases(
    problem: Problem, profile: int, groups: NDArray[np.int64], pools: NDArray[np.int64], entry: int
) -> Iterator[Phase]:
    """Yield the phases that arcs of a profile and year of entry last, the phase of entry first."""
    for phases_on in range(problem.groups.following.shape[1]):
        stay = problem.survival[profile, phases_on, entry]
        years = np.flatnonzero(stay)
        later = problem.groups.following[groups, phases_on]
        holds = problem.pools.following[pools, phases_on]
        if phases_on:
            shares = problem.groups.follow[later][:, years]
        else:
            shares = np.where(years > entry, problem.groups.stay[later][:, years], 1.0)
        yield Phase(
            years=years,
            groups=later,
            counts=np.where((later >= 0)[:, None], shares, 0.0) * stay[years],
            pools=holds,
            stands=np.where(holds >= 0, problem.pools.stands[holds][:, years].T, 0.0),
        )


def _costs(
    problem: Problem,
    groups: NDArray[np.int64],
    pools: NDArray[np.int64],
    grid: NDArray[np.int64],
    gbp: NDArray[np.float64],
    phases: tuple[Phase, ...],
    entry: int,
) -> NDArray[np.float64]:
    """Return the cost of every arc of a year of entry, less that of the fallback: (A, P)."""
    total = np.zeros(grid.shape)
    for each, own in zip(phases, gbp, strict=True):
        weighed = each.counts * problem.weights[each.years]
        fallback = problem.fallback_gbp[each.groups] / UNIT_GBP
        total += (own - fallback[:, None]) * (weighed @ each.stands)
    total[grid < 0] = np.inf
    total[:, ~problem.pools.stands[pools, entry]] = np.inf
    total[problem.groups.children[groups, entry] <= 0] = np.inf
    return total


def route_credit(problem: Problem, charges: Charges) -> NDArray[np.float64]:
    """Return what a child placed saves on routes with a limit: (G, T)."""
    credit = np.zeros(problem.groups.children.shape)
    share = problem.routes.table["share"].to_numpy(dtype=float)
    for row, groups in enumerate(problem.routes.groups):
        credit[groups] += share[row] * charges.route[row]
    return credit


def entry_costs(
    block: Block, entry: int, charges: Charges, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the cost of every arc of a block and year of entry: (A, P); infinite where none.

    Parameters
    ----------
    values
        (G, T): what a child placed is worth in the row of its group, at most nought.
    """
    phases, crosses = block.phases[entry], block.limit >= 0
    of_groups, of_pools = [], []
    for each in phases:
        charge = charges.pool[each.pools][:, each.years].T
        if crosses.any():
            charge[:, crosses] += charges.border[block.limit[crosses]][:, each.years].T
        of_groups += [each.counts, -each.counts * values[each.groups][:, each.years]]
        of_pools += [charge * each.stands, each.stands]
    total: NDArray[np.float64] = np.concatenate(of_groups, axis=1) @ np.concatenate(of_pools)
    total += block.costs[entry]
    if len(charges.openings):
        for each in phases:
            _charge_openings(total, each, charges)
    return total


def _charge_openings(total: NDArray[np.float64], phase: Phase, charges: Charges) -> None:
    """Add what rows of openings charge, which each concern a group, a pool and a year."""
    openings = charges.openings
    opening, at = matches(phase.years, openings.year)
    which, row = matches(phase.groups, openings.group[opening])
    opening, at = opening[which], at[which]
    which, column = matches(phase.pools, openings.pool[opening])
    opening, at, row = opening[which], at[which], row[which]
    np.add.at(total, (row, column), phase.counts[row, at] * charges.opening[opening])
