"""What each decision may be while a search goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Bounds", "fixed", "free"]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What each decision may be: 0 to 1, or settled."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    def taking(self, which: NDArray[np.int64], option: NDArray[np.int64]) -> Bounds:
        """Return them with some decisions taken, and so the others of their options left."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[which] = 1.0
        upper[np.isin(option, option[which]) & (lower < 1)] = 0.0
        return Bounds(lower=lower, upper=upper)

    def leaving(self, which: NDArray[np.int64]) -> Bounds:
        """Return them with some decisions left."""
        upper = self.upper.copy()
        upper[which] = 0.0
        return Bounds(lower=self.lower, upper=upper)


def free(decisions: int) -> Bounds:
    """Return bounds that settle nothing."""
    return Bounds(lower=np.zeros(decisions), upper=np.ones(decisions))


def fixed(built: NDArray[np.bool_]) -> Bounds:
    """Return bounds that settle every decision."""
    settled = built.astype(float)
    return Bounds(lower=settled, upper=settled)
