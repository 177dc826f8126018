"""The optimum of small regions drawn by chance: by trying everything, and by the textbook model.

A region is known by its number: `chance_region(24)` is always the same.
"""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from placement_planner.pipeline import find_plan
from placement_planner.siting.problem import build_problem
from placement_planner.siting.search import search_answer
from placement_planner.tables import checked, table_name
from placement_planner.tables.continuity import Followers, Kept, Survival
from placement_planner.tables.stages import ExchangeLimits, Need, PlaceCosts, Pools, Travel
from placement_planner.tables.study import (
    Compatibility,
    Fallback,
    Options,
    OptionSets,
    PotFunding,
    Pots,
    Sites,
)
from placement_planner.tables.transport import Transport
from tests.siting.brute import best_by_trying_all
from tests.siting.chance import chance_region
from tests.siting.naive import NaiveModel
from tests.siting.roads import ROADS, none_if_impossible, on_road

TABLES = (Need, Kept, Survival, Followers, Pools, Travel, Transport, PlaceCosts, Compatibility,
          ExchangeLimits, Fallback, Options, OptionSets, Pots, PotFunding, Sites)  # fmt: skip
FIELDS = {"exchange_limits": "exchange"}
NUMBERS = st.integers(0, 2**32 - 1)
NEAR = {"rel": 1e-6, "abs": 1.0}


def examples(count, *, derandomize=True):
    return settings(max_examples=count, deadline=None, derandomize=derandomize, database=None,
                    suppress_health_check=list(HealthCheck))  # fmt: skip


def check_reports(best, whole, decomposed):
    """Both roads find the optimum, and prove it."""
    if best is None:
        assert whole is None
        assert decomposed is None
        return
    for report in (whole, decomposed):
        assert report.status == "optimal"
        assert report.objective_gbp == pytest.approx(best, **NEAR)
        assert report.bound_gbp <= best * (1 + 1e-6) + 1


def check_answers(number):
    """Both roads and the textbook model against trying every set of builds."""
    tables, choices = chance_region(number)
    best = best_by_trying_all(tables, choices)
    problem = none_if_impossible(lambda: build_problem(tables, choices))
    if problem is None:
        assert best is None
        return
    reports = [
        none_if_impossible(
            lambda method=method: (
                search_answer(problem, on_road(method, choices).solver, lambda _: None).report
            )
        )
        for method in ROADS
    ]
    check_reports(best, *reports)
    naive = NaiveModel(problem).optimum()
    assert (naive is None) == (best is None)
    if best is not None:
        assert naive == pytest.approx(best, **NEAR)


def check_plans(number):
    """The same with the tables of the plans, which pass their audit."""
    tables, choices = chance_region(number)
    best = best_by_trying_all(tables, choices)
    reports = [
        none_if_impossible(lambda method=method: find_plan(tables, on_road(method, choices)).report)
        for method in ROADS
    ]
    check_reports(best, *reports)


@pytest.mark.parametrize("number", range(3))
def test_regions_drawn_by_chance_break_no_rule_of_their_tables(number):
    tables, _ = chance_region(number)

    for model in TABLES:
        table = getattr(tables, FIELDS.get(table_name(model), table_name(model)))
        pd.testing.assert_frame_equal(checked(model, table), table, check_like=True)


@examples(15)
@given(NUMBERS)
def test_the_optimum_equals_trying_every_set_of_builds(number):
    check_answers(number)


@examples(2)
@given(NUMBERS)
def test_audited_plans_have_the_optimum_too(number):
    check_plans(number)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_the_optimum_of_many_regions_equals_trying_every_set_of_builds(part):
    """In parts, so that several processes share them."""

    @seed(part)
    @examples(40, derandomize=False)
    @given(NUMBERS)
    def check_part(number):
        check_answers(number)

    check_part()


@pytest.mark.slow
@examples(40)
@given(NUMBERS)
def test_audited_plans_of_many_regions_have_the_optimum_too(number):
    check_plans(number)
