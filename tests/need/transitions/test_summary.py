"""Statistics of draws against numpy, and groupings by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.need.transitions.summary import STATISTICS, statistics, summarise

from .invented import grid


@settings(deadline=None, max_examples=50)
@given(
    draws=st.integers(1, 60),
    rows=st.integers(1, 5),
    most=st.sampled_from([1, 200, 300, 30_000, 100_000]),
    seed=st.integers(0, 10**6),
)
def test_statistics_are_those_of_numpy(draws, rows, most, seed):
    counts = np.random.default_rng(seed).integers(0, most + 1, (rows, draws)).astype(np.int32)

    mean, spread, *quantiles = statistics(counts).T

    assert mean == pytest.approx(counts.mean(axis=1))
    assert spread == pytest.approx(counts.std(axis=1), abs=1e-4)
    assert np.array(quantiles) == pytest.approx(
        np.quantile(counts, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    )


def small():
    """NCY 0 and 1, needs A and B, settings M and N; five draws, B never in N."""
    counts = np.zeros((8, 5), dtype=np.int32)
    counts[0] = [1, 0, 0, 0, 4]
    counts[1] = [0, 4, 0, 0, 1]
    counts[2] = [2, 2, 2, 2, 2]
    counts[4] = [0, 0, 0, 0, 5]
    return counts


def test_groups_are_added_up_in_each_draw_first():
    """Median of A M at NCY 0 is 0 and of A N is 0; of both together (1, 4, 0, 0, 5) it is 1."""
    tables = summarise([small(), small() * 2], grid(2, 2, 2), 2025).tables()

    assert tables["state"].columns.tolist() == [
        "calendar-year", "academic-year", "need", "setting", *STATISTICS
    ]  # fmt: skip
    first = tables["state"][tables["state"]["calendar-year"] == 2025]
    assert first[["academic-year", "need", "setting", "median"]].to_numpy().tolist() == [
        [0, "A", "M", 0.0], [0, "A", "N", 0.0], [0, "B", "M", 2.0], [1, "A", "M", 0.0]
    ]  # fmt: skip
    assert tables["total"]["mean"].tolist() == [5.0, 10.0]
    needs = tables["need"].set_index(["calendar-year", "need"])
    assert needs.loc[(2025, "A"), ["mean", "median", "q3"]].tolist() == [3.0, 1.0, 4.0]
    assert needs.loc[(2026, "B"), ["mean", "std-dev", "p95"]].tolist() == [4.0, 0.0, 4.0]
    settings_ = tables["setting"].set_index(["calendar-year", "setting"])["mean"]
    assert settings_.loc[2025].to_dict() == {"M": 4.0, "N": 1.0}
    assert tables["ncy"].query("`calendar-year` == 2025")["mean"].tolist() == [4.0, 1.0]


def test_an_empty_authority_has_a_total_of_nought():
    summary = summarise([np.zeros((8, 5), dtype=np.int32)], grid(2, 2, 2), 2025)

    assert summary.state.empty
    assert summary.total["mean"].tolist() == [0.0]


def test_means_add_up_over_every_grouping():
    counts = np.random.default_rng(1).poisson(0.4, (48, 40)).astype(np.int32)

    tables = summarise([counts], grid(4, 3, 4), 2025).tables()

    assert {round(float(table["mean"].sum()), 9) for table in tables.values()} == {
        round(counts.sum() / 40, 9)
    }
    assert all(isinstance(table, pd.DataFrame) for table in tables.values())
