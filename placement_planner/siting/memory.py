"""How large a search would grow; one that would not fit is refused before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from placement_planner.errors import SolveError

if TYPE_CHECKING:
    from placement_planner.siting.problem import Problem

__all__ = ["Sizes", "check_memory", "sizes_of"]

Road = Literal["monolithic", "decomposed"]

_GB = 1e9
_BASE = 100e6
_OF_ARC = {"monolithic": 3_000, "decomposed": 300}
_OF_ENTRY = {"monolithic": 3_000, "decomposed": 120}
_OF_LINK, _PRICED = 300, 16
_HELD = 8
"""Bytes of any search, of an arc, of an entry of its column with the solver's copies, of a link in
tables and dense blocks, and of an arc that is only priced; arcs of a group and year that generated
placements end with, at most.

Assumptions, set so that they were not below what was seen in November 2026: the whole model of
2,670 and 10,644 arcs took 95 and 185 MB, the sample's relaxation with 218,764 arcs 131 MB, England
by middle area in one year, with 1,123,495 arcs, 631 MB; by clusters, Greater Manchester by small
area over seven years, with 13,651,687 arcs, less than 2,700 MB. What is left open, searched at the
end, may take more.
"""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What a problem is made of.

    `ways` are areas by need groups; `arcs` links by years of entry; `entries` the groups and years
    that they could count in.
    """

    areas: int
    ways: int
    groups: int
    pools: int
    years: int
    links: int
    arcs: int
    entries: int
    decisions: int

    def __str__(self) -> str:
        return (
            f"{self.areas:,} areas with {self.groups:,} groups of children, {self.pools:,} pools, "
            f"{self.years} years, {self.links:,} pairs of group and pool, {self.arcs:,} possible "
            f"placements, {self.decisions:,} ways to build"
        )

    def memory_gb(self, road: Road) -> float:
        """Return about how much memory a search would take, GB."""
        arcs, priced = self.arcs, 0
        if road == "decomposed":
            arcs, priced = min(arcs, _HELD * self.groups * self.years), arcs
        an_arc = _OF_ARC[road] + _OF_ENTRY[road] * self.entries / max(self.arcs, 1)
        return (_BASE + arcs * an_arc + priced * _PRICED + self.links * _OF_LINK) / _GB


def sizes_of(problem: Problem) -> Sizes:
    """Count what a problem is made of."""
    years = len(problem.years)
    profile = problem.groups.table["profile"].to_numpy()[problem.link_group]
    counted = np.count_nonzero(problem.survival, axis=(1, 2, 3))
    return Sizes(
        areas=int(problem.groups.table["area_code"].nunique()),
        ways=len(problem.groups.table.drop_duplicates(["area_code", "need_group"])),
        groups=len(problem.groups.table),
        pools=len(problem.pools.table),
        years=years,
        links=len(problem.links),
        arcs=len(problem.links) * years,
        entries=int(counted[profile].sum()),
        decisions=len(problem.decisions),
    )


def check_memory(sizes: Sizes, road: Road, limit_gb: float) -> None:
    """Refuse a search that would take more memory than it may.

    Raises
    ------
    SolveError
        Says what it would take, for what, and what would make it smaller.
    """
    needed = sizes.memory_gb(road)
    if needed <= limit_gb:
        return
    other = ", let placements be generated (solver.method = auto)" if road == "monolithic" else ""
    raise SolveError(
        f"the search would take about {needed:,.1f} GB of memory, and solver.memory_gb allows "
        f"{limit_gb:g}: {sizes}; site by larger areas (siting.level = middle), take fewer years "
        f"(horizon.years), lower the hard limits of journeys (travel.hard_minutes_*){other}, or "
        "allow more where the machine has it"
    )
