"""Capital a place: by what is done, for whom, how many, and where."""

import pandas as pd
import pytest

from placement_planner.codes import code_list, code_table
from placement_planner.costs import (
    capital_lines,
    capital_per_place,
    location_factors,
    priced_outside,
)
from placement_planner.tables.study import CapitalCosts
from tests.small_study import option
from tests.sources.region import REAL

OWN = {
    "action": "adapt_rooms", "applies_to": "base", "places_from": 12, "gbp_per_place": 18_000.0,
    "low": None, "high": None, "payer": "borrowing", "source": "three schemes of ours",
    "price_date": "2026-09", "basis": "observed",
}  # fmt: skip


def own_lines(**changes):
    return CapitalCosts.validate(pd.DataFrame([OWN | changes]))


def price(lines, *asked, **more):
    return capital_per_place(lines, *asked, **more)["gbp_per_place"]


def test_the_size_band_that_the_places_fall_in_counts():
    lines = capital_lines()

    assert [price(lines, "adapt_rooms", "ci_base", places) for places in (8, 12, 23, 24)] == [
        25_000,
        21_000,
        21_000,
        17_000,
    ]


def test_a_need_group_of_its_own_goes_before_its_kind_of_provision():
    lines = capital_lines()

    assert price(lines, "new_special", "asd_special", 80) == 125_000
    assert price(lines, "new_special", "pmld_special", 80) == 150_000


def test_local_prices_multiply_price_and_range():
    """Inner London, 1.29 times England: 62,500 is 80,625, from 64,500 to 96,750."""
    factors = code_table("location_factors").set_index("region")["factor"]
    line = capital_per_place(
        capital_lines(), "new_base", "ci_base", 16, factor=factors["Inner London"]
    )

    assert line[["gbp_per_place", "low", "high"]].tolist() == pytest.approx(
        [80_625, 64_500, 96_750]
    )


def test_a_studys_own_line_replaces_the_librarys_of_its_band_alone():
    lines = capital_lines(own_lines())

    assert [price(lines, "adapt_rooms", "ci_base", places) for places in (8, 16, 24)] == [
        25_000,
        18_000,
        17_000,
    ]
    assert len(lines) == len(capital_lines())


def test_everything_that_can_be_done_is_priced_for_every_need_group_it_is_done_for():
    lines = capital_lines()
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    actions = code_table("actions").set_index("action")["provision_kind"]

    for action in code_list("actions"):
        for group in kinds.index[kinds == actions[action]]:
            line = capital_per_place(lines, action, group, 16)
            assert line["low"] <= line["gbp_per_place"] <= line["high"]


def test_what_nobody_prices_is_an_error():
    with pytest.raises(KeyError, match="adapt_rooms"):
        capital_per_place(capital_lines().query("action != 'adapt_rooms'"), "adapt_rooms",
                          "ci_base", 16)  # fmt: skip


def test_modules_are_priced_size_by_size():
    """8x1-2 is 8 and 16 places: 28,250 and 25,125 a place, in ranges to 30,000 and 25,000."""
    options = pd.DataFrame(
        [option("dear", "S1", "adapt_rooms", "ci_base", sizes="8x1-2",
                capital_per_place_gbp=22_000.0)]
    )  # fmt: skip

    told = priced_outside(options, capital_lines(), pd.Series(dtype=float))

    assert told["places"].tolist() == [16]
    assert told["gbp_per_place"].tolist() == [25_125]


def test_an_option_priced_outside_the_range_is_told_size_by_size():
    """50,000 whatever the size and 21,000 a place: 27,250 of 8 and 24,125 of 16 places.

    The library's range is 17,000 to 30,000 below 12 places and to 25,000 from there on.
    """
    options = pd.DataFrame(
        [option("in", "S1", "adapt_rooms", "ci_base"),
         option("dear", "S1", "adapt_rooms", "ci_base", capital_per_place_gbp=22_000.0)]
    )  # fmt: skip

    told = priced_outside(options, capital_lines(), pd.Series(dtype=float))

    assert told[["option_id", "places"]].to_numpy().tolist() == [["dear", 16]]
    assert told["gbp_per_place"].item() == 25_125
    assert priced_outside(options, capital_lines(), pd.Series({"dear": 1.1})).empty


def test_an_authority_builds_at_its_regions_prices():
    """Camden in Inner London, Manchester in the North West, an invented one in no region."""
    authorities = pd.DataFrame(
        {"authority_code": ["c", "m", "x"], "la_code": ["202", "352", "990"]}
    )

    assert location_factors(authorities).to_dict() == {"c": 1.29, "m": 1.0}


def test_every_region_has_a_factor():
    regions = code_table("authority_regions")["region"]

    assert set(regions) == set(code_table("location_factors")["region"]) - {"England"}


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="real data are not here")
def test_regions_are_those_of_the_published_scorecards():
    cards = pd.read_csv(REAL / "england/scorecards_2022_23_to_2024_25.csv", low_memory=False)
    published = cards[cards["LANumber"] > 0].drop_duplicates("LANumber").set_index("LANumber")

    told = code_table("authority_regions").set_index("la_code")["region"]

    assert told.to_dict() == published["Region"].to_dict()
    assert len(told) == 153
