"""Authorities, areas, people and roads: the tables of `boundaries/`."""

from __future__ import annotations

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    BOUNDARIES,
    basis_column,
    year_column,
)

__all__ = [
    "Areas",
    "Authorities",
    "Housing",
    "HousingCarried",
    "Population",
    "PopulationProjection",
    "Roads",
    "TravelMatrix",
]


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
    rural_urban: str = column("Rural-urban class", isin=("urban", "mixed", "rural"))
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
    basis: str = basis_column()


class PopulationProjection(Table):
    """Children and young people by authority, academic year and single year of age."""

    class Config(Table.Config):
        name = "population_projection"
        unique = ["authority_code", "academic_year", "age"]
        metadata = {"folder": BOUNDARIES, "required": True}

    authority_code: str = column("Authority", str_matches=CODE)
    academic_year: int = year_column("Academic year by its first calendar year: 2030 is 2030/31")
    age: int = column("Age on 31 August before the school year", unit="years", ge=0, le=25)
    children: float = column("Children and young people", unit="persons", ge=0)
    basis: str = basis_column()


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
    one_way: bool | None = column(
        "Open from from_node to to_node alone; where the column is absent, both ways",
        right="true or false",
    )


class TravelMatrix(Table):
    """Journeys by car measured elsewhere: one row an area and site (CSV or Parquet)."""

    class Config(Table.Config):
        name = "travel_matrix"
        unique = ["area_code", "site_id"]
        metadata = {"folder": BOUNDARIES, "required": False}

    area_code: str = column("Small area the journey starts in", str_matches=CODE)
    site_id: str = column("Site it ends at", str_matches=CODE)
    minutes: float = column("Drive one way in the school peak", unit="minutes", ge=0, le=1000)
    distance_km: float = column("Drive one way, along roads", unit="km", ge=0, le=1500)


class Housing(Table):
    """Homes planned by site, year and tenure."""

    class Config(Table.Config):
        name = "housing"
        unique = ["housing_id", "academic_year", "tenure"]
        metadata = {"folder": BOUNDARIES, "required": False}

    housing_id: str = column("Code of the housing site", str_matches=CODE)
    area_code: str = column("Small area the site lies in", str_matches=CODE)
    academic_year: int = year_column("Academic year by whose January the homes are lived in")
    tenure: str = column("Tenure of the homes", isin=("market", "affordable"))
    homes: float = column("Homes completed in the year", unit="homes", gt=0)
    source: str = column("Whose trajectory it is", str_matches=CODE)
    basis: str = basis_column()


class HousingCarried(Table):
    """Homes a year that the population projection already carries, by authority.

    A study with `housing` needs it: a trend projection carries the homes of the years it was
    fitted to, and would otherwise count their children twice.
    """

    class Config(Table.Config):
        name = "housing_carried"
        unique = ["authority_code", "academic_year"]
        metadata = {"folder": BOUNDARIES, "required": False}

    authority_code: str = column("Authority", str_matches=CODE)
    academic_year: int = year_column("Academic year by whose January the homes are lived in")
    homes: float = column("Homes in the projection", unit="homes", ge=0)
    source: str = column("How it is known", str_matches=CODE)
    basis: str = basis_column()
