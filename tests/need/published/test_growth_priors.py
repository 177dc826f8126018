"""The priors of `codes/growth_priors.csv`, derived again from the published files."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from placement_planner.codes import code_table

ROOT = Path(__file__).parents[3]
ENGLAND = ROOT / ".." / "shared" / "data" / "england"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not ENGLAND.is_dir(), reason=f"no published files at {ENGLAND}"),
]


@pytest.fixture(scope="module")
def derived():
    script = runpy.run_path(str(ROOT / "benchmarks" / "growth_priors.py"))
    table = script["derive"](
        ENGLAND / "ehcp_caseload.csv.gz", ENGLAND / "ehcp_2010_2022_estab_caseload.csv.gz"
    )
    return table.set_index("series")


@pytest.mark.parametrize(
    ("factor", "low", "high"),
    [("own", -0.4, 0.4), ("region", 0.0, 0.3), ("per_head", -0.15, 0.0), ("all_plans", -0.4, 0.8)],
)
def test_coefficients_are_those_of_england_to_2019_held_within_limits(derived, factor, low, high):
    held = code_table("growth_priors").set_index("series")[factor].drop("other")

    assert held.to_dict() == pytest.approx(
        derived[factor].astype(float).clip(low, high).to_dict(), abs=0.006
    )


def test_spreads_of_residuals_are_those_of_england_to_2019(derived):
    held = code_table("growth_priors").set_index("series").drop("other")

    for name in ("residual_sd", "count_sd"):
        assert np.allclose(held[name], derived[name].astype(float), rtol=0.02, atol=2e-3)
