"""Totals and placements over many Januaries: two formats, splits, symbols, ties."""

from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.sources.authority_changes import series_of
from placement_planner.sources.caseload_history import read_caseload_history

NAMES = {"350": "Westshire", "909": "Oldshire", "942": "Northwold", "943": "Southwold"}
PLACES = {"mainstream_academy": 0.5, "special_academy": 0.25, "special_free_school": 0.25}


def _key(la_code: str, period: str) -> dict[str, str]:
    level = "Local authority" if la_code else "National"
    return {
        "time_period": period,
        "geographic_level": level,
        "region_code": "E12000002" if la_code else "",
        "region_name": "North West" if la_code else "",
        "old_la_code": la_code,
        "la_name": NAMES.get(la_code, ""),
    }


def newer(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Counts by authority ("" = England) and period: half in academies, half in special schools."""
    return pd.DataFrame(
        [
            {
                **_key(la_code, period),
                "breakdown_topic": "All EHC plans",
                "breakdown": "All EHC plans",
                "ehcplans": str(total),
                **{column: str(round(total * share)) for column, share in PLACES.items()},
                "other_placement_settings": "0",
            }
            for (la_code, period), total in counts.items()
        ]
    )


def older(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Counts by authority and calendar year: half in academies, half in maintained special."""
    rows = []
    for (la_code, period), total in counts.items():
        for group, kind, share in (
            ("Total", "Total", 1),
            ("Mainstream school", "Total", 0.5),
            ("Mainstream school", "Mainstream - Academy", 0.5),
            ("Special school", "Special - LA maintained", 0.5),
        ):
            rows.append(
                {
                    **_key(la_code, period),
                    "establishment_type": kind,
                    "establishment_group": group,
                    "Total_st": "z",
                    "Total_all": str(round(total * share)),
                }
            )
    return pd.DataFrame(rows)


def written(tmp_path, table: pd.DataFrame, name: str = "caseload.csv"):
    path = tmp_path / name
    table.to_csv(path, index=False)
    return path


BOTH = {("", "202324"): 300, ("350", "202324"): 100, ("942", "202324"): 120, ("943", "202324"): 80}
BEFORE = {("", "202223"): 252, ("350", "202223"): 80, ("909", "202223"): 172}
OLD = {("", "2022"): 210, ("350", "2022"): 60, ("909", "2022"): 150}


@pytest.fixture
def history(tmp_path):
    file = written(tmp_path, newer({**BEFORE, **BOTH}))
    return read_caseload_history(file, written(tmp_path, older(OLD), "older.csv"))


def test_an_academic_year_is_its_january_and_a_calendar_year_its_own(history):
    totals = history.totals.set_index(["la_code", "january"])["children"]

    assert totals.to_dict() == {
        ("350", 2022): 60, ("350", 2023): 80, ("350", 2024): 100,
        ("909", 2022): 150, ("909", 2023): 172,
        ("942", 2024): 120, ("943", 2024): 80,
    }  # fmt: skip
    assert history.national.to_numpy().tolist() == [[2022, 210], [2023, 252], [2024, 300]]


def test_columns_and_types_of_placement_are_our_settings(history):
    """Westshire: 60 = 30 + 30 in the older file, 100 = 50 + 25 + 25 in the newer."""
    placed = history.placements.query("la_code == '350' and children > 0")

    assert placed[["january", "setting", "children"]].to_numpy().tolist() == [
        [2022, "mainstream", 30], [2022, "state_special", 30],
        [2023, "mainstream", 40], [2023, "state_special", 40],
        [2024, "mainstream", 50], [2024, "state_special", 50],
    ]  # fmt: skip


def test_a_split_shares_a_series(history):
    """Oldshire's 150, 172, then Northwold's 120 and Southwold's 80."""
    joined = history.totals.query("series == '942+943'").groupby("january")["children"].sum()

    assert joined.tolist() == [150, 172, 200]
    assert any("joined as 942+943: Oldshire (909, row" in note for note in history.notes)


def test_predecessor_and_successor_in_one_january_are_refused(tmp_path):
    file = written(tmp_path, newer({**BOTH, ("909", "202324"): 200}))

    with pytest.raises(DataError, match=r"such as 942\+943 in January 2024"):
        read_caseload_history(file)


def test_each_january_is_tied_to_the_national_row(history):
    """80 + 172 = 252; 60 + 150 = 210."""
    ties = [note for note in history.notes if "the national row says" in note]

    assert ties == [
        f"January {january}: {authorities} authorities sum to {total} children; the national row "
        f"says {total} (difference +0); the file has no rows of regions."
        for january, authorities, total in ((2022, 2, 210), (2023, 2, 252), (2024, 3, 300))
    ]


def test_a_national_row_that_does_not_tie_is_told(tmp_path):
    file = written(tmp_path, newer({**BOTH, ("", "202324"): 312}))

    assert any("(difference -12)" in note for note in read_caseload_history(file).notes)


def test_overlapping_januaries_are_compared_and_the_newer_file_is_used(tmp_path):
    file = written(tmp_path, newer({**BEFORE, **BOTH}))
    old = written(tmp_path, older({**OLD, ("350", "2023"): 84, ("909", "2023"): 172}), "older.csv")

    history = read_caseload_history(file, old)

    assert history.totals.query("la_code == '350' and january == 2023")["children"].item() == 80
    assert any(
        "January 2023 is in both files: totals are the same in 1 of 2 authorities, different in "
        "Westshire (350, row 3); placements differ by mainstream 2, state_special 2" in note
        for note in history.notes
    )


def test_from_january_says_which_file_is_used(tmp_path):
    file = written(tmp_path, newer({**BEFORE, **BOTH}))
    old = written(tmp_path, older({**OLD, ("350", "2023"): 84, ("909", "2023"): 172}), "older.csv")

    history = read_caseload_history(file, old, from_january=2024)

    assert history.totals.query("la_code == '350' and january == 2023")["children"].item() == 84
    with pytest.raises(DataError, match="its last January is 2024, before January 2025"):
        read_caseload_history(file, old, from_january=2025)


def test_a_january_in_neither_file_is_refused(tmp_path):
    file = written(tmp_path, newer(BOTH))
    old = written(tmp_path, older(OLD), "older.csv")

    with pytest.raises(DataError, match="no authority has a row in January 2023"):
        read_caseload_history(file, old)


def test_totals_alone_leave_placements_blank_and_not_nought(tmp_path):
    table = newer(BOTH)
    table.loc[1, list(PLACES)] = "x"

    history = read_caseload_history(written(tmp_path, table))

    west = history.placements.query("la_code == '350'")
    assert len(west) == len(code_list("settings"))
    assert west["children"].isna().all()
    assert history.totals.query("la_code == '350'")["children"].item() == 100
    assert any("Westshire (350, row 3, 100 children)" in note for note in history.notes)


def test_a_suppressed_placement_stays_blank_and_is_named(tmp_path):
    """Half of Westshire's 100 are in special schools, of which only a symbol is published."""
    table = newer(BOTH)
    table.loc[1, ["special_academy", "special_free_school"]] = "c"

    history = read_caseload_history(written(tmp_path, table))

    west = history.placements.query("la_code == '350'").set_index("setting")["children"]
    assert west["mainstream"] == 50
    assert west.drop("mainstream").dropna().empty
    assert any("50 children of 1 authorities are in placements" in note for note in history.notes)


def test_a_suppressed_total_is_blank_and_named(tmp_path):
    table = newer(BOTH)
    table.loc[1, ["ehcplans", *PLACES]] = "c"

    history = read_caseload_history(written(tmp_path, table))

    assert history.totals.query("la_code == '350'")["children"].isna().item()
    assert any("Only a symbol is published as the total of Westshire" in n for n in history.notes)


def test_other_placements_count_as_elsewhere_while_the_publisher_kept_them_apart(tmp_path):
    """2023: 80 = 40 + 20 + 20; ten of 90 in other placements. 2024: they are in ed_elsewhere."""
    table = newer({("350", "202223"): 80, ("350", "202324"): 80}).assign(
        ehcplans="90", other_placement_settings="10", ed_elsewhere=["0", "10"]
    )

    placed = read_caseload_history(written(tmp_path, table)).placements

    elsewhere = placed.query("setting == 'educated_elsewhere'")["children"]
    assert elsewhere.tolist() == [10, 10]
    assert placed.groupby("january")["children"].sum().tolist() == [90, 90]


def test_every_row_there_twice_is_named(tmp_path):
    table = newer(BOTH)

    with pytest.raises(DataError, match=r"2 row\(s\) are there twice") as raised:
        read_caseload_history(written(tmp_path, pd.concat([table, table.iloc[[1, 2]]])))

    assert [finding.row for finding in raised.value.findings] == [6, 7]


@pytest.mark.parametrize("cell", ["many", "-3", "1,200"])
def test_every_cell_that_is_no_count_is_named(tmp_path, cell):
    table = newer(BOTH)
    table.loc[[1, 3], "special_academy"] = cell

    with pytest.raises(DataError, match=r"2 cell\(s\) are neither") as raised:
        read_caseload_history(written(tmp_path, table))

    assert [(f.row, f.column) for f in raised.value.findings] == [
        (3, "special_academy"), (5, "special_academy"),
    ]  # fmt: skip


@pytest.mark.parametrize("period", ["202326", "24", "2023/24"])
def test_a_period_that_is_no_year_is_named(tmp_path, period):
    table = newer(BOTH)
    table.loc[1, "time_period"] = period

    with pytest.raises(DataError, match=f"row 3, column time_period: found '{period}'"):
        read_caseload_history(written(tmp_path, table))


def test_an_authority_without_its_code_is_named(tmp_path):
    table = newer(BOTH)
    table.loc[1, "old_la_code"] = "E08000001"

    with pytest.raises(DataError, match="row 3, column old_la_code: found 'E08000001'"):
        read_caseload_history(written(tmp_path, table))


def test_placements_above_the_total_are_named(tmp_path):
    table = newer(BOTH)
    table.loc[1, "ehcplans"] = "80"

    with pytest.raises(DataError, match="row 3: found 100 children by placement in January 2024"):
        read_caseload_history(written(tmp_path, table))


def test_placements_a_little_above_the_total_are_noted_and_kept(tmp_path):
    table = newer(BOTH)
    table.loc[1, "ehcplans"] = "98"

    read = read_caseload_history(written(tmp_path, table))

    assert any("2 children more than their totals" in note for note in read.notes)


def test_an_unknown_type_of_placement_is_named(tmp_path):
    table = older(OLD)
    table.loc[2, "establishment_type"] = "Submarine"

    with pytest.raises(DataError, match="row 4, column establishment_type: found 'Submarine'"):
        read_caseload_history(
            written(tmp_path, newer(BEFORE)), written(tmp_path, table, "older.csv")
        )


def test_an_authority_that_is_missing_in_a_january_is_named(tmp_path):
    history = read_caseload_history(
        written(tmp_path, newer({("909", "202223"): 170, ("350", "202223"): 80, **BOTH}).drop(3))
    )

    assert any(
        note.startswith("January 2024: no row for 1 authorities of January 2023: Westshire (350")
        for note in history.notes
    )


def test_every_change_of_the_code_table_has_one_series():
    changes = code_table("authority_changes").astype("str")

    before, after = series_of(changes["predecessor"]), series_of(changes["successor"])

    assert before.tolist() == after.tolist()
    assert sorted(set(before)) == ["838+839", "940+941", "942+943"]


@pytest.mark.real_data
def test_every_january_of_england_ties_to_the_published_total(real_files):
    england = real_files / "england"

    history = read_caseload_history(
        england / "ehcp_caseload.csv.gz", england / "ehcp_2010_2022_estab_caseload.csv.gz", 2019
    )

    summed = history.totals.groupby("january")["children"].sum()
    published = history.national.set_index("january")["children"]
    assert summed.loc[:2024].tolist() == published.loc[:2024].tolist()
    assert published[[2010, 2018, 2019, 2024, 2025]].tolist() == [
        228_221, 312_626, 353_995, 576_474, 638_745,
    ]  # fmt: skip
    regions = history.regions.groupby("january")["children"].sum()
    assert regions.loc[:2024].tolist() == published.loc[:2024].tolist()
    known = history.totals.query("january <= 2024")
    assert known["children"].notna().all()
    assert known.groupby("series")["january"].nunique().eq(15).all()
    assert known["series"].nunique() == 150


@pytest.mark.real_data
def test_both_files_of_england_tell_the_same_and_hackney_stays_blank(real_files):
    england = real_files / "england"

    history = read_caseload_history(
        england / "ehcp_caseload.csv.gz", england / "ehcp_2010_2022_estab_caseload.csv.gz"
    )

    same = [note for note in history.notes if "placements are the same" in note]
    assert len(same) == 4
    blank = history.placements[history.placements["children"].isna()]
    assert blank[["la_code", "january"]].drop_duplicates().to_numpy().tolist() == [
        ["204", 2024], ["874", 2024],
    ]  # fmt: skip
    special = history.national_placements.query("setting == 'state_special'").set_index("january")
    assert special.loc[[2019, 2025], "children"].tolist() == [84_033 + 35_065, 85_920 + 73_932]


@pytest.mark.real_data
def test_the_header_of_2026_is_read(real_files, tmp_path):
    """24 columns of placement hold 1: 3 in state special schools; the total is 24."""
    header = (real_files / "formats/ehcp2026_caseload_header.txt").read_text("utf-8").strip()
    row = dict.fromkeys(header.split(","), "1") | _key("350", "202526")
    row |= {"breakdown_topic": "All EHC plans", "ehcplans": "24"}

    history = read_caseload_history(written(tmp_path, pd.DataFrame([row])))

    placed = history.placements.set_index("setting")["children"]
    assert placed["state_special"] == 3
    assert placed.sum() == 24
