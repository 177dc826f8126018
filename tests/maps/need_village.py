"""The village of `village.py` with a projection of its need from January 2026.

Children who need a place, by square and year (2025/26, 2026/27, 2027/28, 2028/29):

    northern squares   8   9  10  12   autism and communication special
    southern squares   4   5   5   6   the same
    squares of Thorpe  3   3   2   1.5 communication and interaction base, besides

So Mill and Dene need 24 places at the base and 36 in the last year, Holt 24 + 12 = 36 and
36 + 6 = 42; the region 84 and 114, of which 72 and 108 in special schools and 12 and 6 in bases.
Of two draws, one lies a tenth below the mean in the years ahead, the other a tenth above.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from placement_planner.forecast import Forecast
from placement_planner.need.cube import Cube
from placement_planner.tables import checked, stages, study
from tests.maps import village

YEARS = (2025, 2026, 2027, 2028)
NORTH, SOUTH, BASES = (8, 9, 10, 12), (4, 5, 5, 6), (3, 3, 2, 1.5)
COLUMNS = ["area_code", "authority_code", "need_group", "phase", "academic_year", "children"]


def area_need():
    """Return the need of the table above."""
    rows = []
    for code in village.areas()["area_code"]:
        authority = "A1" if code < "a40" else "A2"
        special = NORTH if code[2] == "0" else SOUTH
        groups = {"asd_special": special} | ({"ci_base": BASES} if authority == "A2" else {})
        rows += [
            (code, authority, group, "primary", year, children)
            for group, by_year in groups.items()
            for year, children in zip(YEARS, by_year, strict=True)
        ]
    return checked(stages.Need, pd.DataFrame(rows, columns=COLUMNS))


def need_draws(need):
    """Return two draws whose mean is the need by authority, need group and phase."""
    wide = need.pivot_table(
        index=["authority_code", "need_group", "phase"],
        columns="academic_year",
        values="children",
        aggfunc="sum",
    )
    means = wide.to_numpy().T[:, :, None]
    factors = np.where(np.arange(len(YEARS))[:, None, None] > 0, [0.9, 1.1], 1.0)
    cells = wide.index.to_frame(index=False)
    return Cube(cells=cells, academic_years=YEARS, children=(means * factors).astype(np.float32))


def scope():
    """Return to place as above, and 200 children of each authority in mainstream classes.

    From 2027 on, 6 children of Ashby hold an individual support plan.
    """
    need = area_need().groupby(["authority_code", "academic_year"], as_index=False)["children"]
    placed = need.sum().assign(counted_as="to_place")
    others = placed.assign(counted_as="mainstream", children=200.0)
    later = placed[(placed["authority_code"] == "A1") & (placed["academic_year"] >= 2027)]
    support = later.assign(counted_as="support_plan", children=6.0)
    return checked(stages.Scope, pd.concat([placed, others, support]))


def latent():
    """Return a child in each square of Ashby, every year."""
    need = area_need()
    need = need[(need["authority_code"] == "A1")]
    return need.assign(children=1.0)


def inputs(**tables):
    """Return the village's tables, and those of a study that holds no more than it must."""
    wanted = [
        "caseload_totals", "transitions", "requests", "area_caseload", "flows", "hidden_need",
        "housing", "housing_carried", "policy_levers",
    ]  # fmt: skip
    rows = {"caseload": 3, "population": 2, "population_projection": 2, "need_group_rules": 1}
    invented = {name: pd.DataFrame({"basis": ["invented"] * size}) for name, size in rows.items()}
    every = vars(village.inputs()) | dict.fromkeys(wanted) | invented | tables
    return SimpleNamespace(**every)


def forecast(changed=None, **sections):
    """Return everything that the map and the charts of need are made from."""
    need, told = area_need(), inputs(**(changed or {}))
    draws = need_draws(need)
    return Forecast(
        inputs=told,
        scenario=village.scenario(**sections),
        ahead=SimpleNamespace(baseline=SimpleNamespace(method="published")),
        parts=draws,
        held=draws,
        past=None,
        waterfall=None,
        need_draws=draws,
        area_need=need,
        latent=latent().iloc[:0],
        scope=scope(),
        requests=None,
        notes=("Twelve squares make a village.",),
    )


def homes():
    """Return one row of new homes."""
    row = {
        "housing_id": "mill-lane", "area_code": "a00", "academic_year": 2027, "tenure": "market",
        "homes": 40.0, "source": "Local plan, invented", "basis": "invented",
    }  # fmt: skip
    return checked(study.Housing, pd.DataFrame([row]))
