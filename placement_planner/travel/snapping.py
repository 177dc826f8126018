"""From places to the road network: the nearest nodes, how far they are, and who is far from any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.scenario import TravelChoices
    from placement_planner.travel.network import RoadGraph

__all__ = ["FLAGS", "Snapped", "snap"]

FLAGS = {
    "": "on the network",
    "too_far": "further from any road than travel.snap_km",
    "island": "on roads that do not hang together with the mainland's",
    "outside": "beyond the edge of the road network",
}
_FRAGMENT = 10
"""Parts with fewer nodes than this are passed over where another part is near enough."""
_KM = 1000.0
_PLACE = ["easting", "northing"]


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """Places on the road network.

    Attributes
    ----------
    points
        One row a place: its code, easting, northing, node (where it enters the network soonest),
        access_km and access_minutes (of the leg to the road), flag (a key of `FLAGS`).
    nodes, km, minutes
        By place (row): positions of the nodes through which it may reach the network, and the way
        to each; a place that is off the network has none (km and minutes are infinite).
    segments, shares
        By place: the segment it is joined to (a row of `RoadGraph.segments`), and the part of it
        that lies between its start and the place.
    detour, kmh
        Road over straight line, and speed, of the legs to the road.
    """

    points: pd.DataFrame
    nodes: NDArray[np.intp]
    km: NDArray[np.float64]
    minutes: NDArray[np.float64]
    segments: NDArray[np.intp]
    shares: NDArray[np.float64]
    detour: float
    kmh: float


def snap(
    points: pd.DataFrame, graph: RoadGraph, choices: TravelChoices, *, arriving: bool = False
) -> Snapped:
    r"""Join places to the road nearest to them.

    The leg to a road at a straight line of :math:`d` km is :math:`q d` km long, at
    `choices.access_kmh`, with :math:`q` = `choices.access_detour`. A place enters the network
    part-way along the nearest segment, towards either end that its direction allows, whichever
    each journey finds faster. Motorways, which have no doors, and fragments of fewer than ten
    nodes are passed over where another road lies within `choices.snap_km`.

    Parameters
    ----------
    points
        A code (first column), easting and northing in EPSG:27700.
    graph
        The roads.
    choices
        `snap_km`, `access_kmh`, `access_detour`.
    arriving
        Whether journeys end at the places, rather than start there: it matters in one-way streets.

    Returns
    -------
    Snapped
        Places further than `choices.snap_km` from any road are off the network: "outside" beyond
        the rectangle of its nodes, else "too_far".
    """
    spots = points[_PLACE].to_numpy(dtype=float)
    segment, part = _nearest_segments(spots, graph, choices)
    away_km = shapely.distance(graph.lines[segment], shapely.points(spots)) / _KM
    access_km = away_km * choices.access_detour
    shares = shapely.line_locate_point(graph.lines[segment], shapely.points(spots), normalized=True)
    nodes, km, minutes = _to_ends(
        graph.segments.iloc[segment], shares, access_km, choices, arriving=arriving
    )
    off = away_km > choices.snap_km
    km[off], minutes[off] = np.inf, np.inf
    places = graph.nodes[_PLACE].to_numpy(dtype=float)
    beyond = ((spots < places.min(axis=0)) | (spots > places.max(axis=0))).any(axis=1)
    flag = np.select([off & beyond, off, part != 0], ["outside", "too_far", "island"], "")
    soonest = nodes[np.arange(len(nodes)), minutes.argmin(axis=1)]
    told = points.iloc[:, :1].assign(
        easting=spots[:, 0],
        northing=spots[:, 1],
        node=graph.nodes["node"].to_numpy()[soonest],
        access_km=access_km,
        access_minutes=60 * access_km / choices.access_kmh,
        flag=flag,
    )
    return Snapped(
        points=told.reset_index(drop=True),
        nodes=nodes,
        km=km,
        minutes=minutes,
        segments=segment,
        shares=shares,
        detour=choices.access_detour,
        kmh=choices.access_kmh,
    )


def _nearest_segments(
    spots: NDArray[np.float64], graph: RoadGraph, choices: TravelChoices
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the segment that each place is joined to, and the part of the network it is on."""
    component = graph.nodes["component"].to_numpy(dtype=np.int64)
    part = component[graph.segments["start"].to_numpy()]
    points = shapely.points(spots)
    nearest = _nearest(graph.lines, points)
    fit = np.bincount(component)[part] >= _FRAGMENT
    fit &= ~graph.segments["motorway"].to_numpy(dtype=bool)
    (rows,) = np.nonzero(fit)
    if len(rows):
        better = rows[_nearest(graph.lines[rows], points)]
        reach = shapely.distance(graph.lines[better], points) <= choices.snap_km * _KM
        nearest = np.where(reach, better, nearest)
    return nearest, part[nearest]


def _nearest(lines: NDArray[np.object_], points: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the nearest line of each point; of equals the first."""
    found, line = shapely.STRtree(lines).query_nearest(points)
    order = np.lexsort((line, found))
    _, first = np.unique(found[order], return_index=True)
    nearest: NDArray[np.intp] = line[order][first]
    return nearest


_Entries = tuple["NDArray[np.intp]", "NDArray[np.float64]", "NDArray[np.float64]"]


def _to_ends(
    segments: pd.DataFrame,
    shares: NDArray[np.float64],
    access_km: NDArray[np.float64],
    choices: TravelChoices,
    *,
    arriving: bool,
) -> _Entries:
    """Ways along the nearest segment to its start and its end: nodes, km, minutes."""
    part = np.stack([shares, 1 - shares], axis=1)
    access_minutes = 60 * access_km / choices.access_kmh
    km = access_km[:, None] + part * segments["km"].to_numpy()[:, None]
    minutes = access_minutes[:, None] + part * segments["minutes"].to_numpy()[:, None]
    shut = segments["one_way"].to_numpy(dtype=bool)
    against = 1 if arriving else 0
    km[shut, against], minutes[shut, against] = np.inf, np.inf
    return segments[["start", "end"]].to_numpy(dtype=np.intp), km, minutes
