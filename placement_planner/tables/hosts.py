"""Tables of hosts: how well a school suits a base, and the process that an option triggers."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    FIRST_YEAR,
    LAST_YEAR,
    NEED_GROUPS,
    basis_column,
    year_column,
)

__all__ = ["FACTORS", "FILTERS", "HOST_PHASES", "HostScores", "Processes"]

HOST_PHASES = ("primary", "secondary")
FACTORS = (
    "need",
    "spare",
    "spare_ahead",
    "base_distance",
    "continuity",
    "inclusion",
    "condition",
    "deprivation",
)
"""Soft factors: a column `factor_<name>` each, weighed by `hosts.weight_<name>`."""
FILTERS = (
    "is_state_mainstream",
    "phase_fits",
    "is_not_excluded",
    "is_not_unwilling",
    "need_is_new_here",
    "is_under_cap",
)
"""Hard filters: true where a school may host as far as they go, or where nothing is known."""


def _factor(meaning: str) -> float:
    return column(f"{meaning}; blank: not known", ge=0, le=1, nullable=True)  # type: ignore[no-any-return]


class HostScores(Table):
    """How well each mainstream school suits a base, by phase band and need group.

    Hard filters (true or false) stand apart from soft factors (0 to 1, 1 best) and from the figures
    that both are made from. Nothing here is a proposal.
    """

    class Config(Table.Config):
        name = "host_scores"
        unique = ["site_id", "phase", "need_group"]

    site_id: str = column("Mainstream school", str_matches=CODE)
    site_name: str = column("Its name", str_matches=CODE)
    authority_code: str = column("Authority it lies in", str_matches=CODE)
    establishment_type: str = column("GIAS type of establishment", nullable=True)
    phase: str = column("Phase band of the base", isin=HOST_PHASES)
    need_group: str = column("Need group of the base", isin=NEED_GROUPS)
    rank: float = column(
        "Place among the schools of the authority for this phase and need, 1 first: those that "
        "would host first, then by score; blank: shut out",
        ge=1,
        nullable=True,
    )
    score: float = column(
        "Weighted mean of the factors that are known; blank: none is", ge=0, le=1, nullable=True
    )
    known_factors: int = column("Factors that are known", ge=0, le=len(FACTORS))
    interest: str = column(
        "Whether it would host; blank: not asked", isin=("yes", "no"), nullable=True
    )
    may: str = column(
        "What could be done here: adapt_rooms, new_base; blank: shut out",
        nullable=True,
        is_list=True,
    )
    shut_out_because: str = column("Hard filters that shut it out; blank: none", nullable=True)
    warnings: str = column("What to look at before asking; blank: nothing", nullable=True)
    is_state_mainstream: bool = column("State-funded mainstream school, as far as is known")
    phase_fits: bool = column("Teaches children of the phase band, as far as is known")
    is_not_excluded: bool = column("Nothing known that rules a base out")
    is_not_unwilling: bool = column("Has not said no")
    need_is_new_here: bool = column("Has no base for this need yet")
    is_under_cap: bool = column("A base fits under the largest share of its roll")
    has_rooms: bool = column(
        "Enough spare places now or ahead, or says that it would host; if not, only a new building"
    )
    factor_need: float = _factor("Children without a place near, over the most near any school")
    factor_spare: float = _factor("Spare places now over the largest base it may host, at most 1")
    factor_spare_ahead: float = _factor("The same as its roll follows the authority's population")
    factor_base_distance: float = _factor("Distance to the nearest base for the need, at most 1")
    factor_continuity: float = _factor("1 with a base of the other phase within reach, else 0")
    factor_inclusion: float = _factor("Few suspensions; a share with plans near its peers' share")
    factor_condition: float = _factor("Condition of the building and step-free access")
    factor_deprivation: float = _factor("Deprivation around it: 1 in the most deprived tenth")
    roll: float = column("Children on roll", unit="children", ge=0, nullable=True)
    capacity: float = column("Net capacity", unit="places", ge=0, nullable=True)
    spare_places: float = column("Capacity less roll", unit="places", nullable=True)
    spare_ahead: float = column("The same in year_ahead", unit="places", nullable=True)
    year_ahead: int = year_column("Academic year that rolls ahead are looked at in")
    base_places: float = column("Places in bases it has", unit="places", ge=0)
    cap_places: float = column(
        "Largest base that the cap still allows", unit="places", ge=0, nullable=True
    )
    nearest_base_km: float = column(
        "Straight line to the nearest base for the need and phase; blank: there is none",
        unit="km",
        ge=0,
        nullable=True,
    )
    other_phase_km: float = column(
        "The same to the nearest base of the other phase", unit="km", ge=0, nullable=True
    )
    children_near: float = column(
        "Children without a place near who live within reach", unit="children", ge=0, nullable=True
    )
    basis: str = basis_column()


class Processes(Table):
    """The statutory processes that each size of an option triggers, and how long they take."""

    class Config(Table.Config):
        name = "processes"
        unique = ["option_id", "size", "rule_id"]

    option_id: str = column("Option", str_matches=CODE)
    size: int = column("Size", unit="places", ge=1)
    site_id: str = column("Site it would stand on", str_matches=CODE)
    action: str = column("What would be done", isin=code_list("actions"))
    school_kind: str = column("Who runs the school, as the rules part them", str_matches=CODE)
    rule_id: str = column("Rule of codes/statutory_processes.csv; none: no rule", str_matches=CODE)
    process: str = column("Process", isin=code_list("process_months"))
    process_name: str = column("The process in words", str_matches=CODE)
    months: int = column("Months the process takes", unit="months", ge=0)
    building_months: int = column("Months of building after it", unit="months", ge=0)
    trigger: str = column("What triggers it, with the numbers; or why nothing does")
    standing: str = column(
        "How the rule stands",
        isin=("in_force", "under_repeal", "only_in_rounds", "not_yet_in_force"),
    )
    note: str = column("What may change; blank: nothing known", nullable=True)
    start_year: int = column(
        "Academic year of the start it was looked up for", ge=FIRST_YEAR, le=LAST_YEAR
    )
    source: str = column("Statute or guidance of the rule", str_matches=CODE)
    basis: str = basis_column()
    months_source: str = column("Where the months come from", str_matches=CODE)
    months_basis: str = column("How the months are known", isin=code_list("bases"))
