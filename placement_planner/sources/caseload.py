"""The caseload by year group, need and setting, estimated from the margins that are published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.sources.fitting import ratio
from placement_planner.sources.joint import fit_joint
from placement_planner.sources.margins import (
    AGES,
    ALL_PLANS,
    PLACEMENTS,
    YEAR_GROUPS,
    read_needs,
    read_placements,
    settings_of_totals,
    time_periods,
)
from placement_planner.sources.plan_counts import WHOLE, of_topic
from placement_planner.tables import checked
from placement_planner.tables.study import NEED_TYPES, SETTINGS, Caseload, CaseloadTotals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.sources.margins import Needs
    from placement_planner.sources.plan_counts import PlanCounts

__all__ = ["build_caseload", "build_caseload_totals"]

_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class _Seed:
    """Joint of a larger area, and what that area is."""

    joint: NDArray[np.float64]
    area: str


def _read_seed(plans: PlanCounts, needs: PlanCounts, january: int) -> _Seed:
    """Fit a joint for England, or for all authorities of the files where national rows lack."""
    periods = time_periods()

    def has_all(counts: pd.DataFrame, *topics: tuple[str, ...]) -> bool:
        rows = counts[counts["time_period"].map(periods).eq(january)]
        return all(len(of_topic(rows, *topic)) > 0 for topic in topics)

    is_national = has_all(plans.national, ALL_PLANS, AGES) and has_all(
        needs.national, PLACEMENTS, AGES
    )
    cells = [counts.national if is_national else counts.together for counts in (plans, needs)]
    placed = read_placements(cells[0], january, (WHOLE,)).by_age
    published = read_needs(cells[1], january, (WHOLE,), placed)
    area = (
        f"England ({placed.sum():,.0f} children)"
        if is_national
        else f"all {plans.authorities} authorities of {plans.file} together, "
        "which has no national rows for it"
    )
    return _Seed(joint=fit_joint(published.by_setting, published.by_age, placed), area=area)


def _need_mix(
    joint: NDArray[np.float64], published: Needs, seed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mix of needs by authority, year group and setting; the seed's where nobody is.

    Where the seed has nobody either, the mix of the authority's setting, then of all.
    """
    everyone = ratio(published.by_age.sum(axis=1), published.by_age.sum(axis=(1, 2))[:, None])
    counts = (joint, seed, published.by_setting[:, None, :, :], everyone[:, None, None, :])
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
    periods = time_periods()
    all_of_them = set(plans.cells["time_period"].map(periods).dropna().astype("int64"))
    with_ages = set(plans.of_topic(*AGES)["time_period"].map(periods).dropna().astype("int64"))
    if base_january not in with_ages:
        raise DataError(
            f"{plans.file}: no plans by age in January {base_january}, the base January"
        )
    usable = {january for january in with_ages if january <= base_january}
    return sorted(usable), sorted({year for year in all_of_them if year <= base_january} - usable)


def _fit_note(joint: NDArray[np.float64], published: Needs, january: int, area: str) -> str:
    miss = max(
        float(np.abs(joint.sum(axis=1) - published.by_setting).max()),
        float(np.abs(joint.sum(axis=2) - published.by_age).max()),
    )
    return (
        f"Caseload of January {january}: {joint.sum():,.0f} children. Need by age and setting is "
        f"estimated by iterative proportional fitting, from a joint fitted for {area}. Totals by "
        "age and by placement are the published ones; need by placement and need by age are missed "
        f"by at most {miss:.2f} children in any cell. Open ends of age stand at their edge: under "
        "3 at age 2 (NCY -2), 25 with 24 (NCY 20)."
    )


def _error_note() -> str:
    """Quote the method's error where the joint is known (`codes/joint_errors.csv`)."""
    measured = code_table("joint_errors").pivot_table(
        index="data", columns="estimate", values=["misplaced", "children"]
    )
    told = [
        f"{row['misplaced', 'published_seed']:.0%} of {row['children', 'published_seed']:,.0f} "
        f"children stand in a wrong cell ({row['misplaced', 'independent']:.0%} if the margins "
        f"were multiplied) in {data}"
        for data, row in measured.iterrows()
    ]
    return (
        "How wrong need by age and placement can be, measured where it is known, small cells of "
        f"whole children included: {'; '.join(told)}."
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
            "by placement and not by age; they are the table caseload_totals."
        )
    return notes


def build_caseload(
    plans: PlanCounts, needs: PlanCounts, authorities: Mapping[str, str], base_january: int
) -> tuple[DataFrame[Caseload], tuple[str, ...]]:
    """Estimate who has a plan by authority, year group, need and setting at each January.

    Published are age × placement, need × placement and need × age, never all three at once. The
    joint is fitted for England first, from the national rows (for all authorities of the files
    together where there are none). It seeds each authority's, which is fitted to the authority's
    three margins in turn, age × placement last, so that totals by age and by placement hold
    exactly. Earlier Januaries, which have no need by placement, take the base January's need mix
    of the same authority, age and placement, or the seed's where nobody was.

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
    if not needs.cells["time_period"].map(time_periods()).eq(base_january).any():
        raise DataError(f"{needs.file}: no row for January {base_january}, the base January")
    placements = {year: read_placements(plans.cells, year, la_codes) for year in years}
    placed = placements[base_january].by_age
    seed = _read_seed(plans, needs, base_january)
    published = read_needs(needs.cells, base_january, la_codes, placed, seed.joint)
    joint = fit_joint(published.by_setting, published.by_age, placed, seed.joint)
    mix = _need_mix(joint, published, seed.joint)
    tables = [
        _long(placements[year].by_age[..., None] * mix, year, authorities)
        for year in years
        if year != base_january
    ]
    tables.append(_long(joint, base_january, authorities))
    notes = (
        *(note for year in years for note in placements[year].notes),
        *published.notes,
        _fit_note(joint, published, base_january, seed.area),
        _error_note(),
        *_earlier_notes(years, totals_only, base_january),
    )
    return checked(Caseload, pd.concat(tables)), notes


def build_caseload_totals(
    plans: PlanCounts, authorities: Mapping[str, str], base_january: int
) -> DataFrame[CaseloadTotals] | None:
    """Take the Januaries before the base that are published by placement and not by age.

    Returns
    -------
    DataFrame or None
        None where there is no such January. Children whose placement the file does not say are
        ``not_recorded``; noughts are left out.
    """
    la_codes = list(authorities.values())
    periods = plans.cells["time_period"].map(time_periods())
    parts = []
    for january in _januaries(plans, base_january)[1]:
        cells = of_topic(plans.cells[periods.eq(january)], *ALL_PLANS)
        children, _ = settings_of_totals(cells, la_codes)
        authority, setting = np.nonzero(children)
        parts.append(
            pd.DataFrame(
                {
                    "authority_code": np.asarray(list(authorities))[authority],
                    "january": january,
                    "setting": np.asarray(SETTINGS)[setting],
                    "children": children[authority, setting],
                    "basis": "published",
                }
            )
        )
    return checked(CaseloadTotals, pd.concat(parts)) if parts else None
