r"""Furness balancing of a gravity model whose weights are a product of nearness and fit.

.. math:: T_{ikq} = a_{ik} \, n_{iq} \, w_{kq} \, b_q

with factors :math:`a`, :math:`b` so that children :math:`\sum_q T_{ikq}` and rolls
:math:`\sum_{ik} T_{ikq}` are met. As weights are products, no round needs the whole of :math:`T`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_CELLS", "Factors", "balance", "cells_of", "thinned"]

MOST_CELLS = 100_000
"""Above as many cells, those that matter neither to their area nor to their pool are left out."""

_LEAST_SHARE = 1e-3
_TOLERANCE, _MOST_ROUNDS = 1e-9, 5_000


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What makes both margins hold.

    Attributes
    ----------
    rows, columns
        Factors by area and need group (I, K), and by pool (Q).
    rounds
        Rounds of balancing.
    error
        How far the worst-met roll is from what was met of it, as a share; children are met exactly.
    """

    rows: NDArray[np.float64]
    columns: NDArray[np.float64]
    rounds: int
    error: float


def balance(
    near: NDArray[np.float64],
    fit: NDArray[np.float64],
    children: NDArray[np.float64],
    rolls: NDArray[np.float64],
) -> Factors:
    r"""Find the factors by turns, rows after columns, until rolls are met as well.

    Parameters
    ----------
    near
        Nearness of area and pool, above nought: (I, Q).
    fit
        Fit of need group and pool, above nought: (K, Q).
    children
        (I, K).
    rolls
        (Q), above nought, with the same total as `children`.

    References
    ----------
    Furness (1965), "Time function iteration"; Wilson (1971), doubly constrained model.

    Examples
    --------
    >>> near, fit = np.array([[4.0, 1.0], [1.0, 1.0]]), np.ones((1, 2))
    >>> found = balance(near, fit, np.array([[3.0], [3.0]]), np.array([3.0, 3.0]))
    >>> cells_of(found, near, fit)[:, 0].round(6).tolist()  # 2 × 2 / (1 × 1) is 4 again
    [[2.0, 1.0], [1.0, 2.0]]
    """
    columns, step = np.ones(len(rolls)), np.ones(len(rolls))
    rows = np.zeros(children.shape)
    rounds, error = 0, np.inf
    while error > _TOLERANCE and rounds < _MOST_ROUNDS:
        columns = columns * step
        rows = _over(children, near @ (fit * columns).T)
        step = rolls / (columns * np.einsum("kq,qk->q", fit, near.T @ rows))
        error = float(np.abs(step - 1).max())
        rounds += 1
    return Factors(rows=rows, columns=columns, rounds=rounds, error=error)


def _over(numerator: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; nothing over nothing is nothing."""
    return np.divide(numerator, below, out=np.zeros(numerator.shape), where=numerator > 0)


def cells_of(
    factors: Factors, near: NDArray[np.float64], fit: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the children of every area, need group and pool: (I, K, Q)."""
    cells: NDArray[np.float64] = (
        factors.rows[:, :, None] * near[:, None, :] * (fit * factors.columns)[None]
    )
    return cells


def thinned(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out cells under a thousandth of their row and of their column; keep both margins.

    Small tables, and those whose margins could not be kept, are returned as they are.
    """
    if cells.size <= MOST_CELLS:
        return cells
    flat = cells.reshape(-1, cells.shape[-1])
    children, rolls = flat.sum(axis=1), flat.sum(axis=0)
    kept = (flat >= _LEAST_SHARE * children[:, None]) | (flat >= _LEAST_SHARE * rolls)
    row, column = np.nonzero(kept & (flat > 0))
    values = flat[row, column]
    for _ in range(_MOST_ROUNDS):
        values = values * _over(rolls, _summed(column, values, len(rolls)))[column]
        met = _summed(row, values, len(children))
        if np.abs(met - children).max() <= _TOLERANCE * children.max():
            thin = np.zeros(flat.shape)
            thin[row, column] = values
            return thin.reshape(cells.shape)
        values = values * _over(children, met)[row]
    return cells


def _summed(
    place: NDArray[np.intp], values: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Sum values by place."""
    return np.bincount(place, values, count).astype(float)
