"""Across the sample's border: neighbours beyond it, and numbers of pools that are there."""

import pandas as pd
import shapely

from placement_planner.sample.cross_border import build_cross_border, build_neighbouring_places
from placement_planner.tables import checked, study


def test_neighbours_lie_just_beyond_the_border_near_a_road(tables, areas):
    places = checked(study.NeighbouringPlaces, build_neighbouring_places(areas))

    points = shapely.points(places[["easting", "northing"]].to_numpy())
    land = shapely.union_all(areas.geometry.to_numpy())
    away = shapely.distance(points, land)
    roads = shapely.union_all(tables["roads"].geometry.to_numpy())
    assert away.min() > 500
    assert shapely.distance(points, roads).max() < 3000
    assert not places["site_name"].isin(tables["sites"]["site_name"]).any()
    assert not places["site_id"].isin(tables["sites"]["site_id"]).any()


def test_children_from_elsewhere_hold_pools_that_are_there_and_never_more_than_the_roll(tables):
    rows = checked(study.CrossBorder, build_cross_border(tables["provision"], tables["sites"]))

    into = rows[rows["direction"] == "in"]
    pools = tables["provision"].set_index("provision_id").loc[into["place"]]
    assert len(into) == 3
    assert (into["phase"].to_numpy() == pools["phase"].to_numpy()).all()
    assert (into["children"].to_numpy() <= pools["roll"].to_numpy()).all()
    assert pd.Index(rows["authority_code"]).isin(tables["authorities"]["authority_code"]).all()
