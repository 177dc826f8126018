"""Every child is counted once: by need group where a place is sought, else by reason."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.need.groups import (
    COUNTED_CELL,
    count_scope,
    counted_shares,
    placed_outside,
    support_plan_shares,
)
from placement_planner.need.hidden import hidden_need
from placement_planner.scenario import NeedChoices
from placement_planner.tables.study import Flows, HiddenNeed, NeedGroupRules

BASE = 2025
RULES = NeedGroupRules.validate(code_table("need_group_rules"))
CHOICES = NeedChoices(base_january=BASE + 1, residential_share=0.04)


def children(*rows):
    """Rows (year, phase, need, setting, children) of authority A."""
    return pd.DataFrame([("A", *row) for row in rows], columns=[*COUNTED_CELL, "children"])


def hidden_rows(*rows, as_of="2026-01-15"):
    """Rows (reason, need, phase, setting, need group, children) of authority A."""
    columns = ["reason", "need_type", "phase", "setting", "need_group", "children"]
    frame = pd.DataFrame(rows, columns=columns).astype({"children": float})
    return HiddenNeed.validate(
        frame.assign(authority_code="A", as_of=as_of, source="a register", basis="invented")
    )


def counts(expected, shares):
    told = count_scope(expected, shares)
    return told.set_index(["counted_as", "need_group", "phase"])["children"].to_dict()


def test_children_are_counted_by_need_group_or_by_reason():
    """100 in independent special: 4 % residential stay out, 96 seek a place."""
    expected = children(
        (BASE, "primary", "ASD", "resourced_provision", 10.0),
        (BASE, "early_years", "ASD", "resourced_provision", 2.0),
        (BASE, "secondary", "SEMH", "independent_special", 100.0),
        (BASE, "post_19", "SLD", "state_special", 7.0),
        (BASE, "primary", "SLCN", "mainstream", 50.0),
        (BASE, "secondary", "SEMH", "alternative_provision", 8.0),
    )

    told = counts(expected, counted_shares(expected, RULES, CHOICES))

    assert told == pytest.approx(
        {
            ("to_place", "ci_base", "primary"): 12,
            ("to_place", "semh_special", "secondary"): 96,
            ("residential", "", ""): 4,
            ("post_19_specialist", "", ""): 7,
            ("mainstream", "", ""): 50,
            ("alternative_provision", "", ""): 8,
        }
    )


def test_a_planner_may_give_any_setting_a_need_group():
    """With a row for alternative provision its 8 children are to place, those past 18 are not."""
    row = {"need_type": "SEMH", "phase": "secondary", "setting": "alternative_provision"}
    own = pd.DataFrame([{**row, "need_group": "semh_base", "basis": "observed"}])
    rules = NeedGroupRules.validate(pd.concat([RULES, own], ignore_index=True))
    expected = children(
        (BASE, "secondary", "SEMH", "alternative_provision", 8.0),
        (BASE, "post_19", "SEMH", "alternative_provision", 1.0),
    )

    told = counts(expected, counted_shares(expected, rules, CHOICES))

    assert told == {
        ("to_place", "semh_base", "secondary"): 8,
        ("alternative_provision", "", ""): 1,
    }


def test_a_specialist_setting_without_a_rule_is_an_error():
    rules = RULES[(RULES["setting"] != "sen_unit") | (RULES["need_type"] != "ASD")]
    expected = children((BASE, "primary", "ASD", "sen_unit", 8.0))

    with pytest.raises(DataError, match="ASD, primary, sen_unit"):
        counted_shares(expected, rules, CHOICES)


def test_hidden_need_moves_children_to_the_place_they_need():
    """4 of 40 in mainstream wait for a base; 5 of 20 in a base need a special school."""
    expected = children(
        (BASE, "primary", "ASD", "mainstream", 40.0),
        (BASE, "secondary", "ASD", "sen_unit", 20.0),
    )
    hidden = hidden_rows(
        ("named_but_full", "ASD", "primary", "mainstream", "ci_base", 3),
        ("waiting_list", "ASD", "primary", "mainstream", "ci_base", 1),
        ("unsuitable_placement", "ASD", "secondary", "sen_unit", "asd_special", 5),
    )

    shares = hidden_need(hidden, expected, CHOICES)
    told = counts(expected, counted_shares(expected, RULES, CHOICES, hidden=shares.shares))

    assert told == pytest.approx(
        {
            ("mainstream", "", ""): 36,
            ("to_place", "ci_base", "primary"): 4,
            ("to_place", "ci_base", "secondary"): 15,
            ("to_place", "asd_special", "secondary"): 5,
        }
    )
    assert shares.children["counted"].sum() == pytest.approx(9)
    assert shares.notes == ()


@pytest.mark.parametrize(
    ("how", "counted"), [("held", [4, 4, 3]), ("grown", [4, 6, 0.3]), ("left_out", [])]
)
def test_hidden_need_is_held_grown_or_left_out(how, counted):
    """4 of 40 children: of 60 a year later 6 if grown; of the 3 that are left, 0.3 or 3 at most."""
    expected = children(
        (BASE, "primary", "ASD", "mainstream", 40.0),
        (BASE + 1, "primary", "ASD", "mainstream", 60.0),
        (BASE + 2, "primary", "ASD", "mainstream", 3.0),
    )
    hidden = hidden_rows(("waiting_list", "ASD", "primary", "mainstream", "ci_base", 4))

    found = hidden_need(hidden, expected, CHOICES.model_copy(update={"hidden_need": how}))

    assert found.children["counted"].tolist() == pytest.approx(counted)
    assert len(found.notes) == (how != "grown")
    assert (how == "held") == any("up to 1 in a year" in note for note in found.notes)


def test_hidden_need_of_a_setting_that_empties_is_none():
    """4 of 40 children, then of none: grown with them to 0, and 0 are counted."""
    expected = children(
        (BASE, "primary", "ASD", "mainstream", 40.0),
        (BASE + 1, "primary", "ASD", "mainstream", 0.0),
        (BASE + 2, "post_19", "ASD", "mainstream", 1.0),
    )
    hidden = hidden_rows(("waiting_list", "ASD", "primary", "mainstream", "ci_base", 4))

    found = hidden_need(hidden, expected, CHOICES.model_copy(update={"hidden_need": "grown"}))

    assert found.children[["sought", "counted"]].to_numpy().tolist() == [[4, 4], [0, 0], [0, 0]]


def test_under_fives_share_the_hidden_need_of_primary():
    """3 of the 30 in mainstream, of whom 10 are under five: 1 of the 10, 2 of the 20."""
    expected = children(
        (BASE, "early_years", "ASD", "mainstream", 10.0),
        (BASE, "primary", "ASD", "mainstream", 20.0),
    )
    hidden = hidden_rows(("waiting_list", "ASD", "primary", "mainstream", "ci_base", 3))

    shares = hidden_need(hidden, expected, CHOICES).shares

    assert shares.set_index("phase")["share"].to_dict() == pytest.approx(
        {"early_years": 0.1, "primary": 0.1}
    )


def test_a_count_of_another_school_year_is_named():
    expected = children((BASE, "primary", "ASD", "mainstream", 40.0))
    row = ("waiting_list", "ASD", "primary", "mainstream", "ci_base", 3)

    late = hidden_need(hidden_rows(row, as_of="2024-11-01"), expected, CHOICES)

    assert "of 2024-11-01" in late.notes[0]
    assert hidden_need(hidden_rows(row), expected, CHOICES).notes == ()


def test_hidden_need_cannot_grow_from_a_year_that_is_not_there():
    expected = children((BASE + 1, "primary", "ASD", "mainstream", 40.0))
    hidden = hidden_rows(("waiting_list", "ASD", "primary", "mainstream", "ci_base", 3))

    with pytest.raises(DataError, match="cannot grow from academic year 2025"):
        hidden_need(hidden, expected, CHOICES.model_copy(update={"hidden_need": "grown"}))


AREAS = pd.DataFrame({"area_code": ["a1"], "authority_code": ["A"]})


def _flows(*rows):
    columns = ["area_code", "need_type", "phase", "provision_id", "children"]
    return Flows.validate(pd.DataFrame(rows, columns=columns).assign(basis="invented"))


def test_children_placed_outside_are_taken_from_special_schools_of_their_group():
    """6 of the 30 in special schools whose group is asd_special are outside, in each need alike.

    20 with ASD and 10 with SLCN: 4 and 2; none of the base, nor of the other phase.
    """
    expected = children(
        (BASE, "secondary", "ASD", "state_special", 20.0),
        (BASE, "secondary", "SLCN", "state_special", 10.0),
        (BASE, "secondary", "ASD", "sen_unit", 9.0),
        (BASE, "primary", "ASD", "state_special", 5.0),
    )
    flows = _flows(("a1", "ASD", "secondary", "OUTSIDE", 6.0), ("a1", "ASD", "primary", "P", 9.0))

    shares = counted_shares(expected, RULES, CHOICES, outside=placed_outside(flows, AREAS))

    away = shares[shares["counted_as"] == "placed_outside_region"]
    assert away[["need_type", "share"]].to_numpy().tolist() == [
        ["ASD", pytest.approx(0.2)],
        ["SLCN", pytest.approx(0.2)],
    ]
    assert counts(expected, shares)["to_place", "asd_special", "secondary"] == pytest.approx(24)


def test_those_who_come_back_are_to_place_again():
    """Half of 6 come back in the year after the base: 3 are outside and 17 to place."""
    expected = children(
        (BASE, "secondary", "ASD", "state_special", 20.0),
        (BASE + 1, "secondary", "ASD", "state_special", 20.0),
    )
    kept = pd.DataFrame(
        {
            "authority_code": ["A"],
            "need_type": ["ASD"],
            "phase": ["secondary"],
            "academic_year": [BASE + 1],
            "kept": [0.5],
        }
    )
    outside = placed_outside(_flows(("a1", "ASD", "secondary", "OUTSIDE", 6.0)), AREAS)

    shares = counted_shares(expected, RULES, CHOICES, outside=outside, outside_kept=kept)

    away = shares[shares["counted_as"] == "placed_outside_region"]
    assert away["share"].tolist() == pytest.approx([0.3, 0.15])


def test_no_more_are_outside_than_seek_a_place():
    expected = children((BASE, "secondary", "ASD", "state_special", 4.0))
    outside = placed_outside(_flows(("a1", "ASD", "secondary", "OUTSIDE", 6.0)), AREAS)

    told = counts(expected, counted_shares(expected, RULES, CHOICES, outside=outside))

    assert told == {("placed_outside_region", "", ""): 4}


def test_children_with_a_support_plan_may_need_a_base():
    """A tenth of 50 with ASD: 5 in a communication base; past 18 and of 45 no place."""
    expected = children(
        (BASE, "primary", "ASD", "mainstream", 50.0), (BASE, "post_19", "ASD", "mainstream", 3.0)
    )

    told = counts(expected, support_plan_shares(expected, RULES, 0.1))

    assert told == pytest.approx(
        {("support_plan", "", ""): 48, ("to_place", "ci_base", "primary"): 5}
    )


NEEDS, SETTINGS = code_list("need_types"), code_list("settings")
PHASES = tuple(code_table("phases")["phase"].unique())


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]),
            st.sampled_from([BASE, BASE + 1]),
            st.sampled_from(PHASES),
            st.sampled_from(NEEDS[:3]),
            st.sampled_from(SETTINGS),
            st.floats(0, 50),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda row: row[:5],
    ),
    st.lists(
        st.tuples(
            st.sampled_from(NEEDS[:3]),
            st.sampled_from(PHASES[1:4]),
            st.sampled_from(SETTINGS),
            st.sampled_from(["ci_base", "asd_special"]),
            st.floats(0.1, 60),
        ),
        max_size=5,
        unique_by=lambda row: row[:4],
    ),
    st.floats(0, 1),
    st.floats(0, 80),
    st.sampled_from(["held", "grown"]),
)
def test_shares_of_every_cell_sum_to_one_and_nobody_is_lost(rows, wait, residential, away, how):
    expected = pd.DataFrame(rows, columns=[*COUNTED_CELL, "children"])
    base = expected.iloc[[0]].assign(academic_year=BASE, authority_code="C")
    expected = pd.concat([expected, base], ignore_index=True)
    choices = NeedChoices(base_january=BASE + 1, residential_share=residential, hidden_need=how)
    hidden = hidden_need(
        hidden_rows(*(("waiting_list", *row) for row in wait)) if wait else None, expected, choices
    )
    outside = pd.DataFrame(
        [("A", "ASD", "primary", away), ("B", "SLCN", "secondary", away)],
        columns=["authority_code", "need_type", "phase", "children"],
    )

    shares = counted_shares(expected, RULES, choices, hidden.shares, outside)

    sums = shares.groupby(COUNTED_CELL)["share"].sum()
    assert len(sums) == len(expected)
    assert np.abs(sums - 1).max() < 1e-9
    assert shares["share"].between(0, 1 + 1e-9).all()
    assert (shares["need_group"] != "").equals(shares["counted_as"] == "to_place")
    counted = count_scope(expected, shares)
    assert counted["children"].sum() == pytest.approx(expected["children"].sum())
    assert hidden.children["counted"].le(hidden.children["sought"] + 1e-9).all()
