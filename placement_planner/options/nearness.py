"""Straight lines between schools, bases and the areas that children live in.

Straight lines are fine for a first look at who could host; plans are made with drives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["WHO", "children_within", "children_without_places", "nearest_km", "nearest_rows"]

WHO = ["need_group", "phase"]
_METRES = 1000.0
_NEARLY_NOBODY = 1e-9


def _points(places: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return coordinates and which of them are known."""
    points = places[["easting", "northing"]].to_numpy(dtype=float)
    return points, np.isfinite(points).all(axis=1)


def _nearest(
    places: pd.DataFrame, ends: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distance (km) and row of the nearest end; infinite and -1 where there is none."""
    (start, known), (goal, sited) = _points(places), _points(ends)
    away = np.where(known, np.inf, np.nan)
    row = np.full(len(places), -1, dtype=np.intp)
    if known.any() and sited.any():
        metres, found = KDTree(goal[sited]).query(start[known])
        away[known], row[known] = metres / _METRES, np.flatnonzero(sited)[found]
    return away, row


def nearest_km(places: pd.DataFrame, ends: pd.DataFrame) -> NDArray[np.float64]:
    """Straight line from each place to the nearest of the ends, km.

    Parameters
    ----------
    places, ends
        easting and northing, m; rows without them are passed over.

    Returns
    -------
    ndarray
        Infinite where there is no end, NaN where the place has no coordinates.

    Examples
    --------
    >>> here = pd.DataFrame({"easting": [0.0, np.nan], "northing": [0.0, 0.0]})
    >>> there = pd.DataFrame({"easting": [3000.0, 9000.0], "northing": [4000.0, 0.0]})
    >>> nearest_km(here, there).tolist(), nearest_km(here, there.head(0)).tolist()
    ([5.0, nan], [inf, nan])
    """
    return _nearest(places, ends)[0]


def nearest_rows(places: pd.DataFrame, ends: pd.DataFrame) -> NDArray[np.intp]:
    """Position of the nearest end of each place; -1 where there is none."""
    return _nearest(places, ends)[1]


def _within(places: pd.DataFrame, ends: pd.DataFrame, km: float) -> sparse.csr_array:
    """Ones where an end lies within so many km of a place."""
    (start, known), (goal, sited) = _points(places), _points(ends)
    shape = (len(places), len(ends))
    if not (known.any() and sited.any()):
        return sparse.csr_array(shape)
    pairs = KDTree(start[known]).sparse_distance_matrix(
        KDTree(goal[sited]), km * _METRES, output_type="ndarray"
    )
    rows, columns = np.flatnonzero(known)[pairs["i"]], np.flatnonzero(sited)[pairs["j"]]
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _by_area(need: pd.DataFrame, areas: pd.DataFrame, who: Sequence[str]) -> pd.DataFrame:
    """Lay children out by area (rows, in the order of `areas`) and need group and phase."""
    wide = need.pivot_table(
        index="area_code", columns=list(who), values="children", aggfunc="sum", fill_value=0.0
    )
    return wide.reindex(areas["area_code"], fill_value=0.0)


def children_within(
    places: pd.DataFrame, areas: pd.DataFrame, need: pd.DataFrame, km: float
) -> pd.DataFrame:
    """Count the children whose area's centroid lies within a straight line of each place.

    Parameters
    ----------
    places
        easting, northing; one row a place.
    areas
        area_code, easting, northing (centroids).
    need
        area_code, need_group, phase, children.
    km
        Length of the line.

    Returns
    -------
    DataFrame
        A row a place, in order; a column a (need_group, phase).
    """
    wide = _by_area(need, areas, WHO)
    near = _within(places, areas, km) @ wide.to_numpy(dtype=float)
    return pd.DataFrame(near, columns=wide.columns)


def children_without_places(
    need: pd.DataFrame, pools: pd.DataFrame, areas: pd.DataFrame, km: float
) -> pd.DataFrame:
    r"""Count the children of each area whom no place near is left for.

    Every pool offers its places to the children within reach alike; a child's access is the sum
    over the pools within reach (two-step floating catchment, Luo and Wang 2003), and the children
    without a place near are

    .. math:: n_i \max\Bigl(0, 1 - \sum_{j: d_{ij} \le d} \frac{p_j}{\sum_{k: d_{kj} \le d} n_k}
        \Bigr)

    for children :math:`n_i`, places :math:`p_j` and straight lines :math:`d_{ij}`.

    Parameters
    ----------
    need
        area_code, need_group, phase, children.
    pools
        designation, phase, planning_places, easting, northing; a pool serves its own designation.
    areas
        area_code, easting, northing.
    km
        Reach.

    Returns
    -------
    DataFrame
        Columns of `need` that are named above, children left without a place.

    Examples
    --------
    >>> area = pd.DataFrame({"area_code": ["a", "b"], "easting": [0.0, 9e3], "northing": 0.0})
    >>> need = pd.DataFrame({"area_code": ["a", "b"], "need_group": "ci_base",
    ...                      "phase": "primary", "children": [12.0, 5.0]})
    >>> pool = pd.DataFrame({"designation": ["ci_base"], "phase": "primary",
    ...                      "planning_places": 8.0, "easting": 0.0, "northing": 0.0})
    >>> children_without_places(need, pool, area, 2.0)["children"].tolist()
    [4.0, 5.0]
    """
    wide = _by_area(need, areas, WHO)
    parts = []
    for group, phase in wide.columns:
        children = wide[group, phase].to_numpy(dtype=float)
        own = pools[pools["designation"].eq(group) & pools["phase"].eq(phase)]
        near = _within(own, areas, km)
        wanted = near @ children
        places = own["planning_places"].to_numpy(dtype=float)
        offered = np.divide(places, wanted, out=np.zeros(len(own)), where=wanted > _NEARLY_NOBODY)
        left = children * np.maximum(0.0, 1.0 - near.T @ offered)
        keys = {"area_code": wide.index, "need_group": group, "phase": phase}
        parts.append(pd.DataFrame({**keys, "children": left}))
    columns = ["area_code", *WHO, "children"]
    return pd.concat(parts, ignore_index=True) if parts else need.head(0)[columns]
