"""Rules of homes, hidden need, need groups, new homes and levers: broken once, one finding."""

import shutil
from pathlib import Path

import pytest

from placement_planner.inputs import check_study
from tests.faulty_study import read_rows, set_cell, write_rows
from tests.small_study import write_small_study


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


def only(findings):
    assert len(findings) == 1, "\n".join(map(str, findings))
    return findings[0]


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("ncy_to", "-1", "-1, ncy_from 0"),
        ("to_year", "2026", "2026, from_year 2027"),
        ("need_types", "ASD;AUTISM", "'ASD;AUTISM'"),
        ("settings", "base", "'base'"),
        ("ramp", "0.5;1.2", "'0.5;1.2'"),
        ("ramp", "half", "'half'"),
        ("to_setting", "state_special", "'state_special' for joiners"),
        ("authorities", "E99000009", "'E99000009'"),
    ],
)
def test_a_wrong_lever_gives_one_finding(small, column, value, found):
    set_cell(small, "schools/policy_levers.csv", 2, column, value)

    finding = only(check_study(small))

    assert (finding.row, finding.column, finding.found) == (2, column, found)


@pytest.mark.parametrize(
    ("kind", "to_setting", "value", "found"),
    [
        ("move", "", "0.5", "'' for move"),
        ("divert_joiners", "support_plan", "0.5", "'support_plan' for divert_joiners"),
        ("return_outside", "mainstream", "0.5", "'mainstream' for return_outside"),
        ("cease", "", "1.1", "1.1 for cease"),
        ("joiners", "support_plan", "1.1", "1.1 for joiners"),
    ],
)
def test_a_lever_leads_where_its_kind_leads_and_is_a_share(small, kind, to_setting, value, found):
    cells = {"kind": kind, "to_setting": to_setting, "value": value}
    for column, cell in cells.items():
        set_cell(small, "schools/policy_levers.csv", 2, column, cell)

    assert only(check_study(small)).found == found


@pytest.mark.parametrize(
    ("kind", "to_setting", "value"),
    [("joiners", "", "1.5"), ("cease", "support_plan", "1"), ("move", "state_special", "0.2")],
)
def test_a_sound_lever_gives_none(small, kind, to_setting, value):
    cells = {"kind": kind, "to_setting": to_setting, "value": value}
    for column, cell in cells.items():
        set_cell(small, "schools/policy_levers.csv", 2, column, cell)

    assert check_study(small) == []


def test_more_hidden_need_than_children_gives_one_finding(small):
    """Eastham has 12 of primary age with ASD in units; 13 of them cannot wait."""
    set_cell(small, "schools/hidden_need.csv", 2, "children", "13")

    finding = only(check_study(small))

    assert (finding.file, finding.row) == ("schools/hidden_need.csv", 2)
    assert finding.found == (
        "13 children of E99000002, ASD, primary, in sen_unit; caseload has 12 at the base January"
    )


def test_reasons_of_hidden_need_are_counted_together(small):
    """10 who wait and 3 in an unsuitable placement are 13 of 12."""
    header, row = read_rows(small / "schools/hidden_need.csv")
    cells = dict(zip(header, row, strict=True))
    rows = [
        list({**cells, "reason": reason, "children": number}.values())
        for reason, number in (("waiting_list", "10"), ("unsuitable_placement", "3"))
    ]
    write_rows(small / "schools/hidden_need.csv", [header, *rows])

    assert only(check_study(small)).found.startswith("13 children of E99000002")


def test_hidden_need_for_the_place_they_are_in_gives_one_finding(small):
    set_cell(small, "schools/hidden_need.csv", 2, "need_group", "ci_base")

    finding = only(check_study(small))

    assert finding.column == "need_group"
    assert finding.found == ("ci_base, the group of ASD, primary, in sen_unit without hidden need")


def test_children_by_area_who_do_not_add_up_give_one_finding_an_authority(small):
    """Of 12 in Westby's units 6 live in A1 and the homes of 5 are unknown."""
    set_cell(small, "schools/area_caseload.csv", 3, "children", "5")

    finding = only(check_study(small))

    assert (finding.file, finding.row) == ("schools/area_caseload.csv", 2)
    assert "1 year group(s)" in finding.found
    assert "ncy 3, ASD, sen_unit: 11 by area, 12 in caseload" in finding.found


def test_children_by_area_may_miss_the_caseload_by_less_than_half_a_child(small):
    set_cell(small, "schools/area_caseload.csv", 3, "children", "5.6")

    assert check_study(small) == []


def test_each_need_group_rule_that_is_missing_gives_a_finding(small):
    header, first, *rows = read_rows(small / "schools/need_group_rules.csv")
    write_rows(small / "schools/need_group_rules.csv", [header, *rows])

    lacking = dict(zip(header, first, strict=True))

    assert only(check_study(small)).found == (
        f"no row for {lacking['need_type']}, {lacking['phase']}, {lacking['setting']}"
    )


def drop_carried(folder, years):
    path = folder / "boundaries/housing_carried.csv"
    header, *rows = read_rows(path)
    place = header.index("academic_year")
    write_rows(path, [header, *(row for row in rows if row[place] not in years)])


def test_homes_planned_where_none_carried_are_known_give_one_finding(small):
    """Homes of 2027 in Westby need the homes carried in 2026 and 2027."""
    drop_carried(small, {"2026", "2027"})

    finding = only(check_study(small))

    assert (finding.file, finding.row) == ("boundaries/housing.csv", 2)
    assert finding.found == "homes planned in E99000001; housing_carried lacks 2026, 2027"


def test_years_after_the_last_planned_homes_may_be_left_out(small):
    drop_carried(small, {"2025", *map(str, range(2028, 2035))})

    assert check_study(small) == []


def test_planned_homes_need_the_table_of_carried_ones(small):
    (small / "boundaries/housing_carried.csv").unlink()

    assert "housing_carried lacks 2026, 2027" in only(check_study(small)).found


def test_a_table_of_carried_homes_that_cannot_be_read_is_told_once(small):
    path = small / "boundaries/housing_carried.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("hand", "händ").encode("cp1252"))

    assert only(check_study(small)).file == "boundaries/housing_carried.csv"
