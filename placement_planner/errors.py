"""What the library raises on purpose, and how a broken rule is reported."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class PlacementPlannerError(Exception):
    """Anything a user can mend; the command line prints it in plain words and exits 1."""


class ScenarioError(PlacementPlannerError):
    """A scenario file that cannot be read, or a choice out of range."""


class SolveError(PlacementPlannerError):
    """No plan could be found, or a plan that fails its own audit."""


class InfeasibleError(SolveError):
    """No plan keeps every rule: what is locked in cannot be paid, opened or filled."""


class OutOfTimeError(SolveError):
    """The time ran out before any plan was found."""


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule of one file."""

    file: str
    row: int | None
    column: str | None
    found: str
    would_be_right: str

    def __str__(self) -> str:
        """Say where, what was found and what would be right, on one line."""
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}{row}{column}: found {self.found}; right would be {self.would_be_right}"

    def record(self) -> dict[str, str | int | None]:
        """Return the finding as plain values, for JSON."""
        return asdict(self)


class DataError(PlacementPlannerError):
    """Input tables that break rules; carries every finding, not just the first."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        lines = [message, *(f"  {finding}" for finding in self.findings)]
        super().__init__("\n".join(lines))
