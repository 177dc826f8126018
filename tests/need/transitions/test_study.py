"""A study's steps made into a cube: who is counted, and that nobody is lost on the way."""

import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.need import chosen_method, project_cube
from placement_planner.scenario import NeedChoices
from placement_planner.tables.study import Caseload, PopulationProjection, Transitions

CHOICES = NeedChoices(base_january=2026, draws=50, seed=1)
CELL = ["authority_code", "ncy", "need_type", "setting"]


def caseload(authorities=("A", "B"), share=1.0):
    rows = [
        (code, 2026, ncy, need, "mainstream", children * share)
        for code in authorities
        for ncy in range(1, 6)
        for need, children in (("ASD", 10.0), ("SEMH", 6.0))
    ]
    columns = ["authority_code", "january", "ncy", "need_type", "setting", "children"]
    return Caseload.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def transitions(authorities=("A", "B"), last=2025):
    rows = []
    for code in authorities:
        for january in (last - 1, last):
            for need, children in (("ASD", 10), ("SEMH", 6)):
                rows += [
                    (code, january, "mainstream", need, ncy, "mainstream", need, ncy + 1, children)
                    for ncy in range(1, 5)
                ]
                rows += [
                    (code, january, "NONSEND", "NONSEND", 0, "mainstream", need, 1, children),
                    (code, january, "mainstream", need, 5, "NONSEND", "NONSEND", 6, children),
                ]
    names = ["setting_1", "need_1", "ncy_1", "setting_2", "need_2", "ncy_2", "children"]
    columns = ["authority_code", "january", *names]
    return Transitions.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def population(authorities=("A", "B")):
    rows = [
        (code, year, age, 500.0)
        for code in authorities
        for year in range(2022, 2031)
        for age in range(26)
    ]
    columns = ["authority_code", "academic_year", "age", "children"]
    return PopulationProjection.validate(
        pd.DataFrame(rows, columns=columns).assign(basis="invented")
    )


def test_the_base_year_is_the_caseload_and_authorities_keep_to_themselves():
    cube = project_cube(caseload(), population(), [2027], CHOICES, transitions=transitions())

    base = cube.cells.assign(children=cube.children[0, :, 0]).set_index(CELL)["children"]
    now = caseload().set_index(CELL)["children"]
    assert base[base > 0].sort_index().to_dict() == now.sort_index().to_dict()
    assert (cube.children[0] == cube.children[0, :, :1]).all()


def test_fractions_become_whole_children_without_changing_a_year_groups_sum():
    """0.5 of ten and of six is 5 and 3: eight in every year group, whichever cell it falls in."""
    halves = caseload(share=0.55)

    cube = project_cube(halves, population(), [2026], CHOICES, transitions=transitions())

    sums = cube.condensed(["authority_code", "ncy"])
    ages = sums.cells["ncy"].between(1, 5)
    assert np.unique(sums.children[0, ages.to_numpy(), 0]).tolist() == [9.0]  # 16 x 0.55 = 8.8


def test_steps_that_end_before_the_base_are_not_enough():
    stale = pd.concat([transitions(("A",)), transitions(("B",), last=2021)])

    assert chosen_method(caseload(), Transitions.validate(stale), CHOICES) == "published"
    with pytest.raises(DataError, match="not every authority of the caseload has steps"):
        chosen_method(
            caseload(),
            Transitions.validate(stale),
            CHOICES.model_copy(update={"method": "transitions"}),
        )


def test_an_authority_that_the_caseload_does_not_know_is_not_made_up():
    cube = project_cube(
        caseload(("A",)), population(), [2027], CHOICES, transitions=transitions(("A", "B"))
    )

    assert set(cube.cells["authority_code"]) == {"A"}


def test_an_authority_without_the_base_january_is_named():
    early = caseload(("B",)).assign(january=2025)
    both = Caseload.validate(pd.concat([caseload(("A",)), early]))

    with pytest.raises(
        DataError, match="no rows for January 2026, the base of the run, for example B"
    ):
        project_cube(both, population(), [2027], CHOICES)


def test_a_year_without_population_is_refused_not_joined_by_nobody():
    """B's population ends in 2027: its joiners would be nought in 2028."""
    people = population()
    short = people[(people["authority_code"] == "A") | (people["academic_year"] < 2028)]

    with pytest.raises(DataError, match="academic year 2028 of authority B, nor for 0 other"):
        project_cube(caseload(), short, [2027, 2028], CHOICES, transitions=transitions())


def test_progress_counts_every_january():
    told = []

    project_cube(
        caseload(),
        population(),
        [2026, 2028],
        CHOICES,
        transitions=transitions(),
        progress=lambda done, of: told.append((done, of)),
    )

    assert told == [(done, 6) for done in range(1, 7)]
