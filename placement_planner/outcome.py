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
    from placement_planner.siting.tables import Tables
    from placement_planner.surroundings import Surroundings
    from placement_planner.tables.stages import Need, Scope

__all__ = ["Outcome"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Inputs, stage tables and both plans of one run; nothing is suppressed yet.

    Attributes
    ----------
    area_need
        Need by small area (`areas.area_code`).
    tables
        What both plans were made for, by areas of the siting level: `area_code` holds
        `areas.middle_code` where the scenario says ``level = "middle"``, and the code of a
        stranded small area itself.
    surroundings
        Places, journeys and costs that both plans start from.
    do_nothing
        The best that can be done with the places there are: the optimised do-nothing.
    plan
        The plan with builds.
    measures
        One row a measure: measure, unit, do_nothing, plan.
    savings
        What the plan saves by the share of new places that replace independent ones, as from
        `siting.displacement`.
    authorities
        What the plan does for each authority, as from `siting.authorities`.
    now
        Journeys to the places held at the base January, as from `costs.journey_report`; None
        where nobody is known to hold any. Other children than in `measures`.
    notes
        What a reader must know of the need that is planned for, in sentences.
    """

    inputs: Inputs
    scenario: Scenario
    area_need: DataFrame[Need]
    tables: Tables
    scope: DataFrame[Scope]
    surroundings: Surroundings
    do_nothing: Plan
    plan: Plan
    measures: pd.DataFrame
    savings: pd.DataFrame
    authorities: pd.DataFrame
    now: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()

    @property
    def need(self) -> DataFrame[Need]:
        """Children who need a specialist place, by area of the siting level."""
        return self.tables.need
