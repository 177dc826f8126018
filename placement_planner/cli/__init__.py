"""The command line: every command takes a study, says what it did, and exits 0, 1 or 2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from placement_planner.cli import (
    areas,
    forecasting,
    gap,
    hosts,
    maps,
    planning,
    policies,
    privacy,
    projecting,
    scoring,
    sen2,
    studies,
    travel,
)
from placement_planner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "app",
    "areas",
    "forecasting",
    "gap",
    "hosts",
    "main",
    "maps",
    "planning",
    "policies",
    "privacy",
    "projecting",
    "scoring",
    "sen2",
    "studies",
    "travel",
]


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 on success, 1 for an error the user can mend, 2 for wrong usage."""
    try:
        app(args=list(sys.argv[1:] if argv is None else argv), prog_name="placement-planner")
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0
    return 0
