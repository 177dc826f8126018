"""How far every site is from every small area of a study: by a matrix, roads or straight lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.tables import checked
from placement_planner.tables.stages import Travel
from placement_planner.travel.cache import Measured, content_key, kept_or_measured
from placement_planner.travel.drives import road_travel
from placement_planner.travel.level import to_level
from placement_planner.travel.matrix import missing_pairs
from placement_planner.travel.straight import straight_drives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import geopandas as gpd
    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices
    from placement_planner.tables.study import NeighbouringPlaces, Population, Sites, TravelMatrix

__all__ = ["Drives", "Mode", "destinations", "measure_drives"]

Mode = Literal["matrix", "roads", "straight_line"]

_PLACE = ["easting", "northing"]
_ROADS = ["from_node", "to_node", "road_class", "length_km", "speed_kmh", "one_way"]
_BY_ROADS = ("search_minutes", "snap_km", "access_kmh", "access_detour")
_BY_LINES = (
    "search_minutes",
    "urban_kmh",
    "mixed_kmh",
    "rural_kmh",
    "circuity_at_1_km",
    "circuity_fall",
    "circuity_low",
    "circuity_high",
)
_FIRST_AGE, _LAST_AGE = 4, 18
_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Drives:
    """Direct drives one way, as they were measured.

    Attributes
    ----------
    mode
        How they were measured: matrix, roads or straight_line.
    small
        Drives from small areas; pairs out of reach are absent.
    stranded
        Small areas that reach no site: area_code, area_name, authority_code, children (aged 4 to
        18), reason.
    notes
        Sentences that name and count what is out of reach or off the network.
    key
        SHA-256 of everything the drives depend on.
    """

    mode: Mode
    small: DataFrame[Travel]
    stranded: pd.DataFrame
    notes: tuple[str, ...]
    key: str

    def at(self, units: pd.Series, people: pd.Series) -> DataFrame[Travel]:
        """Return the drives from units of the siting level: see `siting_units`, `to_level`."""
        return to_level(self.small, units, people)


@dataclass(frozen=True, kw_only=True)
class _Way:
    """One way to measure: what it depends on, and how it is done."""

    tables: dict[str, pd.DataFrame]
    choices: tuple[str, ...]
    modules: tuple[str, ...]
    measure: Callable[[], Measured]


def destinations(
    sites: DataFrame[Sites], neighbouring_places: DataFrame[NeighbouringPlaces] | None = None
) -> pd.DataFrame:
    """Return every site a child may be driven to: site_id, easting, northing, by site.

    A site in both tables stands where `sites` has it.
    """
    columns = ["site_id", *_PLACE]
    tables = (table for table in (sites, neighbouring_places) if table is not None)
    together = pd.concat([pd.DataFrame(table)[columns] for table in tables], ignore_index=True)
    return together.drop_duplicates("site_id").sort_values("site_id", ignore_index=True)


def measure_drives(
    areas: pd.DataFrame,
    population: DataFrame[Population],
    sites: pd.DataFrame,
    *,
    roads: gpd.GeoDataFrame | None,
    matrix: DataFrame[TravelMatrix] | None,
    choices: TravelChoices,
    folder: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Drives:
    """Measure the drives from every small area to every site, or take them as kept.

    Parameters
    ----------
    areas
        Small areas of a study, with centroid, rural-urban class, name and authority.
    population
        Children by small area, to count those who are stranded.
    sites
        site_id, easting, northing: see `destinations`.
    roads, matrix
        The study's road network and matrix, where it has them.
    choices
        `mode` says which is used; auto takes the matrix, else the roads, else straight lines.
    folder
        Where measured drives are kept for the next run; without one they are not. A matrix is
        never kept again.
    progress
        Told, in a sentence, what is being done.

    Raises
    ------
    DataError
        If the mode that is asked for needs a table that the study does not have, or the roads
        make no network.
    """
    tell = progress or (lambda _: None)
    areas = areas.sort_values("area_code", ignore_index=True)
    sites = sites[["site_id", *_PLACE]].sort_values("site_id", ignore_index=True)
    mode = _mode(choices, roads, matrix)
    way = _way(mode, areas, sites, roads, matrix, choices)
    key = content_key(way.modules, way.tables, choices.model_dump(include=set(way.choices)))
    tell(f"drives from {len(areas):,} areas to {len(sites):,} sites: {mode.replace('_', ' ')}")
    kept_in = None if mode == "matrix" else folder
    measured = kept_or_measured(kept_in, mode, key, way.measure, tell)
    stranded = _with_children(measured.stranded, areas, population)
    return Drives(
        mode=mode,
        small=measured.travel,
        stranded=stranded,
        notes=(*_stranded_notes(stranded), *measured.notes),
        key=key,
    )


def _mode(choices: TravelChoices, roads: pd.DataFrame | None, matrix: pd.DataFrame | None) -> Mode:
    """Return the mode that is chosen, or the first that the study has the tables for."""
    has = {"matrix": matrix is not None, "roads": roads is not None, "straight_line": True}
    if choices.mode == "auto":
        return next(mode for mode in ("matrix", "roads", "straight_line") if has[mode])
    if not has[choices.mode]:
        table = {"matrix": "travel_matrix", "roads": "roads"}[choices.mode]
        able = ", ".join(repr(name) for name, there in has.items() if there)
        raise DataError(
            f"travel.mode is {choices.mode!r}, and the study has no table {table}; right would be "
            f"that table in its boundaries, or travel.mode as one of 'auto', {able}"
        )
    return choices.mode


def _way(
    mode: Mode,
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    roads: gpd.GeoDataFrame | None,
    matrix: pd.DataFrame | None,
    choices: TravelChoices,
) -> _Way:
    """Gather what the drives of a mode depend on."""
    centroids = areas[["area_code", *_PLACE]]
    if mode == "matrix" and matrix is not None:
        return _Way(
            tables={"areas": centroids, "sites": sites, "matrix": pd.DataFrame(matrix)},
            choices=(),
            modules=("measure", "matrix"),
            measure=partial(_by_matrix, matrix, centroids, sites),
        )
    if mode == "roads" and roads is not None:
        lines = roads.sort_values(["from_node", "to_node"], ignore_index=True)
        drawn = lines.reindex(columns=_ROADS).assign(shape=lines.geometry.to_wkb(hex=True))
        return _Way(
            tables={"areas": centroids, "sites": sites, "roads": pd.DataFrame(drawn)},
            choices=_BY_ROADS,
            modules=("measure", "network", "snapping", "drives"),
            measure=partial(_by_roads, lines, centroids, sites, choices),
        )
    classed = areas[["area_code", *_PLACE, "rural_urban"]]
    return _Way(
        tables={"areas": classed, "sites": sites},
        choices=_BY_LINES,
        modules=("measure", "straight"),
        measure=partial(_by_straight_lines, classed, sites, choices),
    )


def _by_straight_lines(
    areas: pd.DataFrame, sites: pd.DataFrame, choices: TravelChoices
) -> Measured:
    travel = straight_drives(areas, sites, choices)
    reason = f"no site within {choices.search_minutes:g} minutes by straight line"
    return Measured(travel=travel, stranded=_unreached(travel, areas, reason), notes=())


def _by_roads(
    roads: gpd.GeoDataFrame, areas: pd.DataFrame, sites: pd.DataFrame, choices: TravelChoices
) -> Measured:
    found = road_travel(roads, areas, sites, choices)
    return Measured(travel=found.travel, stranded=found.stranded, notes=found.notes)


def _by_matrix(matrix: pd.DataFrame, areas: pd.DataFrame, sites: pd.DataFrame) -> Measured:
    """Take the rows of the study's areas and sites; say what is missing among them."""
    ours = matrix["area_code"].isin(areas["area_code"]) & matrix["site_id"].isin(sites["site_id"])
    travel = checked(Travel, pd.DataFrame(matrix[ours]).sort_values(["area_code", "site_id"]))
    stranded = _unreached(travel, areas, "no journey in the matrix")
    notes = _matrix_notes(travel, areas, sites, set(stranded["area_code"]))
    return Measured(travel=travel, stranded=stranded, notes=tuple(notes))


def _matrix_notes(
    travel: DataFrame[Travel], areas: pd.DataFrame, sites: pd.DataFrame, stranded: set[str]
) -> Iterator[str]:
    """Say which sites nobody reaches, and how many other pairs are missing."""
    lost = sites.loc[~sites["site_id"].isin(travel["site_id"]), "site_id"]
    if len(lost):
        yield (
            f"{len(lost):,} of {len(sites):,} sites have no journey in the matrix, and nobody is "
            f"placed there: {_listed(lost)}."
        )
    missing = missing_pairs(travel, areas, sites)
    missing = missing[~missing["area_code"].isin(stranded) & ~missing["site_id"].isin(lost)]
    if len(missing):
        near = missing.iloc[0]
        yield (
            f"{len(missing):,} other pairs of {len(areas) * len(sites):,} are not in the matrix "
            f"and count as out of reach; the nearest by straight line is {near['area_code']} to "
            f"{near['site_id']}, {near['straight_km']:.1f} km."
        )


def _unreached(travel: DataFrame[Travel], areas: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Return area_code and reason of the areas without any drive."""
    lost = areas.loc[~areas["area_code"].isin(travel["area_code"]), ["area_code"]]
    return lost.assign(reason=reason).reset_index(drop=True)


def _with_children(
    stranded: pd.DataFrame, areas: pd.DataFrame, population: DataFrame[Population]
) -> pd.DataFrame:
    """Return stranded areas with name, authority and children of school age, by code."""
    of_age = population[population["age"].between(_FIRST_AGE, _LAST_AGE)]
    children = of_age.groupby("area_code")["children"].sum()
    named = areas[["area_code", "area_name", "authority_code"]].merge(
        stranded[["area_code", "reason"]].astype({"area_code": "str"}), on="area_code"
    )
    counts = children.reindex(named["area_code"]).fillna(0.0).to_numpy(dtype=float)
    named = named.assign(children=counts).sort_values("area_code", ignore_index=True)
    return named[["area_code", "area_name", "authority_code", "children", "reason"]]


def _stranded_notes(stranded: pd.DataFrame) -> Iterator[str]:
    """Name and count the areas that reach no site, reason by reason."""
    for reason, areas in stranded.groupby("reason"):
        names = areas["area_name"] + " (" + areas["area_code"] + ")"
        yield (
            f"{len(areas):,} small area(s) with {areas['children'].sum():,.0f} children aged "
            f"{_FIRST_AGE} to {_LAST_AGE} reach no site ({reason}); each stands by itself and is "
            f"never averaged away: {_listed(names)}."
        )


def _listed(names: pd.Series) -> str:
    """Name the first few, and say how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names.iloc[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
