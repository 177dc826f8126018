"""Fallback routes: an authority's own before the study's, these before the library's."""

import pandas as pd
import pytest

from placement_planner.codes import code_list
from placement_planner.costs import fallback_by_authority, library_routes
from placement_planner.tables.study import Fallback

ROW = {
    "need_group": "ci_base", "phase": "primary", "share": 1.0, "payer": "high_needs_block",
    "minutes": 1.0, "distance_km": 1.0, "source": "s", "basis": "invented",
}  # fmt: skip
COMMON = ROW | {"authority_code": "*", "route": "common", "cost_gbp": 10.0}
OWN = ROW | {"authority_code": "B", "route": "own", "cost_gbp": 20.0}


def routes_of(rows, need_group="ci_base", phase="primary"):
    told = fallback_by_authority(None if rows is None else Fallback.validate(pd.DataFrame(rows)),
                                 ["A", "B"])  # fmt: skip
    told = told[(told["need_group"] == need_group) & (told["phase"] == phase)]
    return told.groupby("authority_code")["route"].agg(set).to_dict()


def library():
    routes = library_routes()
    routes = routes[(routes["need_group"] == "ci_base") & (routes["phase"] == "primary")]
    return set(routes["route"])


def test_an_authoritys_own_rows_stand_before_the_common_ones():
    assert routes_of([COMMON, OWN]) == {"A": {"common"}, "B": {"own"}}


def test_routes_of_one_authority_do_not_stand_for_another():
    assert routes_of([OWN]) == {"A": library(), "B": {"own"}}


def test_the_library_stands_for_what_a_study_leaves_out():
    assert routes_of(None) == {"A": library(), "B": library()}
    assert routes_of([COMMON, OWN], phase="secondary") == routes_of(None, phase="secondary")


@pytest.mark.parametrize("rows", [None, [OWN], [COMMON, OWN]])
def test_every_authority_need_group_and_phase_has_shares_that_sum_to_one(rows):
    own = None if rows is None else Fallback.validate(pd.DataFrame(rows))

    told = fallback_by_authority(own, ["A", "B"])

    keys = ["authority_code", "need_group", "phase"]
    totals = told.groupby(keys)["share"].sum()
    assert len(totals) == 2 * len(code_list("need_groups")) * 3
    assert totals.to_numpy() == pytest.approx(1.0)
