"""Finished files read again: each leak that is planted is found where it stands, no other."""

import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from shapely.geometry import Point

from placement_planner.errors import DataError
from placement_planner.maps import write_map
from placement_planner.maps.shapes import lonlat
from placement_planner.privacy.finished import NotToBeNamed, check_file, not_to_be_named
from placement_planner.privacy.finished.labels import counts_children, personal_value
from placement_planner.reports import write_workbook
from placement_planner.scenario import PrivacyChoices
from tests.maps import village

PUBLIC = PrivacyChoices()
NOBODY = NotToBeNamed()


@pytest.fixture(scope="module")
def unnamed():
    inputs = village.inputs()
    return not_to_be_named(inputs.options, inputs.sites, inputs.provision, inputs.areas)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The village's map and workbook, as they leave."""
    folder, outcome = tmp_path_factory.mktemp("finished"), village.outcome()
    write_map(outcome, folder / "map.html")
    write_workbook(outcome, folder / "workbook.xlsx")
    return folder


def leaks(path, unnamed=NOBODY):
    return check_file(path, PUBLIC, unnamed).leaks


def the_leak(path, unnamed=NOBODY):
    [leak] = leaks(path, unnamed)
    return leak


def page(finished, tmp_path, **change):
    """The map with some words put in the place of others, each of which it holds."""
    text = (finished / "map.html").read_text(encoding="utf-8")
    for old, new in change.values():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "map.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def book(finished, tmp_path):
    """The workbook, open; `book.check()` saves and checks it."""
    opened = openpyxl.load_workbook(finished / "workbook.xlsx")

    def check(unnamed=NOBODY):
        opened.save(tmp_path / "workbook.xlsx")
        return leaks(tmp_path / "workbook.xlsx", unnamed)

    opened.check = check
    return opened


def test_what_a_run_publishes_gives_nothing_away(finished, unnamed):
    """Nor are they read past: figures of both are seen."""
    for name in ("map.html", "workbook.xlsx"):
        verdict = check_file(finished / name, PUBLIC, unnamed)

        assert verdict.leaks == ()
        assert verdict.figures > 30


def test_a_small_count_in_a_table_of_the_map_is_found(finished, tmp_path):
    """Tooltips and cards are written from the tables by the page's script."""
    path = page(finished, tmp_path, cell=("<td>35</td>", "<td>3</td>"))

    leak = the_leak(path)

    assert "table that ends on line" in leak.place
    assert (leak.file, leak.what) == ("map.html", "a count of children under 5")
    assert "2027/28 3" in leak.example


@pytest.mark.parametrize(
    "planted",
    [
        '<p title="4 children live here"></p>',
        "<!-- Holt: 2 pupils -->",
        "<table><tr><th>Area</th><th>Children</th></tr><tr><td>Mill</td><td>3</td></tr></table>",
        '<script>const more = {"area": "Mill", "children": 3.5};</script>',
        "<script>tip('<b>Mill</b>: 1 child');</script>",
        '<script type="application/json">[{"properties": {"need": 4}}]</script>',
        '<div hidden aria-label="Children placed: 2"></div>',
    ],
)
def test_a_small_count_anywhere_in_a_page_is_found(finished, tmp_path, planted):
    path = page(finished, tmp_path, body=("</body>", planted + "</body>"))

    assert {leak.what for leak in leaks(path)} == {"a count of children under 5"}


def test_a_hidden_column_of_a_workbook_is_read(book):
    sheet = book["Need"]
    sheet.cell(4, 12, "Children, exact")
    sheet.cell(5, 12, 3)
    sheet.column_dimensions["L"].hidden = True

    [leak] = book.check()

    assert leak.place == "sheet Need, L5 (hidden column)"
    assert (leak.what, "exact 3" in leak.example) == ("a count of children under 5", True)


def test_a_hidden_sheet_and_a_comment_are_read(book):
    sheet = book.create_sheet("Working")
    sheet.sheet_state = "hidden"
    sheet.append(["Area", "Children"])
    sheet.append(["Mill", 36])
    book["Need"]["A5"].comment = Comment("just 2 children", "planner")

    found = {leak.place: leak.what for leak in book.check()}

    assert found == {
        "sheet Working (hidden), B2": "a count of children that is not rounded to 5",
        "sheet Need, comment at A5": "a count of children under 5",
    }


def test_a_total_that_gives_the_one_withheld_part_away_is_found(tmp_path):
    """5 + c = 5, as they are rounded: c is at most 7 - 5; 20 and 25 may be 18 and 27."""
    path = tmp_path / "need.csv"
    path.write_text("area,children\nMill,5\nHolt,c\nAll areas,5\n", encoding="utf-8")
    told = the_leak(path)
    path.write_text("area,children\nMill,20\nHolt,c\nAll areas,25\n", encoding="utf-8")

    assert told.place == "row 3, children"
    assert told.what == "a total that tells the one figure withheld"
    assert leaks(path) == ()


def test_an_exact_total_is_found(tmp_path):
    path = tmp_path / "need.csv"
    path.write_text("area,children\nMill,20\nHolt,c\nAll areas,23\n", encoding="utf-8")

    assert the_leak(path).what == "a count of children that is not rounded to 5"


def test_a_property_of_geojson_is_found_with_its_path(tmp_path):
    path = tmp_path / "need.geojson"
    rows = [
        {"type": "Feature", "properties": {"name": name, "children": children}, "geometry": None}
        for name, children in (("Mill", 35), ("Holt", 4))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")

    leak = the_leak(path)

    assert leak.place == "features, 2, properties, Holt, row 1, children"
    assert leak.example == "children 4 (Holt)"


def test_layers_and_columns_of_other_formats_are_read(tmp_path, unnamed):
    areas = gpd.GeoDataFrame(
        {"name": ["Mill", "Fir"], "pupils": [3, 20]},
        geometry=[Point(401_000, 392_500), Point(411_000, 392_500)],
        crs="EPSG:27700",
    )
    areas.to_file(tmp_path / "need.gpkg", layer="need")
    pd.DataFrame({"area": ["Mill"], "children": [2.5]}).to_parquet(tmp_path / "need.parquet")
    cell = {"source": ["plan"], "outputs": [{"data": {"text/html": ["<td>4 children</td>"]}}]}
    (tmp_path / "need.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")

    package = {leak.place: leak.what for leak in leaks(tmp_path / "need.gpkg", unnamed)}
    table, notebook = the_leak(tmp_path / "need.parquet"), the_leak(tmp_path / "need.ipynb")

    assert package == {
        "layer need, row 1, pupils": "a count of children under 5",
        "layer need, geometry": "the spot of a school that has not agreed to be named",
    }
    assert table.example == "children 2.5 (Mill)"
    assert notebook.place == "cell 1, output, line 1"


@pytest.mark.parametrize(
    ("heading", "value", "what"),
    [
        ("Surname", "Patel", "a field for a name"),
        ("pupil_name", "A", "a field for a name"),
        ("Date of Birth", "2015-03-04", "a field for a date of birth"),
        ("UPN", "", "a field for a unique pupil number"),
        ("home_postcode", "", "a field for a postcode"),
        ("NHS number", "", "a field for an NHS number"),
        ("note", "moved to BL1 4AA", "a postcode"),
        ("note", "943 476 5919", "an NHS number"),
        ("note", "H801200001001", "a unique pupil number"),
    ],
)
def test_a_personal_field_or_value_is_found(tmp_path, heading, value, what):
    path = tmp_path / "table.csv"
    path.write_text(f"area,{heading}\nMill,{value}\n", encoding="utf-8")

    leak = the_leak(path)

    assert leak.what == what
    assert heading in leak.place or leak.place == "heading"


@pytest.mark.parametrize("value", ["943 476 5918", "A801200001001", "SW1A", "M4 10L", "E08000001"])
def test_numbers_that_only_look_like_a_person_s_are_let_through(value):
    """The check digits are wrong, or it is no postcode."""
    assert personal_value(value) is None


def test_names_of_places_and_schools_are_no_personal_field(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("area_name,site_name,name\nMill,Oak School,Mill 001\n", encoding="utf-8")

    assert leaks(path) == ()


@pytest.mark.parametrize(
    "words",
    ["Fir School", "FIR  SCHOOL", "satellite-100003", "100003", "a base at Fir School, 2027"],
)
def test_a_school_that_has_not_agreed_is_found_by_name_or_code(tmp_path, unnamed, words):
    path = tmp_path / "notes.txt"
    path.write_text(f"New places:\n{words}\n", encoding="utf-8")

    leak = the_leak(path, unnamed)

    assert leak.place == "line 2"
    assert leak.what == "a school that has not agreed to be named"


def test_its_spot_on_a_map_is_found(finished, tmp_path, unnamed):
    [[longitude, latitude]] = lonlat(pd.Series([411_000.0]), pd.Series([392_500.0]))
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    script = f"<script>add({json.dumps(point)})</script>"
    path = page(finished, tmp_path, body=("</body>", script + "</body>"))

    assert the_leak(path, unnamed).what == "the spot of a school that has not agreed to be named"


def test_approved_schools_and_words_that_hold_a_name_are_let_through(tmp_path, unnamed):
    """Elm is approved; Oak has places already; 'Fir Schooling' and 1000034 are something else."""
    path = tmp_path / "notes.txt"
    path.write_text("Elm School, Oak School, Fir Schooling, 1000034, 1.100003\n", encoding="utf-8")

    assert unnamed.words == {"Fir School", "100003", "satellite-100003"}
    assert leaks(path, unnamed) == ()


def test_the_internal_profile_may_not_leave(tmp_path, unnamed):
    outcome = village.outcome(privacy={"profile": "internal"})
    path = write_map(outcome, tmp_path / "map.html")

    what = {leak.what for leak in leaks(path, unnamed)}

    assert what >= {
        "the file says that it is internal",
        "a school that has not agreed to be named",
        "a count of children that is not rounded to 5",
    }


def test_a_picture_is_said_to_be_unread_and_other_files_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "a.docx").write_bytes(b"")
    (tmp_path / "a.json").write_text("{", encoding="utf-8")

    assert check_file(tmp_path / "a.png", PUBLIC, NOBODY).unchecked
    for name in ("a.docx", "a.json", "none.csv"):
        with pytest.raises(DataError, match=name):
            check_file(tmp_path / name, PUBLIC, NOBODY)


@pytest.mark.parametrize(
    ("label", "about", "expected"),
    [
        ("Children placed", "Builds", True),
        ("2030/31", "Supply: Specialist places open, by site", False),
        ("Minutes, plan", "Journeys of children", False),
        ("median", "summary_need", True),
        ("places_here", "gap", False),
    ],
)
def test_counts_of_children_are_told_from_other_figures(label, about, expected):
    assert counts_children(label, "", about) == expected
