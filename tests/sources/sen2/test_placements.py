"""Setting and need of a child, as the export and the register tell them."""

from placement_planner.codes import code_list, code_table
from tests.sources.sen2.exports import (
    COLLEGE,
    HOST,
    HOST_WITH_UNIT,
    INDEPENDENT,
    SPECIAL,
    child,
    outcomes,
    place,
)

SPOTS = [
    (place(SPECIAL), "state_special", set()),
    (place(f"{SPECIAL}.0"), "state_special", set()),
    (place(INDEPENDENT), "independent_special", set()),
    (place(COLLEGE), "further_education", set()),
    (place(HOST), "mainstream", set()),
    (place(HOST_WITH_UNIT, unit="1"), "sen_unit", set()),
    (place(HOST_WITH_UNIT, unit="true", base="false"), "sen_unit", set()),
    (place(HOST_WITH_UNIT, unit="Y", base="N"), "sen_unit", set()),
    (place(HOST_WITH_UNIT, base="1"), "resourced_provision", {"flag_not_in_register"}),
    (place(HOST, unit="1"), "sen_unit", {"flag_not_in_register"}),
    (place(SPECIAL, unit="1"), "state_special", {"flag_not_in_register"}),
    (place(HOST, unit=""), "mainstream", {"indicator_missing"}),
    (place(HOST, base="maybe"), "mainstream", {"indicator_missing"}),
    (place(SPECIAL, unit="", base=""), "state_special", set()),
    (place("777777"), "not_recorded", {"urn_unknown"}),
    (place("777777", code="EHE"), "educated_elsewhere", {"urn_unknown"}),
    (place(code="eyp"), "early_years", set()),
    (place(code="WHAT"), "not_recorded", {"setting_code_bad"}),
    (place() | {"ukprn": "10001234"}, "further_education", set()),
    (place(unit="0") | {"ukprn": "10009999"}, "mainstream", set()),
    (place(), "not_recorded", {"placement_missing"}),
]
PLACES = [
    ([place(HOST, entry="2020-09-01"), place(SPECIAL, entry="2023-09-01")], "state_special"),
    ([place(SPECIAL, entry="2023-09-01"), place(HOST, entry="2020-09-01")], "state_special"),
    ([place(SPECIAL, leaving="2026-01-15"), place(HOST, entry="2020-09-01")], "mainstream"),
    ([place(SPECIAL, leaving="2026-01-16"), place(HOST, entry="2020-09-01")], "state_special"),
    ([place(SPECIAL, entry="2026-02-01"), place(HOST, entry="2020-09-01")], "mainstream"),
    ([place(SPECIAL, rank="2"), place(HOST, entry="2020-09-01")], "mainstream"),
    ([place(SPECIAL, rank="")], "state_special"),
    ([place(SPECIAL, entry="")], "state_special"),
]
NEEDS = [
    ([("1", "SEMH"), ("2", "ASD")], "SEMH", set()),
    ([("2", "ASD"), ("1", "SpLD")], "SPLD", set()),
    ([("", "MLD")], "MLD", set()),
    ([], "NR", {"need_missing"}),
    ([("2", "ASD")], "NR", {"need_missing"}),
    ([("1", "")], "NR", {"need_missing"}),
    ([("1", "NSA")], "NR", {"need_code_bad"}),
    ([("1", "NR")], "NR", {"need_code_bad"}),
]


def children(cases, field):
    return [child(number, **{field: case}) for number, case in enumerate(cases, start=1)]


def test_the_setting_is_that_of_the_school_or_the_code(tmp_path):
    found = outcomes(tmp_path, children([[spot] for spot, _, _ in SPOTS], "places"))

    assert found == [("ASD", setting, faults) for _, setting, faults in SPOTS]


def test_the_main_placement_that_was_entered_last_and_not_left_counts(tmp_path):
    found = outcomes(tmp_path, children([places for places, _ in PLACES], "places"))

    assert found == [("ASD", setting, set()) for _, setting in PLACES]


def test_without_a_current_placement_the_named_plan_counts(tmp_path):
    left = [place(SPECIAL, leaving="2025-07-20")]
    named = [child(1, places=left, plan_places=[place(HOST)]), child(2, places=left)]

    assert outcomes(tmp_path, named) == [
        ("ASD", "mainstream", set()),
        ("ASD", "not_recorded", {"placement_missing"}),
    ]


def test_no_placement_is_told_apart_for_those_who_moved_in(tmp_path):
    unplaced = [child(1, places=[]), child(2, places=[], transfer="355", named=False)]

    assert outcomes(tmp_path, unplaced) == [
        ("ASD", "not_recorded", {"placement_missing"}),
        ("ASD", "not_recorded", {"transferred_without_placement"}),
    ]


def test_a_date_of_a_placement_that_cannot_be_read_is_told(tmp_path):
    odd = children([[place(SPECIAL, leaving="eventually")]], "places")

    assert outcomes(tmp_path, odd) == [("ASD", "state_special", {"placement_date_unreadable"})]


def test_the_need_is_the_first_that_is_ranked(tmp_path):
    found = outcomes(tmp_path, children([needs for needs, _, _ in NEEDS], "needs"))

    assert found == [(need, "state_special", faults) for _, need, faults in NEEDS]


def test_every_type_of_establishment_has_a_setting():
    settings = code_table("sen2_settings")
    types = settings[settings["kind"] == "establishment_type"].set_index("code")
    known = code_table("establishment_types").set_index("type_code")

    assert sorted(types.index.astype(int)) == sorted(known.index)
    assert set(settings["setting"]) <= set(code_list("settings"))
    roles = types.set_index(types.index.astype(int))["setting"].groupby(known["role"]).unique()
    assert set(roles["host"]) == {"mainstream"}
    assert set(roles["state_special"]) == {"state_special"}
    assert set(roles["alternative_provision"]) == {"alternative_provision"}
    assert set(roles["independent_special"]) == {"independent_special", "non_maintained_special"}
    assert set(roles["post_16"]) == {"further_education", "specialist_post_16"}
