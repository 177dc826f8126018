"""From a plan for clusters to one for their areas: everybody of a cluster goes where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.arcs import stays_of
from placement_planner.siting.decompose.openings import matches
from placement_planner.siting.decompose.ways import Entrants, with_room

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.decompose.clusters import Clusters
    from placement_planner.siting.problem import Problem

__all__ = ["split"]


def split(problem: Problem, clusters: Clusters, placed: Entrants) -> Entrants:
    """Part those placed of clusters over their areas, as those who come to need a place then.

    Parameters
    ----------
    placed
        On arcs of the clusters' problem.
    """
    children = problem.groups.children
    used = np.zeros(children.shape)
    parts = []
    for entry in range(children.shape[1]):
        room = np.maximum(children[:, entry] - used[:, entry], 0.0)
        now = np.flatnonzero(placed.entry == entry)
        link, share = _of_areas(problem, clusters, placed.link[now], placed.children[now], room)
        stays = stays_of(problem, link, np.full(len(link), entry))
        np.add.at(used, (stays.group, stays.year), stays.share * share[stays.arc])
        parts.append((link, np.full(len(link), entry), share))
    links, entries, parted = (np.concatenate(part) for part in zip(*parts, strict=True))
    return with_room(problem, Entrants(link=links, entry=entries, children=parted), used)


def _of_areas(
    problem: Problem,
    clusters: Clusters,
    link: NDArray[np.int64],
    placed: NDArray[np.float64],
    room: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return links of areas, and children on each, for one year's placements of clusters."""
    whole, pools = clusters.problem, len(problem.pools.table)
    group, pool = whole.link_group[link], whole.link_pool[link]
    size = len(whole.groups.table)
    there = np.maximum(
        np.bincount(clusters.of_group, room, minlength=size),
        np.bincount(group, placed, minlength=size),
    )
    arc, area = matches(clusters.of_group, group)
    key = problem.link_group * pools + problem.link_pool
    which, found = matches(key, area * pools + pool[arc])
    arc, area = arc[which], area[which]
    share = placed[arc] * room[area] / np.maximum(there[group[arc]], np.finfo(float).tiny)
    return found, share
