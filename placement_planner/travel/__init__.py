"""Journeys from areas to sites: straight line × circuity, at speeds by rural-urban class.

Straight lines cross estuaries; a matrix from road travel replaces this where it matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.stages import Travel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices
    from placement_planner.tables.study import Flows, Population, Provision

__all__ = ["circuity", "observed_journeys", "straight_line_journeys"]

SHORTEST_KM = 0.3
"""Straight line within an area whose centroid is the site itself."""


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


def straight_line_journeys(
    areas: pd.DataFrame,
    population: DataFrame[Population],
    sites: pd.DataFrame,
    level_codes: pd.Series,
    choices: TravelChoices,
) -> DataFrame[Travel]:
    """Return journeys one way from every area of the siting level to every site in reach.

    Parameters
    ----------
    areas, population
        Small areas with centroid and rural-urban class, and the children by whom a larger area's
        journeys are averaged.
    sites
        site_id, easting, northing.
    level_codes
        Code of the siting-level area of each row of `areas`.

    Returns
    -------
    DataFrame
        Minutes and km along roads; pairs beyond the widest hard limit are left out.
    """
    east = areas["easting"].to_numpy()[:, None] - sites["easting"].to_numpy()[None, :]
    north = areas["northing"].to_numpy()[:, None] - sites["northing"].to_numpy()[None, :]
    minutes, distance_km = _along_roads(east, north, _speeds(areas)[:, None], choices)
    codes, level = np.unique(level_codes.to_numpy(dtype=str), return_inverse=True)
    people = population.groupby("area_code")["children"].sum().reindex(areas["area_code"])
    weight = np.maximum(people.fillna(0.0).to_numpy(dtype=float), 1e-9)
    mean_minutes = _weighted_mean(minutes, weight, level, len(codes))
    mean_km = _weighted_mean(distance_km, weight, level, len(codes))
    widest = max(choices.hard_minutes_primary, choices.hard_minutes_secondary)
    area, site = np.nonzero(mean_minutes <= widest)
    return checked(
        Travel,
        pd.DataFrame(
            {
                "area_code": codes[area],
                "site_id": sites["site_id"].to_numpy(dtype=str)[site],
                "minutes": mean_minutes[area, site],
                "distance_km": mean_km[area, site],
            }
        ),
    )


def observed_journeys(
    flows: DataFrame[Flows],
    provision: DataFrame[Provision],
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    choices: TravelChoices,
) -> pd.DataFrame:
    """Return the journeys of children to the places they hold now, in the region.

    Returns
    -------
    DataFrame
        children, minutes, distance_km; one row a row of `flows`. Children placed out of the region
        have no row, since where they go is not known.
    """
    placed = (
        flows.merge(provision[["provision_id", "site_id"]], on="provision_id")
        .merge(sites[["site_id", "easting", "northing"]], on="site_id")
        .merge(areas, on="area_code", suffixes=("_site", ""))
    )
    east = (placed["easting"] - placed["easting_site"]).to_numpy()
    north = (placed["northing"] - placed["northing_site"]).to_numpy()
    minutes, distance_km = _along_roads(east, north, _speeds(placed), choices)
    return pd.DataFrame(
        {"children": placed["children"], "minutes": minutes, "distance_km": distance_km}
    )


def _speeds(areas: pd.DataFrame) -> NDArray[np.float64]:
    """Speed of each row's rural-urban class, km/h."""
    kmh = code_table("speeds").set_index("rural_urban")["kmh"]
    speeds: NDArray[np.float64] = areas["rural_urban"].map(kmh).to_numpy(dtype=float)
    return speeds


def _along_roads(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    speed_kmh: NDArray[np.float64],
    choices: TravelChoices,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minutes and km along roads over a straight line given in metres."""
    straight_km = np.maximum(np.hypot(east, north) / 1000, SHORTEST_KM)
    distance_km = straight_km * circuity(straight_km, choices)
    return choices.terminal_minutes + 60 * distance_km / speed_kmh, distance_km


def _weighted_mean(
    values: NDArray[np.float64], weight: NDArray[np.float64], level: NDArray[np.intp], count: int
) -> NDArray[np.float64]:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, level, values * weight[:, None])
    return np.asarray(total / np.bincount(level, weights=weight, minlength=count)[:, None])
