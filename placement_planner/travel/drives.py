"""Drives from many areas to many sites along the roads, within a limit of time and of memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from placement_planner.tables import checked
from placement_planner.tables.stages import Travel
from placement_planner.travel.network import road_graph, road_nodes
from placement_planner.travel.snapping import FLAGS, snap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices
    from placement_planner.travel.network import RoadGraph
    from placement_planner.travel.snapping import Snapped

__all__ = ["RoadTravel", "road_drives", "road_travel", "write_drives"]

_CELLS = 4_000_000
"""Nodes, sites and areas, times the sites searched from at once: what bounds memory."""
_NAMED = 5
_PLACE = ["easting", "northing"]
_NOBODY = -9999
_COLUMNS = ["area_code", "site_id", "minutes", "distance_km"]


@dataclass(frozen=True, kw_only=True)
class RoadTravel:
    """Drives along the roads, and who is off them.

    Attributes
    ----------
    travel
        Drives from small areas, by area and site.
    areas, sites
        The places as they were joined to the network: see `Snapped.points`.
    stranded
        area_code and reason of the areas that reach no site.
    notes
        Sentences that name and count places off the network or on islands.
    """

    travel: DataFrame[Travel]
    areas: pd.DataFrame
    sites: pd.DataFrame
    stranded: pd.DataFrame
    notes: tuple[str, ...]


def road_drives(
    graph: RoadGraph,
    areas: Snapped,
    sites: Snapped,
    limit_minutes: float,
    *,
    block_size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[pd.DataFrame]:
    r"""Search the fastest drives from all areas, a block of sites at a time.

    Dijkstra's algorithm runs from the sites over the reversed roads, so that one-way streets are
    driven the right way. A drive from area :math:`a` to site :math:`s` takes

    .. math:: \min_{u \in N(a), v \in N(s)} \alpha_{au} + t(u, v) + \alpha_{sv}

    over the nodes :math:`N` that they may enter the network by, with legs :math:`\alpha`. Places
    joined to the same segment may drive along it without passing either end. Where an area and a
    site are nearer to each other than to the roads, the drive between them goes straight, at the
    speed and detour of such a leg.

    Parameters
    ----------
    graph
        The roads.
    areas, sites
        As from `snap`, with the same choices; sites as ``arriving``.
    limit_minutes
        Longest drive, legs included; longer ones are left out.
    block_size
        Sites at once; by default as many as keep a block within some hundred megabytes.
    progress
        Told after each block: sites done, sites in all.

    Yields
    ------
    DataFrame
        area_code, site_id, minutes, distance_km along the fastest drive; by site, then area.
    """
    search = _search(graph, sites)
    codes = areas.points.iloc[:, 0].to_numpy(dtype=str)
    names = sites.points.iloc[:, 0].to_numpy(dtype=str)
    size = block_size or max(1, _CELLS // (search.minutes.shape[0] + len(codes)))
    for first in range(0, len(names), size):
        rows = np.arange(first, min(first + size, len(names)))
        best = _to_areas(*_from_sites(search, rows, limit_minutes), areas)
        best = _along_segment(*best, graph, areas, sites, rows)
        minutes, km = _or_straight(*best, areas, sites, rows)
        site, area = np.nonzero(minutes <= limit_minutes)
        yield pd.DataFrame(
            {
                "area_code": codes[area],
                "site_id": names[rows[site]],
                "minutes": minutes[site, area],
                "distance_km": km[site, area],
            }
        )
        if progress is not None:
            progress(int(rows[-1]) + 1, len(names))


@dataclass(frozen=True, kw_only=True)
class _Search:
    """The roads reversed, and every site as a node from which legs lead into them.

    `steps` are the stored edges in rising order, each as start × size + end; `km` goes with them.
    """

    minutes: csr_array
    steps: NDArray[np.int64]
    km: NDArray[np.float64]
    nodes: int


def _search(graph: RoadGraph, sites: Snapped) -> _Search:
    nodes, roads = len(graph.nodes), graph.minutes.tocoo()
    site, entry = np.nonzero(np.isfinite(sites.minutes))
    size = nodes + len(sites.nodes)
    start = np.concatenate([roads.coords[1], nodes + site]).astype(np.int64)
    end = np.concatenate([roads.coords[0], sites.nodes[site, entry]]).astype(np.int64)
    steps = start * size + end
    order = np.argsort(steps)
    minutes = np.concatenate([roads.data, sites.minutes[site, entry]])[order]
    km = np.concatenate([graph.km.tocoo().data, sites.km[site, entry]])[order]
    table = csr_array((minutes, (start[order], end[order])), shape=(size, size))
    return _Search(minutes=table, steps=steps[order], km=km, nodes=nodes)


def _from_sites(
    search: _Search, rows: NDArray[np.intp], limit_minutes: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minutes and km from each site of a block to every node; infinite beyond the limit."""
    minutes, before = dijkstra(
        search.minutes, indices=search.nodes + rows, limit=limit_minutes, return_predecessors=True
    )
    km = np.where(np.isfinite(minutes), _along(before, search), np.inf)
    return minutes[:, : search.nodes], km[:, : search.nodes]


def _along(before: NDArray[np.int32], search: _Search) -> NDArray[np.float64]:
    """Sum km along paths told by predecessors, in as many rounds as twos make the longest.

    Each round adds to every node the sum of the one that its pointer has reached, and lets the
    pointer jump as far as that one's.
    """
    reached = before != _NOBODY
    size = before.shape[1]
    row, node = np.nonzero(reached)
    total = np.zeros(before.shape)
    step = before[row, node].astype(np.int64) * size + node
    total[row, node] = search.km[np.searchsorted(search.steps, step)]
    pointer = np.where(reached, before, np.arange(size, dtype=np.int32))
    lines = np.arange(len(before))[:, None]
    while True:
        further = pointer[lines, pointer]
        if np.array_equal(further, pointer):
            return total
        total += total[lines, pointer]
        pointer = further


def _to_areas(
    minutes: NDArray[np.float64], km: NDArray[np.float64], areas: Snapped
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minutes and km from each area to each site, by its best entry into the network."""
    best = np.full((len(minutes), len(areas.nodes)), np.inf)
    best_km = best.copy()
    for entry in range(areas.nodes.shape[1]):
        node = areas.nodes[:, entry]
        candidate = minutes[:, node] + areas.minutes[:, entry]
        better = candidate < best
        best = np.where(better, candidate, best)
        best_km = np.where(better, km[:, node] + areas.km[:, entry], best_km)
    return best, best_km


def _along_segment(
    minutes: NDArray[np.float64],
    km: NDArray[np.float64],
    graph: RoadGraph,
    areas: Snapped,
    sites: Snapped,
    rows: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let areas and sites of one segment drive along it, in the ways that are open."""
    site, area = np.nonzero(sites.segments[rows][:, None] == areas.segments[None, :])
    way = graph.segments.iloc[areas.segments[area]]
    part = sites.shares[rows[site]] - areas.shares[area]
    legs = [told.points[["access_minutes", "access_km"]].to_numpy() for told in (areas, sites)]
    leg = legs[0][area] + legs[1][rows[site]]
    along = leg[:, 0] + np.abs(part) * way["minutes"].to_numpy()
    shut = way["one_way"].to_numpy(dtype=bool) & (part < 0)
    on = np.isfinite(areas.km[area]).any(axis=1) & np.isfinite(sites.km[rows[site]]).any(axis=1)
    better = on & ~shut & (along < minutes[site, area])
    found = (site[better], area[better])
    minutes, km = minutes.copy(), km.copy()
    minutes[found] = along[better]
    km[found] = (leg[:, 1] + np.abs(part) * way["km"].to_numpy())[better]
    return minutes, km


def _or_straight(
    minutes: NDArray[np.float64],
    km: NDArray[np.float64],
    areas: Snapped,
    sites: Snapped,
    rows: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let neighbours that are nearer to each other than to the roads go straight."""
    ends = [told.points[_PLACE].to_numpy(dtype=float) for told in (sites, areas)]
    legs = [told.points["access_km"].to_numpy(dtype=float) for told in (sites, areas)]
    across = ends[0][rows][:, None, :] - ends[1][None, :, :]
    direct_km = np.hypot(across[..., 0], across[..., 1]) / 1000 * areas.detour
    direct = 60 * direct_km / areas.kmh
    on = [np.asarray(np.isfinite(told.km).any(axis=1)) for told in (sites, areas)]
    near = (direct_km < legs[0][rows][:, None] + legs[1][None, :]) & (direct < minutes)
    near &= on[0][rows][:, None] & on[1][None, :]
    return np.where(near, direct, minutes), np.where(near, direct_km, km)


def road_travel(
    roads: gpd.GeoDataFrame,
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    choices: TravelChoices,
    progress: Callable[[int, int], None] | None = None,
) -> RoadTravel:
    """Measure the drives of a study along its roads.

    Parameters
    ----------
    roads
        The table `roads` with its lines.
    areas, sites
        area_code or site_id, easting, northing.
    choices
        `search_minutes` and how places are joined to the roads.

    Raises
    ------
    DataError
        If the roads make no network.
    """
    graph = road_graph(roads, road_nodes(roads))
    home = snap(areas[["area_code", *_PLACE]].sort_values("area_code"), graph, choices)
    away = snap(sites[["site_id", *_PLACE]].sort_values("site_id"), graph, choices, arriving=True)
    blocks = list(road_drives(graph, home, away, choices.search_minutes, progress=progress))
    together = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=_COLUMNS)
    travel = checked(Travel, together.sort_values(["area_code", "site_id"]))
    lost = home.points[~home.points["area_code"].isin(travel["area_code"])]
    far = f"no site within {choices.search_minutes:g} minutes by road"
    reasons = lost["flag"].map(FLAGS).where(lost["flag"] != "", far)
    return RoadTravel(
        travel=travel,
        areas=home.points,
        sites=away.points,
        stranded=pd.DataFrame({"area_code": lost["area_code"], "reason": reasons}).reset_index(
            drop=True
        ),
        notes=(*_notes(home.points, "small area(s)"), *_notes(away.points, "site(s)")),
    )


def _notes(points: pd.DataFrame, what: str) -> Iterator[str]:
    """Name and count the places that are not on the mainland's roads, by flag."""
    for flag, rows in points[points["flag"] != ""].groupby("flag"):
        codes = rows.iloc[:, 0].astype(str)
        more = len(codes) - _NAMED
        named = ", ".join(codes.iloc[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        yield (
            f"{len(rows):,} of {len(points):,} {what} lie {FLAGS[str(flag)]}: {named}; the nearest "
            f"road is {rows['access_km'].min():.1f} to {rows['access_km'].max():.1f} km away."
        )


def write_drives(blocks: Iterable[pd.DataFrame], path: Path) -> int:
    """Write drives to Parquet, a row group a block, and return how many.

    The file appears under its name once it is whole; rows keep the order they come in.
    """
    schema = pa.schema(
        [
            ("area_code", pa.string()),
            ("site_id", pa.string()),
            ("minutes", pa.float64()),
            ("distance_km", pa.float64()),
        ]
    )
    partial = path.with_name(f".{path.name}.partial")
    count = 0
    try:
        with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            for block in blocks:
                table = pa.Table.from_pandas(block[_COLUMNS], schema=schema, preserve_index=False)
                writer.write_table(table)
                count += len(block)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count
