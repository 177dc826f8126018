"""Sites, the places on them, and what could be built: tables of `schools/`."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    ACADEMIC_YEAR_IN_WORDS,
    FIRST_YEAR,
    LAST_YEAR,
    NEED_GROUPS,
    PHASES,
    SCHOOLS,
    basis_column,
    estimated_column,
    year_column,
)

__all__ = ["Options", "Provision", "Sites"]


class Sites(Table):
    """Schools and plots of land: everywhere that places are, or could be."""

    class Config(Table.Config):
        name = "sites"
        unique = ["site_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    site_id: str = column(
        "Identifier: the URN of a school, any other code of a plot", str_matches=CODE
    )
    site_name: str = column("Name", str_matches=CODE)
    authority_code: str = column("Authority the site lies in", str_matches=CODE)
    site_kind: str = column(
        "What stands there",
        isin=(
            "mainstream",
            "state_special",
            "independent_special",
            "alternative_provision",
            "post_16",
            "land",
            "other",
        ),
    )
    establishment_type: str = column("GIAS type of establishment", nullable=True)
    phase: str = column(
        "Phase of education",
        isin=("nursery", "primary", "secondary", "all_through", "post_16", "not_applicable"),
    )
    low_age: float = column("Lowest age", unit="years", ge=0, le=25, nullable=True)
    high_age: float = column("Highest age", unit="years", ge=0, le=25, nullable=True)
    capacity: float = column("Net capacity of the whole school", unit="places", ge=0, nullable=True)
    roll: float = column(
        "Children on roll in the whole school", unit="children", ge=0, nullable=True
    )
    gender: str = column("Sex of entry", nullable=True)
    religious_character: str = column("Religious character", nullable=True)
    admissions_policy: str = column("Admissions policy", nullable=True)
    easting: float = column(
        "Metres east",
        unit="m EPSG:27700",
        ge=0,
        le=700_000,
        nullable=True,
        right="metres east in EPSG:27700, from 0 to 700000",
    )
    northing: float = column(
        "Metres north",
        unit="m EPSG:27700",
        ge=0,
        le=1_300_000,
        nullable=True,
        right="metres north in EPSG:27700, from 0 to 1300000",
    )
    longitude: float | None = column(
        "Degrees east, where metres are blank", unit="degrees", nullable=True
    )
    latitude: float | None = column(
        "Degrees north, where metres are blank", unit="degrees", nullable=True
    )
    basis: str = basis_column()
    estimated: str = estimated_column()


class Provision(Table):
    """Specialist places that exist or are on their way: one row a pool (designation and phase)."""

    class Config(Table.Config):
        name = "provision"
        unique = ["provision_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    provision_id: str = column("Identifier of the pool of places", str_matches=CODE)
    site_id: str = column("Site it stands on", str_matches=CODE)
    provision_type: str = column("Kind of provision", isin=code_list("provision_types"))
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    planning_places: float = column("Places to plan with", unit="places", ge=0)
    commissioned_places: float = column("Places commissioned", unit="places", ge=0, nullable=True)
    physical_places: float = column("Places the building holds", unit="places", ge=0, nullable=True)
    roll: float = column("Children on roll", unit="children", ge=0, nullable=True)
    from_elsewhere: float = column(
        "Of those, children who live outside the region", unit="children", ge=0
    )
    opens: float = column(
        "Academic year of opening; blank: open now",
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        nullable=True,
        right=ACADEMIC_YEAR_IN_WORDS,
    )
    closes: float = column(
        "First academic year without it; blank: stays",
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        nullable=True,
        right=ACADEMIC_YEAR_IN_WORDS,
    )
    ramp: str = column(
        "Share of places open in the first, second … year after opening",
        nullable=True,
        is_list=True,
    )
    basis: str = basis_column()
    estimated: str = estimated_column()


class Options(Table):
    """What could be built: one row a site, action and designation."""

    class Config(Table.Config):
        name = "options"
        unique = ["option_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    option_id: str = column("Identifier", str_matches=CODE)
    site_id: str = column("Site it would stand on", str_matches=CODE)
    action: str = column("What would be done", isin=code_list("actions"))
    designation: str = column("Need group the places would be designed for", isin=NEED_GROUPS)
    phases: str = column(
        "Phase bands and their shares of the places",
        str_matches=(
            r"^(primary|secondary|post_16):[0-9.]+(;(primary|secondary|post_16):[0-9.]+)*$"
        ),
        right="such as primary:1 or primary:0.4;secondary:0.6, shares that sum to 1",
    )
    sizes: str = column(
        "Sizes that may be built",
        unit="places",
        str_matches=r"^\d+(;\d+)*$",
        right="whole numbers parted by ;, such as 8;16",
    )
    fixed_capital_gbp: float = column("Capital whatever the size", unit="GBP", ge=0)
    capital_per_place_gbp: float = column("Capital per place", unit="GBP per place", ge=0)
    lead_years: int = column("Years from start of work to opening", unit="years", ge=0, le=10)
    ramp: str = column("Share of places open in the first, second … year", is_list=True)
    asset_life_years: int = column("Life the capital is spread over", unit="years", ge=1, le=100)
    minimum_fill: float = column("Smallest share of places filled once ramped up", ge=0, le=1)
    earliest_start: int = year_column("First academic year in which work may start")
    latest_start: int = year_column("Last academic year in which work may start")
    pots: str = column("Pots that may pay", is_list=True)
    requires: str = column("Options that must also be built", nullable=True, is_list=True)
    excludes: str = column("Options that may not also be built", nullable=True, is_list=True)
    locked_in: bool = column("Must be built", right="true or false")
    locked_out: bool = column("Must not be built", right="true or false")
    release_status: str = column(
        "How far the school has been told", isin=code_list("release_statuses")
    )
    basis: str = basis_column()
    estimated: str = estimated_column()
