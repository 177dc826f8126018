"""A joint from its pairwise margins: held margins, what a seed adds, and measured error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from placement_planner.codes import code_table
from placement_planner.sources.joint import (
    compare_joints,
    fit_joint,
    independent_joint,
    joint_error,
)

SAMPLE = Path(__file__).parents[2] / "data" / "schools" / "caseload.csv"


def margins(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return joint.sum(axis=1), joint.sum(axis=2), joint.sum(axis=3)


def cube(table: pd.DataFrame, axes: list[str]) -> np.ndarray:
    levels = [sorted(table[axis].unique()) for axis in axes]
    summed = table.groupby(axes)["children"].sum()
    filled = summed.reindex(pd.MultiIndex.from_product(levels), fill_value=0)
    return filled.to_numpy(dtype=float).reshape([len(level) for level in levels])


def test_the_error_counts_each_misplaced_child_once():
    """Of ten, 2 stand in the wrong cell: |6-5| + |2-4| + |2-1| = 4 = twice 2."""
    error = joint_error(np.array([6.0, 2.0, 2.0]), np.array([5.0, 4.0, 1.0]))

    assert (error.children, error.wmape, error.misplaced) == (10, 0.4, 0.2)


def test_the_naive_product_by_hand():
    """Ages 8:2, settings 5:5, needs 7:3 of ten: first cell 8 × 5 × 7 / 100 = 2.8."""
    joint = np.zeros((1, 2, 2, 2))
    joint[0, 0] = [[4, 0], [2, 2]]
    joint[0, 1] = [[1, 0], [0, 1]]

    naive = independent_joint(joint)

    assert naive[0, 0, 0, 0] == pytest.approx(8 * 5 * 7 / 100)
    assert naive.sum() == pytest.approx(10)


def test_a_seed_keeps_what_margins_do_not_say():
    """All pairwise margins are 4: only the seed tells even cells, 3, from odd ones, 1."""
    even = np.indices((2, 2, 2)).sum(axis=0) % 2 == 0
    truth = np.where(even, 3.0, 1.0)[None]

    blind = fit_joint(*margins(truth))
    seeded = fit_joint(*margins(truth), truth * 50)

    assert blind == pytest.approx(np.full((1, 2, 2, 2), 2.0))
    assert seeded == pytest.approx(truth)


def test_where_the_seed_is_nought_and_margins_are_not_nobody_is_lost():
    truth = np.array([[[[4.0, 1.0], [1.0, 4.0]], [[2.0, 3.0], [1.0, 6.0]]]])
    seed = truth.copy()
    seed[0, 0, 0] = 0

    fitted = fit_joint(*margins(truth), seed)

    for ours, theirs in zip(margins(fitted), margins(truth), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)


COUNTS = st_numpy.arrays(np.float64, (2, 3, 3, 2), elements=st.integers(0, 30).map(float)).filter(
    lambda joint: joint.sum(axis=(1, 2, 3)).all()
)


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_children_by_age_and_setting_hold_whatever_the_counts(truth):
    fitted = fit_joint(*margins(truth), truth.sum(axis=0, keepdims=True))

    assert fitted.sum(axis=3) == pytest.approx(truth.sum(axis=3))
    assert (fitted >= 0).all()


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_a_seed_made_of_pairwise_margins_adds_nothing_to_three_margins(truth):
    """Fitting keeps the seed's dependence of all three at once; such a seed has none."""
    whole = truth + 1
    total = whole.sum(axis=0, keepdims=True)

    seeded = fit_joint(*margins(whole), fit_joint(*margins(total)))

    assert seeded == pytest.approx(fit_joint(*margins(whole)), abs=0.01)


def test_every_estimate_is_compared_for_every_unit():
    """One need at each age and setting: margins leave no choice; independence halves it."""
    truth = np.array([[[[4.0, 0.0], [0.0, 4.0]]], [[[2.0, 0.0], [0.0, 6.0]]]])

    compared = compare_joints(truth, ["a", "b"]).set_index(["unit", "estimate"])

    assert compared.loc[("a", "independent"), "misplaced"] == pytest.approx(0.5)
    assert compared.loc[("b", "independent"), "wmape"] == pytest.approx(2 * (2 * 1.5) / 8)
    assert compared.xs("published_seed", level="estimate")["wmape"].max() == pytest.approx(0)


def _check_recorded(truth: np.ndarray, data: str) -> None:
    """The figures that the import quotes are those measured now."""
    compared = compare_joints(truth, [str(unit) for unit in range(len(truth))])
    absolute = (compared["wmape"] * compared["children"]).groupby(compared["estimate"]).sum()
    recorded = code_table("joint_errors").set_index("data").loc[data].set_index("estimate")
    assert len(recorded) == 4
    for estimate, row in recorded.iterrows():
        assert row["children"] == truth.sum()
        assert row["wmape"] == pytest.approx(absolute[estimate] / truth.sum(), abs=6e-5)
        assert row["misplaced"] == pytest.approx(row["wmape"] / 2, abs=6e-5)


def test_the_recorded_error_on_the_invented_sample_is_the_measured_one():
    caseload = pd.read_csv(SAMPLE)
    caseload = caseload[caseload["january"].eq(caseload["january"].max())]

    truth = cube(caseload, ["authority_code", "ncy", "setting", "need_type"])

    _check_recorded(truth, "the invented sample region")


@pytest.mark.real_data
def test_the_recorded_error_on_the_peers_state_is_the_measured_one(real_files):
    steps = pd.read_csv(real_files.parent / "peers" / "witan" / "transitions.csv")
    state = steps[steps["setting-1"].ne("NONSEND")].assign(children=1)

    truth = cube(state, ["calendar-year", "academic-year-1", "setting-1", "need-1"])

    _check_recorded(truth, "the peer's example authority")
