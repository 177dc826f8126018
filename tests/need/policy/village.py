"""A few cells whose children and origins are written out, for levers worked by hand."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from placement_planner.need.cube import CELL, Cube
from placement_planner.need.origins import Origins
from placement_planner.scenario import PolicyChoices
from placement_planner.tables.study import PolicyLevers, PopulationProjection

SPECIAL, BASE = "state_special", "resourced_provision"


def world(children, flows, first=2025, draws=(1.0,)):
    """A cube and its origins.

    `children` maps (ncy, setting) to a list by year; `flows` lists (year, to, from, children),
    cells as (ncy, setting); who is not in a flow has joined. Each draw is a multiple.
    """
    table = pd.DataFrame(
        [("A", ncy, "ASD", setting, (ncy, setting)) for ncy, setting in children],
        columns=[*CELL, "key"],
    ).sort_values(CELL, ignore_index=True)
    keys = list(table["key"])
    counts = np.array([children[key] for key in keys], dtype=float).T
    years = tuple(range(first, first + len(counts)))
    stayed, joined = [], []
    for place, year in enumerate(years[1:], start=1):
        shares = np.zeros((len(keys), len(keys)))
        for flow_year, to, origin, going in flows:
            if flow_year == year:
                row = keys.index(to)
                shares[row, keys.index(origin)] = going / counts[place, row]
        stayed.append(csr_array(shares))
        joined.append(np.where(counts[place] > 0, 1.0 - shares.sum(axis=1), 0.0))
    cells = table[CELL]
    cube = Cube(
        cells=cells,
        academic_years=years,
        children=(counts[:, :, None] * np.array(draws)).astype(np.float32),
    )
    origins = Origins(
        cells=cells, academic_years=years, stayed=tuple(stayed), joined=np.stack(joined)
    )
    return cube, origins


def village(**options):
    """Year 6 becomes Year 7 and Year 8; twenty go to a special school, ten and ten join.

    2026: 80 of 100 stay in mainstream and 10 join; 20 stay in the special school, 20 come from
    mainstream and 10 join. 2027: everybody stays.
    """
    children = {
        (6, "mainstream"): [100, 0, 0],
        (6, SPECIAL): [20, 0, 0],
        (7, "mainstream"): [0, 90, 0],
        (7, SPECIAL): [0, 50, 0],
        (8, "mainstream"): [0, 0, 90],
        (8, SPECIAL): [0, 0, 50],
    }
    flows = [
        (2026, (7, "mainstream"), (6, "mainstream"), 80),
        (2026, (7, SPECIAL), (6, SPECIAL), 20),
        (2026, (7, SPECIAL), (6, "mainstream"), 20),
        (2027, (8, "mainstream"), (7, "mainstream"), 90),
        (2027, (8, SPECIAL), (7, SPECIAL), 50),
    ]
    return world(children, flows, **options)


def lever(kind, value, **columns):
    """One row of a study's own scenario "mine", for everybody in 2026 and 2027."""
    row = {
        "scenario": "mine",
        "lever_id": kind,
        "kind": kind,
        "authorities": "*",
        "need_types": "*",
        "ncy_from": -4,
        "ncy_to": 20,
        "settings": "*",
        "from_year": 2026,
        "to_year": 2060,
        "ramp": None,
        "at_transition": False,
        "to_setting": None,
        "value": value,
        "source": "invented",
        "basis": "invented",
    }
    return row | columns


def levers(*rows):
    frame = pd.DataFrame(list(rows)).astype({"ramp": object, "to_setting": object})
    return PolicyLevers.validate(frame)


def choices(scenario="mine", **columns):
    return PolicyChoices(scenario=scenario, **columns)


def population(children, years=range(2025, 2037), ages=range(4, 16), authority="A"):
    rows = [(authority, year, age, children / 12, "invented") for year in years for age in ages]
    columns = ["authority_code", "academic_year", "age", "children", "basis"]
    return PopulationProjection.validate(pd.DataFrame(rows, columns=columns))


def found(cube, year, draw=0):
    """Children of a year by NCY and setting, without noughts."""
    place = cube.academic_years.index(year)
    numbers = cube.children[place, :, draw]
    keys = zip(cube.cells["ncy"], cube.cells["setting"], strict=True)
    return {key: float(number) for key, number in zip(keys, numbers, strict=True) if number}
