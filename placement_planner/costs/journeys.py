"""How children travel in all: rides, guide times, walking distances, £ and km a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.costs.modes import within_walking
from placement_planner.costs.transport_calibration import transported_share
from placement_planner.tables.transport import ride_and_price
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.scenario import TransportChoices, TravelChoices
    from placement_planner.tables.transport import Transport

__all__ = ["JOURNEY_MEASURES", "KM_A_MILE", "journey_report"]

KM_A_MILE = 1.609344
_ALL = "all"
_NINE_IN_TEN = 0.9
JOURNEY_MEASURES = (
    "children",
    "mean_ride_minutes",
    "p90_ride_minutes",
    "longest_ride_minutes",
    "beyond_guide",
    "within_walking",
    "transported",
    "mean_km",
    "gbp",
    "child_km",
    "child_miles",
)


def journey_report(
    journeys: pd.DataFrame,
    transport: DataFrame[Transport],
    travel: TravelChoices,
    choices: TransportChoices,
) -> pd.DataFrame:
    """Measure journeys: in all, by authority and by need group.

    Parameters
    ----------
    journeys
        authority_code, need_group, phase, children, and the direct drive one way: minutes,
        distance_km.
    transport
        What rides take and cost.
    travel
        Guide to the time in the vehicle by phase (`soft_minutes`).
    choices
        Trips a year.

    Returns
    -------
    DataFrame
        authority_code and need_group (``all`` in both: everybody; in one: summed over it), children
        and, one way of those children: mean_ride_minutes, p90_ride_minutes (what nine in ten do
        not exceed), longest_ride_minutes, beyond_guide (share whose time in the vehicle is longer
        than the guide of 45 or 75 minutes), within_walking (share within the statutory walking
        distance), transported (share with arranged transport), mean_km (direct drive); and a year
        gbp, child_km and child_miles (direct drive with the child, whoever drives). Rows without
        children are left out.
    """
    told = _measured(journeys[journeys["children"] > 0], transport, travel)
    rows = [{"authority_code": _ALL, "need_group": _ALL, **_summary(told, choices)}]
    for column, other in (("authority_code", "need_group"), ("need_group", "authority_code")):
        rows += [
            {column: code, other: _ALL, **_summary(part, choices)}
            for code, part in told.groupby(column, sort=True)
        ]
    report = pd.DataFrame(rows if len(told) else [])
    return report.reindex(columns=["authority_code", "need_group", *JOURNEY_MEASURES])


def _measured(
    journeys: pd.DataFrame, transport: DataFrame[Transport], travel: TravelChoices
) -> pd.DataFrame:
    """Give every journey its ride, price and shares."""
    told = journeys.reset_index(drop=True)
    minutes, km = (told[name].to_numpy(dtype=float) for name in ("minutes", "distance_km"))
    ride, gbp = ride_and_price(transport, told, minutes, km)
    guide = told["phase"].map({phase: travel.soft_minutes(phase) for phase in PHASES})
    return told.assign(
        ride=ride,
        gbp=gbp,
        beyond=ride > guide.to_numpy(dtype=float),
        walkable=within_walking(told["phase"], km),
        transported=transported_share(transport, told, km),
    )


def _summary(told: pd.DataFrame, choices: TransportChoices) -> dict[str, float]:
    """Return `JOURNEY_MEASURES` of some journeys."""
    if told.empty:
        return {}
    children = told["children"].to_numpy(dtype=float)
    everybody = float(children.sum())

    def mean(column: str) -> float:
        return float(children @ told[column].to_numpy(dtype=float)) / everybody

    ordered = told.sort_values("ride")
    reached = np.cumsum(ordered["children"].to_numpy(dtype=float))
    # The slack keeps a sum of fractions that should be nine tenths from missing them.
    most = int(np.searchsorted(reached, _NINE_IN_TEN * everybody * (1 - 1e-12)))
    child_km = mean("distance_km") * everybody * choices.trips_per_year
    return {
        "children": everybody,
        "mean_ride_minutes": mean("ride"),
        "p90_ride_minutes": float(ordered["ride"].iloc[most]),
        "longest_ride_minutes": float(ordered["ride"].iloc[-1]),
        "beyond_guide": mean("beyond"),
        "within_walking": mean("walkable"),
        "transported": mean("transported"),
        "mean_km": mean("distance_km"),
        "gbp": mean("gbp") * everybody,
        "child_km": child_km,
        "child_miles": child_km / KM_A_MILE,
    }
