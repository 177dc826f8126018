"""Rules across tables: each, broken once in the small study, gives one finding in its place."""

import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from placement_planner.checks.locations import area_of_points
from placement_planner.checks.study import MOST_ROWS, row_findings
from placement_planner.inputs import check_study
from placement_planner.scenario import Scenario, scenario_template
from placement_planner.storage import is_spatial, read_raw_folder, table_path, write_table
from placement_planner.tables import is_required, study, table_name
from tests.faulty_study import (
    change_layer,
    drop_column,
    read_rows,
    repeat_row,
    set_cell,
    write_rows,
)
from tests.small_study import EASTHAM, WESTBY, boundaries, schools, write_small_study


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def small(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "study"))


def only(findings):
    assert len(findings) == 1, "\n".join(map(str, findings))
    return findings[0]


def drop_rows(folder, file, is_dropped):
    header, *rows = read_rows(folder / file)
    kept = [row for row in rows if not is_dropped(dict(zip(header, row, strict=True)))]
    write_rows(folder / file, [header, *kept])


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "found"),
    [
        ("provision", 2, "closes", "2027", "2027, opened in 2027"),
        ("provision", 3, "from_elsewhere", "16", "16 of a roll of 15"),
        ("provision", 2, "ramp", "1;0.5", "'1;0.5'"),
        ("provision", 2, "site_id", "S9", "'S9'"),
        ("options", 2, "site_id", "S9", "'S9'"),
        ("options", 2, "pots", "POT9", "'POT9'"),
        ("options", 2, "requires", "O9", "'O9'"),
        ("options", 3, "excludes", "O1;O9", "'O9'"),
        ("options", 3, "excludes", "O8;O9", "'O8, O9'"),
        ("options", 2, "latest_start", "2026", "2026, earliest 2027"),
        ("options", 2, "sizes", "16;8", "'16;8'"),
        ("options", 2, "sizes", "0;8", "'0;8'"),
        ("options", 3, "phases", "primary:0.4;secondary:0.5", "'primary:0.4;secondary:0.5'"),
        ("options", 3, "phases", "primary:0.5;primary:0.5", "'primary:0.5;primary:0.5'"),
        ("options", 3, "phases", "primary:1.0.0", "'primary:1.0.0'"),
        ("options", 2, "ramp", "half", "'half'"),
        ("pots", 2, "owner", "E99000009", "'E99000009'"),
        ("pots", 3, "eligible_authorities", "E99000009", "'E99000009'"),
        ("pots", 3, "eligible_actions", "adapt_rooms;paint", "'adapt_rooms;paint'"),
        ("options", 2, "serves", "E99000009", "'E99000009'"),
        ("option_sets", 2, "options", "O1;O2;O9", "'O9'"),
        ("option_sets", 2, "options", "O1;O2;O2", "'O1;O2;O2'"),
        ("option_sets", 2, "at_most", "2", "2 of 2 options"),
        ("agreements", 2, "authority_code", "E99000009", "'E99000009'"),
        (
            "agreements",
            2,
            "place_authority_code",
            WESTBY,
            f"{WESTBY}, where the children live too",
        ),
        ("flows", 2, "provision_id", "P9", "'P9'"),
        ("flows", 2, "area_code", "A9", "'A9'"),
        ("transitions", 2, "ncy_2", "4", "4 after ncy_1 2"),
        ("transitions", 2, "need_1", "ASD", "ASD with setting_1 NONSEND"),
        ("fallback", 2, "authority_code", "E99000009", "'E99000009'"),
        ("pot_funding", 2, "pot_id", "POT9", "'POT9'"),
        ("pot_funding", 2, "academic_year", "2032", "2032 for POT1, which runs from 2026 to 2031"),
    ],
)
def test_a_broken_rule_gives_one_finding(small, file, row, column, value, found):
    set_cell(small, f"schools/{file}.csv", row, column, value)

    finding = only(check_study(small))

    assert (finding.file, finding.row, finding.column) == (f"schools/{file}.csv", row, column)
    assert finding.found == found


def test_a_pot_that_expires_before_it_starts_gives_one_finding(small):
    set_cell(small, "schools/pots.csv", 2, "starts", "2030")
    set_cell(small, "schools/pots.csv", 2, "expires", "2029")

    assert only(check_study(small)).found == "2029, starts in 2030"


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("eligible_authorities", "E99000002", "POT1 for {action} in E99000001"),
        ("eligible_actions", "satellite", "POT1 for {action} in E99000001"),
    ],
)
def test_a_pot_that_may_not_pay_is_told_for_each_option(small, column, value, found):
    """O1 adapts rooms at S1 and O2 builds at S3, both in Westby and both paid by POT1."""
    set_cell(small, "schools/pots.csv", 2, column, value)

    findings = check_study(small)

    assert [finding.found for finding in findings] == [
        found.format(action="adapt_rooms"),
        found.format(action="new_special"),
    ]


def test_fallback_shares_that_do_not_sum_to_one_give_one_finding(small):
    header, *rows = read_rows(small / "schools/fallback.csv")
    share = float(rows[0][header.index("share")])
    set_cell(small, "schools/fallback.csv", 2, "share", str(share / 2))

    finding = only(check_study(small))

    assert finding.found.startswith(f"shares that sum to {1 - share / 2:g} for *, ")


def test_a_need_group_and_phase_without_routes_takes_the_librarys(small):
    def is_dropped(row):
        return (row["need_group"], row["phase"]) == ("ci_base", "post_16")

    drop_rows(small, "schools/fallback.csv", is_dropped)

    assert check_study(small) == []


def test_shares_of_an_authoritys_own_routes_sum_to_one_by_themselves(small):
    """Of three routes of * two become Westby's: neither part adds up by itself."""
    header, *rows = read_rows(small / "schools/fallback.csv")
    group, phase = header.index("need_group"), header.index("phase")
    mine = [row for row in rows if (row[group], row[phase]) == ("ci_base", "post_16")]
    for row in mine[:-1]:
        row[header.index("authority_code")] = WESTBY
    write_rows(small / "schools/fallback.csv", [header, *rows])

    words = [finding.found for finding in check_study(small)]

    assert len(words) == 2
    assert {word.split(" for ")[1] for word in words} == {
        "*, ci_base, post_16",
        f"{WESTBY}, ci_base, post_16",
    }


@pytest.mark.parametrize("file", ["fallback", "unit_costs", "capital_costs"])
def test_a_table_of_costs_may_be_absent_or_without_rows(small, file):
    """The cost library has a figure for everything."""
    drop_rows(small, f"schools/{file}.csv", lambda _: True)
    assert check_study(small) == []

    (small / f"schools/{file}.csv").unlink()
    assert check_study(small) == []


def test_population_lacking_an_age_gives_one_finding_an_area(small):
    drop_rows(
        small,
        "boundaries/population.csv",
        lambda row: row["area_code"] == "A2" and int(row["age"]) > 20,
    )

    assert only(check_study(small)).found == "no row for A2 at age 21, 22, 23 and 2 more"


def test_a_projection_that_stops_early_gives_one_finding_an_authority(small):
    """The default horizon ends in 2034 and starts, by the base January 2026, in 2025."""
    drop_rows(
        small,
        "boundaries/population_projection.csv",
        lambda row: row["authority_code"] == WESTBY and row["academic_year"] == "2034",
    )

    finding = only(check_study(small))

    assert finding.found == "rows missing for E99000001 in 2034"
    assert "from 2025 to 2034" in finding.would_be_right


def test_a_base_january_that_the_caseload_lacks_gives_one_finding(small):
    scenario = Scenario().with_choices(need={"base_january": 2027})
    (small / "scenario.toml").write_text(scenario_template(scenario), encoding="utf-8")

    finding = only(check_study(small))

    assert (finding.column, finding.found) == ("january", "rows for 2025, 2026 only")


def write_choices(folder, **sections):
    text = scenario_template(Scenario().with_choices(**sections))
    (folder / "scenario.toml").write_text(text, encoding="utf-8")


def test_more_children_with_plans_than_children_give_one_finding_an_age(small):
    """In Westby 12 in units and 29 in special schools make 41 of ncy 3, of 40 aged 7."""
    set_cell(small, "schools/caseload.csv", 3, "children", "29")  # 2025
    set_cell(small, "schools/caseload.csv", 5, "children", "29")  # 2026

    finding = only(check_study(small))

    assert (finding.file, finding.row, finding.column) == ("schools/caseload.csv", 4, "children")
    assert finding.found == (
        "41 children of ncy 3 in E99000001, January 2026; "
        "population_projection has 40 of age 7 in 2025"
    )


def test_children_with_plans_of_an_age_nobody_has_give_one_finding(small):
    def is_there(row):
        return (row["authority_code"], row["academic_year"], row["age"]) == (EASTHAM, "2025", "7")

    header, *rows = read_rows(small / "boundaries/population_projection.csv")
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    number = next(n for n, row in enumerate(cells, start=2) if is_there(row))
    set_cell(small, "boundaries/population_projection.csv", number, "children", "0")

    assert "24 children of ncy 3 in E99000002" in only(check_study(small)).found


def test_of_many_such_ages_twenty_are_listed_and_the_rest_counted(small):
    """Two authorities × 20 ages; 20 are told."""
    (small / "schools/area_caseload.csv").unlink()
    frame = schools()["caseload"].drop(columns="ncy")
    ages = pd.DataFrame({"ncy": range(20)})
    write_table(small, study.Caseload, frame.merge(ages, how="cross").assign(children=30.0))

    findings = check_study(small)

    assert len(findings) == MOST_ROWS + 1
    assert findings[-1].found == "20 more rows like this"


def test_a_projection_without_an_earlier_january_gives_one_finding(small):
    drop_rows(
        small,
        "boundaries/population_projection.csv",
        lambda row: row["academic_year"] == "2024",
    )

    finding = only(check_study(small))

    assert finding.file == "boundaries/population_projection.csv"
    assert finding.found == (
        "rows missing for 2024, which January 2025 of the caseload needs, in E99000001, E99000002"
    )


@pytest.mark.parametrize("years", [(2023, 2024, 2030), (2020,)])
def test_planned_years_before_the_base_give_one_finding(small, years):
    write_choices(small, horizon={"years": years})

    finding = only(check_study(small))

    early = ", ".join(str(year) for year in years if year < 2025)
    assert (finding.file, finding.column) == ("scenario.toml", "horizon.years")
    assert finding.found == f"planned years before the base: {early}"
    assert finding.would_be_right.startswith("2025, ")


def test_provision_may_have_no_rows(small):
    for file in ("provision", "flows"):
        drop_rows(small, f"schools/{file}.csv", lambda row: row.get("provision_id") != "OUTSIDE")

    assert check_study(small) == []


def test_an_authority_without_children_at_the_base_january_is_named(small):
    rows = schools()["caseload"]
    write_table(small, study.Caseload, rows[rows["authority_code"] != EASTHAM])

    words = [finding.found for finding in check_study(small)]

    assert f"no row of authority {EASTHAM} for January 2026, the base January" in words


def test_one_january_is_enough(small):
    rows = schools()["caseload"]
    write_table(small, study.Caseload, rows[rows["january"] == 2026])

    assert check_study(small) == []


def test_areas_where_nobody_of_a_phase_lives_give_one_finding_an_authority(small):
    """Eastham has 12 + 12 children of Year 3 to place, and areas A2 and A4."""
    path = small / "boundaries/population.csv"
    header, *rows = read_rows(path)
    place, age, children = map(header.index, ("area_code", "age", "children"))
    for row in rows:
        if row[place] in ("A2", "A4") and int(row[age]) <= 10:
            row[children] = "0"
    write_rows(path, [header, *rows])

    finding = only(check_study(small))

    assert finding.file == "boundaries/population.csv"
    assert finding.found == (
        "nobody of primary age in the areas of E99000002, "
        "whose caseload has 24 such children to place"
    )


def lock(folder, **options):
    """Write cells of option O1 (row 2) and O2 (row 3); O2 excludes O1 unless told otherwise."""
    for option, cells in options.items():
        for column, value in cells.items():
            set_cell(folder, "schools/options.csv", int(option[1:]) + 1, column, value)


def test_an_option_locked_in_that_requires_one_locked_out_gives_one_finding(small):
    lock(small, O1={"locked_out": "true"}, O2={"locked_in": "true", "requires": "O1"})

    finding = only(check_study(small))

    assert (finding.row, finding.column) == (3, "requires")
    assert finding.found == "O2 locked in, which needs O1, locked out"


def test_what_is_required_by_what_is_required_is_followed(small):
    rows = read_rows(small / "schools/options.csv")
    write_rows(small / "schools/options.csv", [*rows, ["O3", *rows[1][1:]]])
    (small / "schools/option_sets.csv").unlink()
    lock(
        small,
        O1={"locked_in": "true", "requires": "O2"},
        O2={"requires": "O3", "excludes": ""},
        O3={"locked_out": "true"},
    )

    assert only(check_study(small)).found == "O1 locked in, which needs O3, locked out"


@pytest.mark.parametrize("mutual", ["", "O2"])
def test_two_options_locked_in_that_exclude_each_other_give_one_finding(small, mutual):
    lock(small, O1={"locked_in": "true", "excludes": mutual}, O2={"locked_in": "true"})
    (small / "schools/option_sets.csv").unlink()

    finding = only(check_study(small))

    assert (finding.row, finding.column) == ((2, "excludes") if mutual else (3, "excludes"))
    assert "must both be built" in finding.found


def test_a_set_of_which_more_must_be_built_than_may_gives_one_finding(small):
    """O1 requires O2; of the two at most one may be built."""
    lock(small, O1={"locked_in": "true", "requires": "O2"}, O2={"excludes": ""})

    finding = only(check_study(small))

    assert (finding.file, finding.row) == ("schools/option_sets.csv", 2)
    assert finding.found == "1, but 2 must be built: O1, O2"


def test_an_option_locked_in_that_opens_in_no_planned_year_gives_one_finding(small):
    """Starts 2027 to 2029 and one year of work: open 2028 to 2030, in none of 2027 and 2031."""
    write_choices(small, horizon={"years": (2027, 2031)})
    assert check_study(small) == []

    lock(small, O1={"locked_in": "true"})
    finding = only(check_study(small))

    assert (finding.row, finding.column) == (2, "earliest_start, latest_start")
    assert finding.found == "O1, which must be built, could open from 2028 to 2030 only"
    assert finding.would_be_right.endswith("planned years 2027, 2031")


def test_a_larger_area_in_two_authorities_gives_one_finding(small):
    def moved(areas):
        return areas.assign(middle_code=["M1", "M1", "M1", "M2"])

    change_layer(small, "boundaries/areas.gpkg", moved)

    finding = only(check_study(small))

    assert (finding.row, finding.found) == (3, "M1 in E99000001 and E99000002")


def test_a_road_without_a_line_gives_one_finding(small):
    change_layer(
        small, "boundaries/roads.gpkg", lambda roads: roads.set_geometry([None], crs=roads.crs)
    )

    assert only(check_study(small)).found == "n1 to n2 without line"


def test_sites_in_an_area_whose_polygon_is_missing_are_not_told_again(small):
    """S1 lies in A1; only the missing polygon is a finding."""

    def holed(areas):
        return areas.set_geometry([None, *areas.geometry.iloc[1:]], crs=areas.crs)

    change_layer(small, "boundaries/areas.gpkg", holed)

    assert only(check_study(small)).found == "A1 without polygon"


def test_a_site_without_coordinates_gives_one_finding(small):
    for column in ("easting", "northing"):
        set_cell(small, "schools/sites.csv", 2, column, "")

    assert only(check_study(small)).found == "S1 without usable coordinates"


def test_a_bad_coordinate_is_told_once(small):
    set_cell(small, "schools/sites.csv", 2, "easting", "east")

    assert only(check_study(small)).found == "'east'"


@pytest.mark.slow
@pytest.mark.parametrize("model", study.STUDY_TABLES, ids=table_name)
def test_no_single_fault_of_a_table_gives_a_second_finding(sound, tmp_path, model):
    """The file, every second column, a cell of each other one, and the key of a row, one by one."""
    file = table_path(Path(), model).as_posix()

    def n_findings(plant):
        shutil.rmtree(tmp_path / "study", ignore_errors=True)
        folder = Path(shutil.copytree(sound, tmp_path / "study"))
        plant(folder)
        return len(check_study(folder))

    named = {study.HousingCarried, study.NeighbouringPlaces}  # by planned homes, by the matrix
    is_needed = is_required(model) or model in named
    assert n_findings(lambda folder: (folder / file).unlink()) == int(is_needed)
    held = read_raw_folder(sound)[table_name(model)].cells
    for number, (name, field) in enumerate(model.to_schema().columns.items()):
        if name not in held:
            assert not field.required, name
            continue
        if is_spatial(model):

            def drop(folder, name=name):
                change_layer(folder, file, lambda layer: layer.drop(columns=name))

            assert n_findings(drop) == 1, name
            continue
        if number % 2:
            dropped = n_findings(lambda folder, name=name: drop_column(folder, file, name))
            assert dropped == int(field.required), name
        else:
            spoil = partial(set_cell, file=file, row=2, column=name, value="???")
            assert n_findings(spoil) <= 1, name
    if not is_spatial(model):
        assert n_findings(lambda folder: repeat_row(folder, file, 2)) == 1


def test_points_are_found_in_their_areas_whatever_the_order_of_rows():
    areas = study_areas().sample(frac=1, random_state=1)
    easting, northing = pd.Series([300_500.0, 301_500.0, 1.0]), pd.Series([201_500.0] * 3)

    assert area_of_points(easting, northing, areas).tolist()[:2] == ["A3", "A4"]
    assert area_of_points(easting, northing, areas).isna().tolist() == [False, False, True]


def study_areas():
    frame = boundaries()["areas"]
    assert set(study.Areas.to_schema().columns) < set(frame.columns)
    return frame


def test_up_to_twenty_one_rows_are_listed_in_full():
    found = [(row, "x") for row in range(MOST_ROWS + 1)]

    assert len(row_findings("file.csv", "a", found, "y")) == MOST_ROWS + 1
    assert row_findings("file.csv", "a", found, "y")[-1].found == "x"
    assert row_findings("file.csv", "a", [*found, (99, "x")], "y")[-1].found == (
        "2 more rows like this"
    )
