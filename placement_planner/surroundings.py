"""What a plan starts from: places, who holds them, how far they are, what rides cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.supply import over_full

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.costs import TransportOutcome
    from placement_planner.supply import PlacedNow
    from placement_planner.tables.stages import PlaceCosts, Pools, Travel
    from placement_planner.tables.study import CapitalCosts, Fallback, UnitCosts
    from placement_planner.tables.supply import AcrossBorder, Register
    from placement_planner.travel import Drives

__all__ = ["Surroundings"]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Places, journeys and costs of a study, before anything is placed or built.

    Attributes
    ----------
    register
        Every pool of places by year, the base year included.
    across
        Children across the region's border by year.
    pools
        Places that residents may be given, by planned year.
    sites
        Every site that children may be driven to, with its name and position: those of the study
        and its neighbours'.
    drives
        Direct drives from small areas, how they were measured, and who is stranded.
    units
        Unit of the siting level of each small area.
    travel
        Direct drives from these units.
    placed
        Who is placed where now, observed or estimated.
    journeys_now
        Their direct drives: authority_code, need_group, phase, children, minutes, distance_km.
    cost_lines, place_costs, fallback
        What places and fallback routes cost.
    capital_lines
        What a place costs to build, at England's prices.
    transport
        What rides take and cost.
    """

    register: DataFrame[Register]
    across: DataFrame[AcrossBorder]
    pools: DataFrame[Pools]
    sites: pd.DataFrame
    drives: Drives
    units: pd.Series
    travel: DataFrame[Travel]
    placed: PlacedNow
    journeys_now: pd.DataFrame
    cost_lines: DataFrame[UnitCosts]
    place_costs: DataFrame[PlaceCosts]
    fallback: DataFrame[Fallback]
    capital_lines: DataFrame[CapitalCosts]
    transport: TransportOutcome

    def over_full(self, academic_year: int) -> pd.DataFrame:
        """Return schools with more children on roll than places: see `supply.over_full`."""
        return over_full(self.register, academic_year)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of places, journeys and their price."""
        how = {
            "matrix": "Journeys are those of the study's travel_matrix.",
            "roads": "Journeys are the fastest along the study's roads.",
            "straight_line": "Journeys are straight lines with a detour: they cross water.",
        }
        return (
            how[self.drives.mode],
            *self.drives.notes,
            *self.placed.notes,
            *self.transport.notes,
        )
