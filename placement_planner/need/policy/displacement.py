r"""Where children are under a policy beside where they would be, carried from year to year.

Of the children who would be in a cell :math:`c` without the policy, a share :math:`W_{cs}` is in
setting :math:`s` with it. What is kept is the difference from :math:`W_{cs} = [s = s_c]`, their
own setting, so that a cell that no policy reaches has noughts, and its children are unchanged to
the last bit. From one January to the next

- who stays in their setting takes the difference along;
- who would move to another setting moves if they are in the setting they would leave. A child
  whom the policy put elsewhere stays there, unless the move comes at a natural transition point
  or after Year 11, when the place they were given comes to its end too;
- who has no plan for the policy, and would move to a setting of another class, has one there
  in part (`reach.carrying`): what a policy keeps from mainstream it keeps from special schools
  only as far as their elasticity goes. Plans made in addition are carried in the same part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from placement_planner.need.policy.reach import POST_16, SETTINGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.need.policy.reach import Grid

__all__ = ["Arrivals", "Displacement", "carried", "undisplaced"]


@dataclass(frozen=True, kw_only=True)
class Displacement:
    """What policy changes, per child who would be in a cell; N cells, S settings.

    Attributes
    ----------
    settings
        Share in each setting, less 1 in their own; (N, S).
    support
        Share who hold an individual support plan in place of an EHC plan; (N,).
    """

    settings: NDArray[np.float64]
    support: NDArray[np.float64]

    def plans(self) -> NDArray[np.float64]:
        """Return plans in any setting, less the 1 there would be; (N,)."""
        more: NDArray[np.float64] = self.settings.sum(axis=1)
        return more


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Who reaches the cells of a January, before the levers of that year.

    Attributes
    ----------
    carried
        The difference that those bring who had a plan the January before.
    moved
        Who comes to the cell's own setting from another setting (column), per child who would be
        in the cell; (N, S).
    joined
        Share who newly join; (N,).
    """

    carried: Displacement
    moved: NDArray[np.float64]
    joined: NDArray[np.float64]


def undisplaced(grid: Grid) -> Displacement:
    """Return no difference: everybody where they would be."""
    size = len(grid.own)
    return Displacement(settings=np.zeros((size, len(SETTINGS))), support=np.zeros(size))


def carried(
    before: Displacement,
    stayed: csr_array,
    joined: NDArray[np.float64],
    grid: Grid,
    carrying: NDArray[np.float64],
) -> Arrivals:
    r"""Carry the difference along one step.

    With :math:`x` plans more (or fewer) than 1 of the children who would be in the cell before,
    and :math:`e'` carried into the class that is reached (1 within a class), :math:`1 + e' x`
    of them are there after a move: :math:`(1 - e')(-x)` get a plan there after all where
    :math:`x < 0`, and where :math:`x > 0` all are scaled to it.

    Parameters
    ----------
    before
        At the January before.
    stayed, joined
        Origins of the step; (N, N) and (N,).
    grid
        The cells.
    carrying
        As from `reach.carrying`; (3, 3).
    """
    size = len(grid.own)
    row = np.repeat(np.arange(size), np.diff(stayed.indptr))
    origin, share = stayed.indices, stayed.data
    moves = grid.own[row] != grid.own[origin]
    follows = moves & (grid.at_moves | (grid.ncy >= POST_16))[row]
    part = carrying[grid.kinds[grid.own[row]], grid.kinds[grid.own[origin]]]
    more = before.plans()
    own = before.settings[np.arange(size), grid.own]
    elsewhere = before.settings.copy()
    elsewhere[np.arange(size), grid.own] = 0.0

    come = more[origin]
    plenty = come > 0
    scale = np.where(plenty, (1.0 + part * come) / np.where(plenty, 1.0 + come, 1.0), 1.0)
    left_there = np.where(
        plenty, scale * (1.0 + own[origin]) - 1.0, own[origin] - (1.0 - part) * come
    )
    brought = np.where(follows, part * come, np.where(moves, left_there, own[origin]))

    def within(weights: NDArray[np.float64]) -> csr_array:
        return csr_array((share * weights, origin, stayed.indptr), shape=stayed.shape)

    settings = within(np.where(follows, 0.0, scale)) @ elsewhere
    settings[np.arange(size), grid.own] += np.bincount(row, share * brought, minlength=size)
    here = np.flatnonzero(moves)
    moved = np.bincount(
        row[here] * len(SETTINGS) + grid.own[origin[here]],
        (share * (1.0 + brought))[here],
        minlength=size * len(SETTINGS),
    ).astype(np.float64)
    return Arrivals(
        carried=Displacement(settings=settings, support=within(part) @ before.support),
        moved=moved.reshape(size, len(SETTINGS)),
        joined=joined,
    )
