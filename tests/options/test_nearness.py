"""Straight lines and places near, against brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.options.nearness import (
    children_within,
    children_without_places,
    nearest_km,
    nearest_rows,
)


def points(pairs):
    return pd.DataFrame(pairs, columns=["easting", "northing"], dtype=float)


POINTS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(starts=POINTS, ends=POINTS)
def test_nearest_is_as_by_brute_force(starts, ends):
    away = [[np.hypot(a - c, b - d) / 1000 for c, d in ends] for a, b in starts]

    assert nearest_km(points(starts), points(ends)).tolist() == pytest.approx(
        [min(row) for row in away]
    )
    rows = nearest_rows(points(starts), points(ends))
    assert [row[place] for row, place in zip(away, rows, strict=True)] == pytest.approx(
        [min(row) for row in away]
    )


@settings(max_examples=40, deadline=None)
@given(homes=POINTS, schools=POINTS, data=st.data())
def test_places_near_are_shared_out_as_by_brute_force(homes, schools, data):
    """Each pool's places over the children within 5 km; each child's sum over pools within 5 km."""
    count = st.just(0.0) | st.floats(0.001, 50)
    children = data.draw(st.lists(count, min_size=len(homes), max_size=len(homes)))
    places = data.draw(st.lists(count, min_size=len(schools), max_size=len(schools)))
    codes = [f"a{number}" for number in range(len(homes))]
    areas = points(homes).assign(area_code=codes)
    need = pd.DataFrame({"area_code": codes, "children": children}).assign(
        need_group="ci_base", phase="primary"
    )
    pools = points(schools).assign(designation="ci_base", phase="primary", planning_places=places)

    left = children_without_places(need, pools, areas, 5.0).set_index("area_code")["children"]
    near = children_within(pools, areas, need, 5.0)["ci_base", "primary"]

    def is_near(home, school):
        return np.hypot(home[0] - school[0], home[1] - school[1]) <= 5000

    wanted = [
        sum(n for n, home in zip(children, homes, strict=True) if is_near(home, school))
        for school in schools
    ]
    assert near.tolist() == pytest.approx(wanted)
    for code, home, n in zip(codes, homes, children, strict=True):
        access = sum(
            p / w
            for p, w, school in zip(places, wanted, schools, strict=True)
            if w > 0 and is_near(home, school)
        )
        assert left[code] == pytest.approx(n * max(0, 1 - access), abs=1e-9)


def test_pools_of_another_need_or_phase_serve_nobody():
    areas = points([(0, 0)]).assign(area_code="a")
    need = pd.DataFrame(
        {"area_code": ["a"], "need_group": ["ci_base"], "phase": ["primary"], "children": [5.0]}
    )
    pools = points([(0, 0), (0, 0)]).assign(
        designation=["semh_base", "ci_base"], phase=["primary", "secondary"], planning_places=9.0
    )

    assert children_without_places(need, pools, areas, 5.0)["children"].tolist() == [5]


def test_no_need_leaves_no_rows():
    areas = points([(0, 0)]).assign(area_code="a")
    need = pd.DataFrame({"area_code": [], "need_group": [], "phase": [], "children": []})

    assert children_without_places(need, points([]), areas, 5.0).empty


def test_next_to_nobody_is_nobody():
    """A share of a child too small to divide by raises no warning."""
    areas = points([(0, 0)]).assign(area_code="a")
    need = pd.DataFrame(
        {"area_code": ["a"], "need_group": "ci_base", "phase": "primary", "children": [1e-310]}
    )
    pools = points([(0, 0)]).assign(designation="ci_base", phase="primary", planning_places=1.0)

    assert children_without_places(need, pools, areas, 5.0)["children"].tolist() == [1e-310]
