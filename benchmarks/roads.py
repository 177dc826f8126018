"""How long drives take to search: Greater Manchester and England on major roads, to Parquet.

Run it as `python benchmarks/roads.py FOLDER`, FOLDER holding the published files named below. Major
roads © OpenStreetMap contributors, ODbL 1.0. Times depend on the machine.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

from placement_planner.scenario import TravelChoices
from placement_planner.travel import road_drives, road_graph, snap, write_drives

CHOICES = TravelChoices()


def network(folder):
    edges = pd.read_csv(folder / "roads_odbl/uk_highways_osm_edges.csv.gz")
    nodes = pd.read_csv(folder / "roads_odbl/uk_highways_osm_nodes.csv.gz")
    roads = pd.DataFrame(
        {"from_node": edges["u"].astype(str), "to_node": edges["v"].astype(str),
         "length_km": edges["length_km"], "speed_kmh": 43.1}
    )  # fmt: skip
    places = nodes.assign(node=nodes["node"].astype(str))[["node", "easting", "northing"]]
    return roads, places


def places(path, code, columns, name):
    table = pd.read_csv(path, low_memory=False)
    if "establishment_type" in table and "england" in str(path):
        table = table[table["establishment_type"].str.contains("special", case=False)]
    spots = table[[code, *columns]].set_axis([name, "easting", "northing"], axis=1).dropna()
    return spots.astype({name: str})


def measured(label, graph, areas, sites, limit):
    started = time.perf_counter()
    home, away = snap(areas, graph, CHOICES), snap(sites, graph, CHOICES, arriving=True)
    with tempfile.TemporaryDirectory() as folder:
        count = write_drives(road_drives(graph, home, away, limit), Path(folder) / "drives.parquet")
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{label}: {len(areas):,} areas × {len(sites):,} sites within {limit:g} minutes: "
        f"{count:,} drives in {seconds:.1f} s, peak {peak:,.0f} MB so far"
    )


def around_manchester(folder):
    file = folder / "roads_odbl/gm_buffer20km_highways_osm.gpkg"
    edges, nodes = (gpd.read_file(file, layer=name) for name in ("edges", "nodes"))
    roads = pd.DataFrame(
        {
            "from_node": edges["u"].astype(str),
            "to_node": edges["v"].astype(str),
            "length_km": edges["length_km"],
            "speed_kmh": 43.1,
        }
    )
    return roads, nodes.assign(node=nodes["node"].astype(str))[["node", "easting", "northing"]]


def main(folder):
    centroids = ["pc_easting", "pc_northing"]
    manchester = folder / "greater_manchester"
    schools = manchester / "gm_schools_gias20250524_plus_capacity.csv"
    measured(
        "Greater Manchester",
        road_graph(*around_manchester(folder)),
        places(manchester / "lsoa21.csv", "LSOA21CD", centroids, "area_code"),
        places(schools, "urn", ["easting", "northing"], "site_id"),
        150.0,
    )
    england = folder / "england"
    special = places(
        england / "gias_open_20250524.csv.gz", "urn", ["easting", "northing"], "site_id"
    )
    areas = places(england / "lsoa21.csv.gz", "LSOA21CD", centroids, "area_code")
    measured("England", road_graph(*network(folder)), areas, special.head(1500), 75.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
