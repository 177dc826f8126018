r"""Who is placed where, estimated where nobody has counted it.

A doubly constrained gravity model. Children of area :math:`i` and need group :math:`k` hold places
of pool :math:`q` at a drive of :math:`m` minutes:

.. math:: T_{ikq} = a_{ik} b_q \, e^{-\beta m_{iq}} w_{kq} v_{iq}

with weights :math:`w` of a place that suits the need group or is tolerable, and :math:`v` of one
in the child's own authority or in another, since authorities place in their own schools first.

The factors meet children by area and need group, and rolls net of children from elsewhere, each
kind of place and phase by itself. :math:`\beta` is such that children in special schools travel as
far on average as published for the region's mix of towns and country.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.supply.balancing import balance, cells_of, thinned
from placement_planner.supply.segments import BASE, NO_DRIVE, segments_of
from placement_planner.tables import checked
from placement_planner.tables.stages import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.supply.segments import Segment
    from placement_planner.tables.stages import Travel
    from placement_planner.tables.study import Compatibility, Provision, Sites

__all__ = ["Gravity", "estimated_places"]

KM_PER_MILE = 1.609344
_FIRST_BETA, _STEEPEST = 0.05, 0.8
_NEAR_ENOUGH_KM = 1e-4
_NOTHING = 1e-12
_UNEVEN = 1e-6
_NO_MATCH = "no"


@dataclass(frozen=True, kw_only=True)
class Gravity:
    """An estimate of who is placed where.

    Attributes
    ----------
    placed
        Children by home, pool, need group and phase; basis ``estimated``.
    beta
        Fall of trips with distance, per minute of direct drive.
    mean_km, target_km
        Mean distance one way along roads of children in special schools (in all places, where no
        special school has any), as estimated and as published.
    unplaced
        authority_code (home), kind, phase, reason, children: those beyond rolls are placed in
        schools that the study does not list or outside the region, as far as totals tell.
    unfilled
        authority_code (of the site), kind, phase, reason, children: rolls beyond the region's
        children are taken to be from elsewhere.
    iterations
        Rounds of balancing of the last fit.
    notes
        Sentences for the reader.
    """

    placed: DataFrame[Placed]
    beta: float
    mean_km: float
    target_km: float
    unplaced: pd.DataFrame
    unfilled: pd.DataFrame
    iterations: int
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """A segment and its children by area, need group and pool (I, K, Q)."""

    segment: Segment
    cells: NDArray[np.float64]
    rounds: int
    error: float


def estimated_places(
    children: pd.DataFrame,
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    areas: pd.DataFrame,
    travel: DataFrame[Travel],
    compatibility: DataFrame[Compatibility],
    base_year: int,
    target_km: float | None = None,
) -> Gravity:
    """Estimate who is placed where from rolls, caseload and distance.

    Parameters
    ----------
    children
        Children in specialist places at the base January: area_code (small area), authority_code,
        need_group, phase, children. With a column `setting` they stay among places of that kind
        (state special school, independent or non-maintained special school, base); without it
        among special schools or bases, as their need group says.
    provision, sites
        Pools and where they lie. Those open in the base year hold their roll, or their planning
        places where no roll is known, less children from elsewhere.
    areas
        area_code, rural_urban.
    travel
        Direct drives from small areas to sites. A pair out of reach counts as the longest drive
        there is; children of an area without any drive are told in `unplaced`.
    compatibility
        A match that is suited, tolerable or none weighs as in ``codes/gravity_weights.csv``, and
        so does a place in another authority.
    base_year
        Academic year of the base January.
    target_km
        Mean distance one way to special schools, if the planner knows it; else as published, the
        mean of ``codes/published_distances.csv`` over the children's homes.

    Returns
    -------
    Gravity
        Children whom totals force into a pool that is not for their need group are given the
        pool's own, and told in the notes. In large tables cells under a thousandth of both their
        area's children and their pool's roll are left out, and both totals kept.

    Raises
    ------
    DataError
        If no child and no roll of one kind and phase can be brought together.

    References
    ----------
    Wilson (1971), "A family of spatial interaction models", Environment and Planning 3.
    """
    pools = _held(provision, sites, base_year)
    segments, unplaced, unfilled = segments_of(children, pools, areas, travel, compatibility)
    if not segments:
        raise DataError(
            f"nobody can be placed: {len(children)} row(s) of children and {len(pools)} pool(s) "
            "with children on roll have no kind of place, phase and drive in common; right would "
            "be rolls of open pools, children by area, and drives between them"
        )
    measured = [part for part in segments if part.kind != BASE] or segments
    target = _published_km(measured) if target_km is None else target_km
    beta, told = _fit(measured, target)
    fitted = [_thin(_at(part, beta)) for part in segments]
    mean_km = _mean_km([part for part in fitted if part.segment in measured])
    notes = [
        _method(fitted, beta, mean_km, target),
        told,
        *_disagreements(fitted, unplaced, unfilled),
    ]
    return Gravity(
        placed=checked(Placed, _placed(fitted)),
        beta=beta,
        mean_km=mean_km,
        target_km=target,
        unplaced=unplaced,
        unfilled=unfilled,
        iterations=sum(part.rounds for part in fitted),
        notes=tuple(note for note in notes if note),
    )


def _held(provision: pd.DataFrame, sites: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return the pools open at the base with the children of the region on their rolls."""
    is_open = ~(provision["opens"] > base_year) & ~(provision["closes"] <= base_year)
    held = provision[is_open].sort_values("provision_id")
    roll = held["roll"].astype(float).fillna(held["planning_places"])
    authority = sites.set_index("site_id")["authority_code"]
    held = held.assign(
        roll=(roll - held["from_elsewhere"]).clip(lower=0),
        authority_code=authority.reindex(held["site_id"]).to_numpy(),
    )
    return held[held["roll"] > 0]


def _published_km(segments: Sequence[Segment]) -> float:
    """Return the published mean distance over the homes of the children in these segments."""
    miles = code_table("published_distances").set_index("rural_urban")["miles"].astype(float)
    total = weighed = 0.0
    for part in segments:
        here = part.children.sum(axis=1)
        weighed += float(here @ part.areas["rural_urban"].map(miles).to_numpy(dtype=float))
        total += float(here.sum())
    return KM_PER_MILE * weighed / total


def _at(part: Segment, beta: float) -> _Fitted:
    """Balance a segment at one fall of trips with distance."""
    beyond_nearest = part.minutes - part.minutes.min(axis=1, keepdims=True)
    near = np.exp(-beta * beyond_nearest) * part.border
    factors = balance(near, part.fit, part.children, part.rolls)
    return _Fitted(
        segment=part,
        cells=cells_of(factors, near, part.fit),
        rounds=factors.rounds,
        error=factors.error,
    )


def _thin(fitted: _Fitted) -> _Fitted:
    return replace(fitted, cells=thinned(fitted.cells))


def _mean_km(fitted: Sequence[_Fitted]) -> float:
    """Mean distance of everybody placed."""
    weighed = sum(
        float((part.cells.sum(axis=1) * part.segment.distance_km).sum()) for part in fitted
    )
    return weighed / sum(float(part.cells.sum()) for part in fitted)


def _fit(segments: Sequence[Segment], target: float) -> tuple[float, str]:
    """Find the fall of trips with distance at which the mean is the target, or the nearest."""

    def beyond(beta: float) -> float:
        return _mean_km([_at(part, beta) for part in segments]) - target

    if beyond(0.0) <= _NEAR_ENOUGH_KM:
        return 0.0, "Even without regard to distance children would not travel as far."
    low, high = 0.0, _FIRST_BETA
    while beyond(high) > 0:
        if high >= _STEEPEST:
            return high, "However near children are placed, they travel farther."
        low, high = high, 2 * high
    return float(brentq(beyond, low, high, xtol=1e-7, rtol=1e-10)), ""


def _placed(fitted: Sequence[_Fitted]) -> pd.DataFrame:
    """Return the cells with children as rows."""
    tables = []
    for part in fitted:
        one = part.segment
        area, group, pool = np.nonzero(part.cells > _NOTHING)
        designation = one.pools["designation"].to_numpy(dtype=object)[pool]
        own = np.asarray(one.groups, dtype=object)[group]
        misfit = one.match[group, pool] == _NO_MATCH
        tables.append(
            pd.DataFrame(
                {
                    "area_code": one.areas["area_code"].to_numpy(dtype=object)[area],
                    "authority_code": one.areas["authority_code"].to_numpy(dtype=object)[area],
                    "provision_id": one.pools["provision_id"].to_numpy(dtype=object)[pool],
                    "need_group": np.where(misfit, designation, own),
                    "phase": one.phase,
                    "children": part.cells[area, group, pool],
                }
            )
        )
    keys = ["area_code", "authority_code", "provision_id", "need_group", "phase"]
    rows = pd.concat(tables, ignore_index=True).groupby(keys, as_index=False)["children"].sum()
    return rows.assign(basis="estimated")


def _method(fitted: Sequence[_Fitted], beta: float, mean_km: float, target: float) -> str:
    """Say how it was estimated, and how far children travel."""
    total = sum(float(part.cells.sum()) for part in fitted)
    return (
        f"Who is placed where now is estimated, not observed: {total:,.0f} children by rolls, "
        f"caseload and distance (a gravity model, {beta:.3f} per minute). They travel "
        f"{mean_km:.1f} km to special schools on average; {target:.1f} km were asked for."
    )


def _disagreements(
    fitted: Sequence[_Fitted], unplaced: pd.DataFrame, unfilled: pd.DataFrame
) -> list[str]:
    """Say what did not fit; nothing where it is less than one child."""
    misfits = sum(
        float(part.cells.sum(axis=0)[part.segment.match == _NO_MATCH].sum()) for part in fitted
    )
    worst = max(part.error for part in fitted)
    forced = (
        f"{misfits:,.0f} children are in places that do not suit their need group, because rolls "
        "by designation and the caseload disagree; they are counted by the place."
    )
    uneven = f"Some rolls are met to within {worst:.1%} only: balancing was ended."
    return [
        _left_over(
            unplaced,
            "children have no place on the rolls that are known; they are in schools not listed, "
            "or outside the region",
        ),
        _left_over(
            unplaced[unplaced["reason"] == NO_DRIVE],
            "of the children without a place live where no drive leads to any",
        ),
        _left_over(
            unfilled,
            "places on rolls have no child of the region; they are taken to be held by children "
            "from elsewhere",
        ),
        forced if misfits >= 1 else "",
        uneven if worst > _UNEVEN else "",
    ]


def _left_over(rows: pd.DataFrame, words: str) -> str:
    """Say how many are left over, by authority; nothing where it is less than one child."""
    total = rows["children"].sum()
    if total < 1:
        return ""
    by_authority = rows.groupby("authority_code")["children"].sum()
    listed = ", ".join(f"{code} {count:,.0f}" for code, count in by_authority.items())
    return f"{total:,.0f} {words} ({listed})."
