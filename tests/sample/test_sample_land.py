from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from placement_planner.sample.borders import border_graph, nearest_source, shared_borders


def test_two_unit_squares_share_one_border_of_one_metre():
    squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)])
    borders = shared_borders(squares)
    assert borders[["left", "right", "metres", "x", "y"]].to_numpy().tolist() == [[0, 1, 1, 1, 0.5]]


def test_each_node_of_a_chain_goes_to_the_nearer_source():
    squares = np.array([shapely.box(x, 0, x + 1, 1) for x in range(5)])
    points = shapely.get_coordinates(shapely.centroid(squares))
    graph = border_graph(shared_borders(squares), points)
    assert nearest_source(graph, [0, 4]).tolist()[:2] == [0, 0]
    assert nearest_source(graph, [0, 4]).tolist()[3:] == [1, 1]


def test_areas_tessellate_without_gap_or_overlap(areas):
    shapes = areas.geometry.to_numpy()
    assert len(areas) == 420
    assert areas.is_valid.all()
    assert (areas.geom_type == "Polygon").all()
    assert shapely.coverage_is_valid(shapes)
    # Corners are whole metres, so areas are exact halves and the sums must be equal, not close.
    assert shapely.union_all(shapes).area == areas.area.sum()
    assert len(shapely.get_parts(shapely.union_all(shapes))) == 1


def test_areas_nest_in_middle_areas_and_those_in_authorities(areas):
    assert areas["middle_code"].nunique() == 84
    assert areas["authority_code"].nunique() == 5
    assert (areas.groupby("middle_code")["authority_code"].nunique() == 1).all()
    for level in ("middle_code", "authority_code"):
        parts = areas.dissolve(level, method="coverage").geom_type
        assert (parts == "Polygon").all(), f"a {level} is in several pieces"


def test_the_heart_of_each_area_lies_in_it(areas):
    hearts = gpd.points_from_xy(areas["easting"], areas["northing"])
    assert areas.geometry.covers(gpd.GeoSeries(hearts, crs=areas.crs)).all()


def test_there_are_city_towns_and_countryside(areas):
    kinds = areas["rural_urban"].value_counts()
    assert set(kinds.index) == {"urban", "mixed", "rural"}
    assert kinds.min() > 40
    assert areas.crs == "EPSG:27700"


def test_population_of_an_area_is_that_of_a_small_area(tables):
    population = tables["population"]
    size = population.groupby("area_code")["children"].sum()
    assert population["age"].nunique() == 26
    assert 200_000 < size.sum() < 220_000
    assert size.median() == pytest.approx(490, abs=25)


def test_projection_starts_from_the_population_and_primary_ages_fall(tables, areas):
    projected = tables["population_projection"]
    code = areas.set_index("area_code")["authority_code"]
    population = tables["population"]
    counted = population.groupby([population["area_code"].map(code), "age"])["children"].sum()
    first = projected[projected["academic_year"] == 2025].set_index(["authority_code", "age"])
    assert (first["children"] - counted).abs().max() < 0.06
    assert sorted(projected["academic_year"].unique()) == list(range(2020, 2037))
    primary = projected[projected["age"].between(4, 10)].groupby("academic_year")["children"].sum()
    assert primary[2031] < 0.95 * primary[2025]
    housing = projected[projected["authority_code"] == "E08900002"]
    total = housing.groupby("academic_year")["children"].sum()
    assert total[2036] > total[2025]
