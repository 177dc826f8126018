"""Specialist places of an imported study: special schools and bases, by stated rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sources.bases import build_bases
from placement_planner.sources.pools import PLACED_IN, has_word, pool_places
from placement_planner.tables import checked
from placement_planner.tables.study import Provision

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.sources.choices import ProvisionRules

__all__ = ["build_provision", "build_special_schools"]

_ESTIMATED = "designation;phase;planning_places;roll;from_elsewhere"


def _places_of_schools(schools: pd.DataFrame, children: pd.DataFrame) -> pd.Series:
    """Capacity, else roll; else an even share of the authority's children not in other rolls."""
    published = schools["capacity"].fillna(schools["roll"])
    published = published.where(published > 0)
    own = children[children["setting"].isin(PLACED_IN["special_school"])]
    placed = own.groupby("authority_code")["children"].sum()
    known = published.groupby(schools["authority_code"]).sum()
    unknown = published.isna().groupby(schools["authority_code"]).sum()
    left = (placed.reindex(known.index, fill_value=0.0) - known) / unknown.where(unknown > 0)
    share = schools["authority_code"].map(left.where(left > 0)).fillna(published.median())
    return published.fillna(share.round(0))


def build_special_schools(
    schools: pd.DataFrame, children: pd.DataFrame, rules: ProvisionRules
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Pools of state and independent special schools.

    Parameters
    ----------
    schools
        Schools inside the areas: the columns of `sites`, with role and need_types.
    children
        What `count_specialist_children` returns.
    rules
        Words in names, and limits.

    Returns
    -------
    tuple
        Pools, and notes on what was estimated.
    """
    excluded = schools["site_name"].map(lambda name: has_word(name, rules.excluded_words))
    state = schools[schools["role"].eq("state_special") & ~excluded]
    state = state.assign(places=_places_of_schools(state, children))
    independent = schools[schools["role"].eq("independent_special") & schools["roll"].gt(0)]
    independent = independent.assign(places=independent["roll"])
    unknown = state["capacity"].fillna(state["roll"]).fillna(0).eq(0)
    left_out = schools.loc[schools["role"].eq("state_special") & excluded, "site_name"]
    pools = [
        pool_places(state, children, "special_school", rules),
        pool_places(independent, children, "independent_special", rules),
    ]
    note = (
        f"{len(state)} state special schools hold {state['places'].sum():,.0f} planning places: "
        f"capacity where published, else roll; {int(unknown.sum())} without either hold an even "
        f"share ({state.loc[unknown, 'places'].sum():,.0f} places together) of their authority's "
        "children not on other rolls, or the median school. Phases follow ages, else words in the "
        "name, else the authority's caseload; need groups follow the authority's caseload, at "
        f"most {rules.designations_per_school} a school. No child from elsewhere is counted, for "
        "want of figures."
    )
    notes = [note]
    if len(left_out):
        notes.append("Hospital schools hold no places to plan with: " + ", ".join(left_out) + ".")
    return pd.concat(pools), tuple(notes)


def build_provision(
    sites: pd.DataFrame, schools: pd.DataFrame, children: pd.DataFrame, rules: ProvisionRules
) -> tuple[DataFrame[Provision], tuple[str, ...]]:
    """Every pool of specialist places, each with the columns that are estimated.

    Parameters
    ----------
    sites
        Sites of the study.
    schools
        What `read_establishments` returns.
    children
        What `count_specialist_children` returns.
    rules
        How places are estimated.
    """
    extra = ["site_id", "role", "need_types", "resourced_places", "unit_places"]
    inside = sites.merge(schools[extra], on="site_id")
    special, special_notes = build_special_schools(inside, children, rules)
    bases, base_notes = build_bases(sites, inside, children, rules)
    pools = pd.concat([special, bases])
    roll = pools["roll"] if "roll" in pools else pools["planning_places"]
    blank = float("nan")
    table = pools.assign(
        provision_id=pools[["site_id", "provision_type", "designation", "phase"]].agg(
            "-".join, axis=1
        ),
        roll=roll.fillna(pools["planning_places"]),
        commissioned_places=blank,
        physical_places=blank,
        from_elsewhere=0.0,
        opens=blank,
        closes=blank,
        ramp=None,
        basis="estimated",
        estimated=_ESTIMATED,
    )
    return checked(Provision, table), (*special_notes, *base_notes)
