"""Which mainstream schools suit a base: hard filters, soft factors, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.options.factors import (
    inclusion,
    population_ratios,
    weighted_mean,
    with_factors,
)
from placement_planner.options.filters import (
    hosting_schools,
    shut_out,
    with_filters,
    with_warnings,
)
from placement_planner.options.nearness import children_within, nearest_km, nearest_rows
from placement_planner.tables import checked
from placement_planner.tables.hosts import FACTORS, FILTERS, HOST_PHASES, HostScores
from placement_planner.tables.study import Hosts

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.scenario import HostChoices
    from placement_planner.tables.study import PopulationProjection, Provision, Sites

__all__ = ["base_pools", "host_scores", "spread_children"]

_RANKED_IN = ["authority_code", "phase", "need_group"]
_LOCAL = [
    "interest",
    "excluded_because",
    "condition",
    "accessible",
    "children_with_plans",
    "suspensions_per_100",
]
_NUMBERS = ["children_with_plans", "suspensions_per_100"]
_NEARLY = 1e-9


def base_pools(provision: pd.DataFrame, sites: pd.DataFrame, year: int) -> pd.DataFrame:
    """Pools of base places that stand, or are to stand, in a year, with their coordinates.

    Returns
    -------
    DataFrame
        Rows of `provision` with provision_kind "base", and easting and northing.
    """
    kinds = code_table("provision_types").set_index("provision_type")["provision_kind"]
    is_base = provision["provision_type"].map(kinds).eq("base").to_numpy(dtype=bool)
    open_then = provision["opens"].isna() | provision["opens"].le(year)
    stays = provision["closes"].isna() | provision["closes"].gt(year)
    pools = provision[is_base & open_then & stays]
    return pools.merge(sites[["site_id", "easting", "northing"]], on="site_id", how="left")


def spread_children(
    children: pd.DataFrame, population: pd.DataFrame, areas: pd.DataFrame
) -> pd.DataFrame:
    """Spread an authority's children over its areas as everybody of their ages lives there.

    A rough stand-in where need is not known by area.

    Parameters
    ----------
    children
        authority_code, need_group, phase, children.
    population
        area_code, age, children.
    areas
        area_code, authority_code.

    Returns
    -------
    DataFrame
        area_code, need_group, phase, children.
    """
    phases = code_table("phases").query("places_phase != ''")[["age", "places_phase"]]
    people = population.merge(phases.astype({"age": population["age"].dtype}), on="age")
    lived = people.groupby(["area_code", "places_phase"])["children"].sum().reset_index()
    lived = lived.merge(areas[["area_code", "authority_code"]], on="area_code")
    whole = lived.groupby(["authority_code", "places_phase"])["children"].transform("sum")
    lived = lived.assign(share=(lived["children"] / whole.where(whole > 0)).fillna(0.0))
    keys = ["authority_code", "need_group", "phase"]
    told = children.groupby(keys)["children"].sum().reset_index()
    spread = told.merge(
        lived[["authority_code", "places_phase", "area_code", "share"]],
        left_on=["authority_code", "phase"],
        right_on=["authority_code", "places_phase"],
    )
    spread = spread.assign(children=spread["children"] * spread["share"])
    return spread[["area_code", "need_group", "phase", "children"]]


def _local_knowledge(hosts: pd.DataFrame | None) -> pd.DataFrame:
    """Return what is known locally, by site; no row where the study has no table of hosts."""
    names = ["site_id", *_LOCAL]
    if hosts is None:
        empty = pd.DataFrame({name: pd.Series(dtype="object") for name in names})
        return empty.astype(dict.fromkeys(_NUMBERS, float))
    return Hosts.validate(pd.DataFrame(hosts))[names]


def _deciles(schools: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """Deprivation decile around each school: of its area, or of the nearest centroid."""
    by_area = areas.set_index("area_code")["imd_decile"].astype(float)
    row = nearest_rows(schools, areas)
    nearest = np.where(row >= 0, areas["imd_decile"].to_numpy(dtype=float)[row], np.nan)
    nearest = pd.Series(nearest, index=schools.index)
    if "area_code" not in schools:
        return nearest
    return schools["area_code"].map(by_area).astype(float).fillna(nearest)


def _schools(
    sites: pd.DataFrame,
    pools: pd.DataFrame,
    hosts: pd.DataFrame | None,
    areas: pd.DataFrame,
    ratios: pd.Series,
    base_share: float,
) -> pd.DataFrame:
    """Everything about schools and phase bands that does not hang on the need."""
    rows = hosting_schools(sites).merge(_local_knowledge(hosts), on="site_id", how="left")
    held = pools.groupby("site_id")["planning_places"].sum()
    base_places = rows["site_id"].map(held).astype(float).fillna(0.0)
    keys = pd.MultiIndex.from_frame(rows[["authority_code", "school_phase"]])
    ratio = ratios.reindex(keys).fillna(1.0).to_numpy()
    rows = rows.assign(
        base_places=base_places,
        cap_places=np.floor(rows["roll"] * base_share + _NEARLY).sub(base_places).clip(lower=0.0),
        spare_places=rows["capacity"] - rows["roll"],
        spare_ahead=rows["capacity"] - rows["roll"] * ratio,
        imd_decile=_deciles(rows, areas),
    )
    return rows.assign(inclusion=inclusion(rows))


def _with_distances(rows: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Add, by phase and need, straight lines to the nearest base and to one of the other phase."""
    other = dict(zip(HOST_PHASES, reversed(HOST_PHASES), strict=True))
    parts = []
    for (phase, group), part in rows.groupby(["phase", "need_group"], sort=True):
        same = pools[pools["designation"].eq(group)]
        parts.append(
            part.assign(
                nearest_base_km=nearest_km(part, same[same["phase"].eq(phase)]),
                other_phase_km=nearest_km(part, same[same["phase"].eq(other[str(phase)])]),
                has_base_for_need=part["site_id"].isin(same["site_id"]),
            )
        )
    if not parts:
        return rows.assign(nearest_base_km=0.0, other_phase_km=0.0, has_base_for_need=False)
    return pd.concat(parts).sort_index()


def _by_need(
    schools: pd.DataFrame,
    pools: pd.DataFrame,
    areas: pd.DataFrame,
    need: pd.DataFrame,
    base_km: float,
) -> pd.DataFrame:
    """Schools by need group of a base, with children near and distances to bases."""
    groups = code_table("need_groups").query("provision_kind == 'base'")["need_group"]
    near = children_within(schools, areas, need, base_km)
    sited = schools[["easting", "northing"]].notna().all(axis=1).to_numpy()
    parts = []
    for group in groups:
        counts = np.zeros(len(schools))
        for phase in HOST_PHASES:
            if (group, phase) in near.columns:
                of_phase = schools["phase"].eq(phase).to_numpy()
                counts = np.where(of_phase, near[group, phase].to_numpy(), counts)
        parts.append(
            schools.assign(need_group=group, children_near=np.where(sited, counts, np.nan))
        )
    return _with_distances(pd.concat(parts, ignore_index=True), pools)


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Rank those that are not shut out: who would host first, then by score, then by code."""
    order = rows.assign(
        is_shut=rows["shut_out_because"].notna(),
        asked=rows["interest"].ne("yes"),
        low=-rows["score"].round(12),
    ).sort_values([*_RANKED_IN, "is_shut", "asked", "low", "site_id"], na_position="last")
    place = order.groupby(_RANKED_IN).cumcount().add(1).astype(float)
    return order.assign(rank=place.where(~order["is_shut"])).sort_index()


def host_scores(
    sites: DataFrame[Sites],
    provision: DataFrame[Provision],
    hosts: DataFrame[Hosts] | None,
    population_projection: DataFrame[PopulationProjection],
    areas: pd.DataFrame,
    need: pd.DataFrame,
    choices: HostChoices,
    base_year: int,
) -> DataFrame[HostScores]:
    """Score every mainstream school as a host of a base, for each phase band and need group.

    **Hard filters** shut a school out, and say why: not a state-funded mainstream school, wrong
    phase, something known that rules it out, school or trust would not host, a base for the same
    need already, no room for the smallest base under the cap on base places. **Rooms** decide what
    could be done, not whether: with enough spare places now or ahead rooms can be adapted, without
    them only a new building comes into question. **Soft factors** (0 to 1) are weighed into a
    score over those that are known.

    A school that has said it would host ranks before all that have not, whatever its score, and
    counts as having rooms, since it knows its building better than net capacity does; no other
    filter gives way. What does not shut out but matters (single sex, faith, selective) is a
    warning.

    Parameters
    ----------
    sites
        Schools; `area_code`, where it is there, is the area a school lies in.
    provision
        Specialist places; bases that stand in the year ahead count.
    hosts
        What is known locally; None: nothing.
    population_projection
        Children by authority, year and age: rolls are taken to follow the ages of the school.
    areas
        area_code, easting, northing (centroids), imd_decile.
    need
        Children who want a base: area_code, need_group, phase, children. Those without a place
        near (`children_without_places`), or all of them.
    choices
        Limits, distances and weights.
    base_year
        Academic year that rolls are of.

    Returns
    -------
    DataFrame
        Sorted by authority, phase, need group, rank and school. Distances are straight lines, to
        the centroids of areas. Comparing scores is fair between schools of which the same factors
        are known: see `known_factors`.

    Raises
    ------
    DataError
        If the population projection lacks the base year.
    """
    ratios, ahead = population_ratios(population_projection, base_year, choices.years_ahead)
    plain = pd.DataFrame(areas).sort_values("area_code", ignore_index=True)
    pools = base_pools(provision, sites, ahead)
    schools = _schools(sites, pools, hosts, plain, ratios, choices.base_share)
    rows = _by_need(schools, pools, plain, need, choices.base_km)
    rows = with_factors(with_filters(rows, choices.spare_places), choices)
    columns = [f"factor_{name}" for name in FACTORS]
    weights = pd.Series(
        {f"factor_{name}": float(getattr(choices, f"weight_{name}")) for name in FACTORS}
    )
    open_to = rows[list(FILTERS)].all(axis=1)
    may = np.where(rows["has_rooms"], "adapt_rooms;new_base", "new_base")
    rows = rows.assign(
        score=weighted_mean(rows[columns], weights),
        known_factors=rows[columns].notna().sum(axis=1).astype(int),
        may=pd.Series(may, index=rows.index, dtype="object").where(open_to, None),
        shut_out_because=shut_out(rows, choices.base_share),
        warnings=with_warnings(rows),
        year_ahead=ahead,
        nearest_base_km=rows["nearest_base_km"].where(np.isfinite(rows["nearest_base_km"])),
        other_phase_km=rows["other_phase_km"].where(np.isfinite(rows["other_phase_km"])),
        basis="estimated",
    )
    return checked(HostScores, _ranked(rows).sort_values([*_RANKED_IN, "rank", "site_id"]))
