"""The whole sample, and other seeds of it, planned with every feature on."""

import pytest

from placement_planner.inputs import read_inputs
from placement_planner.pipeline.planning import find_plan, run_stages
from placement_planner.sample import write_sample
from placement_planner.scenario import read_scenario

GAP = 0.01


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_the_sample_is_planned_to_one_percent(tmp_path, seed):
    """With continuity, own money, agreements, sets, modules and periods, in five minutes."""
    write_sample(tmp_path, seed=seed)
    scenario = read_scenario(tmp_path / "scenario.toml").with_choices(
        solver={"relative_gap": GAP, "time_limit_s": 300}
    )

    tables = run_stages(read_inputs(tmp_path), scenario).tables
    report = find_plan(tables, scenario).report

    assert scenario.siting.mode == "continuity"
    assert scenario.horizon.years[-1] + scenario.horizon.last_period_years - 1 == 2035
    assert report.gap <= GAP
    assert report.status in {"optimal", "within gap"}
