"""Small invented authorities for the tests of the simulation."""

import numpy as np

from placement_planner.need.transitions.expectation import expected_step
from placement_planner.need.transitions.parameters import Branches, Parameters
from placement_planner.need.transitions.states import States

CERTAIN = 1e12
"""A weight so large that a Beta or Dirichlet draw is its mean."""


def grid(ncys, needs, settings, valid=None):
    """Every need in every setting at every NCY, from NCY 0."""
    width = needs * settings
    cell = np.arange(width * ncys)
    return States(
        ncy=cell // width,
        need=cell % width // settings,
        setting=cell % settings,
        needs=tuple("ABCDEF"[:needs]),
        settings=tuple("MNOPQR"[:settings]),
        older=np.where(cell + width < len(cell), cell + width, -1),
        valid=valid,
    )


def branches(rows):
    """Rows of (state, alpha) pairs."""
    pairs = [pair for row in rows for pair in row]
    return Branches(
        np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64),
        np.array([state for state, _ in pairs], dtype=np.int64),
        np.array([alpha for _, alpha in pairs], dtype=np.float64),
    )


def weights(rows):
    return np.array(rows, dtype=np.float64)


def certain(share):
    """Beta weights of a rate that is known."""
    return (share * CERTAIN, (1 - share) * CERTAIN)


def random_parameters(seed, ncys=4, needs=2, settings=3, dynamics=None):
    """Dense weights: everyone may leave, move anywhere of the need, and join anywhere."""
    rng = np.random.default_rng(seed)
    states = grid(ncys, needs, settings)
    n, width = len(states.ncy), needs * settings
    destinations = [
        [
            (older - setting + other, rng.uniform(0.1, 2))
            for other in range(settings)
            if other != setting
        ]
        if older >= 0
        else []
        for older, setting in zip(states.older, states.setting, strict=True)
    ]
    return Parameters(
        states=states,
        leavers=np.column_stack([rng.uniform(0.1, 3, n), rng.uniform(1, 20, n)]),
        movers=np.column_stack([rng.uniform(0.1, 3, n), rng.uniform(1, 20, n)]),
        destinations=branches(destinations),
        joiner_ncy=np.arange(ncys),
        joiners=np.column_stack([rng.uniform(0.5, 5, ncys), rng.uniform(50, 100, ncys)]),
        joiner_states=branches(
            [[(ncy * width + s, rng.uniform(0.1, 2)) for s in range(width)] for ncy in range(ncys)]
        ),
        dynamics=dynamics,
    )


def expected_path(parameters, stock, population, transfers_in=None):
    """Children expected at each January (H + 1, S): exact without dynamics, else median rates."""
    step = expected_step(parameters, len(population))
    path = np.zeros((len(population) + 1, len(stock)))
    path[0] = stock
    for year, people in enumerate(population):
        path[year + 1] = step.after(path[year], people, year)
        if transfers_in is not None:
            path[year + 1] += transfers_in[year]
    return path
