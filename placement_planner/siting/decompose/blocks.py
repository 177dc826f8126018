r"""All arcs, priced in dense blocks: no object and no entry an arc.

A block holds the groups of one profile (authority, need group and phase) by the pools that suit
them. For a year of entry :math:`e` and the phases :math:`h` that follow, an arc's cost at charges
:math:`\pi` of pools and values :math:`\lambda` of groups is

.. math:: \sum_{h, t} \sigma^h(e, t) \, \phi^h_{g_h t} \, [q_h \text{ stands}]
    \bigl(\omega_t (c_h - \varphi_{g_h}) + \pi_{q_h t} - \lambda_{g_h t}\bigr)

which is three products of matrices over the years for each block, entry and phase.
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
class Block:
    """Groups of one profile, A of them, by pools that suit them, P of them.

    Attributes
    ----------
    profile, groups, pools
        Positions.
    links
        (A, P): position of the link; −1 where there is none.
    gbp
        By phases on, (A, P): £ a child and year; infinite in the first where there is no link.
    later, holds
        By phases on: the group of each group (A,), the pool of each pool (P,); −1 for none.
    limit
        (P,): the border limit that the pool counts towards; −1 for none.
    """

    profile: int
    groups: NDArray[np.int64]
    pools: NDArray[np.int64]
    links: NDArray[np.int64]
    gbp: tuple[NDArray[np.float64], ...]
    later: tuple[NDArray[np.int64], ...]
    holds: tuple[NDArray[np.int64], ...]
    limit: NDArray[np.int64]


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
    gbp = []
    for phases_on in range(problem.link_gbp.shape[1]):
        costs = np.full(grid.shape, np.inf if phases_on == 0 else 0.0)
        costs[row, column] = problem.link_gbp[links, phases_on] / UNIT_GBP
        gbp.append(costs)
    limit = np.full(len(pools), -1, dtype=np.int64)
    limit[column] = problem.exchange.of_link[links]
    steps = range(problem.groups.following.shape[1])
    return Block(
        profile=profile,
        groups=groups,
        pools=pools,
        links=grid,
        gbp=tuple(gbp),
        later=tuple(problem.groups.following[groups, step] for step in steps),
        holds=tuple(problem.pools.following[pools, step] for step in steps),
        limit=limit,
    )


def route_credit(problem: Problem, charges: Charges) -> NDArray[np.float64]:
    """Return what a child placed saves on routes with a limit: (G, T)."""
    credit = np.zeros(problem.groups.children.shape)
    share = problem.routes.table["share"].to_numpy(dtype=float)
    for row, groups in enumerate(problem.routes.groups):
        credit[groups] += share[row] * charges.route[row]
    return credit


def entry_costs(
    problem: Problem,
    block: Block,
    entry: int,
    charges: Charges,
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the cost of every arc of a block and year of entry: (A, P); infinite where none.

    Parameters
    ----------
    values
        (G, T): what a child placed is worth in the row of its group, at most nought.
    """
    total = np.zeros(block.links.shape)
    for phases_on, (later, holds) in enumerate(zip(block.later, block.holds, strict=True)):
        stay = problem.survival[block.profile, phases_on, entry]
        years = np.flatnonzero(stay)
        pools = np.flatnonzero(holds >= 0)
        if not len(years) or not len(pools) or (later < 0).all():
            continue
        counts = _counted(problem, later, phases_on, entry, years) * stay[years]
        total[:, pools] += _phase_costs(
            problem, block, phases_on, pools, years, counts, charges, values
        )
    total[~np.isfinite(block.gbp[0])] = np.inf
    total[:, ~problem.pools.stands[block.pools, entry]] = np.inf
    total[problem.groups.children[block.groups, entry] <= 0] = np.inf
    return total


def _counted(
    problem: Problem,
    later: NDArray[np.int64],
    phases_on: int,
    entry: int,
    years: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the share of those still there whom the need of their group has room for, by year."""
    if phases_on:
        shares = problem.groups.follow[later][:, years]
    else:
        shares = np.where(years > entry, problem.groups.stay[later][:, years], 1.0)
    return np.where((later >= 0)[:, None], shares, 0.0)


def _phase_costs(
    problem: Problem,
    block: Block,
    phases_on: int,
    pools: NDArray[np.int64],
    years: NDArray[np.int64],
    counts: NDArray[np.float64],
    charges: Charges,
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what arcs cost in one of the phases that they last: (A, number of `pools`)."""
    later, holds = block.later[phases_on], block.holds[phases_on][pools]
    stands = problem.pools.stands[np.ix_(holds, years)].astype(float)
    weights = problem.weights[years]
    charge = charges.pool[np.ix_(holds, years)]
    limit = block.limit[pools]
    crosses = limit >= 0
    charge[crosses] += charges.border[np.ix_(limit[crosses], years)]
    fallback = problem.fallback_gbp[later] / UNIT_GBP
    worth = fallback[:, None] * weights + values[later][:, years]
    gbp = np.where(np.isfinite(block.gbp[phases_on][:, pools]), block.gbp[phases_on][:, pools], 0.0)
    total: NDArray[np.float64] = (
        gbp * ((counts * weights) @ stands.T)
        - (counts * worth) @ stands.T
        + counts @ (charge * stands).T
    )
    if len(charges.openings):
        _charge_openings(total, later, holds, years, counts, charges)
    return total


def _charge_openings(
    total: NDArray[np.float64],
    later: NDArray[np.int64],
    holds: NDArray[np.int64],
    years: NDArray[np.int64],
    counts: NDArray[np.float64],
    charges: Charges,
) -> None:
    """Add what rows of openings charge, which each concern a group, a pool and a year."""
    openings = charges.openings
    opening, at = matches(years, openings.year)
    which, row = matches(later, openings.group[opening])
    opening, at = opening[which], at[which]
    which, column = matches(holds, openings.pool[opening])
    opening, at, row = opening[which], at[which], row[which]
    np.add.at(total, (row, column), counts[row, at] * charges.opening[opening])
