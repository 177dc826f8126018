"""Road graphs of OSMnx: a small one by hand, and a true one."""

from xml.etree import ElementTree as ET

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse.csgraph import dijkstra

from placement_planner.errors import DataError
from placement_planner.sources.choices import RoadsFile
from placement_planner.sources.graphml import read_graphml
from placement_planner.sources.roads import read_roads
from placement_planner.travel import road_graph, road_nodes
from tests.sources.region import REAL

SPACE = "{http://graphml.graphdrawing.org/xmlns}"
HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d1" for="node" attr.name="x"/><key id="d2" for="node" attr.name="y"/>
<key id="d3" for="edge" attr.name="length"/><key id="d4" for="edge" attr.name="highway"/>
<key id="d5" for="edge" attr.name="maxspeed"/><key id="d6" for="edge" attr.name="oneway"/>
<graph edgedefault="directed">
<node id="1"><data key="d1">-2.0</data><data key="d2">53.0</data></node>
<node id="2"><data key="d1">-1.99</data><data key="d2">53.0</data></node>
"""
EDGE = (
    '<edge source="{}" target="{}" id="0"><data key="d3">{}</data><data key="d4">{}</data>{}</edge>'
)


def graph(tmp_path, *edges):
    path = tmp_path / "town.graphml"
    path.write_text(HEAD + "".join(edges) + "</graph></graphml>", encoding="utf-8")
    return path


def test_text_becomes_km_class_limit_and_line(tmp_path):
    slow = "<data key=\"d5\">['30 mph', '20 mph']</data>"
    path = graph(tmp_path, EDGE.format(1, 2, "671.5", "['tertiary', 'residential']", slow))

    row = read_graphml(path).iloc[0]

    assert (row["from_node"], row["to_node"], row["length_km"]) == ("1", "2", 0.6715)
    assert (row["road_class"], row["one_way"]) == ("tertiary", True)
    assert row["limit_kmh"] == pytest.approx(20 * 1.609344)
    assert row["geometry"].length == pytest.approx(671, abs=2)


@pytest.mark.parametrize("length", ["", "about 600", "-4"])
def test_a_length_that_is_no_number_is_named(tmp_path, length):
    path = graph(tmp_path, EDGE.format(1, 2, length, "residential", ""))

    with pytest.raises(DataError, match="the edge from 1 to 2 has the length"):
        read_graphml(path)


def test_an_unknown_node_is_named(tmp_path):
    with pytest.raises(DataError, match="ends at node 9"):
        read_graphml(graph(tmp_path, EDGE.format(1, 9, "5.0", "residential", "")))


def test_what_is_no_graph_is_said(tmp_path):
    (tmp_path / "x.graphml").write_text("no xml", encoding="utf-8")

    with pytest.raises(DataError, match=r"x\.graphml: cannot be read as GraphML"):
        read_graphml(tmp_path / "x.graphml")


TRUE = REAL / "roads_odbl/westminster_drive_osm.graphml"
WESTMINSTER = shapely.box(500_000, 150_000, 560_000, 210_000)


@pytest.fixture(scope="module")
def westminster():
    choices = RoadsFile.model_validate({"file": "w.graphml", "source": "a test"})
    return read_roads(TRUE, None, WESTMINSTER, choices)[0]


@pytest.mark.real_data
@pytest.mark.skipif(not TRUE.is_file(), reason="real data are not here")
def test_every_edge_and_node_of_a_true_graph_is_read():
    root = ET.parse(TRUE).getroot()  # noqa: S314 - our own file

    edges = read_graphml(TRUE)

    assert len(edges) == len(list(root.iter(f"{SPACE}edge")))
    ends = set(edges["from_node"]) | set(edges["to_node"])
    assert ends <= {node.get("id") for node in root.iter(f"{SPACE}node")}
    dean = edges[(edges["from_node"] == "11583590557") & (edges["to_node"] == "255576")]
    assert dean["length_km"].tolist() == [0.115942]
    assert dean["limit_kmh"].tolist() == pytest.approx([32.18688])
    away = edges.geometry.length / 1000 - edges["length_km"]
    assert away.abs().median() < 0.002


@pytest.mark.real_data
@pytest.mark.skipif(not TRUE.is_file(), reason="real data are not here")
def test_shortest_times_are_those_of_networkx_and_one_way_is_kept(westminster):
    ours = road_graph(pd.DataFrame(westminster), road_nodes(westminster))
    names = ours.nodes["node"].to_numpy()
    theirs = nx.DiGraph()
    for row in westminster.itertuples():
        if row.from_node != row.to_node:
            theirs.add_edge(row.from_node, row.to_node, minutes=60 * row.length_km / row.speed_kmh)
    back = westminster[["to_node", "from_node"]].to_numpy().tolist()
    pairs = set(map(tuple, westminster[["from_node", "to_node"]].to_numpy()))
    assert 0.2 < np.mean([tuple(pair) not in pairs for pair in back]) < 0.9
    rng = np.random.default_rng(5)
    starts = rng.choice(len(names), 10, replace=False)
    minutes = dijkstra(ours.minutes, indices=starts)
    for row, start in enumerate(starts):
        told = nx.single_source_dijkstra_path_length(theirs, names[start], weight="minutes")
        for end in rng.choice(len(names), 20, replace=False):
            assert minutes[row, end] == pytest.approx(told.get(names[end], np.inf), rel=1e-9)
