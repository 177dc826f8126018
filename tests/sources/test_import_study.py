from __future__ import annotations

import hashlib
import tomllib

import geopandas as gpd
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.inputs import check_study
from placement_planner.scenario import read_scenario
from placement_planner.sources import import_study
from tests.sources.region import IMPORT, schools_table, write_region


@pytest.fixture
def study(import_file, tmp_path):
    folder = tmp_path / "study"
    import_study(import_file, folder)
    return folder


def strange(study):
    """Findings other than what so small a region must have: one January, more plans than heads."""
    told = [(finding.file, finding.column) for finding in check_study(study)]
    expected = {("schools/caseload.csv", "january"), ("schools/caseload.csv", "children")}
    return [finding for finding in told if finding not in expected]


def test_an_imported_study_has_no_finding_of_the_importers_making(study):
    assert strange(study) == []


def test_every_child_of_the_published_totals_is_in_the_caseload(study):
    caseload = pd.read_csv(study / "schools" / "caseload.csv")

    by_setting = caseload.groupby("setting")["children"].sum()

    assert caseload["children"].sum() == pytest.approx(200, abs=1e-9)
    assert by_setting["state_special"] == pytest.approx(100, abs=1e-9)
    assert by_setting["resourced_provision"] == pytest.approx(20, abs=1e-9)


def test_pots_share_the_national_sum_by_plans(study):
    """£1,000,000 × 100 plans of 1,000 = £100,000 a year for each authority."""
    funding = pd.read_csv(study / "schools" / "pot_funding.csv")

    assert funding["gbp"].tolist() == [100_000] * 4
    assert sorted(funding["academic_year"].unique()) == [2026, 2027]


def test_closed_and_welsh_schools_are_left_out(study):
    sites = pd.read_csv(study / "schools" / "sites.csv", dtype={"site_id": "str"})

    assert not sites["site_id"].isin(["900004", "900008"]).any()
    assert sites["site_name"].str.contains("St Zoë's").any()


def test_no_postcode_and_no_name_of_a_head_is_kept(study):
    for path in study.rglob("*"):
        if path.suffix in {".csv", ".md", ".toml"}:
            text = path.read_text(encoding="utf-8")
            assert "ZZ1" not in text
            assert "Nobody" not in text


def test_capacity_is_the_planning_places_of_a_special_school_and_roll_where_it_is_blank(study):
    provision = pd.read_csv(study / "schools" / "provision.csv", dtype={"site_id": "str"})

    places = provision.groupby("site_id")["planning_places"].sum()

    assert places["900003"] == 60
    assert places["900007"] == 50


def test_everything_estimated_is_flagged_in_its_row(study):
    for name in ("provision", "options"):
        table = pd.read_csv(study / "schools" / f"{name}.csv")
        assert table["basis"].eq("estimated").all()
        assert table["estimated"].notna().all()


def test_the_scenario_carries_the_base_january_and_the_choices_of_the_toml(study):
    scenario = read_scenario(study / "scenario.toml")

    assert scenario.need.base_january == 2026
    assert (scenario.name, scenario.notice) == ("Made up", "a test")


def test_sources_hold_the_hashes_of_what_was_written_and_of_what_it_was_made_from(
    study, import_file
):
    for folder in ("boundaries", "schools"):
        sources = tomllib.loads((study / folder / "SOURCES.toml").read_text(encoding="utf-8"))
        for item in sources["file"]:
            written = (study / folder / item["name"]).read_bytes()
            assert hashlib.sha256(written).hexdigest() == item["sha256"]
        for item in sources["source"]:
            read = (import_file.parent / item["file"]).read_bytes()
            assert hashlib.sha256(read).hexdigest() == item["sha256"]
        named = {item["name"] for item in sources["file"]}
        there = {path.name for path in (study / folder).iterdir()}
        assert named == there - {"SOURCES.toml"}


def test_the_report_tells_rows_notes_and_the_assumed_share(import_file, tmp_path):
    told = []

    report = import_study(import_file, tmp_path / "study", told.append)

    assert report.tables["areas"] == 8
    assert any(note.startswith("Assumed share: 100%") for note in report.notes)
    assert all(path.is_file() for path in report.paths)
    assert told[0] == "Published plans"
    text = (tmp_path / "study" / "import_report.md").read_text(encoding="utf-8")
    assert all(note in text for note in report.notes)
    assert "`adapt_spare_places`" in text


@pytest.mark.slow
def test_two_imports_write_the_same_tables(import_file, tmp_path):
    import_study(import_file, tmp_path / "one")
    import_study(import_file, tmp_path / "two")

    for path in (tmp_path / "one").rglob("*.csv"):
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == again.read_bytes()


@pytest.mark.slow
def test_shuffled_schools_give_the_same_tables(import_file, tmp_path):
    import_study(import_file, tmp_path / "one")
    schools_table().iloc[::-1].to_csv(
        import_file.parent / "schools.csv", index=False, encoding="cp1252"
    )
    import_study(import_file, tmp_path / "two")

    for name in ("sites", "provision", "options"):
        one, two = (tmp_path / run / "schools" / f"{name}.csv" for run in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_an_earlier_import_may_be_written_again(study, import_file):
    import_study(import_file, study)

    assert strange(study) == []
    assert [path.name for path in study.parent.iterdir() if path.name.startswith(".")] == []


def test_an_edited_table_is_not_written_over(study, import_file):
    options = study / "schools" / "options.csv"
    options.write_text(options.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"schools/options.csv: found changes made since"):
        import_study(import_file, study)


def test_a_folder_that_is_no_import_is_refused(import_file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me", encoding="utf-8")

    with pytest.raises(DataError, match="not empty and no earlier import"):
        import_study(import_file, tmp_path / "mine")

    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "keep me"


def test_a_failed_import_leaves_nothing_behind(tmp_path):
    import_file = write_region(
        tmp_path / "published", IMPORT.replace("base_january = 2026", "base_january = 2025")
    )

    with pytest.raises(DataError, match="no plans by age in January 2025"):
        import_study(import_file, tmp_path / "study")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["published"]


def test_a_failure_while_writing_leaves_the_former_study(study, import_file, monkeypatch):
    before = (study / "schools" / "options.csv").read_bytes()

    def _broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("placement_planner.sources.folder.scenario_template", _broken)
    with pytest.raises(OSError, match="disk full"):
        import_study(import_file, study)

    assert (study / "schools" / "options.csv").read_bytes() == before
    assert [path.name for path in study.parent.iterdir() if path.name.startswith(".")] == []


def test_areas_are_written_in_the_national_grid(study):
    areas = gpd.read_file(study / "boundaries" / "areas.gpkg")

    assert areas.crs.to_epsg() == 27700
    assert areas.geometry.area.round(-2).eq(4_000_000).all()
