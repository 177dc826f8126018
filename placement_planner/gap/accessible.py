"""The gap by accessible places: two-step floating catchments over time in the vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from placement_planner.gap.residence import suited_groups
from placement_planner.tables import checked
from placement_planner.tables.gap import Gap
from placement_planner.tables.transport import ride_and_price

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import GapChoices
    from placement_planner.tables.stages import Need, Pools, Travel
    from placement_planner.tables.study import Compatibility
    from placement_planner.tables.transport import Transport

__all__ = ["Accessible", "accessible_places"]

_ROW = ["area_code", "authority_code", "need_group", "phase", "academic_year"]
_HOME = ["area_code", "authority_code", "need_group", "phase"]
_OFFER = ["pool_id", "site_id", "designation", "phase"]


@dataclass(frozen=True, kw_only=True)
class Accessible:
    """Places in reach of children.

    Attributes
    ----------
    gap
        Need and the places in reach of it.
    access
        places_per_child in reach by area, need group, phase and year: children who would share
        the places are shared with.
    idle
        pool_id, academic_year, places: pools that no child who suits them has in reach.
    """

    gap: DataFrame[Gap]
    access: pd.DataFrame
    idle: pd.DataFrame


def accessible_places(
    need: DataFrame[Need],
    pools: DataFrame[Pools],
    travel: DataFrame[Travel],
    transport: DataFrame[Transport],
    compatibility: DataFrame[Compatibility],
    choices: GapChoices,
) -> Accessible:
    r"""Share out every place among the children who have it in reach.

    First every pool's places are set against the children in its catchment, then every child's
    shares are added up:

    .. math:: R_q = \frac{p_q}{\sum_{i,k} n_{ik} [t_{iqk} \le T]} \qquad
       A_{ik} = \sum_q R_q [t_{iqk} \le T]

    over areas :math:`i`, need groups :math:`k` that suit the pool :math:`q`, time in the vehicle
    :math:`t` and the catchment :math:`T` of the phase. Supply is :math:`n_{ik} A_{ik}`, which adds
    up to the places in reach of anybody; unmet need is :math:`n_{ik} \max(0, 1 - A_{ik})`.

    Parameters
    ----------
    need
        By area of the siting level.
    pools
        Places for residents, neighbours' included.
    travel, transport
        Direct drives, and the rides they make.
    compatibility
        Only places that suit count as accessible.
    choices
        Catchments.

    References
    ----------
    Luo and Wang (2003), "Measures of spatial accessibility to health care in a GIS environment".
    """
    wanted = need[need["children"] > 0].sort_values(_ROW, ignore_index=True)
    places = pools[pools["places"] > 0].sort_values(["pool_id", "academic_year"], ignore_index=True)
    homes, offers = (
        wanted[_HOME].drop_duplicates(ignore_index=True),
        places[_OFFER].drop_duplicates(ignore_index=True),
    )
    reach = _in_reach(homes, offers, travel, transport, compatibility, choices)
    years = sorted({*wanted["academic_year"], *places["academic_year"]})
    home, offer = _cells(wanted, _HOME, years), _cells(places, _OFFER, years)
    children, there = np.zeros((len(homes), len(years))), np.zeros((len(offers), len(years)))
    children[home], there[offer] = wanted["children"], places["places"]
    sharing = reach.T @ children
    ratio = np.divide(there, sharing, out=np.zeros_like(there), where=sharing > 0)
    access = (reach @ ratio)[home]
    count = wanted["children"].to_numpy()
    gap = wanted.assign(
        way="accessible",
        need=count,
        supply=count * access,
        gap=count - count * access,
        unmet=count * np.maximum(0.0, 1.0 - access),
    )
    idle = places.loc[sharing[offer] == 0, ["pool_id", "academic_year", "places"]]
    return Accessible(
        gap=checked(Gap, gap),
        access=wanted[[*_ROW, "children"]].assign(places_per_child=access),
        idle=idle.reset_index(drop=True),
    )


def _cells(
    rows: pd.DataFrame, keys: list[str], years: list[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for every row the positions of its keys, in order of appearance, and of its year."""
    of = rows.groupby(keys, sort=False).ngroup().to_numpy(dtype=np.intp)
    return of, np.searchsorted(years, rows["academic_year"].to_numpy())


def _in_reach(
    homes: pd.DataFrame,
    offers: pd.DataFrame,
    travel: pd.DataFrame,
    transport: pd.DataFrame,
    compatibility: pd.DataFrame,
    choices: GapChoices,
) -> csr_array:
    """Return a matrix of homes by offers: one where an offer suits and is within the catchment."""
    pairs = homes.assign(home=range(len(homes))).merge(
        suited_groups(compatibility), on="need_group"
    )
    pairs = pairs.merge(offers.assign(offer=range(len(offers))), on=["designation", "phase"]).merge(
        travel, on=["area_code", "site_id"]
    )
    minutes, _ = ride_and_price(
        transport, pairs, pairs["minutes"].to_numpy(), pairs["distance_km"].to_numpy()
    )
    near = pairs[minutes <= pairs["phase"].map(choices.catchment_minutes).to_numpy(dtype=float)]
    cells = (near["home"].to_numpy(dtype=np.intp), near["offer"].to_numpy(dtype=np.intp))
    return csr_array((np.ones(len(near)), cells), shape=(len(homes), len(offers)))
