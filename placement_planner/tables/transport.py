"""Rides and their price: a table that siting, gap and costs read alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import NEED_GROUPS, PHASES

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

__all__ = ["Transport", "ride_and_price"]

_TERMS = ("ride_minutes", "ride_factor", "gbp", "gbp_per_km", "gbp_per_minute")
_WHO = ["authority_code", "need_group", "phase"]


class Transport(Table):
    r"""What a ride takes and costs by distance band, a straight line within each band.

    For a drive of :math:`m` minutes and :math:`d` km in the band of :math:`d`:

    .. math:: \text{ride} = r_0 + r_1 m \qquad \text{price} = c_0 + c_1 d + c_2 m

    The price is the mean over all children of the group, those who walk or are driven by parents
    included; every group has the same bands, the first from 0 km.
    """

    class Config(Table.Config):
        name = "transport"
        unique = ["authority_code", "need_group", "phase", "from_km"]

    authority_code: str = column("Authority the child lives in", str_matches=CODE)
    need_group: str = column("Need group of the child", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    from_km: float = column("Least distance of the band", unit="km", ge=0)
    ride_minutes: float = column("Boarding and pick-ups", unit="minutes", ge=0)
    ride_factor: float = column("Time in the vehicle a minute of direct drive", ge=1)
    gbp: float = column("Whatever the distance", unit="GBP per child a year", ge=0)
    gbp_per_km: float = column("By distance one way", unit="GBP per km and child a year", ge=0)
    gbp_per_minute: float = column(
        "By direct drive one way", unit="GBP per minute and child a year", ge=0
    )
    transported: float = column("Share of children with arranged transport", ge=0, le=1)


def ride_and_price(
    transport: DataFrame[Transport],
    children: pd.DataFrame,
    minutes: NDArray[np.float64],
    distance_km: NDArray[np.float64],
    of: NDArray[np.intp] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return time in the vehicle one way, minutes, and £ a child and year, row by row.

    Parameters
    ----------
    transport
        What a ride takes and costs.
    children
        authority_code, need_group, phase; one row a journey, unless `of` is given.
    minutes, distance_km
        The direct drive of each journey.
    of
        The row of `children` that each journey is of.

    Raises
    ------
    KeyError
        If the table lacks the authority, need group or phase of a child.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "authority_code": "A", "need_group": "ci_base", "phase": "primary",
    ...     "from_km": [0.0, 5.0], "ride_minutes": [0.0, 10.0], "ride_factor": [1.0, 1.5],
    ...     "gbp": [0.0, 1000.0], "gbp_per_km": [0.0, 100.0], "gbp_per_minute": [0.0, 10.0],
    ...     "transported": [0.0, 1.0]})
    >>> child = pd.DataFrame({"authority_code": ["A"] * 2, "need_group": "ci_base",
    ...                       "phase": "primary"})
    >>> ride, gbp = ride_and_price(table, child, np.array([6.0, 20.0]), np.array([4.0, 10.0]))
    >>> ride.tolist(), gbp.tolist()  # 10 + 1.5 × 20; 1,000 + 10 × 100 + 20 × 10
    ([6.0, 40.0], [0.0, 2200.0])
    """
    ordered = transport.sort_values([*_WHO, "from_km"])
    bands = np.unique(ordered["from_km"].to_numpy(dtype=float))
    known = pd.MultiIndex.from_frame(ordered.loc[ordered["from_km"] == bands[0], _WHO])
    row = known.get_indexer(pd.MultiIndex.from_frame(children[_WHO]))
    if (row < 0).any():
        raise KeyError(tuple(children[_WHO].to_numpy()[row < 0][0]))
    band = np.searchsorted(bands, distance_km, side="right") - 1
    cell = (row if of is None else row[of]) * len(bands) + band
    told = {name: ordered[name].to_numpy(dtype=float)[cell] for name in _TERMS}
    ride = told["ride_minutes"] + told["ride_factor"] * minutes
    price = told["gbp"] + told["gbp_per_km"] * distance_km + told["gbp_per_minute"] * minutes
    return ride, price
