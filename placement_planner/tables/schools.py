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

__all__ = [
    "Agreements",
    "CrossBorder",
    "Hosts",
    "NeighbouringPlaces",
    "OptionSets",
    "Options",
    "Provision",
    "Sites",
]


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
    boarding: str | None = column(
        "Whether a special school boards: only, some or none of its children; blank: not known",
        isin=("only", "some", "none"),
        nullable=True,
    )
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
    standing: str | None = column(
        "Whether the places are meant to stay; blank: permanent",
        isin=("permanent", "temporary"),
        nullable=True,
    )
    basis: str = basis_column()
    estimated: str = estimated_column()


class Hosts(Table):
    """What is known locally of mainstream schools that could host a base."""

    class Config(Table.Config):
        name = "hosts"
        unique = ["site_id"]
        metadata = {"folder": SCHOOLS, "required": False}

    site_id: str = column("Mainstream school", str_matches=CODE)
    interest: str = column(
        "Whether school and trust would host: yes, no; blank: not asked",
        isin=("yes", "no"),
        nullable=True,
    )
    excluded_because: str = column(
        "Why no base can open here, such as a planned closure; blank: nothing known", nullable=True
    )
    condition: str = column(
        "Condition of the building: A good, B satisfactory, C poor, D bad; blank: not known",
        isin=("A", "B", "C", "D"),
        nullable=True,
    )
    accessible: str = column(
        "Step-free rooms and a place to set down vehicles; blank: not known",
        isin=("yes", "no"),
        nullable=True,
    )
    children_with_plans: float = column(
        "Children with an EHC plan on the school's roll", unit="children", ge=0, nullable=True
    )
    suspensions_per_100: float = column(
        "Suspensions a year per 100 children", unit="per 100", ge=0, le=500, nullable=True
    )
    source: str = column("Where this comes from", str_matches=CODE)
    basis: str = basis_column()


class CrossBorder(Table):
    """Children across the region's border: in, from elsewhere; out, ours placed outside.

    A number stands from its year on until the next row of the same place. Where a study has no
    rows, `provision.from_elsewhere` and the `flows` that leave the region stand for every year.
    """

    class Config(Table.Config):
        name = "cross_border"
        unique = ["direction", "authority_code", "place", "need_group", "phase", "academic_year"]
        metadata = {"folder": SCHOOLS, "required": False}

    direction: str = column("in: they hold places here; out: ours elsewhere", isin=("in", "out"))
    authority_code: str = column(
        "in: authority the site lies in; out: authority the children live in", str_matches=CODE
    )
    place: str = column(
        "in: provision_id they hold places of; out: where they are placed", str_matches=CODE
    )
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = year_column("First academic year the number stands for")
    children: float = column("Children", unit="children", ge=0)
    source: str = column("Where this comes from", str_matches=CODE)
    basis: str = basis_column()


class NeighbouringPlaces(Table):
    """Places that schools outside the region offer to children of the region."""

    class Config(Table.Config):
        name = "neighbouring_places"
        unique = ["place_id"]
        metadata = {"folder": SCHOOLS, "required": False}

    place_id: str = column("Identifier of the pool of places", str_matches=CODE)
    site_id: str = column("Identifier of the school, such as its URN", str_matches=CODE)
    site_name: str = column("Name of the school", str_matches=CODE)
    easting: float = column("Metres east", unit="m EPSG:27700", ge=0, le=700_000)
    northing: float = column("Metres north", unit="m EPSG:27700", ge=0, le=1_300_000)
    provision_type: str = column("Kind of provision", isin=code_list("provision_types"))
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    places: float = column("Most places offered to the region's children", unit="places", ge=0)
    opens: float = column(
        "First academic year of the offer; blank: now",
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
    source: str = column("Where this comes from", str_matches=CODE)
    basis: str = basis_column()


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
        str_matches=r"^\d+(x\d+-\d+)?(;\d+(x\d+-\d+)?)*$",
        right="whole numbers parted by ;, such as 8;16, or modules such as 8x1-4: 1 to 4 of 8",
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
    serves: str | None = column(
        "Authorities whose children its places are for beside those of its site's, or *; blank: "
        "none but what agreements or today's flows allow",
        nullable=True,
        is_list=True,
    )
    locked_in: bool = column("Must be built", right="true or false")
    locked_out: bool = column("Must not be built", right="true or false")
    release_status: str = column(
        "How far the school has been told", isin=code_list("release_statuses")
    )
    basis: str = basis_column()
    estimated: str = estimated_column()


class OptionSets(Table):
    """Sets of options of which no more than some may be built."""

    class Config(Table.Config):
        name = "option_sets"
        unique = ["set_id"]
        metadata = {"folder": SCHOOLS, "required": False}

    set_id: str = column("Identifier", str_matches=CODE)
    options: str = column("Options of the set", is_list=True)
    at_most: int = column("Most of them that may be built", unit="options", ge=0)
    reason: str = column("Why, such as one trust that can run two schemes", str_matches=CODE)


class Agreements(Table):
    """How many children of one authority may hold places in another's schools and bases.

    Where each authority spends its own money, a row stands in place of today's number, in every
    planned year; it counts children of all phases, those who hold their places already included.
    """

    class Config(Table.Config):
        name = "agreements"
        unique = ["authority_code", "place_authority_code", "need_group"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority the children live in", str_matches=CODE)
    place_authority_code: str = column("Authority the places lie in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    children: float = column("Most children at a time", unit="children", ge=0)
    source: str = column("Where this comes from", str_matches=CODE)
    basis: str = basis_column()
