"""Factors that make modelled costs of transport meet what is known to be spent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.tables.transport import ride_and_price

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import TransportChoices, TravelChoices
    from placement_planner.tables.study import TransportTotals

__all__ = ["calibrated_factors", "transported_share"]

_LEAST_USUAL, _MOST_USUAL = 0.5, 2.0


@dataclass(frozen=True, kw_only=True)
class _Aim:
    """Children with arranged transport: £ a child and year aimed at and modelled, mean drive."""

    calibrated_to: str
    gbp_aim: float
    basis: str
    gbp_before: float
    minutes: float
    distance_km: float


def calibrated_factors(
    transport: pd.DataFrame,
    travel: TravelChoices,
    choices: TransportChoices,
    totals: DataFrame[TransportTotals] | None = None,
    journeys_now: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    r"""Return by what each authority's £ are multiplied, and what a reader should be told.

    With children :math:`n_i`, price :math:`c_i` and share with arranged transport :math:`t_i` of
    every journey, and the £ a transported child :math:`A` that is known,

    .. math:: \phi = A \Big/ \frac{\sum_i n_i c_i}{\sum_i n_i t_i}

    The national factor takes England's children in specialist places (`codes/transport_children`),
    all at `choices.national_km`, driven at `travel.mixed_kmh`. An authority's own factor takes the
    children placed now at their own journeys, and its £ over its children, of the latest year.

    Parameters
    ----------
    transport
        As `tables.transport.Transport`, before calibration; the factor is the same for all rows of
        an authority.
    travel, choices
        Speed of the national journey; what to calibrate to.
    totals
        What authorities spend on how many children.
    journeys_now
        Direct drives: authority_code, need_group, phase, children, minutes, distance_km.

    Returns
    -------
    tuple
        authority_code, calibrated_to, factor, gbp_before, gbp_aim, minutes, distance_km, basis, a
        row an authority; and sentences.

    Raises
    ------
    DataError
        If no cost line prices a way of travelling.
    """
    codes = [str(code) for code in sorted(transport["authority_code"].unique())]
    aims = dict.fromkeys(codes, _national(transport, codes[0], travel, choices))
    notes: list[str] = []
    if choices.calibrate_to == "authority_totals":
        own = _own(transport, codes, totals, journeys_now)
        aims |= own
        notes += [
            f"Transport of {code} is calibrated to England's mean: the study has no total of its "
            "own with drives of children placed now."
            for code in codes
            if code not in own
        ]
    rows = [{"authority_code": code, **asdict(aim)} for code, aim in aims.items()]
    factors = pd.DataFrame(rows)
    if choices.calibrate_to == "none":
        stand = {"gbp_aim": factors["gbp_before"], "basis": "assumption"}
        return factors.assign(calibrated_to="none", factor=1.0, **stand), ()
    unpriced = factors.loc[factors["gbp_before"] <= 0, "authority_code"]
    if len(unpriced):
        raise DataError(
            f"unit_costs price no way in which children of {len(unpriced)} authority(ies), for "
            f"example {unpriced.iloc[0]}, travel, so there is nothing to calibrate; right would be "
            "lines for vehicle_per_trip or vehicle_per_km, or transport.calibrate_to none"
        )
    factors = factors.assign(factor=factors["gbp_aim"] / factors["gbp_before"])
    return factors, (*notes, *_unusual(factors))


def transported_share(
    transport: pd.DataFrame, children: pd.DataFrame, distance_km: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share with arranged transport, row by row; arguments as in `ride_and_price`."""
    counted = transport.assign(gbp=transport["transported"], gbp_per_km=0.0, gbp_per_minute=0.0)
    return ride_and_price(counted, children, np.zeros_like(distance_km), distance_km)[1]


def _national(
    transport: pd.DataFrame, code: str, travel: TravelChoices, choices: TransportChoices
) -> _Aim:
    """Return the mean of England's children, all at the national distance."""
    england = code_table("transport_children").assign(
        authority_code=code,
        distance_km=choices.national_km,
        minutes=choices.national_km / travel.mixed_kmh * 60,
    )
    mean = _mean(transport, england)
    return _Aim(calibrated_to="national", gbp_aim=choices.national_gbp, basis="published", **mean)


def _own(
    transport: pd.DataFrame,
    codes: list[str],
    totals: pd.DataFrame | None,
    journeys_now: pd.DataFrame | None,
) -> dict[str, _Aim]:
    """Return the mean of each authority with a total, at the journeys of its children now."""
    if totals is None or journeys_now is None:
        return {}
    last = totals.sort_values("financial_year").drop_duplicates("authority_code", keep="last")
    known = last.assign(each=last["gbp"] / last["children"]).set_index("authority_code")
    mine = journeys_now[journeys_now["children"] > 0]
    return {
        code: _Aim(
            calibrated_to="authority_totals",
            gbp_aim=float(known.loc[code, "each"]),
            basis=str(known.loc[code, "basis"]),
            **_mean(transport, mine[mine["authority_code"] == code]),
        )
        for code in codes
        if code in known.index and mine["authority_code"].eq(code).any()
    }


def _mean(transport: pd.DataFrame, journeys: pd.DataFrame) -> dict[str, float]:
    """Return £ of all over children with arranged transport, and their mean drive."""
    told = journeys.reset_index(drop=True)
    minutes, km = (told[name].to_numpy(dtype=float) for name in ("minutes", "distance_km"))
    children = told["children"].to_numpy(dtype=float)
    gbp = ride_and_price(transport, told, minutes, km)[1]
    riders = children * transported_share(transport, told, km)
    if riders.sum() <= 0:
        return {"gbp_before": 0.0, "minutes": float("nan"), "distance_km": float("nan")}
    means = np.array([children @ gbp, riders @ minutes, riders @ km]) / riders.sum()
    return dict(zip(("gbp_before", "minutes", "distance_km"), means.tolist(), strict=True))


def _unusual(factors: pd.DataFrame) -> list[str]:
    """Say where a factor is far from one."""
    rows = factors[~factors["factor"].between(_LEAST_USUAL, _MOST_USUAL)]
    return [
        f"Transport of {row['authority_code']} costs {row['factor']:.2f} times what the cost lines "
        f"give (£{row['gbp_aim']:,.0f} a transported child against £{row['gbp_before']:,.0f}): "
        "look at its total, its journeys and the cost lines."
        for row in rows.to_dict("records")
    ]
