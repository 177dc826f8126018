"""What the simulation draws from: weights of leaving, moving, joining and where to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import Dynamics
    from placement_planner.need.transitions.states import States

__all__ = ["Branches", "Parameters"]


@dataclass(frozen=True)
class Branches:
    """Dirichlet weights from rows to states, in compressed rows.

    Attributes
    ----------
    start
        Where each row's edges begin, and the number of edges at the end; shape (rows + 1,).
    state
        Row of `States` that an edge reaches, after the step; shape (edges,), rising in a row.
    alpha
        Weight of the edge, above 0; shape (edges,).
    """

    start: NDArray[np.int64]
    state: NDArray[np.int64]
    alpha: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Beta and Dirichlet weights of one authority, for S states and A joiner NCYs.

    Attributes
    ----------
    states
        The cells that the weights refer to.
    leavers
        Beta weights of leaving and of not leaving, by state before the step; shape (S, 2).
    movers
        Beta weights of moving and of not moving among those who did not leave, by state before
        the step; shape (S, 2).
    destinations
        Where movers go; a row a state before the step.
    joiner_ncy
        NCYs, after the step, at which children join; shape (A,).
    joiners
        Beta weights of joining and of not joining, per head of population; shape (A, 2).
    joiner_states
        Where joiners go; a row a joiner NCY.
    dynamics
        How rates move ahead; None holds them and draws a fresh rate every year.
    """

    states: States
    leavers: NDArray[np.float64]
    movers: NDArray[np.float64]
    destinations: Branches
    joiner_ncy: NDArray[np.int64]
    joiners: NDArray[np.float64]
    joiner_states: Branches
    dynamics: Dynamics | None = None
