"""Iterative proportional fitting: a joint count from published margins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["fit_to_margins", "ratio"]


def ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, with nought where there is nothing to divide by.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, 0.0]
    """
    return np.divide(
        top,
        bottom,
        out=np.zeros(np.broadcast(top, bottom).shape),
        where=np.broadcast_to(bottom, np.broadcast(top, bottom).shape) > 0,
    )


def fit_to_margins(
    start: NDArray[np.float64], margins: Mapping[int, NDArray[np.float64]], rounds: int = 200
) -> NDArray[np.float64]:
    r"""Scale a table in turn to each of its margins; the last one holds exactly.

    .. math:: T \leftarrow T \cdot M_d / \sum_d T

    Parameters
    ----------
    start
        First guess; its noughts stay noughts.
    margins
        For each axis, what the sums over that axis should be; fitted in this order.
    rounds
        Times each margin is fitted.

    References
    ----------
    Deming and Stephan (1940), "On a least squares adjustment of a sampled frequency table".

    Examples
    --------
    >>> fitted = fit_to_margins(np.ones((2, 2)), {0: np.array([4.0, 6.0]), 1: np.array([3.0, 7.0])})
    >>> fitted.round(3).tolist()
    [[1.2, 1.8], [2.8, 4.2]]
    """
    table = start
    for _ in range(rounds):
        for axis, margin in margins.items():
            table = table * np.expand_dims(ratio(margin, table.sum(axis=axis)), axis)
    return table
