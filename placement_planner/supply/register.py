"""The register: every pool of places by year, with what it could hold, holds, and has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked, share_open
from placement_planner.tables.supply import Register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import SupplyChoices
    from placement_planner.tables.study import Provision, Sites
    from placement_planner.tables.supply import AcrossBorder

__all__ = ["over_full", "places_chosen", "register"]

_INDEPENDENT = "independent_special"
_TEMPORARY = "temporary"
_NOTHING = 1e-9


def register(
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    years: Sequence[int],
    choices: SupplyChoices,
    across: DataFrame[AcrossBorder] | None = None,
) -> DataFrame[Register]:
    r"""List every pool of places in every year.

    With places to plan with :math:`p`, share open :math:`s_t` and children from elsewhere
    :math:`e_t`, residents have :math:`s_t \max(0, p - e_t)`, and the pool is over-full by
    :math:`\max(0, \text{roll} - p)`.

    Parameters
    ----------
    provision, sites
        Pools, and where they stand.
    years
        Academic years.
    choices
        `places` says which number is :math:`p` (planning places where it is blank); without
        `temporary`, temporary places are listed and count for nothing.
    across
        As from `children_across_border`; without it the children from elsewhere of the base stand
        in every year.

    Returns
    -------
    DataFrame
        By pool and year. `status`: closed from the year in `closes` on; pipeline before the year in
        `opens`; temporary while places stand that are not meant to stay; opening while a ramp
        runs; else open. Children from elsewhere are those of a pool that is open.
    """
    pools = _described(provision, sites, places_chosen(provision, choices.places))
    rows = pd.concat([_in_year(pools, year, choices) for year in years], ignore_index=True)
    rows["from_elsewhere"] = _elsewhere(rows, across)
    left = (rows["whole_places"] - rows["from_elsewhere"]).clip(lower=0)
    stands = rows["share_open"] > 0
    rows = rows.assign(
        from_elsewhere=rows["from_elsewhere"].where(stands, 0.0),
        places_for_residents=left * rows["counted"],
        over=rows["over"].where(stands, 0.0),
        over_share=rows["over_share"].where(stands, 0.0),
    )
    return checked(Register, rows.sort_values(["provision_id", "academic_year"]))


def places_chosen(provision: pd.DataFrame, places: str) -> pd.Series:
    """Return the planning, commissioned or physical places; planning places where blank.

    Examples
    --------
    >>> pools = pd.DataFrame({"planning_places": [10.0, 20.0], "physical_places": [12.0, None]})
    >>> places_chosen(pools, "physical").tolist()
    [12.0, 20.0]
    """
    return provision[f"{places}_places"].astype(float).fillna(provision["planning_places"])


def _described(provision: pd.DataFrame, sites: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """Return the pools with site, sector, both vocabularies and how far they are over-full."""
    where = sites.set_index("site_id").reindex(provision["site_id"])
    names = code_table("provision_types").set_index("provision_type")
    named = names.reindex(provision["provision_type"])
    roll = provision["roll"].astype(float)
    over = (roll.fillna(0.0) - whole).clip(lower=0)
    share = over / whole.where(whole > 0)
    standing = provision.get("standing")
    return provision.assign(
        **{
            name: where[name].to_numpy()
            for name in ("site_name", "authority_code", "low_age", "high_age")
        },
        sector=_sectors(provision, where),
        provision_name=named["name"].to_numpy(),
        provision_name_2026=named["name_2026"].to_numpy(),
        provision_kind=named["provision_kind"].to_numpy(),
        is_temporary=False if standing is None else standing.eq(_TEMPORARY),
        whole_places=whole,
        roll=roll,
        over=over,
        over_share=share,
    )


def _sectors(provision: pd.DataFrame, where: pd.DataFrame) -> NDArray[np.object_]:
    """Tell who runs each pool: by type of establishment, then by kind of provision."""
    types = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    sectors = types["special_sector"].replace("", None)
    by_type = where["establishment_type"].map(sectors).to_numpy(dtype=object)
    is_college = where["site_kind"].eq("post_16").to_numpy()
    is_independent = provision["provision_type"].eq(_INDEPENDENT).to_numpy()
    else_by_kind = np.where(is_college, "post_16", np.where(is_independent, "independent", "state"))
    return np.where(pd.notna(by_type), by_type, else_by_kind)


def _in_year(pools: pd.DataFrame, year: int, choices: SupplyChoices) -> pd.DataFrame:
    """Return the pools as they stand in one year."""
    closed = pools["closes"].notna() & (pools["closes"] <= year)
    ramped = [
        1.0 if pd.isna(opens) else share_open(ramp, year - int(opens))
        for opens, ramp in zip(pools["opens"], pools["ramp"], strict=True)
    ]
    stands = pd.Series(ramped, index=pools.index, dtype=float).mask(closed, 0.0)
    is_ahead = pools["opens"].notna() & (pools["opens"] > year)
    status = np.select(
        [closed, is_ahead, pools["is_temporary"], stands < 1 - _NOTHING],
        ["closed", "pipeline", "temporary", "opening"],
        "open",
    )
    counted = stands.where(~pools["is_temporary"] | choices.temporary, 0.0)
    return pools.assign(
        academic_year=year,
        status=status,
        share_open=stands,
        counted=counted,
        places=pools["whole_places"] * counted,
    )


def _elsewhere(rows: pd.DataFrame, across: pd.DataFrame | None) -> pd.Series:
    """Return the children from elsewhere of each pool and year."""
    if across is None:
        return rows["from_elsewhere"]
    held = across[across["direction"] == "in"].groupby(["place", "academic_year"])["children"]
    keys = pd.MultiIndex.from_frame(rows[["provision_id", "academic_year"]])
    children = held.sum().reindex(keys).fillna(0.0).to_numpy(dtype=float)
    return pd.Series(children, index=rows.index)


def over_full(rows: DataFrame[Register], year: int) -> pd.DataFrame:
    """Return schools with more children on roll than places, those furthest over first.

    Designations and phases of a school share its rooms, so rolls and places are summed over its
    pools of one kind (special or base); pools without a known roll are left out.

    Parameters
    ----------
    rows
        The register.
    year
        Pools that stand in this year count.

    Returns
    -------
    DataFrame
        authority_code, site_id, site_name, sector, provision_kind, places (of the whole pools),
        roll, over, over_share.
    """
    stands = rows[(rows["academic_year"] == year) & (rows["share_open"] > 0) & rows["roll"].notna()]
    keys = ["authority_code", "site_id", "site_name", "sector", "provision_kind"]
    stands = stands.assign(places=stands["whole_places"])
    schools = stands.groupby(keys, as_index=False)[["places", "roll"]].sum()
    over = schools["roll"] - schools["places"]
    full = schools.assign(
        over=over, over_share=over / schools["places"].where(schools["places"] > 0)
    )
    full = full[full["over"] > _NOTHING]
    return full.sort_values(["over", "site_id"], ascending=[False, True], ignore_index=True)
