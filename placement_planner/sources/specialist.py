"""Children in specialist settings, by the need group of the place they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["count_specialist_children"]

_KEYS = ["authority_code", "setting", "specialism", "need_group", "phase"]


def count_specialist_children(caseload: pd.DataFrame, january: int) -> pd.DataFrame:
    """Count children in bases and special schools by authority, setting, need group and phase.

    Need types become need groups by `codes/need_group_rules.csv`, year groups become phases of
    places by `codes/phases.csv`; those past the last phase of places are left out.

    Returns
    -------
    DataFrame
        authority_code, setting, specialism ("base" or "special"), need_group, phase, children.
    """
    settings = code_table("settings").query("specialism != 'none'")[["setting", "specialism"]]
    phases = code_table("phases").query("places_phase != ''")[["ncy", "places_phase"]]
    rules = code_table("need_group_rules").drop(columns="basis")
    children = (
        caseload[caseload["january"].eq(january)]
        .merge(settings, on="setting")
        .merge(phases.rename(columns={"places_phase": "phase"}), on="ncy")
        .merge(rules, on=["need_type", "phase", "setting"])
    )
    return children.groupby(_KEYS)["children"].sum().reset_index()
