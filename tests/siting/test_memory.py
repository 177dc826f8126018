"""A search that would not fit in memory is refused before it starts, with what makes it large."""

import pytest

from placement_planner.errors import SolveError
from placement_planner.siting.memory import Sizes, sizes_of
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region
from tests.siting.roads import on_road, report


def test_sizes_are_those_of_the_region():
    """3 areas x 2 needs x 2 phases; each of 12 groups reaches the pools of its need and phase."""
    problem = build_problem(*large_region(0, areas=3, sites=4, years=(2027, 2028)))

    told = sizes_of(problem)

    assert (told.areas, told.groups, told.years) == (3, 12, 2)
    assert told.arcs == 2 * told.links == 2 * len(problem.links)
    assert told.entries == 3 * told.links  # both years from the first, one from the second


@pytest.mark.parametrize(("method", "smallest"), [("monolithic", 1e-4), ("decomposed", 1e-6)])
def test_a_search_above_the_limit_is_refused_with_its_sizes(method, smallest):
    tables, choices = large_region(0, areas=12, sites=6, years=(2027, 2028))
    tight = on_road(method, choices).with_choices(solver={"memory_gb": smallest})

    with pytest.raises(SolveError, match="12 areas with 48 groups of children") as refused:
        report(tables, tight, method)

    assert f"solver.memory_gb allows {smallest:g}" in str(refused.value)
    assert ("let placements be generated" in str(refused.value)) == (method == "monolithic")
    assert report(tables, on_road(method, choices), method) is not None


def test_more_years_take_more_memory():
    few, many = (
        sizes_of(build_problem(*large_region(0, areas=12, sites=6, years=years)))
        for years in ((2027, 2028), (2027, 2028, 2029, 2030))
    )

    for road in ("monolithic", "decomposed"):
        assert many.memory_gb(road) > few.memory_gb(road) + (many.links - few.links) * 3e-7


def test_the_estimate_is_not_below_what_england_took():
    """Its sizes, and the 631 MB above its tables that its search was seen to take."""
    england = Sizes(
        areas=6_855, ways=27_420, groups=54_840, pools=3_456, years=1, links=1_123_495,
        arcs=1_123_495, entries=1_123_495, decisions=3_000,
    )  # fmt: skip

    assert 0.631 <= england.memory_gb("decomposed") <= 1.0
