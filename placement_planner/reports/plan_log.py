"""The log of what disclosure control withheld of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.figures.layers import shown_lines
from placement_planner.figures.plan import shown_builds
from placement_planner.figures.released import released_plan
from placement_planner.privacy import Withheld
from placement_planner.reports.files import WITHHELD_FILE, write_withheld

if TYPE_CHECKING:
    from pathlib import Path

    from placement_planner.outcome import Outcome

__all__ = ["write_plan_log"]


def write_plan_log(outcome: Outcome, folder: Path) -> Path:
    """Write which tables and layers of a plan had how much withheld, and how many builds no name.

    Parameters
    ----------
    outcome
        What a run came to.
    folder
        The run folder, in which withheld.csv is written.
    """
    builds = shown_builds(outcome)
    names = Withheld("Names of schools", "build", len(builds), int((~builds["is_named"]).sum()))
    records = [
        *(table.withheld for table in released_plan(outcome).values()),
        shown_lines(outcome).withheld,
        names,
    ]
    return write_withheld(records, folder / WITHHELD_FILE, outcome.scenario.privacy)
