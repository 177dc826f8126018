"""Who is placed where: children of the base January by home, need, phase and pool of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table
from placement_planner.sources.sen2.counts import BASIS
from placement_planner.tables import checked
from placement_planner.tables.study import Flows

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.sources.sen2.study import StudyTables

__all__ = ["AWAY", "IN_POOLS", "NO_POOL", "NO_SCHOOL", "OTHER_HOME", "PAST_PHASES", "count_flows"]

OUTSIDE = "OUTSIDE"
IN_POOLS = "in flows: in a pool of the study"
AWAY = "in flows: at a school that is no site of the study"
PAST_PHASES = "left out of flows: past post-16"
OTHER_HOME = "left out of flows: home in no area of the authority, or unknown"
NO_SCHOOL = "left out of flows: no URN"
NO_POOL = "left out of flows: at a site without a pool"
_CELL = ["need_type", "phase", "setting"]
_MATCH = {"suited": 0, "tolerable": 1, "no": 2}
_TYPES = {
    "state_special": ("special_school", "satellite"),
    "non_maintained_special": ("independent_special",),
    "independent_special": ("independent_special",),
    "resourced_provision": ("resourced_provision",),
    "sen_unit": ("sen_unit",),
}


def _pools_of_cells(cells: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Return the best pool of each site for each need, phase and setting.

    Pools of the child's phase go first, then those of the kind of provision, then those that
    suit the default need group, then the larger.
    """
    groups = code_table("need_group_rules")[[*_CELL, "need_group"]]
    match = code_table("compatibility")[["need_group", "designation", "match"]]
    pairs = cells.merge(groups, on=_CELL, how="left").merge(
        pools.rename(columns={"phase": "pool_phase"}), on="site_id"
    )
    pairs = pairs.merge(match, on=["need_group", "designation"], how="left")
    kinds = [
        kind in _TYPES.get(setting, ())
        for kind, setting in zip(pairs["provision_type"], pairs["setting"], strict=True)
    ]
    ranked = pairs.assign(
        other_phase=pairs["phase"] != pairs["pool_phase"],
        other_kind=[not kind for kind in kinds],
        unfit=pairs["match"].map(_MATCH).fillna(_MATCH["no"]),
        fewer=-pairs["planning_places"],
    ).sort_values(["other_phase", "other_kind", "unfit", "fewer", "provision_id"])
    best = ranked.drop_duplicates(["site_id", *_CELL])
    return best[["site_id", *_CELL, "provision_id"]]


def count_flows(
    children: pd.DataFrame, study: StudyTables, authority: str
) -> tuple[DataFrame[Flows] | None, dict[str, int]]:
    """Count children in specialist places by area, need, phase and pool.

    Taken are children of the authority's own areas in settings that are counted as "to place".

    Parameters
    ----------
    children
        Children of the base January: area_code, ncy, need_type, setting, urn.
    study
        The study's areas, sites and pools open at that January.
    authority
        Code of the authority.

    Returns
    -------
    tuple
        `Flows`, with OUTSIDE for schools that are no site of the study, or None where nobody is
        left; children in flows and left out of them, in words.
    """
    settings = code_table("settings").set_index("setting")["counted_as"]
    phases = code_table("phases").set_index("ncy")["places_phase"]
    placed = children[children["setting"].map(settings).eq("to_place")]
    placed = placed.assign(phase=placed["ncy"].map(phases), site_id=placed["urn"])
    left: dict[str, int] = {}
    own = study.areas.loc[study.areas["authority_code"] == authority, "area_code"]
    for name, kept in (
        (PAST_PHASES, placed["phase"].ne("")),
        (OTHER_HOME, placed["area_code"].isin(own)),
        (NO_SCHOOL, placed["urn"].ne("")),
    ):
        left[name] = int((~kept.loc[placed.index]).sum())
        placed = placed[kept.loc[placed.index]]
    cells = placed[["site_id", *_CELL]].drop_duplicates()
    best = _pools_of_cells(cells, study.provision)
    flows = placed.merge(best, on=["site_id", *_CELL], how="left")
    outside = ~flows["site_id"].isin(study.sites["site_id"])
    flows["provision_id"] = flows["provision_id"].astype("object").mask(outside, OUTSIDE)
    known = flows.dropna(subset="provision_id")
    left |= {NO_POOL: len(flows) - len(known), AWAY: int(outside.sum())}
    left[IN_POOLS] = len(known) - left[AWAY]
    if known.empty:
        return None, left
    keys = ["area_code", "need_type", "phase", "provision_id"]
    counts = known.groupby(keys, as_index=False).size().rename(columns={"size": "children"})
    counts["children"] = counts["children"].astype("float64")
    return checked(Flows, counts.assign(basis=BASIS)), left
