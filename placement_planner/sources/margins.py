"""Margins of the caseload: placements by age, needs by placement and by age, as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.sources.fitting import ratio
from placement_planner.sources.plan_counts import TOTAL, of_topic
from placement_planner.tables.study import NEED_TYPES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "AGES",
    "ALL_PLANS",
    "PLACEMENTS",
    "YEAR_GROUPS",
    "Needs",
    "Placements",
    "read_needs",
    "read_placements",
    "settings_of_totals",
    "time_periods",
    "year_group",
]

ALL_PLANS = ("All EHC plans",)
AGES = ("Child or young persons age",)
PLACEMENTS = ("Type of placement",)
YEAR_GROUPS = tuple(range(-4, 21))
_SMALL = 1e-6


def year_group(breakdown: pd.Series) -> pd.Series:
    """Turn published ages (on 31 August) into year groups: age − 4, open ends at their edge.

    Examples
    --------
    >>> year_group(pd.Series(["under 3", "age 4", "age 11", "age 25", "unknown"])).tolist()
    [-2.0, 0.0, 7.0, 20.0, nan]
    """
    text = breakdown.str.lower()
    age = pd.to_numeric(text.str.extract(r"(\d+)")[0], errors="coerce").astype("float64")
    age = age.where(~text.str.startswith("under"), age - 1)
    return (age - 4).clip(YEAR_GROUPS[0], YEAR_GROUPS[-1])


def _cube(cells: pd.DataFrame, axes: Mapping[str, Sequence[object]]) -> NDArray[np.float64]:
    """Sum children over the axes named, in their order; what is absent is nought."""
    summed = cells.dropna(subset=["children"]).groupby(list(axes))["children"].sum()
    index = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
    values = summed.reindex(index, fill_value=0.0).to_numpy(dtype="float64")
    cube: NDArray[np.float64] = values.reshape([len(levels) for levels in axes.values()])
    return cube


def _of(cells: pd.DataFrame, is_wanted: pd.Series) -> pd.DataFrame:
    return cells[is_wanted.reindex(cells.index)]


def time_periods() -> pd.Series:
    """Census January of each academic year's time period."""
    years = code_table("academic_years")
    return years.set_index(years["time_period"].astype("str"))["january"]


@dataclass(frozen=True, kw_only=True)
class Placements:
    """Published children at one January: by authority, year group and setting."""

    by_age: NDArray[np.float64]
    notes: tuple[str, ...]


def settings_of_totals(
    totals: pd.DataFrame, la_codes: Sequence[str]
) -> tuple[NDArray[np.float64], float]:
    """Sum totals by authority and setting; what settings miss of the total is not recorded.

    Returns
    -------
    tuple
        Children (authorities, settings), and those whose setting the file does not say.

    Raises
    ------
    DataError
        When the settings of an authority sum to more than its total.
    """
    axes = {"la_code": la_codes, "code": SETTINGS}
    by_setting = _cube(totals, axes)
    whole = _cube(totals, {"la_code": la_codes, "code": (TOTAL,)})[:, 0]
    missing = whole - by_setting.sum(axis=1)
    if (missing < -_SMALL).any():
        worst = int(missing.argmin())
        raise DataError(
            f"authority {la_codes[worst]}: placements sum to {by_setting[worst].sum():g}, more "
            f"than its {whole[worst]:g} plans; the settings of the file should add up to its total"
        )
    is_unsaid = np.array([setting == "not_recorded" for setting in SETTINGS])
    return by_setting + np.outer(missing, is_unsaid), float(missing.sum())


def read_placements(cells: pd.DataFrame, january: int, la_codes: Sequence[str]) -> Placements:
    """Read children by age and setting, scaled so that the totals of every setting hold.

    Parameters
    ----------
    cells
        Counts of the caseload file.
    january
        Census January.
    la_codes
        Authorities, in the order of the first axis.

    Raises
    ------
    DataError
        When the settings of an authority sum to more than its total.
    """
    of_year = cells["time_period"].map(time_periods()).eq(january)
    totals, unsaid = settings_of_totals(_of(of_topic(cells, *ALL_PLANS), of_year), la_codes)
    ages = _of(of_topic(cells, *AGES), of_year)
    ages = ages.assign(ncy=year_group(ages["breakdown"]))
    axes = {"la_code": la_codes, "ncy": YEAR_GROUPS, "code": SETTINGS}
    by_age = _cube(ages, axes)
    profile = ratio(by_age.sum(axis=2), by_age.sum(axis=(1, 2))[:, None])
    share = ratio(by_age, by_age.sum(axis=1, keepdims=True))
    unknown = by_age.sum(axis=1, keepdims=True) == 0
    share = np.where(unknown, profile[:, :, None], share)
    spread = float(np.abs(totals - by_age.sum(axis=1)).sum())
    notes = []
    if unsaid > _SMALL:
        notes.append(
            f"January {january}: {unsaid:,.0f} children whose placement the file does not "
            "say are counted as not recorded."
        )
    if spread > _SMALL:
        notes.append(
            f"January {january}: {spread:,.0f} children without a published age are spread "
            "over the ages of their setting, pro rata."
        )
    return Placements(by_age=share * totals[:, None, :], notes=tuple(notes))


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Children by authority, setting or year group, and need, scaled to the placements."""

    by_setting: NDArray[np.float64]
    by_age: NDArray[np.float64]
    notes: tuple[str, ...]


def _filled(
    counts: NDArray[np.float64], totals: NDArray[np.float64], fallback: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scale need counts (authority × margin × need) to totals; take a fallback mix where blank."""
    mix = ratio(counts, counts.sum(axis=2, keepdims=True))
    return np.where(counts.sum(axis=2, keepdims=True) == 0, fallback, mix) * totals[:, :, None]


def _fallback(counts: NDArray[np.float64], overall: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mix of needs of a larger area by its margin; its own overall mix where that is blank."""
    mix = ratio(counts, counts.sum(axis=2, keepdims=True))
    return np.where(counts.sum(axis=2, keepdims=True) == 0, overall[:, None, :], mix)


def read_needs(
    cells: pd.DataFrame,
    january: int,
    la_codes: Sequence[str],
    placed: NDArray[np.float64],
    seed: NDArray[np.float64] | None = None,
) -> Needs:
    """Read needs by placement and by age, scaled to the children placed.

    Parameters
    ----------
    cells
        Counts of the needs file.
    january
        Census January.
    la_codes
        Authorities, in the order of the first axis.
    placed
        Children by (authority, year group, setting).
    seed
        Joint of a larger area (1, year group, setting, need), whose mix is taken where the
        authority has children and no need is published; None: the authority's own mix of all.

    Raises
    ------
    DataError
        When there is no need by type of placement in that January.
    """
    of_year = cells["time_period"].map(time_periods()).eq(january)
    labels = code_table("ees_settings").query("kind == 'breakdown'")
    setting_of = dict(zip(labels["ees_name"].str.lower(), labels["setting"], strict=True))
    placements = _of(of_topic(cells, *PLACEMENTS), of_year)
    placements = placements.assign(setting=placements["breakdown"].str.lower().map(setting_of))
    ages = _of(of_topic(cells, *AGES), of_year)
    ages = ages.assign(ncy=year_group(ages["breakdown"]))
    by_setting = _cube(placements, {"la_code": la_codes, "setting": SETTINGS, "code": NEED_TYPES})
    by_age = _cube(ages, {"la_code": la_codes, "ncy": YEAR_GROUPS, "code": NEED_TYPES})
    overall = ratio(by_setting.sum(axis=1), by_setting.sum(axis=(1, 2))[:, None])
    like = [by_setting, by_age] if seed is None else [seed.sum(axis=1), seed.sum(axis=2)]
    everyone = overall if seed is None else ratio(seed.sum(axis=(1, 2)), seed.sum())
    without = [code for code, mix in zip(la_codes, overall.sum(axis=1), strict=True) if mix == 0]
    if without and (seed is None or len(without) == len(la_codes)):
        raise DataError(
            f"no primary need by type of placement in January {january} for {len(without)} "
            f"area(s), such as old_la_code {without[0]}"
        )
    unsaid = placed.sum(axis=1)[by_setting.sum(axis=2) == 0].sum()
    notes = []
    if seed is not None and unsaid > _SMALL:
        notes.append(
            f"January {january}: {unsaid:,.0f} children are in placements of their authority for "
            "which no primary need is published; they take the mix of needs of the seed in that "
            "placement."
        )
    if without:
        notes.append(
            f"January {january}: no primary need is published for old_la_code "
            f"{', '.join(without)}: need is the seed's."
        )
    return Needs(
        by_setting=_filled(by_setting, placed.sum(axis=1), _fallback(like[0], everyone)),
        by_age=_filled(by_age, placed.sum(axis=2), _fallback(like[1], everyone)),
        notes=tuple(notes),
    )
