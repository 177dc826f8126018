"""Sites of a study, from the schools of a GIAS extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from placement_planner.sources.postcodes import plain_postcode
from placement_planner.storage import CRS
from placement_planner.tables import LIST_SEPARATOR, checked
from placement_planner.tables.study import Sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

__all__ = ["build_sites"]

_SLIVER_M = 50.0
_METRES = ["easting", "northing"]


def _placed_by_postcode(schools: pd.DataFrame, postcodes: pd.DataFrame | None) -> pd.DataFrame:
    """Fill blank positions from the postcode; `placed_by` says so."""
    if postcodes is None:
        return schools.assign(placed_by=None)
    lookup = postcodes.set_index("postcode")
    blank = schools["easting"].isna() | schools["northing"].isna()
    where = lookup.reindex(plain_postcode(schools["postcode"].astype("str"))).set_axis(
        schools.index
    )
    found = blank & where["easting"].notna()
    metres = schools[_METRES].where(~found, where[_METRES])
    return schools.assign(
        easting=metres["easting"],
        northing=metres["northing"],
        placed_by=found.map({True: "postcode", False: None}),
    )


def _placed_by_area(schools: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Fill positions that are still blank from the centroid of the school's small area."""
    centroid = areas.set_index("area_code")[_METRES].reindex(schools["area_code"])
    centroid = centroid.set_axis(schools.index)
    found = schools["easting"].isna() & centroid["easting"].notna()
    metres = schools[_METRES].where(~found, centroid)
    return schools.assign(
        easting=metres["easting"],
        northing=metres["northing"],
        placed_by=schools["placed_by"].where(~found, "area"),
    )


def _authority_of_position(schools: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the authority of the area each school lies in; blank outside all areas."""
    points = gpd.GeoDataFrame(
        schools[["site_id"]],
        geometry=gpd.points_from_xy(schools["easting"], schools["northing"]),
        crs=CRS,
    )
    columns = ["area_code", "authority_code", "geometry"]
    joined = points.sjoin_nearest(areas[columns], max_distance=_SLIVER_M).sort_values("area_code")
    first: pd.Series = joined.loc[~joined.index.duplicated(), "authority_code"]
    return first.reindex(schools.index)


def _flags(schools: pd.DataFrame, estimated: Sequence[str]) -> pd.Series:
    """Names of the estimated columns that each row has, parted by ;."""
    flags = pd.DataFrame(
        {name: schools[name].notna().map({True: name, False: ""}) for name in estimated},
        index=schools.index,
    )
    if "roll_from" in schools and "roll" not in flags:
        flags["roll"] = schools["roll_from"].notna().map({True: "roll", False: ""})
    by_lookup = schools["placed_by"].notna()
    flags["position"] = by_lookup.map({True: LIST_SEPARATOR.join(_METRES), False: ""})
    joined = [LIST_SEPARATOR.join(filter(None, row)) for row in flags.itertuples(index=False)]
    return pd.Series(joined, index=schools.index, dtype="str").replace("", None)


def _notes(schools: pd.DataFrame, authority: pd.Series) -> tuple[str, ...]:
    notes = []
    by = schools["placed_by"].value_counts()
    for way, words in (
        ("postcode", "by their postcode, which is not kept"),
        ("area", "at the centroid of their small area"),
    ):
        if by.get(way, 0):
            notes.append(f"{by[way]} school(s) without a position were placed {words}.")
    nowhere = schools.loc[schools["easting"].isna(), "site_name"]
    if len(nowhere):
        notes.append(
            f"{len(nowhere)} school(s) have no position and were left out: "
            + ", ".join(nowhere)
            + "."
        )
    outside = schools.loc[schools["easting"].notna() & authority.isna(), "site_name"]
    if len(outside):
        notes.append(
            f"{len(outside)} school(s) lie outside every area and were left out: "
            + ", ".join(outside)
            + "."
        )
    return tuple(notes)


def build_sites(
    schools: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    postcodes: pd.DataFrame | None = None,
    estimated: Sequence[str] = (),
) -> tuple[DataFrame[Sites], tuple[str, ...]]:
    """Place the schools and keep those inside the areas; no postcode is kept.

    The authority of a site is the one it lies in, which for a few schools is not the one that
    GIAS names.

    Parameters
    ----------
    schools
        What `read_establishments` returns.
    areas
        Areas with polygons, EPSG:27700.
    postcodes
        Lookup for schools without a position.
    estimated
        Columns of the schools that are old or borrowed, flagged where filled.

    Returns
    -------
    tuple
        The sites, and notes on those that were placed otherwise or left out.
    """
    placed = _placed_by_area(_placed_by_postcode(schools, postcodes), areas)
    authority = _authority_of_position(placed[placed["easting"].notna()], areas)
    authority = authority.reindex(placed.index)
    sites = placed.assign(
        authority_code=authority, basis="published", estimated=_flags(placed, estimated)
    )
    return checked(Sites, sites[_site_columns()][authority.notna()]), _notes(placed, authority)


def _site_columns() -> list[str]:
    return [name for name, field in Sites.to_schema().columns.items() if field.required]
