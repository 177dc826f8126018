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


def _with_nation(table: pd.DataFrame, total: str) -> pd.DataFrame:
    """Add national rows: three times all authorities together."""
    counts = list(table.columns[table.columns.get_loc(total) :])
    keys = ["time_period", "breakdown_topic", "breakdown"]
    nation = table.groupby(keys, as_index=False, sort=False)[counts].sum()
    nation[counts] *= 3
    return pd.concat([table, nation.assign(geographic_level="National", old_la_code="")])


def test_the_seed_is_england_where_both_files_have_its_rows(tmp_path):
    """200 children in the two authorities, 600 in England."""
    plans = _with_nation(caseload_table(), "ehcplans")
    needs = _with_nation(needs_table(), "ehc_plans")

    _, national = _build(tmp_path, plans, needs)
    _, together = _build(tmp_path, caseload_table(), needs)

    assert any("joint fitted for England (600 children)" in note for note in national)
    assert any("joint fitted for all 2 authorities of plans.csv together" in n for n in together)


def test_needs_that_are_not_published_for_a_placement_are_the_seeds(tmp_path):
    """England's children in bases are autistic; Eastshire publishes no need of its ten there."""
    needs = _with_nation(needs_table(), "ehc_plans")
    bases = needs["breakdown"].str.contains("resourced") & needs["old_la_code"].eq("902")

    caseload, notes = _build(
        tmp_path, _with_nation(caseload_table(), "ehcplans"), needs[~bases].reset_index(drop=True)
    )

    base = caseload.query("setting == 'resourced_provision' and authority_code == 'E06000102'")
    assert base[["ncy", "need_type", "children"]].to_numpy().tolist() == [[1, "ASD", 10.0]]
    assert any("10 children are in placements of their authority for which" in n for n in notes)


def test_an_authority_that_publishes_no_need_takes_the_seeds_and_is_named(tmp_path):
    needs = needs_table().query("old_la_code == '901'").reset_index(drop=True)
    blank = needs.assign(old_la_code="902", ehc_plans="x", number_asd="x", number_semh="x")
    blank = blank.assign(number_sld="x", number_ds="x")

    caseload, notes = _build(tmp_path, caseload_table(), pd.concat([needs, blank]))

    by_need = caseload.pivot_table("children", "need_type", "authority_code", aggfunc="sum")
    assert by_need["E06000102"].tolist() == pytest.approx(by_need["E06000101"].tolist())
    assert any("no primary need is published for old_la_code 902" in note for note in notes)


def test_the_measured_error_stands_in_the_notes(tmp_path):
    _, notes = _build(tmp_path, caseload_table())

    assert any("children stand in a wrong cell" in note for note in notes)


@pytest.mark.real_data
def test_the_national_seed_moves_greater_manchester_by_less_than_a_child(real_files):
    """Three margins say what a seed made of margins can say; only blank cells differ."""
    codes = {f"E{number}": str(number) for number in range(350, 360)}
    england, region = real_files / "england", real_files / "greater_manchester"
    files = {
        "England": (england / "ehcp_caseload.csv.gz", england / "ehcp_sen_needs_all_plans.csv.gz"),
        "all 10 authorities": (
            region / "gm_ehcp2025_caseload.csv",
            region / "gm_ehcp2025_sen_needs_all_plans.csv",
        ),
    }
    keys = ["authority_code", "ncy", "need_type", "setting"]
    estimates = []
    for seed, (plans, needs) in files.items():
        counts = [read_plan_counts(path, list(codes.values())) for path in (plans, needs)]
        caseload, notes = build_caseload(*counts, codes, 2025)
        assert any(f"joint fitted for {seed}" in note for note in notes)
        estimates.append(caseload.query("january == 2025").set_index(keys)["children"])

    assert estimates[0].sum() == pytest.approx(38_993, abs=1e-3)
    assert estimates[0].sub(estimates[1], fill_value=0).abs().sum() < 1
