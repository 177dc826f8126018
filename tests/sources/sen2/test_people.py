"""Who is who from January to January, and how old."""

import pytest

from tests.sources.sen2.exports import child, failed, imported, keys_of, place, states, steps

STAYED = [("state_special", 3, "state_special")]
LEFT_AND_JOINED = [("NONSEND", 3, "state_special"), ("state_special", 3, "NONSEND")]


def test_ncy_is_the_age_on_the_31_august_before_less_four(tmp_path):
    """Born 31 August 2021: 4 on 31 August 2025, so Reception in January 2026; a day later: 3."""
    births = {
        "2021-Aug-31 00:00:00": 0,
        "2021-Sep-01 00:00:00": -1,
        "2020-09-01": 0,
        "31/08/2020": 1,
        "2001-Sep-01 00:00:00": 19,
        "2000-Sep-01 00:00:00": 20,
    }
    made = imported(tmp_path, [child(n, birth=born) for n, born in enumerate(births, start=1)])

    assert [ncy for ncy, _, _ in states(made)] == sorted(births.values())


def test_ages_out_of_bounds_or_unknown_are_left_out_and_told(tmp_path):
    """Born 31 August 2000: 25 on 31 August 2025. Born 1 September 2025: not born by then."""
    births = ["31/08/2000", "2025-Sep-01 00:00:00", "", "2017-Feb-30 00:00:00", "01/05/2017"]
    made = imported(tmp_path, [child(n, birth=born) for n, born in enumerate(births, start=1)])

    assert states(made) == [(4, "ASD", "state_special")]
    assert failed(made) == {"age_outside": 2, "age_unknown": 2}
    assert keys_of(made, "age_outside") == "1;2"
    assert keys_of(made, "age_unknown") == "3;4"


@pytest.mark.parametrize(
    ("before", "after", "joined_by"),
    [
        ({}, {"surname": "Qz-other", "uln": "9100000001"}, "upn"),
        ({"upn": " z90000000001a "}, {}, "upn"),
        ({"upn": "", "uln": "9100000001"}, {"uln": "9100000001", "surname": "Qzother"}, "uln"),
        ({"upn": "", "surname": "Ó Quzax"}, {"surname": "o QUZAX"}, "name"),
        ({"upn": "UN1"}, {"upn": "UN1"}, "name"),
        ({"upn": ""}, {"upn": "", "uln": "9100000001"}, "name"),
    ],
)
def test_a_child_is_joined_by_upn_else_uln_else_name_and_birth_date(
    tmp_path, before, after, joined_by
):
    made = imported(tmp_path, [child(1, **before)], [child(1, **after)])

    report = made.report.set_index("what")["count"]
    assert steps(made) == STAYED
    for key in ("upn", "uln", "name"):
        count = report[f"joined to an earlier January by {key}"]
        assert count.tolist() == [0, int(key == joined_by)]


@pytest.mark.parametrize(
    "after",
    [
        {"upn": "", "surname": "Qzanother"},
        {"upn": "", "forename": "Vxtwin"},
        {"upn": "", "surname": ""},
        {"upn": "", "birth": "2017-May-02 00:00:00"},
    ],
)
def test_a_child_who_cannot_be_joined_leaves_and_joins(tmp_path, after):
    made = imported(tmp_path, [child(1, upn="")], [child(1, **after)])

    assert steps(made) == LEFT_AND_JOINED


def test_a_name_does_not_join_two_upns(tmp_path):
    made = imported(tmp_path, [child(1)], [child(1, upn="Z91111111111A")])

    assert steps(made) == LEFT_AND_JOINED
    assert failed(made) == {"identity_conflict": 1}
    assert keys_of(made, "identity_conflict") == "1"


def test_children_of_one_name_are_told_apart_by_their_upns(tmp_path):
    """Two children of one name and birth date, with UPNs of their own: each finds itself."""
    twins = [child(1, forename="Vxsame", surname="Qzsame"),
             child(2, forename="Vxsame", surname="Qzsame")]  # fmt: skip

    made = imported(tmp_path, twins, list(reversed(twins)))

    assert steps(made) == STAYED * 2


def test_a_name_that_two_known_children_have_joins_neither(tmp_path):
    same = {"forename": "Vxsame", "surname": "Qzsame"}

    made = imported(tmp_path, [child(1, **same), child(2, **same)], [child(3, upn="", **same)])

    assert steps(made) == sorted([*LEFT_AND_JOINED, ("state_special", 3, "NONSEND")])


def test_a_upn_on_two_rows_is_one_child_if_the_birth_dates_agree(tmp_path):
    """The second row's plan started later, so it is the one that counts."""
    second = child(2, upn=child(1)["upn"], start="2024-Jan-02 00:00:00", places=[place(code="EHE")])

    made = imported(tmp_path, [child(1), second])

    assert states(made) == [(4, "ASD", "educated_elsewhere")]
    assert failed(made) == {"upn_repeated": 2, "two_open_plans": 1}
    assert keys_of(made, "two_open_plans") == "101"


def test_a_upn_on_two_rows_is_no_key_if_the_birth_dates_differ(tmp_path):
    """Both are kept, and both are joined by their names a year later."""
    second = child(2, upn=child(1)["upn"], birth="2016-May-01 00:00:00")

    made = imported(tmp_path, [child(1), second], [child(1), second])

    assert failed(made) == {"upn_repeated": 2}
    assert steps(made) == [*STAYED, ("state_special", 4, "state_special")]


def test_the_latest_birth_date_counts_in_every_january(tmp_path):
    """Born 2017, corrected to 2015: NCY 6 in January 2026, so NCY 5 the year before."""
    made = imported(tmp_path, [child(1)], [child(1, birth="2015-May-01 00:00:00")])

    assert states(made, 2025) == [(5, "ASD", "state_special")]
    assert steps(made) == [("state_special", 5, "state_special")]
    assert failed(made) == {"birth_year_changed": 1}


def test_a_child_who_is_away_a_year_leaves_and_joins_as_the_same_child(tmp_path):
    made = imported(tmp_path, [child(1), child(2)], [child(2)], [child(1), child(2)])

    assert steps(made) == sorted(
        [
            ("state_special", 2, "NONSEND"),
            ("state_special", 2, "state_special"),
            ("NONSEND", 3, "state_special"),
            ("state_special", 3, "state_special"),
        ]
    )
    report = made.report[made.report["what"] == "joined to an earlier January by upn"]
    assert report["count"].tolist() == [0, 1, 2]
