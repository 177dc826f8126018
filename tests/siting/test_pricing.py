"""Pricing: the bound holds in every round, and nothing useful is left out at the end."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from placement_planner.pipeline import find_plan
from placement_planner.siting import pricing
from placement_planner.siting.pricing import price_arcs
from placement_planner.siting.problem import build_problem
from tests.siting.cases import make_tables, option, scenario

CHOICES = scenario((2027,))
PRICED = CHOICES.with_choices(solver={"arcs_at_once": 0})


def crowded(options=()):
    """30 children an area, 14 sites of 5 places: more pairs are needed than the first six."""
    km = [[1 + 3 * ((site * (area + 3)) % 14) for site in range(14)] for area in range(3)]
    return make_tables([30, 30, 30], [5] * 14, km, list(options), years=(2027,))


def silent(_):
    """Tell nobody."""


def test_pricing_takes_in_what_the_first_pairs_lack():
    whole, priced = find_plan(crowded(), CHOICES), find_plan(crowded(), PRICED)

    assert priced.placements["children"].sum() == pytest.approx(70)
    assert priced.report.objective_gbp == pytest.approx(whole.report.objective_gbp, abs=1)
    assert priced.report.bound_gbp == pytest.approx(whole.report.objective_gbp, rel=1e-6)


def test_a_bound_after_one_round_lies_below_the_optimum(monkeypatch):
    """With the six nearest pairs alone the relaxation costs more than the true optimum."""
    tables = crowded()
    optimum = find_plan(tables, CHOICES).report.objective_gbp
    monkeypatch.setattr(pricing, "MOST_ROUNDS", 1)
    monkeypatch.setattr(pricing, "FIRST_ARCS", 2)

    priced = price_arcs(build_problem(tables, CHOICES), CHOICES.solver, silent)

    assert priced.bound_gbp < optimum


@settings(deadline=None, max_examples=25, phases=[Phase.generate])
@given(
    places=st.lists(st.integers(0, 9), min_size=12, max_size=12),
    children=st.lists(st.integers(1, 40), min_size=3, max_size=3),
    km=st.lists(st.lists(st.integers(1, 60), min_size=12, max_size=12), min_size=3, max_size=3),
)
def test_pricing_ends_at_the_optimum_of_the_whole_relaxation(places, children, km):
    tables = make_tables(children, places, km, [], years=(2027,))

    whole, priced = find_plan(tables, CHOICES), find_plan(tables, PRICED)

    assert priced.report.objective_gbp == pytest.approx(whole.report.objective_gbp, abs=1)
    assert priced.report.bound_gbp <= whole.report.objective_gbp + 1


def test_pairs_that_the_relaxation_uses_are_never_dropped():
    """Their reduced cost is nought but for noise; once, noise above nought dropped them."""
    km = [
        [39, 49, 50, 1, 45, 29, 18, 47, 52, 15, 38, 7],
        [58, 21, 2, 2, 2, 42, 35, 1, 57, 25, 44, 14],
        [28, 47, 2, 34, 15, 49, 29, 32, 36, 15, 23, 15],
    ]
    places = [2, 9, 1, 4, 1, 7, 7, 7, 6, 3, 1, 7]
    tables = make_tables([2, 25, 28], places, km, [], years=(2027,))

    assert find_plan(tables, PRICED).report.objective_gbp == pytest.approx(663_700)


def test_builds_are_chosen_as_well_as_by_the_whole_problem():
    """One build of ten places at the best site; both roads find the same."""
    options = [option(f"O{site}", f"S{site}", sizes="10;20") for site in (0, 5, 9)]
    tables = crowded(options)

    whole, priced = find_plan(tables, CHOICES), find_plan(tables, PRICED)

    assert priced.report.bound_gbp <= whole.report.objective_gbp + 1
    assert priced.report.objective_gbp >= whole.report.objective_gbp - 1
    assert len(priced.builds) > 0
