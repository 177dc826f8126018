"""Areas with the same places in reach and nearly the same journeys, taken together as one.

Within an authority and a need, areas are joined by Ward's method on what their places cost them.
A cluster has the children of its areas, the links that all of them have, and their mean costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, ward

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.groups import Groups
    from placement_planner.siting.problem import Problem

__all__ = ["Clusters", "cluster"]

_WAY = ["authority_code", "need_group", "area_code"]
_COSTS = ["minutes", "distance_km", "gbp_0", "gbp_1", "gbp_2"]


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """A problem whose areas are clusters.

    Attributes
    ----------
    problem
        Of clusters.
    of_group, number
        (G,): the group there of each group of the whole, and the cluster of its area and need.
    """

    problem: Problem
    of_group: NDArray[np.int64]
    number: NDArray[np.int64]


def cluster(problem: Problem, most: int) -> Clusters:
    """Take areas together, so that there are about `most` clusters of an area and a need.

    Those are joined first whose costs differ least, whatever their authority and need.
    """
    way = problem.groups.table.groupby(_WAY, sort=True).ngroup().to_numpy()
    cluster_of_way = _clusters_of_ways(problem, way, most)
    return _merged(problem, cluster_of_way[way])


def _clusters_of_ways(problem: Problem, way: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return a number for each area and need: the same for those that are joined."""
    table = problem.groups.table.assign(way=way)
    first = table.drop_duplicates("way").sort_values("way")
    trees = [
        (rows["way"].to_numpy(), ward(_costs(problem, way, rows["way"].to_numpy())))
        for _, rows in first.groupby(["authority_code", "need_group"], sort=True)
        if len(rows) > 1
    ]
    heights = np.sort(np.concatenate([np.zeros(0), *(tree[:, 2] for _, tree in trees)]))
    joined = max(len(first) - most, 0)
    height = heights[joined - 1] if joined else -1.0
    number, count = np.arange(len(first)), len(first)
    for ways, tree in trees:
        own = fcluster(tree, height, criterion="distance")
        number[ways] = count + own
        count += own.max() + 1
    return np.unique(number, return_inverse=True)[1]


def _costs(
    problem: Problem, way: NDArray[np.int64], ways: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what every pool costs a child of each way, £ a year: that of fallback at most."""
    position = np.full(way.max() + 1, -1)
    position[ways] = np.arange(len(ways))
    link = np.flatnonzero(position[way[problem.link_group]] >= 0)
    group = problem.link_group[link]
    pools, column = np.unique(problem.link_pool[link], return_inverse=True)
    dear = np.zeros(len(ways))
    own = np.flatnonzero(position[way] >= 0)
    np.maximum.at(dear, position[way[own]], problem.fallback_gbp[own])
    costs = np.repeat(dear[:, None], len(pools), axis=1)
    row = position[way[group]]
    costs[row, column] = np.minimum(problem.link_gbp[link, 0], dear[row])
    return costs


def _merged(problem: Problem, number: NDArray[np.int64]) -> Clusters:
    """Return the problem of clusters.

    Parameters
    ----------
    number
        (G,): the cluster of each group's area and need.
    """
    table = problem.groups.table
    keys = pd.MultiIndex.from_arrays([number, table["phase"]])
    of_group, first = pd.factorize(keys)
    lead = np.unique(of_group, return_index=True)[1]
    weight = problem.groups.children.sum(axis=1)
    groups = _groups(problem, number, of_group, lead, weight)
    links, limit = _links(problem, of_group, weight, len(first))
    routes = replace(
        problem.routes,
        groups=tuple(np.unique(of_group[members]) for members in problem.routes.groups),
        worst_gbp=_means(problem.routes.worst_gbp, of_group, weight),
    )
    exchange = replace(problem.exchange, of_link=limit)
    return Clusters(
        problem=replace(problem, groups=groups, links=links, routes=routes, exchange=exchange),
        of_group=of_group,
        number=number,
    )


def _means(
    values: NDArray[np.float64], of_group: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return means by cluster, weighed by children."""
    sums = np.zeros((of_group.max() + 1, *values.shape[1:]))
    weights = weight.reshape(-1, *([1] * (values.ndim - 1)))
    np.add.at(sums, of_group, values * weights)
    total = np.zeros((len(sums), *([1] * (values.ndim - 1))))
    np.add.at(total, of_group, weights)
    means: NDArray[np.float64] = sums / np.maximum(total, np.finfo(float).tiny)
    return means


def _groups(
    problem: Problem,
    number: NDArray[np.int64],
    of_group: NDArray[np.int64],
    lead: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> Groups:
    groups, table = problem.groups, problem.groups.table
    children = np.zeros((len(lead), groups.children.shape[1]))
    np.add.at(children, of_group, groups.children)
    following = np.full((len(lead), groups.following.shape[1]), -1, dtype=np.int64)
    for phases_on, later in enumerate(groups.following.T):
        there = later >= 0
        following[of_group[there], phases_on] = of_group[later[there]]
    return replace(
        groups,
        table=table.iloc[lead].assign(
            area_code=[f"cluster {each}" for each in number[lead]],
            fallback_gbp=_means(problem.fallback_gbp, of_group, weight),
        ).reset_index(drop=True),
        children=children,
        following=following,
        stay=_means(groups.stay, of_group, weight),
        follow=_means(groups.follow, of_group, weight),
    )  # fmt: skip


def _links(
    problem: Problem, of_group: NDArray[np.int64], weight: NDArray[np.float64], clusters: int
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the links that all areas of a cluster with children have, and the border of each."""
    links, pools = problem.links, len(problem.pools.table)
    key = of_group[problem.link_group] * pools + problem.link_pool
    keys, first, row = np.unique(key, return_index=True, return_inverse=True)
    group = keys // pools
    share = weight[problem.link_group]
    covered = np.bincount(row, share)
    whole = np.bincount(of_group, weight, minlength=clusters)
    kept = np.flatnonzero((covered > 0) & (covered >= whole[group] * (1 - 1e-9)))
    means = {
        name: np.bincount(row, links[name].to_numpy() * share)[kept] / covered[kept]
        for name in _COSTS
    }
    told = pd.DataFrame({"group": group[kept], "pool": keys[kept] % pools, **means})
    return told, problem.exchange.of_link[first[kept]]
