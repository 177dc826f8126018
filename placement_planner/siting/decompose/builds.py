"""Decisions by themselves: what the rules of builds and pots allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

from placement_planner.errors import InfeasibleError
from placement_planner.siting.highs import LiveModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.bounds import Bounds
    from placement_planner.siting.decompose.layout import Layout

__all__ = ["BuildRules"]

_SECONDS, _RELAXED_S = 5.0, 600.0
_GAP = 1e-3


class BuildRules:
    """The rules of builds, payments and pots alone, as a small live model."""

    def __init__(self, layout: Layout) -> None:
        static, self._first = layout.static, layout.rows["build"].start
        built, paid = (
            np.arange(*layout.columns[kind].indices(len(static.cost))) for kind in ("built", "paid")
        )
        used = np.concatenate([built, paid])
        self._static, self._used = static, used
        self._built = np.arange(len(built))
        self._cost = static.cost[used]
        self._coupling = static.entries[: self._first, used]
        self._live = LiveModel(layout.lower[self._first :], layout.upper[self._first :])
        self._live.add_columns(
            np.zeros(len(used)),
            static.lower[used],
            static.upper[used],
            csc_array(static.entries[self._first :, used]),
        )

    def allow(self, bounds: Bounds) -> bool:
        """Tell whether money and rules allow what is taken, in parts if need be."""
        self._live.set_costs(np.arange(len(self._cost)), np.zeros(len(self._cost)))
        self._live.set_bounds(self._built, bounds.lower, bounds.upper)
        return self._live.can_be_met()

    def cheapest(
        self, bounds: Bounds, duals: NDArray[np.float64] | None = None
    ) -> NDArray[np.bool_] | None:
        """Return the cheapest decisions that keep every rule; None if none do.

        Parameters
        ----------
        bounds
            What each decision may be.
        duals
            Of all rows: what places are worth that a decision opens, and what it must fill; nought
            if None.
        """
        self._price(bounds, np.zeros(self._first) if duals is None else duals)
        outcome = self._live.search(self._built, _SECONDS, _GAP)
        if not outcome.has_plan:
            return None
        taken: NDArray[np.bool_] = self._live.column_values()[: len(self._built)] > 0.5  # noqa: PLR2004
        return taken

    def relaxed(
        self, bounds: Bounds, duals: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the cheapest static columns at duals, decisions between nought and one.

        Returns
        -------
        tuple
            Values of all static columns; duals of the rows of builds, payments and pots.

        Raises
        ------
        InfeasibleError
            If no builds keep every rule.
        """
        self._price(bounds, duals)
        if self._live.solve(_RELAXED_S) == "infeasible":
            raise InfeasibleError("no plan keeps every rule")
        reduced = self._static.cost - self._static.entries[: self._first].T @ duals[: self._first]
        values = np.where(reduced < 0, self._static.upper, self._static.lower)
        values[self._used] = self._live.column_values()
        return values, self._live.row_duals()

    def _price(self, bounds: Bounds, duals: NDArray[np.float64]) -> None:
        """Set what decisions cost at duals, and what they may be."""
        cost = self._cost - self._coupling.T @ duals[: self._first]
        self._live.set_costs(np.arange(len(cost)), cost)
        self._live.set_bounds(self._built, bounds.lower, bounds.upper)
