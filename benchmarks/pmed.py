"""p-median: files of the OR-Library; distances are shortest paths, the last of two edges counts.

Run it as `python benchmarks/pmed.py FILE…`: one JSON object a line.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import main
from benchmarks.textbook import p_median


def distances(values):
    """Nodes, edges and p, then the ends and the length of each edge: distances, and p."""
    nodes, p = int(values[0]), int(values[2])
    edges = np.array(values[3:]).reshape(-1, 3)
    length = np.zeros((nodes, nodes))
    for start, end, far in edges:
        length[int(start) - 1, int(end) - 1] = length[int(end) - 1, int(start) - 1] = far
    return shortest_path(csr_array(length), directed=False), p


def read(values):
    """Open p nodes; every node has a weight of one."""
    distance, p = distances(values)
    return p_median(distance, np.ones(len(distance)), p)


if __name__ == "__main__":
    main(read, __doc__)
