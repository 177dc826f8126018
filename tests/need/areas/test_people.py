"""Shares of areas by people and deprivation, and what stands in where nobody lives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from placement_planner.codes import code_table
from placement_planner.need.areas.people import (
    AGES,
    PHASE_OF_AGE,
    PHASES,
    age_mix_strength,
    area_people,
    area_shares,
    smoothed_ages,
)
from tests.need.areas.town import areas_of, population_of

EVEN = np.ones((2, len(PHASES)))
AREAS = areas_of([("a1", "M", "A", 1), ("a2", "M", "A", 10)])


def test_shares_follow_people_and_deprivation():
    """30 and 10 children; relative rates of deciles 1 and 10 as in codes/deprivation.csv."""
    people = area_people(AREAS, population_of({"a1": 30, "a2": 10}))["A"]
    rates = code_table("deprivation").query("phase == 'secondary'")
    most, least = rates.set_index("imd_decile").loc[[1, 10], "relative_rate"]

    share = area_shares(people.children, people.rate)[:, 12]

    assert share.tolist() == pytest.approx(
        [30 * most / (30 * most + 10 * least), 10 * least / (30 * most + 10 * least)]
    )


def test_where_nobody_of_an_age_lives_others_stand_for_them():
    """Nobody is 7, so primary as a whole tells; nobody is in secondary, so everybody tells."""
    children = np.zeros((2, len(AGES)))
    children[:, 5], children[:, 17] = [1, 3], [3, 1]

    shares = area_shares(children, EVEN)

    assert shares[:, 5].tolist() == [0.25, 0.75]
    assert shares[:, 7].tolist() == [0.25, 0.75]
    assert shares[:, 12].tolist() == [0.5, 0.5]
    assert area_shares(np.zeros((2, len(AGES))), EVEN)[:, 3].tolist() == [0.5, 0.5]


def test_single_ages_lean_on_the_authority_as_by_hand():
    """Ages 11 to 15 alone: a1 has 10 children of 11, a2 10 of each age.

    The mix: 20 of 60 are 11, 10 of 60 each other age. With strength 10 a1 keeps its 10, of which
    (10 + 10 × 1/3) / (10 + 10) × 10 = 6⅔ are 11, and 10 × (10 × 1/6) / 20 = 5/6 each other age.
    """
    children = np.zeros((2, len(AGES)))
    children[0, 11], children[1, 11:16] = 10, 10

    smooth = smoothed_ages(children, 10.0)

    assert smooth[0, 11:16].tolist() == pytest.approx([20 / 3, *[5 / 6] * 4])


@settings(deadline=None, max_examples=25)
@given(
    arrays.arrays(float, (3, len(AGES)), elements=st.integers(0, 20).map(float)),
    st.floats(0.1, 1e4),
)
def test_smoothing_keeps_every_areas_children_of_a_phase(children, strength):
    smooth = smoothed_ages(children, strength)

    for phase in range(len(PHASES)):
        of_phase = np.flatnonzero(phase == PHASE_OF_AGE)
        assert smooth[:, of_phase].sum(axis=1) == pytest.approx(children[:, of_phase].sum(axis=1))


def test_areas_with_the_same_mix_are_pooled_more_than_areas_that_differ():
    rng = np.random.default_rng(1)
    areas = areas_of([(f"a{i:02d}", "M", "A", 5) for i in range(40)])
    alike = population_of(dict.fromkeys(areas["area_code"], 20))
    uneven = alike.assign(children=np.floor(20 * rng.gamma(1, 1, len(alike))))

    found = [age_mix_strength(area_people(areas, people)) for people in (alike, uneven)]

    assert found[0] > 10 * found[1]


def test_an_area_without_rows_holds_nobody():
    people = area_people(AREAS, population_of({"a2": 10}))["A"]

    assert people.areas == ("a1", "a2")
    assert people.by_phase[0].tolist() == [0] * len(PHASES)
