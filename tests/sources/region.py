"""A made-up region in published shapes: two authorities, eight square areas, eight schools."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

REAL = Path(__file__).parents[2] / ".." / "shared" / "data"
AUTHORITIES = {"E06000101": "901", "E06000102": "902"}
SIDE = 2_000
WEST, SOUTH = 400_000, 300_000

SETTING_COLUMNS = (
    "mainstream_la_maintained",
    "mainstream_la_maintained_resourced_provision",
    "special_la_maintained",
    "special_academy",
    "special_free_school",
)
NEED_COLUMNS = ("number_asd", "number_semh", "number_sld", "number_ds")

IMPORT = """
name = "Made-up region"
base_january = 2026

[authorities]
E06000101 = "901"
E06000102 = "902"

[files.areas]
file = "areas.csv"
source = "invented for a test"

[files.boundaries]
file = "areas.geojson"
source = "invented for a test"

[files.schools]
file = "schools.csv"
source = "invented for a test"

[files.caseload]
file = "caseload.csv"
source = "invented for a test"

[files.needs]
file = "needs.csv"
source = "invented for a test"

[pots]
name = "High needs capital"
national_gbp = 1_000_000
national_plans = 1_000
years = [2026, 2027]
expires = 2029
source = "invented for a test"

[options]
adapt_spare_places = 8
land_distance_km = 1.0

[scenario]
name = "Made up"
notice = "a test"
"""


def areas_table() -> pd.DataFrame:
    """Eight areas in two rows of four: the western four are Westshire, the others Eastshire."""
    rows = []
    for place in range(8):
        east, north = place % 4, place // 4
        rows.append(
            {
                "LSOA21CD": f"E0100000{place}",
                "LSOA21NM": f"Area {place}",
                "MSOA21CD": f"E0200000{place // 2}",
                "MSOA21NM": f"Middle {place // 2}",
                "UTLACD": "E06000101" if east < 2 else "E06000102",
                "pc_easting": WEST + SIDE * east + 1_000,
                "pc_northing": SOUTH + SIDE * north + 1_000,
                "IMD_decile": place + 1,
                "ruc21_code": "UN1" if north else "RLF1",
                **{f"mid2020_age{age}": 10 + age for age in range(26)},
            }
        )
    return pd.DataFrame(rows)


def area_shapes() -> gpd.GeoDataFrame:
    """The squares of the eight areas, EPSG:27700."""
    squares = [
        shapely.box(
            WEST + SIDE * (n % 4),
            SOUTH + SIDE * (n // 4),
            WEST + SIDE * (n % 4 + 1),
            SOUTH + SIDE * (n // 4 + 1),
        )
        for n in range(8)
    ]
    return gpd.GeoDataFrame(
        {"LSOA21CD": [f"E0100000{n}" for n in range(8)]}, geometry=squares, crs="EPSG:27700"
    )


def schools_table() -> pd.DataFrame:
    """Schools as the full GIAS download has them: the columns that matter, and some that go."""
    columns = [
        "URN",
        "LA (code)",
        "EstablishmentName",
        "TypeOfEstablishment (code)",
        "TypeOfEstablishment (name)",
        "EstablishmentStatus (name)",
        "PhaseOfEducation (name)",
        "StatutoryLowAge",
        "StatutoryHighAge",
        "SchoolCapacity",
        "NumberOfPupils",
        "Easting",
        "Northing",
        "Postcode",
        "HeadLastName",
        "LSOA (code)",
    ]
    rows = [
        (900001, 901, "St Zoë's Primary School", 1, "Community school", "Open", "Primary", 4, 11,
         420, 300, 401000, 301000, "ZZ1 1AA", "Nobody", "E01000000"),
        (900002, 901, "West High School", 34, "Academy converter", "Open", "Secondary", 11, 18,
         1200, 1300, 402500, 301000, "ZZ1 1AB", "Nobody", "E01000001"),
        (900003, 901, "West Special School", 7, "Community special school", "Open",
         "Not applicable", 4, 19, None, 60, 401000, 303000, "ZZ1 1AC", "Nobody", "E01000004"),
        (900004, 901, "Shut Primary School", 1, "Community school", "Closed", "Primary", 4, 11,
         210, 0, 401000, 301500, "ZZ1 1AD", "Nobody", "E01000000"),
        (900005, 902, "East Primary School", 1, "Community school", "Open", "Primary", 4, 11,
         630, 500, 405000, 301000, "ZZ2 1AA", "Nobody", "E01000002"),
        (900006, 902, "East College", 1, "Community school", "Open", "Secondary", 11, 16,
         900, 890, 407000, 301000, "ZZ2 1AB", "Nobody", "E01000003"),
        (900007, 902, "East Special School", 44, "Academy special converter", "Open",
         "Not applicable", 4, 19, 50, 40, 405000, 303000, "ZZ2 1AC", "Nobody", "E01000006"),
        (900008, 902, "Ysgol Special", 30, "Welsh establishment", "Open", "Not applicable", 4, 19,
         50, 40, 405000, 303000, "ZZ2 1AD", "Nobody", "E01000006"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _keys(la_code: str, topic: str, breakdown: str, period: str = "202526") -> dict[str, object]:
    return {
        "time_period": period,
        "geographic_level": "Local authority",
        "old_la_code": la_code,
        "la_name": {"901": "Westshire", "902": "Eastshire"}[la_code],
        "breakdown_topic": topic,
        "breakdown": breakdown,
    }


def caseload_table() -> pd.DataFrame:
    """Plans by age and placement, reporting year 2026: 100 an authority, 40 + 10 + 20 + 20 + 10."""
    by_age = {"age 5": (30, 10, 10, 10, 0), "age 12": (10, 0, 10, 10, 10)}
    rows = []
    for la_code in AUTHORITIES.values():
        everyone = [sum(column) for column in zip(*by_age.values(), strict=True)]
        rows.append(
            {
                **_keys(la_code, "All EHC plans", "All EHC plans"),
                "ehcplans": 100,
                **dict(zip(SETTING_COLUMNS, everyone, strict=True)),
            }
        )
        for age, counts in by_age.items():
            rows.append(
                {
                    **_keys(la_code, "Child or young persons age", age),
                    "ehcplans": sum(counts),
                    **dict(zip(SETTING_COLUMNS, counts, strict=True)),
                }
            )
    return pd.DataFrame(rows)


def needs_table() -> pd.DataFrame:
    """Needs by placement and by age: all ASD in bases, all SLD in special schools."""
    asd_semh_sld_ds = {
        ("Type of placement", "Mainstream - LA maintained"): (20, 20, 0, 0),
        ("Type of placement", "Mainstream - LA maintained (resourced provision)"): (10, 0, 0, 0),
        ("Type of placement", "Special - LA maintained"): (10, 0, 10, 0),
        ("Type of placement", "Special - Academy/free schools"): (10, 0, 15, 5),
        ("Child or young persons age", "age 5"): (33, 12, 10, 5),
        ("Child or young persons age", "age 12"): (17, 8, 15, 0),
    }
    return pd.DataFrame(
        [
            {
                **_keys(la_code, topic, breakdown),
                "ehc_plans": sum(counts),
                **dict(zip(NEED_COLUMNS, counts, strict=True)),
            }
            for la_code in AUTHORITIES.values()
            for (topic, breakdown), counts in asd_semh_sld_ds.items()
        ]
    )


def write_region(folder: Path, toml: str = IMPORT) -> Path:
    """Write the published files of the region and the IMPORT.toml that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    areas_table().to_csv(folder / "areas.csv", index=False)
    area_shapes().to_file(folder / "areas.geojson", driver="GeoJSON")
    schools_table().to_csv(folder / "schools.csv", index=False, encoding="cp1252")
    caseload_table().to_csv(folder / "caseload.csv", index=False, encoding="utf-8-sig")
    needs_table().to_csv(folder / "needs.csv", index=False)
    path = folder / "IMPORT.toml"
    path.write_text(toml, encoding="utf-8")
    return path
