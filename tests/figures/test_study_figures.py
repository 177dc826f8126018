"""What the small study holds, by hand (see tests/small_study)."""

from dataclasses import replace

import pytest

from placement_planner.figures.study import (
    shown_children,
    shown_children_by_need,
    shown_sources,
    shown_tables,
)
from placement_planner.inputs import read_inputs
from placement_planner.scenario import Scenario
from placement_planner.tables.study import STUDY_TABLES
from tests.small_study import write_small_study

PUBLIC = Scenario()
INTERNAL = PUBLIC.with_choices(privacy={"profile": "internal"})


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return read_inputs(write_small_study(tmp_path_factory.mktemp("study")))


def test_every_table_has_a_row_and_what_is_absent_says_what_stands_for_it(inputs):
    held = replace(
        inputs, flows=None, provision=inputs.provision.assign(estimated=["roll;phase", "roll"])
    )

    table = shown_tables(held).set_index("Table")

    assert len(table) == len(STUDY_TABLES)
    assert table.loc["population", ["Rows", "How known"]].tolist() == [
        104,
        "100% invented (sample region)",
    ]
    assert table.loc["provision", "Estimated"] == "roll in 2; phase in 1"
    assert table.loc["flows", "Rows"] == 0
    assert table.loc["flows", "In its place"].startswith("an estimate from rolls")
    assert (table["Rows"].eq(0) == table["In its place"].ne("")).all()


def test_children_stand_beside_those_of_the_january_before(inputs):
    """12 in a unit and 12 in a special school in each authority, of 2 × 26 × 20 = 1,040 people."""
    shown = shown_children(inputs, INTERNAL, "authority_code").frame

    assert shown["Authority"].tolist() == ["Westby", "Eastham"]
    assert shown[["January 2025", "January 2026"]].to_numpy().tolist() == [[24, 24], [24, 24]]
    assert shown["Per 1,000 aged 0 to 25"].tolist() == [23, 23]
    by_setting = shown_children(inputs, PUBLIC, "setting").frame
    assert by_setting.set_index("Placement")["January 2026"].to_dict() == {
        "SEN unit (specialist base)": 25,
        "State-funded special school": 25,
    }


def test_children_by_need_and_placement(inputs):
    shown = shown_children_by_need(inputs, INTERNAL).frame

    assert shown["Need"].tolist() == ["Autistic spectrum disorder"]
    assert shown.drop(columns="Need").iloc[0].to_dict() == {
        "State-funded special school": 24,
        "SEN unit (specialist base)": 24,
    }


def test_sources_are_told_by_table(inputs):
    table = shown_sources(inputs).set_index(["Table", "Source"])["Rows"]

    assert table["pots", "made up by hand"] == 2
    assert table["hidden_need", "made up by hand"] == 1
    assert "caseload" not in table.index.get_level_values("Table")
