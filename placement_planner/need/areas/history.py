"""Where children with plans are known to live: what an area's own history is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.areas.people import ages_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandera.typing import DataFrame

    from placement_planner.need.areas.people import AreaPeople
    from placement_planner.tables.study import AreaCaseload, Flows, Provision

__all__ = ["KINDS", "NO_HISTORY", "known_homes"]

KINDS: tuple[str, ...] = tuple(code_table("settings")["specialism"].unique())
"""Kinds of setting whose areas are told apart: no specialism, base, special."""

NO_HISTORY = "none"
OUTSIDE = "OUTSIDE"
_KEYS = ["authority_code", "area_code", "kind"]
_COLUMNS = [*_KEYS, "children", "read_from"]


def _from_caseload(
    rows: pd.DataFrame, areas: pd.DataFrame, people: Mapping[str, AreaPeople]
) -> pd.DataFrame:
    """Add up children by home and kind; those without a known home go where people live."""
    kinds = code_table("settings").set_index("setting")["specialism"]
    rows = rows.assign(kind=rows["setting"].map(kinds), age=ages_of(rows["ncy"]))
    lives_in = rows["area_code"].map(areas.set_index("area_code")["authority_code"])
    at_home = lives_in == rows["authority_code"]
    parts = [rows.loc[at_home, [*_KEYS, "children"]]]
    elsewhere = rows[~at_home].groupby(["authority_code", "age", "kind"])["children"].sum()
    for (code, age, kind), number in elsewhere.items():
        local = people[code]
        by_area = local.children[:, age]
        by_area = by_area if by_area.sum() > 0 else local.children.sum(axis=1)
        by_area = by_area if by_area.sum() > 0 else np.ones(len(local.areas))
        parts.append(
            pd.DataFrame(
                {
                    "authority_code": code,
                    "area_code": local.areas,
                    "kind": kind,
                    "children": number * by_area / by_area.sum(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).assign(read_from="area_caseload")


def _from_flows(
    flows: pd.DataFrame, areas: pd.DataFrame, provision: pd.DataFrame | None
) -> pd.DataFrame:
    """Add up children placed in bases and special schools by home."""
    kinds = code_table("provision_types").set_index("provision_type")["provision_kind"]
    pools = {} if provision is None else provision.set_index("provision_id")["provision_type"]
    kind_of = {pool: kinds[kept] for pool, kept in dict(pools).items()} | {OUTSIDE: "special"}
    rows = flows.assign(kind=[kind_of.get(pool) for pool in flows["provision_id"]])
    unknown = rows["kind"].isna()
    if unknown.any():
        raise DataError(
            f"flows: {int(unknown.sum())} row(s) name pools that provision does not have, for "
            f"example {rows.loc[unknown, 'provision_id'].iloc[0]}; right would be a provision_id "
            f"of provision, or {OUTSIDE}"
        )
    rows["authority_code"] = rows["area_code"].map(areas.set_index("area_code")["authority_code"])
    return rows[[*_KEYS, "children"]].assign(read_from="flows")


def known_homes(
    areas: pd.DataFrame,
    people: Mapping[str, AreaPeople],
    january: int,
    *,
    area_caseload: DataFrame[AreaCaseload] | None = None,
    flows: DataFrame[Flows] | None = None,
    provision: DataFrame[Provision] | None = None,
) -> pd.DataFrame:
    """Count children by the area they live in, from the best that the study has.

    `area_caseload` of the January where it has rows of the authority. Else `flows`, which know
    homes of children in bases and special schools alone. Children of `area_caseload` whose home is
    unknown, or outside the authority, are spread over its areas by the people of their age.

    Parameters
    ----------
    areas
        area_code, authority_code.
    people
        People of every authority's areas.
    january
        Census year of the history.
    provision
        Tells the kind of the pools of `flows`.

    Returns
    -------
    DataFrame
        authority_code, area_code, kind (none, base, special), children, read_from. An authority
        without any rows has no history.

    Raises
    ------
    DataError
        If flows name pools that are not in `provision`.
    """
    parts = []
    if area_caseload is not None:
        rows = area_caseload[area_caseload["january"] == january]
        rows = rows[(rows["children"] > 0) & rows["authority_code"].isin(list(people))]
        if len(rows):
            parts.append(_from_caseload(rows, areas, people))
    if flows is not None and len(flows):
        parts.append(_from_flows(flows, areas, provision))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in _COLUMNS}).astype(
            {"children": float}
        )
    found = pd.concat(parts, ignore_index=True)
    best = found.groupby("authority_code")["read_from"].transform("min")
    found = found[found["read_from"] == best]
    return found.groupby([*_KEYS, "read_from"], as_index=False)["children"].sum()[_COLUMNS]
