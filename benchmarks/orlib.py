"""Capacitated facility location: files of the OR-Library (capacitated warehouse location).

Run it as `python benchmarks/orlib.py FILE…`: one JSON object a line.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import main
from benchmarks.textbook import capacitated


def read(values):
    """Sites and clients; capacity and cost of each site; demand and cost from each site."""
    sites, clients = int(values[0]), int(values[1])
    site = np.array(values[2 : 2 + 2 * sites]).reshape(sites, 2)
    rows = np.array(values[2 + 2 * sites :][: clients * (sites + 1)])
    rows = rows.reshape(clients, sites + 1)
    demand = rows[:, 0]
    return capacitated(rows[:, 1:] / demand[:, None], demand, site[:, 0], site[:, 1])


if __name__ == "__main__":
    main(read, __doc__)
