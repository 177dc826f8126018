"""Hosts scored by hand, one filter and one factor after the other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.errors import DataError
from placement_planner.options import host_scores, spread_children
from placement_planner.options.factors import weighted_mean
from placement_planner.scenario import HostChoices
from placement_planner.tables.hosts import FACTORS, FILTERS
from tests.options import region
from tests.options.region import HOSTS, POOLS, SITES, autism, changed, host, pool, scores_of, site

COLUMNS = [f"factor_{name}" for name in FACTORS]
TOO_FULL = (
    "0 places in bases and a roll of 79 leave room for 7 more under the cap of 10% of the roll"
)


def test_every_factor_is_as_by_hand():
    """P and Q, a primary autism base each.

    Need: 12 and 6 children within 8 km: 1, 0.5. Spare: 30 and 10 places, the largest base is a
    tenth of 200: 1, 0.5. Ahead: rolls of 220, so 10 and −10 spare: 0.5, 0. Base: X is 4 km and
    10.8 km off, of 8: 0.5, 1. Continuity: Y is 6 and 11.7 km off, of 8: 1, 0. Suspensions 2 and 6
    about a mean of 4: 0.75, 0.25; plans 2 % and 6 % about 4 %: 0.5, 0.5; together 0.625, 0.375.
    Condition: (2/3 + 1)/2 and 1/3. Deprivation: first and last tenth: 1, 0.
    """
    scores = autism(scores_of())

    assert scores.loc["P", COLUMNS].tolist() == pytest.approx(
        [1, 1, 0.5, 0.5, 1, 0.625, 5 / 6, 1], abs=1e-4
    )
    assert scores.loc["Q", COLUMNS].tolist() == pytest.approx(
        [0.5, 0.5, 0, 1, 0, 0.375, 1 / 3, 0], abs=1e-4
    )


def test_the_figures_behind_the_factors_are_shown():
    scores = autism(scores_of())

    told = scores.loc["Q", ["spare_places", "spare_ahead", "cap_places", "children_near"]]
    assert told.tolist() == pytest.approx([10, -10, 20, 6])
    assert scores.loc["P", ["nearest_base_km", "other_phase_km"]].tolist() == [4, 6]
    assert scores.loc["Q", "nearest_base_km"] == pytest.approx(np.hypot(10, 4))
    assert scores["year_ahead"].unique().tolist() == [2030]


def test_the_score_is_the_weighted_mean():
    """Weights 3, 2, 1, 2, 1, 1, 1, 1: P (3 + 2 + .5 + 1 + 1 + .625 + .8333 + 1)/12."""
    scores = autism(scores_of())

    assert scores.loc["P", "score"] == pytest.approx(9.95833 / 12, abs=1e-4)
    assert scores.loc["Q", "score"] == pytest.approx(5.20833 / 12, abs=1e-4)
    assert scores.loc[["P", "Q"], "rank"].tolist() == [1, 2]


def test_what_is_not_known_is_left_out_and_counted():
    """Without local knowledge six factors of P are known, of weight 10."""
    scores = autism(scores_of(hosts=None))

    assert scores.loc["P", ["factor_inclusion", "factor_condition"]].isna().all()
    assert scores.loc["P", "known_factors"] == 6
    assert scores.loc["P", "score"] == pytest.approx((3 + 2 + 0.5 + 1 + 1 + 1) / 10)


def test_a_school_alone_with_a_number_has_no_peers_to_be_compared_with():
    scores = autism(scores_of(hosts=(host("P", suspensions_per_100=9.0),)))

    assert np.isnan(scores.loc["P", "factor_inclusion"])


def test_peers_without_any_suspension_have_a_full_record():
    hosts = (host("P", suspensions_per_100=0.0), host("Q", suspensions_per_100=0.0))

    scores = autism(scores_of(hosts=hosts))

    assert scores.loc[["P", "Q"], "factor_inclusion"].tolist() == [1, 1]


def test_no_base_at_all_counts_as_the_full_distance_and_no_continuity():
    scores = autism(scores_of(pools=()))

    assert scores.loc["P", ["factor_base_distance", "factor_continuity"]].tolist() == [1, 0]
    assert np.isnan(scores.loc["P", "nearest_base_km"])


def test_a_base_that_closes_before_the_year_ahead_does_not_count():
    closing = changed(POOLS, "provision_id", "X1", closes=2029.0)

    assert np.isnan(autism(scores_of(pools=closing)).loc["P", "nearest_base_km"])
    assert autism(scores_of(pools=changed(POOLS, "provision_id", "X1", closes=2031.0))).loc[
        "P", "nearest_base_km"
    ] == pytest.approx(4)


def test_a_school_without_coordinates_keeps_the_factors_that_are_known():
    lost = changed(SITES, "site_id", "P", easting=np.nan, northing=np.nan)

    row = autism(scores_of(sites=lost)).loc["P"]

    blank = ["factor_need", "factor_base_distance", "factor_continuity", "factor_deprivation"]
    assert row[blank].isna().all()
    assert row["known_factors"] == 4


def test_the_area_a_school_lies_in_goes_before_the_nearest_centroid():
    sites = region.sites_of().assign(area_code="b")

    scores = host_scores(
        sites, region.provision_of(), None, region.PROJECTION, region.AREAS, region.NEED,
        HostChoices(), region.BASE_YEAR,
    )  # fmt: skip

    assert scores["factor_deprivation"].unique().tolist() == [0]


@pytest.mark.parametrize(
    ("name", "site_changes", "host_changes", "because"),
    [
        ("is_state_mainstream", {"establishment_type": "Other independent school"}, {},
         "Other independent school is no state-funded mainstream school"),
        ("phase_fits", {"phase": "nursery"}, {}, "teaches no primary phase (nursery)"),
        ("phase_fits", {"high_age": 4.0, "low_age": 2.0}, {}, "teaches no primary phase (primary)"),
        ("is_not_excluded", {}, {"excluded_because": "closes in 2028"}, "closes in 2028"),
        ("is_not_unwilling", {}, {"interest": "no"}, "school or trust would not host"),
        ("is_under_cap", {"roll": 79.0}, {},
         TOO_FULL),
    ],
)  # fmt: skip
def test_each_hard_filter_shuts_out_and_says_why(name, site_changes, host_changes, because):
    scores = autism(
        scores_of(
            sites=changed(SITES, "site_id", "P", **site_changes),
            hosts=changed(HOSTS, "site_id", "P", **host_changes),
        )
    )

    assert [flag for flag in FILTERS if not scores.loc["P", flag]] == [name]
    assert scores.loc["P", "shut_out_because"] == because
    assert scores.loc["P", ["rank", "may"]].isna().all()
    assert scores.loc["Q", "rank"] == 1
    assert scores.loc["P", "score"] > 0


def test_a_base_for_the_same_need_shuts_out_for_that_need_alone():
    """X of unknown roll has an autism base; a language base beside it is not ruled out."""
    scores = scores_of()

    row = scores.loc[("X", "primary", "ci_base")]
    assert row["shut_out_because"] == "has a base for this need already"
    assert pd.isna(scores.loc[("X", "primary", "language_base"), "shut_out_because"])
    assert "cap on base places is not checked" in row["warnings"]


def test_several_reasons_are_all_told():
    scores = autism(scores_of(hosts=(host("P", interest="no", excluded_because="closing"),)))

    assert scores.loc["P", "shut_out_because"] == "closing; school or trust would not host"


@pytest.mark.parametrize(("roll", "fits"), [(80.0, True), (79.0, False)])
def test_the_cap_is_a_tenth_of_the_roll(roll, fits):
    """The smallest base of eight is exactly a tenth of 80."""
    sites = changed(SITES, "site_id", "P", roll=roll)

    assert autism(scores_of(sites=sites)).loc["P", "is_under_cap"] == fits


def test_places_in_bases_count_against_the_cap():
    """A tenth of 200 is 20, less twelve: eight are left, and none with thirteen."""
    for held, fits in ((12.0, True), (13.0, False)):
        more = (*POOLS, pool("P1", "P", designation="semh_base", planning_places=held))

        assert autism(scores_of(pools=more)).loc["P", "is_under_cap"] == fits


@pytest.mark.parametrize(
    ("capacity", "may"),
    [(208.0, "adapt_rooms;new_base"), (207.0, "new_base"), (np.nan, "new_base")],
)
def test_without_spare_places_now_or_ahead_only_a_new_base_is_left(capacity, may):
    """A roll of 200 that grows: eight spare places now are enough, seven are not."""
    sites = changed(SITES, "site_id", "P", capacity=capacity)

    assert autism(scores_of(sites=sites)).loc["P", "may"] == may


def test_places_that_fall_free_ahead_are_rooms_too():
    """Secondary rolls stay at 100 a year; a fall of a tenth in primary frees 20 of 200."""
    falling = region.PROJECTION.assign(
        children=lambda table: table["children"].where(table["academic_year"] < 2030, 90.0)
    )
    sites = region.sites_of(changed(SITES, "site_id", "P", capacity=200.0))

    scores = host_scores(
        sites, region.provision_of(), None, falling, region.AREAS, region.NEED, HostChoices(),
        region.BASE_YEAR,
    )  # fmt: skip

    row = autism(scores.set_index(["site_id", "phase", "need_group"])).loc["P"]
    assert (row["spare_places"], row["spare_ahead"]) == (0, pytest.approx(20))
    assert row["may"] == "adapt_rooms;new_base"
    assert row["factor_spare_ahead"] == pytest.approx(1)


def test_a_school_that_would_host_goes_before_better_scores():
    hosts = changed(HOSTS, "site_id", "Q", interest="yes")

    scores = autism(scores_of(hosts=hosts))

    assert scores.loc["Q", "score"] < scores.loc["P", "score"]
    assert scores.loc[["Q", "P"], "rank"].tolist() == [1, 2]


def test_interest_stands_for_rooms_but_for_no_other_filter():
    sites = changed(SITES, "site_id", "P", capacity=200.0)
    willing = changed(HOSTS, "site_id", "P", interest="yes")
    closing = changed(HOSTS, "site_id", "P", interest="yes", excluded_because="closing")

    row = autism(scores_of(sites=sites, hosts=willing)).loc["P"]
    shut = autism(scores_of(sites=sites, hosts=closing)).loc["P"]

    assert row["may"] == "adapt_rooms;new_base"
    assert row["warnings"] == "would host, though no spare places are known"
    assert shut["shut_out_because"] == "closing"


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"gender": "Girls"}, "a base in a single-sex school serves half the children"),
        ({"religious_character": "Roman Catholic"}, "faith school (Roman Catholic)"),
        ({"admissions_policy": "Selective"}, "selective"),
        ({"establishment_type": None}, "type of establishment not known"),
    ],
)
def test_warnings_shut_nobody_out(changes, warning):
    row = autism(scores_of(sites=changed(SITES, "site_id", "P", **changes))).loc["P"]

    assert warning in row["warnings"]
    assert pd.isna(row["shut_out_because"])
    assert row["rank"] == 1


def test_schools_without_any_warning_have_none():
    assert pd.isna(autism(scores_of()).loc["P", "warnings"])


def test_an_all_through_school_could_host_in_both_phases():
    """Its roll follows all its ages: seven of twelve years of age grow by a tenth."""
    sites = changed(SITES, "site_id", "P", phase="all_through", high_age=16.0)

    rows = scores_of(sites=sites).xs(("P", "ci_base"), level=["site_id", "need_group"])

    assert rows.index.tolist() == ["primary", "secondary"]
    assert rows["spare_ahead"].tolist() == pytest.approx([230 - 200 * (1 + 0.7 / 12)] * 2)


def test_every_school_phase_and_base_need_has_one_row():
    scores = scores_of()

    assert len(scores) == 4 * 5
    assert not scores.index.duplicated().any()
    assert scores["basis"].unique().tolist() == ["estimated"]


def test_the_order_of_rows_does_not_matter():
    pd.testing.assert_frame_equal(
        scores_of(sites=SITES[::-1], pools=POOLS[::-1], hosts=HOSTS[::-1]), scores_of()
    )


def test_a_projection_without_the_base_year_is_refused():
    with pytest.raises(DataError, match=r"population_projection has no 2025.*2030 to 2030"):
        host_scores(
            region.sites_of(), region.provision_of(), None,
            region.PROJECTION.query("academic_year > 2025"), region.AREAS, region.NEED,
            HostChoices(), region.BASE_YEAR,
        )  # fmt: skip


SHARE = st.floats(0, 1, allow_nan=False)
WEIGHT = st.floats(0, 10, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.tuples(SHARE, SHARE), min_size=8, max_size=8),
    weights=st.lists(WEIGHT, min_size=8, max_size=8),
    raised=st.integers(0, 7),
    more=WEIGHT,
    unknown=st.sets(st.integers(0, 7), max_size=6),
)
def test_raising_a_weight_never_helps_the_school_that_is_worse_at_it(
    values, weights, raised, more, unknown
):
    """Of two schools of which the same is known."""
    factors = pd.DataFrame(values, columns=["A", "B"]).T.set_axis(FACTORS, axis=1)
    factors.loc[:, [FACTORS[place] for place in unknown]] = np.nan
    before = pd.Series(weights, index=FACTORS)
    after = before.copy()
    after[FACTORS[raised]] += more

    first, later = (weighted_mean(factors, weight) for weight in (before, after))

    better = factors.loc["A", FACTORS[raised]] > factors.loc["B", FACTORS[raised]]
    if better and first["A"] > first["B"]:
        assert later["A"] >= later["B"] - 1e-12


@settings(max_examples=15, deadline=None)
@given(raised=st.sampled_from(["need", "spare", "spare_ahead", "continuity", "deprivation"]))
def test_raising_a_weight_that_favours_the_first_keeps_it_first(raised):
    """P beats Q at all of these, and is ahead."""
    ranks = autism(scores_of(**{f"weight_{raised}": 10.0}))["rank"]

    assert ranks["P"] < ranks["Q"]


def test_a_weight_can_turn_the_order():
    """Q alone is far from any base; with all weight on that it goes before P."""
    nought = {f"weight_{name}": 0.0 for name in FACTORS if name != "base_distance"}

    ranks = autism(scores_of(**nought))["rank"]

    assert ranks["Q"] < ranks["P"]


def test_children_are_spread_as_people_of_their_age_live():
    """Ten primary children; of the people of primary age three in four live in a."""
    people = pd.DataFrame(
        [("a", 5, 30.0), ("b", 5, 10.0), ("b", 13, 90.0)], columns=["area_code", "age", "children"]
    )
    children = pd.DataFrame(
        [("A", "ci_base", "primary", 10.0)],
        columns=["authority_code", "need_group", "phase", "children"],
    )

    spread = spread_children(children, people, region.AREAS)

    assert spread.set_index("area_code")["children"].to_dict() == {"a": 7.5, "b": 2.5}


def test_no_site_makes_an_empty_table():
    land = (site("L", 0, 0, site_kind="land", phase="not_applicable"),)

    assert scores_of(sites=land, pools=(), hosts=None).empty
