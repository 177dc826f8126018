"""The prior of the peer that authorities use, as `witan.send` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.codes import code_table
from placement_planner.need.transitions.parameters import Branches, Parameters
from placement_planner.need.transitions.states import listed_states

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.transitions.states import States
    from placement_planner.need.transitions.steps import Steps

__all__ = ["peer_parameters"]


def _by_ncy(states: States, children: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum over the states of each NCY, and hand the sum back to each of them; shape (S,)."""
    year = states.ncy - states.ncy[0]
    sums: NDArray[np.float64] = np.bincount(year, weights=children)[year]
    return sums


def _beta(
    states: States, yes: NDArray[np.int64], no: NDArray[np.int64], smoothing: float, unseen: float
) -> NDArray[np.float64]:
    """Add one child's worth of the share of the NCY, and `unseen` twice where nobody was."""
    yes_ncy, no_ncy = _by_ncy(states, yes), _by_ncy(states, no)
    seen = yes_ncy + no_ncy
    share = (yes_ncy + smoothing) / (seen + 2 * smoothing)
    prior = np.column_stack([share, 1.0 - share])
    prior[seen == 0] = unseen
    return np.column_stack([yes, no]) + prior


def _allowed(states: States, valid_states: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which settings, valid for its need and NCY, a state may move to; (S, settings)."""
    settings = {name: position for position, name in enumerate(states.settings)}
    may = np.zeros((len(settings), len(settings)), dtype=np.bool_)
    for origin, reached in zip(valid_states["setting"], valid_states["may_move_to"], strict=True):
        if origin in settings:
            may[settings[origin], [settings[name] for name in reached if name in settings]] = True
    year = states.ncy - states.ncy[0]
    takes = np.zeros((year[-1] + 1, len(states.needs), len(settings)), dtype=np.bool_)
    listed = listed_states(states, valid_states)
    takes[year[listed], states.need[listed], states.setting[listed]] = True
    allowed: NDArray[np.bool_] = may[states.setting] & takes[year, states.need]
    return allowed


def _movers_by_destination(states: States, moves: NDArray[np.int64]) -> NDArray[np.float64]:
    """Count the movers to each setting from any state of the NCY; shape (S, settings).

    An NCY that had none takes those of the latest earlier NCY that had any. A move to another
    need in the same setting is no move to a setting.
    """
    _, before, after, children = moves.T
    elsewhere = states.setting[before] != states.setting[after]
    year = states.ncy - states.ncy[0]
    counts = np.zeros((year[-1] + 1, len(states.settings)))
    places = year[before[elsewhere]], states.setting[after[elsewhere]]
    np.add.at(counts, places, children[elsewhere])
    latest = np.where(counts.any(axis=1), np.arange(len(counts)), 0)
    carried: NDArray[np.float64] = counts[np.maximum.accumulate(latest)][year]
    return carried


def _rows_of_settings(states: States) -> NDArray[np.int64]:
    """Row reached one NCY older in each setting with the need kept, -1: none; (S, settings)."""
    year = states.ncy - states.ncy[0]
    row = np.full((year[-1] + 2, len(states.needs), len(states.settings)), -1, dtype=np.int64)
    row[year, states.need, states.setting] = np.arange(len(states))
    reached: NDArray[np.int64] = row[year + 1, states.need]
    return reached


def _branches(
    rows: NDArray[np.int64], state: NDArray[np.int64], alpha: NDArray[np.float64], n_rows: int
) -> Branches:
    """Add up weights of one edge, order edges by row and state, and compress."""
    width = state.max() + 1 if len(state) else 1
    edges, edge = np.unique(rows * width + state, return_inverse=True)
    counts = np.bincount(edges // width, minlength=n_rows)
    return Branches(
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        state=(edges % width).astype(np.int64),
        alpha=np.bincount(edge, weights=alpha, minlength=len(edges)).astype(np.float64),
    )


def _destinations(states: States, moves: NDArray[np.int64], valid_states: pd.DataFrame) -> Branches:
    """One child's worth of the NCY's destinations, then the state's own moves."""
    allowed = _allowed(states, valid_states)
    count = allowed.sum(axis=1, keepdims=True)
    weight = _movers_by_destination(states, moves)
    weight += np.where(allowed, 1.0 / np.maximum(count, 1), 0.0)
    reached = _rows_of_settings(states)
    weight[np.arange(len(states)), states.setting] = 0.0
    weight[(reached < 0) | (states.older < 0)[:, None]] = 0.0
    total = weight.sum(axis=1, keepdims=True)
    weight /= np.where(total > 0, total, 1.0)
    row, setting = np.nonzero(weight)
    return _branches(
        np.concatenate([row, moves[:, 1]]),
        np.concatenate([reached[row, setting], moves[:, 2]]),
        np.concatenate([weight[row, setting], moves[:, 3]]),
        len(states),
    )


def _joiners(steps: Steps, unseen: float) -> NDArray[np.float64]:
    """Yearly means of those who joined and who did not, by joiner NCY; shape (A, 2)."""
    states, years = steps.states, max(len(steps.januaries), 1)
    joined = np.column_stack(
        [steps.joined[:, states.ncy == ncy].sum(axis=1) for ncy in steps.joiner_ncy]
    )
    alpha = np.where(joined > 0, joined / years, unseen).sum(axis=0)
    beta = (steps.population - joined).sum(axis=0) / years
    return np.column_stack([alpha, np.maximum(beta, unseen)])


def _joiner_states(steps: Steps, valid_states: pd.DataFrame) -> Branches:
    """Observed joiners plus one child shared by the valid states of the NCY."""
    states, joined = steps.states, steps.joined.sum(axis=0)
    listed = listed_states(states, valid_states)
    count = _by_ncy(states, listed.astype(np.int64))
    alpha = joined + np.where(listed, 1.0 / np.maximum(count, 1.0), 0.0)
    row = np.minimum(np.searchsorted(steps.joiner_ncy, states.ncy), len(steps.joiner_ncy) - 1)
    kept = np.flatnonzero((steps.joiner_ncy[row] == states.ncy) & (alpha > 0))
    return _branches(row[kept], kept, alpha[kept], len(steps.joiner_ncy))


def peer_parameters(steps: Steps, valid_states: pd.DataFrame) -> Parameters:
    r"""Set every weight as the peer does, from the steps of one authority.

    With :math:`l_s` children who left state :math:`s` of NCY :math:`a` and :math:`k_s` who stayed,

    .. math:: \pi_a = \frac{l_a + 0.5}{l_a + k_a + 1}, \quad
        \text{leave}_s \sim \text{Beta}(l_s + \pi_a,\ k_s + 1 - \pi_a)

    and the same for movers among those who stayed, with Beta(1, 1) added where the NCY was never
    seen. The weight of a mover's destination :math:`d` is

    .. math:: \alpha_{sd} = m_{sd} + \frac{m_{ad} + [d \text{ allowed}] / n_s}
        {\sum_{d' \ne s} \left(m_{ad'} + [d' \text{ allowed}] / n_s\right)}

    where :math:`m_{ad}` children moved to setting :math:`d` at the NCY (or at the latest earlier
    NCY that had movers) and :math:`n_s` settings are allowed. Joiners are
    :math:`\text{Beta}(\sum_t j_{at} / n, \sum_t (p_{at} - j_{at}) / n)` over :math:`n` years, with
    0.001 for a year without joiners; their states :math:`j_s + 1 / v_a` with :math:`v_a` valid
    states. The constants are kept in `codes/peer_prior.csv`.

    Parameters
    ----------
    steps
        Steps of one authority; joiners include no transfers.
    valid_states
        Columns setting, ncy_min, ncy_max, needs, may_move_to.

    Returns
    -------
    parameters
        Rates held: `dynamics` is None. States that are only seen in the data or reached by growing
        older have weights by the same formulas, and nobody is expected to move into them but by
        what was seen.
    """
    figures = code_table("peer_prior").set_index("prior")["value"]
    states = steps.states
    stayed, moved = steps.stayed.sum(axis=0), steps.moved.sum(axis=0)
    smoothing = float(figures["leavers_smoothing"])
    return Parameters(
        states=states,
        leavers=_beta(states, steps.left.sum(axis=0), stayed, smoothing, smoothing),
        movers=_beta(
            states,
            moved,
            stayed - moved,
            float(figures["movers_smoothing"]),
            float(figures["movers_unseen"]),
        ),
        destinations=_destinations(states, steps.moves, valid_states),
        joiner_ncy=steps.joiner_ncy,
        joiners=_joiners(steps, float(figures["joiners_unseen"])),
        joiner_states=_joiner_states(steps, valid_states),
    )
