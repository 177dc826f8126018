"""Everything that a projection came to: what its charts, tables and folder are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.need.cube import Cube
    from placement_planner.need.requests import ProjectedRequests
    from placement_planner.scenario import Scenario
    from placement_planner.tables.stages import Need, Scope

__all__ = ["Forecast"]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Children with plans in every draw and year, and why they change; nothing is suppressed yet.

    Attributes
    ----------
    method
        "transitions", "published" or "held".
    cube
        By authority, year group, need and setting, every year from the base to the last planned.
    parts
        The same draws by authority, need, setting and phase.
    held
        As `parts`, had the base January's rates per head stayed: one draw.
    past
        Children at the Januaries up to the base: authority_code, academic_year, need_type,
        setting, phase, children.
    waterfall
        Change from the base year by authority_code, need_type, setting, phase and academic_year:
        base, population, rate, interaction, final.
    area_need
        Children who need a specialist place by small area, need group, phase and year, means.
    scope
        Every child with a plan counted once: to place, or why not.
    requests
        Requests, assessments and new plans; None where the study has none to project from.
    notes
        What was done, and what could not be, in plain words.
    """

    inputs: Inputs
    scenario: Scenario
    method: str
    cube: Cube
    parts: Cube
    held: Cube
    past: pd.DataFrame
    waterfall: pd.DataFrame
    area_need: DataFrame[Need]
    scope: DataFrame[Scope]
    requests: ProjectedRequests | None
    notes: tuple[str, ...]
