"""From need type and current setting to need group, or to the reason why no place is sought."""

from __future__ import annotations

import pandas as pd

from placement_planner.codes import code_table

__all__ = ["count_scope"]

TO_PLACE = "to_place"
_RESIDENTIAL_SETTINGS = ("independent_special", "non_maintained_special")


def count_scope(cube: pd.DataFrame, residential_share: float) -> pd.DataFrame:
    """Count every child once: by need group and phase where a place is sought, else by reason.

    Parameters
    ----------
    cube
        authority_code, ncy, need_type, setting, academic_year, children.
    residential_share
        Share of independent and non-maintained placements kept out as residential.

    Returns
    -------
    DataFrame
        authority_code, academic_year, counted_as, need_group, phase, children; need_group and
        phase are empty where `counted_as` is not ``to_place``. Children add up to the cube's.
    """
    phases = code_table("phases")[["ncy", "places_phase"]]
    known = cube["ncy"].clip(int(phases["ncy"].min()), int(phases["ncy"].max()))
    settings = code_table("settings")[["setting", "specialism", "counted_as"]]
    rules = code_table("need_group_rules").drop(columns="basis")
    told = (
        cube.assign(ncy=known)
        .merge(phases, on="ncy")
        .merge(settings, on="setting")
        .merge(
            rules.rename(columns={"phase": "places_phase"}),
            on=["need_type", "places_phase", "setting"],
            how="left",
        )
    )
    too_old = (told["counted_as"] == TO_PLACE) & (told["places_phase"] == "")
    told["counted_as"] = told["counted_as"].mask(too_old, "post_19_specialist")
    away = told["setting"].isin(_RESIDENTIAL_SETTINGS) & (told["counted_as"] == TO_PLACE)
    share = residential_share * away
    residential = told[away].assign(
        counted_as="residential", children=told["children"] * residential_share
    )
    told["children"] = told["children"] * (1 - share)
    told = pd.concat([told, residential], ignore_index=True)
    sought = told["counted_as"] == TO_PLACE
    told["need_group"] = told["need_group"].where(sought, "")
    told["phase"] = told["places_phase"].where(sought, "")
    keys = ["authority_code", "academic_year", "counted_as", "need_group", "phase"]
    return told.groupby(keys, as_index=False)["children"].sum()
