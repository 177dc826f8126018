"""Exact draws of children from urns: how many of n leave or move, and where each one goes.

A beta-binomial and a Dirichlet-multinomial are what is left when the rate or the shares of a year
are drawn first and forgotten. Drawing the children themselves from the urn costs no draw of a rate
for cells where nothing happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.transitions.parameters import Branches

__all__ = ["LARGE", "BranchTable", "beta_binomial", "drawn_rates", "nobody", "urn_children"]

LARGE = 64
"""Groups of more children draw their rate first; smaller ones invert the distribution."""

_BELOW_ONE = np.nextafter(1.0, 0.0)
_PAST_ONE = 2.0


def nobody(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the chance that none of n children is drawn, for n from 0 to `LARGE`.

    .. math:: P(X = 0) = \prod_{j < n} \frac{\beta + j}{\alpha + \beta + j}

    Parameters
    ----------
    weights
        Beta weights alpha and beta; shape (rows, 2).

    Returns
    -------
    ndarray
        Shape (rows, LARGE + 1).

    Examples
    --------
    >>> nobody(np.array([[1.0, 1.0]]))[0, :4].round(3).tolist()
    [1.0, 0.5, 0.333, 0.25]
    """
    step = np.arange(LARGE)
    no = weights[:, 1:] + step
    chance = np.ones((len(weights), LARGE + 1))
    np.cumprod(no / (weights[:, :1] + no), axis=1, out=chance[:, 1:])
    return chance


def drawn_rates(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw a rate from each Beta; 0 where alpha is 0, and 1 where beta is."""
    proper = (alpha > 0) & (beta > 0)
    rate = np.where(alpha > 0, 1.0, 0.0)
    rate[proper] = rng.beta(alpha[proper], beta[proper])
    return rate


def beta_binomial(
    children: NDArray[np.int32],
    weights: NDArray[np.float64],
    uniform: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Draw how many children of each cell do something, one uniform number a cell.

    Groups of up to `LARGE` children invert the distribution; what is left of the uniform number
    is uniform again and independent of the answer. Larger groups draw a rate, then a binomial.

    Parameters
    ----------
    children
        Children of each cell, n; shape (cells,).
    weights
        Beta weights alpha and beta; shape (cells, 2).
    uniform
        From [0, 1); shape (cells,). Where alpha <= beta, numbers below `nobody` mean nobody.
    rng
        Source of the larger groups' draws.

    Returns
    -------
    tuple of ndarray
        Children drawn, and new uniform numbers.
    """
    drawn = np.zeros(len(children), dtype=np.int32)
    left_over = uniform.copy()
    big = np.flatnonzero(children > LARGE)
    if len(big):
        rate = drawn_rates(weights[big, 0], weights[big, 1], rng)
        drawn[big] = rng.binomial(children[big], rate)
        left_over[big] = rng.random(len(big))
    # Larger groups first: the cells with more than j children are then the first few.
    fewer = (LARGE + 1 - np.minimum(children, LARGE + 1)).astype(np.uint8)
    order = np.argsort(fewer, kind="stable")[len(big) :]
    n, u = children[order].astype(np.float64), uniform[order]
    alpha, beta = weights[order, 0], weights[order, 1]
    # Counting the rarer side keeps the chance of nobody far from 0.
    turned = alpha > beta
    yes, no = np.where(turned, beta, alpha), np.where(turned, alpha, beta)
    chance = np.ones(len(order))
    total = yes + no
    for j, k in enumerate(
        np.cumsum(np.bincount(fewer, minlength=LARGE + 2))[LARGE:0:-1] - len(big)
    ):
        chance[:k] *= (no[:k] + j) / (total[:k] + j)
    count, below = _inverted(u, n, yes, no, chance)
    drawn[order] = np.where(turned, n - count, count)
    spread = (u - below) / np.where(chance > 0, chance, 1.0)
    left_over[order] = np.clip(spread, 0.0, _BELOW_ONE)
    return drawn, left_over


def _inverted(
    u: NDArray[np.float64],
    n: NDArray[np.float64],
    yes: NDArray[np.float64],
    no: NDArray[np.float64],
    chance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Climb from nobody until the distribution exceeds u; `chance` ends as that of the answer."""
    count, below = np.zeros(len(u)), np.zeros(len(u))
    active = np.flatnonzero((u >= chance) & (n > 0))
    k = 0.0
    while len(active):
        below[active] += chance[active]
        ahead = n[active] - k
        chance[active] *= ahead / (k + 1) * (yes[active] + k) / (no[active] + ahead - 1)
        k += 1
        count[active] = k
        active = active[(u[active] >= below[active] + chance[active]) & (n[active] > k)]
    return count, below


@dataclass(frozen=True, kw_only=True)
class BranchTable:
    """Dirichlet weights made ready to be drawn from, row after row.

    Attributes
    ----------
    reached
        State of each edge; shape (edges,).
    cumulative
        Share of the row's weight up to and with the edge; 2 at the row's last; shape (edges,).
    guide
        Edge that the share k / size of a row falls in, at the k-th edge of it; shape (edges,).
    start, size
        First edge of each row and how many it has; shape (rows,).
    strength
        Total weight of each row; 0 where it has no edge; shape (rows,).
    """

    reached: NDArray[np.int64]
    cumulative: NDArray[np.float64]
    guide: NDArray[np.int64]
    start: NDArray[np.int64]
    size: NDArray[np.int64]
    strength: NDArray[np.float64]

    @classmethod
    def of(cls, branches: Branches) -> BranchTable:
        """Lay out the weights of `branches`."""
        start, size = branches.start[:-1], np.diff(branches.start)
        row = np.repeat(np.arange(len(size)), size)
        strength = np.bincount(row, weights=branches.alpha, minlength=len(size)).astype(np.float64)
        total = np.cumsum(branches.alpha / strength[row])
        cumulative = total - np.concatenate([[0.0], total])[start][row]
        cumulative[(start + size - 1)[size > 0]] = _PAST_ONE
        edge = np.arange(len(row)) - start[row]
        # Rows lie _PAST_ONE apart, so that one sorted search serves them all.
        place = _PAST_ONE * row + edge / size[row]
        guide = np.searchsorted(_PAST_ONE * row + cumulative, place, side="right")
        return cls(
            reached=branches.state,
            cumulative=cumulative,
            guide=guide,
            start=start,
            size=size,
            strength=strength,
        )

    def edges(self, row: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the edge that each share from [0, 1) of a row's weight falls in."""
        edge = self.guide[self.start[row] + (share * self.size[row]).astype(np.int64)]
        short = np.flatnonzero(self.cumulative[edge] <= share)
        while len(short):
            edge[short] += 1
            short = short[self.cumulative[edge[short]] <= share[short]]
        return edge


def urn_children(
    table: BranchTable,
    rows: NDArray[np.int64],
    sizes: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Send each child of each group to a state, as a Dirichlet-multinomial does.

    Child j of a group of a row with total weight A goes where the weights send it with chance
    A / (A + j), and otherwise where one of the j children before it went (Blackwell and MacQueen).

    Parameters
    ----------
    table
        Weights; the rows used have at least one edge.
    rows, sizes
        Row of `table` and children of each group; shape (groups,).
    rng
        Source of the draws.

    Returns
    -------
    ndarray
        State reached by each child, group after group; shape (sum of sizes,).
    """
    first = np.cumsum(sizes) - sizes
    total = int(sizes.sum())
    row = np.repeat(rows, sizes)
    before = np.arange(total) - np.repeat(first, sizes)
    strength = table.strength[row]
    drawn = rng.random(total) * (strength + before)
    reached = table.reached[table.edges(row, np.minimum(drawn / strength, _BELOW_ONE))]
    copies = np.flatnonzero(drawn >= strength)
    copies = copies[before[copies] > 0]
    chosen = (drawn[copies] - strength[copies]).astype(np.int64)
    source = np.arange(total)
    source[copies] += np.minimum(chosen, before[copies] - 1) - before[copies]
    pending = copies
    while len(pending):
        older = source[source[pending]]
        changed = older != source[pending]
        source[pending] = older
        pending = pending[changed]
    reached[copies] = reached[source[copies]]
    return reached
