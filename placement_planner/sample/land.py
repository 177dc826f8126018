"""The invented land: coast, estuary, and small areas that tessellate and nest.

Everything is drawn on a grid of whole metres, so neighbours share their corners exactly and areas
add up without rounding. The land lies in the North Sea: no real place is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from placement_planner.sample.borders import border_graph, nearest_source, shared_borders
from placement_planner.sample.names import place_names
from placement_planner.sample.seeds import packaged_table, random_stream
from placement_planner.storage import CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AUTHORITIES", "build_land"]

ORIGIN = np.array([560_000.0, 440_000.0])
AUTHORITIES = pd.DataFrame(
    {
        "authority_code": [f"E0890000{number}" for number in range(1, 6)],
        "authority_name": [
            "Harrowmouth",
            "Corrindale",
            "Farringarth Coast",
            "South Wendle",
            "Dunnis and Quarn",
        ],
        "la_code": [str(900 + number) for number in range(1, 6)],
    }
)
AREAS = 420
AREAS_IN_MIDDLE = 5
CELLS_AROUND_SEED = 8
FILL_CELLS = 2600
COAST_KM = [
    (0, 2),
    (11, 0),
    (24, 1.5),
    (33, 0),
    (45, 2.5),
    (47.5, 13.2),
    (46.5, 18),
    (48, 23),
    (46, 31),
    (37, 37.5),
    (25, 36),
    (12, 38),
    (1, 34),
    (2, 22),
    (0, 12),
]
ESTUARY_KM = [
    (12.5, 17.2),
    (17, 16.2),
    (22, 15.6),
    (27, 14.2),
    (34, 13.2),
    (41, 14.8),
    (52, 14.0),
    (52, 21.5),
    (42, 20.6),
    (35, 22.8),
    (28, 21.4),
    (23, 18.4),
    (18, 17.9),
]
GRID_M = 1.0
URBAN_PER_KM2, MIXED_PER_KM2 = 0.8, 0.3


@dataclass(frozen=True)
class _Ground:
    outline: shapely.Polygon
    seeds: NDArray[np.float64]
    settlement: NDArray[np.int64]


def _roughened(
    corners_km: list[tuple[float, float]], rng: np.random.Generator, rough: float
) -> shapely.Polygon:
    """Displace midpoints four times over, so that a line looks like a coast."""
    line = np.array([*corners_km, corners_km[0]]) * 1000
    for _ in range(4):
        step = np.diff(line, axis=0)
        sideways = np.column_stack([-step[:, 1], step[:, 0]])
        middle = line[:-1] + step / 2 + sideways * rng.uniform(-rough, rough, (len(step), 1))
        merged = np.empty((2 * len(line) - 1, 2))
        merged[::2], merged[1::2] = line, middle
        line = merged
    return shapely.make_valid(shapely.Polygon(np.round(line + ORIGIN)))


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    land = _roughened(COAST_KM, rng, 0.14).difference(_roughened(ESTUARY_KM, rng, 0.10))
    parts = shapely.get_parts(shapely.set_precision(land, GRID_M))
    return max(parts, key=shapely.area)


def _spread_points(
    candidates: NDArray[np.float64], taken: NDArray[np.float64], number: int
) -> NDArray[np.float64]:
    """Choose points one by one, each as far as possible from those already taken."""
    chosen = []
    gap = np.hypot(*(candidates[:, None, :] - taken[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    for _ in range(number):
        best = int(gap.argmax())
        chosen.append(candidates[best])
        gap = np.minimum(gap, np.hypot(*(candidates - candidates[best]).T))
    return np.array(chosen)


def _on_land(outline: shapely.Polygon, points: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = shapely.buffer(outline, -60)
    inside: NDArray[np.float64] = points[shapely.contains_xy(inner, points[:, 0], points[:, 1])]
    return inside


def _seeds(rng: np.random.Generator) -> _Ground:
    """Place the heart of each area: settlements first, then countryside."""
    outline = _outline(rng)
    settlements = packaged_table("settlements")
    points, owners = [], []
    for place in settlements.itertuples():
        centre = ORIGIN + np.array([place.x_km, place.y_km]) * 1000
        tries = _on_land(
            outline, centre + rng.normal(0, place.spread_km * 1000, (40 * place.areas, 2))
        )
        # Two candidates each, the farthest taken: dense in the middle, never on top of another.
        points.append(_spread_points(tries[: 2 * place.areas], centre[None, :], place.areas))
        owners.append(np.full(place.areas, place.Index))
    town = np.concatenate(points)
    low, high = np.array(outline.bounds[:2]), np.array(outline.bounds[2:])
    country = _on_land(outline, rng.uniform(low, high, (6000, 2)))
    rural = _spread_points(country, town, AREAS - len(town))
    return _Ground(
        outline,
        np.round(np.concatenate([town, rural])),
        np.concatenate([*owners, np.full(len(rural), -1)]).astype(np.int64),
    )


def _cells(ground: _Ground, rng: np.random.Generator) -> NDArray[np.object_]:
    """Cut the land into small cells; areas are later made of whole cells."""
    seeds = ground.seeds
    gap = np.hypot(*(seeds[:, None, :] - seeds[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(gap, np.inf)
    reach = gap.min(axis=1)[:, None, None] * 0.55
    around = seeds[:, None, :] + rng.normal(0, 1, (len(seeds), CELLS_AROUND_SEED, 2)) * reach
    low, high = np.array(ground.outline.bounds[:2]), np.array(ground.outline.bounds[2:])
    fill = rng.uniform(low, high, (FILL_CELLS, 2))
    points = np.unique(np.round(np.concatenate([seeds, around.reshape(-1, 2), fill])), axis=0)
    edges = shapely.voronoi_polygons(
        shapely.multipoints(points),
        only_edges=True,
        extend_to=shapely.box(*(low - 5000), *(high + 5000)),
    )
    inner = shapely.intersection(edges, ground.outline)
    lines = shapely.union_all([inner, ground.outline.exterior], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    middle = shapely.point_on_surface(faces)
    kept = faces[
        shapely.contains_properly(shapely.buffer(ground.outline, 2), middle)
        & shapely.covers(ground.outline, middle)
    ]
    ordered: NDArray[np.object_] = kept[
        np.lexsort(shapely.get_coordinates(shapely.centroid(kept)).T)
    ]
    return ordered


def _areas_of_cells(cells: NDArray[np.object_], ground: _Ground) -> NDArray[np.object_]:
    borders = shared_borders(cells)
    heart = shapely.get_coordinates(shapely.point_on_surface(cells))
    tree = shapely.STRtree(cells)
    _, home = tree.query_nearest(shapely.points(ground.seeds), all_matches=False)
    area = nearest_source(border_graph(borders, heart), home)
    shapes = [shapely.coverage_union_all(cells[area == number]) for number in range(len(home))]
    return np.array([shapely.normalize(shape) for shape in shapes], dtype=object)


def _authorities(
    points: NDArray[np.float64], borders: pd.DataFrame, settlement: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Let authorities grow from their settlements; cut-off pieces go to a neighbour."""
    graph = border_graph(borders, points)
    towns = np.flatnonzero(settlement >= 0)
    owner = packaged_table("settlements")["authority"].to_numpy()[settlement[towns]]
    first = owner[nearest_source(graph, towns)]
    within = borders[first[borders["left"]] == first[borders["right"]]]
    _, piece = connected_components(border_graph(within, points), directed=False)
    size = np.bincount(piece)
    largest = pd.Series(size[piece]).groupby(first).transform("max").to_numpy()
    kept = size[piece[towns]] == largest[towns]
    authority: NDArray[np.int64] = owner[kept][nearest_source(graph, towns[kept])]
    return authority


def _middles(
    shapes: NDArray[np.object_], borders: pd.DataFrame, authority: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Group about five neighbouring areas of one authority; steps count, not metres."""
    inside = borders[authority[borders["left"]] == authority[borders["right"]]]
    ends = inside["left"], inside["right"]
    graph = coo_array((np.ones(len(inside)), ends), shape=(len(shapes), len(shapes)))
    metres = shapely.get_coordinates(shapely.centroid(shapes))
    scale = np.sqrt(shapely.area(shapes))
    crow = np.hypot(*(metres[inside["left"]] - metres[inside["right"]]).T)
    graph.data = 1 + 0.5 * crow / (scale[inside["left"]] + scale[inside["right"]])
    steps = dijkstra(graph.tocsr(), directed=False)
    hearts = [
        heart
        for number in range(authority.max() + 1)
        for heart in _hearts(steps, np.flatnonzero(authority == number))
    ]
    return nearest_source(graph, hearts)


def _hearts(steps: NDArray[np.float64], members: NDArray[np.int64]) -> list[int]:
    """Spread the hearts of middle areas over an authority, and let each settle in its middle."""
    within = steps[np.ix_(members, members)]
    hearts = [int(within.sum(axis=0).argmin())]
    for _ in range(round(len(members) / AREAS_IN_MIDDLE) - 1):
        hearts.append(int(within[hearts].min(axis=0).argmax()))
    for _ in range(25):
        nearest = within[hearts].argmin(axis=0)
        groups = [np.flatnonzero(nearest == number) for number in range(len(hearts))]
        hearts = [int(group[within[np.ix_(group, group)].sum(axis=0).argmin()]) for group in groups]
    return [int(members[heart]) for heart in hearts]


def _deprivation(ground: _Ground, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deprivation deciles: worst in the old city and the ports, best in green suburbs."""
    settlements = packaged_table("settlements")
    score = np.zeros(len(ground.seeds))
    for name, weight, reach in (
        ("Harrowmouth", 2.2, 3200),
        ("Harrow Quay", 1.5, 1800),
        ("Nettlesea", 2.0, 2500),
        ("Dunnisport", 1.5, 2000),
        ("Wendlemouth", 1.4, 1800),
        ("Ambrelwick", -1.2, 4000),
        ("Castle Rise", -0.9, 1500),
    ):
        place = settlements.loc[settlements["settlement"] == name].iloc[0]
        centre = ORIGIN + place[["x_km", "y_km"]].to_numpy(dtype=float) * 1000
        away = np.hypot(*(ground.seeds - centre).T)
        score += weight * np.exp(-((away / reach) ** 2))
    score += rng.normal(0, 0.8, len(score))
    rank = score.argsort()[::-1].argsort()
    return 1 + rank * 10 // len(score)


def build_land(seed: int) -> gpd.GeoDataFrame:
    """Return the areas (`tables.study.Areas`) with polygons, made from the seed alone."""
    rng = random_stream(seed, "land")
    ground = _seeds(rng)
    shapes = _areas_of_cells(_cells(ground, rng), ground)
    borders = shared_borders(shapes)
    authority = _authorities(ground.seeds, borders, ground.settlement)
    middle = _middles(shapes, borders, authority)
    density = 1e6 / shapely.area(shapes)
    return _named(
        gpd.GeoDataFrame(
            {
                "authority": authority,
                "middle": middle,
                "easting": ground.seeds[:, 0],
                "northing": ground.seeds[:, 1],
                "imd_decile": _deprivation(ground, rng),
                "rural_urban": np.select(
                    [density > URBAN_PER_KM2, density > MIXED_PER_KM2], ["urban", "mixed"], "rural"
                ),
            },
            geometry=shapes,
            crs=CRS,
        )
    )


def _named(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give codes and names in the order of authority and middle area."""
    ordered = areas.sort_values(["authority", "middle", "northing", "easting"], ignore_index=True)
    middles = ordered["middle"].drop_duplicates().tolist()
    place = ordered["middle"].map({code: number for number, code in enumerate(middles)})
    localities = np.array(place_names(len(middles)))
    authority = ordered["authority"]
    within = place - place.groupby(authority).transform("min") + 1
    letter = ordered.groupby("middle").cumcount().map(lambda number: chr(ord("A") + number))
    names = authority.map(AUTHORITIES["authority_name"])
    return ordered.assign(
        area_code=[f"E019{number:05d}" for number in range(1, len(ordered) + 1)],
        area_name=names + " " + within.map("{:03d}".format) + letter,
        middle_code=place.map(lambda number: f"E029{number + 1:05d}"),
        middle_name=localities[place],
        authority_code=authority.map(AUTHORITIES["authority_code"]),
    ).drop(columns=["authority", "middle"])
