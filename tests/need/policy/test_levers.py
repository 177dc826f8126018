"""Levers and named scenarios: what is known, what is refused, and which rows stand."""

import pandas as pd
import pytest

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.need.policy import apply_policy, scenario_names
from placement_planner.need.policy.levers import levers_of
from placement_planner.need.policy.reach import SETTINGS, carrying, elasticities, grid_of, reaches
from placement_planner.scenario import PolicyChoices
from placement_planner.tables.study import PolicyLevers
from tests.need.policy.village import (
    SPECIAL,
    choices,
    found,
    lever,
    levers,
    population,
    village,
    world,
)


def test_the_levers_of_codes_are_a_valid_table_and_say_they_are_assumed():
    table = PolicyLevers.validate(code_table("policy_levers").replace("", None))

    assert table["source"].str.len().gt(20).all()
    assert set(table["basis"]) == {"assumption"}


@pytest.mark.parametrize("name", scenario_names())
def test_every_named_scenario_can_be_read_and_reaches_somebody(name):
    grid = grid_of(village()[0].cells)

    found_levers = levers_of(name)

    assert len(found_levers) == {"moderated": 3, "inclusion_shift": 6}.get(name, 0)
    for reach in reaches(found_levers, grid):
        assert reach.columns.any()


def test_an_unknown_scenario_lists_those_there_are():
    cube, origins = village()

    with pytest.raises(DataError, match=r"'reform' is not known; .* inclusion_shift, .* trend"):
        apply_policy(cube, origins, population(1200), choices("reform"))


def test_own_rows_of_a_name_stand_in_place_of_those_of_codes():
    own = levers(lever("cease", 0.5, scenario="moderated", settings=SPECIAL))

    assert [one.kind for one in levers_of("moderated", own)] == ["cease"]
    assert len(levers_of("inclusion_shift", own)) == 6


def test_inclusion_shift_sends_43_in_a_hundred_through_bases():
    """15,000 of 35,000 is 0.4286: 0.129 of 0.3."""
    table = code_table("policy_levers").query("kind == 'divert_joiners'")
    shares = table.set_index("to_setting")["value"]

    assert shares["resourced_provision"] / shares.sum() == pytest.approx(15 / 35, abs=0.005)


def test_moderated_levers_are_the_default_elasticities_of_one_change():
    """Joiners fall by 0.15 in mainstream, by e × 0.15 in the other classes."""
    values = {one.lever_id: one.value for one in levers_of("moderated")}
    special, base, mainstream = elasticities(PolicyChoices())

    assert values["special_joiners"] == pytest.approx(1 - 0.15 * special)
    assert values["base_joiners"] == pytest.approx(1 - 0.15 * base)
    assert values["mainstream_joiners"] == pytest.approx(1 - 0.15 * mainstream)


def test_the_levers_of_moderated_name_every_setting_once():
    names = [setting for one in levers_of("moderated") for setting in one.settings]

    assert sorted(names) == sorted(code_list("settings"))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (lever("move", 0.5), "no to_setting; a lever of kind move goes to a setting"),
        (lever("cease", 0.5, to_setting=SPECIAL), "kind cease goes to none or support_plan"),
        (lever("cease", 1.5), "value 1.5 is not a share"),
        (lever("joiners", 1.5, to_setting="support_plan"), "value 1.5 is not a share"),
        (lever("cease", 0.5, settings="grammar"), "grammar is no need or setting"),
        (lever("cease", 0.5, need_types="ABC"), "ABC is no need or setting"),
        (lever("cease", 0.5, ncy_from=9, ncy_to=7), "NCY 9 comes after 7"),
        (lever("cease", 0.5, from_year=2030, to_year=2029), "2030 comes after 2029"),
        (lever("cease", 0.5, ramp="0.5;2"), "ramp '0.5;2' is not a list of shares"),
        (lever("cease", 0.5, ramp="half"), "ramp 'half' is not a list of shares"),
    ],
)
def test_a_lever_that_contradicts_itself_is_named(row, fault):
    with pytest.raises(DataError, match="1 fault") as refused:
        levers_of("mine", levers(row))

    assert fault in str(refused.value)


def test_a_lever_for_an_unknown_authority_is_refused():
    cube, origins = village()
    elsewhere = levers(lever("cease", 0.5, authorities="A;Z"))

    with pytest.raises(DataError, match=r"1 authority\(ies\) without .* example Z"):
        apply_policy(cube, origins, population(1200), choices(), elsewhere)


def test_origins_of_another_projection_are_refused():
    cube, _ = village()
    _, others = world({(6, "mainstream"): [1, 1, 1]}, [])

    with pytest.raises(DataError, match="6 cells and its origins 1 others"):
        apply_policy(cube, others, population(1200), choices("trend"))
    with pytest.raises(DataError, match="every year from the base on"):
        apply_policy(cube.at([2025, 2027]), others, population(1200), choices("trend"))


def test_a_setting_without_a_code_is_refused():
    cells = village()[0].cells.assign(setting="grammar")

    with pytest.raises(DataError, match=r"6 cell.* example grammar"):
        grid_of(cells)


def test_new_cells_are_sorted_among_the_others_and_none_is_doubled():
    cube, origins = village()
    row = lever("move", 0.5, settings="*", to_setting="educated_elsewhere")

    outcome = apply_policy(cube, origins, population(1200), choices(), levers(row))

    cells = outcome.cube.cells
    assert not cells.duplicated().any()
    assert cells.equals(cells.sort_values(list(cells.columns), ignore_index=True))
    assert found(outcome.cube, 2026)[7, "educated_elsewhere"] == pytest.approx(70)
    assert (outcome.cube.cells.dtypes == cube.cells.dtypes).all()


def test_classes_of_settings_are_those_of_codes():
    grid = grid_of(village()[0].cells)
    kinds = dict(zip(SETTINGS, grid.kinds.tolist(), strict=True))

    assert [name for name, kind in kinds.items() if kind == 0] == [
        "state_special",
        "non_maintained_special",
        "independent_special",
    ]
    assert [name for name, kind in kinds.items() if kind == 1] == [
        "resourced_provision",
        "sen_unit",
    ]


def test_what_is_carried_is_whole_within_a_class_and_into_a_more_elastic_one():
    part = carrying(elasticities(PolicyChoices(bound="special_unchanged")))

    assert pd.DataFrame(part).to_numpy().tolist() == [
        [1.0, 0.0, 0.0],
        [1.0, 1.0, 0.5],
        [1.0, 1.0, 1.0],
    ]
