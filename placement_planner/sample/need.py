"""Where children with plans live, and the need that their placements hide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sample.children import JANUARIES
from placement_planner.sample.seeds import random_stream
from placement_planner.tables.children import UNKNOWN_HOME

__all__ = ["area_caseload_table", "hidden_need_table"]

UNKNOWN_SHARE = 0.015
# What an invented register of the base January holds: authority, reason, need, phase, setting now,
# need group sought, share of the children in that setting (assumption).
REGISTER = (
    ("E08900001", "named_but_full", "ASD", "primary", "mainstream", "asd_special", 0.05),
    (
        "E08900001",
        "waiting_list",
        "SEMH",
        "secondary",
        "alternative_provision",
        "semh_special",
        0.3,
    ),
    ("E08900002", "named_but_full", "ASD", "primary", "mainstream", "ci_base", 0.08),
    ("E08900002", "unsuitable_placement", "ASD", "secondary", "mainstream", "asd_special", 0.04),
    ("E08900003", "named_but_full", "SEMH", "secondary", "mainstream", "semh_special", 0.08),
    ("E08900003", "waiting_list", "SLCN", "primary", "mainstream", "language_base", 0.06),
    ("E08900004", "unsuitable_placement", "MLD", "secondary", "mainstream", "cognition_base", 0.05),
    ("E08900005", "waiting_list", "ASD", "secondary", "mainstream", "ci_base", 0.1),
)


def area_caseload_table(children: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Count children at the last January by home (`tables.study.AreaCaseload`).

    The home of a few, drawn at random, is not known.
    """
    now = children[children["january"] == JANUARIES[-1]].rename(columns={"need": "need_type"})
    lost = random_stream(seed, "homes not known").random(len(now)) < UNKNOWN_SHARE
    now = now.assign(area_code=np.where(lost, UNKNOWN_HOME, now["area_code"].to_numpy()))
    keys = ["authority_code", "area_code", "january", "ncy", "need_type", "setting"]
    return now.groupby(keys).size().rename("children").reset_index().assign(basis="invented")


def hidden_need_table(caseload: pd.DataFrame) -> pd.DataFrame:
    """Count need that placements hide at the last January (`tables.study.HiddenNeed`)."""
    phases = code_table("phases")[["ncy", "places_phase"]]
    now = caseload[caseload["january"] == JANUARIES[-1]].merge(phases, on="ncy")
    now = now.rename(columns={"places_phase": "phase"})
    keys = ["authority_code", "need_type", "phase", "setting"]
    there = now.groupby(keys)["children"].sum()
    columns = ["authority_code", "reason", *keys[1:], "need_group", "share"]
    register = pd.DataFrame(REGISTER, columns=columns)
    held = there.reindex(pd.MultiIndex.from_frame(register[keys])).fillna(0.0).to_numpy(dtype=float)
    table = register.assign(
        children=np.round(register["share"] * held),
        as_of=f"{JANUARIES[-1]}-01-15",
        source="invented register of named and awaited places",
        basis="invented",
    )
    return table[table["children"] > 0].drop(columns="share").reset_index(drop=True)
