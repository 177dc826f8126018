"""What areas may be shaded by: need, gap and journeys, each with its scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.figures.plan import LEVEL_NAMES, gap_by_area, journeys_by_area, need_by_area
from placement_planner.maps.scales import BLUES, PINKS, PURPLES, Scale, make_scale

if TYPE_CHECKING:
    from placement_planner.figures.plan import AreaTable
    from placement_planner.outcome import Outcome

__all__ = ["Shading", "shadings"]


@dataclass(frozen=True)
class Shading:
    """One way to shade the areas: a column of a table, by a scale."""

    title: str
    table: AreaTable
    column: str
    scale: Scale

    @property
    def by(self) -> str:
        """Areas that are shaded, in words."""
        return f"by {LEVEL_NAMES[self.table.level]}"


def shadings(outcome: Outcome) -> list[Shading]:
    """Return every way to shade the areas; what is compared shares one table and one scale."""
    return [
        _need("Need, all groups", need_by_area(outcome), BLUES),
        _need("Need for specialist bases", need_by_area(outcome, "base"), BLUES),
        _need("Need for special schools", need_by_area(outcome, "special"), BLUES),
        *_compared("Gap", gap_by_area(outcome), PINKS, "children"),
        *_compared("Journeys", journeys_by_area(outcome), PURPLES, "minutes"),
    ]


def _need(title: str, table: AreaTable, palette: tuple[str, ...]) -> Shading:
    scale = make_scale([table.frame["children"]], palette, "children")
    return Shading(title, table, "children", scale)


def _compared(
    title: str, table: AreaTable, palette: tuple[str, ...], unit: str
) -> tuple[Shading, Shading]:
    scale = make_scale([table.frame["do_nothing"], table.frame["plan"]], palette, unit)
    return (
        Shading(f"{title}, nothing built", table, "do_nothing", scale),
        Shading(f"{title}, with the plan", table, "plan", scale),
    )
