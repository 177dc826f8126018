"""The optimum by trying everything: every set of builds, and the best placements for each.

Written from docs/method.md and the definitions of the tables alone. It knows nothing of the code
under `placement_planner.siting`: no arrays, no links, no PuLP; cells are read by what they mean.
"""

import itertools

from tests.siting.brute_children import Placement
from tests.siting.brute_world import World


def best_by_trying_all(tables, choices):
    """Return the least cost over every set of builds that may be built; None if there is none."""
    told = best_plan(tables, choices)
    return None if told is None else told[0]


def best_plan(tables, choices):
    """Return the least cost and the builds that have it; None if no set may be built."""
    world = World(tables, choices)
    best = None
    for chosen in itertools.product(*(world.ways(option) for option in world.options)):
        builds = [build for build in chosen if build]
        if world.may_stand_together(builds) and world.can_be_paid(builds):
            cost = Placement(world, builds).cost()
            if cost is not None and (best is None or cost < best[0]):
                best = cost, builds
    return best
