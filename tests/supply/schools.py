"""Pools and sites by hand: name what matters, the rest is ordinary."""

import pandas as pd

from placement_planner.tables.study import Provision, Sites

SITE = {
    "authority_code": "A", "site_kind": "state_special", "establishment_type": None,
    "phase": "not_applicable", "low_age": 4.0, "high_age": 19.0, "capacity": None, "roll": None,
    "gender": None, "religious_character": None, "admissions_policy": None, "easting": 0.0,
    "northing": 0.0, "basis": "invented", "estimated": None,
}  # fmt: skip
POOL = {
    "site_id": "s", "provision_type": "special_school", "designation": "asd_special",
    "phase": "primary", "planning_places": 100.0, "commissioned_places": None,
    "physical_places": None, "roll": 100.0, "from_elsewhere": 0.0, "opens": None, "closes": None,
    "ramp": None, "standing": None, "basis": "invented", "estimated": None,
}  # fmt: skip


def sites(*rows):
    told = [SITE | {"site_name": f"{row['site_id']} School"} | row for row in rows]
    return Sites.validate(pd.DataFrame(told))


def provision(*rows):
    return Provision.validate(pd.DataFrame([POOL | row for row in rows]))


def one_site():
    return sites({"site_id": "s"})
