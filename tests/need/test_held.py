"""Rates held, by hand."""

import pytest

from placement_planner.errors import DataError
from placement_planner.need import project_cube
from placement_planner.scenario import NeedChoices
from tests.need.published.test_cube import PLANS, population

HELD = NeedChoices(base_january=2026, method="held")


def test_children_follow_the_population_of_their_year_group():
    """1 % more children of every age a year: 2,217.6 children in 2025/26 × 1.01³ in 2028/29."""
    cube = project_cube(PLANS, population(0.01), [2028], HELD)

    totals = cube.summed([]).set_index("academic_year")["mean"]
    now = PLANS[PLANS["january"] == 2026]["children"].sum()
    assert totals.to_dict() == pytest.approx({2025: now, 2028: now * 1.01**3}, rel=1e-5)


def test_a_base_january_that_is_not_there_is_named():
    with pytest.raises(DataError, match="no rows for January 2024"):
        project_cube(PLANS, population(), [2028], HELD.model_copy(update={"base_january": 2024}))
