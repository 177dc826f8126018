"""Fits to a matrix: exact where the matrix is exact, as another program where it is not."""

import tomllib

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from placement_planner.errors import DataError
from placement_planner.scenario import Scenario, TravelChoices
from placement_planner.travel import (
    calibrate,
    calibration_pairs,
    circuity,
    road_travel,
    straight_drives,
)
from tests.sources.region import REAL
from tests.travel.stroke import stroke_areas, stroke_matrix, stroke_roads, stroke_sites

CLASSES = ("urban", "mixed", "rural")
ALL = TravelChoices(search_minutes=600)
EXTENT_KM = 50


def country(n_areas=150, n_sites=4, seed=3):
    """Areas of the three classes in turn, and sites, at random places."""
    rng = np.random.default_rng(seed)
    homes, schools = (rng.uniform(0, EXTENT_KM * 1000, (n, 2)) for n in (n_areas, n_sites))
    areas = pd.DataFrame(homes, columns=["easting", "northing"])
    sites = pd.DataFrame(schools, columns=["easting", "northing"])
    return (
        areas.assign(
            area_code=[f"a{n:03d}" for n in range(n_areas)],
            rural_urban=[CLASSES[n % 3] for n in range(n_areas)],
        ),
        sites.assign(site_id=[f"s{n}" for n in range(n_sites)]),
    )


def matrix_by(choices, intercept, areas, sites, *, has_km=True):
    """A matrix made by the choices' own circuity and speeds, and minutes whatever the distance."""
    drives = straight_drives(areas, sites, choices)
    return drives.assign(
        minutes=drives["minutes"] + intercept,
        distance_km=drives["distance_km"] if has_km else 0.0,
    )


def test_what_made_the_matrix_is_found_again():
    """5 minutes, 30, 45 and 60 km/h, circuity 1.6 − 0.1 ln d: without noise all are exact."""
    truth = ALL.model_copy(
        update={"circuity_at_1_km": 1.6, "circuity_fall": 0.1, "urban_kmh": 30.0, "mixed_kmh": 45.0,
                "rural_kmh": 60.0, "circuity_low": 1.0, "circuity_high": 3.0}
    )  # fmt: skip
    loose = ALL.model_copy(update={"circuity_low": 1.0, "circuity_high": 3.0})
    areas, sites = country()
    pairs = calibration_pairs(
        straight_drives(areas, sites, loose), matrix_by(truth, 5.0, areas, sites), areas, sites
    )

    found = calibrate(pairs, "straight_line", loose)

    slopes = found.classes.set_index("rural_urban")["slope"]
    assert found.intercept_minutes == pytest.approx(5)
    assert (60 / slopes[list(CLASSES)]).tolist() == pytest.approx([30, 45, 60])
    assert found.choices.circuity_at_1_km == pytest.approx(1.6)
    assert found.choices.circuity_fall == pytest.approx(0.1)
    assert (found.judged_r2, found.judged_mae) == pytest.approx((1, 0), abs=1e-9)


def test_lines_pasted_into_a_scenario_give_the_matrixs_minutes_less_the_intercept():
    areas, sites = country()
    truth = ALL.model_copy(update={"urban_kmh": 33.0, "mixed_kmh": 47.0, "rural_kmh": 58.0})
    matrix = matrix_by(truth, 7.0, areas, sites)
    pairs = calibration_pairs(straight_drives(areas, sites, ALL), matrix, areas, sites)

    lines = "\n".join(calibrate(pairs, "straight_line", ALL).scenario_lines())
    pasted = Scenario.model_validate(tomllib.loads(lines)).travel
    told = straight_drives(areas, sites, pasted.model_copy(update={"search_minutes": 600.0}))

    assert pasted.urban_kmh == pytest.approx(33)
    assert (matrix["minutes"] - told["minutes"]).mean() == pytest.approx(7, abs=0.2)


def noisy(mode):
    areas, sites = country(n_areas=240)
    drives = straight_drives(areas, sites, ALL)
    noise = np.random.default_rng(8).normal(0, 4, len(drives))
    matrix = drives.assign(minutes=6 + 0.8 * drives["minutes"] + np.abs(noise), distance_km=0.0)
    pairs = calibration_pairs(drives, matrix, areas, sites)
    return pairs, calibrate(pairs, mode, ALL, seed=5)


@pytest.mark.parametrize("mode", ["straight_line", "roads"])
def test_the_fit_is_that_of_another_program(mode):
    """statsmodels on the areas left in: a column of ones and one of each class."""
    pairs, found = noisy(mode)
    out = np.random.default_rng(5).permutation(np.sort(pairs["area_code"].unique()))[:80]
    kept = ~pairs["area_code"].isin(out)
    straight = pairs["straight_km"].to_numpy()
    x = pairs["minutes"] if mode == "roads" else straight * circuity(straight, ALL)
    design = sm.add_constant(
        np.column_stack([x * (pairs["rural_urban"] == name) for name in CLASSES])
    )

    theirs = sm.OLS(pairs["matrix_minutes"][kept], design[kept]).fit()
    error = pairs["matrix_minutes"][~kept] - theirs.predict(design[~kept])

    assert found.intercept_minutes == pytest.approx(theirs.params.iloc[0])
    assert found.classes["slope"].tolist() == pytest.approx(theirs.params.iloc[1:].tolist())
    assert found.fit_r2 == pytest.approx(theirs.rsquared)
    assert found.judged_areas == 80
    assert found.judged_mae == pytest.approx(error.abs().mean())
    spread = pairs["matrix_minutes"][~kept].var(ddof=0) * (~kept).sum()
    assert found.judged_r2 == pytest.approx(1 - (error**2).sum() / spread)


def test_what_is_kept_out_has_no_part_in_the_fit():
    """Minutes of the areas kept out are spoilt: terms stay to the last bit, the judgement not."""
    pairs, found = noisy("roads")
    out = np.random.default_rng(5).permutation(np.sort(pairs["area_code"].unique()))[:80]
    spoilt = pairs.assign(
        matrix_minutes=pairs["matrix_minutes"].mask(pairs["area_code"].isin(out), 500.0)
    )

    again = calibrate(spoilt, "roads", ALL, seed=5)

    assert again.intercept_minutes == found.intercept_minutes
    assert again.classes["slope"].tolist() == found.classes["slope"].tolist()
    assert again.judged_mae > 100


def test_km_kept_out_have_no_part_in_the_fit_either():
    areas, sites = country()
    drives = straight_drives(areas, sites, ALL)
    pairs = calibration_pairs(drives, drives, areas, sites)
    out = np.random.default_rng(0).permutation(np.sort(pairs["area_code"].unique()))[:50]
    spoilt = pairs.assign(matrix_km=pairs["matrix_km"].mask(pairs["area_code"].isin(out), 500.0))

    found, again = (calibrate(rows, "straight_line", ALL) for rows in (pairs, spoilt))

    assert found.judged_areas == 50
    assert again.choices == found.choices


def test_a_class_of_few_areas_takes_the_slope_of_the_largest():
    """Ten rural areas are too few: they take the urban slope, and no rural speed is offered."""
    areas, sites = country()
    areas = areas.assign(rural_urban=["rural" if n < 10 else "urban" for n in range(len(areas))])
    pairs = calibration_pairs(
        straight_drives(areas, sites, ALL), matrix_by(ALL, 0.0, areas, sites), areas, sites
    )

    found = calibrate(pairs, "straight_line", ALL)

    rows = found.classes.set_index("rural_urban")
    assert rows["has_own_slope"].to_dict() == {"urban": True, "rural": False}
    assert rows.loc["rural", "slope"] == rows.loc["urban", "slope"]
    told = tomllib.loads("\n".join(found.scenario_lines()))["travel"]
    assert set(told) == {"circuity_at_1_km", "circuity_fall", "urban_kmh"}
    assert any("too few areas" in line for line in found.lines())


def test_a_road_fit_tells_by_what_speeds_would_be_multiplied():
    """The matrix takes 0.8 of our minutes: speeds × 1.25."""
    areas, sites = country(n_areas=90)
    drives = straight_drives(areas, sites, ALL)
    matrix = drives.assign(minutes=0.8 * drives["minutes"])

    found = calibrate(calibration_pairs(drives, matrix, areas, sites), "roads", ALL)

    assert found.scenario_lines()[0] == "# urban: road speeds × 1.250 would fit"


def test_only_pairs_of_both_are_compared_and_km_of_zero_are_none():
    areas, sites = country(n_areas=5)
    drives = straight_drives(areas, sites, ALL)
    strangers = drives.iloc[[0]].assign(area_code="elsewhere")
    matrix = pd.concat([drives.iloc[3:], strangers]).assign(distance_km=0.0)

    pairs = calibration_pairs(drives, matrix, areas, sites)

    assert len(pairs) == len(drives) - 3
    assert pairs["matrix_km"].isna().all()


def test_too_little_to_compare_is_told():
    areas, sites = country(n_areas=2)
    drives = straight_drives(areas, sites, ALL)

    with pytest.raises(DataError, match=r"2 area\(s\) have drives both of ours and of the matrix"):
        calibrate(calibration_pairs(drives, drives, areas, sites), "roads", ALL)


@pytest.fixture(scope="module")
def stroke():
    """Areas, sites, minutes of the matrix, and the pairs with our straight lines."""
    if not REAL.is_dir():
        pytest.skip(f"no published files at {REAL}")
    areas, sites = stroke_areas(REAL), stroke_sites(REAL)
    matrix = stroke_matrix(REAL, areas, sites)
    return areas, sites, calibration_pairs(straight_drives(areas, sites, ALL), matrix, areas, sites)


@pytest.mark.real_data
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_straight_lines_hold_on_areas_of_greater_manchester_kept_out(stroke, seed):
    areas, sites, pairs = stroke

    found = calibrate(pairs, "straight_line", ALL, seed=seed)

    assert (len(areas), len(sites), found.pairs) == (1673, 13, 21_749)
    assert found.judged_areas == 558
    assert found.judged_r2 >= 0.85
    assert found.judged_mae <= 3.7


@pytest.mark.real_data
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_roads_hold_on_the_same_areas_and_better_than_straight_lines(stroke, seed):
    """All areas lie within 3 km of a major road: both are fitted to the same 21,749 pairs."""
    areas, sites, straight = stroke
    drives = road_travel(stroke_roads(REAL), areas, sites, ALL).travel
    pairs = calibration_pairs(drives, stroke_matrix(REAL, areas, sites), areas, sites)
    lines = straight.merge(pairs[["area_code", "site_id"]])

    by_road = calibrate(pairs, "roads", ALL, seed=seed)
    by_line = calibrate(lines, "straight_line", ALL, seed=seed)

    assert (by_road.areas, by_road.pairs, by_line.pairs) == (1673, 21_749, 21_749)
    assert by_road.judged_r2 >= max(0.88, by_line.judged_r2)
    assert by_road.judged_mae <= min(3.4, by_line.judged_mae)


@pytest.mark.real_data
def test_the_ambulances_intercept_stays_out_of_every_line(stroke):
    """About 12 minutes that no distance explains; 2 km by the lines take 2 minutes, not 14."""
    found = calibrate(stroke[2], "straight_line", ALL)

    pasted = Scenario.model_validate(tomllib.loads("\n".join(found.scenario_lines()))).travel
    home = pd.DataFrame(
        {"area_code": list(CLASSES), "easting": 0.0, "northing": 0.0, "rural_urban": CLASSES}
    )
    school = pd.DataFrame({"site_id": ["s"], "easting": [2000.0], "northing": [0.0]})

    assert found.intercept_minutes > 10
    assert straight_drives(home, school, pasted)["minutes"].max() < 10
