"""Children with plans, carried forward by cohort-flow ratios on rates per head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.tables.study import Caseload, PopulationProjection

__all__ = ["cohort_ratios", "project_caseload", "project_plans"]

AGE_AT_RECEPTION = 4
OLDEST_NCY = 20
LAST_ENTRY_NCY = 0
"""Children up to and including Reception enter at the base January's rate per head."""

_CELL = ["authority_code", "ncy"]


def _rates(
    caseload: DataFrame[Caseload], projection: DataFrame[PopulationProjection]
) -> pd.DataFrame:
    """Plans, population and rate per head by authority, ncy and January."""
    people = projection.assign(
        ncy=projection["age"] - AGE_AT_RECEPTION, january=projection["academic_year"] + 1
    )[["authority_code", "ncy", "january", "children"]].rename(columns={"children": "population"})
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


def cohort_ratios(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    pooling_children: float,
) -> pd.DataFrame:
    r"""Ratio of the rate per head at one NCY to that of the same cohort a January before.

    .. math:: \rho_{la} = \frac{\sum_t n_{l,a+1,t+1} + K \rho_a}
        {\sum_t n_{lat} P_{l,a+1,t+1} / P_{lat} + K}

    Parameters
    ----------
    caseload
        Children with plans :math:`n` at two or more successive Januaries.
    projection
        Children :math:`P` of each age in the academic years of those Januaries.
    pooling_children
        Weight :math:`K` of the region's ratio :math:`\rho_a`, in children.

    Returns
    -------
    DataFrame
        authority_code, ncy (before the step), ratio, region_ratio and own_weight, the share that
        the authority's own children carry.

    Raises
    ------
    DataError
        If no two Januaries follow each other.
    """
    rates = _rates(caseload, projection)
    later = rates.assign(ncy=rates["ncy"] - 1, january=rates["january"] - 1)
    steps = rates.merge(later, on=[*_CELL, "january"], suffixes=("", "_later"))
    if steps.empty:
        raise DataError(
            "caseload holds no two Januaries that follow each other; "
            "cohort-flow ratios need at least two"
        )
    with_people = steps["population"] > 0
    steps["expected"] = steps["children"].where(with_people, 0.0) * (
        steps["population_later"] / steps["population"].where(with_people, 1.0)
    )
    own = steps.groupby(_CELL)[["children_later", "expected"]].sum()
    region = own.groupby("ncy").sum()
    region_ratio = (region["children_later"] / region["expected"]).where(
        region["expected"] > 0, 1.0
    )
    own = own.join(region_ratio.rename("region_ratio"), on="ncy")
    weight = own["expected"] + pooling_children
    own["ratio"] = (
        (own["children_later"] + pooling_children * own["region_ratio"])
        / weight.where(weight > 0, 1.0)
    ).where(weight > 0, own["region_ratio"])
    own["own_weight"] = (own["expected"] / weight.where(weight > 0, 1.0)).where(weight > 0, 0.0)
    return own.reset_index()[[*_CELL, "ratio", "region_ratio", "own_weight"]]


def _base_rates(now: pd.DataFrame) -> pd.Series:
    """Return plans per head by authority and NCY; the region's where nobody of that age lives."""
    region = now.groupby("ncy")[["children", "population"]].sum()
    shared = region["children"] / region["population"].where(region["population"] > 0)
    own = now["children"] / now["population"].where(now["population"] > 0)
    rate = own.fillna(now["ncy"].map(shared)).fillna(0.0)
    return rate.set_axis(pd.MultiIndex.from_frame(now[_CELL]))


def project_plans(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    base_january: int,
    last_year: int,
    pooling_children: float,
) -> pd.DataFrame:
    r"""Project children with plans by authority and NCY, all needs and settings together.

    .. math:: n_{l,a+1,t+1} = n_{lat} \, \rho_{la} \, P_{l,a+1,t+1} / P_{lat}

    and for NCY up to Reception the base January's rate times the population.

    Returns
    -------
    DataFrame
        authority_code, ncy, academic_year, children; from the base year to `last_year`.

    Raises
    ------
    DataError
        If the caseload lacks the base January, or the population a year.
    """
    rates = _rates(caseload, projection)
    now = rates[rates["january"] == base_january]
    if now.empty:
        raise DataError(f"caseload has no rows for January {base_january}, the base of the run")
    people = projection.assign(ncy=projection["age"] - AGE_AT_RECEPTION).set_index(
        [*_CELL, "academic_year"]
    )["children"]
    ratios = cohort_ratios(caseload, projection, pooling_children).set_index(_CELL)["ratio"]
    rate = _base_rates(now)
    entry = rate[rate.index.get_level_values("ncy") <= LAST_ENTRY_NCY]
    parts = [now[[*_CELL, "children"]].assign(academic_year=base_january - 1)]
    for year in range(base_january, last_year + 1):
        if year not in people.index.get_level_values("academic_year"):
            raise DataError(f"population_projection has no rows for academic year {year}")
        moved = (rate * ratios.reindex(rate.index)).reset_index(name="rate")
        moved["ncy"] += 1
        moved = moved[(moved["ncy"] > LAST_ENTRY_NCY) & (moved["ncy"] <= OLDEST_NCY)]
        rate = pd.concat([entry, moved.set_index(_CELL)["rate"]]).clip(upper=1.0)
        heads = people.xs(year, level="academic_year").reindex(rate.index).fillna(0.0)
        parts.append((rate * heads).reset_index(name="children").assign(academic_year=year))
    return pd.concat(parts, ignore_index=True)[[*_CELL, "academic_year", "children"]]


def project_caseload(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    base_january: int,
    years: Sequence[int],
    pooling_children: float,
) -> pd.DataFrame:
    """Split projected plans by need and setting as they are at the base January.

    The mix is held within authority and NCY, so children move to the mix of the year group they
    reach. A year group without children in an authority takes the region's mix.

    Raises
    ------
    DataError
        If a planned year lies before the base year.

    Returns
    -------
    DataFrame
        authority_code, ncy, need_type, setting, academic_year, children; the base year and
        `years`.
    """
    early = [year for year in years if year < base_january - 1]
    if early:
        raise DataError(
            f"{len(early)} planned year(s) lie before the base, for example {early[0]}; the first "
            f"that can be planned is {base_january - 1}, the year of January {base_january}"
        )
    wanted = {base_january - 1, *years}
    plans = project_plans(caseload, projection, base_january, max(wanted), pooling_children)
    plans = plans[plans["academic_year"].isin(wanted) & (plans["children"] > 0)]
    base = caseload[(caseload["january"] == base_january) & (caseload["children"] > 0)]
    own = base[[*_CELL, "need_type", "setting", "children"]]
    share = own["children"] / own.groupby(_CELL)["children"].transform("sum")
    own = own.assign(share=share).drop(columns="children")
    region = base.groupby(["ncy", "need_type", "setting"], as_index=False)["children"].sum()
    region["share"] = region["children"] / region.groupby("ncy")["children"].transform("sum")
    with_own = plans.merge(own, on=_CELL)
    without = plans.merge(own[_CELL].drop_duplicates(), on=_CELL, how="left", indicator=True)
    without = without[without["_merge"] == "left_only"].drop(columns="_merge")
    with_region = without.merge(region.drop(columns="children"), on="ncy")
    cube = pd.concat([with_own, with_region], ignore_index=True)
    cube["children"] *= cube["share"]
    return cube.drop(columns="share")
