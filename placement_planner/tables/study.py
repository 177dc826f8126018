"""The tables of a study folder: what a planner keeps, and what every check holds them to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.tables.children import (
    AreaCaseload,
    Caseload,
    CaseloadTotals,
    Flows,
    HiddenNeed,
    NeedGroupRules,
    Requests,
    Transitions,
)
from placement_planner.tables.land import (
    Areas,
    Authorities,
    Housing,
    HousingCarried,
    Population,
    PopulationProjection,
    Roads,
)
from placement_planner.tables.money import Compatibility, Fallback, PotFunding, Pots, UnitCosts
from placement_planner.tables.policy import PolicyLevers
from placement_planner.tables.schools import Options, Provision, Sites
from placement_planner.tables.vocabulary import (
    FIRST_YEAR,
    LAST_YEAR,
    NEED_GROUPS,
    NEED_TYPES,
    PHASES,
    SETTINGS,
)

if TYPE_CHECKING:
    from placement_planner.tables.base import Table

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "NEED_GROUPS",
    "NEED_TYPES",
    "PHASES",
    "SETTINGS",
    "STUDY_TABLES",
    "AreaCaseload",
    "Areas",
    "Authorities",
    "Caseload",
    "CaseloadTotals",
    "Compatibility",
    "Fallback",
    "Flows",
    "HiddenNeed",
    "Housing",
    "HousingCarried",
    "NeedGroupRules",
    "Options",
    "PolicyLevers",
    "Population",
    "PopulationProjection",
    "PotFunding",
    "Pots",
    "Provision",
    "Requests",
    "Roads",
    "Sites",
    "Transitions",
    "UnitCosts",
]

STUDY_TABLES: tuple[type[Table], ...] = (
    Authorities,
    Areas,
    Population,
    PopulationProjection,
    Housing,
    HousingCarried,
    Roads,
    Sites,
    Provision,
    Caseload,
    CaseloadTotals,
    Transitions,
    Flows,
    AreaCaseload,
    HiddenNeed,
    NeedGroupRules,
    PolicyLevers,
    Requests,
    Options,
    Pots,
    PotFunding,
    Fallback,
    UnitCosts,
    Compatibility,
)
