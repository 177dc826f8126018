r"""Charges and a bound without any relaxation being solved: by the volume algorithm.

Rows that areas share (pools, lending, fills, borders, routes) are left out and charged for. At
charges :math:`y` every area and need takes its best way and the builds are the best that rules and
money allow, between nought and one, so that

.. math:: L(y) = \min_x \; c^\top x + y^\top (b - A x) \le \text{cost of every plan}

and :math:`b - A x` says which way to move the charges. Barahona and Anbil (2000) move them along
the mean of all rounds, in which later ones count more: the children it places hardly overfill
anything once the charges are nearly right. A round costs as much as pricing all arcs does, however
many groups there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from placement_planner.siting.decompose.bound import bound_of
from placement_planner.siting.decompose.layout import charges_of, rows_used
from placement_planner.siting.decompose.openings import no_openings
from placement_planner.siting.decompose.ways import Entrants, best_ways, entrants_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Block
    from placement_planner.siting.decompose.bounds import Bounds
    from placement_planner.siting.decompose.builds import BuildRules
    from placement_planner.siting.decompose.layout import Layout
    from placement_planner.siting.problem import Problem

__all__ = ["Ascended", "ascend", "none_ascended"]

_NEW, _LEAST_NEW = 0.1, 0.01
"""Part of the mean that a new round makes up: as much as the step, within these."""
_ABOVE = 0.01
"""How far above the best bound the steps aim, as a part of it."""
_LONGER, _SHORTER, _PATIENCE, _LONGEST = 1.1, 0.75, 2, 2.0
"""Steps grow with each better bound, and shrink after some rounds without one."""


@dataclass(frozen=True, kw_only=True)
class Ascended:
    """What a round has come to.

    Attributes
    ----------
    bound
        On every plan, the best so far, thousands of £.
    duals
        Of the rows of the layout, those that it comes from; nought for those of groups.
    used
        What the mean of all rounds uses of the rows that follow those of groups.
    step
        Length of the next step, as a part of the way to a value aimed at.
    placed
        Who is placed where in this round.
    """

    bound: float
    duals: NDArray[np.float64]
    used: NDArray[np.float64]
    step: float
    placed: Entrants


def none_ascended(layout: Layout) -> Ascended:
    """Return a start without charges."""
    none = np.zeros(0, dtype=np.int64)
    return Ascended(
        bound=-np.inf,
        duals=np.zeros(len(layout.lower)),
        used=np.zeros(0),
        step=1.0,
        placed=Entrants(link=none, entry=none, children=np.zeros(0)),
    )


def ascend(
    problem: Problem,
    blocks: tuple[Block, ...],
    layout: Layout,
    rules: BuildRules,
    bounds: Bounds,
    start: Ascended,
) -> Iterator[Ascended]:
    """Better a bound round by round, without end, from charges that there are.

    Parameters
    ----------
    bounds
        What each decision may be.
    start
        Charges, means and step to start with, of any problem with the same shared rows; its bound
        and placements are not used.

    Yields
    ------
    Ascended
        After every round.
    """
    first, last = layout.rows["group"].stop, layout.rows["build"].start
    lower, upper = layout.lower[first:last], layout.upper[first:last]
    at_most, at_least = ~np.isfinite(lower), ~np.isfinite(upper)
    of_static = csr_array(layout.static.entries)[first:last]
    best, step, patience = start, start.step, _PATIENCE
    used, duals, bound = start.used, start.duals, -np.inf
    while True:
        charges = charges_of(problem, layout, duals, no_openings())
        ways = best_ways(problem, blocks, charges)
        static, own = rules.relaxed(bounds, duals)
        priced = np.concatenate([np.zeros(first), duals[first:last], own])
        value = bound_of(problem, layout, priced, charges, ways.values, bounds=bounds)
        placed = entrants_of(problem, ways.link)
        of_children = rows_used(problem, layout, placed.link, placed.entry, placed.children)
        now = of_children[first:last] + of_static @ static
        new = min(_NEW, max(_LEAST_NEW, step))
        used = new * now + (1 - new) * used if used.size else now
        if value > bound:
            bound, step, patience = value, min(step * _LONGER, _LONGEST), _PATIENCE
            best = Ascended(bound=bound, duals=priced, used=used, step=step, placed=placed)
        else:
            patience -= 1
            if not patience:
                step, patience = step * _SHORTER, _PATIENCE
        yield Ascended(bound=bound, duals=best.duals, used=used, step=step, placed=placed)
        end = np.where(at_most, upper, lower) - used
        y = best.duals[first:last]
        end[(at_most & (end > 0) & (y >= 0)) | (at_least & (end < 0) & (y <= 0))] = 0.0
        y = y + step * _ABOVE * abs(bound) / max(float(end @ end), 1e-9) * end
        y = np.where(at_most, np.minimum(y, 0.0), np.where(at_least, np.maximum(y, 0.0), y))
        duals = np.concatenate([np.zeros(first), y, np.zeros(len(layout.lower) - last)])
