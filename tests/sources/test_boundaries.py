from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.boundaries import read_boundaries
from tests.sources.region import area_shapes

CODES = area_shapes()["LSOA21CD"].tolist()


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_every_format_gives_the_same_polygons_in_the_national_grid(tmp_path, ending):
    path = tmp_path / f"areas.{ending}"
    shapes = area_shapes().to_crs("EPSG:4326") if ending == "geojson" else area_shapes()
    if ending == "parquet":
        shapes.to_parquet(path)
    else:
        shapes.to_file(path)

    found = read_boundaries(path, CODES)

    assert found.shapes.crs.to_epsg() == 27700
    assert found.shapes.geometry.area.round(-2).eq(4_000_000).all()
    assert found.repaired == 0


def test_an_invalid_polygon_is_repaired_counted_and_stays_a_polygon(tmp_path):
    """A bow tie of two triangles of 1 km² each, with a spike that falls off."""
    bow_tie = shapely.Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000), (0, 3000), (0, 0)])
    shapes = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[bow_tie], crs="EPSG:27700")
    shapes.to_file(tmp_path / "areas.gpkg")

    found = read_boundaries(tmp_path / "areas.gpkg", ["A"])

    assert found.repaired == 1
    assert found.shapes.geometry.is_valid.all()
    assert found.shapes.geom_type.tolist() == ["MultiPolygon"]
    assert found.shapes.geometry.area.tolist() == pytest.approx([2_000_000])


def test_areas_without_a_polygon_are_counted_with_an_example(tmp_path):
    area_shapes().iloc[2:].to_file(tmp_path / "areas.gpkg")

    with pytest.raises(DataError, match=r"2 area\(s\) have no polygon, such as E01000000"):
        read_boundaries(tmp_path / "areas.gpkg", CODES)


def test_an_area_with_two_rows_is_refused(tmp_path):
    area_shapes().iloc[[0, 0]].to_file(tmp_path / "areas.gpkg")

    with pytest.raises(DataError, match="more than one row"):
        read_boundaries(tmp_path / "areas.gpkg", CODES[:1])


def test_a_layer_that_is_not_there_is_said_so(tmp_path):
    area_shapes().to_file(tmp_path / "areas.gpkg")

    with pytest.raises(DataError, match="layer moon"):
        read_boundaries(tmp_path / "areas.gpkg", CODES, layer="moon")


def test_of_several_layers_one_must_be_named(tmp_path):
    for layer in ("nodes", "edges"):
        area_shapes().to_file(tmp_path / "areas.gpkg", layer=layer)

    with pytest.raises(DataError, match=r"holds 2 layers \(nodes, edges\)"):
        read_boundaries(tmp_path / "areas.gpkg", CODES)
    assert len(read_boundaries(tmp_path / "areas.gpkg", CODES, layer="edges").shapes) == 8


@pytest.mark.real_data
def test_the_four_invalid_areas_of_the_published_geojson_are_repaired(real_files):
    path = real_files / "greater_manchester/lsoa_2021_gm_lsoa_generalised.geojson"
    codes = gpd.read_file(path)["area_code"].tolist()

    found = read_boundaries(path, codes)

    assert found.repaired == 4
    assert len(found.shapes) == 1702
    assert found.shapes.geometry.is_valid.all()


@pytest.mark.real_data
def test_published_parquet_of_middle_areas_is_read(real_files):
    found = read_boundaries(real_files / "england/msoa21_bgc_england.parquet", ["E02000984"])

    assert found.shapes["area_code"].tolist() == ["E02000984"]
