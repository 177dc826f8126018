"""A region for hosts, small enough to score by hand. Kilometres east and north of its corner.

Area a (0, 0) is among the most deprived tenth, b (10, 0) among the least. Primary schools P (0, 0)
and Q (10, 0); X (0, 4) has a primary autism base of ten places, secondary Y (0, -6) one of twelve.
The primary population grows from 100 a year of age to 110 in five years.
"""

import numpy as np
import pandas as pd

from placement_planner.options import host_scores
from placement_planner.scenario import HostChoices
from placement_planner.tables import checked
from placement_planner.tables.study import Hosts, Provision, Sites

BASE_YEAR = 2025
KM = 1000.0
CORNER = 100_000.0


def site(site_id, east, north, **more):
    return {
        "site_id": site_id, "site_name": f"{site_id} School", "authority_code": "A",
        "site_kind": "mainstream", "establishment_type": "Community school", "phase": "primary",
        "low_age": 4.0, "high_age": 11.0, "capacity": 230.0, "roll": 200.0, "gender": "Mixed",
        "religious_character": "Does not apply", "admissions_policy": "Not applicable",
        "easting": CORNER + east * KM, "northing": CORNER + north * KM, "basis": "invented",
        "estimated": None, **more,
    }  # fmt: skip


def pool(provision_id, site_id, **more):
    return {
        "provision_id": provision_id, "site_id": site_id, "provision_type": "sen_unit",
        "designation": "ci_base", "phase": "primary", "planning_places": 10.0,
        "commissioned_places": np.nan, "physical_places": np.nan, "roll": np.nan,
        "from_elsewhere": 0.0, "opens": np.nan, "closes": np.nan, "ramp": None,
        "basis": "invented", "estimated": None, **more,
    }  # fmt: skip


def host(site_id, **more):
    return {
        "site_id": site_id, "interest": None, "excluded_because": None, "condition": None,
        "accessible": None, "children_with_plans": np.nan, "suspensions_per_100": np.nan,
        "source": "made up by hand", "basis": "invented", **more,
    }  # fmt: skip


SITES = (
    site("P", 0, 0),
    site("Q", 10, 0, capacity=210.0),
    site("X", 0, 4, roll=np.nan),
    site("Y", 0, -6, phase="secondary", low_age=11.0, high_age=16.0, capacity=900.0, roll=900.0),
)
POOLS = (
    pool("X1", "X"),
    pool("Y1", "Y", phase="secondary", planning_places=12.0),
)
HOSTS = (
    host("P", condition="B", accessible="yes", children_with_plans=4.0, suspensions_per_100=2.0),
    host("Q", condition="C", children_with_plans=12.0, suspensions_per_100=6.0),
)
AREAS = pd.DataFrame(
    {
        "area_code": ["a", "b"],
        "authority_code": "A",
        "easting": [CORNER, CORNER + 10 * KM],
        "northing": CORNER,
        "imd_decile": [1, 10],
    }
)
NEED = pd.DataFrame(
    [("a", "ci_base", "primary", 12.0), ("b", "ci_base", "primary", 6.0)],
    columns=["area_code", "need_group", "phase", "children"],
)
PROJECTION = pd.DataFrame(
    [
        ("A", year, age, 110.0 if year == 2030 and age < 11 else 100.0)
        for year in (2025, 2030)
        for age in range(19)
    ],
    columns=["authority_code", "academic_year", "age", "children"],
)


def changed(rows, key, name, **more):
    """The same rows, with one of them changed."""
    return tuple({**row, **more} if row[key] == name else row for row in rows)


def sites_of(rows=SITES):
    return checked(Sites, pd.DataFrame(list(rows)))


def provision_of(rows=POOLS):
    frame = pd.DataFrame(list(rows or POOLS))
    return checked(Provision, frame if rows else frame.head(0))


def scores_of(*, sites=SITES, pools=POOLS, hosts=HOSTS, need=NEED, **choices):
    """Scores, by school, phase and need group."""
    local = None if hosts is None else checked(Hosts, pd.DataFrame(list(hosts)))
    scores = host_scores(
        sites_of(sites), provision_of(pools), local, PROJECTION, AREAS, need,
        HostChoices(**choices), BASE_YEAR,
    )  # fmt: skip
    return scores.set_index(["site_id", "phase", "need_group"])


def autism(scores):
    """Rows of primary autism bases, by school."""
    return scores.xs(("primary", "ci_base"), level=["phase", "need_group"])
