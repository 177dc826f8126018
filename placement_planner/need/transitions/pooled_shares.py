"""Where movers and joiners go, shrunk from the settings of many children to those of few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.dynamics import rate_priors
from placement_planner.need.transitions.parameters import Branches
from placement_planner.need.transitions.pooling import chosen, share_strength, strongest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Edges", "Shares", "per_row", "pooled_shares"]

FLOOR = 1e-300


@dataclass(frozen=True)
class Edges:
    """Ways from rows to states, sorted by row and state.

    Attributes
    ----------
    row, state
        Where each begins and which state it reaches; shape (E,).
    allowed
        Whether the way is open, or only seen in the data; shape (E,).
    n_rows
        Number of rows.
    """

    row: NDArray[np.int64]
    state: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    n_rows: int

    def even(self) -> NDArray[np.float64]:
        """Share each row evenly among the ways allowed; shape (E,)."""
        return per_row(self.allowed.astype(np.float64), self.row, self.n_rows)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Pooled shares of R authorities by E edges, and what they rest on.

    Attributes
    ----------
    edges
        The ways.
    prior
        Pooled share of each way, 1 in each row that has any allowed; shape (R, E).
    strength
        Children that they count as.
    own
        The authority's own children, years weighted; shape (R, E).
    strengths
        Strength of each level passed through, by its name.
    """

    edges: Edges
    prior: NDArray[np.float64]
    strength: float
    own: NDArray[np.float64]
    strengths: dict[str, float]

    def branches(self, authority: int) -> Branches:
        """Return the Dirichlet weights of one authority; ways of no weight are left out."""
        alpha = self.strength * self.prior[authority] + self.own[authority]
        kept = alpha > 0
        counts = np.bincount(self.edges.row[kept], minlength=self.edges.n_rows)
        return Branches(
            start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            state=self.edges.state[kept],
            alpha=alpha[kept],
        )

    def own_children(self) -> NDArray[np.float64]:
        """Return the authority's own children of each row; shape (R, rows)."""
        n_rows = self.edges.n_rows
        return np.stack([np.bincount(self.edges.row, one, minlength=n_rows) for one in self.own])


def per_row(
    weights: NDArray[np.float64], row: NDArray[np.int64], n_rows: int
) -> NDArray[np.float64]:
    """Scale the weights of each row to a sum of 1; a row of none stays at 0.

    Examples
    --------
    >>> per_row(np.array([1.0, 3.0, 0.0]), np.array([0, 0, 1]), 2).tolist()
    [0.25, 0.75, 0.0]
    """
    total = np.bincount(row, weights=weights, minlength=n_rows)[row]
    shares: NDArray[np.float64] = weights / np.where(total > 0, total, 1.0)
    return shares


def _foretold(
    own: NDArray[np.float64],
    others: NDArray[np.float64],
    mean: NDArray[np.float64],
    edges: Edges,
) -> float:
    """Return the strength of `mean` beside `others` that best foretells each row's children."""
    seen = (own > 0) & (mean > 0)
    total = np.bincount(edges.row, weights=others, minlength=edges.n_rows)[edges.row][seen]
    y, m, o = own[seen], mean[seen], others[seen]

    def loss(k: float) -> float:
        return -float((y * np.log(np.maximum((o + k * m) / (total + k), FLOOR))).sum())

    return strongest(loss)


def pooled_shares(
    edges: Edges,
    base: NDArray[np.float64],
    pools: dict[str, NDArray[np.int64]],
    own: NDArray[np.float64],
    given: float | None = None,
) -> Shares:
    r"""Shrink the shares of each row to those of ever wider pools of children.

    From the widest pool to the narrowest,

    .. math:: q_{re} \leftarrow \frac{c_{re} + K q_{re}}{\sum_{e'} (c_{re'} + K q_{re'})}

    where :math:`c` are the pool's children who took that way **without the row's own**, over ways
    that are allowed, and K best foretells the rows' own children. The first K is one child on
    `base`. Several authorities: the region's row is one more pool. The weights are
    :math:`\alpha_{re} = m_{re} + K q_{re}` with own children m and K by Dirichlet-multinomial
    marginal likelihood.

    Parameters
    ----------
    edges
        The ways.
    base
        Share of each way before any child is seen; shape (E,).
    pools
        By name, widest first: a number for each way; ways of one number share their children.
    own
        Children who took each way; shape (R, E).
    given
        Strength of every level; None estimates them.
    """
    total = own.sum(axis=0)
    mean, strengths = base, {}
    known = total * (base > 0)
    for place, (name, key) in enumerate(pools.items()):
        others = (np.bincount(key, weights=known)[key] - known) * (base > 0)
        if place == 0:
            strengths[name] = rate_priors()["unseen_children"]
        else:
            strengths[name] = chosen(given, _foretold, known, others, mean, edges)
        mean = per_row(np.maximum(others, 0.0) + strengths[name] * mean, edges.row, edges.n_rows)
    strengths["row"] = chosen(given, share_strength, known, mean, edges.row, edges.n_rows)
    prior, strength = mean[None], strengths["row"]
    if len(own) > 1:
        prior = np.empty_like(own)
        for place, children in enumerate(own):
            others = np.maximum(known - np.where(base > 0, children, 0.0), 0.0)
            prior[place] = per_row(others + strength * mean, edges.row, edges.n_rows)
        strength = chosen(given, share_strength, own, prior, edges.row, edges.n_rows)
        strengths["authority and row"] = strength
    return Shares(edges=edges, prior=prior, strength=strength, own=own, strengths=strengths)
