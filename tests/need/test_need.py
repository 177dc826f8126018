"""Authority totals survive the spread to small areas, and the scope counts every child."""

import pandas as pd
import pytest

from placement_planner.need import project_cube, project_need, sum_to_middle
from placement_planner.need.small_areas import area_weights
from placement_planner.scenario import NeedChoices
from placement_planner.tables.study import Caseload, Flows, Population, PopulationProjection

AREAS = pd.DataFrame(
    {
        "area_code": ["a1", "a2", "b1"],
        "authority_code": ["A", "A", "B"],
        "middle_code": ["M1", "M1", "M2"],
        "imd_decile": [1, 10, 5],
    }
)
PEOPLE = Population.validate(
    pd.DataFrame(
        [(area, age, 10.0) for area in AREAS["area_code"] for age in range(26)],
        columns=["area_code", "age", "children"],
    ).assign(basis="invented")
)
GROUPS = pd.DataFrame(
    {"authority_code": ["A", "B"], "need_group": ["asd_special"] * 2, "phase": ["primary"] * 2}
)


def test_weights_follow_population_and_deprivation():
    """Same population; deciles 1 and 10 weigh 1.36 and 0.64: 68 % and 32 %."""
    weights = area_weights(AREAS, PEOPLE, None, GROUPS, history_weight=0.5)

    assert weights.set_index("area_code")["weight"].to_dict() == pytest.approx(
        {"a1": 0.68, "a2": 0.32, "b1": 1.0}
    )


def test_history_takes_its_share_where_homes_are_known():
    """All three children of A live in a2: half of the weight goes there."""
    flows = Flows.validate(
        pd.DataFrame(
            [("a2", "ASD", "primary", "p", 3.0, "invented")],
            columns=["area_code", "need_type", "phase", "provision_id", "children", "basis"],
        )
    )

    weights = area_weights(AREAS, PEOPLE, flows, GROUPS, history_weight=0.5)

    assert weights.set_index("area_code")["weight"].to_dict() == pytest.approx(
        {"a1": 0.34, "a2": 0.66, "b1": 1.0}
    )


def _caseload(rows):
    columns = ["authority_code", "january", "ncy", "need_type", "setting", "children"]
    return Caseload.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def test_need_adds_up_to_the_authority_and_the_scope_to_all_plans():
    plans = _caseload(
        [
            ("A", january, ncy, "ASD", setting, 40.0)
            for january in (2025, 2026)
            for ncy in range(-1, 16)
            for setting in ("mainstream", "state_special")
        ]
    )
    projection = PopulationProjection.validate(
        pd.DataFrame(
            [("A", year, age, 1000.0) for year in range(2024, 2029) for age in range(26)],
            columns=["authority_code", "academic_year", "age", "children"],
        ).assign(basis="invented")
    )
    outside = Flows.validate(
        pd.DataFrame(
            [("a1", "ASD", "secondary", "OUTSIDE", 5.0, "invented")],
            columns=["area_code", "need_type", "phase", "provision_id", "children", "basis"],
        )
    )

    choices = NeedChoices(base_january=2026)
    cube = project_cube(plans, projection, [2027], choices).expected()
    need, scope = project_need(cube, PEOPLE, AREAS, outside, [2027], choices)

    base = scope[scope["academic_year"] == 2025].set_index("counted_as")["children"]
    assert base.sum() == pytest.approx(2 * 17 * 40)
    assert base["placed_outside_region"] == pytest.approx(5)
    later = scope[scope["academic_year"] == 2027].set_index("counted_as")["children"]
    assert need["children"].sum() == pytest.approx(later["to_place"])
    assert sum_to_middle(need, AREAS)["children"].sum() == pytest.approx(later["to_place"])


def test_areas_that_hold_nobody_of_a_phase_weigh_the_same():
    """Nobody aged 4 to 10 lives in A: its primary need is parted evenly, none is lost."""
    nobody = PEOPLE.assign(children=PEOPLE["children"].where(PEOPLE["age"] > 10, 0.0))

    weights = area_weights(AREAS, nobody, None, GROUPS, history_weight=0.0)

    assert weights.set_index("area_code")["weight"].to_dict() == pytest.approx(
        {"a1": 0.5, "a2": 0.5, "b1": 1.0}
    )
