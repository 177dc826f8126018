"""Everything that a run came to: what maps, workbooks and run folders are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.tables.stages import Need, PlaceCosts, Pools, Scope, Travel

__all__ = ["Outcome"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Inputs, stage tables and both plans of one run; nothing is suppressed yet.

    Attributes
    ----------
    area_need
        Need by small area (`areas.area_code`).
    need
        The same need summed to the siting level: its `area_code` holds `areas.middle_code` where
        the scenario says ``level = "middle"``.
    do_nothing
        The best that can be done with the places there are: the optimised do-nothing.
    plan
        The plan with builds.
    measures
        One row a measure: measure, unit, do_nothing, plan.
    observed
        Journeys to the places held at the base January, one row a measure: measure, unit, value;
        None where nobody knows who is placed where. Other children than in `measures`.
    notes
        What a reader must know of the need that is planned for, in sentences.
    """

    inputs: Inputs
    scenario: Scenario
    area_need: DataFrame[Need]
    need: DataFrame[Need]
    scope: DataFrame[Scope]
    pools: DataFrame[Pools]
    travel: DataFrame[Travel]
    place_costs: DataFrame[PlaceCosts]
    do_nothing: Plan
    plan: Plan
    measures: pd.DataFrame
    observed: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
