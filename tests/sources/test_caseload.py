from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources.caseload import build_caseload
from placement_planner.sources.plan_counts import read_plan_counts
from tests.sources.region import AUTHORITIES, caseload_table, needs_table


def _build(tmp_path, plans: pd.DataFrame, needs: pd.DataFrame | None = None):
    for name, table in (("plans", plans), ("needs", needs_table() if needs is None else needs)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    counts = [
        read_plan_counts(tmp_path / f"{name}.csv", list(AUTHORITIES.values()))
        for name in ("plans", "needs")
    ]
    return build_caseload(*counts, AUTHORITIES, 2026)


def test_published_margins_hold(tmp_path):
    """By hand: age 5 in bases 10; ASD 50 an authority; SLD in special schools 25."""
    caseload, _ = _build(tmp_path, caseload_table())

    west = caseload[caseload["authority_code"].eq("E06000101")]
    assert west.query("setting == 'resourced_provision' and ncy == 1")["children"].sum() == (
        pytest.approx(10)
    )
    assert west.query("need_type == 'ASD'")["children"].sum() == pytest.approx(50, abs=0.01)
    assert west.query("need_type == 'SLD' and setting == 'state_special'")["children"].sum() == (
        pytest.approx(25, abs=0.01)
    )


def test_where_needs_leave_no_choice_the_joint_is_the_only_one(tmp_path):
    """All in bases are autistic and aged 5; nobody else can be in them."""
    caseload, _ = _build(tmp_path, caseload_table())

    base = caseload.query("setting == 'resourced_provision' and authority_code == 'E06000102'")

    assert base[["ncy", "need_type", "children"]].to_numpy().tolist() == [[1, "ASD", 10.0]]


def test_children_without_an_age_are_spread_over_the_ages_of_their_setting(tmp_path):
    """Mainstream has 40 in all, 30 and 10 by age: four more of unknown age go three to one."""
    plans = caseload_table()
    is_all = plans["breakdown"].eq("All EHC plans")
    plans.loc[is_all, ["ehcplans", "mainstream_la_maintained"]] = [104, 44]

    caseload, notes = _build(tmp_path, plans)

    mainstream = caseload.query("setting == 'mainstream' and authority_code == 'E06000101'")
    assert mainstream.groupby("ncy")["children"].sum().tolist() == pytest.approx([33, 11])
    assert any("8 children without a published age" in note for note in notes)


def test_children_whose_placement_is_withheld_stay_in_the_total(tmp_path):
    plans = caseload_table().astype({"special_free_school": "object"})
    plans["special_free_school"] = "c"

    caseload, notes = _build(tmp_path, plans)

    by_setting = caseload.groupby("setting")["children"].sum()
    assert by_setting["not_recorded"] == pytest.approx(20)
    assert caseload["children"].sum() == pytest.approx(200)
    assert any("20 children whose placement" in note for note in notes)


def test_settings_above_the_total_are_refused(tmp_path):
    plans = caseload_table()
    plans.loc[0, "ehcplans"] = 90

    with pytest.raises(DataError, match="authority 901: placements sum to 100, more than its 90"):
        _build(tmp_path, plans)


def test_an_earlier_january_takes_the_need_mix_of_the_base_january(tmp_path):
    """Half of the children in bases a year before; all of them autistic again."""
    before = caseload_table().assign(time_period="202425")
    counts = ["ehcplans", *before.columns[-5:]]
    before[counts] = before[counts] / 2

    caseload, notes = _build(tmp_path, pd.concat([caseload_table(), before]))

    earlier = caseload[caseload["january"].eq(2025)]
    assert earlier["children"].sum() == pytest.approx(100)
    bases = earlier.query("setting == 'resourced_provision'")
    assert bases["need_type"].unique().tolist() == ["ASD"]
    assert any(note.startswith("Caseload of January 2025: need is not published") for note in notes)


def test_a_january_with_totals_alone_is_left_out_and_said_so(tmp_path):
    old = caseload_table().query("breakdown == 'All EHC plans'").assign(time_period="202324")

    caseload, notes = _build(tmp_path, pd.concat([caseload_table(), old]))

    assert caseload["january"].unique().tolist() == [2026]
    assert any("January 2024: only totals are published" in note for note in notes)


def test_needs_of_another_year_are_refused(tmp_path):
    with pytest.raises(DataError, match="no row for January 2026"):
        _build(tmp_path, caseload_table(), needs_table().assign(time_period="202425"))
