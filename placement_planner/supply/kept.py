"""Children who keep the places they hold now, year by year, until they leave their school."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.continuity import Kept, next_pools

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.continuity import Survival
    from placement_planner.tables.stages import Need, Placed
    from placement_planner.tables.study import Provision
    from placement_planner.tables.supply import Register

__all__ = ["kept_places", "placed_share"]

_INDEPENDENT = "independent_special"
_WHO = ["authority_code", "need_group", "phase"]
_CELL = ["area_code", "need_group", "phase", "academic_year"]
_STEPS = 2
"""Most phases that a child can move on by within one school: primary to post-16."""


def placed_share(placed: DataFrame[Placed], stock: pd.DataFrame) -> pd.Series:
    """Return the share of the children in need now who hold a place, at most 1.

    Parameters
    ----------
    placed
        Who is placed where now.
    stock
        authority_code, need_group, phase, children: who needs a place now.

    Returns
    -------
    Series
        By authority_code, need_group, phase.
    """
    held = placed.groupby(_WHO)["children"].sum()
    needed = stock.groupby(_WHO)["children"].sum()
    share: pd.Series = (held.reindex(needed.index).fillna(0.0) / needed).clip(upper=1.0)
    return share.fillna(0.0)


def kept_places(
    placed: DataFrame[Placed],
    survival: DataFrame[Survival],
    provision: DataFrame[Provision],
    register: DataFrame[Register],
    need: DataFrame[Need],
    *,
    units: pd.Series,
    base_year: int,
    independent_stays: bool = True,
) -> DataFrame[Kept]:
    """Follow the children who hold places now to the end of their school.

    Those of an all-through school go on to its next phase; a pool that shuts keeps nobody. Where a
    unit's need falls faster than its rolls run off, they are lowered to the need.

    Parameters
    ----------
    placed
        Who is placed where now, by small area.
    survival
        As from `need.survival.cohort_survival`: the cohort of the base year is followed.
    provision, register
        Pools, and the years they stand in.
    need
        Children to place by unit: the years wanted.
    units
        Unit of the siting level of each small area.
    base_year
        Academic year in which the places are held.
    independent_stays
        Whether children in independent and non-maintained schools stay too; if not, they may be
        offered a local place in any year.
    """
    pools = provision[["provision_id", "site_id", "designation", "phase", "provision_type"]]
    pools = pools.rename(columns={"provision_id": "pool_id"})
    if not independent_stays:
        pools = pools[pools["provision_type"] != _INDEPENDENT]
    held = placed.assign(area_code=placed["area_code"].map(units)).rename(
        columns={"provision_id": "pool_id"}
    )
    held = held[held["pool_id"].isin(pools["pool_id"])]
    keys = ["area_code", *_WHO, "pool_id"]
    held = held.groupby(keys, as_index=False)["children"].sum()
    rows = _followed(held, survival[survival["entry_year"] == base_year], pools)
    stands = register.loc[register["share_open"] > 0, ["provision_id", "academic_year"]]
    rows = rows.merge(stands.rename(columns={"provision_id": "pool_id"}))
    rows = rows.groupby([*_CELL, "authority_code", "pool_id"], as_index=False)["children"].sum()
    rows = _within_need(rows, need)
    about = pools.set_index("pool_id").loc[rows["pool_id"]]
    return checked(
        Kept,
        rows.assign(
            site_id=about["site_id"].to_numpy(),
            is_independent=about["provision_type"].eq(_INDEPENDENT).to_numpy(),
        ).sort_values([*_CELL, "pool_id"]),
    )


def _followed(held: pd.DataFrame, survival: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Return who is still in the school, by the phase and pool they are in by then."""
    told = survival[[*_WHO, "academic_year", "in_phase", "share"]]
    rows = held.merge(told, on=_WHO)
    after, phase = next_pools(pools), pools.set_index("pool_id")["phase"]
    parts = []
    for _ in range(_STEPS + 1):
        here = rows["in_phase"] == rows["pool_id"].map(phase)
        parts.append(rows[here])
        rows = rows[~here]
        rows = rows.assign(pool_id=rows["pool_id"].map(after))
        rows = rows[rows["pool_id"] != ""]
    stay = pd.concat(parts, ignore_index=True)
    return stay.assign(phase=stay["in_phase"], children=stay["children"] * stay["share"])


def _within_need(rows: pd.DataFrame, need: pd.DataFrame) -> pd.DataFrame:
    """Lower children of a unit, need group, phase and year in proportion, where need is less."""
    needed = need.set_index(_CELL)["children"].reindex(pd.MultiIndex.from_frame(rows[_CELL]))
    total = rows.groupby(_CELL)["children"].transform("sum")
    share = (needed.fillna(0.0).to_numpy() / total).clip(upper=1.0)
    lowered = rows.assign(children=rows["children"] * share)
    return lowered[lowered["children"] > 0]
