"""A plan: the answer as tables, with what the solver proved about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.plan import Builds, FallbackChildren, Placements, Spend

__all__ = ["Plan", "SolveReport", "Status"]

Status = Literal["optimal", "within gap", "feasible", "none"]


@dataclass(frozen=True, kw_only=True)
class SolveReport:
    """What the solver proved, from its own bound; never a library's status word."""

    status: Status
    objective_gbp: float
    bound_gbp: float
    seconds: float
    stopped_by: Literal["proof", "gap", "time", "interrupt", "nodes"]
    solver: str

    @property
    def gap_gbp(self) -> float:
        """Most that a better plan could still save, £; not a number where nothing was proved."""
        gap = self.objective_gbp - self.bound_gbp
        return 0.0 if gap < 0 else gap

    @property
    def gap(self) -> float:
        """The same as a fraction of the objective."""
        return self.gap_gbp / max(abs(self.objective_gbp), 1e-9)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Builds, placements, fallback and spend, with the report of the solve."""

    builds: DataFrame[Builds]
    placements: DataFrame[Placements]
    fallback: DataFrame[FallbackChildren]
    spend: DataFrame[Spend]
    report: SolveReport
