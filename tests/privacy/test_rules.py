"""Small counts, what is worked out from them, and schools that may not be named, do not leave."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement_planner.inputs import read_inputs
from placement_planner.privacy import (
    FEWEST_SITES,
    WITHHELD,
    Withheld,
    cost_band,
    count_withheld,
    finest_level,
    shown_sites,
    withhold,
)
from placement_planner.scenario import PrivacyChoices
from tests.maps import village

PUBLIC = PrivacyChoices()
INTERNAL = PrivacyChoices(profile="internal")
counts = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def sample_inputs():
    return read_inputs(Path(__file__).parents[2] / "data")


def frame(*children, **columns):
    return pd.DataFrame({"children": [float(count) for count in children], **columns})


def test_counts_under_the_threshold_are_withheld_and_others_rounded():
    """0 stays 0; 4.9 is under 5; 5 rounds to 5; 7.5 is half way and goes up to 10."""
    shown = withhold(frame(0, 0.2, 4.9, 5, 7.4, 7.5, 12), ["children"], PUBLIC)

    assert shown["children"].tolist() == [0, WITHHELD, WITHHELD, 5, 5, 10, 10]


def test_a_count_that_only_rounding_error_parts_from_nothing_or_the_threshold_is_shown():
    shown = withhold(frame(1e-9, 5 - 1e-9), ["children"], PUBLIC)

    assert shown["children"].tolist() == [0, 5]


def test_what_is_worked_out_from_a_withheld_count_is_withheld_too():
    table = frame(3, 8, 0, gbp=[9000.0, 24000.0, 0.0], minutes=[31.0, 22.0, None])

    shown = withhold(table, ["children"], PUBLIC, derived=["gbp", "minutes"])

    assert shown["gbp"].tolist() == [WITHHELD, 24000.0, 0.0]
    assert shown["minutes"].tolist()[:2] == [WITHHELD, 22.0]
    assert pd.isna(shown["minutes"][2])


def test_one_withheld_count_of_two_withholds_what_is_worked_out_from_both():
    table = frame(8, 8, plan=[8.0, 2.0], change=[0.0, -6.0])

    shown = withhold(table, ["children", "plan"], PUBLIC, derived=["change"])

    assert shown["children"].tolist() == [10, 10]
    assert shown["plan"].tolist() == [10, WITHHELD]
    assert shown["change"].tolist() == [0, WITHHELD]


def test_the_internal_profile_leaves_every_value():
    table = frame(0.2, 4, 12, minutes=[1.0, 2.0, 3.0])

    pd.testing.assert_frame_equal(withhold(table, ["children"], INTERNAL, ["minutes"]), table)


def test_withholding_does_not_change_the_table_it_is_given():
    table = frame(1, 6)

    withhold(table, ["children"], PUBLIC)

    assert table["children"].tolist() == [1, 6]


def test_an_empty_table_stays_empty():
    assert withhold(frame(), ["children"], PUBLIC).empty


@given(counts)
def test_no_shown_count_lies_under_the_threshold_or_off_the_multiple(children):
    shown = withhold(frame(*children), ["children"], PUBLIC)["children"]

    numbers = [count for count in shown if count != WITHHELD]
    assert all(count == 0 or (count >= 5 and count % 5 == 0) for count in numbers)


@given(counts)
def test_what_was_counted_as_withheld_is_what_the_table_withholds(children):
    table = frame(*children)

    record = count_withheld("Need", "small area", table, ["children"], PUBLIC)

    assert record.withheld == (withhold(table, ["children"], PUBLIC)["children"] == WITHHELD).sum()
    assert record.cells == (table["children"] > 1e-6).sum()


def test_the_record_says_what_was_withheld_in_words():
    record = Withheld("Need", "small area", 1200, 30)

    assert str(record) == "Need (by small area): 30 of 1,200 counts withheld"


def test_the_finest_level_at_which_four_fifths_can_be_shown_is_chosen():
    """Areas: 3 of 4 cells with children can be shown, 75 %; larger areas: 2 of 2."""
    tables = {"area": frame(9, 9, 9, 2, 0), "middle": frame(18, 11), "authority": frame(29)}

    assert finest_level(tables, ["children"], PUBLIC) == "middle"
    assert finest_level(tables, ["children"], INTERNAL) == "area"


def test_exactly_four_fifths_is_enough():
    assert finest_level({"area": frame(9, 9, 9, 9, 2), "authority": frame(38)},
                        ["children"], PUBLIC) == "area"  # fmt: skip


def test_the_coarsest_level_is_taken_where_none_can_show_enough():
    tables = {"area": frame(1, 1), "authority": frame(2)}

    assert finest_level(tables, ["children"], PUBLIC) == "authority"


@pytest.mark.parametrize(
    ("gbp", "band"),
    [(0, "under £0.5m"), (999_999, "£0.5m to £1m"), (1e6, "£1m to £2.5m"), (9e7, "£40m or more")],
)
def test_a_cost_is_told_by_its_band(gbp, band):
    assert cost_band(pd.Series([float(gbp)])).tolist() == [band]


def told_of(inputs, choices):
    return shown_sites(inputs.options, inputs.sites, inputs.areas, inputs.authorities, choices)


def test_a_school_that_is_not_approved_is_shown_in_the_middle_of_its_locality():
    """Holt is a40, a41, a50, a51: its middle is 4 km by 4 km round (410000, 392000)."""
    places = told_of(village.inputs(), PUBLIC)

    elm, fir = places.loc["expand-100002"], places.loc["satellite-100003"]
    assert elm["is_named"]
    assert (elm["place"], elm["easting"], elm["northing"]) == ("Elm School", 405_000, 392_500)
    assert not fir["is_named"]
    assert (fir["place"], fir["easting"], fir["northing"]) == (
        "a school in Holt", 410_000, 392_000
    )  # fmt: skip


def test_the_internal_profile_names_every_school():
    places = told_of(village.inputs(), INTERNAL)

    assert places["place"].tolist() == ["Elm School", "Fir School"]
    assert places["easting"].tolist() == [405_000, 411_000]


def at_fir(moves, **columns):
    """Return what may be said of Fir School once some sites are elsewhere or otherwise.

    `moves` are sites and the (area, authority) they then lie in; `columns` are values by site.
    """
    inputs = village.inputs()
    sites = inputs.sites.set_index("site_id")
    for site_id, place in moves.items():
        sites.loc[site_id, ["area_code", "authority_code"]] = place
    for name, values in columns.items():
        for site_id, value in values.items():
            sites.loc[site_id, name] = value
    inputs.sites = sites.reset_index()
    return told_of(inputs, PUBLIC).loc["satellite-100003"]


def test_two_schools_in_a_locality_are_too_few_so_the_authority_is_told():
    """Yew moves to a new larger area of Thorpe: Holt keeps Fir and Ash, Thorpe has all three."""
    inputs = village.inputs()
    inputs.areas.loc[inputs.areas["area_code"] == "a51", ["middle_code", "middle_name"]] = (
        "M4", "Wood"
    )  # fmt: skip
    inputs.sites.loc[inputs.sites["site_id"] == "100005", "area_code"] = "a51"

    fir = told_of(inputs, PUBLIC).loc["satellite-100003"]

    assert (fir["level"], fir["place"], fir["authority_code"]) == (
        "authority", "a school in Thorpe", "A2"
    )  # fmt: skip
    assert (fir["easting"], fir["northing"]) == (410_000, 392_000)


def test_where_the_authority_has_too_few_as_well_only_the_region_is_told():
    fir = at_fir({"100005": ("a00", "A1")})

    assert (fir["level"], fir["place"]) == ("region", "a school in the region")
    assert pd.isna(fir["authority_code"])
    assert (fir["easting"], fir["northing"]) == (406_000, 392_000)


@pytest.mark.parametrize(
    "columns",
    [
        {"phase": {"100005": "secondary"}},
        {"site_kind": {"100005": "state_special"}},
        {"low_age": {"100005": 11.0}, "high_age": {"100005": 16.0}},
    ],
)
def test_a_school_of_another_kind_phase_or_age_does_not_hide_one(columns):
    assert at_fir({}, **columns)["level"] == "region"


def test_a_school_whose_ages_are_not_known_could_be_meant_as_well():
    """The open register has no ages: without this every build stood in the region's middle."""
    assert at_fir({}, low_age={"100005": None})["level"] == "middle"


def test_an_all_through_school_hides_a_primary_school():
    fir = at_fir({}, phase={"100005": "all_through"}, high_age={"100005": 18.0})

    assert fir["level"] == "middle"


def test_a_school_is_shown_where_two_others_could_be_meant():
    """Three schools in Holt, two of them in the plan: each could be any of the three."""
    inputs = village.inputs()
    ash = inputs.options.iloc[[1]].assign(option_id="satellite-100004", site_id="100004")
    inputs.options = pd.concat([inputs.options, ash])

    levels = told_of(inputs, PUBLIC)["level"]

    assert levels.tolist() == ["site", "middle", "middle"]


def test_land_is_shown_by_its_locality_because_plots_are_named_nowhere():
    assert at_fir({}, site_kind={"100003": "land"})["level"] == "middle"


def test_every_school_of_the_sample_that_is_not_approved_is_one_of_three(sample_inputs):
    """Counted here by hand: schools of that kind and phase in what is told, whatever is told."""
    options = sample_inputs.options[sample_inputs.options["action"] != "new_special"]
    sites = sample_inputs.sites.assign(
        middle_name=sample_inputs.sites["area_code"].map(
            sample_inputs.areas.set_index("area_code")["middle_name"]
        ),
        authority_name=sample_inputs.sites["authority_code"].map(
            sample_inputs.authorities.set_index("authority_code")["authority_name"]
        ),
        region_name="the region",
    )
    own = sites.set_index("site_id")

    for one in options.to_dict("records"):
        told = shown_sites(
            options[options["option_id"] == one["option_id"]], sample_inputs.sites,
            sample_inputs.areas, sample_inputs.authorities, PUBLIC,
        )  # fmt: skip
        [shown] = told.to_dict("records")
        if shown["is_named"]:
            continue
        host = own.loc[one["site_id"]]
        phases = [host["phase"], "all_through"]
        locality = shown["place"].removeprefix("a school in ")
        candidates = sites[
            (sites["site_kind"] == host["site_kind"])
            & sites["phase"].isin(phases)
            & (sites[f"{shown['level']}_name"] == locality)
        ]
        assert one["site_id"] in set(candidates["site_id"])
        assert len(candidates) >= FEWEST_SITES
