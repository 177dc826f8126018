"""Children who stay where they are: how long, and where; tables that supply and siting read."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import FIRST_YEAR, LAST_YEAR, NEED_GROUPS, PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "Followers",
    "Kept",
    "Survival",
    "diagonal_survival",
    "next_pools",
    "phases_moved",
    "survival_shares",
]

_SLOT = ["site_id", "designation", "phase"]


class Survival(Table):
    """Share of the children who came in one year that are still to be counted in a later one.

    A child who moves on to the next phase stays in the table, under that phase: in an all-through
    school they keep their place, anywhere else they are to be placed again.
    """

    class Config(Table.Config):
        name = "survival"
        unique = [
            "authority_code", "need_group", "phase", "entry_year", "academic_year", "in_phase",
        ]  # fmt: skip

    authority_code: str = column("Authority the children live in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band in which they came", isin=PHASES)
    entry_year: int = column("Academic year in which they came", ge=FIRST_YEAR, le=LAST_YEAR)
    academic_year: int = column("Academic year counted", ge=FIRST_YEAR, le=LAST_YEAR)
    in_phase: str = column("Phase band they are in by then", isin=PHASES)
    share: float = column("Share of them who are", gt=0, le=1)


class Kept(Table):
    """Children who keep a place they held at the base January, by planned year.

    They stay until they leave the last phase of their school, also where it is over-full, beyond a
    limit, or a poor match.
    """

    class Config(Table.Config):
        name = "kept"
        unique = ["area_code", "need_group", "phase", "academic_year", "pool_id"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    authority_code: str = column("Authority they live in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band they are in by then", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    pool_id: str = column("Pool they hold places of: a provision_id", str_matches=CODE)
    site_id: str = column("Its site", str_matches=CODE)
    is_independent: bool = column("Whether it is independent or non-maintained")
    children: float = column("Children; fractions are kept", unit="children", gt=0)


class Followers(Table):
    """Shares of those who stay, and who come up in an all-through school, that need has room for.

    Survival is an authority's, need an area's own: where the area has fewer children in need than
    would still be in the phase, or come up to it, they are lowered to them. Rows in which both
    shares are 1 are left out.
    """

    class Config(Table.Config):
        name = "followers"
        unique = ["area_code", "need_group", "phase", "academic_year"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band they are in by then", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    share: float = column("Share of those who would come up to the phase", ge=0, le=1)
    stay_share: float = column(
        "Share of those placed in an earlier year who would still be in the phase", ge=0, le=1
    )


def next_pools(pools: pd.DataFrame) -> pd.Series:
    """Return for each pool the pool of the same site and designation in the next phase.

    A school that has both is all-through: its children move on without a new placement.

    Parameters
    ----------
    pools
        pool_id, site_id, designation, phase; where two pools share the last three, the first in
        order of pool_id takes those who move on.

    Returns
    -------
    Series
        pool_id of the next phase, by pool_id; blank where there is none.

    Examples
    --------
    >>> pools = pd.DataFrame({"pool_id": ["a", "b", "c"], "site_id": ["S", "S", "T"],
    ...     "designation": "asd_special", "phase": ["primary", "secondary", "primary"]})
    >>> next_pools(pools).to_dict()
    {'a': 'b', 'b': '', 'c': ''}
    """
    ordered = pools.sort_values("pool_id")
    first = ordered.drop_duplicates(_SLOT).set_index(_SLOT)["pool_id"]
    following = dict(itertools.pairwise(PHASES))
    after = ordered.assign(phase=ordered["phase"].map(following))
    found = first.reindex(pd.MultiIndex.from_frame(after[_SLOT])).fillna("")
    return pd.Series(found.to_numpy(dtype=object), index=ordered["pool_id"].to_numpy(), dtype="str")


def phases_moved(earlier: pd.Series, later: pd.Series) -> NDArray[np.int64]:
    """Return how many phases children have moved on, row by row.

    Examples
    --------
    >>> phases_moved(pd.Series(["primary", "primary"]), pd.Series(["primary", "post_16"])).tolist()
    [0, 2]
    """
    order = pd.Index(PHASES)
    moved: NDArray[np.int64] = order.get_indexer(later) - order.get_indexer(earlier)
    return moved


def survival_shares(
    survival: pd.DataFrame, profiles: pd.MultiIndex, years: Sequence[int]
) -> NDArray[np.float64]:
    """Lay out survival by profile, phases moved on, year of entry and year: (P, 3, T, T).

    Parameters
    ----------
    profiles
        authority_code, need_group, phase.
    years
        Planned academic years; cohorts of others are left out.
    """
    place = pd.Index(list(years))
    told = survival[survival["entry_year"].isin(place) & survival["academic_year"].isin(place)]
    who = pd.MultiIndex.from_frame(told[["authority_code", "need_group", "phase"]])
    profile = profiles.get_indexer(who)
    cells = (
        phases_moved(told["phase"], told["in_phase"]),
        place.get_indexer(told["entry_year"]),
        place.get_indexer(told["academic_year"]),
    )
    shares = np.zeros((len(profiles), len(PHASES), len(place), len(place)))
    known = profile >= 0
    target = (profile[known], *(each[known] for each in cells))
    shares[target] = told["share"].to_numpy(dtype=float)[known]
    return shares


def diagonal_survival(groups: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the survival of a snapshot: everybody is placed afresh every year.

    Parameters
    ----------
    groups
        authority_code, need_group, phase: a row each.
    years
        Planned academic years.

    Returns
    -------
    DataFrame
        As `Survival`: the year of entry alone, a share of 1.
    """
    each = groups[["authority_code", "need_group", "phase"]].drop_duplicates()
    rows = each.merge(pd.DataFrame({"entry_year": list(years)}), how="cross")
    return rows.assign(academic_year=rows["entry_year"], in_phase=rows["phase"], share=1.0)
