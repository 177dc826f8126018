"""Ways of travelling: what a ride takes and costs in each, and how many children use which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_list, code_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.tables.study import TransportMix, UnitCosts

__all__ = ["TERMS", "Ways", "priced_modes", "ways_of_travelling", "within_walking"]

TERMS = ("ride_minutes", "ride_factor", "gbp", "gbp_per_km", "gbp_per_minute")
"""Columns of `tables.transport.Transport` that say what a ride takes and costs."""
_ANY = "*"
_CELL = ["need_group", "phase", "from_km"]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How the children of each need group, phase and distance band travel.

    `cells` has need_group, phase and from_km; `arranged` and `unpaid` are shares of these children,
    a row a cell and a column a mode in the order of `codes/transport_modes.csv`. Both together add
    up to one in every row.
    """

    cells: pd.DataFrame
    arranged: NDArray[np.float64]
    unpaid: NDArray[np.float64]


def priced_modes(
    unit_costs: DataFrame[UnitCosts], *, boarding_minutes: float, trips_per_year: float
) -> pd.DataFrame:
    r"""Return what a ride takes, and costs a child and year, in each way of travelling.

    With detour :math:`\delta`, pick-ups :math:`p` of :math:`\mu` minutes each, boarding
    :math:`\beta`, occupancy :math:`o` and empty running :math:`e`, a drive of :math:`m` minutes and
    :math:`d` km takes and costs

    .. math:: r = \beta + p \mu + \delta m \qquad
       \pounds = \frac{T}{o} \left[ f + v \, d \, \delta (1 + e) + a \frac{r}{60} (1 + e) \right]

    of which :math:`T` are one-way trips a year, :math:`f` £ a vehicle and trip, :math:`v` £ a
    vehicle km and :math:`a` £ an assistant's hour (nought where the mode has none).

    Parameters
    ----------
    unit_costs
        The whole cost library; of a mode, the line for it, else that for ``*``, else nought.
    boarding_minutes
        Minutes to board and alight, every ride.
    trips_per_year
        One-way journeys a year.

    Returns
    -------
    DataFrame
        A row a mode, indexed by it: is_arranged, ride_minutes, ride_factor, gbp, gbp_per_km and
        gbp_per_minute as in `tables.transport.Transport`. A mode that nobody arranges is free.
    """
    modes = code_table("transport_modes").set_index("mode")
    per_trip, per_km, per_hour = (
        _of_each_mode(unit_costs, item, modes.index)
        for item in ("vehicle_per_trip", "vehicle_per_km", "assistant_per_hour")
    )
    waiting = boarding_minutes + modes["pick_ups"] * modes["minutes_per_pick_up"]
    run = 1 + modes["empty_running"]
    per_minute = modes["has_assistant"] * per_hour / 60 * run
    trips = modes["is_arranged"] * trips_per_year / modes["occupancy"]
    return pd.DataFrame(
        {
            "is_arranged": modes["is_arranged"],
            "ride_minutes": waiting,
            "ride_factor": modes["detour"].astype(float),
            "gbp": trips * (per_trip + per_minute * waiting),
            "gbp_per_km": trips * per_km * modes["detour"] * run,
            "gbp_per_minute": trips * per_minute * modes["detour"],
        }
    )


def _of_each_mode(unit_costs: pd.DataFrame, item: str, modes: pd.Index) -> pd.Series:
    """Return the price of an item in each mode."""
    held = unit_costs[unit_costs["item"] == item].set_index("applies_to")["value"]
    held = held.astype(float)
    usual = float(held.get(_ANY, 0.0))
    return held.reindex(modes).fillna(usual)


def ways_of_travelling(
    mix: DataFrame[TransportMix] | None = None, eligibility: pd.DataFrame | None = None
) -> Ways:
    """Return who travels how: arranged transport by need and distance, others on foot or driven.

    A child is eligible beyond the walking distance by law, within it by need, from 16 on at the
    authority's discretion; of those eligible a share takes it up. Children without arranged
    transport walk within the walking distance and are driven by a parent beyond. Of those who
    would ride in a taxi alone, a share has an assistant because they are young.

    Parameters
    ----------
    mix
        How children with arranged transport travel; a study's own. The rows of the need group
        stand before those of its kind of provision, these before ``*``, and all of them before the
        default's in `codes/transport_mix.csv`.
    eligibility
        provision_kind, phase, within (share eligible within the walking distance), beyond, take_up,
        accompanied; default `codes/transport_eligibility.csv`.

    Returns
    -------
    Ways
        Every need group, phase and band; all have the same bands.
    """
    own = [] if mix is None else [pd.DataFrame(mix)]
    mixes = [*own, code_table("transport_mix")]
    walking = code_table("walking_distances")
    bands = sorted({float(km) for rows in (*mixes, walking) for km in rows["from_km"]})
    entitled = code_table("transport_eligibility") if eligibility is None else eligibility
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    cells = (
        groups.merge(entitled, on="provision_kind", how="left")
        .merge(pd.DataFrame({"from_km": bands}), how="cross")
        .sort_values(_CELL, ignore_index=True)
    )
    near = within_walking(cells["phase"], cells["from_km"])
    near_riders = near * (cells["within"] * cells["take_up"]).to_numpy()
    far_riders = (1 - near) * (cells["beyond"] * cells["take_up"]).to_numpy()
    told = pd.concat(
        [
            _at_bands(_mix_of(mixes, str(group), str(kind)), bands).assign(need_group=group)
            for group, kind in groups.itertuples(index=False)
        ]
    ).set_index(["need_group", "from_km"])
    places = told.index.get_indexer(pd.MultiIndex.from_frame(cells[["need_group", "from_km"]]))
    shares = _accompanied(told.iloc[places], cells["accompanied"].to_numpy())
    on_their_own = {"walk": near - near_riders, "parent": (1 - near) - far_riders}
    modes = code_list("transport_modes")
    unpaid = np.column_stack([on_their_own.get(mode, np.zeros(len(cells))) for mode in modes])
    arranged = shares * (near_riders + far_riders)[:, None]
    return Ways(cells=cells[_CELL], arranged=arranged, unpaid=unpaid)


def within_walking(phases: Sequence[str], distance_km: Sequence[float]) -> NDArray[np.float64]:
    """Return the share of children of each phase for whom a distance is one to walk.

    The statutory walking distance in `codes/walking_distances.csv`: 2 miles under 8, else 3.

    Examples
    --------
    >>> within_walking(["primary", "primary", "secondary", "secondary"], [3, 4, 4, 5]).tolist()
    [1.0, 0.5, 1.0, 0.0]
    """
    steps = code_table("walking_distances").sort_values(["phase", "from_km"])
    asked = pd.DataFrame({"phase": list(phases), "km": np.asarray(distance_km, dtype=float)})
    share = np.zeros(len(asked))
    for phase, rows in steps.groupby("phase", sort=True):
        mine = (asked["phase"] == phase).to_numpy()
        place = np.searchsorted(rows["from_km"].to_numpy(), asked["km"][mine], side="right") - 1
        share[mine] = rows["within"].to_numpy(dtype=float)[place]
    return share


def _mix_of(mixes: Sequence[pd.DataFrame], group: str, kind: str) -> pd.DataFrame:
    """Return the first rows there are for a need group, its kind of provision or all."""
    found = (rows[rows["applies_to"] == name] for rows in mixes for name in (group, kind, _ANY))
    return next(rows for rows in found if len(rows))


def _at_bands(rows: pd.DataFrame, bands: Sequence[float]) -> pd.DataFrame:
    """Return from_km and the share of each mode in every band."""
    wide = rows.pivot_table(index="from_km", columns="mode", values="share", aggfunc="sum")
    wide = wide.reindex(columns=list(code_list("transport_modes"))).fillna(0.0)
    wide.index = wide.index.astype(float)
    told = wide.reindex(bands, method="ffill").rename_axis("from_km").rename_axis(columns=None)
    return told.reset_index()


def _accompanied(shares: pd.DataFrame, accompanied: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give some of those who ride in a taxi alone an assistant."""
    told = shares.assign(accompanied=accompanied)
    moved = told["taxi"] * told["accompanied"]
    told["taxi"] -= moved
    told["taxi_with_assistant"] += moved
    return np.asarray(told[shares.columns], dtype=float)
