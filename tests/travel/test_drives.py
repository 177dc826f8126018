"""Places joined to roads, and drives between them: by hand, and against networkx."""

import resource
from itertools import pairwise
from pathlib import Path
from time import process_time

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.scenario import TravelChoices
from placement_planner.travel import (
    road_drives,
    road_graph,
    road_travel,
    snap,
    straight_drives,
    write_drives,
)
from tests.sources.region import REAL
from tests.travel.test_network import nodes, real_roads, roads

CHOICES = TravelChoices(access_kmh=12.0, access_detour=1.5, snap_km=2.0)
"""A leg of 1 km in a straight line is 1.5 km long and takes 7.5 minutes."""
SAMPLE = Path(__file__).parents[2] / "data"


def places(name, *spots):
    """Places at (east, north) in metres from node n0."""
    return pd.DataFrame(
        [
            (f"{name}{n}", 400_000.0 + east, 300_000.0 + north)
            for n, (east, north) in enumerate(spots)
        ],
        columns=["area_code" if name == "a" else "site_id", "easting", "northing"],
    )


def drives(table, areas, sites, limit=600.0, **more):
    graph = road_graph(table, nodes())
    home, away = snap(areas, graph, CHOICES), snap(sites, graph, CHOICES, arriving=True)
    found = pd.concat(road_drives(graph, home, away, limit, **more), ignore_index=True)
    return found.set_index(["area_code", "site_id"])


ROW = roads(("n0", "n1", 1.0, 30.0), ("n1", "n2", 1.0, 30.0), ("n2", "n3", 1.0, 30.0))


def test_a_drive_is_leg_road_leg():
    """n0 to n3: 3 km, 6 minutes. Both places 0.4 km off: legs of 0.6 km and 3 minutes each."""
    found = drives(ROW, places("a", (0, 400)), places("s", (3000, -400)))

    assert found.loc[("a0", "s0")].tolist() == pytest.approx([12.0, 4.2])


def test_a_road_is_entered_where_it_is_nearest_and_left_part_way():
    """From 0.25 km along the first segment to half of the last: 2.25 km, 4.5 minutes, no legs."""
    found = drives(ROW, places("a", (250, 0)), places("s", (2500, 0)))

    assert found.loc[("a0", "s0")].tolist() == pytest.approx([4.5, 2.25])


def test_a_one_way_street_is_driven_its_own_way_round():
    """n1 → n0 is shut: from half-way one must go on to n1, and n0 is reached by the ring alone."""
    ring = roads(("n0", "n1", 1.0, 30.0, True), ("n1", "n2", 1.0, 30.0, True),
                 ("n2", "n0", 4.0, 30.0, True))  # fmt: skip

    found = drives(ring, places("a", (500, 0)), places("s", (0, 0), (2000, 0)))

    assert found.loc[("a0", "s1"), "minutes"] == pytest.approx(3.0)
    assert found.loc[("a0", "s0"), "minutes"] == pytest.approx(11.0)


def test_places_of_one_segment_drive_along_it():
    """From 0.2 to 0.7 km of one segment: 0.5 km and 1 minute; by its ends it would be 0.9 km."""
    found = drives(ROW, places("a", (200, 0)), places("s", (700, 0)))

    assert found.loc[("a0", "s0")].tolist() == pytest.approx([1.0, 0.5])


def test_along_one_segment_a_one_way_street_is_shut_backwards():
    """Ahead 0.5 km and 1 minute; back round the ring: 0.3 + 1 + 4 km and 0.2 km, 11 minutes."""
    ring = roads(("n0", "n1", 1.0, 30.0, True), ("n1", "n2", 1.0, 30.0, True),
                 ("n2", "n0", 4.0, 30.0, True))  # fmt: skip
    low, high = (200, 0), (700, 0)

    ahead = drives(ring, places("a", low), places("s", high))
    back = drives(ring, places("a", high), places("s", low))

    assert ahead.loc[("a0", "s0")].tolist() == pytest.approx([1.0, 0.5])
    assert back.loc[("a0", "s0")].tolist() == pytest.approx([11.0, 5.5])


def test_neighbours_nearer_to_each_other_than_to_the_road_go_straight():
    """1 km off the road, 0.2 km apart: 0.3 km and 1.5 minutes, not 15 minutes of legs."""
    found = drives(ROW, places("a", (1000, 1000)), places("s", (1200, 1000)))

    assert found.loc[("a0", "s0")].tolist() == pytest.approx([1.5, 0.3])


def test_the_limit_counts_the_legs():
    areas, sites = places("a", (0, 400)), places("s", (3000, -400))

    assert len(drives(ROW, areas, sites, limit=12.001)) == 1
    assert len(drives(ROW, areas, sites, limit=11.999)) == 0


def test_blocks_change_nothing():
    rng = np.random.default_rng(3)
    areas, sites = (places(name, *rng.uniform(0, 3000, (9, 2))) for name in "as")

    together = drives(ROW, areas, sites)

    pd.testing.assert_frame_equal(drives(ROW, areas, sites, block_size=2), together)


def test_progress_is_told_block_by_block():
    told = []
    sites = places("s", (0, 0), (1000, 0), (2000, 0))

    drives(ROW, places("a", (0, 0)), sites, block_size=2, progress=lambda *step: told.append(step))

    assert told == [(2, 3), (3, 3)]


def test_flags_tell_who_is_off_the_roads():
    """2.5 km beside the row is too far; 5 km beyond its end is outside."""
    graph = road_graph(ROW, nodes())

    flags = snap(places("a", (0, 0), (1500, 2500), (8000, 0)), graph, CHOICES).points["flag"]

    assert flags.tolist() == ["", "outside", "outside"]
    tall = road_graph(
        roads(("n0", "n1", 1.0, 30.0), ("n1", "top", 5.0, 30.0)),
        pd.concat([nodes(), pd.DataFrame([("top", 400_000.0, 304_000.0)],
                                         columns=["node", "easting", "northing"])]),
    )  # fmt: skip
    assert snap(places("a", (2900, 2600)), tall, CHOICES).points["flag"].tolist() == ["too_far"]


def mainland_and_isle():
    """A row of twelve nodes, and 2.1 km north of it an isle of ten that no road joins."""
    spots = [(f"m{n:02d}", 400_000.0 + 500 * n, 300_000.0) for n in range(12)]
    spots += [(f"i{n:02d}", 400_000.0 + 100 * n, 302_100.0) for n in range(10)]
    table = pd.DataFrame(spots, columns=["node", "easting", "northing"])
    rows = [(f"m{n:02d}", f"m{n + 1:02d}", 0.5, 30.0) for n in range(11)]
    rows += [(f"i{n:02d}", f"i{n + 1:02d}", 0.1, 30.0) for n in range(9)]
    return roads(*rows), table


def test_an_isle_is_no_part_of_the_mainland_though_it_is_near():
    """The area lies 0.6 km from the isle's road and 1.5 km from the mainland's: on the isle."""
    graph = road_graph(*mainland_and_isle())

    home = snap(places("a", (500, 1500)), graph, CHOICES)

    assert home.points["flag"].tolist() == ["island"]


def test_a_fragment_of_a_road_is_passed_over():
    """A lane of two nodes that hangs together with nothing lies nearer than the road."""
    table, spots = mainland_and_isle()
    lane = pd.DataFrame([("x", 400_100.0, 300_500.0), ("y", 400_200.0, 300_500.0)],
                        columns=spots.columns)  # fmt: skip
    graph = road_graph(pd.concat([table, roads(("x", "y", 0.1, 20.0))]), pd.concat([spots, lane]))

    home = snap(places("a", (150, 490)), graph, CHOICES)

    assert home.points["flag"].tolist() == [""]
    assert home.points["access_km"].iloc[0] == pytest.approx(0.49 * 1.5)


def test_a_motorway_is_passed_over_where_another_road_is_near():
    """The motorway lies 0.1 km away and the lane 0.6 km; alone, the motorway must do."""
    table, spots = mainland_and_isle()
    away = spots.assign(node="x" + spots["node"], northing=spots["northing"] + 700.0)
    beside = table.assign(from_node="x" + table["from_node"], to_node="x" + table["to_node"])
    motorway = table.assign(road_class="motorway")
    both = pd.concat([motorway, beside.assign(road_class="minor")])
    place = places("a", (250, 100))

    joined = snap(place, road_graph(both, pd.concat([spots, away])), CHOICES)
    alone = snap(place, road_graph(motorway, spots), CHOICES)

    assert joined.points["access_km"].tolist() == pytest.approx([0.6 * 1.5])
    assert joined.points["node"].tolist() == ["xm00"]
    assert alone.points["access_km"].tolist() == pytest.approx([0.1 * 1.5])


def drawn(table, spots):
    where = spots.set_index("node")[["easting", "northing"]]
    ends = np.stack([where.loc[table["from_node"]], where.loc[table["to_node"]]], axis=1)
    return gpd.GeoDataFrame(table, geometry=shapely.linestrings(ends), crs=27700)


def test_a_stranded_area_is_named_and_counted():
    areas = places("a", (0, 0), (500, 2100), (90_000, 0))
    sites = places("s", (1000, 0))

    found = road_travel(drawn(*mainland_and_isle()), areas, sites, CHOICES)

    assert found.travel["area_code"].tolist() == ["a0"]
    assert found.stranded["area_code"].tolist() == ["a1", "a2"]
    assert "do not hang together" in found.stranded["reason"].iloc[0]
    assert "beyond the edge" in found.stranded["reason"].iloc[1]
    assert any("1 of 3 small area(s)" in note and "a2" in note for note in found.notes)


def test_the_samples_estuary_parts_the_straight_line_from_the_road():
    """Two small areas that face each other over the water: by road many times as far."""
    areas = pd.DataFrame(gpd.read_file(SAMPLE / "boundaries/areas.gpkg").drop(columns="geometry"))
    lines = gpd.read_file(SAMPLE / "boundaries/roads.gpkg")
    east, north = areas["easting"].to_numpy(), areas["northing"].to_numpy()
    bank = areas["authority_code"].isin(["E08900001", "E08900002", "E08900003"]).to_numpy()
    away = np.hypot(east[bank][:, None] - east[~bank], north[bank][:, None] - north[~bank])
    west = (east[bank][:, None] < np.median(east)) & (east[~bank] < np.median(east))
    one, other = np.unravel_index(np.where(west, away, np.inf).argmin(), away.shape)
    home = areas[bank].iloc[[one]]
    site = areas[~bank].iloc[[other]].rename(columns={"area_code": "site_id"})

    straight = straight_drives(home, site, TravelChoices())
    by_road = road_travel(lines, home, site, TravelChoices(search_minutes=600)).travel

    assert by_road["distance_km"].iloc[0] > 2.5 * straight["distance_km"].iloc[0]
    assert by_road["minutes"].iloc[0] > 1.5 * straight["minutes"].iloc[0]


def test_drives_are_written_whole_or_not_at_all(tmp_path):
    block = pd.DataFrame({"area_code": ["a"], "site_id": ["s"], "minutes": [3.0],
                          "distance_km": [2.0]})  # fmt: skip

    assert write_drives([block, block], tmp_path / "drives.parquet") == 2
    assert pq.ParquetFile(tmp_path / "drives.parquet").num_row_groups == 2

    def broken():
        yield block
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_drives(broken(), tmp_path / "other.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["drives.parquet"]


def split(graph, home, away):
    """The same roads in networkx, cut where a place joins them, with places as nodes of their own.

    Nodes of roads are named by code, those where a place joins by ("at", place).
    """
    cuts, other = {}, nx.DiGraph()

    def add(start, end, minutes, km):
        if other.get_edge_data(start, end, {"minutes": np.inf})["minutes"] > minutes:
            other.add_edge(start, end, minutes=minutes, km=km)

    for told, leaving in ((home, True), (away, False)):
        for row, place in enumerate(told.points.itertuples(index=False)):
            if np.isfinite(told.km[row]).any():
                cuts.setdefault(told.segments[row], []).append((told.shares[row], ("at", place[0])))
                ends = (place[0], ("at", place[0]))[:: 1 if leaving else -1]
                add(*ends, place.access_minutes, place.access_km)
    names = graph.nodes["node"].to_numpy()
    for row, way in enumerate(graph.segments.itertuples()):
        chain = [(0.0, names[way.start]), *sorted(cuts.get(row, [])), (1.0, names[way.end])]
        for (low, start), (high, end) in pairwise(chain):
            step = ((high - low) * way.minutes, (high - low) * way.km)
            add(start, end, *step)
            if not way.one_way:
                add(end, start, *step)
    return other


OFF = {"too_far", "outside"}


def straight_drive(home, away, area, site):
    """Minutes and km of neighbours that are nearer to each other than to the roads, else none."""
    (one,), (two,) = (
        told.points[told.points.iloc[:, 0] == code].itertuples(index=False)
        for told, code in ((home, area), (away, site))
    )
    km = np.hypot(one.easting - two.easting, one.northing - two.northing) / 1000 * home.detour
    near = km < one.access_km + two.access_km and not {one.flag, two.flag} & OFF
    return (60 * km / home.kmh, km) if near else (np.inf, np.inf)


def expected(other, home, away, area, site, minutes, paths):
    """Minutes and km of the best drive, by the split roads or straight."""
    by_road = minutes.get(site, np.inf)
    straight, km = straight_drive(home, away, area, site)
    if straight < by_road:
        return straight, km
    return by_road, nx.path_weight(other, paths[site], "km") if site in paths else np.inf


def chance_roads(rng):
    """Five nodes in a square of 3 km and up to nine segments between them, some of them one way."""
    spots = rng.uniform(0, 3000, (5, 2))
    ends = [(a, b) for a, b in rng.integers(0, 5, (rng.integers(3, 10), 2)) if a != b] or [(0, 1)]
    rows = [
        (f"n{a}", f"n{b}", np.hypot(*(spots[a] - spots[b])) / 1000 * rng.uniform(1, 3),
         rng.uniform(5, 90), rng.random() < 0.3)
        for a, b in ends
    ]  # fmt: skip
    named = pd.DataFrame(spots + np.array([400_000, 300_000]), columns=["easting", "northing"])
    return road_graph(roads(*rows), named.assign(node=[f"n{n}" for n in range(5)]))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_drives_are_those_of_networkx_on_roads_cut_where_places_join(seed, block):
    rng = np.random.default_rng(seed)
    graph = chance_roads(rng)
    at = rng.uniform(-500, 3500, (5, 2))
    home = snap(places("a", *at[:2]), graph, CHOICES)
    away = snap(places("s", *at[2:]), graph, CHOICES, arriving=True)

    found = pd.concat(road_drives(graph, home, away, 1e6, block_size=block))

    ours = found.set_index(["area_code", "site_id"])["minutes"].to_dict()
    other = split(graph, home, away)
    for area in home.points["area_code"]:
        lengths = {}
        if area in other:
            lengths = nx.single_source_dijkstra_path_length(other, area, weight="minutes")
        for site in away.points["site_id"]:
            best = min(lengths.get(site, np.inf), straight_drive(home, away, area, site)[0])
            assert ours.get((area, site), np.inf) == pytest.approx(best, rel=1e-9, abs=1e-9)


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="real data are not here")
def test_drives_in_greater_manchester_are_the_shortest_paths_of_networkx():
    """1,000 random pairs of 1,702 areas × 1,883 sites, which take less than 5 s to search."""
    table, spots = real_roads()
    graph, choices = road_graph(table, spots), TravelChoices()
    listed = pd.read_csv(REAL / "greater_manchester/lsoa21.csv").sort_values("LSOA21CD")
    areas = pd.DataFrame({"area_code": listed["LSOA21CD"], "easting": listed["pc_easting"],
                          "northing": listed["pc_northing"]})  # fmt: skip
    schools = pd.read_csv(REAL / "greater_manchester/gm_schools_gias20250524_plus_capacity.csv")
    sites = pd.DataFrame({"site_id": schools["urn"].astype(str), "easting": schools["easting"],
                          "northing": schools["northing"]}).dropna()  # fmt: skip
    started = process_time()
    home, away = snap(areas, graph, choices), snap(sites, graph, choices, arriving=True)

    found = pd.concat(road_drives(graph, home, away, 150.0))

    assert process_time() - started < 5
    assert (len(areas), len(sites)) == (1702, 1883)
    assert found["area_code"].nunique() == 1702
    other = split(graph, home, away)
    rng = np.random.default_rng(11)
    ours = found.set_index(["area_code", "site_id"])
    for code in rng.choice(areas["area_code"], 20, replace=False):
        minutes, paths = nx.single_source_dijkstra(other, code, weight="minutes")
        for site in rng.choice(sites["site_id"], 50, replace=False):
            best, km = expected(other, home, away, code, site, minutes, paths)
            if (code, site) in ours.index:
                told = ours.loc[(code, site)]
                assert told["minutes"] == pytest.approx(best, rel=1e-9)
                assert told["distance_km"] == pytest.approx(km, rel=1e-9)
            else:
                assert best > 150


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="real data are not here")
def test_england_is_written_to_parquet_within_75_minutes(tmp_path):
    """33,755 small areas, all but three with a position, and 1,500 special schools, on UK roads.

    In less than 90 s and 3 GB, whatever else this process has held.
    """
    edges = pd.read_csv(REAL / "roads_odbl/uk_highways_osm_edges.csv.gz")
    table = pd.DataFrame({"from_node": edges["u"].astype(str), "to_node": edges["v"].astype(str),
                          "length_km": edges["length_km"], "speed_kmh": 43.1})  # fmt: skip
    spots = pd.read_csv(REAL / "roads_odbl/uk_highways_osm_nodes.csv.gz")
    spots = spots.assign(node=spots["node"].astype(str))[["node", "easting", "northing"]]
    listed = pd.read_csv(REAL / "england/lsoa21.csv.gz", low_memory=False)
    areas = pd.DataFrame({"area_code": listed["LSOA21CD"], "easting": listed["pc_easting"],
                          "northing": listed["pc_northing"]}).dropna()  # fmt: skip
    schools = pd.read_csv(REAL / "england/gias_open_20250524.csv.gz", low_memory=False)
    special = schools["establishment_type"].str.contains("special", case=False)
    sites = pd.DataFrame({"site_id": schools["urn"].astype(str), "easting": schools["easting"],
                          "northing": schools["northing"]})  # fmt: skip
    sites = sites[special].dropna().head(1500)
    started = process_time()
    graph, choices = road_graph(table, spots), TravelChoices()
    home, away = snap(areas, graph, choices), snap(sites, graph, choices, arriving=True)

    count = write_drives(road_drives(graph, home, away, 75.0), tmp_path / "england.parquet")

    assert process_time() - started < 90
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 * 1024**2  # KB
    assert len(listed) == 33_755
    told = pq.read_table(tmp_path / "england.parquet").to_pandas()
    assert (len(areas), len(sites), len(told)) == (33_752, 1500, count)
    assert told["minutes"].max() <= 75
    reached = told["area_code"].nunique() / len(areas)
    assert reached > 0.95
    back = split(graph, home, away).reverse(copy=False)
    ours = told.set_index(["site_id", "area_code"])["minutes"]
    compared = 0
    for site in sites["site_id"].sample(3, random_state=1):
        minutes = nx.single_source_dijkstra_path_length(back, site, cutoff=80, weight="minutes")
        for code in areas["area_code"].sample(400, random_state=2):
            best = min(minutes.get(code, np.inf), straight_drive(home, away, code, site)[0])
            assert ((site, code) in ours.index) == (best <= 75)
            if best <= 75:
                assert ours[site, code] == pytest.approx(best, rel=1e-9)
                compared += 1
    assert compared > 50
