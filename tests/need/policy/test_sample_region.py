"""Policy on the sample region, projected by its steps and by published counts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_planner.inputs import read_inputs
from placement_planner.need import project_flows
from placement_planner.need.cube import CELL
from placement_planner.need.policy import apply_policy
from placement_planner.scenario import NeedChoices
from tests.need.policy.village import choices

DATA = Path(__file__).parents[3] / "data"
IN_SPECIAL = ("state_special", "non_maintained_special", "independent_special")


@pytest.fixture(scope="module")
def inputs():
    return read_inputs(DATA)


@pytest.fixture(scope="module", params=["transitions", "published"])
def sample(request, inputs):
    chosen = NeedChoices(draws=20, method=request.param)
    return project_flows(
        inputs.caseload,
        inputs.population_projection,
        [2034],
        chosen,
        transitions=inputs.transitions,
        totals=inputs.caseload_totals,
    )


def test_nobody_goes_to_two_places(sample):
    """Who came from a cell is no more than were there, but for chance in 20 draws."""
    cube, origins = sample
    means = cube.children.mean(axis=2, dtype=float)

    for step, stayed in enumerate(origins.stayed):
        went, were = stayed.T @ means[step + 1], means[step]
        large = were > 20
        assert (went[large] < 1.15 * were[large]).all()
        assert (went[large] > 0.5 * were[large]).mean() > 0.8


def share_of_pupils(cube, inputs, year):
    """Plans of Reception to Year 11 per resident of those ages, counted again."""
    children = cube.at([year]).expected().query("0 <= ncy <= 11")["children"]
    people = inputs.population_projection.set_index("academic_year").loc[year]
    return children.sum() / people.query("4 <= age <= 15")["children"].sum()


@pytest.mark.parametrize("bound", ["elastic", "proportional"])
def test_the_sample_region_meets_both_shares_of_the_white_paper(sample, inputs, bound):
    cube, origins = sample

    outcome = apply_policy(
        cube, origins, inputs.population_projection, choices("white_paper", bound=bound)
    )

    assert share_of_pupils(outcome.cube, inputs, 2029) == pytest.approx(0.08, abs=0.0005)
    assert share_of_pupils(outcome.cube, inputs, 2034) == pytest.approx(0.047, abs=0.0005)
    assert np.abs(outcome.path["reached"] - outcome.path["target"]).max() < 1e-9
    assert outcome.cube.children.min() >= 0


@pytest.mark.parametrize("name", ["white_paper", "no_reform"])
def test_special_need_unchanged_leaves_special_need_to_the_child(sample, inputs, name):
    """Every draw of every special school cell is the same to the last bit."""
    cube, origins = sample

    outcome = apply_policy(
        cube, origins, inputs.population_projection, choices(name, bound="special_unchanged")
    )

    before = cube.cells["setting"].isin(IN_SPECIAL).to_numpy()
    after = outcome.cube.cells["setting"].isin(IN_SPECIAL).to_numpy()
    pd.testing.assert_frame_equal(
        cube.cells.loc[before, CELL].reset_index(drop=True),
        outcome.cube.cells.loc[after, CELL].reset_index(drop=True),
    )
    assert np.array_equal(cube.children[:, before], outcome.cube.children[:, after])
    assert not np.array_equal(cube.children[:, ~before], outcome.cube.children[:, ~after])


@pytest.mark.parametrize("name", ["moderated", "inclusion_shift"])
def test_named_levers_do_to_the_sample_what_they_say(sample, inputs, name):
    cube, origins = sample

    outcome = apply_policy(cube, origins, inputs.population_projection, choices(name))

    before, after = cube.children[-1].sum(), outcome.cube.children[-1].sum()
    is_special = outcome.cube.cells["setting"].isin(IN_SPECIAL).to_numpy()
    was_special = cube.cells["setting"].isin(IN_SPECIAL).to_numpy()
    fewer_special = (
        outcome.cube.children[-1, is_special].sum() < cube.children[-1, was_special].sum()
    )
    assert fewer_special
    if name == "moderated":
        assert after < before
    else:
        assert after == pytest.approx(before, rel=1e-5)
        assert outcome.outside_kept["kept"].min() >= 0.75
    assert np.array_equal(outcome.cube.condensed([]).children[0], cube.condensed([]).children[0])
