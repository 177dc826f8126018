"""The gap by residence: children of an authority against the places that lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.gap import Gap

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.stages import Need, Pools
    from placement_planner.tables.study import Compatibility

__all__ = ["gap_by_residence", "suited_groups"]

_OFFER = ["authority_code", "designation", "phase", "academic_year"]
_ROW = ["authority_code", "need_group", "phase", "academic_year"]


def suited_groups(compatibility: DataFrame[Compatibility]) -> pd.DataFrame:
    """Return need_group and designation of the pairs that are suited; tolerable ones are not."""
    return compatibility.loc[compatibility["match"] == "suited", ["need_group", "designation"]]


def gap_by_residence(
    need: DataFrame[Need], pools: DataFrame[Pools], compatibility: DataFrame[Compatibility]
) -> DataFrame[Gap]:
    r"""Set the need of every authority against the places that lie in it.

    A place is set against the need groups that its designation suits, each place once: with
    :math:`n_k` the authority's need of a phase and year and :math:`K(d)` the groups that suit,

    .. math:: \text{supply}_k = \sum_d p_d \frac{n_k}{\sum_{k' \in K(d)} n_{k'}}

    and where none of them is needed, the places stay with the group they are designed for.

    Parameters
    ----------
    need
        By area of any level.
    pools
        Places for residents. Those outside the region belong to no authority of it and are left
        out.
    compatibility
        Which places suit which group.
    """
    wanted = need.groupby(_ROW, as_index=False)["children"].sum()
    own = pools[pools["authority_code"].isin(need["authority_code"]) & (pools["places"] > 0)]
    there = own.groupby(_OFFER, as_index=False)["places"].sum()
    supply = _shared_out(there, wanted, compatibility)
    both = pd.concat([wanted.rename(columns={"children": "need"}), supply], ignore_index=True)
    rows = both.groupby(_ROW, as_index=False)[["need", "supply"]].sum()
    gap = rows["need"] - rows["supply"]
    return checked(
        Gap,
        rows.assign(
            way="residence", area_code=rows["authority_code"], gap=gap, unmet=gap.clip(lower=0)
        ),
    )


def _shared_out(
    there: pd.DataFrame, wanted: pd.DataFrame, compatibility: pd.DataFrame
) -> pd.DataFrame:
    """Return supply by authority, need group, phase and year; adds up to the places there."""
    offers = there.merge(suited_groups(compatibility), on="designation").merge(wanted, on=_ROW)
    sought = offers.groupby(_OFFER)["children"].transform("sum")
    shared, sought = offers[sought > 0], sought[sought > 0]
    shared = shared.assign(supply=shared["places"] * shared["children"] / sought)
    offered = pd.MultiIndex.from_frame(there[_OFFER])
    left = there[~offered.isin(pd.MultiIndex.from_frame(shared[_OFFER]))]
    left = left.assign(need_group=left["designation"], supply=left["places"])
    both = pd.concat([part[[*_ROW, "supply"]] for part in (shared, left)])
    return both.groupby(_ROW, as_index=False)["supply"].sum()
