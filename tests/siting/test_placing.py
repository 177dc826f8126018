"""Children placed by one authority and need after another: within the rules, and at least cost."""

from dataclasses import replace

import numpy as np
import pytest

from placement_planner.siting.arcs import all_arcs
from placement_planner.siting.decompose.bounds import fixed
from placement_planner.siting.decompose.layout import arc_columns, lay_out
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.placing import Placing
from placement_planner.siting.decompose.ways import Entrants
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region

NOBODY = Entrants(
    link=np.zeros(0, dtype=np.int64), entry=np.zeros(0, dtype=np.int64), children=np.zeros(0)
)


@pytest.fixture(scope="module")
def town():
    """A problem, its layout and arcs, and the best placement with some builds decided."""
    problem = build_problem(*large_region(1, areas=16, sites=8, years=(2027, 2028)))
    arcs, master = all_arcs(problem), Master(problem)
    master.add_arcs(arcs.link, arcs.entry)
    built = np.zeros(len(problem.decisions), dtype=bool)
    first = problem.decisions.groupby("option_id", sort=False).head(1).index[:2]
    built[first] = True
    master.limit_decisions(fixed(built))
    assert master.solve(60) == "optimal"
    return problem, lay_out(problem), arcs, master


def start(town, placed):
    problem, layout, arcs, master = town
    return Placing(problem, layout, master.static_values(), placed, arcs.link, arcs.entry)


def check_rules(town, placing):
    problem, layout, _, master = town
    told = placing.entrants()
    columns = arc_columns(problem, layout, told.link, told.entry)
    used = columns.entries @ told.children + layout.static.entries @ master.static_values()
    assert (used <= layout.upper + 1e-6).all()
    assert (used >= layout.lower - 1e-6).all()
    cost = columns.cost @ told.children + layout.static.cost @ master.static_values()
    assert placing.cost == pytest.approx(cost + layout.constant)


def test_the_best_placement_stays_as_it_is(town):
    *_, master = town
    placing = start(town, master.entrants())
    assert placing.cost == pytest.approx(master.value)

    for part in range(placing.parts):
        placing.place(part)

    assert placing.cost == pytest.approx(master.value)
    check_rules(town, placing)


def test_from_nobody_placed_every_part_is_placed_within_the_rules(town):
    """Whoever comes first takes the nearest places: no better than the best, and near it."""
    *_, master = town
    placing, costs = start(town, NOBODY), []
    for part in range(placing.parts):
        placing.place(part)
        costs.append(placing.cost)

    while placing.broken > 0:
        parts = placing.parts_to_mend()
        assert len(parts) > 0
        before = placing.broken
        for part in parts:
            placing.place(part)
        assert placing.broken < before

    assert placing.parts == 2
    assert placing.cost >= master.value * (1 - 1e-9)
    assert placing.cost == pytest.approx(master.value, rel=0.05)
    check_rules(town, placing)


def test_falling_charges_come_nearer_to_the_best_than_whoever_comes_first(town):
    """Half of the areas are another authority's, so that two compete for every place.

    At the duals of the best placement each takes no more than what is worth that much to it.
    """
    problem, layout, arcs, master = town
    table = problem.groups.table
    number = table["area_code"].str.slice(1).astype(int)
    shared = table.assign(authority_code=np.where(number % 2, "M", "L"))
    problem = replace(problem, groups=replace(problem.groups, table=shared))
    first, last = (start((problem, layout, arcs, master), NOBODY) for _ in range(2))
    for part in range(first.parts):
        first.place(part)

    for paid in (1.0, 1.0, 0.9, 0.5, 0.0):
        for part in range(last.parts):
            last.place(part, paid * master.live.row_duals())

    assert first.parts == 4
    assert master.value * (1 + 1e-4) < first.cost
    assert master.value * (1 - 1e-9) <= last.cost
    assert last.cost - master.value < 0.2 * (first.cost - master.value)
    check_rules(town, last)


def test_what_one_part_breaks_another_mends(town):
    """With a third too many everywhere pools are above their places: those leave them."""
    *_, master = town
    best = master.entrants()
    crowded = Entrants(link=best.link, entry=best.entry, children=best.children * 1.3)
    placing = start(town, crowded)
    assert placing.broken > 0

    for part in range(placing.parts):
        placing.place(part)

    assert placing.broken == pytest.approx(0.0, abs=1e-6)
    check_rules(town, placing)


def test_what_cannot_be_filled_with_the_arcs_there_are_is_mended_with_more(town):
    """Nobody is placed and no arc known: those into what is to be filled come in, and fill it."""
    problem, layout, _, master = town
    placing = Placing(problem, layout, master.static_values(), NOBODY, NOBODY.link, NOBODY.entry)
    for part in range(placing.parts):
        placing.place(part)
    wanted = -(layout.static.entries @ master.static_values())[layout.rows["fill"]]
    assert placing.broken == pytest.approx(wanted.sum())
    assert wanted.sum() > 0

    for part in placing.parts_to_mend():
        placing.place(part)

    assert placing.broken == 0.0
    check_rules(town, placing)
