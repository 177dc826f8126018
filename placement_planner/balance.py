"""Need set against the places there are: what maps, tables and charts of the gap are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.gap import GapTables
    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario
    from placement_planner.surroundings import Surroundings
    from placement_planner.tables.stages import Need

__all__ = ["Balance"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Balance:
    """Need, places and the gap between them; nothing is suppressed yet.

    Attributes
    ----------
    area_need
        Need by small area.
    surroundings
        Places, who holds them, journeys and costs.
    tables
        The gap three ways, and what belongs to it.
    journeys
        Journeys to the places held now, as from `costs.journey_report`.
    curve
        Ride and price by distance, as from `costs.cost_curve`.
    notes
        What a reader must know, in sentences.
    """

    inputs: Inputs
    scenario: Scenario
    area_need: DataFrame[Need]
    surroundings: Surroundings
    tables: GapTables
    journeys: pd.DataFrame
    curve: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def final_year(self) -> int:
        """The last planned academic year, by its first calendar year."""
        return self.scenario.horizon.years[-1]
