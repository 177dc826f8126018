"""A plan: the answer as tables, with what the solver proved about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from placement_planner.tables.plan import Builds, Entries, FallbackChildren, Placements, Spend

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.base import Table

__all__ = [
    "AS_WRITTEN",
    "PLAN_FIELDS",
    "PROVEN",
    "Plan",
    "SolveReport",
    "Status",
    "StoppedBy",
    "status_of",
]

Status = Literal["optimal", "within gap", "feasible", "none"]
StoppedBy = Literal["proof", "gap", "time", "interrupt", "nodes", "written"]
PLAN_FIELDS: dict[str, type[Table]] = {
    "builds": Builds,
    "entries": Entries,
    "placements": Placements,
    "fallback": FallbackChildren,
    "spend": Spend,
}
"""The tables of a plan by the names of its fields, which are those of their files."""
PROVEN = 1e-6
"""Relative gap at which a plan counts as optimal."""


def status_of(gap: float, asked: float) -> Status:
    """Return a plan's status from the gap that was proved and the gap that was asked for.

    Examples
    --------
    >>> [status_of(gap, 0.001) for gap in (0.0, 0.001, 0.01)]
    ['optimal', 'within gap', 'feasible']
    """
    return "optimal" if gap <= PROVEN else "within gap" if gap <= asked else "feasible"


@dataclass(frozen=True, kw_only=True)
class SolveReport:
    """What the solver proved, from its own bound; never a library's status word."""

    status: Status
    objective_gbp: float
    bound_gbp: float
    seconds: float
    stopped_by: StoppedBy
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


AS_WRITTEN = SolveReport(
    status="feasible",
    objective_gbp=0.0,
    bound_gbp=-math.inf,
    seconds=0.0,
    stopped_by="written",
    solver="none: measured as written",
)
"""The report of a plan that no solver made; nothing is proven, and pricing fills in its cost."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is built, who comes where, who is where in every year, and what the solve proved.

    `placements` follow from `entries` and from who keeps a place, by `placements_by_year`.
    """

    builds: DataFrame[Builds]
    entries: DataFrame[Entries]
    placements: DataFrame[Placements]
    fallback: DataFrame[FallbackChildren]
    spend: DataFrame[Spend]
    report: SolveReport
