"""Hard filters of hosts: what shuts a school out, and what only asks for a second look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables.hosts import FILTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["BAND_AGES", "hosting_schools", "shut_out", "with_filters", "with_warnings"]

_BANDS = {
    "nursery": ("primary",),
    "primary": ("primary",),
    "secondary": ("secondary",),
    "all_through": ("primary", "secondary"),
    "post_16": ("secondary",),
    "not_applicable": ("secondary",),
}
_FITTING = ("primary", "secondary", "all_through")
_SINGLE_SEX = "single sex: a base in a single-sex school serves half the children"
_SELECTIVE = "selective: lessons of the school may suit few children of a base"
_NO_TYPE = "type of establishment not known: may be no state-funded school"
_NO_FAITH = ("Does not apply", "None", "Not applicable")


def _ages(phase: str) -> tuple[int, int]:
    phases = code_table("phases")
    ages = phases.loc[phases["phase"].eq(phase), "age"].astype(int)
    return int(ages.min()), int(ages.max())


BAND_AGES = {phase: _ages(phase) for phase in ("primary", "secondary")}
"""First and last age of a phase band."""


def hosting_schools(sites: pd.DataFrame) -> pd.DataFrame:
    """Mainstream schools, a row for each phase band that they could host, `band`."""
    schools = sites[sites["site_kind"].eq("mainstream")].sort_values("site_id")
    rows = schools.assign(band=schools["phase"].map(_BANDS)).explode("band", ignore_index=True)
    return rows.rename(columns={"phase": "school_phase", "band": "phase"})


def _is_state_mainstream(types: pd.Series) -> pd.Series:
    """Tell types that host a base; a blank or unlisted type is not held against a school."""
    role = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    known = types.map(role["role"])
    return known.isna() | known.eq("host")


def _phase_fits(rows: pd.DataFrame) -> pd.Series:
    first, last = (
        rows["phase"].map({phase: ages[end] for phase, ages in BAND_AGES.items()}).astype(float)
        for end in (0, 1)
    )
    too_young = rows["high_age"] <= first
    too_old = rows["low_age"] > last
    return rows["school_phase"].isin(_FITTING) & ~too_young & ~too_old


def with_filters(rows: pd.DataFrame, least_places: int) -> pd.DataFrame:
    """Add every hard filter, and `has_rooms`.

    Parameters
    ----------
    rows
        Schools by phase band and need group, with cap_places, spare_places, spare_ahead,
        has_base_for_need and the columns of `tables.study.Hosts`.
    least_places
        Fewest places of a base.
    """
    least = max(least_places, 1)
    spare = rows[["spare_places", "spare_ahead"]].max(axis=1)
    return rows.assign(
        is_state_mainstream=_is_state_mainstream(rows["establishment_type"]),
        phase_fits=_phase_fits(rows),
        is_not_excluded=rows["excluded_because"].isna(),
        is_not_unwilling=rows["interest"].ne("no"),
        need_is_new_here=~rows["has_base_for_need"],
        is_under_cap=rows["cap_places"].isna() | rows["cap_places"].ge(least),
        has_rooms=spare.ge(least) | rows["interest"].eq("yes"),
    )


def shut_out(rows: pd.DataFrame, base_share: float) -> pd.Series:
    """Say, for each row, which hard filters shut it out; None where none does."""
    sentences = [
        "; ".join(_sentence(name, row, base_share) for name in FILTERS if not row[name])
        for row in rows.to_dict("records")
    ]
    return pd.Series(sentences, index=rows.index, dtype="object").replace("", None)


def _sentence(name: str, row: Mapping[Any, Any], base_share: float) -> str:
    """Say why one filter shuts a school out."""
    if name == "is_state_mainstream":
        return f"{row['establishment_type']} is no state-funded mainstream school"
    if name == "phase_fits":
        return f"teaches no {row['phase']} phase ({row['school_phase']})"
    if name == "is_not_excluded":
        return str(row["excluded_because"])
    if name == "is_not_unwilling":
        return "school or trust would not host"
    if name == "need_is_new_here":
        return "has a base for this need already"
    return (
        f"{row['base_places']:g} places in bases and a roll of {row['roll']:g} leave room for "
        f"{row['cap_places']:g} more under the cap of {base_share:.0%} of the roll"
    )


def with_warnings(rows: pd.DataFrame) -> pd.Series:
    """Say, for each row, what does not shut a school out but should be looked at."""
    gender, faith = rows["gender"], rows["religious_character"].astype("object").fillna("")
    types = code_table("establishment_types")["type_name"]
    is_faith = ~faith.isin(["", *_NO_FAITH])
    no_spare = rows["has_rooms"] & ~rows[["spare_places", "spare_ahead"]].max(axis=1).gt(0)
    told: tuple[tuple[pd.Series, pd.Series | str], ...] = (
        (gender.isin(["Boys", "Girls"]), _SINGLE_SEX),
        (is_faith, "faith school (" + faith + "): not every family will choose it"),
        (rows["admissions_policy"].eq("Selective"), _SELECTIVE),
        (~rows["establishment_type"].isin(types), _NO_TYPE),
        (rows["cap_places"].isna(), "roll not known: the cap on base places is not checked"),
        (rows["spare_places"].isna(), "capacity or roll not known: spare places are not counted"),
        (no_spare & rows["interest"].eq("yes"), "would host, though no spare places are known"),
    )
    words = np.full(len(rows), "", dtype=object)
    for applies, text in told:
        texts = text.to_numpy(dtype=object) if isinstance(text, pd.Series) else text
        added = np.where(words == "", texts, words + "; " + texts)
        words = np.where(applies.to_numpy(dtype=bool), added, words)
    return pd.Series(words, index=rows.index, dtype="object").replace("", None)
