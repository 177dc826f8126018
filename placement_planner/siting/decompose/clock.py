"""The time that a search has, and how it tells what it has come to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock"]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Started when it is made; tells of bound and best plan, thousands of £, phase by phase."""

    limit_s: float
    progress: Callable[[str], None]
    started: float = field(default_factory=time.perf_counter)

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def left(self) -> float:
        """Seconds that are left; below nought once they have run out."""
        return self.limit_s - self.elapsed()

    def tell(self, phase: str, bound: float, best: float = np.inf) -> None:
        """Say the phase, the bound, and the best plan where there is one."""
        told = f"{phase}: bound {bound / 1000:,.2f} £m"
        if np.isfinite(best):
            gap = (best - bound) / max(abs(best), 1e-9)
            told += f", best plan {best / 1000:,.2f} £m, gap {gap:.3%}"
        self.progress(f"{told}, {self.elapsed():.0f} s")
