"""The parts of a gravity model: children and rolls of one kind of place and one phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BASE", "NO_DRIVE", "NO_PLACE", "NO_ROLL", "Segment", "segments_of"]

BASE = "base"
NO_DRIVE = "no drive to any such place"
NO_PLACE = "no such place in the region"
NO_ROLL = "beyond rolls"
_KIND_OF_SETTING = {
    "resourced_provision": BASE,
    "sen_unit": BASE,
    "state_special": "state_special",
    "non_maintained_special": "independent_special",
    "independent_special": "independent_special",
}
_KIND_OF_PROVISION = {
    "resourced_provision": BASE,
    "sen_unit": BASE,
    "special_school": "state_special",
    "satellite": "state_special",
    "independent_special": "independent_special",
}
_OTHER_AUTHORITY = "other_authority"
_NOTHING = 1e-9
_PART = ["kind", "phase"]
_LEFT = ["authority_code", "kind", "phase", "reason"]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Children and rolls with the same total, and what lies between them.

    Attributes
    ----------
    kind, phase
        Kind of place, phase band.
    areas
        area_code, authority_code, rural_urban: I rows.
    groups
        Need groups: K of them.
    pools
        provision_id, designation: Q rows.
    children, rolls
        (I, K) and (Q).
    minutes, distance_km
        Direct drive (I, Q); pairs out of reach are as far as the farthest in reach.
    border
        Weight of a place in the child's own authority, one, or in another (I, Q).
    fit
        Weight of need group and designation (K, Q).
    match
        suited, tolerable, no (K, Q).
    """

    kind: str
    phase: str
    areas: pd.DataFrame
    groups: tuple[str, ...]
    pools: pd.DataFrame
    children: NDArray[np.float64]
    rolls: NDArray[np.float64]
    minutes: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    border: NDArray[np.float64]
    fit: NDArray[np.float64]
    match: NDArray[np.object_]


def segments_of(
    children: pd.DataFrame,
    pools: pd.DataFrame,
    areas: pd.DataFrame,
    travel: pd.DataFrame,
    compatibility: pd.DataFrame,
) -> tuple[list[Segment], pd.DataFrame, pd.DataFrame]:
    """Part children and rolls, and scale the larger of both down to the smaller.

    Parameters
    ----------
    children
        area_code, authority_code, need_group, phase, children; `setting` too, where it is known.
    pools
        provision_id, site_id, authority_code, provision_type, designation, phase, roll (net of
        children from elsewhere).
    areas
        area_code, rural_urban.
    travel
        Drives from areas to sites.
    compatibility
        Match of need group and designation.

    Returns
    -------
    tuple
        Segments; children left without a place and rolls left without a child, each by
        authority_code, kind, phase, reason: children.
    """
    children, pools = _with_kinds(children, pools)
    parts = pd.concat([children[_PART], pools[_PART]]).drop_duplicates().sort_values(_PART)
    segments: list[Segment] = []
    unplaced, unfilled = [], []
    for kind, phase in parts.itertuples(index=False):
        own = children[(children["kind"] == kind) & (children["phase"] == phase)]
        held = pools[(pools["kind"] == kind) & (pools["phase"] == phase)]
        drives = travel[travel["site_id"].isin(held["site_id"])]
        reaches = own["area_code"].isin(drives["area_code"])
        drives = drives[drives["area_code"].isin(own["area_code"])]
        reached = held["site_id"].isin(drives["site_id"])
        why = NO_DRIVE if len(held) else NO_PLACE
        unplaced.append(own[~reaches].assign(reason=why))
        unfilled.append(held[~reached].assign(children=held["roll"], reason=NO_DRIVE))
        own, held = own[reaches], held[reached]
        wanted, there = own["children"].sum(), held["roll"].sum()
        total = min(wanted, there)
        if total > 0:
            segments.append(_segment(own, held, areas, drives, compatibility, total))
        short = own["children"] * (1 - total / wanted if wanted else 0.0)
        spare = held["roll"] * (1 - total / there if there else 0.0)
        unplaced.append(own.assign(children=short, reason=NO_ROLL))
        unfilled.append(held.assign(children=spare, reason="beyond children"))
    return segments, _left(unplaced), _left(unfilled)


def _with_kinds(children: pd.DataFrame, pools: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell the kind of place: by setting where it is known, else special school or base."""
    if "setting" in children:
        return (
            children.assign(kind=children["setting"].map(_KIND_OF_SETTING)),
            pools.assign(kind=pools["provision_type"].map(_KIND_OF_PROVISION)),
        )
    groups = code_table("need_groups").set_index("need_group")["provision_kind"]
    types = code_table("provision_types").set_index("provision_type")["provision_kind"]
    return (
        children.assign(kind=children["need_group"].map(groups)),
        pools.assign(kind=pools["provision_type"].map(types)),
    )


def _left(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Sum what is left over, without rows of nothing."""
    rows = pd.concat([part[[*_LEFT, "children"]] for part in parts], ignore_index=True)
    rows = rows[rows["children"] > _NOTHING]
    return rows.groupby(_LEFT, as_index=False)["children"].sum()


def _segment(
    own: pd.DataFrame,
    held: pd.DataFrame,
    areas: pd.DataFrame,
    drives: pd.DataFrame,
    compatibility: pd.DataFrame,
    total: float,
) -> Segment:
    """Make the arrays of one segment, with both totals scaled to one."""
    wide = own.pivot_table(
        index="area_code", columns="need_group", values="children", aggfunc="sum", fill_value=0.0
    )
    groups = tuple(wide.columns)
    children, rolls = wide.to_numpy(dtype=float), held["roll"].to_numpy(dtype=float)
    known = areas.drop_duplicates("area_code").set_index("area_code")
    authority = own.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    minutes, distance_km = (_filled(drives, name, wide.index, held) for name in
                            ("minutes", "distance_km"))  # fmt: skip
    match = (
        compatibility.set_index(["need_group", "designation"])["match"]
        .reindex(pd.MultiIndex.from_product([groups, held["designation"]]))
        .fillna("no")
        .to_numpy(dtype=object)
        .reshape(len(groups), len(held))
    )
    weights = code_table("gravity_weights").set_index("term")["weight"].astype(float)
    home = authority.reindex(wide.index).to_numpy(dtype=object)
    is_own = home[:, None] == held["authority_code"].to_numpy(dtype=object)[None, :]
    return Segment(
        kind=str(own["kind"].iloc[0]),
        phase=str(own["phase"].iloc[0]),
        areas=pd.DataFrame(
            {
                "area_code": wide.index,
                "authority_code": home,
                "rural_urban": known["rural_urban"].reindex(wide.index).to_numpy(),
            }
        ),
        groups=groups,
        pools=held[["provision_id", "designation"]].reset_index(drop=True),
        children=children * (total / children.sum()),
        rolls=rolls * (total / rolls.sum()),
        minutes=minutes,
        distance_km=distance_km,
        border=np.where(is_own, 1.0, weights[_OTHER_AUTHORITY]),
        fit=weights.reindex(match.ravel()).to_numpy().reshape(match.shape),
        match=match,
    )


def _filled(
    drives: pd.DataFrame, name: str, area_codes: pd.Index, held: pd.DataFrame
) -> NDArray[np.float64]:
    """Return a measure of drives as (I, Q); the largest there is where a pair is out of reach."""
    wide = drives.pivot_table(index="area_code", columns="site_id", values=name)
    values = wide.reindex(index=area_codes, columns=held["site_id"]).fillna(drives[name].max())
    filled: NDArray[np.float64] = values.to_numpy(dtype=float)
    return filled
