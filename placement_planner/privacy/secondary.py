r"""Secondary suppression: further figures are withheld so that none of the small ones can be told.

A small count is protected if, whatever the figures that are shown, it could be as small as one
child and as large as the threshold. Let :math:`x` be the exact children of all cells and :math:`A`
the sums that link them. A reader knows that :math:`A(x + d) = 0` and that every figure shown was
rounded, so that :math:`l_i \le x_i + d_i \le u_i`; of a figure that is not shown, only that it is
not below nothing. For each small cell :math:`p` of :math:`x_p` children two such :math:`d` must
exist,

.. math:: x_p + d_p \ge t, \qquad x_p + d'_p \le \min(x_p, 1).

Whether they do is a linear programme, the reader's attack. Where they do not, an integer programme
chooses the figures to withhold besides, :math:`y_i \in \{0, 1\}`, at the least weight
:math:`\sum_i w_i y_i` with :math:`w_i = 1 + \ln(1 + x_i)`:

.. math:: A d = 0, \quad (l_i - x_i) - m y_i \le d_i \le (u_i - x_i) + m y_i, \quad x + d \ge 0.

One cell after the other is protected in this way, with the figures near it; so the weight is the
least for each of them, and not always for all together. After Fischetti and Salazar (2001),
"Solving the cell suppression problem on tabular data with linear constraints", Management Science
47(7); HiGHS solves both programmes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, diags_array, hstack

from placement_planner.privacy.rules import NEARLY_NOTHING, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.privacy.cells import Cells

__all__ = ["Rule", "exposed", "interval", "roughly_suppressed", "suppressed"]

_SLACK = 1e-6
_GAP = 1e-4
_ROOM = 2.0
_HALF = 0.5
_HOPS = (2, 3)
_UNBOUNDED = 3


@dataclass(frozen=True)
class Rule:
    """Counts under the threshold are small; those shown are rounded to a multiple."""

    threshold: float
    rounding: float

    def is_small(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which counts are above nothing and under the threshold."""
        return (values > NEARLY_NOTHING) & (values < self.threshold - NEARLY_NOTHING)

    def known(
        self, values: NDArray[np.float64], is_shown: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and most that each count may be, to who sees the figures shown.

        Children are whole, so that 10 stands for 8 to 12; the same is held of expected children.

        Examples
        --------
        >>> rule = Rule(threshold=5, rounding=5)
        >>> children, is_shown = np.array([12.0, 5.2, 2.0]), np.array([True, True, False])
        >>> low, high = rule.known(children, is_shown)
        >>> low.tolist(), high.tolist()
        ([8.0, 5.0, 0.0], [12.0, 7.0, inf])
        """
        shown = rounded(values, self.rounding)
        half = (self.rounding - 1) / 2
        exact = values if half == 0 else shown
        low = np.where(is_shown, np.maximum(exact - half, np.minimum(self.threshold, values)), 0.0)
        high = np.where(is_shown, exact + half, np.inf)
        return np.where(np.isnan(values), -np.inf, low), np.where(values == 0, 0.0, high)


def interval(
    cells: Cells, is_shown: NDArray[np.bool_], place: int, rule: Rule
) -> tuple[float, float]:
    """Return the smallest and largest count of one cell that go with what is shown.

    Parameters
    ----------
    cells
        All cells that are linked.
    is_shown
        Which of their figures a reader sees, rounded.
    place
        Position of the cell.
    rule
        By which they are rounded.
    """
    attack = _Attack.on(cells, is_shown, rule)
    value = float(cells.values[place])
    return value + attack.farthest(place, -1), value + attack.farthest(place, 1)


@dataclass(frozen=True)
class _Attack:
    """What a reader can work out: deviations from exact counts that nothing shown contradicts."""

    sums: csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @classmethod
    def on(cls, cells: Cells, is_shown: NDArray[np.bool_], rule: Rule) -> _Attack:
        low, high = rule.known(cells.values, is_shown)
        exact = np.nan_to_num(cells.values)
        return cls(cells.sums, np.minimum(low - exact, 0.0), np.maximum(high - exact, 0.0))

    def _solved(
        self, sense: int, aim: NDArray[np.bool_], caps: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64] | None:
        """Move some cells as far as they go, none beyond its cap; None if there is no limit."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if caps is not None and sense > 0:
            upper[aim] = np.minimum(upper[aim], caps)
        elif caps is not None:
            lower[aim] = np.maximum(lower[aim], -caps)
        found = linprog(
            -sense * aim.astype(float),
            A_eq=self.sums,
            b_eq=np.zeros(self.sums.shape[0]),
            bounds=np.column_stack([lower, upper]),
        )
        return None if found.status == _UNBOUNDED else np.asarray(found.x)

    def farthest(self, place: int, sense: int) -> float:
        """Return how far one cell can move, down (-1) or up (1)."""
        aim = np.arange(len(self.lower)) == place
        found = self._solved(sense, aim)
        return sense * np.inf if found is None else float(found[place])

    @cached_property
    def _members(self) -> tuple[csr_array, csr_array]:
        """Return which cells each sum has, and which sums each cell is in."""
        member = csr_array(abs(self.sums))
        return member, csr_array(member.T)

    def nearby(self, place: int, hops: int) -> tuple[NDArray[np.intp], _Attack]:
        """Return the cells within `hops` sums of one cell, and what they can do by themselves."""
        in_sum, in_cell = self._members
        sums = np.zeros(self.sums.shape[0], dtype=bool)
        here = np.arange(self.sums.shape[1]) == place
        for _ in range(hops):
            before, sums = sums, (in_sum @ here) > 0
            if (before == sums).all():
                break
            here = (in_cell @ sums) > 0
        outside = (in_cell @ ~sums) > 0
        near = np.flatnonzero(here & ~outside)
        return near, _Attack(
            self.sums[np.flatnonzero(sums)][:, near], self.lower[near], self.upper[near]
        )

    def can_move(self, place: int, far: float) -> bool:
        """Tell whether one cell can move so far, up or down (negative)."""
        for hops in _HOPS:
            near, attack = self.nearby(place, hops)
            if place in near and attack.moves(near == place, far):
                return True
        return self.moves(np.arange(len(self.lower)) == place, far)

    def moves(self, aim: NDArray[np.bool_], far: float) -> bool:
        """Tell whether the one cell aimed at can move so far, with all that are here."""
        found = self._solved(1 if far > 0 else -1, aim, np.array([abs(far)]))
        return found is None or bool(abs(found[aim][0]) >= abs(far) - _SLACK)

    def stuck(self, sense: int, small: NDArray[np.intp], caps: NDArray[np.float64]) -> list[int]:
        """Return which small cells cannot move as far as their caps: many at once, then each."""
        left = np.flatnonzero(caps > _SLACK)
        while len(left):
            aim = np.isin(np.arange(len(self.lower)), small[left])
            moved = self._solved(sense, aim, caps[left])
            if moved is None:
                break
            is_stuck = sense * moved[small[left]] < caps[left] - _SLACK
            if is_stuck.all():
                break
            left = left[is_stuck]
        return [
            int(each) for each in left if not self.can_move(int(small[each]), sense * caps[each])
        ]


def exposed(cells: Cells, is_shown: NDArray[np.bool_], rule: Rule) -> list[tuple[int, float]]:
    """Find the small counts that what is shown gives away, by attacking all of them.

    Parameters
    ----------
    cells
        All cells that are linked.
    is_shown
        Which figures are shown; no small one may be among them.
    rule
        What is small, and how the others are rounded.

    Returns
    -------
    list of (int, float)
        Cells, and how far they would have to be able to move, and cannot: up, or down (negative).
    """
    attack = _Attack.on(cells, is_shown, rule)
    small = np.flatnonzero(rule.is_small(cells.values))
    values = cells.values[small]
    moves = {1: rule.threshold - values, -1: np.maximum(values - 1, 0)}
    return [
        (int(small[each]), sense * float(caps[each]))
        for sense, caps in moves.items()
        for each in attack.stuck(sense, small, caps)
    ]


def roughly_suppressed(cells: Cells, rule: Rule) -> NDArray[np.bool_]:
    """Estimate what `suppressed` comes to, at a glance, to choose a level of geography by.

    Where one sum by itself gives a small count away, its smallest figure is withheld as well.

    Parameters
    ----------
    cells
        All cells that are linked.
    rule
        What is small, and how the others are rounded.
    """
    is_small = rule.is_small(cells.values)
    is_shown = cells.published & ~is_small
    low, high = rule.known(cells.values, is_shown)
    for row in range(cells.sums.shape[0]):
        here = slice(cells.sums.indptr[row], cells.sums.indptr[row + 1])
        places, signs = cells.sums.indices[here], cells.sums.data[here]
        shown = places[is_shown[places] & (cells.values[places] != 0)]
        if len(shown) < len(places) - 1 or not is_small[places].any():
            continue
        small = is_small[places]
        ends = np.where(signs == signs[small][0], low[places], -high[places])[~small]
        if -ends.sum() < rule.threshold:
            is_shown[shown[np.argmin(cells.values[shown])]] = False
    return cells.published & ~is_shown


def suppressed(cells: Cells, rule: Rule) -> NDArray[np.bool_]:
    """Choose the published figures to withhold: the small ones, and few others that protect them.

    Parameters
    ----------
    cells
        All cells that are linked.
    rule
        What is small, and how the others are rounded.

    Returns
    -------
    ndarray of bool
        One a cell. Nobody (nothing) stays shown.
    """
    is_shown = cells.published & ~rule.is_small(cells.values)
    while moves := exposed(cells, is_shown, rule):
        for place, far in moves:
            if not _Attack.on(cells, is_shown, rule).can_move(place, far):
                is_shown[_chosen(cells, is_shown, rule, place, far)] = False
    return cells.published & ~is_shown


def _chosen(
    cells: Cells, is_shown: NDArray[np.bool_], rule: Rule, place: int, far: float
) -> NDArray[np.intp]:
    """Choose figures to withhold so that one cell can move as far as it must.

    Cells nearby are tried first, within so many sums of it; all others stand still.
    """
    attack = _Attack.on(cells, is_shown, rule)
    for hops in (*_HOPS, attack.sums.shape[0]):
        near, here = attack.nearby(place, hops)
        if place in near:
            chosen = _cheapest(here, cells.values[near], is_shown[near], near == place, far)
            if chosen is not None:
                return near[chosen]
    raise AssertionError("withholding every figure protects every cell")


def _cheapest(
    attack: _Attack,
    values: NDArray[np.float64],
    is_shown: NDArray[np.bool_],
    is_moved: NDArray[np.bool_],
    far: float,
) -> NDArray[np.intp] | None:
    """Solve the integer programme for one move: positions to withhold; None if there are none."""
    candidates = np.flatnonzero(is_shown & (values != 0))
    n, c, most = len(values), len(candidates), abs(far) * _ROOM
    down, up = -attack.lower[candidates], attack.upper[candidates]
    down_if_hidden = np.maximum(np.minimum(values[candidates], most), down)
    up_if_hidden = np.maximum(most, up)
    lower, upper = attack.lower.copy(), attack.upper.copy()
    lower[candidates], upper[candidates] = -down_if_hidden, up_if_hidden
    (lower if far > 0 else upper)[is_moved] = far
    moved = csr_array((np.ones(c), (np.arange(c), candidates)), shape=(c, n))
    found = milp(
        np.concatenate([1 + np.log1p(values[candidates]), np.zeros(n)]),
        integrality=np.concatenate([np.ones(c), np.zeros(n)]),
        bounds=Bounds(np.concatenate([np.zeros(c), lower]), np.concatenate([np.ones(c), upper])),
        constraints=[
            LinearConstraint(hstack([csr_array((attack.sums.shape[0], c)), attack.sums]), 0, 0),
            LinearConstraint(hstack([diags_array(down_if_hidden - down), moved]), -down, np.inf),
            LinearConstraint(hstack([diags_array(up_if_hidden - up), -moved]), -up, np.inf),
        ],
        options={"mip_rel_gap": _GAP, "presolve": False},
    )
    return None if found.x is None else candidates[found.x[:c] > _HALF]
