"""Schools, colleges and plots of land: invented names, true GIAS words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from placement_planner.sample.land import ORIGIN
from placement_planner.sample.names import school_names
from placement_planner.sample.seeds import packaged_table, random_stream

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["PIPELINE_SCHOOL", "build_sites", "with_special_rolls"]

FIRST_URN = 900_001
PRIMARIES, SECONDARIES, ALL_THROUGH = 288, 56, 6
STATE_SHARE = 0.93
SIXTH_FORM_SHARE = 0.55
PIPELINE_SCHOOL = "Esker Moor School"
# Capacity a year group: admission numbers in use, and how many schools take each.
PRIMARY_INTAKE = {15: 0.24, 20: 0.14, 30: 0.47, 45: 0.07, 60: 0.08}
SECONDARY_INTAKE = {120: 0.35, 150: 0.35, 180: 0.25, 210: 0.05}
PRIMARY_YEARS, SECONDARY_YEARS = 7, 5
PRIMARY_TYPES = (
    ("Community school", "Does not apply", "Community Primary School", 0.38),
    ("Academy converter", "Does not apply", "Primary Academy", 0.28),
    ("Academy sponsor led", "Does not apply", "Academy", 0.08),
    ("Voluntary aided school", "Roman Catholic", "Catholic Primary School", 0.08),
    ("Voluntary aided school", "Church of England", "Church of England Primary School", 0.04),
    ("Voluntary controlled school", "Church of England", "Church of England Primary School", 0.09),
    ("Foundation school", "Does not apply", "Foundation Primary School", 0.02),
    ("Free schools", "None", "Free School", 0.03),
)
SECONDARY_TYPES = (
    ("Academy converter", "Does not apply", "School", 0.46),
    ("Academy sponsor led", "None", "Academy", 0.18),
    ("Community school", "Does not apply", "Community School", 0.12),
    ("Voluntary aided school", "Roman Catholic", "Catholic High School", 0.10),
    ("Foundation school", "Does not apply", "High School", 0.06),
    ("Free schools", "None", "Free School", 0.08),
)
OTHERS = (
    (
        "alternative_provision",
        "Pupil referral unit",
        "Harrowmouth",
        "Pupil Referral Unit",
        11,
        16,
        60,
    ),
    (
        "alternative_provision",
        "Academy alternative provision converter",
        "Corrinstow",
        "Alternative Provision Academy",
        11,
        16,
        48,
    ),
    ("alternative_provision", "Pupil referral unit", "Nettlesea", "Pupil Referral Unit", 5, 16, 40),
    (
        "alternative_provision",
        "Free schools alternative provision",
        "Wendlemouth",
        "Alternative Provision Free School",
        14,
        16,
        64,
    ),
    ("post_16", "Further education", "Harrowmouth", "City College", 16, 99, 2600),
    ("post_16", "Further education", "Wendlemouth", "College", 16, 99, 1400),
    ("post_16", "Special post 16 institution", "Castle Rise", "Specialist College", 16, 25, 90),
    ("other", "Other independent school", "Harrowmouth", "Grammar School", 4, 18, 620),
    ("other", "Other independent school", "Ambrelwick", "House School", 4, 18, 380),
    ("other", "Other independent school", "Farringarth", "Preparatory School", 3, 13, 210),
)
LAND = (
    "Harrowmouth",
    "Castle Rise",
    "Harrow Quay",
    "Corrinstow",
    "Ambrelwick",
    "Farringarth",
    "Nettlesea",
    "Wendlemouth",
    "Birkelmere",
    "Ivelholme",
    "Dunnisport",
)


def _points(
    areas: gpd.GeoDataFrame, rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Find a place within each area, between its heart and a random spot of it."""
    points = np.empty((len(rows), 2))
    for place, row in enumerate(rows):
        shape = areas.geometry.iloc[row]
        heart = areas[["easting", "northing"]].iloc[row].to_numpy(dtype=float)
        low, high = np.array(shape.bounds[:2]), np.array(shape.bounds[2:])
        tries = np.round(heart + 0.5 * (rng.uniform(low, high, (30, 2)) - heart))
        inside = shapely.contains_xy(shape, tries[:, 0], tries[:, 1])
        points[place] = tries[inside.argmax()] if inside.any() else heart
    return points


def _near(
    areas: gpd.GeoDataFrame, settlements: list[str], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose an area near the middle of each settlement, within the settlement's own authority."""
    table = packaged_table("settlements").set_index("settlement").loc[settlements]
    centre = ORIGIN + table[["x_km", "y_km"]].to_numpy(dtype=float) * 1000
    spread = table["spread_km"].to_numpy() * 1000
    goal = centre + rng.normal(0, 1, centre.shape) * spread[:, None]
    spots = areas[["easting", "northing"]].to_numpy(dtype=float)
    away = np.hypot(*(goal[:, None] - spots[None]).transpose(2, 0, 1))
    number = areas["authority_code"].str[-1].astype(int).to_numpy() - 1
    away[table["authority"].to_numpy()[:, None] != number[None, :]] = np.inf
    nearest: NDArray[np.int64] = away.argmin(axis=1)
    return nearest


def _mainstream(
    areas: gpd.GeoDataFrame, population: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    wide = population.pivot_table(index="area_code", columns="age", values="children")
    wide = wide.loc[areas["area_code"]]
    primary_age = wide.loc[:, 4:10].sum(axis=1).to_numpy(dtype=float)
    secondary_age = wide.loc[:, 11:15].sum(axis=1).to_numpy(dtype=float)
    secondary_age = secondary_age * np.where(areas["rural_urban"] == "rural", 0.3, 1.0)
    primary = rng.choice(len(areas), PRIMARIES, replace=False, p=primary_age / primary_age.sum())
    older = _spread(areas, secondary_age, SECONDARIES + ALL_THROUGH, rng)
    phases = ["primary"] * PRIMARIES + ["secondary"] * SECONDARIES + ["all_through"] * ALL_THROUGH
    schools = pd.DataFrame(
        {"row": np.concatenate([primary, older]), "phase": phases, "site_kind": "mainstream"}
    )
    pupils = {
        "primary": primary_age.sum() * STATE_SHARE,
        "secondary": wide.loc[:, 11:15].sum().sum() * STATE_SHARE,
    }
    sized = _sized(schools, pupils, rng)
    return _described(sized, areas, rng)


def _spread(
    areas: gpd.GeoDataFrame, weight: NDArray[np.float64], number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose areas by weight, each authority its share of the number; in random order."""
    authority = areas["authority_code"].to_numpy()
    share = pd.Series(weight).groupby(authority).sum() / weight.sum() * number
    counts = share.round().astype(int)
    counts.iloc[0] += number - counts.sum()
    chosen = []
    for code, wanted in counts.items():
        mine = np.flatnonzero(authority == code)
        odds = weight[mine] / weight[mine].sum()
        chosen.append(rng.choice(mine, wanted, replace=False, p=odds))
    return rng.permutation(np.concatenate(chosen))


def _sized(
    schools: pd.DataFrame, pupils: dict[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Give capacity and roll: primary rolls fall and leave room, most secondaries are full."""
    number = len(schools)
    young = schools["phase"].ne("secondary").to_numpy()
    old = schools["phase"].ne("primary").to_numpy()
    intake = rng.choice(list(PRIMARY_INTAKE), number, p=list(PRIMARY_INTAKE.values())) * young
    big = rng.choice(list(SECONDARY_INTAKE), number, p=list(SECONDARY_INTAKE.values())) * old
    sixth = old & (rng.random(number) < SIXTH_FORM_SHARE)
    fill_young = np.clip(rng.normal(0.88, 0.11, number), 0.5, 1.05) * young
    fill_old = np.clip(rng.normal(0.95, 0.06, number), 0.72, 1.04) * old
    room_young, room_old = intake * PRIMARY_YEARS, big * SECONDARY_YEARS
    scale_young = pupils["primary"] / (room_young * fill_young).sum()
    scale_old = pupils["secondary"] / (room_old * fill_old).sum()
    sixth_form = np.where(sixth, big * 1.1, 0)
    roll = (
        room_young * fill_young * scale_young + room_old * fill_old * scale_old + sixth_form * 0.85
    )
    return schools.assign(
        capacity=np.round(room_young + room_old + sixth_form),
        roll=np.round(roll),
        low_age=np.where(young, 4, 11),
        high_age=np.select([~old, sixth], [11, 18], 16),
    )


def _described(
    schools: pd.DataFrame, areas: gpd.GeoDataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give type, faith, name, sex and admissions."""
    older = schools["phase"].ne("primary").to_numpy()
    kinds = [
        PRIMARY_TYPES[choice]
        for choice in rng.choice(
            len(PRIMARY_TYPES), len(schools), p=[kind[3] for kind in PRIMARY_TYPES]
        )
    ]
    later = [
        SECONDARY_TYPES[choice]
        for choice in rng.choice(
            len(SECONDARY_TYPES), len(schools), p=[kind[3] for kind in SECONDARY_TYPES]
        )
    ]
    chosen = [
        late if is_older else early
        for early, late, is_older in zip(kinds, later, older, strict=True)
    ]
    localities = areas["middle_name"].to_numpy()[schools["row"]].tolist()
    first = int(np.flatnonzero(older)[0])
    gender = np.full(len(schools), "Mixed", dtype=object)
    gender[first + 3], gender[first + 11], gender[first + 20] = "Girls", "Girls", "Boys"
    policy = np.where(older, "Non-selective", "Not applicable").astype(object)
    policy[[first + 11, first + 30]] = "Selective"
    return schools.assign(
        establishment_type=[kind[0] for kind in chosen],
        religious_character=[kind[1] for kind in chosen],
        site_name=school_names(localities, [kind[2] for kind in chosen]),
        gender=gender,
        admissions_policy=policy,
    )


def _special(areas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Place the special schools; capacity and roll follow from their pools."""
    listed = packaged_table("special_schools")
    phases = listed["phases"].str.split(";")
    low = phases.map(lambda bands: 4 if "primary" in bands else 11)
    high = phases.map(lambda bands: {"primary": 11, "secondary": 16, "post_16": 19}[bands[-1]])
    return pd.DataFrame(
        {
            "row": _near(areas, listed["settlement"].tolist(), rng),
            "phase": "not_applicable",
            "site_kind": listed["site_kind"],
            "establishment_type": listed["establishment_type"],
            "site_name": listed["school_name"],
            "low_age": low,
            "high_age": high,
            "gender": "Mixed",
            "religious_character": "Does not apply",
            "admissions_policy": "Not applicable",
        }
    )


def _others(areas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(
        OTHERS,
        columns=[
            "site_kind",
            "establishment_type",
            "settlement",
            "kind",
            "low_age",
            "high_age",
            "capacity",
        ],
    )
    phase = table["site_kind"].map(
        {"alternative_provision": "not_applicable", "post_16": "post_16", "other": "not_applicable"}
    )
    return table.assign(
        row=_near(areas, table["settlement"].tolist(), rng),
        phase=phase,
        site_name=table["settlement"] + " " + table["kind"],
        high_age=table["high_age"].clip(upper=25),
        roll=np.round(table["capacity"] * rng.uniform(0.75, 0.98, len(table))),
        gender="Mixed",
        religious_character="Does not apply",
        admissions_policy="Not applicable",
    ).drop(columns=["settlement", "kind"])


def _land(areas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": _near(areas, list(LAND), rng),
            "site_kind": "land",
            "phase": "not_applicable",
            "site_name": [f"Land at {place}" for place in LAND],
            "site_id": [f"LAND{number:02d}" for number in range(1, len(LAND) + 1)],
        }
    )


def build_sites(areas: gpd.GeoDataFrame, population: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the sites (`tables.study.Sites`) with one column more, `row`: the area they lie in."""
    rng = random_stream(seed, "sites")
    schools = pd.concat(
        [_mainstream(areas, population, rng), _special(areas, rng), _others(areas, rng)],
        ignore_index=True,
    )
    schools = schools.assign(site_id=[str(FIRST_URN + number) for number in range(len(schools))])
    sites = pd.concat([schools, _land(areas, rng)], ignore_index=True)
    points = _points(areas, sites["row"].to_numpy(), rng)
    return sites.assign(
        easting=points[:, 0],
        northing=points[:, 1],
        basis="invented",
        estimated=None,
        authority_code=areas["authority_code"].to_numpy()[sites["row"]],
    )


def with_special_rolls(sites: pd.DataFrame, provision: pd.DataFrame) -> pd.DataFrame:
    """Fill capacity and roll of special schools from their pools of places."""
    sums = provision.groupby("site_id")[["physical_places", "roll"]].sum()
    special = sites["site_kind"].isin(["state_special", "independent_special"])
    own = sites.loc[special, "site_id"]
    filled = sites.copy()
    filled.loc[special, "capacity"] = own.map(sums["physical_places"])
    filled.loc[special, "roll"] = own.map(sums["roll"])
    return filled
