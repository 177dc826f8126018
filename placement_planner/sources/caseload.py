"""The caseload by year group, need and setting, estimated from the margins that are published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.sources.fitting import fit_to_margins, ratio
from placement_planner.sources.plan_counts import TOTAL
from placement_planner.tables import checked
from placement_planner.tables.study import NEED_TYPES, SETTINGS, Caseload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.sources.plan_counts import PlanCounts

__all__ = ["build_caseload", "year_group"]

ALL_PLANS = ("All EHC plans",)
AGES = ("Child or young persons age",)
PLACEMENTS = ("Type of placement",)
YEAR_GROUPS = tuple(range(-4, 21))
_SMALL = 1e-6
_DECIMALS = 6


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


def _time_periods() -> pd.Series:
    years = code_table("academic_years")
    return years.set_index(years["time_period"].astype("str"))["january"]


@dataclass(frozen=True)
class _Placements:
    """Published children by authority, year group and setting at one January."""

    by_age: NDArray[np.float64]
    notes: tuple[str, ...]


def _settings_of_totals(
    totals: pd.DataFrame, la_codes: Sequence[str]
) -> tuple[NDArray[np.float64], float]:
    """Totals by authority and setting; what the settings miss of the total is not recorded."""
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


def _read_placements(plans: PlanCounts, january: int, la_codes: Sequence[str]) -> _Placements:
    """Children by age and setting, scaled so that the totals of every setting hold."""
    of_year = plans.cells["time_period"].map(_time_periods()).eq(january)
    totals, unsaid = _settings_of_totals(_of(plans.of_topic(*ALL_PLANS), of_year), la_codes)
    ages = _of(plans.of_topic(*AGES), of_year)
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
    return _Placements(share * totals[:, None, :], tuple(notes))


@dataclass(frozen=True)
class _Needs:
    """Published children by need at the base January, scaled to the placements."""

    by_setting: NDArray[np.float64]
    by_age: NDArray[np.float64]


def _filled(
    counts: NDArray[np.float64], totals: NDArray[np.float64], overall: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scale need counts (authority × margin × need) to totals; take the overall mix where blank."""
    mix = ratio(counts, counts.sum(axis=2, keepdims=True))
    mix = np.where(counts.sum(axis=2, keepdims=True) == 0, overall[:, None, :], mix)
    return mix * totals[:, :, None]


def _read_needs(
    needs: PlanCounts, january: int, la_codes: Sequence[str], placed: NDArray[np.float64]
) -> _Needs:
    of_year = needs.cells["time_period"].map(_time_periods()).eq(january)
    if not of_year.any():
        raise DataError(f"{needs.file}: no row for January {january}, the base January")
    labels = code_table("ees_settings").query("kind == 'breakdown'")
    setting_of = dict(zip(labels["ees_name"].str.lower(), labels["setting"], strict=True))
    placements = _of(needs.of_topic(*PLACEMENTS), of_year)
    placements = placements.assign(setting=placements["breakdown"].str.lower().map(setting_of))
    ages = _of(needs.of_topic(*AGES), of_year)
    ages = ages.assign(ncy=year_group(ages["breakdown"]))
    by_setting = _cube(placements, {"la_code": la_codes, "setting": SETTINGS, "code": NEED_TYPES})
    by_age = _cube(ages, {"la_code": la_codes, "ncy": YEAR_GROUPS, "code": NEED_TYPES})
    if not by_setting.sum(axis=(1, 2)).all():
        raise DataError(f"{needs.file}: no primary need by type of placement in January {january}")
    overall = ratio(by_setting.sum(axis=1), by_setting.sum(axis=(1, 2))[:, None])
    return _Needs(
        _filled(by_setting, placed.sum(axis=1), overall),
        _filled(by_age, placed.sum(axis=2), overall),
    )


def _estimate_joint(placed: NDArray[np.float64], needs: _Needs) -> NDArray[np.float64]:
    """Children by authority, year group, setting and need; placements by age hold exactly."""
    mix = ratio(needs.by_setting, needs.by_setting.sum(axis=2, keepdims=True))
    start = placed[:, :, :, None] * mix[:, None, :, :]
    margins = {1: needs.by_setting, 2: needs.by_age, 3: placed}
    fitted = fit_to_margins(start, margins)
    return fit_to_margins(np.where(fitted < _SMALL, 0.0, fitted), {3: placed}, rounds=1)


def _need_mix(joint: NDArray[np.float64], published: _Needs) -> NDArray[np.float64]:
    """Mix of needs by authority, year group and setting; the setting's or all's where nobody is."""
    everyone = ratio(published.by_age.sum(axis=1), published.by_age.sum(axis=(1, 2))[:, None])
    counts = (joint, published.by_setting[:, None, :, :], everyone[:, None, None, :])
    mix = np.zeros_like(joint)
    for layer in counts:
        share = ratio(layer, layer.sum(axis=3, keepdims=True))
        mix = np.where(mix.sum(axis=3, keepdims=True) == 0, share, mix)
    return mix


def _rounded(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep six decimals; the largest need takes what rounding lost, so that totals hold."""
    rounded = joint.round(_DECIMALS)
    lost = (joint.sum(axis=3) - rounded.sum(axis=3))[..., None]
    is_largest = np.arange(joint.shape[3]) == rounded.argmax(axis=3)[..., None]
    whole: NDArray[np.float64] = (rounded + lost * is_largest).round(_DECIMALS)
    return whole


def _long(joint: NDArray[np.float64], january: int, authorities: Mapping[str, str]) -> pd.DataFrame:
    children = _rounded(joint)
    authority, ncy, setting, need = np.nonzero(children)
    return pd.DataFrame(
        {
            "authority_code": np.asarray(list(authorities))[authority],
            "january": january,
            "ncy": np.asarray(YEAR_GROUPS)[ncy],
            "need_type": np.asarray(NEED_TYPES)[need],
            "setting": np.asarray(SETTINGS)[setting],
            "children": children[authority, ncy, setting, need],
            "basis": "estimated",
        }
    )


def _januaries(plans: PlanCounts, base_january: int) -> tuple[list[int], list[int]]:
    """Januaries with ages up to the base, and those with totals alone."""
    periods = _time_periods()
    all_of_them = set(plans.cells["time_period"].map(periods).dropna().astype("int64"))
    with_ages = set(plans.of_topic(*AGES)["time_period"].map(periods).dropna().astype("int64"))
    if base_january not in with_ages:
        raise DataError(
            f"{plans.file}: no plans by age in January {base_january}, the base January"
        )
    usable = {january for january in with_ages if january <= base_january}
    return sorted(usable), sorted({year for year in all_of_them if year <= base_january} - usable)


def _fit_note(joint: NDArray[np.float64], published: _Needs, january: int) -> str:
    miss = max(
        float(np.abs(joint.sum(axis=1) - published.by_setting).max()),
        float(np.abs(joint.sum(axis=2) - published.by_age).max()),
    )
    return (
        f"Caseload of January {january}: {joint.sum():,.0f} children. Need by age and setting is "
        "estimated by iterative proportional fitting; totals by age and by placement are the "
        f"published ones, and need by placement and need by age are missed by at most {miss:.2f} "
        "children in any cell. Open ends of age stand at their edge: under 3 at age 2 (NCY -2), 25 "
        "with 24 (NCY 20)."
    )


def _earlier_notes(
    years: Sequence[int], totals_only: Sequence[int], base_january: int
) -> list[str]:
    notes = []
    others = [str(year) for year in years if year != base_january]
    if others:
        notes.append(
            f"Caseload of January {', '.join(others)}: need is not published by placement; the mix "
            f"of January {base_january} at the same authority, age and placement is used."
        )
    if totals_only:
        notes.append(
            f"Caseload of January {', '.join(map(str, totals_only))}: only totals are published, "
            "by placement and not by age; left out."
        )
    return notes


def build_caseload(
    plans: PlanCounts, needs: PlanCounts, authorities: Mapping[str, str], base_january: int
) -> tuple[DataFrame[Caseload], tuple[str, ...]]:
    """Estimate who has a plan by authority, year group, need and setting at each January.

    Published are age × placement, need × placement and need × age, never all three at once. The
    joint starts as (age × placement) × (need given placement) and is fitted to the three margins
    in turn, age × placement last, so that totals by age and by placement hold exactly. Earlier
    Januaries, which have no need by placement, take the base January's need mix of the same
    authority, age and placement.

    Parameters
    ----------
    plans, needs
        The caseload file and the needs file of one release.
    authorities
        Code of each authority = its DfE three-digit code.
    base_january
        Last January kept.

    Returns
    -------
    tuple
        The caseload (noughts left out; fractions kept to six decimals), and notes.

    Raises
    ------
    DataError
        When the base January lacks ages or needs, or settings exceed a total.
    """
    la_codes = list(authorities.values())
    years, totals_only = _januaries(plans, base_january)
    placements = {year: _read_placements(plans, year, la_codes) for year in years}
    placed = placements[base_january].by_age
    published = _read_needs(needs, base_january, la_codes, placed)
    joint = _estimate_joint(placed, published)
    mix = _need_mix(joint, published)
    tables = [
        _long(placements[year].by_age[..., None] * mix, year, authorities)
        for year in years
        if year != base_january
    ]
    tables.append(_long(joint, base_january, authorities))
    read_notes = [note for year in years for note in placements[year].notes]
    notes = (
        *read_notes,
        _fit_note(joint, published, base_january),
        *_earlier_notes(years, totals_only, base_january),
    )
    return checked(Caseload, pd.concat(tables)), notes
