"""Everything that a projection came to: what its charts, tables and folder are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.ahead import Ahead
    from placement_planner.inputs import Inputs
    from placement_planner.need.cube import Cube
    from placement_planner.need.housing import NewHomes
    from placement_planner.need.policy import PolicyOutcome
    from placement_planner.need.requests import ProjectedRequests
    from placement_planner.scenario import Scenario
    from placement_planner.tables.stages import Need, Scope

__all__ = ["Forecast"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Forecast:
    """Children with plans in every draw and year, and why they change; nothing is suppressed yet.

    Attributes
    ----------
    ahead
        Children under the scenario in every year from the base to the last planned.
    parts
        Children with plans by authority, need, setting and phase, in every draw.
    held
        As `parts`, had the base January's rates per head stayed, without policy: one draw.
    past
        Children at the Januaries up to the base: authority_code, academic_year, need_type,
        setting, phase, children.
    waterfall
        Change from the base year by authority_code, need_type, setting, phase and academic_year:
        base, population, rate, interaction, housing, policy, housing_policy, final.
    need_draws
        Children to place by authority, need group and phase of places, in every draw.
    area_need
        Children who need a specialist place by small area, need group, phase and year, means.
    latent
        As `area_need`: latent demand beside it; without rows where it is left out.
    scope
        Every child with a plan counted once: to place, or why not.
    requests
        Requests, assessments and new plans; None where the study has none to project from.
    notes
        What was done, and what could not be, in plain words.
    """

    inputs: Inputs
    scenario: Scenario
    ahead: Ahead
    parts: Cube
    held: Cube
    past: pd.DataFrame
    waterfall: pd.DataFrame
    need_draws: Cube
    area_need: DataFrame[Need]
    latent: pd.DataFrame
    scope: DataFrame[Scope]
    requests: ProjectedRequests | None
    notes: tuple[str, ...]

    @property
    def method(self) -> str:
        """How children were projected: "transitions", "published" or "held"."""
        return self.ahead.baseline.method

    @property
    def cube(self) -> Cube:
        """Children with plans by authority, year group, need and setting, in every draw."""
        return self.ahead.policy.cube

    @property
    def policy(self) -> PolicyOutcome:
        """What the policy of the scenario comes to."""
        return self.ahead.policy

    @property
    def homes(self) -> NewHomes | None:
        """New homes above what the population projection carries."""
        return self.ahead.baseline.homes
