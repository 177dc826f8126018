"""Children with plans, their moves, homes and requests: tables of `schools/`."""

from __future__ import annotations

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    JANUARY_IN_WORDS,
    NEED_GROUPS,
    NEED_TYPES,
    PHASES,
    SCHOOLS,
    SETTINGS,
    YEARS_RANGE,
    basis_column,
    year_column,
)

__all__ = [
    "UNKNOWN_HOME",
    "AreaCaseload",
    "Caseload",
    "CaseloadTotals",
    "Flows",
    "HiddenNeed",
    "NeedGroupRules",
    "Requests",
    "Transitions",
]

UNKNOWN_HOME = "UNKNOWN"


class Caseload(Table):
    """Children with an EHC plan at each January, by authority, year group, need and setting."""

    class Config(Table.Config):
        name = "caseload"
        unique = ["authority_code", "january", "ncy", "need_type", "setting"]
        metadata = {"folder": SCHOOLS, "required": True}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    january: int = year_column(
        "Census year: 2026 is January 2026, within 2025/26", JANUARY_IN_WORDS
    )
    ncy: int = column("National curriculum year, Reception = 0", ge=-4, le=20)
    need_type: str = column("Primary need", isin=NEED_TYPES)
    setting: str = column("Where they are placed", isin=SETTINGS)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = basis_column()


class CaseloadTotals(Table):
    """Children with an EHC plan at earlier Januaries, where only the setting is known."""

    class Config(Table.Config):
        name = "caseload_totals"
        unique = ["authority_code", "january", "setting"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    january: int = year_column(
        "Census year: 2026 is January 2026, within 2025/26", JANUARY_IN_WORDS
    )
    setting: str = column("Where they are placed", isin=SETTINGS)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = basis_column()


class Transitions(Table):
    """Steps from one January to the next; NONSEND stands for outside."""

    class Config(Table.Config):
        name = "transitions"
        unique = [
            "authority_code",
            "january",
            "setting_1",
            "need_1",
            "ncy_1",
            "setting_2",
            "need_2",
        ]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    january: int = year_column("January the step starts from", JANUARY_IN_WORDS)
    setting_1: str = column("Setting before", isin=(*SETTINGS, "NONSEND"))
    need_1: str = column("Need before", isin=(*NEED_TYPES, "NONSEND"))
    ncy_1: int = column("National curriculum year before", ge=-5, le=20)
    setting_2: str = column("Setting after", isin=(*SETTINGS, "NONSEND"))
    need_2: str = column("Need after", isin=(*NEED_TYPES, "NONSEND"))
    ncy_2: int = column("National curriculum year after: one more", ge=-4, le=21)
    children: float = column("Children and young people", unit="persons", gt=0)
    basis: str = basis_column()


class Flows(Table):
    """Who is placed where at the base January: area, need, phase and pool."""

    class Config(Table.Config):
        name = "flows"
        unique = ["area_code", "need_type", "phase", "provision_id"]
        metadata = {"folder": SCHOOLS, "required": False}

    area_code: str = column("Small area the children live in", str_matches=CODE)
    need_type: str = column("Primary need", isin=NEED_TYPES)
    phase: str = column("Phase band", isin=PHASES)
    provision_id: str = column(
        "Pool they hold a place in, or OUTSIDE for out of the region", str_matches=CODE
    )
    children: float = column("Children", unit="persons", gt=0)
    basis: str = basis_column()


class Requests(Table):
    """Requests, assessments and new plans of a calendar year, by authority and age."""

    class Config(Table.Config):
        name = "requests"
        unique = ["authority_code", "calendar_year", "age"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority", str_matches=CODE)
    calendar_year: int = year_column(
        "Calendar year of the flow", f"a calendar year, such as 2026 {YEARS_RANGE}"
    )
    age: int = column("Age at the time", unit="years", ge=0, le=25)
    requests: float = column("Requests for an EHC needs assessment", unit="requests", ge=0)
    assessments: float = column("Assessments agreed", unit="assessments", ge=0)
    new_plans: float = column("Plans issued", unit="plans", ge=0)
    basis: str = basis_column()


class AreaCaseload(Table):
    """Children with an EHC plan at a January by the small area they live in."""

    class Config(Table.Config):
        name = "area_caseload"
        unique = ["authority_code", "area_code", "january", "ncy", "need_type", "setting"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    area_code: str = column(
        "Small area the children live in, or UNKNOWN where no home is known", str_matches=CODE
    )
    january: int = year_column(
        "Census year: 2026 is January 2026, within 2025/26", JANUARY_IN_WORDS
    )
    ncy: int = column("National curriculum year, Reception = 0", ge=-4, le=20)
    need_type: str = column("Primary need", isin=NEED_TYPES)
    setting: str = column("Where they are placed", isin=SETTINGS)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = basis_column()


class NeedGroupRules(Table):
    """Which kind of place a child needs, by need, phase and current provision.

    A child in a setting that no row names is not to be placed, for the reason in `settings`.
    """

    class Config(Table.Config):
        name = "need_group_rules"
        unique = ["need_type", "phase", "setting"]
        metadata = {"folder": SCHOOLS, "required": False}

    need_type: str = column("Primary need", isin=NEED_TYPES)
    phase: str = column("Phase band", isin=PHASES)
    setting: str = column("Where they are placed now", isin=SETTINGS)
    need_group: str = column("Need group: the kind of place they need", isin=NEED_GROUPS)
    basis: str = basis_column()


class HiddenNeed(Table):
    """Children with plans who need another kind of place than the one they are in, as counted."""

    class Config(Table.Config):
        name = "hidden_need"
        unique = ["authority_code", "reason", "need_type", "phase", "setting", "need_group"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    as_of: str = column(
        "Day of the count",
        str_matches=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
        right="a day as year-month-day, such as 2026-01-15",
    )
    reason: str = column(
        "named_but_full: a special school or base is named and has no place; "
        "unsuitable_placement: a review found the placement unsuitable; waiting_list",
        isin=("named_but_full", "unsuitable_placement", "waiting_list"),
    )
    need_type: str = column("Primary need", isin=NEED_TYPES)
    phase: str = column("Phase band", isin=PHASES)
    setting: str = column("Where the caseload counts them now", isin=SETTINGS)
    need_group: str = column("Need group of the place they need", isin=NEED_GROUPS)
    children: float = column("Children and young people", unit="persons", gt=0)
    source: str = column("Whose count it is", str_matches=CODE)
    basis: str = basis_column()
