from __future__ import annotations

import pytest

from placement_planner.errors import DataError
from placement_planner.sources.choices import read_import_choices
from tests.sources.region import IMPORT


def test_every_missing_file_is_told_at_once(tmp_path):
    path = tmp_path / "IMPORT.toml"
    path.write_text(IMPORT, encoding="utf-8")

    with pytest.raises(DataError) as caught:
        read_import_choices(path)

    assert [finding.column for finding in caught.value.findings] == [
        "files.areas.file", "files.boundaries.file", "files.schools.file", "files.caseload.file",
        "files.needs.file",
    ]  # fmt: skip


def test_unknown_and_wrong_choices_are_told_together(tmp_path):
    path = tmp_path / "IMPORT.toml"
    text = IMPORT.replace("base_january = 2026", 'base_january = 1999\nbase_month = "May"')
    path.write_text(text.replace("adapt_spare_places = 8", "adapt_sizes = [16, 8]"), "utf-8")

    with pytest.raises(DataError) as caught:
        read_import_choices(path)

    assert {finding.column for finding in caught.value.findings} == {
        "base_january", "base_month", "options.adapt_sizes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('E06000101 = "901"', 'E06000101 = "9O1"', "authorities"),
        ('notice = "a test"', "[scenario.siting]\nlevel = 'moon'", "scenario"),
        ("years = [2026, 2027]", "years = [2027, 2026]", "pots.years"),
    ],
)
def test_choices_out_of_range_are_named(tmp_path, old, new, column):
    path = tmp_path / "IMPORT.toml"
    path.write_text(IMPORT.replace(old, new), encoding="utf-8")

    with pytest.raises(DataError) as caught:
        read_import_choices(path)

    assert caught.value.findings[0].column.startswith(column)


def test_flows_are_named_together_or_not_at_all(tmp_path):
    path = tmp_path / "IMPORT.toml"
    path.write_text(IMPORT + '\n[files.requests]\nfile = "r.csv"\nsource = "s"\n', "utf-8")

    with pytest.raises(DataError, match="must be named together"):
        read_import_choices(path)


@pytest.mark.parametrize("text", ["name = ", "\x00"])
def test_text_that_is_no_toml_is_said_so(tmp_path, text):
    path = tmp_path / "IMPORT.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match="not a TOML file"):
        read_import_choices(path)


def test_a_missing_import_file_is_said_so(tmp_path):
    with pytest.raises(DataError, match="no such import file"):
        read_import_choices(tmp_path / "none.toml")
