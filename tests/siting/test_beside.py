"""A bound bettered beside a search: the same rounds as without a thread, and ended when asked."""

import itertools
import threading

import numpy as np
import pytest

from placement_planner.errors import InfeasibleError
from placement_planner.siting.decompose.ascent import ascend, none_ascended
from placement_planner.siting.decompose.beside import BesideAscent
from placement_planner.siting.decompose.blocks import build_blocks
from placement_planner.siting.decompose.bounds import free
from placement_planner.siting.decompose.builds import BuildRules
from placement_planner.siting.decompose.layout import lay_out
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region

WAIT_S = 60


@pytest.fixture(scope="module")
def rounds():
    """Begin rounds of charges over a town."""
    problem = build_problem(*large_region(1, areas=16, sites=8, years=(2027, 2028)))
    layout = lay_out(problem)

    def begin():
        rules, bounds = BuildRules(layout), free(len(problem.decisions))
        blocks = build_blocks(problem)
        return ascend(problem, blocks, layout, rules, bounds, none_ascended(layout))

    return begin


def test_the_early_round_is_the_same_however_many_follow(rounds):
    twelfth = next(itertools.islice(rounds(), 12, None))

    with BesideAscent(rounds, least_step=0.0, early=12) as beside:
        early = beside.early()
        assert not beside.is_over(0.1)
        latest = beside.stop()

    assert early.bound == twelfth.bound
    assert np.array_equal(early.duals, twelfth.duals)
    assert latest.bound >= early.bound
    assert beside.is_over(0.0)


def test_it_ends_by_itself_once_steps_are_short(rounds):
    with BesideAscent(rounds, least_step=0.5, early=10_000) as beside:
        assert beside.is_over(WAIT_S)
        assert beside.latest().step < 0.5
        assert beside.early() == beside.latest()


def test_it_ends_with_the_search_whatever_that_ended_with(rounds):
    before = threading.active_count()

    with pytest.raises(ZeroDivisionError), BesideAscent(rounds, least_step=0.0, early=5):
        raise ZeroDivisionError

    assert threading.active_count() == before


def test_what_goes_wrong_in_it_is_raised_where_it_is_asked():
    def begin():
        raise InfeasibleError("no plan keeps every rule")

    with BesideAscent(begin, least_step=0.0, early=5) as beside:
        for ask in (beside.early, beside.latest, beside.stop):
            with pytest.raises(InfeasibleError, match="no plan keeps every rule"):
                ask()
