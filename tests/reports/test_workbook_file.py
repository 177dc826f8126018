"""The workbook as a reader in Excel would find it."""

from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from placement_planner.reports import write_workbook
from placement_planner.reports.assumptions import estimated_rows
from tests.maps import village

DAY = date(2026, 11, 28)
HEADINGS = 4


@pytest.fixture(scope="module")
def book(outcome, tmp_path_factory):
    path = write_workbook(outcome, tmp_path_factory.mktemp("book") / "deep" / "book.xlsx", made=DAY)
    opened = openpyxl.load_workbook(path)
    yield opened
    opened.close()


def rows(sheet):
    """Return the table of a sheet, a dictionary a row."""
    headings, *body = sheet.iter_rows(min_row=HEADINGS, values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in body]


def text_of(book):
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )


def test_the_first_sheet_says_what_this_is_and_lists_the_others(book):
    about = {row[0]: row[1] for row in book["Read me"].iter_rows(min_row=3, values_only=True)}

    assert about["What this is"] == "Modelling, not a proposal."
    assert about["Made"] == "28 November 2026"
    assert about["Status"].startswith("Within the gap asked for")
    assert "at most £50,000 more" in about["Gap"]
    assert book.sheetnames[0] == "Read me"
    assert [f"Sheet: {name}" for name in book.sheetnames[1:]] == [
        name for name in about if name.startswith("Sheet: ")
    ]


def test_every_other_sheet_is_one_table_with_its_headings_frozen(book):
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].value
        assert sheet.freeze_panes == "A5"
        [table] = sheet.tables.values()
        assert table.ref.startswith("A4:")


def test_numbers_are_numbers_and_withheld_counts_are_c(book):
    """Ashby, nothing built: Mill 8 + Dene 24 = 32, shown as 30; with the plan 2, withheld."""
    ashby, thorpe = rows(book["Gap"])

    assert (ashby["In need"], ashby["Nothing built"], ashby["Plan"]) == (70, 30, "c")
    assert (thorpe["In need"], thorpe["Nothing built"], thorpe["Plan"]) == (35, 35, 15)


def test_need_has_a_column_a_year(book):
    assert rows(book["Need"])[0] == {
        "Authority": "Ashby",
        "Need group": "Autism and communication special",
        "Phase": "Primary",
        "2027/28": 70,
        "2028/29": 70,
    }


def test_supply_shows_places_as_they_are_and_children_rounded(book):
    [oak] = rows(book["Supply"])

    assert (oak["Site"], oak["2027/28"], oak["2028/29"]) == ("Oak School", 40, 40)
    assert (oak["Placed, nothing built"], oak["Placed, plan"]) == (40, 40)
    assert oak["How known"] == "Estimated by a stated rule"


def test_pots_say_what_was_spent_or_a_band(book):
    grant, own = rows(book["Spend by pot"])

    assert (grant["Funded (£)"], grant["Spent (£)"], grant["Left (£)"]) == (3e6, 2.4e6, 0.6e6)
    assert (own["Spent (£)"], own["Left (£)"]) == ("£1m to £2.5m", "c")


def test_money_looks_like_money_and_shares_like_shares(book):
    looks = {
        row[0].value: row[3].number_format
        for row in book["Measures"].iter_rows(min_row=HEADINGS + 1)
    }

    assert looks["What building saves against doing nothing, all planned years, discounted"] == (
        "£#,##0"
    )
    assert looks["Gap as a share of what building saves"] == "0.0%"
    assert looks["Mean journey, one way"] == "#,##0.0"


def test_assumptions_hold_every_cost_route_and_choice_with_source(book, outcome):
    table = rows(book["Assumptions"])

    groups = [row["Group"] for row in table]
    assert groups.count("Unit costs") == len(outcome.surroundings.cost_lines)
    assert groups.count("Without a suitable local place") == 4 * len(outcome.surroundings.fallback)
    assert {"Scenario: horizon", "Scenario: travel", "Scenario: privacy"} <= set(groups)
    assert all(row["Source"] and row["Basis"] for row in table)


def test_a_school_that_is_not_approved_is_nowhere_in_the_workbook(book):
    """Fir School has no specialist places: its estimated capacity is counted, not told by name."""
    text = text_of(book)

    for word in ("100003", "satellite-", "Fir School"):
        assert word not in text
    sites = [row["Row"] for row in rows(book["Estimated"]) if row["Table"] == "Sites"]
    assert sites == ["Without specialist places: 1 site(s)"]
    assert rows(book["Builds"])[1]["Where"] == "a school in Holt"


def test_internally_estimated_options_are_named_one_by_one(internal_outcome):
    options = estimated_rows(internal_outcome).query("Table == 'Options'")

    assert options["Row"].tolist() == ["satellite-100003, Fir School"]
    assert options["Estimated columns"].tolist() == ["capital_per_place_gbp, sizes"]


def test_the_internal_workbook_withholds_nothing_and_says_so(internal_outcome, tmp_path):
    path = write_workbook(internal_outcome, tmp_path / "book.xlsx", made=DAY)
    book = openpyxl.load_workbook(path)

    assert "INTERNAL, NOT FOR PUBLICATION" in text_of(book)
    assert rows(book["Gap"])[0]["Plan"] == 2
    assert rows(book["Builds"])[1]["Where"] == "Fir School"
    book.close()


@pytest.mark.slow
def test_a_name_that_looks_like_a_formula_stays_text(tmp_path):
    outcome = village.outcome(oak='=HYPERLINK("http://example.org")')
    book = openpyxl.load_workbook(write_workbook(outcome, tmp_path / "book.xlsx", made=DAY))

    cell = book["Supply"].cell(HEADINGS + 1, 1)
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://example.org")')
    book.close()


def test_a_plan_without_builds_still_makes_a_workbook(outcome, tmp_path):
    nothing = replace(outcome, plan=outcome.do_nothing)
    book = openpyxl.load_workbook(write_workbook(nothing, tmp_path / "book.xlsx", made=DAY))

    assert book["Builds"]["A4"].value == "There is nothing to list."
    book.close()


def test_a_plan_that_places_nobody_in_the_final_year_makes_a_workbook(outcome, tmp_path):
    placements = outcome.plan.placements
    early = replace(outcome.plan, placements=placements[placements["academic_year"] == 2027])
    book = openpyxl.load_workbook(
        write_workbook(replace(outcome, plan=early), tmp_path / "book.xlsx", made=DAY)
    )

    assert [row["Children placed"] for row in rows(book["Builds"])] == [0, 0]
    book.close()


@pytest.mark.slow
def test_a_study_without_places_makes_a_workbook(outcome, tmp_path):
    inputs = outcome.inputs
    parts = {**vars(inputs), "provision": inputs.provision.iloc[:0]}
    empty = replace(
        outcome, inputs=type(inputs)(**parts), surroundings=village.without_places(outcome)
    )
    book = openpyxl.load_workbook(write_workbook(empty, tmp_path / "book.xlsx", made=DAY))

    assert book["Supply"]["A4"].value == "There is nothing to list."
    book.close()


@pytest.mark.parametrize("bound", [float("-inf"), float("nan")])
def test_a_gap_that_was_not_proven_is_said_so(outcome, tmp_path, bound):
    path = write_workbook(village.unproven(outcome, bound), tmp_path / "book.xlsx", made=DAY)
    book = openpyxl.load_workbook(path)

    gaps = [row for row in rows(book["Measures"]) if row["Measure"].startswith("Gap")]
    assert [row["Plan"] for row in gaps] == ["not proven", "not proven"]
    assert "How much another plan could save is not proven." in text_of(book)
    book.close()


def test_options_are_counted_for_the_region_so_that_none_points_to_a_school(outcome):
    options = estimated_rows(outcome).query("Table == 'Options'")

    assert options["Authority"].tolist() == ["Whole region"]
