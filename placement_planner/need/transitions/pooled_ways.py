"""The ways that movers and joiners may take, and who shares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.dynamics import rate_priors
from placement_planner.need.transitions.pooled_shares import Edges, per_row, pooled_shares
from placement_planner.need.transitions.pooling import chosen, ncy_groups, rate_strength, shrunk
from placement_planner.need.transitions.states import listed_states

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import RateChoices
    from placement_planner.need.transitions.pooled_shares import Shares
    from placement_planner.need.transitions.states import States

__all__ = ["joiner_shares", "mover_shares"]


def _grid(states: States) -> NDArray[np.int64]:
    """Row of each NCY (one past the last included), need and setting, or -1."""
    year = states.ncy - states.ncy[0]
    shape = (year[-1] + 2, len(states.needs), len(states.settings))
    row = np.full(shape, -1, dtype=np.int64)
    row[year, states.need, states.setting] = np.arange(len(states))
    return row


def _may_move(states: States, valid_states: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which setting may be reached from which; (settings, settings), own included."""
    place = {name: position for position, name in enumerate(states.settings)}
    may = np.eye(len(place), dtype=np.bool_)
    for origin, reached in zip(valid_states["setting"], valid_states["may_move_to"], strict=True):
        if origin in place:
            may[place[origin], [place[name] for name in reached if name in place]] = True
    return may


def _needs_seen(states: States, seen: NDArray[np.int64], relabel: bool) -> NDArray[np.int64]:
    """List pairs of need before and after: each with itself, and those seen if they may change."""
    own = np.arange(len(states.needs))
    pairs = np.column_stack([own, own])
    if relabel:
        changes = np.column_stack([states.need[seen[:, 0]], states.need[seen[:, 1]]])
        pairs = np.concatenate([pairs, changes])
    return np.unique(pairs, axis=0)


def _mover_edges(
    states: States, valid_states: pd.DataFrame, seen: NDArray[np.int64], relabel: bool
) -> Edges:
    """Lay out the ways to valid states one NCY older, and those only seen in the data."""
    grid, may = _grid(states), _may_move(states, valid_states)
    listed = listed_states(states, valid_states)
    found = [seen]
    for before, after in _needs_seen(states, seen, relabel):
        row = np.flatnonzero(states.need == before)
        reached = grid[states.ncy[row] - states.ncy[0] + 1, after]
        opened = may[states.setting[row]] & (reached >= 0) & listed[reached]
        if before == after:
            opened[np.arange(len(row)), states.setting[row]] = False
        at, setting = np.nonzero(opened)
        found.append(np.column_stack([row[at], reached[at, setting]]))
    ways = np.unique(np.concatenate(found), axis=0).astype(np.int64)
    allowed = np.zeros(len(ways), dtype=np.bool_)
    open_ways = np.concatenate(found[1:])
    width = len(states)
    allowed[np.isin(ways @ [width, 1], open_ways @ [width, 1])] = True
    return Edges(row=ways[:, 0], state=ways[:, 1], allowed=allowed, n_rows=width)


def _on_edges(
    moves: Sequence[NDArray[np.float64]], edges: Edges, width: int
) -> NDArray[np.float64]:
    """Count children on the edges; `moves` has row, state and children; shape (R, E)."""
    keys = edges.row * width + edges.state
    own = np.zeros((len(moves), len(keys)))
    for place, (row, state, children) in enumerate(one.T for one in moves):
        edge = np.searchsorted(keys, row.astype(np.int64) * width + state.astype(np.int64))
        own[place] = np.bincount(edge, weights=children, minlength=len(keys))
    return own


def _numbered(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give rows of equal columns one number."""
    number: NDArray[np.int64] = np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1]
    return number.ravel()


def _change_share(
    changed: NDArray[np.bool_],
    edges: Edges,
    total: NDArray[np.float64],
    unit: NDArray[np.int64],
    given: float | None,
) -> NDArray[np.float64]:
    """Share of moves that change need, by unit (NCY group and need) shrunk to all; by row."""
    n_units = int(unit.max()) + 1
    of_edge = unit[edges.row]
    yes = np.bincount(of_edge, weights=total * changed, minlength=n_units).astype(np.float64)
    every = np.bincount(of_edge, weights=total, minlength=n_units).astype(np.float64)
    few = rate_priors()["unseen_children"]
    mean = np.full(n_units, (yes.sum() + few / 2) / (every.sum() + few))
    strength = chosen(given, rate_strength, yes, every, mean)
    by_row: NDArray[np.float64] = shrunk(yes, every, mean, strength)[unit]
    return by_row


def mover_shares(
    states: States,
    valid_states: pd.DataFrame,
    moves: Sequence[NDArray[np.float64]],
    choices: RateChoices,
) -> Shares:
    """Pool where movers go: all movers of the NCY group, then those of the setting before.

    A row is a state before the step; ways lead to states that are listed one NCY older, in a
    setting that may be moved to. Changes of need, where they are moves, are pooled apart, by need
    before and after and NCY group, and their share of all moves by need and NCY group.

    Parameters
    ----------
    states, valid_states
        The cells; columns setting, ncy_min, ncy_max, needs, may_move_to.
    moves
        For each authority: state before, state after, children, years weighted; shape (M, 3).
    choices
        Whether needs change; strength.
    """
    seen = np.unique(np.concatenate([one[:, :2] for one in moves]).astype(np.int64), axis=0)
    edges = _mover_edges(states, valid_states, seen, choices.relabel_needs)
    own = _on_edges(moves, edges, len(states))
    group = ncy_groups(states.ncy)
    need, reached = states.need[edges.row], states.need[edges.state]
    setting = states.setting[edges.row]
    changed = need != reached
    goes = states.setting[edges.state]
    where = np.where(goes == setting, -1, goes)
    pair = np.where(changed, need * len(states.needs) + reached, -1)
    of_group = group[edges.row]
    wide = _numbered(np.where(changed, -1, of_group), pair, where)
    narrow = _numbered(of_group, pair, np.where(changed, -1, setting), where)
    pools = {"ncy group": wide, "ncy group and setting": narrow}
    split = Edges(
        row=2 * edges.row + changed,
        state=edges.state,
        allowed=edges.allowed,
        n_rows=2 * len(states),
    )
    if not choices.relabel_needs:
        return pooled_shares(edges, edges.even(), pools, own, choices.pool_strength)
    within = pooled_shares(split, split.even(), pools, own.sum(axis=0)[None], choices.pool_strength)
    unit = _numbered(group, states.need)
    change = _change_share(changed, edges, own.sum(axis=0), unit, choices.pool_strength)
    part = np.where(changed, change[edges.row], 1.0 - change[edges.row])
    base = per_row(part * within.prior[0], edges.row, len(states))
    shares = pooled_shares(edges, base, {}, own, choices.pool_strength)
    shares.strengths.update({name: within.strengths[name] for name in pools})
    return shares


def joiner_shares(
    states: States,
    valid_states: pd.DataFrame,
    ncy: NDArray[np.int64],
    joined: NDArray[np.float64],
    choices: RateChoices,
) -> Shares:
    """Pool the needs and settings of joiners: all NCYs, then those of the NCY group.

    Parameters
    ----------
    states, valid_states
        As in `mover_shares`.
    ncy
        NCYs, after the step, at which children join: the rows; shape (A,).
    joined
        Joiners by authority and state, years weighted; shape (R, S).
    choices
        Strength.
    """
    listed = listed_states(states, valid_states)
    seen = (listed | (joined.sum(axis=0) > 0)) & np.isin(states.ncy, ncy)
    state = np.flatnonzero(seen)
    row = np.searchsorted(ncy, states.ncy[state])
    order = np.lexsort((state, row))
    state, row = state[order], row[order]
    edges = Edges(row=row, state=state, allowed=listed[state], n_rows=len(ncy))
    need, setting = states.need[state], states.setting[state]
    # A child who joins at an NCY took the step that ends there.
    group = ncy_groups(ncy - 1)[row]
    pools = {"all": _numbered(need, setting), "ncy group": _numbered(group, need, setting)}
    return pooled_shares(edges, edges.even(), pools, joined[:, state], choices.pool_strength)
