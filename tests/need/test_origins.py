"""Where children were the January before: net flows by hand, and those of the simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from placement_planner.errors import DataError
from placement_planner.need import project_cube, project_flows
from placement_planner.need.cube import CELL, Cube
from placement_planner.need.origins import net_origins, shared_origins
from placement_planner.scenario import NeedChoices
from tests.need.transitions.test_study import caseload, population, transitions

SETTINGS = ("mainstream", "resourced_provision", "state_special")


def cube_of(rows, draws=1):
    """A cube of rows (authority, ncy, need, setting, children by year)."""
    cells = pd.DataFrame([row[:4] for row in rows], columns=CELL)
    children = np.array([row[4] for row in rows], dtype=np.float32).T
    return Cube(
        cells=cells,
        academic_years=tuple(range(2025, 2025 + len(children))),
        children=np.repeat(children[:, :, None], draws, axis=2),
    )


def test_net_flows_with_more_children_than_before():
    """30 in mainstream and 10 in a special school become 24, 4 in a base and 20: 40 are 48.

    24 and 10 stay. Mainstream loses 6; base and special school gain 4 and 10, of which these 6
    move, 4/14 and 10/14 of them; the other 8 have joined.
    """
    cube = cube_of(
        [
            ("A", 3, "ASD", "mainstream", [30, 0]),
            ("A", 3, "ASD", "state_special", [10, 0]),
            ("A", 4, "ASD", "mainstream", [0, 24]),
            ("A", 4, "ASD", "resourced_provision", [0, 4]),
            ("A", 4, "ASD", "state_special", [0, 20]),
        ]
    )

    origins = net_origins(cube)

    flows = origins.stayed[0].toarray() * cube.children[1]
    assert flows[2:, 0] == pytest.approx([24, 6 * 4 / 14, 6 * 10 / 14])
    assert flows[2:, 1] == pytest.approx([0, 0, 10])
    joined = origins.joined[0] * cube.children[1, :, 0]
    assert joined == pytest.approx([0, 0, 0, 8 * 4 / 14, 8 * 10 / 14])


def test_net_flows_with_fewer_children_than_before():
    """30 and 10 become 12 and 14: 12 and 10 stay, 4 move, nobody joins, 14 leave."""
    cube = cube_of(
        [
            ("A", 3, "ASD", "mainstream", [30, 0]),
            ("A", 3, "ASD", "state_special", [10, 0]),
            ("A", 4, "ASD", "mainstream", [0, 12]),
            ("A", 4, "ASD", "state_special", [0, 14]),
        ]
    )

    origins = net_origins(cube)

    flows = origins.stayed[0].toarray() * cube.children[1]
    assert flows[2:, :2].tolist() == [[12, 0], [pytest.approx(4), pytest.approx(10)]]
    assert not origins.joined.any()


def test_authorities_and_needs_keep_to_themselves_and_the_youngest_join():
    cube = cube_of(
        [
            ("A", 3, "ASD", "mainstream", [30, 7]),
            ("A", 4, "SEMH", "mainstream", [0, 5]),
            ("B", 4, "ASD", "mainstream", [0, 6]),
        ]
    )

    origins = net_origins(cube)

    assert origins.joined[0].tolist() == [1, 1, 1]
    assert origins.stayed[0].nnz == 0


def test_children_whom_no_flow_explains_have_joined_and_empty_cells_have_no_origin():
    cube = cube_of([("A", 3, "ASD", "mainstream", [4, 3]), ("A", 4, "ASD", "mainstream", [0, 0])])
    nothing = csr_array((2, 2))

    origins = shared_origins(cube, [(nothing, np.zeros(2))], cube.children.mean(axis=2))

    assert origins.joined.tolist() == [[1, 0]]


def test_a_cube_of_the_base_alone_has_no_steps():
    origins = net_origins(cube_of([("A", 3, "ASD", "mainstream", [4])]))

    assert origins.stayed == ()
    assert origins.joined.shape == (0, 1)


@given(counts=st.lists(st.lists(st.integers(0, 9), min_size=9, max_size=9), min_size=3, max_size=3))
@settings(max_examples=30, deadline=None)
def test_everybody_comes_from_somewhere_and_nobody_goes_twice(counts):
    rows = [
        ("A", ncy, "ASD", setting, [year[3 * place + number] for year in counts])
        for place, ncy in enumerate((5, 6, 7))
        for number, setting in enumerate(SETTINGS)
    ]
    cube = cube_of(rows)
    means = cube.children[:, :, 0].astype(float)

    origins = net_origins(cube)

    for step in range(2):
        shares = origins.stayed[step].sum(axis=1) + origins.joined[step]
        assert shares == pytest.approx((means[step + 1] > 0).astype(float))
        went = origins.stayed[step].T @ means[step + 1]
        assert (went <= means[step] + 1e-9).all()
        assert (origins.joined[step] >= -1e-12).all()


def test_the_simulation_tells_who_stayed_and_who_joined():
    """Children join at NCY 1 alone in the steps seen, and go on in mainstream with their need."""
    steps = transitions()

    cube, origins = project_flows(
        caseload(), population(), [2027], NeedChoices(draws=50, seed=1), transitions=steps
    )

    means = cube.children.mean(axis=2, dtype=float)
    for step in range(2):
        there = means[step + 1] > 0
        shares = origins.stayed[step].sum(axis=1) + origins.joined[step]
        assert shares[there] == pytest.approx(1)
        assert not shares[~there].any()
    cells = cube.cells.assign(joined=origins.joined[0]).set_index(CELL)["joined"]
    assert cells["A", 1, "ASD", "mainstream"] == 1
    assert cells["A", 3, "ASD", "mainstream"] == pytest.approx(0, abs=0.02)
    stayed = pd.DataFrame(origins.stayed[0].toarray())
    keys = list(cube.cells.itertuples(index=False, name=None))
    row, column = (keys.index(("A", ncy, "SEMH", "mainstream")) for ncy in (3, 2))
    assert stayed.loc[row, column] > 0.9
    assert not stayed.loc[row, [place for place, key in enumerate(keys) if key[0] == "B"]].any()


@pytest.mark.parametrize("method", ["transitions", "published", "held"])
def test_flows_come_with_the_cube_of_the_same_projection(method):
    choices = NeedChoices(draws=30, seed=3, method=method)
    steps = transitions() if method == "transitions" else None
    asked = {"transitions": steps}

    cube, origins = project_flows(caseload(), population(), [2028], choices, **asked)

    assert cube.academic_years == origins.academic_years == (2025, 2026, 2027, 2028)
    assert cube.cells.equals(origins.cells)
    plain = project_cube(caseload(), population(), [2026, 2028], choices, **asked)
    some = cube.at([2025, 2026, 2028]).expected()
    pd.testing.assert_frame_equal(some, plain.expected())


def test_published_flows_without_draws():
    choices = NeedChoices(draws=30, seed=3, method="published")

    cube, origins = project_flows(caseload(), population(), [2027], choices, with_draws=False)

    assert cube.children.shape[2] == 1
    assert len(origins.stayed) == 2


def test_the_base_year_alone_and_years_before_it():
    choices = NeedChoices(draws=30, method="held")

    cube, origins = project_flows(caseload(), population(), [2025], choices)

    assert cube.academic_years == (2025,)
    assert origins.stayed == ()
    with pytest.raises(DataError, match="lie before the base, for example 2024"):
        project_flows(caseload(), population(), [2024, 2027], choices)


def test_a_cube_hands_out_years_it_has():
    cube = cube_of([("A", 3, "ASD", "mainstream", [4, 5, 6])])

    assert cube.at([2027, 2025]).children[:, 0, 0].tolist() == [6, 4]
    with pytest.raises(DataError, match=r"1 year.s. are not in the cube, for example 2030"):
        cube.at([2025, 2030])
