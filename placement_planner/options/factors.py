"""Soft factors of hosts, each from 0 to 1 and blank where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.options.filters import BAND_AGES

if TYPE_CHECKING:
    from placement_planner.scenario import HostChoices

__all__ = ["population_ratios", "weighted_mean", "with_factors"]

_PEERS = ["authority_code", "phase"]
_FEWEST_PEERS = 2
_DECILES = 10


def population_ratios(
    projection: pd.DataFrame, base_year: int, years_ahead: int
) -> tuple[pd.Series, int]:
    """Compare the population of a school's ages years ahead with that of the base year.

    Parameters
    ----------
    projection
        authority_code, academic_year, age, children.
    base_year
        Academic year that rolls are of.
    years_ahead
        Years on; fewer where the projection ends before.

    Returns
    -------
    tuple
        Later over now by (authority_code, school_phase), 1 where nobody lived; and the year.

    Raises
    ------
    DataError
        If the projection lacks the base year.
    """
    years = projection["academic_year"]
    if not years.eq(base_year).any():
        raise DataError(
            f"population_projection has no {base_year}, the year that rolls are of; it has "
            f"{years.min()} to {years.max()}"
        )
    ahead = int(min(base_year + years_ahead, years.max()))
    spans = BAND_AGES | {"all_through": (BAND_AGES["primary"][0], BAND_AGES["secondary"][1])}
    parts = {}
    for phase, ages in spans.items():
        of_age = projection[projection["age"].between(*ages)]
        sums = of_age.pivot_table(
            index="authority_code", columns="academic_year", values="children", aggfunc="sum"
        )
        now = sums[base_year]
        parts[phase] = (sums[ahead] / now.where(now > 0)).fillna(1.0)
    ratios = pd.concat(parts, names=["school_phase"]).swaplevel().sort_index()
    return ratios, ahead


def _over_most(rows: pd.DataFrame, name: str) -> pd.Series:
    """Divide a column by its most among schools for the same phase and need; 0 where all are."""
    most = rows.groupby(["phase", "need_group"])[name].transform("max")
    return (rows[name] / most.where(most > 0)).fillna(0.0).where(rows[name].notna())


def _over_cap(spare: pd.Series, cap: pd.Series) -> pd.Series:
    """Spare places over the largest base that may stand there, between 0 and 1."""
    share = (spare.clip(lower=0.0) / cap.where(cap > 0)).clip(upper=1.0)
    return share.mask(cap.eq(0) & spare.notna(), 0.0)


def _peers_mean(rows: pd.DataFrame, top: pd.Series, bottom: pd.Series) -> pd.Series:
    """Sum over sum of a school's peers (authority and phase); blank where it has no other."""
    known = top.notna() & bottom.gt(0)
    parts = rows[_PEERS].assign(top=top.where(known), bottom=bottom.where(known), known=known)
    sums = parts.groupby(_PEERS)[["top", "bottom", "known"]].transform("sum")
    return (sums["top"] / sums["bottom"]).where(sums["known"].ge(_FEWEST_PEERS))


def inclusion(schools: pd.DataFrame) -> pd.Series:
    """Mean of what is known of two: few suspensions, a share with plans near its peers'.

    With :math:`x` a school's suspensions per 100 over the mean of its peers (schools of the
    authority and phase with a number), the first is 1 − x/2, at least 0: 1 without any, one half
    at the mean, 0 from twice the mean. With :math:`y` its share of children with plans over its
    peers', the second is 1 − |y − 1|, at least 0: 1 at their share, 0 at none and from twice.
    """
    count = schools["suspensions_per_100"]
    mean = _peers_mean(schools, count, pd.Series(1.0, index=schools.index))
    calm = (1 - count / mean.where(mean > 0) / 2).clip(lower=0.0)
    calm = calm.mask(mean.eq(0) & count.notna(), 1.0)
    plans, roll = schools["children_with_plans"], schools["roll"]
    usual = _peers_mean(schools, plans, roll)
    fair = (1 - (plans / roll.where(roll > 0) / usual.where(usual > 0) - 1).abs()).clip(lower=0.0)
    return pd.concat([calm, fair], axis=1).mean(axis=1)


def _condition(rows: pd.DataFrame) -> pd.Series:
    """Mean of what is known of the building's grade and step-free access."""
    grades = code_table("building_conditions").set_index("condition")["factor"]
    graded = rows["condition"].map(grades).astype(float)
    access = rows["accessible"].map({"yes": 1.0, "no": 0.0}).astype(float)
    return pd.concat([graded, access], axis=1).mean(axis=1)


def with_factors(rows: pd.DataFrame, choices: HostChoices) -> pd.DataFrame:
    """Add every soft factor.

    Parameters
    ----------
    rows
        Schools by phase band and need group, with the figures that factors are made from, and
        `inclusion`; distances are infinite where there is no base at all.
    choices
        Distances at which factors are full.
    """
    reach = rows["other_phase_km"]
    return rows.assign(
        factor_need=_over_most(rows, "children_near"),
        factor_spare=_over_cap(rows["spare_places"], rows["cap_places"]),
        factor_spare_ahead=_over_cap(rows["spare_ahead"], rows["cap_places"]),
        factor_base_distance=(rows["nearest_base_km"] / choices.base_km).clip(upper=1.0),
        factor_continuity=reach.le(choices.continuity_km).astype(float).where(reach.notna()),
        factor_inclusion=rows["inclusion"],
        factor_condition=_condition(rows),
        factor_deprivation=(_DECILES - rows["imd_decile"].astype(float)) / (_DECILES - 1),
    )


def weighted_mean(factors: pd.DataFrame, weights: pd.Series) -> pd.Series:
    r"""Mean of the factors that are known, weighed; blank where none of weight is known.

    .. math:: s = \frac{\sum_{k \text{ known}} w_k f_k}{\sum_{k \text{ known}} w_k}

    Examples
    --------
    >>> factors = pd.DataFrame({"need": [1.0, 0.5], "spare": [0.0, np.nan]})
    >>> weighted_mean(factors, pd.Series({"need": 3.0, "spare": 1.0})).tolist()
    [0.75, 0.5]
    """
    values, weight = factors.to_numpy(dtype=float), weights[factors.columns].to_numpy(dtype=float)
    known = np.isfinite(values)
    total = known @ weight
    summed = np.where(known, values, 0.0) @ weight
    means = np.divide(summed, total, out=np.full(len(factors), np.nan), where=total > 0)
    return pd.Series(means.clip(0.0, 1.0), index=factors.index)
