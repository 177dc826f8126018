"""Drives over straight lines: circuity by distance, door to door speed by rural-urban class.

Straight lines cross estuaries and moors; roads or a matrix go before them where a study has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.stages import Travel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices

__all__ = ["circuity", "straight_drives", "straight_km"]

SHORTEST_KM = 0.3
"""Straight line within an area whose centroid is the site itself."""
_PAIRS_AT_ONCE = 2_000_000


def circuity(straight_km: NDArray[np.float64], choices: TravelChoices) -> NDArray[np.float64]:
    r"""Return road distance over straight-line distance.

    .. math:: Q(d) = \min(Q_{high}, \max(Q_{low}, Q_1 - b \ln d))

    References
    ----------
    Levinson (2009), "Network structure and city size"; fit through his distance bands.

    Examples
    --------
    >>> from placement_planner.scenario import TravelChoices
    >>> circuity(np.array([0.1, 1.0, 10.0, 100.0]), TravelChoices()).round(3).tolist()
    [1.75, 1.72, 1.398, 1.15]
    """
    fitted = choices.circuity_at_1_km - choices.circuity_fall * np.log(straight_km)
    return np.clip(fitted, choices.circuity_low, choices.circuity_high)


def straight_km(areas: pd.DataFrame, sites: pd.DataFrame) -> NDArray[np.float64]:
    """Return straight lines from every area (rows) to every site (columns), at least 0.3 km.

    Examples
    --------
    >>> home = pd.DataFrame({"easting": [0.0], "northing": [0.0]})
    >>> school = pd.DataFrame({"easting": [3000.0, 10.0], "northing": [4000.0, 0.0]})
    >>> straight_km(home, school).tolist()
    [[5.0, 0.3]]
    """
    east, north = (
        areas[axis].to_numpy(dtype=float)[:, None] - sites[axis].to_numpy(dtype=float)[None, :]
        for axis in ("easting", "northing")
    )
    return np.asarray(np.maximum(np.hypot(east, north) / 1000, SHORTEST_KM))


def straight_drives(
    areas: pd.DataFrame, sites: pd.DataFrame, choices: TravelChoices
) -> DataFrame[Travel]:
    r"""Return direct drives one way from every small area to every site in reach.

    For a straight line of :math:`d` km from an area whose class has the speed :math:`v`:

    .. math:: \text{km} = d \, Q(d) \qquad \text{minutes} = 60 \, \text{km} / v

    Boarding and pick-ups are part of the ride, not of the drive.

    Parameters
    ----------
    areas
        area_code, easting, northing (population-weighted centroid, EPSG:27700), rural_urban.
    sites
        site_id, easting, northing.
    choices
        Circuity, speeds by class, and the longest drive kept.

    Returns
    -------
    DataFrame
        By area and site; pairs beyond `choices.search_minutes` are left out. Some millions of pairs
        are worked at once, whatever the size of the region.
    """
    areas, sites = areas.sort_values("area_code"), sites.sort_values("site_id")
    kmh = np.array([choices.kmh(name) for name in areas["rural_urban"]], dtype=float)
    step = max(1, _PAIRS_AT_ONCE // max(1, len(sites)))
    blocks = [
        _block(areas, sites, kmh, choices, start, start + step)
        for start in range(0, max(1, len(areas)), step)
    ]
    area, site, minutes, km = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    codes, ids = areas["area_code"].astype("str"), sites["site_id"].astype("str")
    return checked(
        Travel,
        pd.DataFrame(
            {
                "area_code": codes.array.take(area),
                "site_id": ids.array.take(site),
                "minutes": minutes,
                "distance_km": km,
            }
        ),
    )


def _block(
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    kmh: NDArray[np.float64],
    choices: TravelChoices,
    start: int,
    stop: int,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return row of area, row of site, minutes and km of the pairs in reach, for some areas."""
    straight = straight_km(areas.iloc[start:stop], sites)
    km = straight * circuity(straight, choices)
    minutes = 60 * km / kmh[start:stop, None]
    area, site = np.nonzero(minutes <= choices.search_minutes)
    return area + start, site, minutes[area, site], km[area, site]
