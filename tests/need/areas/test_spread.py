"""Children to place by area: by hand, in every draw, and the latent demand beside them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.need.areas import area_draws, area_need, latent_need, sum_to_units
from placement_planner.need.cube import CELL, Cube
from tests.need.areas.town import areas_of, caseload_of, population_of, weights_of

AREAS = areas_of(
    [("a1", "M1", "A", 1), ("a2", "M1", "A", 5), ("a3", "M2", "A", 5), ("b1", "N", "B", 5)]
)
PEOPLE = population_of({"a1": 30, "a2": 10, "a3": 20, "b1": 5})
SHARES = [
    ("early_years", "ASD", "state_special", "to_place", "asd_special", 1.0),
    ("primary", "ASD", "state_special", "to_place", "asd_special", 0.75),
    ("primary", "ASD", "state_special", "residential", "", 0.25),
    ("primary", "ASD", "mainstream", "to_place", "ci_base", 0.1),
    ("primary", "ASD", "mainstream", "to_place", "asd_special", 0.2),
    ("primary", "ASD", "mainstream", "mainstream", "", 0.7),
    ("post_19", "ASD", "mainstream", "mainstream", "", 1.0),
]
CELLS = [
    ("A", -1, "ASD", "state_special"),
    ("A", 2, "ASD", "mainstream"),
    ("A", 2, "ASD", "state_special"),
    ("A", 3, "ASD", "state_special"),
    ("A", 17, "ASD", "mainstream"),
    ("B", 2, "ASD", "state_special"),
]
YEARS = (2025, 2026)


def shares_of(rows=SHARES, codes=("A", "B"), years=YEARS):
    columns = ["phase", "need_type", "setting", "counted_as", "need_group", "share"]
    table = pd.DataFrame(rows, columns=columns)
    places = [(code, year) for code in codes for year in years]
    return pd.concat(
        [table.assign(authority_code=code, academic_year=year) for code, year in places],
        ignore_index=True,
    )


def expected_of(rows):
    columns = ["authority_code", "academic_year", "phase", "need_type", "setting", "children"]
    return pd.DataFrame(rows, columns=columns)


def cube_of(children):
    cells = pd.DataFrame(CELLS, columns=CELL)
    return Cube(cells=cells, academic_years=YEARS, children=np.asarray(children, dtype=np.float32))


def invented_cube(draws=30, seed=1):
    rng = np.random.default_rng(seed)
    return cube_of(rng.poisson(20, (2, len(CELLS), draws)))


HOMES = caseload_of(
    [
        ("A", "a1", 3, "ASD", "state_special", 4),
        ("A", "a2", 3, "ASD", "state_special", 10),
        ("A", "a3", 2, "ASD", "mainstream", 9),
    ]
)


def weights_with_history(homes=HOMES):
    base = [(*cell, 20.0) for cell in CELLS]
    return weights_of(AREAS, PEOPLE, base, area_caseload=homes)


def test_need_is_spread_as_by_hand():
    """16 in special (12 counted) and 40 in mainstream (4 base, 8 special) of B, in its one area.

    4 more of early years are counted in primary: 12 + 8 + 4 = 24.
    """
    weights = weights_of(AREAS, PEOPLE, [("B", 2, "ASD", "state_special", 1)])
    expected = expected_of(
        [
            ("B", 2026, "primary", "ASD", "state_special", 16.0),
            ("B", 2026, "primary", "ASD", "mainstream", 40.0),
            ("B", 2026, "early_years", "ASD", "state_special", 4.0),
        ]
    )

    need = area_need(expected, shares_of(), weights)

    assert need.set_index(["area_code", "need_group", "phase", "academic_year"])[
        "children"
    ].to_dict() == pytest.approx(
        {("b1", "asd_special", "primary", 2026): 24, ("b1", "ci_base", "primary", 2026): 4}
    )


def test_areas_add_up_and_share_as_their_weights():
    """Deciles apart, A's areas hold 30, 10 and 20 people: a2 and a3 share as 1 to 2."""
    weights = weights_of(AREAS, PEOPLE, [("A", 2, "ASD", "state_special", 20)])
    expected = expected_of([("A", 2026, "primary", "ASD", "state_special", 20.0)])

    need = area_need(expected, shares_of(), weights).set_index("area_code")["children"]

    assert need.sum() == pytest.approx(15)
    assert need["a3"] == pytest.approx(2 * need["a2"])
    assert need["a1"] > 0.5 * need.sum()


def test_larger_areas_are_sums_of_small_ones():
    need = pd.DataFrame(
        [
            (code, "A", "ci_base", "primary", 2026, 1.0 + n)
            for n, code in enumerate(["a1", "a2", "a3"])
        ],
        columns=["area_code", "authority_code", "need_group", "phase", "academic_year", "children"],
    )

    summed = sum_to_units(need, AREAS.set_index("area_code")["middle_code"])

    assert summed.set_index("area_code")["children"].to_dict() == {"M1": 3.0, "M2": 3.0}


def to_place(cube, place, code, group, phase):
    """Children of a group in every draw, cell by cell as the shares say."""
    phases = {-1: "early_years", 2: "primary", 3: "primary", 17: "post_19"}
    total = 0.0
    for row, (authority, ncy, need, setting) in enumerate(CELLS):
        for share in SHARES:
            if authority == code and share[:5] == (
                phases[ncy], need, setting, "to_place", group
            ) and share[0] == phase:  # fmt: skip
                total = total + share[5] * cube.children[place, row].astype(float)
    return total


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_areas_add_up_to_the_authority_in_every_draw(seed):
    cube = invented_cube(seed=seed)

    parts = list(area_draws(cube, shares_of(), weights_with_history(), seed))

    assert [(part.authority_code, part.academic_year) for part in parts] == [
        ("A", 2025), ("A", 2026), ("B", 2025), ("B", 2026)
    ]  # fmt: skip
    for part in parts:
        assert (part.children >= 0).all()
        place = YEARS.index(part.academic_year)
        for number, group in enumerate(part.groups.itertuples()):
            told = to_place(cube, place, part.authority_code, group.need_group, group.phase)
            assert part.children[:, number].sum(axis=0, dtype=float) == pytest.approx(
                told, rel=1e-6
            )


def test_early_years_stand_apart_in_draws():
    part = next(area_draws(invented_cube(), shares_of(), weights_with_history(), 1))

    assert part.groups.to_numpy().tolist() == [
        ["asd_special", "early_years"],
        ["asd_special", "primary"],
        ["ci_base", "primary"],
    ]


def test_an_areas_own_departure_is_drawn_once_for_all_years():
    """With a cube that does not change, both years are the same in every draw, draws are not."""
    cube = cube_of(np.full((2, len(CELLS), 30), 20))

    first, second, *_ = area_draws(cube, shares_of(), weights_with_history(), 1)

    assert first.children == pytest.approx(second.children)
    assert first.children[:, 0].std(axis=1).min() > 0.1


def test_draws_lie_about_the_expected():
    """Mean over 4,000 draws of early years, which do not change: within 5 % of each area's 20 w."""
    cube = cube_of(np.full((2, len(CELLS), 4_000), 20))
    weights = weights_with_history()
    part = next(area_draws(cube, shares_of(), weights, 1))

    expected = expected_of([("A", 2025, "early_years", "ASD", "state_special", 20.0)])
    need = area_need(expected, shares_of(), weights).set_index("area_code")["children"]

    drawn = part.children[:, 0].mean(axis=1, dtype=float)
    assert need.sum() == pytest.approx(20)
    assert drawn == pytest.approx(need[list(part.areas)].to_numpy(), rel=0.05)


def test_the_same_seed_gives_the_same_draws_whatever_else_is_drawn():
    cube, weights = invented_cube(), weights_with_history()
    alone = cube.cells["authority_code"] == "B"
    of_b = Cube(
        cells=cube.cells[alone].reset_index(drop=True),
        academic_years=YEARS,
        children=cube.children[:, alone.to_numpy()],
    )

    together = [p for p in area_draws(cube, shares_of(), weights, 3) if p.authority_code == "B"]
    apart = list(area_draws(of_b, shares_of(), weights, 3, years=[2026]))
    other = list(area_draws(cube, shares_of(), weights, 4))

    assert np.array_equal(together[1].children, apart[0].children)
    assert len(apart) == 1
    first = next(area_draws(cube, shares_of(), weights, 3))
    assert not np.array_equal(first.children, other[0].children)


def test_children_in_a_cell_without_shares_are_not_lost():
    with pytest.raises(DataError, match=r"lack 2 cell\(s\) with .* of authority A in 2025"):
        next(area_draws(invented_cube(), shares_of(SHARES[:3]), weights_with_history(), 1))


def test_children_too_old_for_any_place_are_refused():
    rows = [("post_19", "ASD", "mainstream", "to_place", "ci_base", 1.0)]
    expected = expected_of([("A", 2026, "post_19", "ASD", "mainstream", 7.0)])

    with pytest.raises(DataError, match=r"7\.0 children who are older"):
        area_need(expected, shares_of(rows), weights_with_history())


def test_latent_demand_of_a_deprived_area_as_by_hand():
    """a1, decile 1, has a special factor f below 1: half of (1 - f) of what its people lead to.

    The share of its people and deprivation alone in the cell is its seed; 20 × 0.75 are counted.
    Areas of decile 5 have none, whatever their factor.
    """
    weights = weights_with_history()
    local = weights.local["A"]
    factor = local.factors.mean()[0, 2]
    cell = pd.DataFrame(
        [("primary", "ASD", "state_special")], columns=["phase", "need_type", "setting"]
    )
    expected = expected_of([("A", 2026, "primary", "ASD", "state_special", 20.0)])

    latent = latent_need(expected, shares_of(), weights, 0.5)

    assert factor < 1
    assert latent["area_code"].tolist() == ["a1"]
    assert latent["children"].item() == pytest.approx(
        0.5 * (1 - factor) * local.seed.of(cell)[0, 0] * 20 * 0.75
    )
    assert latent["label"].item() == "latent demand, not in the projection"
    need = area_need(expected, shares_of(), weights)
    assert need["children"].sum() == pytest.approx(15)


def test_there_is_no_latent_demand_without_asking_nor_without_a_history():
    expected = expected_of([("A", 2026, "primary", "ASD", "state_special", 20.0)])

    assert latent_need(expected, shares_of(), weights_with_history(), 0.0).empty
    assert latent_need(expected, shares_of(), weights_with_history(None), 1.0).empty


def test_nobody_to_place_is_no_fault():
    need = area_need(expected_of([]), shares_of(), weights_with_history())

    assert need.empty
