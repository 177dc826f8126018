"""Children across borders: from elsewhere in, ours out, and between authorities of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.supply import COURSES, AcrossBorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.tables.stages import Placed
    from placement_planner.tables.study import (
        CrossBorder,
        Flows,
        NeedGroupRules,
        Provision,
        Sites,
    )

__all__ = ["OUTSIDE", "children_across_border", "exchange_matrix"]

OUTSIDE = "OUTSIDE"
"""Where children are who are placed out of the region, and the authority of places there."""

_HELD_CONSTANT, _STATED = COURSES
_SPECIAL_SETTING = "state_special"
_KEY = ["direction", "authority_code", "place", "need_group", "phase"]
_REPLACED = {
    "in": ["direction", "place"],
    "out": ["direction", "authority_code", "need_group", "phase"],
}


def children_across_border(
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    flows: DataFrame[Flows] | None,
    areas: pd.DataFrame,
    rules: DataFrame[NeedGroupRules],
    years: Sequence[int],
    stated: DataFrame[CrossBorder] | None = None,
) -> DataFrame[AcrossBorder]:
    """Return who crosses the region's border in each year, and whether that is stated or held.

    Parameters
    ----------
    provision, sites
        Children from elsewhere hold places of a pool; they are taken to be of its need group.
    flows, areas
        Children placed outside the region at the base, by home; none where there are no flows.
    rules
        Need group by need and phase. Of children placed outside, that of a state special school.
    years
        Academic years.
    stated
        The study's own numbers. Each stands from its year on until the next row of the same place,
        need group and phase. From its first row on, a pool's own number of children from elsewhere
        no longer stands, nor does the number of children placed outside of that authority, need
        group and phase.

    Returns
    -------
    DataFrame
        One row a direction, authority, place, need group, phase and year; nobody has no row.
    """
    base = pd.concat(
        [_from_elsewhere(provision, sites), _placed_outside(flows, areas, rules)],
        ignore_index=True,
    )
    told = _stated_rows(stated)
    by_year = [_in_year(base, told, year).assign(academic_year=year) for year in years]
    rows = pd.concat([base.iloc[:0].assign(academic_year=0), *by_year], ignore_index=True)
    rows = rows[rows["children"] > 0].sort_values([*_KEY, "academic_year"])
    return checked(AcrossBorder, rows)


def _from_elsewhere(provision: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return the children from elsewhere of each pool at the base."""
    held = provision[provision["from_elsewhere"] > 0]
    authority = sites.set_index("site_id")["authority_code"]
    return pd.DataFrame(
        {
            "direction": "in",
            "authority_code": authority.reindex(held["site_id"]).to_numpy(),
            "place": held["provision_id"].to_numpy(),
            "need_group": held["designation"].to_numpy(),
            "phase": held["phase"].to_numpy(),
            "children": held["from_elsewhere"].to_numpy(dtype=float),
            "course": _HELD_CONSTANT,
            "basis": held["basis"].to_numpy(),
        }
    )


def _placed_outside(
    flows: pd.DataFrame | None, areas: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    """Return the children placed outside at the base, by authority, need group and phase."""
    empty = {name: pd.Series(dtype="str") for name in [*_KEY, "course", "basis"]}
    if flows is None or not (flows["provision_id"] == OUTSIDE).any():
        return pd.DataFrame(empty | {"children": pd.Series(dtype="float64")})
    away = flows[flows["provision_id"] == OUTSIDE]
    groups = rules.loc[rules["setting"] == _SPECIAL_SETTING, ["need_type", "phase", "need_group"]]
    away = away.merge(areas[["area_code", "authority_code"]], on="area_code")
    away = away.merge(groups, on=["need_type", "phase"])
    keys = ["authority_code", "need_group", "phase"]
    summed = away.groupby(keys, as_index=False).agg(
        children=("children", "sum"), basis=("basis", "first")
    )
    return summed.assign(direction="out", place=OUTSIDE, course=_HELD_CONSTANT)


def _stated_rows(stated: pd.DataFrame | None) -> pd.DataFrame:
    """Return the study's own rows, as from `_placed_outside` with the year each stands from."""
    if stated is None:
        names = [*_KEY, "course", "basis"]
        empty = {name: pd.Series(dtype="str") for name in names}
        return pd.DataFrame(
            empty
            | {
                "children": pd.Series(dtype="float64"),
                "academic_year": pd.Series(dtype="int64"),
            }
        )
    return pd.DataFrame(stated)[[*_KEY, "children", "academic_year", "basis"]].assign(
        course=_STATED
    )


def _in_year(base: pd.DataFrame, told: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the rows that stand in a year: the latest stated, and what none of them replaces."""
    latest = (
        told[told["academic_year"] <= year]
        .sort_values("academic_year")
        .drop_duplicates(_KEY, keep="last")
        .drop(columns="academic_year")
    )
    left = []
    for direction, scope in _REPLACED.items():
        own = base[base["direction"] == direction]
        replaced = pd.MultiIndex.from_frame(own[scope]).isin(
            pd.MultiIndex.from_frame(latest[scope])
        )
        left.append(own[~replaced])
    return pd.concat([*left, latest], ignore_index=True)


def exchange_matrix(
    placed: DataFrame[Placed],
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    across: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count children by the authority they live in and the authority their place lies in.

    Parameters
    ----------
    placed
        Who is placed where in the region.
    provision, sites
        Pools, and the authorities they lie in.
    across
        Rows of one year of `AcrossBorder`: with them the matrix holds children from elsewhere and
        children placed elsewhere, whose other end is ``OUTSIDE``.

    Returns
    -------
    DataFrame
        authority_code (of the home), place_authority_code, phase, provision_kind (special or
        base), children; nobody has no row.

    Examples
    --------
    >>> placed = pd.DataFrame({"authority_code": ["A", "A"], "provision_id": ["p", "q"],
    ...                        "phase": "primary", "children": [2.0, 3.0]})
    >>> pools = pd.DataFrame({"provision_id": ["p", "q"], "site_id": ["s", "t"],
    ...                       "provision_type": "special_school"})
    >>> sites = pd.DataFrame({"site_id": ["s", "t"], "authority_code": ["A", "B"]})
    >>> exchange_matrix(placed, pools, sites)[["place_authority_code", "children"]].values.tolist()
    [['A', 2.0], ['B', 3.0]]
    """
    kinds = code_table("provision_types")[["provision_type", "provision_kind"]]
    where = sites[["site_id", "authority_code"]].rename(
        columns={"authority_code": "place_authority_code"}
    )
    pools = provision[["provision_id", "site_id", "provision_type"]].merge(kinds).merge(where)
    rows = placed[["authority_code", "provision_id", "phase", "children"]].merge(
        pools[["provision_id", "place_authority_code", "provision_kind"]], on="provision_id"
    )
    if across is not None:
        rows = pd.concat([rows, _across_ends(across, pools)], ignore_index=True)
    keys = ["authority_code", "place_authority_code", "phase", "provision_kind"]
    return rows.groupby(keys, as_index=False)["children"].sum()


def _across_ends(across: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Return children across the border with home and place, one of which is outside."""
    is_in = across["direction"] == "in"
    groups = code_table("need_groups").set_index("need_group")["provision_kind"]
    held = pools.set_index("provision_id")["provision_kind"]
    kind = across["place"].map(held).where(is_in, across["need_group"].map(groups))
    return pd.DataFrame(
        {
            "authority_code": across["authority_code"].where(~is_in, OUTSIDE),
            "place_authority_code": across["authority_code"].where(is_in, OUTSIDE),
            "phase": across["phase"],
            "provision_kind": kind,
            "children": across["children"],
        }
    )
