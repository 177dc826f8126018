from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources.plan_counts import read_plan_counts
from tests.sources.region import AUTHORITIES, caseload_table

CODES = list(AUTHORITIES.values())


def _write(table: pd.DataFrame, tmp_path, encoding: str = "utf-8-sig"):
    path = tmp_path / "caseload.csv"
    table.to_csv(path, index=False, encoding=encoding)
    return path


def _children(counts, code: str, breakdown: str = "All EHC plans") -> list[float]:
    cells = counts.cells
    return cells[cells["code"].eq(code) & cells["breakdown"].eq(breakdown)]["children"].tolist()


def test_columns_of_2026_are_summed_into_one_setting(tmp_path):
    """State special = maintained 20 + academies 20 + free schools 10."""
    counts = read_plan_counts(_write(caseload_table(), tmp_path), CODES)

    assert _children(counts, "state_special") == [50, 50]
    assert _children(counts, "total") == [100, 100]


def test_columns_of_2025_give_the_same_setting(tmp_path):
    table = caseload_table().assign(special_academy_free=30)
    table = table.drop(columns=["special_academy", "special_free_school"])

    counts = read_plan_counts(_write(table, tmp_path), CODES)

    assert _children(counts, "state_special") == [50, 50]


@pytest.mark.parametrize("symbol", ["x", "z", "c", ":", "u", "-", "low", "Low", "LOW", "NA", ""])
def test_a_symbol_is_a_reason_and_no_nought(tmp_path, symbol):
    table = caseload_table().astype({"mainstream_la_maintained": "object"})
    table.loc[0, "mainstream_la_maintained"] = symbol

    counts = read_plan_counts(_write(table, tmp_path), CODES)

    assert pd.isna(_children(counts, "mainstream")[0])
    assert counts.symbols[["column", "symbol", "cells"]].to_numpy().tolist() == [
        ["mainstream_la_maintained", symbol, 1]
    ]


@pytest.mark.parametrize("cell", ["many", "-3"])
def test_what_is_neither_count_nor_symbol_is_refused_with_its_row(tmp_path, cell):
    table = caseload_table().astype({"special_academy": "object"})
    table.loc[1, "special_academy"] = cell

    with pytest.raises(DataError, match=f"row 3, column special_academy: found '{cell}'"):
        read_plan_counts(_write(table, tmp_path), CODES)


def test_authorities_are_joined_by_their_three_digits_whatever_the_nine_say(tmp_path):
    table = caseload_table().assign(new_la_code="E99999999", old_la_code=[901.0] * 3 + [902.0] * 3)

    counts = read_plan_counts(_write(table, tmp_path), ["902"])

    assert counts.cells["la_code"].unique().tolist() == ["902"]


def test_an_authority_without_rows_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no row for 1 authority\(ies\), such as old_la_code 999"):
        read_plan_counts(_write(caseload_table(), tmp_path), [*CODES, "999"])


def test_missing_columns_are_all_named(tmp_path):
    table = caseload_table().drop(columns=["old_la_code", "breakdown"])

    with pytest.raises(DataError, match=r"2 column\(s\) missing(.|\n)*la_code(.|\n)*breakdown"):
        read_plan_counts(_write(table, tmp_path), CODES)


def test_a_file_without_totals_is_refused(tmp_path):
    with pytest.raises(DataError, match="no column of totals"):
        read_plan_counts(_write(caseload_table().drop(columns="ehcplans"), tmp_path), CODES)


@pytest.mark.real_data
def test_the_england_file_and_the_regional_extract_tell_the_same(real_files):
    codes = [str(code) for code in range(350, 360)]

    extract = read_plan_counts(real_files / "greater_manchester/gm_ehcp2025_caseload.csv", codes)
    england = read_plan_counts(real_files / "england/ehcp_caseload.csv.gz", codes)

    keys = ["la_code", "time_period", "topic", "breakdown", "code"]
    both = extract.cells.merge(england.cells, on=keys, suffixes=("", "_england"))
    assert len(both) == len(extract.cells)
    pd.testing.assert_series_equal(both["children"], both["children_england"], check_names=False)


@pytest.mark.real_data
def test_every_count_column_of_the_2026_header_is_known_or_left_out_on_purpose(
    real_files, tmp_path
):
    header = (real_files / "formats/ehcp2026_caseload_header.txt").read_text("utf-8").strip()
    row = dict.fromkeys(header.split(","), "1")
    row |= {"geographic_level": "Local authority", "old_la_code": "350", "time_period": "202526"}
    path = tmp_path / "caseload_2026.csv"
    pd.DataFrame([row]).to_csv(path, index=False)

    counts = read_plan_counts(path, ["350"])

    by_code = counts.cells.set_index("code")["children"]
    assert by_code["state_special"] == 3
    assert by_code.drop("total").sum() == 24
