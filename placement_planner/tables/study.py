"""The tables of a study folder: what a planner keeps, and what every check holds them to."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column

__all__ = [
    "STUDY_TABLES",
    "Areas",
    "Authorities",
    "Caseload",
    "Compatibility",
    "Fallback",
    "Flows",
    "Options",
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

FIRST_YEAR, LAST_YEAR = 2010, 2060
PHASES = ("primary", "secondary", "post_16")
NEED_TYPES = code_list("need_types")
SETTINGS = code_list("settings")
NEED_GROUPS = code_list("need_groups")
BASES = code_list("bases")
BOUNDARIES, SCHOOLS = "boundaries", "schools"
_RANGE = f"({FIRST_YEAR} to {LAST_YEAR})"
_ACADEMIC_YEAR = f"an academic year's first calendar year, such as 2026 {_RANGE}"
_JANUARY = f"the year of a January, such as 2026 {_RANGE}"


def _basis() -> str:
    return column("How the row is known", isin=BASES)  # type: ignore[no-any-return]


def _estimated() -> str:
    return column(  # type: ignore[no-any-return]
        "Columns of this row that are estimates or assumptions", nullable=True, is_list=True
    )


def _year(about: str, right: str = _ACADEMIC_YEAR) -> int:
    return column(about, ge=FIRST_YEAR, le=LAST_YEAR, right=right)  # type: ignore[no-any-return]


class Authorities(Table):
    """The local authorities of the region."""

    class Config(Table.Config):
        name = "authorities"
        unique = ["authority_code"]
        metadata = {"folder": BOUNDARIES, "required": True}

    authority_code: str = column("Code of the authority, such as E08000003", str_matches=CODE)
    authority_name: str = column("Name of the authority", str_matches=CODE)
    la_code: str = column(
        "DfE three-digit code, such as 352",
        str_matches=r"^\d{3}$",
        right="three digits, such as 352",
    )


class Areas(Table):
    """Small areas with their polygons (GeoPackage, EPSG:27700), nested in larger ones."""

    class Config(Table.Config):
        name = "areas"
        unique = ["area_code"]
        metadata = {"folder": BOUNDARIES, "required": True}

    area_code: str = column("Code of the small area (LSOA)", str_matches=CODE)
    area_name: str = column("Name of the small area", str_matches=CODE)
    middle_code: str = column("Code of the larger area it nests in (MSOA)", str_matches=CODE)
    middle_name: str = column("Name of the larger area", str_matches=CODE)
    authority_code: str = column("Authority it lies in", str_matches=CODE)
    easting: float = column(
        "Population-weighted centroid, metres east", unit="m EPSG:27700", ge=0, le=700_000
    )
    northing: float = column(
        "Population-weighted centroid, metres north", unit="m EPSG:27700", ge=0, le=1_300_000
    )
    rural_urban: str = column("Rural-urban class", isin=code_list("speeds"))
    imd_decile: int = column("Deprivation decile, 1 most deprived", ge=1, le=10)


class Population(Table):
    """Children and young people by small area and single year of age, base year."""

    class Config(Table.Config):
        name = "population"
        unique = ["area_code", "age"]
        metadata = {"folder": BOUNDARIES, "required": True}

    area_code: str = column("Small area", str_matches=CODE)
    age: int = column("Age on 31 August before the school year", unit="years", ge=0, le=25)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = _basis()


class PopulationProjection(Table):
    """Children and young people by authority, academic year and single year of age."""

    class Config(Table.Config):
        name = "population_projection"
        unique = ["authority_code", "academic_year", "age"]
        metadata = {"folder": BOUNDARIES, "required": True}

    authority_code: str = column("Authority", str_matches=CODE)
    academic_year: int = _year("Academic year by its first calendar year: 2030 is 2030/31")
    age: int = column("Age on 31 August before the school year", unit="years", ge=0, le=25)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = _basis()


class Roads(Table):
    """Road segments with class and speed (GeoPackage, EPSG:27700)."""

    class Config(Table.Config):
        name = "roads"
        unique = ["from_node", "to_node"]
        metadata = {"folder": BOUNDARIES, "required": False}

    from_node: str = column("Node the segment leaves", str_matches=CODE)
    to_node: str = column("Node the segment reaches", str_matches=CODE)
    road_class: str = column("Class of road", isin=("motorway", "a_road", "b_road", "minor"))
    length_km: float = column("Length along the road", unit="km", gt=0)
    speed_kmh: float = column("Speed in the school peak", unit="km/h", gt=0, le=130)


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
    basis: str = _basis()
    estimated: str = _estimated()


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
        right=_ACADEMIC_YEAR,
    )
    closes: float = column(
        "First academic year without it; blank: stays",
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        nullable=True,
        right=_ACADEMIC_YEAR,
    )
    ramp: str = column(
        "Share of places open in the first, second … year after opening",
        nullable=True,
        is_list=True,
    )
    basis: str = _basis()
    estimated: str = _estimated()


class Caseload(Table):
    """Children with an EHC plan at each January, by authority, year group, need and setting."""

    class Config(Table.Config):
        name = "caseload"
        unique = ["authority_code", "january", "ncy", "need_type", "setting"]
        metadata = {"folder": SCHOOLS, "required": True}

    authority_code: str = column("Authority that maintains the plan", str_matches=CODE)
    january: int = _year("Census year: 2026 is January 2026, within 2025/26", _JANUARY)
    ncy: int = column("National curriculum year, Reception = 0", ge=-4, le=20)
    need_type: str = column("Primary need", isin=NEED_TYPES)
    setting: str = column("Where they are placed", isin=SETTINGS)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = _basis()


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
    january: int = _year("January the step starts from", _JANUARY)
    setting_1: str = column("Setting before", isin=(*SETTINGS, "NONSEND"))
    need_1: str = column("Need before", isin=(*NEED_TYPES, "NONSEND"))
    ncy_1: int = column("National curriculum year before", ge=-5, le=20)
    setting_2: str = column("Setting after", isin=(*SETTINGS, "NONSEND"))
    need_2: str = column("Need after", isin=(*NEED_TYPES, "NONSEND"))
    ncy_2: int = column("National curriculum year after: one more", ge=-4, le=21)
    children: float = column("Children and young people", unit="persons", gt=0)
    basis: str = _basis()


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
    basis: str = _basis()


class Requests(Table):
    """Requests, assessments and new plans of a calendar year, by authority and age."""

    class Config(Table.Config):
        name = "requests"
        unique = ["authority_code", "calendar_year", "age"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority", str_matches=CODE)
    calendar_year: int = _year(
        "Calendar year of the flow", f"a calendar year, such as 2026 {_RANGE}"
    )
    age: int = column("Age at the time", unit="years", ge=0, le=25)
    requests: float = column("Requests for an EHC needs assessment", unit="requests", ge=0)
    assessments: float = column("Assessments agreed", unit="assessments", ge=0)
    new_plans: float = column("Plans issued", unit="plans", ge=0)
    basis: str = _basis()


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
    earliest_start: int = _year("First academic year in which work may start")
    latest_start: int = _year("Last academic year in which work may start")
    pots: str = column("Pots that may pay", is_list=True)
    requires: str = column("Options that must also be built", nullable=True, is_list=True)
    excludes: str = column("Options that may not also be built", nullable=True, is_list=True)
    locked_in: bool = column("Must be built", right="true or false")
    locked_out: bool = column("Must not be built", right="true or false")
    release_status: str = column(
        "How far the school has been told", isin=code_list("release_statuses")
    )
    basis: str = _basis()
    estimated: str = _estimated()


class Pots(Table):
    """Capital funds: who owns them, where and on what they may be spent, and when."""

    class Config(Table.Config):
        name = "pots"
        unique = ["pot_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    pot_id: str = column("Identifier", str_matches=CODE)
    pot_name: str = column("Name", str_matches=CODE)
    owner: str = column("Authority that owns it, or REGION", str_matches=CODE)
    eligible_authorities: str = column("Authorities whose sites it may pay for, or *", is_list=True)
    eligible_actions: str = column("Actions it may pay for, or *", is_list=True)
    payer: str = column("Whose money it is", isin=code_list("payers"))
    starts: int = _year("First academic year in which it may be spent")
    expires: int = _year("Last academic year in which it may be spent")
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = _basis()


class PotFunding(Table):
    """Money that reaches each pot, by academic year; what is not spent is carried over."""

    class Config(Table.Config):
        name = "pot_funding"
        unique = ["pot_id", "academic_year"]
        metadata = {"folder": SCHOOLS, "required": True}

    pot_id: str = column("Pot", str_matches=CODE)
    academic_year: int = _year("Academic year the money arrives")
    gbp: float = column("Funding", unit="GBP", ge=0)


class Fallback(Table):
    """Where a child without a suitable local specialist place would otherwise be, at what cost."""

    class Config(Table.Config):
        name = "fallback"
        unique = ["authority_code", "need_group", "phase", "route"]
        metadata = {"folder": SCHOOLS, "required": True}

    authority_code: str = column("Authority, or * for all", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    route: str = column("Route", str_matches=CODE)
    share: float = column("Share of such children on this route", ge=0, le=1)
    cost_gbp: float = column("Cost a year, transport included", unit="GBP per child", ge=0)
    payer: str = column("Who pays", isin=code_list("payers"))
    minutes: float = column("Usual journey one way", unit="minutes", ge=0)
    distance_km: float = column("Usual journey one way", unit="km", ge=0)
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = _basis()


class UnitCosts(Table):
    """Costs that plans are priced with, each with source, price date and payer."""

    class Config(Table.Config):
        name = "unit_costs"
        unique = ["cost_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    cost_id: str = column("Identifier", str_matches=CODE)
    item: str = column(
        "What is priced",
        isin=(
            "place_funding",
            "top_up",
            "transport_fixed",
            "transport_per_km",
            "transported_share",
        ),
    )
    applies_to: str = column(
        "Need group or kind of provision it applies to, or *",
        isin=(*NEED_GROUPS, "base", "special", "*"),
    )
    value: float = column("Value", ge=0)
    unit: str = column("Unit of the value", str_matches=CODE)
    payer: str = column("Who pays", isin=code_list("payers"))
    source: str = column("Where the figure comes from", str_matches=CODE)
    price_date: str = column("Date of the figure", str_matches=CODE)
    basis: str = _basis()


class Compatibility(Table):
    """Which places suit which need group; the default in `codes/` stands where this is absent."""

    class Config(Table.Config):
        name = "compatibility"
        unique = ["need_group", "designation"]
        metadata = {"folder": SCHOOLS, "required": False}

    need_group: str = column("Need group of the children", isin=NEED_GROUPS)
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    match: str = column("How well they suit", isin=("suited", "tolerable", "no"))
    penalty_gbp: float = column("Price of a tolerable match", unit="GBP per child a year", ge=0)
    source: str = column("Where the judgement comes from", str_matches=CODE)
    basis: str = _basis()


STUDY_TABLES: tuple[type[Table], ...] = (
    Authorities,
    Areas,
    Population,
    PopulationProjection,
    Roads,
    Sites,
    Provision,
    Caseload,
    Transitions,
    Flows,
    Requests,
    Options,
    Pots,
    PotFunding,
    Fallback,
    UnitCosts,
    Compatibility,
)
