"""Rides and what they cost, by authority, need group, phase and distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.costs.modes import TERMS, priced_modes, ways_of_travelling
from placement_planner.costs.transport_calibration import (
    calibrated_factors,
    transported_share,
)
from placement_planner.tables import checked
from placement_planner.tables.transport import Transport, ride_and_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.costs.modes import Ways
    from placement_planner.scenario import TransportChoices, TravelChoices
    from placement_planner.tables.study import (
        Authorities,
        TransportMix,
        TransportTotals,
        UnitCosts,
    )

__all__ = ["TransportOutcome", "cost_curve", "transport_table"]

_GBP = ["gbp", "gbp_per_km", "gbp_per_minute"]


@dataclass(frozen=True, kw_only=True)
class TransportOutcome:
    """Rides and their price, and how the prices were calibrated.

    `factors` has authority_code, calibrated_to (national, authority_totals or none), factor, the
    £ a transported child that the cost lines gave (gbp_before) and that was aimed at (gbp_aim),
    the direct drive of these children (minutes, distance_km) and the aim's basis; `notes` are
    sentences for the page.
    """

    table: DataFrame[Transport]
    factors: pd.DataFrame
    notes: tuple[str, ...]


def transport_table(
    unit_costs: DataFrame[UnitCosts],
    mix: DataFrame[TransportMix] | None,
    eligibility: pd.DataFrame | None,
    authorities: DataFrame[Authorities],
    travel: TravelChoices,
    choices: TransportChoices,
    *,
    totals: DataFrame[TransportTotals] | None = None,
    journeys_now: pd.DataFrame | None = None,
) -> TransportOutcome:
    r"""Return what rides take and cost, and by what factor all £ were multiplied.

    In every band, with share :math:`s_k` of children in mode :math:`k` (arranged and paid for),
    :math:`u_k` of those without arranged transport, time :math:`r_k` and price :math:`c_k` as in
    `priced_modes`, and calibration factor :math:`\phi` of the authority:

    .. math:: r = \frac{\sum_{k \ne \text{walk}} (s_k + u_k) \, r_k}
       {\sum_{k \ne \text{walk}} (s_k + u_k)} \qquad c = \phi \sum_k s_k c_k

    Both are straight lines in minutes and km, so that the table holds them without approximation.

    Parameters
    ----------
    unit_costs
        The whole cost library: that of `codes/` with a study's own lines in place.
    mix, eligibility
        As in `ways_of_travelling`; None for the defaults of `codes/`.
    authorities
        Whose children travel.
    travel
        `terminal_minutes`, and `mixed_kmh` for the drive of the national mean journey.
    choices
        Trips a year, and what the prices are calibrated to.
    totals
        What authorities spend, and on how many children; the latest year of each counts.
    journeys_now
        Direct drives of the children placed now: authority_code, need_group, phase, children,
        minutes, distance_km.

    Raises
    ------
    DataError
        If prices are to be calibrated and no cost line prices a way of travelling.
    """
    ways = ways_of_travelling(mix, eligibility)
    modes = priced_modes(
        unit_costs,
        boarding_minutes=travel.terminal_minutes,
        trips_per_year=choices.trips_per_year,
    )
    codes = pd.DataFrame({"authority_code": sorted(authorities["authority_code"])})
    plain = codes.merge(_rides(ways, modes), how="cross")
    factors, notes = calibrated_factors(plain, travel, choices, totals, journeys_now)
    factor = plain["authority_code"].map(factors.set_index("authority_code")["factor"])
    priced = plain.assign(**{name: plain[name] * factor for name in _GBP})
    return TransportOutcome(table=checked(Transport, priced), factors=factors, notes=notes)


def _rides(ways: Ways, modes: pd.DataFrame) -> pd.DataFrame:
    """Return mean ride and price by need group, phase and band, not yet calibrated."""
    rides = modes.index != "walk"
    vehicle = (ways.arranged + ways.unpaid)[:, rides]
    # Where all walk, a child who did ride would be driven by a parent.
    nobody = vehicle.sum(axis=1) == 0
    vehicle[nobody, modes.index[rides].get_loc("parent")] = 1.0
    vehicle /= vehicle.sum(axis=1, keepdims=True)
    terms = {name: vehicle @ modes.loc[rides, name].to_numpy(dtype=float) for name in TERMS[:2]}
    terms |= {name: ways.arranged @ modes[name].to_numpy(dtype=float) for name in _GBP}
    transported = ways.arranged @ modes["is_arranged"].to_numpy(dtype=float)
    # Sums of shares may miss their bounds by a rounding.
    terms["ride_factor"] = np.maximum(terms["ride_factor"], 1.0)
    return ways.cells.assign(**terms, transported=np.minimum(transported, 1.0))


def cost_curve(
    transport: DataFrame[Transport],
    travel: TravelChoices,
    choices: TransportChoices,
    *,
    distances_km: Sequence[float] = tuple(range(1, 41)),
    rural_urban: str = "mixed",
) -> pd.DataFrame:
    """Return ride and price of direct drives of one distance after the other.

    Parameters
    ----------
    transport
        As from `transport_table`.
    travel
        Door to door speed by rural-urban class, which turns km into minutes.
    choices
        Trips a year.
    distances_km
        Distances along roads, one way.
    rural_urban
        Class whose speed is taken: urban, mixed or rural.

    Returns
    -------
    DataFrame
        authority_code, need_group, phase, distance_km, minutes (direct drive), ride_minutes,
        transported (share), gbp (a child and year, those without arranged transport included),
        gbp_transported (a child with arranged transport and year) and gbp_per_child_km (the same,
        a km of direct drive with the child); the last two are missing where nobody has any.
    """
    who = ["authority_code", "need_group", "phase"]
    steps = pd.DataFrame({"distance_km": np.asarray(distances_km, dtype=float)})
    curve = transport[who].drop_duplicates().merge(steps, how="cross")
    curve = curve.sort_values([*who, "distance_km"], ignore_index=True)
    km = curve["distance_km"].to_numpy()
    minutes = km / travel.kmh(rural_urban) * 60
    ride, gbp = ride_and_price(transport, curve, minutes, km)
    share = transported_share(transport, curve, km)
    each = np.divide(gbp, share, out=np.full_like(gbp, np.nan), where=share > 0)
    driven = km * choices.trips_per_year
    per_km = np.divide(each, driven, out=np.full_like(gbp, np.nan), where=driven > 0)
    return curve.assign(
        minutes=minutes,
        ride_minutes=ride,
        transported=share,
        gbp=gbp,
        gbp_transported=each,
        gbp_per_child_km=per_km,
    )
