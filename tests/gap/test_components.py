"""What stands beside the gap is counted apart and once."""

import pandas as pd

from placement_planner.gap import gap_components


def test_children_elsewhere_are_counted_apart_by_the_phase_of_the_places():
    expected = pd.DataFrame(
        [
            ("A", 2028, "early_years", "ASD", "independent_special", 2.0),
            ("A", 2028, "primary", "ASD", "non_maintained_special", 3.0),
            ("A", 2028, "post_19", "ASD", "independent_special", 7.0),
            ("A", 2028, "secondary", "ASD", "educated_elsewhere", 5.0),
            ("A", 2028, "secondary", "ASD", "state_special", 99.0),
        ],
        columns=["authority_code", "academic_year", "phase", "need_type", "setting", "children"],
    )
    register = pd.DataFrame(
        {"authority_code": ["A", "A", "A"], "phase": "primary", "academic_year": 2028,
         "sector": ["state", "state", "independent"], "over": [4.0, 1.0, 8.0]}
    )  # fmt: skip
    across = pd.DataFrame(
        {"direction": ["in", "out"], "authority_code": ["A", "A"], "phase": "primary",
         "academic_year": 2028, "children": [6.0, 9.0], "course": "held constant"}
    )  # fmt: skip

    rows = gap_components(expected, register, across)

    told = rows.set_index(["component", "phase"])[["children", "in_need"]]
    assert told.loc[("independent", "primary")].tolist() == [5, "partly"]
    assert told.loc[("educated_elsewhere", "secondary")].tolist() == [5, "no"]
    assert told.loc[("over_capacity", "primary")].tolist() == [5, "yes"]
    assert told.loc[("out_of_area", "primary")].tolist() == [9, "no"]
    assert len(told) == 4


def test_children_placed_outside_as_the_study_states_may_be_in_the_need():
    """Need leaves out those of the flows, 4; it does not follow the 3 that are stated: partly."""
    nobody = pd.DataFrame(
        columns=["authority_code", "academic_year", "phase", "need_type", "setting", "children"]
    )
    register = pd.DataFrame(columns=["authority_code", "phase", "academic_year", "sector", "over"])
    across = pd.DataFrame(
        {"direction": "out", "authority_code": ["A", "A", "B"], "phase": "primary",
         "academic_year": 2028, "children": [4.0, 3.0, 2.0],
         "course": ["held constant", "stated", "held constant"]}
    )  # fmt: skip

    rows = gap_components(nobody, register, across).set_index("authority_code")

    assert rows["children"].to_dict() == {"A": 7, "B": 2}
    assert rows["in_need"].to_dict() == {"A": "partly", "B": "no"}
