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

__all__ = ["ExpectedStep", "expected_path", "expected_step"]


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


def expected_path(
    parameters: Parameters,
    stock: NDArray[np.int64],
    population: NDArray[np.float64],
    transfers_in: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    r"""Return the children expected at each January, the mean over all draws of `simulate`.

    .. math:: E[n_{t+1}] = T \, E[n_t] + J \, \text{diag}(\bar r) \, P_{t+1} + i_{t+1}

    where :math:`T` holds the mean shares that stay or move, :math:`\bar r` the mean rates of
    joining, :math:`J` the joiners' mean shares of states and :math:`i` those transferred in. It is
    exact without dynamics; with them it is the path of the median rates.

    Parameters
    ----------
    parameters, stock, population, transfers_in
        As in `simulate`.

    Returns
    -------
    ndarray
        Children; shape (H + 1, S).
    """
    step = expected_step(parameters, len(population))
    path = np.zeros((len(population) + 1, len(stock)))
    path[0] = stock
    for year, people in enumerate(population):
        path[year + 1] = step.after(path[year], people, year)
        if transfers_in is not None:
            path[year + 1] += transfers_in[year]
    return path
