"""Children expected with plans, without drawing: the exact means of the simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from placement_planner.need.transitions.simulation import kept_destinations, leaves_for_certain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.transitions.parameters import Branches, Parameters

__all__ = ["ExpectedStep", "expected_step"]


@dataclass(frozen=True, kw_only=True)
class ExpectedStep:
    """One step in expectation, for S states and A joiner NCYs.

    Attributes
    ----------
    leaving
        Share of each state that leaves; shape (S,).
    onward
        Children of each state (column) who reach each state (row); shape (S, S).
    joining
        Share of the population that joins, by NCY, in each year ahead; shape (H, A).
    spread
        Joiners of each NCY (column) who reach each state (row); shape (S, A).
    """

    leaving: NDArray[np.float64]
    onward: csr_array
    joining: NDArray[np.float64]
    spread: csr_array

    def after(
        self, children: NDArray[np.float64], population: NDArray[np.float64], year: int
    ) -> NDArray[np.float64]:
        """Return the children expected a January later, from `year` years after the first."""
        reached: NDArray[np.float64] = self.onward @ children
        joined: NDArray[np.float64] = self.spread @ (self.joining[year] * np.rint(population))
        return reached + joined


def _mean(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = weights[:, 0] / weights.sum(axis=1)
    return mean


def _shares(branches: Branches, n_states: int) -> csr_array:
    """Return the expected share of each row (column) that reaches each state (row)."""
    sizes = np.diff(branches.start)
    row = np.repeat(np.arange(len(sizes)), sizes)
    total = np.bincount(row, weights=branches.alpha, minlength=len(sizes))
    share = branches.alpha / total[row]
    return csr_array((share, (branches.state, row)), shape=(n_states, len(sizes)))


def expected_step(parameters: Parameters, years: int) -> ExpectedStep:
    """Lay out one authority's step in expectation, for `years` years ahead.

    With `parameters.dynamics` the rates follow the median path: the trend without its uncertainty.
    """
    states = parameters.states
    n_states = len(states.older)
    destinations = kept_destinations(parameters)
    leaving = np.where(leaves_for_certain(parameters), 1.0, _mean(parameters.leavers))
    nowhere = np.diff(destinations.start) == 0
    moving = np.where(nowhere, 0.0, _mean(parameters.movers))
    grown = np.flatnonzero(leaving < 1.0)
    staying = csr_array(
        (((1.0 - leaving) * (1.0 - moving))[grown], (states.older[grown], grown)),
        shape=(n_states, n_states),
    )
    moved = _shares(destinations, n_states).multiply(((1.0 - leaving) * moving)[None, :])
    rate = np.tile(_mean(parameters.joiners), (years, 1))
    if parameters.dynamics is not None:
        steps = parameters.dynamics.joiner_trend * parameters.dynamics.damping ** np.arange(years)
        rate = np.minimum(rate * np.exp(np.cumsum(steps))[:, None], 1.0)
    rate[:, np.diff(parameters.joiner_states.start) == 0] = 0.0
    return ExpectedStep(
        leaving=leaving,
        onward=csr_array(staying + moved),
        joining=rate,
        spread=_shares(parameters.joiner_states, n_states),
    )
