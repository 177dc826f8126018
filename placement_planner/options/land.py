"""Plots for new special schools, where many children have no special school near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.options.nearness import nearest_km
from placement_planner.tables import checked
from placement_planner.tables.study import Sites

if TYPE_CHECKING:
    import geopandas as gpd
    from pandera.typing import DataFrame

    from placement_planner.options.rules import OptionRules
    from placement_planner.tables.study import Population

__all__ = ["propose_land"]

_ESTIMATED = "site_name;easting;northing"


def _middle_areas(areas: gpd.GeoDataFrame, children: pd.Series) -> pd.DataFrame:
    """Larger areas with their children and the centroid that children weigh."""
    weight = areas["area_code"].map(children).fillna(0.0)
    table = pd.DataFrame(areas.drop(columns="geometry")).assign(
        children=weight, east=areas["easting"] * weight, north=areas["northing"] * weight
    )
    keys = ["authority_code", "middle_code", "middle_name"]
    summed = table.groupby(keys)[["children", "east", "north"]].sum().reset_index()
    summed = summed[summed["children"] > 0]
    return summed.assign(
        easting=summed["east"] / summed["children"], northing=summed["north"] / summed["children"]
    )


def _on_land(chosen: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Move each point to a spot inside the small area of its larger area that is nearest."""
    small = areas.merge(
        chosen[["middle_code", "easting", "northing"]], on="middle_code", suffixes=("", "_middle")
    )
    away = np.hypot(
        small["easting"] - small["easting_middle"], small["northing"] - small["northing_middle"]
    )
    small = small.assign(away=away).sort_values(["middle_code", "away", "area_code"])
    small = small.drop_duplicates("middle_code").set_index("middle_code")
    spots = small.geometry.representative_point()
    return chosen.assign(
        easting=chosen["middle_code"].map(spots.x).round(0),
        northing=chosen["middle_code"].map(spots.y).round(0),
    )


def propose_land(
    areas: gpd.GeoDataFrame,
    population: DataFrame[Population],
    sites: DataFrame[Sites],
    rules: OptionRules,
) -> DataFrame[Sites]:
    """Propose plots for new special schools: no known land, only where one would be wanted.

    In each authority, the larger areas with most children among those whose nearest state special
    school is far; where none is far, the farthest come first.

    Parameters
    ----------
    areas
        Small areas with polygons.
    population
        Children by area and age.
    sites
        Schools there are.
    rules
        Plots an authority, distance and ages.

    Returns
    -------
    DataFrame
        Sites of kind "land", named after their larger area, every position estimated.
    """
    of_age = population[population["age"].between(*rules.land_ages)]
    middle = _middle_areas(areas, of_age.groupby("area_code")["children"].sum())
    away = nearest_km(middle, sites[sites["site_kind"].eq("state_special")])
    middle = middle.assign(near_km=np.minimum(away, rules.land_distance_km).round(3))
    middle = middle.sort_values(
        ["authority_code", "near_km", "children", "middle_code"],
        ascending=[True, False, False, True],
    )
    chosen = middle.groupby("authority_code").head(rules.land_sites_per_authority)
    blank = dict.fromkeys(
        ("establishment_type", "gender", "religious_character", "admissions_policy"), None
    )
    numbers = dict.fromkeys(("low_age", "high_age", "capacity", "roll"), float("nan"))
    land = _on_land(chosen, areas).assign(
        site_id="land-" + chosen["middle_code"],
        site_name="Land wanted in " + chosen["middle_name"] + " (no known plot)",
        site_kind="land",
        phase="not_applicable",
        basis="assumption",
        estimated=_ESTIMATED,
        **blank,
        **numbers,
    )
    return checked(Sites, land[[name for name in Sites.to_schema().columns if name in land]])
