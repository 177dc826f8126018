from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from placement_planner.sample import write_sample
from placement_planner.sample.__main__ import main
from placement_planner.scenario import read_scenario
from placement_planner.storage import is_spatial, table_path
from placement_planner.tables import checked, study, table_name
from placement_planner.travel import FOLDER as DRIVES

SHARED = Path(__file__).parents[2] / "../shared/data"
NOT_WRITTEN = {
    study.CapitalCosts,
    study.CaseloadTotals,
    study.Compatibility,
    study.NeedGroupRules,
    study.PolicyLevers,
    study.TransportMix,
    study.TravelMatrix,
}


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    write_sample(target)
    return target


def _files(folder):
    """Files of a study, without the drives that a run keeps beside it."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if path.parts[0] != DRIVES)


def test_the_same_seed_gives_the_committed_study(folder, again):
    assert _files(again) == _files(folder)
    for name in _files(folder):
        if name.suffix == ".csv" or name.name == "scenario.toml":
            assert (again / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("model", [study.Areas, study.Roads])
def test_the_same_seed_gives_the_committed_shapes(folder, again, model):
    ours, committed = (gpd.read_file(table_path(place, model)) for place in (again, folder))
    assert_geodataframe_equal(ours, committed, check_like=False)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_twice(again, tmp_path):
    write_sample(tmp_path)
    for name in _files(again):
        assert (again / name).read_bytes() == (tmp_path / name).read_bytes(), name


@pytest.mark.slow
def test_another_seed_gives_another_region(folder, tmp_path):
    main([str(tmp_path), "--seed", "1"])
    assert _files(tmp_path) == _files(folder)
    for name in ("boundaries/areas.gpkg", "schools/caseload.csv", "schools/options.csv"):
        assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


@pytest.mark.parametrize("part", ["boundaries", "schools"])
def test_sources_name_every_file_with_its_hash(folder, part):
    sources = tomllib.loads((folder / part / "SOURCES.toml").read_text(encoding="utf-8"))
    listed = {entry["name"]: entry for entry in sources["file"]}
    present = {path.name for path in (folder / part).iterdir()} - {"SOURCES.toml"}
    assert set(listed) == present
    for name, entry in listed.items():
        assert entry["sha256"] == sha256((folder / part / name).read_bytes()).hexdigest()
        assert entry["what"]
        assert entry["follows"]


def test_every_table_that_may_not_be_left_out_is_there_and_keeps_its_rules(folder, tables):
    for model in study.STUDY_TABLES:
        assert table_path(folder, model).exists() == (model not in NOT_WRITTEN)
        if model in NOT_WRITTEN:
            continue
        frame = tables[table_name(model)]
        plain = pd.DataFrame(frame.drop(columns="geometry")) if is_spatial(model) else frame
        assert len(checked(model, plain)) == len(frame)


def test_everything_is_small_enough_to_commit(folder):
    assert sum((folder / name).stat().st_size for name in _files(folder)) < 8_000_000


def test_the_scenario_reads_back(folder):
    scenario = read_scenario(folder / "scenario.toml")
    assert scenario.name == "Sample region"
    assert scenario.horizon.years == (2027, 2028, 2029, 2030, 2031, 2032, 2034)
    assert scenario.horizon.last_period_years == 2
    assert scenario.need.base_january == 2026


@pytest.fixture(scope="module")
def register(folder):
    return pd.read_csv(folder / "schools" / "gias_extract.csv", encoding="cp1252", dtype=str)


def test_the_register_extract_holds_the_same_schools(register, tables):
    sites = tables["sites"].set_index("site_id")
    schools = sites[sites["site_kind"] != "land"]
    own = register.set_index("URN")
    assert set(own.index) == set(schools.index)
    assert (own["EstablishmentName"] == schools["site_name"].loc[own.index]).all()
    rolls = own["NumberOfPupils"].astype(float)
    assert (rolls == schools["roll"].loc[own.index]).all()
    assert register["EstablishmentName"].str.contains("’").any()  # a byte that only cp1252 has


def test_the_register_extract_shows_bases(register, tables):
    provision = tables["provision"]
    units = provision[provision["provision_type"] == "sen_unit"].groupby("site_id")["roll"].sum()
    shown = register.set_index("URN")["SenUnitOnRoll"].dropna().astype(float)
    assert shown.sort_index().to_dict() == units.sort_index().to_dict()


@pytest.mark.real_data
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
def test_the_register_extract_has_true_headers_in_true_order(register):
    path = SHARED / "formats" / "gias_synthetic_60rows.csv"
    true = pd.read_csv(path, encoding="cp1252", nrows=0).columns.tolist()
    places = [true.index(name) for name in register.columns]
    assert places == sorted(places)
