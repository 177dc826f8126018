"""Road networks as graphs: by hand, against networkx, and with every fault named."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from placement_planner.errors import DataError
from placement_planner.travel import road_graph, road_nodes
from tests.sources.region import REAL


def nodes(count=4):
    """Nodes n0, n1 … a kilometre apart in a row."""
    return pd.DataFrame(
        {
            "node": [f"n{n}" for n in range(count)],
            "easting": 400_000.0 + 1000 * np.arange(count),
            "northing": 300_000.0,
        }
    )


def roads(*rows):
    """Segments of (from, to, km, km/h) or with one_way."""
    names = ["from_node", "to_node", "length_km", "speed_kmh", "one_way"][: len(rows[0])]
    return pd.DataFrame(rows, columns=names)


def test_minutes_and_km_run_both_ways():
    """1.5 km at 30 km/h take 3 minutes."""
    graph = road_graph(roads(("n0", "n1", 1.5, 30.0)), nodes())

    assert graph.minutes.toarray()[0, 1] == graph.minutes.toarray()[1, 0] == 3.0
    assert graph.km.toarray()[1, 0] == 1.5
    assert graph.nodes["component"].tolist() == [0, 0, 1, 2]


def test_a_one_way_street_is_open_one_way():
    graph = road_graph(
        roads(("n0", "n1", 1.5, 30.0, True), ("n1", "n2", 1.0, 30.0, False)), nodes()
    )

    minutes = graph.minutes.toarray()
    assert (minutes[0, 1], minutes[1, 0]) == (3.0, 0.0)
    assert minutes[2, 1] == 2.0


def test_of_two_segments_between_the_same_nodes_the_faster_counts():
    """2 km at 60 km/h take 2 minutes, 1.2 km at 24 km/h 3: the longer road is the faster."""
    graph = road_graph(roads(("n0", "n1", 1.2, 24.0), ("n1", "n0", 2.0, 60.0)), nodes())

    assert graph.minutes.toarray()[0, 1] == 2.0
    assert graph.km.toarray()[0, 1] == 2.0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("length_km", -1.0, "1 segment(s) with negative length_km, for example from n1 to n2"),
        ("length_km", None, "1 segment(s) with missing length_km, for example from n1 to n2"),
        ("speed_kmh", 0.0, "1 segment(s) with nought speed_kmh, for example from n1 to n2"),
        ("speed_kmh", None, "1 segment(s) with missing speed_kmh"),
        ("to_node", "n9", "1 segment(s) with an unknown node, for example from n1 to n9"),
    ],
)
def test_a_fault_is_named_with_its_place(column, value, words):
    table = roads(("n0", "n1", 1.2, 30.0), ("n1", "n2", 1.2, 30.0))
    table[column] = table[column].astype(object)
    table.loc[1, column] = value

    with pytest.raises(DataError) as told:
        road_graph(table, nodes())

    assert words in str(told.value)


def test_all_kinds_of_fault_are_told_at_once():
    table = roads(("n0", "n1", -1.2, 30.0), ("n1", "n2", None, 0.0), ("n2", "n9", 1.0, 20.0))

    with pytest.raises(DataError, match="4 fault") as told:
        road_graph(table, nodes())

    assert all(word in str(told.value) for word in ("negative", "missing", "nought", "unknown"))


def test_a_length_without_a_unit_is_asked_for():
    table = roads(("n0", "n1", 1.2, 30.0)).rename(columns={"length_km": "length"})

    with pytest.raises(DataError, match="a column length without a unit; right would be length_km"):
        road_graph(table, nodes())


@pytest.mark.parametrize(("times", "words"), [(1000, "looks like metres"), (0.001, "no road is")])
def test_lengths_in_another_unit_are_told_by_the_straight_lines(times, words):
    table = roads(("n0", "n1", 1.2 * times, 30.0), ("n1", "n2", 1.1 * times, 30.0))

    with pytest.raises(DataError, match=words):
        road_graph(table, nodes())


def drawn(lines):
    table = roads(("a", "b", 1.0, 30.0), ("b", "c", 1.0, 30.0))
    return gpd.GeoDataFrame(table, geometry=[shapely.LineString(x) for x in lines], crs=27700)


def test_nodes_are_where_their_segments_end():
    found = road_nodes(drawn([[(0, 0), (500, 10), (1000, 0)], [(1000, 20), (2000, 0)]]))

    assert found.to_numpy().tolist() == [["a", 0, 0], ["b", 1000, 10], ["c", 2000, 0]]


def test_a_node_whose_ends_lie_apart_is_named():
    with pytest.raises(DataError, match=r"1 node\(s\) whose segments end up to 400 m apart.*b;"):
        road_nodes(drawn([[(0, 0), (1000, 0)], [(1400, 0), (2000, 0)]]))


def as_networkx(table):
    graph = nx.MultiDiGraph()
    for row in table.itertuples():
        told = {"minutes": 60 * row.length_km / row.speed_kmh, "km": row.length_km}
        graph.add_edge(row.from_node, row.to_node, **told)
        if not getattr(row, "one_way", False):
            graph.add_edge(row.to_node, row.from_node, **told)
    return graph


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 5), st.floats(0.5, 9), st.floats(5, 90), st.booleans()
        ),
        min_size=1, max_size=14,
    )
)  # fmt: skip
def test_shortest_times_are_those_of_networkx(segments):
    table = roads(
        *((f"n{a}", f"n{b}", max(km, 0.6 * abs(a - b)), v, one) for a, b, km, v, one in segments)
    )
    graph = road_graph(table, nodes(6))

    ours = dijkstra(graph.minutes)
    theirs = dict(nx.all_pairs_dijkstra_path_length(as_networkx(table), weight="minutes"))

    for i in range(6):
        for j in range(6):
            told = 0.0 if i == j else theirs.get(f"n{i}", {}).get(f"n{j}", np.inf)
            assert ours[i, j] == pytest.approx(told, rel=1e-12)


def real_roads():
    """The roads of Greater Manchester and 20 km around, all at one speed, as edges and nodes."""
    file = REAL / "roads_odbl/gm_buffer20km_highways_osm.gpkg"
    edges, spots = (gpd.read_file(file, layer=name) for name in ("edges", "nodes"))
    table = pd.DataFrame(
        {
            "from_node": edges["u"].astype(str),
            "to_node": edges["v"].astype(str),
            "length_km": edges["length_km"],
            "speed_kmh": 43.1,
        }
    )
    return table, spots.assign(node=spots["node"].astype(str))[["node", "easting", "northing"]]


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="real data are not here")
def test_a_thousand_pairs_in_greater_manchester_equal_networkx():
    table, spots = real_roads()
    graph = road_graph(table, spots)
    names, rng = graph.nodes["node"].to_numpy(), np.random.default_rng(7)
    starts = rng.choice(len(names), 40, replace=False)
    ours = dijkstra(graph.minutes, indices=starts)
    other = as_networkx(table)

    pairs = 0
    for row, start in enumerate(starts):
        theirs = nx.single_source_dijkstra_path_length(other, names[start], weight="minutes")
        for end in rng.choice(len(names), 25, replace=False):
            assert ours[row, end] == pytest.approx(theirs[names[end]], rel=1e-9)
            pairs += 1
    assert pairs == 1000
