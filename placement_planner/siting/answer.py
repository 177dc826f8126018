"""A solver's answer in arrays, before it becomes the tables of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from placement_planner.siting.arcs import Arcs
    from placement_planner.siting.plan import SolveReport

__all__ = ["Answer"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Values of the model's variables, and what was proved about them.

    Attributes
    ----------
    arcs, placed
        Arcs that were considered, and the children placed on each.
    fallback
        (G, T): children without a suitable local place.
    spilt
        By route with a limit and year: children whom it cannot take.
    built
        (N,): decisions taken.
    paid_gbp
        £ by row of `Capital.pays`.
    """

    arcs: Arcs
    placed: NDArray[np.float64]
    fallback: NDArray[np.float64]
    spilt: NDArray[np.float64]
    built: NDArray[np.bool_]
    paid_gbp: NDArray[np.float64]
    report: SolveReport
