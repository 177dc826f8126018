"""Whatever the children and their origins: who is reached by a lever, and who is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.need.cube import CELL, Cube
from placement_planner.need.origins import net_origins
from placement_planner.need.policy import apply_policy
from tests.need.policy.village import BASE, SPECIAL, choices, lever, levers, population
from tests.need.test_origins import cube_of

SETTINGS = ("independent_special", "mainstream", SPECIAL)
PEOPLE = population(1200)
YEARS, DRAWS = 4, 3
COUNTS = st.lists(st.integers(0, 9), min_size=YEARS * 12, max_size=YEARS * 12)
KINDS = {
    "joiners": {"value": 0.4},
    "divert_joiners": {"value": 0.4, "to_setting": BASE},
    "divert_movers": {"value": 0.4, "to_setting": BASE},
    "move": {"value": 0.4, "to_setting": BASE},
    "cease": {"value": 0.4, "to_setting": "support_plan"},
}


def world_of(numbers):
    """Years 5 to 8 in three settings, over four years, in three draws that differ."""
    numbers = np.array(numbers, dtype=float).reshape(YEARS, 12)
    rows = [
        ("A", ncy, "ASD", setting, numbers[:, 3 * place + number])
        for place, ncy in enumerate((5, 6, 7, 8))
        for number, setting in enumerate(SETTINGS)
    ]
    cube = cube_of(rows, draws=DRAWS)
    spread = np.random.default_rng(1).uniform(0.5, 1.5, cube.children.shape)
    drawn = Cube(
        cells=cube.cells,
        academic_years=cube.academic_years,
        children=(cube.children * spread).astype(np.float32),
    )
    return drawn, net_origins(drawn)


def descendants(origins, cells, first):
    """Cells by year (place, row) whose children were, or came from, those of a cell and year."""
    reached = {first}
    for place in range(first[0] + 1, len(origins.academic_years)):
        shares = origins.stayed[place - 1].toarray()
        for row in range(len(cells)):
            if any((place - 1, origin) in reached for origin in np.flatnonzero(shares[row])):
                reached.add((place, row))
    return reached


def as_rows(cube):
    """Children (Y, D) by cell."""
    keys = cube.cells[CELL].itertuples(index=False, name=None)
    return {key: cube.children[:, row] for row, key in enumerate(keys)}


@pytest.mark.parametrize("kind", list(KINDS))
@given(numbers=COUNTS, setting=st.sampled_from(SETTINGS), ncy=st.integers(5, 8))
@settings(max_examples=10, deadline=None)
def test_a_lever_on_one_cell_changes_only_its_descendants(kind, numbers, setting, ncy):
    """And those where policy puts them: the base of the same year group, empty otherwise."""
    cube, origins = world_of(numbers)
    row = lever(
        kind,
        ncy_from=ncy,
        ncy_to=ncy,
        settings=setting,
        from_year=2026,
        to_year=2026,
        **KINDS[kind],
    )
    cell = cube.cells.query("ncy == @ncy and setting == @setting").index[0]

    outcome = apply_policy(cube, origins, PEOPLE, choices(), levers(row))

    reached = descendants(origins, cube.cells, (1, cell))
    worked = as_rows(outcome.cube)
    for number, (key, before) in enumerate(as_rows(cube).items()):
        for place in range(YEARS):
            if (place, number) not in reached:
                assert np.array_equal(worked[key][place], before[place])
    in_base = {key[1] for key, children in worked.items() if key[3] == BASE and children.any()}
    assert in_base <= {cube.cells.loc[row, "ncy"] for _, row in reached}


@pytest.mark.parametrize("kind", ["divert_joiners", "divert_movers", "move"])
@given(numbers=COUNTS)
@settings(max_examples=10, deadline=None)
def test_who_is_placed_elsewhere_is_counted_once_in_every_draw(kind, numbers):
    cube, origins = world_of(numbers)
    row = lever(kind, settings=SPECIAL, **KINDS[kind])

    outcome = apply_policy(cube, origins, PEOPLE, choices(), levers(row))

    assert outcome.cube.children.min(initial=0) >= 0
    by = ["authority_code", "ncy", "need_type"]
    before, after = cube.condensed(by), outcome.cube.condensed(by)
    assert np.allclose(before.children, after.children, rtol=1e-5, atol=1e-4)


@given(numbers=COUNTS, value=st.floats(0, 2), ends=st.floats(0, 1))
@settings(max_examples=12, deadline=None)
def test_nobody_is_negative_and_plans_and_support_plans_are_all_children(numbers, value, ends):
    """With joiners at most as they would be; with more joiners nobody is negative either."""
    cube, origins = world_of(numbers)
    rows = levers(
        lever("joiners", min(value, 1.0), to_setting="support_plan"),
        lever("divert_joiners", 0.3, settings=SPECIAL, to_setting=BASE),
        lever("move", 0.5, settings="independent_special", to_setting=SPECIAL),
        lever("cease", ends, to_setting="support_plan"),
    )

    outcome = apply_policy(cube, origins, PEOPLE, choices(), rows)
    more = apply_policy(cube, origins, PEOPLE, choices(), levers(lever("joiners", value)))

    everybody = outcome.cube.children.sum(axis=1)
    if outcome.support_plans is not None:
        assert outcome.support_plans.children.min() >= 0
        everybody = everybody + outcome.support_plans.children.sum(axis=1)
    assert np.allclose(everybody, cube.children.sum(axis=1), rtol=1e-5, atol=1e-3)
    assert min(outcome.cube.children.min(), more.cube.children.min()) >= 0


@given(numbers=COUNTS)
@settings(max_examples=10, deadline=None)
def test_joiners_are_followed_as_one_by_one(numbers):
    """Half of all joiners from 2026, carried in full: a child's chain is walked back to joining.

    In another way: a plan is there with a half if its chain of origins ends in a joiner, and for
    certain if it ends at the base January.
    """
    cube, origins = world_of(numbers)
    row = levers(lever("joiners", 0.5))

    outcome = apply_policy(cube, origins, PEOPLE, choices(bound="proportional"), row)

    def chance(place, cell):
        if place == 0:
            return 1.0
        shares = origins.stayed[place - 1].toarray()[cell]
        stays = sum(shares[one] * chance(place - 1, one) for one in np.flatnonzero(shares))
        return stays + 0.5 * origins.joined[place - 1][cell]

    worked = as_rows(outcome.cube)
    for number, (key, before) in enumerate(as_rows(cube).items()):
        for place in range(YEARS):
            if before[place].any():
                expected = chance(place, number) * before[place]
                assert worked[key][place] == pytest.approx(expected, rel=1e-5)
