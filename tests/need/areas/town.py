"""Invented authorities of a few small areas, for the tests of this folder."""

import pandas as pd

from placement_planner.need.areas import area_people, area_weights, known_homes
from placement_planner.tables.study import AreaCaseload, Population

BASE = ["authority_code", "ncy", "need_type", "setting", "children"]
JANUARY = 2026


def areas_of(rows):
    """Areas from (area, middle, authority, decile)."""
    columns = ["area_code", "middle_code", "authority_code", "imd_decile"]
    return pd.DataFrame(rows, columns=columns)


def population_of(children, ages=range(26)):
    """The same number of children at each of some ages, by area."""
    rows = [(area, age, float(number)) for area, number in children.items() for age in ages]
    frame = pd.DataFrame(rows, columns=["area_code", "age", "children"])
    return Population.validate(frame.assign(basis="invented"))


def caseload_of(rows, january=JANUARY):
    """Children by home: (authority, area, ncy, need, setting, children)."""
    columns = ["authority_code", "area_code", "ncy", "need_type", "setting", "children"]
    frame = pd.DataFrame(rows, columns=columns).astype({"children": float})
    return AreaCaseload.validate(frame.assign(january=january, basis="invented"))


def base_of(rows):
    return pd.DataFrame(rows, columns=BASE).astype({"children": float})


def weights_of(areas, population, base, cap=1.0, area_caseload=None, **others):
    people = area_people(areas, population)
    homes = known_homes(areas, people, JANUARY, area_caseload=area_caseload)
    return area_weights(base_of(base), people, homes, cap, **others)
