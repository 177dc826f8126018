"""Homes of children, hidden need and new homes of the sample tie to its other tables."""

import numpy as np
import pandas as pd

from placement_planner.inputs import read_inputs
from placement_planner.need.housing import new_homes
from placement_planner.sample.need import UNKNOWN_SHARE

CELL = ["authority_code", "ncy", "need_type", "setting"]


def test_children_by_area_are_the_caseload_of_the_last_january(tables):
    lived, plans = tables["area_caseload"], tables["caseload"]
    now = plans[plans["january"] == 2026]

    assert set(lived["january"]) == {2026}
    assert lived.groupby(CELL)["children"].sum().equals(now.groupby(CELL)["children"].sum())


def test_few_homes_are_not_known(tables):
    """One in 67 of some 9,700 children: 146, give or take three standard deviations of 12."""
    lived = tables["area_caseload"]
    unknown = lived.loc[lived["area_code"] == "UNKNOWN", "children"].sum()
    children = lived["children"].sum()

    spread = np.sqrt(children * UNKNOWN_SHARE * (1 - UNKNOWN_SHARE))
    assert abs(unknown - children * UNKNOWN_SHARE) < 3 * spread


def test_children_live_in_areas_of_their_authority(tables, areas):
    lived = tables["area_caseload"].merge(
        pd.DataFrame(areas[["area_code", "authority_code"]]), on="area_code"
    )

    assert (lived["authority_code_x"] == lived["authority_code_y"]).all()


def test_new_homes_add_children_where_the_region_grows_beyond_its_projection(folder):
    """Of eleven sites those of the growing authority add children in the last year, no others."""
    inputs = read_inputs(folder)

    found = new_homes(inputs.housing, inputs.housing_carried, inputs.areas, 2025, range(2025, 2036))

    assert inputs.housing["housing_id"].nunique() == 11
    last = found.people[found.people["academic_year"] == 2035]
    assert set(last["authority_code"]) == {"E08900002"}
    assert len(found.notes) == 5


def test_every_reason_of_hidden_need_is_there(tables):
    hidden = tables["hidden_need"]

    assert set(hidden["reason"]) == {"named_but_full", "unsuitable_placement", "waiting_list"}
    assert (hidden["children"] % 1 == 0).all()
