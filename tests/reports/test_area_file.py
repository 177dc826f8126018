"""The file of areas' draws: rows, figures and notice."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from placement_planner.need.areas import AreaDraws
from placement_planner.reports.area_file import write_area_draws

GROUPS = pd.DataFrame(
    [("asd_special", "early_years"), ("asd_special", "primary"), ("ci_base", "primary")],
    columns=["need_group", "phase"],
)


def part_of(code, year, children):
    return AreaDraws(
        authority_code=code,
        academic_year=year,
        areas=(f"{code}1", f"{code}2"),
        groups=GROUPS,
        children=np.asarray(children, dtype=np.float32),
    )


def test_a_row_an_area_group_and_year_with_its_draws(tmp_path):
    """Draws 0 to 20: mean and median 10, percentiles 5 and 95 at 1 and 19. Noughts are left out."""
    children = np.zeros((2, 3, 21))
    children[0, 1], children[1, 2] = np.arange(21)[::-1], 2.0
    parts = [part_of("A", 2026, children), part_of("A", 2027, 0 * children)]
    parts.append(part_of("B", 2026, children))

    path = write_area_draws(iter(parts), tmp_path / "areas.parquet", {"seed": "7"})

    file = pq.ParquetFile(path)
    table = file.read().to_pandas()
    keys = ["area_code", "authority_code", "academic_year", "need_group", "phase"]
    assert table[keys].to_numpy().tolist() == [
        ["A1", "A", 2026, "asd_special", "primary"],
        ["A2", "A", 2026, "ci_base", "primary"],
        ["B1", "B", 2026, "asd_special", "primary"],
        ["B2", "B", 2026, "ci_base", "primary"],
    ]
    assert table.loc[0, ["mean", "p5", "median", "p95"]].tolist() == [10, 1, 10, 19]
    assert table.loc[0, "draws"].tolist() == list(range(20, -1, -1))
    assert table.loc[1, ["mean", "p5", "median", "p95"]].tolist() == [2, 2, 2, 2]
    assert file.num_row_groups == 2
    words = file.schema_arrow.metadata
    assert words[b"notice"] == b"internal: not for publication"
    assert words[b"seed"] == b"7"


@pytest.mark.parametrize("draws", [1, 2, 20, 37])
def test_percentiles_are_those_of_numpy(tmp_path, draws):
    children = np.random.default_rng(1).gamma(2, 3, (2, 3, draws))

    path = write_area_draws([part_of("A", 2026, children)], tmp_path / "areas.parquet", {})

    table = pq.read_table(path).to_pandas()
    told = np.quantile(children.reshape(6, draws), [0.05, 0.5, 0.95], axis=1).T
    assert table[["p5", "median", "p95"]].to_numpy() == pytest.approx(told, rel=1e-5)
