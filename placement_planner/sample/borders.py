"""Shared borders of a coverage whose corners are whole metres: who touches whom, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["border_graph", "nearest_source", "shared_borders"]


def _segments(shapes: NDArray[np.object_]) -> pd.DataFrame:
    rings, owner = shapely.get_rings(shapes, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = corners[:-1][same], corners[1:][same]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    return pd.DataFrame(
        {
            "x1": low[:, 0],
            "y1": low[:, 1],
            "x2": high[:, 0],
            "y2": high[:, 1],
            "owner": owner[ring[:-1][same]],
        }
    )


def shared_borders(shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Return one row a pair of neighbours: left < right, metres shared, a point on the border.

    The point is the middle of the longest straight piece that the two share.
    """
    pieces = _segments(shapes)
    pairs = pieces.merge(pieces, on=["x1", "y1", "x2", "y2"], suffixes=("_left", "_right"))
    pairs = pairs[pairs["owner_left"] < pairs["owner_right"]]
    borders = pd.DataFrame(
        {
            "left": pairs["owner_left"],
            "right": pairs["owner_right"],
            "metres": np.hypot(pairs["x2"] - pairs["x1"], pairs["y2"] - pairs["y1"]),
            "x": (pairs["x1"] + pairs["x2"]) / 2,
            "y": (pairs["y1"] + pairs["y2"]) / 2,
        }
    ).sort_values(["left", "right", "metres"])
    keys = ["left", "right"]
    total = borders.groupby(keys)["metres"].sum().rename("total")
    longest = borders.drop_duplicates(keys, keep="last").drop(columns="metres")
    return longest.join(total, on=keys).rename(columns={"total": "metres"}).reset_index(drop=True)


def border_graph(borders: pd.DataFrame, points: NDArray[np.float64]) -> coo_array:
    """Return the graph of neighbours, each edge as long as the line between their points."""
    left, right = borders["left"].to_numpy(), borders["right"].to_numpy()
    length = np.hypot(*(points[left] - points[right]).T)
    ends = np.concatenate([left, right]), np.concatenate([right, left])
    return coo_array((np.tile(length, 2), ends), shape=(len(points), len(points)))


def nearest_source(
    graph: coo_array, sources: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each node which source is nearest along the graph: connected territories."""
    _, _, nearest = dijkstra(
        graph.tocsr(), directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    position = {int(node): place for place, node in enumerate(sources)}
    return np.array([position.get(int(node), -1) for node in nearest], dtype=np.int64)
