"""Year groups carried forward by cohort-flow ratios, shrunk to the region's and the nation's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.held import people_by_ncy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.tables.study import Caseload, PopulationProjection

__all__ = ["cohort_ratios", "year_group_paths"]

OLDEST_NCY = 20
LAST_ENTRY_NCY = 0
"""Children up to and including Reception enter at the base January's rate per head."""

_CELL = ["authority_code", "ncy"]


def _rates(
    caseload: DataFrame[Caseload], projection: DataFrame[PopulationProjection]
) -> pd.DataFrame:
    """Plans, population and rate per head by authority, ncy and January."""
    people = people_by_ncy(projection).rename("population").reset_index()
    people["january"] = people["academic_year"] + 1
    people = people[[*_CELL, "january", "population"]]
    plans = caseload.groupby([*_CELL, "january"], as_index=False)["children"].sum()
    januaries = plans["january"].unique()
    both = people[people["january"].isin(januaries)].merge(
        plans, on=[*_CELL, "january"], how="left"
    )
    both["children"] = both["children"].fillna(0.0)
    missing = set(januaries) - set(both["january"])
    if missing:
        raise DataError(
            f"population_projection has no rows for the academic years of January "
            f"{', '.join(map(str, sorted(missing)))}; it must cover every January of the caseload"
        )
    return both


def _steps(rates: pd.DataFrame) -> pd.DataFrame:
    """Children of a cohort after a step, and what its rate before would make of them."""
    later = rates.assign(ncy=rates["ncy"] - 1, january=rates["january"] - 1)
    steps = rates.merge(later, on=[*_CELL, "january"], suffixes=("", "_later"))
    with_people = steps["population"] > 0
    steps["expected"] = steps["children"].where(with_people, 0.0) * (
        steps["population_later"] / steps["population"].where(with_people, 1.0)
    )
    return steps


def cohort_ratios(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    pooling_children: float,
) -> pd.DataFrame:
    r"""Ratio of the rate per head at one NCY to that of the same cohort a January before.

    .. math:: \rho_{la} = \frac{\sum_t n_{l,a+1,t+1} + K \rho_a}
        {\sum_t n_{lat} P_{l,a+1,t+1} / P_{lat} + K}

    and the region's :math:`\rho_a` is shrunk to the nation's in the same way.

    Parameters
    ----------
    caseload
        Children with plans :math:`n` by January; one January leaves the nation's ratios.
    projection
        Children :math:`P` of each age in the academic years of those Januaries.
    pooling_children
        Weight :math:`K` of the region's ratio, and of the nation's in it, in children.

    Returns
    -------
    DataFrame
        authority_code, ncy (before the step), ratio, region_ratio, national_ratio, own_weight (the
        share that the authority's own children carry) and region_weight (the share of the region
        in its ratio).
    """
    rates = _rates(caseload, projection)
    nation = code_table("cohort_flow_ratios").set_index("ncy")["ratio"]
    cells = rates[_CELL].drop_duplicates().set_index(_CELL).index
    seen = _steps(rates).groupby(_CELL)[["children_later", "expected"]].sum()
    own = seen.reindex(cells, fill_value=0.0).astype(float)
    region = own.groupby("ncy").sum()
    region["national"] = nation.reindex(region.index).fillna(1.0)
    region["ratio"], region["weight"] = _shrunk(region, region["national"], pooling_children)
    own = own.join(
        region[["ratio", "national", "weight"]].set_axis(
            ["region_ratio", "national_ratio", "region_weight"], axis=1
        ),
        on="ncy",
    )
    own["ratio"], own["own_weight"] = _shrunk(own, own["region_ratio"], pooling_children)
    names = ["ratio", "region_ratio", "national_ratio", "own_weight", "region_weight"]
    return own.reset_index()[[*_CELL, *names]].sort_values(_CELL, ignore_index=True)


def _shrunk(
    counts: pd.DataFrame, towards: pd.Series, pooling_children: float
) -> tuple[pd.Series, pd.Series]:
    """Return the ratio of counts, shrunk, and the share that the counts carry in it."""
    weight = counts["expected"] + pooling_children
    ratio = (counts["children_later"] + pooling_children * towards) / weight.where(weight > 0, 1.0)
    share = counts["expected"] / weight.where(weight > 0, 1.0)
    return ratio.where(weight > 0, towards), share.where(weight > 0, 0.0)


def _base_rates(now: pd.DataFrame) -> pd.Series:
    """Return plans per head by authority and NCY; the region's where nobody of that age lives."""
    region = now.groupby("ncy")[["children", "population"]].sum()
    shared = region["children"] / region["population"].where(region["population"] > 0)
    own = now["children"] / now["population"].where(now["population"] > 0)
    rate = own.fillna(now["ncy"].map(shared)).fillna(0.0)
    return rate.set_axis(pd.MultiIndex.from_frame(now[_CELL]))


def year_group_paths(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    base_january: int,
    years: Sequence[int],
    pooling_children: float,
    totals: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Carry year groups forward, all needs and settings together, to totals that are given.

    .. math:: n_{l,a+1,t+1} = n_{lat} \, \rho_{la} \, P_{l,a+1,t+1} / P_{lat}

    and for NCY up to Reception the base January's rate times the population. Each year is then
    scaled to the authority's total, which also scales the rates that go on.

    Parameters
    ----------
    years
        Academic years wanted, after the base January's.
    totals
        Children by authority_code and academic_year; None leaves the cohorts' own sums.

    Returns
    -------
    DataFrame
        authority_code, ncy, academic_year, children; the base year and `years`.
    """
    rates = _rates(caseload, projection)
    now = rates[rates["january"] == base_january]
    people = people_by_ncy(projection)
    ratios = cohort_ratios(caseload, projection, pooling_children).set_index(_CELL)["ratio"]
    rate = _base_rates(now)
    entry = rate[rate.index.get_level_values("ncy") <= LAST_ENTRY_NCY]
    parts = [now[[*_CELL, "children"]].assign(academic_year=base_january - 1)]
    for year in range(base_january, max([base_january - 1, *years]) + 1):
        moved = (rate * ratios.reindex(rate.index)).reset_index(name="rate")
        moved["ncy"] += 1
        moved = moved[(moved["ncy"] > LAST_ENTRY_NCY) & (moved["ncy"] <= OLDEST_NCY)]
        rate = pd.concat([entry, moved.set_index(_CELL)["rate"]]).clip(upper=1.0)
        heads = people.xs(year, level="academic_year").reindex(rate.index).fillna(0.0)
        children = rate * heads
        if totals is not None:
            scale = _scale_to(children, totals.xs(year, level="academic_year"))
            rate, children = rate * scale, children * scale
            entry = rate[rate.index.get_level_values("ncy") <= LAST_ENTRY_NCY]
        parts.append(children.reset_index(name="children").assign(academic_year=year))
    paths = pd.concat(parts, ignore_index=True)
    wanted = paths["academic_year"].isin([base_january - 1, *years])
    return paths.loc[wanted, [*_CELL, "academic_year", "children"]].reset_index(drop=True)


def _scale_to(children: pd.Series, totals: pd.Series) -> pd.Series:
    """Return what each authority's children are multiplied by to add up to its total."""
    authority = children.index.get_level_values("authority_code")
    sums = children.groupby(level="authority_code").sum()
    factor = (totals.reindex(sums.index) / sums.where(sums > 0)).fillna(1.0)
    return pd.Series(factor.reindex(authority).to_numpy(), index=children.index)
