"""What a plan starts from: who is placed where now, where nobody has counted it."""

import pandas as pd
import pytest

from placement_planner.inputs import read_inputs
from placement_planner.pipeline import measure_gap
from placement_planner.scenario import read_scenario
from placement_planner.storage import write_table
from placement_planner.tables import study
from tests.plannable_study import caseload, write_plannable_study
from tests.small_study import WESTBY


@pytest.fixture(scope="module")
def around(tmp_path_factory):
    """No flows; beside the plannable study's children three in a special school who are 20."""
    folder = write_plannable_study(tmp_path_factory.mktemp("around") / "study")
    (folder / "schools/flows.csv").unlink()
    told = caseload()
    older = told[(told["ncy"] == 6) & (told["authority_code"] == WESTBY)]
    older = older[older["setting"] == "state_special"].assign(ncy=15, children=3.0)
    write_table(folder, study.Caseload, pd.concat([told, older]))
    balance = measure_gap(read_inputs(folder), read_scenario(folder / "scenario.toml"))
    return balance.surroundings


def test_who_is_placed_where_is_estimated_and_says_so(around):
    """The special school has 15 on roll, one from elsewhere: 14 of the region's 56 are there."""
    gravity = around.placed.gravity

    assert around.placed.placed["children"].sum() == pytest.approx(14)
    assert set(around.placed.placed["basis"]) == {"estimated"}
    assert any(note.startswith("Who is placed where now is estimated") for note in around.notes)
    lost = gravity.unplaced.groupby(["kind", "reason"])["children"].sum()
    assert lost["state_special", "beyond rolls"] == pytest.approx(56 - 14)
    assert lost["base", "no such place in the region"] == pytest.approx(56)


def test_those_too_old_for_any_place_are_in_no_estimate(around):
    told = around.placed.gravity.unplaced["children"].sum() + 14

    assert told == pytest.approx(56 + 56)
