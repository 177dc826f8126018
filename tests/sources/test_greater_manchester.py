from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from placement_planner.figures.supply import shown_establishments
from placement_planner.inputs import check_study, read_inputs
from placement_planner.scenario import read_scenario
from placement_planner.sources import import_study
from placement_planner.sources.folder import REPORT

pytestmark = pytest.mark.real_data

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "greater_manchester.toml"


@pytest.fixture(scope="module")
def imported(real_files, tmp_path_factory):
    assert real_files.is_dir()
    folder = tmp_path_factory.mktemp("gm") / "study"
    started = time.process_time()
    report = import_study(EXAMPLE, folder)
    return folder, report, time.process_time() - started


@pytest.fixture(scope="module")
def inputs(imported):
    return read_inputs(imported[0])


def test_the_study_has_no_finding_and_is_made_in_a_minute(imported):
    assert check_study(imported[0]) == []
    assert imported[2] < 60


def test_areas_nest_in_middle_areas_and_authorities(inputs):
    assert len(inputs.areas) == 1702
    assert inputs.areas["middle_code"].nunique() == 353
    assert inputs.authorities["la_code"].tolist() == [str(code) for code in range(350, 360)]
    assert inputs.authorities["authority_name"].iloc[2] == "Manchester"


def test_plans_tie_to_the_published_totals(inputs):
    base = inputs.caseload.query("january == 2025")

    by_setting = base.groupby("setting")["children"].sum()

    assert base["children"].sum() == pytest.approx(38_993, abs=1e-3)
    assert by_setting["state_special"] == pytest.approx(10_662, abs=1e-3)
    assert by_setting[["resourced_provision", "sen_unit"]].sum() == pytest.approx(845, abs=1e-3)
    assert by_setting[["independent_special", "non_maintained_special"]].sum() == (
        pytest.approx(1_784, abs=1e-3)
    )


def test_plans_tie_by_authority_and_for_the_january_before(inputs):
    totals = inputs.caseload.groupby(["january", "authority_code"])["children"].sum()

    assert totals.loc[2025].round(3).tolist() == [
        3604, 2804, 8875, 3652, 2970, 3387, 3506, 3473, 3143, 3579,
    ]  # fmt: skip
    assert totals.loc[2024].sum() == pytest.approx(35_201, abs=1e-3)
    assert inputs.caseload["january"].unique().tolist() == [2024, 2025]


def test_need_by_age_and_by_placement_are_near_the_published_ones(inputs, real_files):
    """Bolton: 92 autistic children aged 10; Manchester: published ASD in maintained special."""
    published = pd.read_csv(
        real_files / "greater_manchester/gm_ehcp2025_sen_needs_all_plans.csv", dtype="str"
    )
    special = published[
        published["breakdown"].str.startswith("Special - ")
        & published["breakdown"].isin(["Special - LA maintained", "Special - Academy/free schools"])
    ]
    asd = pd.to_numeric(special["number_asd"]).sum()
    base = inputs.caseload.query("january == 2025 and need_type == 'ASD'")

    assert base.query("setting == 'state_special'")["children"].sum() == pytest.approx(asd, abs=0.1)
    aged_10 = base.query("authority_code == 'E08000001' and ncy == 6")["children"].sum()
    assert aged_10 == pytest.approx(92, abs=0.1)


def test_population_moves_with_its_cohorts(inputs):
    """Mid-2020 age 6 (37,678) is age 10 at the start of 2024/25."""
    at_10 = inputs.population.query("age == 10")["children"].sum()

    assert at_10 == pytest.approx(37_678, abs=1)
    years = inputs.population_projection["academic_year"]
    assert (years.min(), years.max()) == (2023, 2037)


def test_there_are_enough_options_of_every_kind_in_every_authority(inputs):
    options = inputs.options.merge(inputs.sites[["site_id", "authority_code"]], on="site_id")

    by_action = pd.crosstab(options["authority_code"], options["action"])

    assert len(options) >= 150
    assert by_action.shape == (10, 5)
    assert (by_action > 0).all(axis=None)
    assert options["basis"].eq("estimated").all()


def test_special_establishments_tie_to_the_register(inputs, imported):
    """130 in the register, of which Cedar Lodge School lies outside every area."""
    table = shown_establishments(inputs.sites, inputs.authorities)

    sums = table.groupby("sector")[["establishments", "without_roll"]].sum()
    assert sums["establishments"].to_dict() == {
        "State": 63, "Non-maintained": 4, "Independent": 45, "Post-16 institution": 17,
    }  # fmt: skip
    assert sums["without_roll"].sum() == 34
    words = " ".join(imported[1].notes)
    assert "left out: Cedar Lodge School," in words
    assert "130 special establishments: 63 state special schools" in words
    assert "34 have no pupil count: 8 state special schools" in words
    assert "7 of these took over from schools that the links file names" in words


def test_places_and_hosts_are_flagged(inputs):
    provision = inputs.provision
    places = provision.groupby("provision_type")["planning_places"].sum()

    assert places["special_school"] == pytest.approx(10_883, abs=200)
    assert provision["basis"].eq("estimated").all()
    assert inputs.sites.loc[inputs.sites["capacity"].notna(), "estimated"].eq("capacity").all()
    bases = provision[provision["provision_type"].isin(["resourced_provision", "sen_unit"])]
    assert bases["site_id"].is_unique
    assert bases["roll"].sum() == pytest.approx(844, abs=1)


def test_pots_hold_the_regions_share_of_the_national_sum(inputs):
    """£860m × 38,993 / 638,745 = £52.5m a year."""
    yearly = inputs.pot_funding.groupby("academic_year")["gbp"].sum()

    assert yearly.index.tolist() == [2025, 2026, 2027, 2028, 2029]
    assert yearly.tolist() == pytest.approx([860e6 * 38_993 / 638_745] * 5, abs=10)


def test_the_scenario_says_what_the_map_must_say(imported):
    scenario = read_scenario(imported[0] / "scenario.toml")

    assert scenario.notice == "method demonstration, not proposals"
    assert scenario.horizon.years == (2026, 2027, 2028, 2029, 2030)
    assert (scenario.siting.level, scenario.need.base_january) == ("middle", 2025)


def test_the_report_names_what_was_left_out(imported):
    text = (imported[0] / REPORT).read_text(encoding="utf-8")

    assert "Rivington and Blackrod High School" in text
    assert "January 2019, 2020, 2021, 2022, 2023: only totals are published" in text
    assert "Assumed share: 100% of the" in text
