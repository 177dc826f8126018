"""Rides and their price: by hand, calibrated to the penny, and straight within every band."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.codes import code_list, code_table
from placement_planner.costs.journeys import KM_A_MILE, journey_report
from placement_planner.costs.modes import priced_modes, ways_of_travelling, within_walking
from placement_planner.costs.transport import cost_curve, transport_table
from placement_planner.costs.transport_calibration import transported_share
from placement_planner.errors import DataError
from placement_planner.sample.land import AUTHORITIES as LAND
from placement_planner.sample.seeds import published_table
from placement_planner.sample.transport import build_transport_totals
from placement_planner.scenario import TransportChoices, TravelChoices
from placement_planner.tables import checked
from placement_planner.tables.study import TransportMix, TransportTotals, UnitCosts
from placement_planner.tables.transport import ride_and_price

TRAVEL = TravelChoices()
AUTHORITIES = pd.DataFrame({"authority_code": ["B", "A"]})
MODES = list(code_list("transport_modes"))
TERMS = ["ride_minutes", "ride_factor", "gbp", "gbp_per_km", "gbp_per_minute", "transported"]
NONE = TransportChoices(calibrate_to="none")


def costs(*lines):
    """Cost lines: item, applies_to, value."""
    frame = pd.DataFrame(lines, columns=["item", "applies_to", "value"])
    more = {"unit": "GBP", "payer": "general_fund", "source": "made up", "price_date": "2026"}
    ids = [f"c{number}" for number in range(len(frame))]
    return checked(UnitCosts, frame.assign(cost_id=ids, basis="assumption", **more))


PRICES = costs(
    ("vehicle_per_km", "taxi", 2.0),
    ("vehicle_per_km", "taxi_with_assistant", 2.0),
    ("vehicle_per_trip", "taxi_with_assistant", 6.0),
    ("vehicle_per_km", "minibus", 3.0),
    ("assistant_per_hour", "*", 12.0),
)


def mix_of(shares, applies_to="*"):
    """Mix by (from_km, mode)."""
    rows = [(applies_to, km, mode, share) for (km, mode), share in shares.items()]
    frame = pd.DataFrame(rows, columns=["applies_to", "from_km", "mode", "share"])
    return checked(TransportMix, frame.assign(source="made up", basis="invented"))


def everybody(**more):
    """Everybody is eligible and takes it up; nobody is given an assistant for being young."""
    frame = code_table("transport_eligibility")[["provision_kind", "phase"]]
    return frame.assign(**({"within": 1, "beyond": 1, "take_up": 1, "accompanied": 0} | more))


def made(mix=None, eligibility=None, choices=NONE, prices=PRICES, **more):
    return transport_table(prices, mix, eligibility, AUTHORITIES, TRAVEL, choices, **more)


def row_of(table, km, group="asd_special", phase="secondary", code="A"):
    rows = table[
        (table["authority_code"] == code)
        & (table["need_group"] == group)
        & (table["phase"] == phase)
        & (table["from_km"] <= km)
    ]
    return rows.sort_values("from_km").iloc[-1]


def journeys(*rows):
    columns = ["authority_code", "need_group", "phase", "children", "minutes", "distance_km"]
    return pd.DataFrame(rows, columns=columns)


def priced(table, told):
    return ride_and_price(
        table, told, told["minutes"].to_numpy(float), told["distance_km"].to_numpy(float)
    )


def test_a_taxi_with_an_assistant_by_hand():
    """10 km and 15 minutes; detour 1.1, a quarter pick-up of 3 minutes, 3 minutes to board.

    Ride 3 + 0.75 + 16.5 = 20.25 minutes. Half as far empty again: vehicle 6 + 2 × 11 × 1.5 = 39,
    assistant 12 × 20.25 / 60 × 1.5 = 6.075; 45.075 a trip between 1.5 children is 30.05, and
    £11,419 for 380 trips.
    """
    out = made(mix_of({(0, "taxi_with_assistant"): 1.0}), everybody())

    ride, gbp = priced(out.table, journeys(("A", "asd_special", "secondary", 1, 15, 10)))

    assert ride == pytest.approx([20.25])
    assert gbp == pytest.approx([380 * 30.05])
    assert (out.table["transported"] == 1).all()


def test_half_in_taxis_and_half_in_minibuses_cost_and_ride_the_mean():
    """10 km, 15 minutes. Taxi: 2 × 11 × 1.5 / 1.5 = £22, ride 20.25.

    Minibus: 3 + 2.5 × 3 + 1.45 × 15 = 32.25 minutes; 3 × 14.5 × 1.5 = 65.25 and an assistant for
    12 × 32.25 / 60 × 1.5 = 9.675, among six children £12.4875.
    """
    out = made(mix_of({(0, "taxi"): 0.5, (0, "minibus"): 0.5}), everybody())

    ride, gbp = priced(out.table, journeys(("A", "asd_special", "secondary", 1, 15, 10)))

    assert ride == pytest.approx([(20.25 + 32.25) / 2])
    assert gbp == pytest.approx([380 * (22 + 12.4875) / 2])


def test_who_rides_by_the_walking_distance_by_hand():
    """Primary in bases, 35 % eligible within the walking distance, 80 % take it up.

    At 4 km half are beyond theirs: (0.5 × 0.35 + 0.5 × 1) × 0.8 = 0.54 ride. Of the others
    0.5 × 0.2 = 0.1 live beyond and are driven, 0.5 × (1 − 0.28) = 0.36 walk.
    """
    ways = ways_of_travelling()
    at = (
        (ways.cells["need_group"] == "ci_base")
        & (ways.cells["phase"] == "primary")
        & (ways.cells["from_km"] == 3.22)
    ).to_numpy()

    unpaid = dict(zip(MODES, ways.unpaid[at][0], strict=True))

    assert ways.arranged[at].sum() == pytest.approx(0.54)
    assert unpaid["walk"] == pytest.approx(0.36)
    assert unpaid["parent"] == pytest.approx(0.1)


def test_young_children_in_taxis_have_an_assistant_more_often():
    """Of 60 % alone in taxis 40 % are given one: 36 % and 40 + 24 = 64 %."""
    mix = mix_of({(0, "taxi"): 0.6, (0, "taxi_with_assistant"): 0.4})
    ways = ways_of_travelling(mix, everybody(accompanied=0.4))

    shares = dict(zip(MODES, ways.arranged[0], strict=True))

    assert shares["taxi"] == pytest.approx(0.36)
    assert shares["taxi_with_assistant"] == pytest.approx(0.64)


def test_those_without_arranged_transport_cost_nothing_and_ride_with_parents():
    """Nobody takes it up: beyond 3 miles parents drive 12 minutes, 3 more to get in and out."""
    out = made(None, everybody(take_up=0))

    ride, gbp = priced(out.table, journeys(("A", "ci_base", "secondary", 1, 12, 8)))

    assert (ride[0], gbp[0]) == (15.0, 0.0)
    assert (out.table["transported"] == 0).all()


def test_walkers_are_left_out_of_the_time_in_the_vehicle():
    """At 2 km half take a minibus and the others walk: the mean ride is the minibus's."""
    half = everybody(within=0.5)
    out = made(mix_of({(0, "minibus"): 1.0}), half)

    row = row_of(out.table, 2)

    assert row["ride_minutes"] == pytest.approx(3 + 2.5 * 3)
    assert row["ride_factor"] == pytest.approx(1.45)
    assert row["transported"] == pytest.approx(0.5)


def test_where_everybody_walks_a_ride_is_the_parents():
    out = made(None, everybody(within=0))

    row = row_of(out.table, 1)

    assert row[TERMS].tolist() == [3, 1, 0, 0, 0, 0]


def test_a_study_that_sends_some_on_foot_does_not_pay_for_them():
    out = made(mix_of({(0, "walk"): 0.25, (0, "taxi"): 0.75}), everybody())

    row = row_of(out.table, 20)

    assert row["transported"] == pytest.approx(0.75)
    assert row["gbp_per_km"] == pytest.approx(0.75 * 380 * 2 * 1.1 * 1.5 / 1.5)


def test_the_nearest_rows_of_a_mix_count_and_a_study_before_the_default():
    own = pd.concat(
        [mix_of({(0, "taxi"): 1.0}), mix_of({(0, "bus"): 1.0, (8, "minibus"): 1.0}, "ci_base")]
    )
    only_base = mix_of({(0, "bus"): 1.0}, "base")

    table = made(own, everybody()).table
    other = made(only_base, everybody()).table

    assert row_of(table, 2, "ci_base")["ride_factor"] == pytest.approx(1.2)  # bus
    assert row_of(table, 9, "ci_base")["ride_factor"] == pytest.approx(1.45)  # minibus
    assert row_of(table, 9, "semh_special")["ride_factor"] == pytest.approx(1.1)  # taxi
    assert row_of(other, 30, "cognition_base")["ride_factor"] == pytest.approx(1.2)
    default = made(None, everybody()).table
    assert row_of(other, 9, "pmld_special")[TERMS].tolist() == pytest.approx(
        row_of(default, 9, "pmld_special")[TERMS].tolist()
    )


def test_of_a_mode_its_own_price_counts_before_the_common_one():
    prices = costs(("vehicle_per_trip", "*", 3.0), ("vehicle_per_trip", "taxi", 6.0))

    modes = priced_modes(prices, boarding_minutes=3, trips_per_year=100)

    assert modes.loc["taxi", "gbp"] == pytest.approx(100 * 6 / 1.5)
    assert modes.loc["bus", "gbp"] == pytest.approx(300)
    assert modes.loc["walk", "gbp"] == 0  # nobody pays for walking


def england(code="A", km=9.7):
    children = code_table("transport_children").assign(authority_code=code)
    return children.assign(distance_km=km, minutes=km / 40 * 60)


def test_the_nation_costs_8116_at_its_distance_to_the_penny():
    """£ of all over those with arranged transport, worked out from the table's own rows."""
    out = made(choices=TransportChoices(), prices=checked_library())

    told = england("B")
    gbp = priced(out.table, told)[1] @ told["children"]
    share = transported_share(out.table, told, told["distance_km"].to_numpy())

    assert gbp / (share @ told["children"]) == pytest.approx(8116, abs=0.005)
    assert out.factors["calibrated_to"].tolist() == ["national"] * 2
    assert out.notes == ()


def checked_library():
    lines = code_table("unit_costs")
    vehicles = lines["item"].isin(["vehicle_per_km", "vehicle_per_trip", "assistant_per_hour"])
    return costs(*lines.loc[vehicles, ["item", "applies_to", "value"]].itertuples(index=False))


def test_the_default_lines_come_near_the_nation_before_calibration():
    """Prices that stand as they are miss by less than a third: the shape is not forced."""
    factors = made(choices=TransportChoices(), prices=checked_library()).factors

    assert factors["factor"].between(1, 1.33).all()


def test_taxis_are_as_common_as_minibuses_in_the_default():
    ways = ways_of_travelling()
    at = (ways.cells["from_km"] == 4.83).to_numpy()
    children = code_table("transport_children").set_index(["need_group", "phase"])["children"]
    cells = pd.MultiIndex.from_frame(ways.cells[at][["need_group", "phase"]])

    riders = children.reindex(cells).to_numpy() @ ways.arranged[at]
    shares = dict(zip(MODES, riders / riders.sum(), strict=True))

    taxis = shares["taxi"] + shares["taxi_with_assistant"]
    assert taxis / shares["minibus"] == pytest.approx(1, abs=0.1)


def totals_of(*rows):
    frame = pd.DataFrame(rows, columns=["authority_code", "financial_year", "children", "gbp"])
    return checked(TransportTotals, frame.assign(source="made up", basis="observed"))


OWN = TransportChoices(calibrate_to="authority_totals")
NOW = journeys(
    ("A", "asd_special", "primary", 30, 20, 12),
    ("A", "ci_base", "secondary", 12, 9, 4),
    ("A", "pmld_special", "post_16", 5, 50, 31),
)


def test_an_authoritys_total_is_met_at_its_own_journeys():
    """£300,000 for 40 children: as many of ours cost £7,500 each; the older year is passed over."""
    totals = totals_of(("A", 2024, 40, 300_000), ("A", 2022, 10, 10_000))
    out = made(None, None, OWN, checked_library(), totals=totals, journeys_now=NOW)

    gbp = priced(out.table, NOW)[1] @ NOW["children"]
    share = transported_share(out.table, NOW, NOW["distance_km"].to_numpy(float))
    own = out.factors.set_index("authority_code")

    assert gbp / (share @ NOW["children"]) == pytest.approx(7500)
    assert own.loc["A", ["calibrated_to", "basis"]].tolist() == ["authority_totals", "observed"]
    assert own.loc["B", "calibrated_to"] == "national"
    assert [note for note in out.notes if "Transport of B is calibrated to England" in note]


@pytest.mark.parametrize(
    ("totals", "now"),
    [
        (None, NOW),
        (totals_of(("A", 2024, 40, 3e5)), None),
        (totals_of(("A", 2024, 40, 3e5)), NOW[:0]),
    ],
    ids=["no totals", "no journeys", "no journeys of it"],
)
def test_without_total_or_journeys_the_nation_stands_and_is_told(totals, now):
    out = made(None, None, OWN, checked_library(), totals=totals, journeys_now=now)

    assert out.factors["calibrated_to"].tolist() == ["national"] * 2
    assert len(out.notes) == 2


def test_a_factor_far_from_one_is_told():
    totals = totals_of(("A", 2024, 10, 900_000))
    out = made(None, None, OWN, checked_library(), totals=totals, journeys_now=NOW)

    assert any("Transport of A costs" in note and "£90,000" in note for note in out.notes)


def test_uncalibrated_lines_stand_as_they_are():
    out = made(prices=checked_library())

    assert out.factors["factor"].tolist() == [1, 1]
    assert out.factors["gbp_aim"].tolist() == out.factors["gbp_before"].tolist()


def test_nothing_to_calibrate_is_an_error():
    nothing = costs(("place_funding", "*", 1.0))

    with pytest.raises(DataError, match=r"nothing to calibrate.*calibrate_to none"):
        made(choices=TransportChoices(), prices=nothing)


SHARES = st.lists(st.floats(0, 1), min_size=len(MODES), max_size=len(MODES)).filter(
    lambda values: sum(values) > 0.01
)
SHARE = st.floats(0, 1)


@settings(max_examples=12, deadline=None)
@given(near=SHARES, far=SHARES, within=SHARE, beyond=SHARE, take_up=SHARE, accompanied=SHARE)
def test_everybody_travels_somehow_and_never_faster_than_the_drive(
    near, far, within, beyond, take_up, accompanied
):
    """Shares are one together; a ride is no shorter than the drive; £ never fall with distance."""
    mix = mix_of(
        {(0, mode): share / sum(near) for mode, share in zip(MODES, near, strict=True)}
        | {(7, mode): share / sum(far) for mode, share in zip(MODES, far, strict=True)}
    )
    who = everybody(within=within, beyond=beyond, take_up=take_up, accompanied=accompanied)

    ways = ways_of_travelling(mix, who)
    table = made(mix, who).table

    assert np.allclose((ways.arranged + ways.unpaid).sum(axis=1), 1)
    assert (ways.arranged >= 0).all()
    assert (ways.unpaid >= -1e-12).all()
    assert (table["ride_minutes"] >= TRAVEL.terminal_minutes - 1e-9).all()
    assert (table[["gbp", "gbp_per_km", "gbp_per_minute"]] >= 0).all(axis=None)


@settings(max_examples=8, deadline=None)
@given(shares=SHARES, cut=st.floats(0.5, 60))
def test_a_jump_between_bands_comes_from_the_mix_alone(shares, cut):
    """The same mix on both sides of a cut, and of the walking distance: the same line."""
    one = {mode: share / sum(shares) for mode, share in zip(MODES, shares, strict=True)}
    mix = mix_of({(km, mode): share for km in (0, cut) for mode, share in one.items()})

    table = made(mix, everybody()).table

    spread = table.groupby(["need_group", "phase"])[TERMS].agg(np.ptp)
    assert (spread <= 1e-9).all(axis=None)


def test_farther_is_dearer_with_the_default_also_across_bands():
    table = made(choices=TransportChoices(), prices=checked_library()).table
    curve = cost_curve(table, TRAVEL, TransportChoices(), distances_km=np.arange(0.5, 80, 0.25))

    steps = curve.groupby(["authority_code", "need_group", "phase"])["gbp"].diff().dropna()

    assert (steps > 0).all()


def test_the_curve_by_hand():
    """10 km at 40 km/h are 15 minutes. Half ride: £5,709.50 a child, £11,419 a rider.

    Over 3,800 km a year that is £3.005 a km.
    """
    mix = mix_of({(0, "taxi_with_assistant"): 1.0})
    table = made(mix, everybody(take_up=0.5)).table

    curve = cost_curve(table, TRAVEL, NONE, distances_km=[0, 10])

    here = curve[curve["distance_km"] == 10].iloc[0]
    assert here["minutes"] == 15
    assert here["gbp"] == pytest.approx(5709.5)
    assert here["gbp_transported"] == pytest.approx(11_419)
    assert here["gbp_per_child_km"] == pytest.approx(3.005)
    assert curve.loc[curve["distance_km"] == 0, "gbp_per_child_km"].isna().all()


def test_england_s_children_are_derived_from_plans_by_need_setting_and_age():
    """Plans by need and setting of January 2025, parted by the ages of each setting."""
    by_age = published_table("plans_by_age_and_setting").query("january == 2025")
    phases = code_table("phases").query("places_phase != ''")
    by_age["share"] = by_age["children"] / by_age.groupby("setting")["children"].transform("sum")
    ages = by_age.merge(phases[["age", "places_phase"]], on="age")
    parts = ages.groupby(["setting", "places_phase"], as_index=False)["share"].sum()
    rules = code_table("need_group_rules").rename(columns={"phase": "places_phase"})
    told = published_table("plans_by_need_and_setting").merge(parts, on="setting")
    told = told.merge(rules, on=["need_type", "places_phase", "setting"])
    told["children"] *= told["share"]
    expected = told.groupby(["need_group", "places_phase"])["children"].sum().round()

    held = code_table("transport_children").set_index(["need_group", "phase"])["children"]

    assert held.sort_index().tolist() == expected.sort_index().tolist()


def test_walking_distances_are_those_of_the_law():
    """2 miles are 3.22 km and 3 are 4.83; 3.5 of the 7 primary year groups are under 8."""
    distances = code_table("walking_distances").query("from_km > 0")["from_km"]

    assert set(distances) == {round(2 * KM_A_MILE, 2), round(3 * KM_A_MILE, 2)}
    share = within_walking(["primary"] * 3 + ["secondary"] * 2, [3.22, 4.82, 4.83, 4.82, 4.83])
    assert share.tolist() == [0.5, 0.5, 0, 1, 0]


def test_default_mixes_add_up_and_begin_at_nought():
    mix = code_table("transport_mix")

    assert np.allclose(mix.groupby(["applies_to", "from_km"])["share"].sum(), 1)
    assert (mix.groupby("applies_to")["from_km"].min() == 0).all()
    checked(TransportMix, mix)


def test_journeys_are_measured_by_hand():
    """Everybody by taxi: 3.75 minutes and 1.1 a minute of drive; £22 at 10 km, so £2.20 a km.

    A: 9 at 10 km (rides 20.25), 1 at 40 km (69.75, beyond 45 but not 75 minutes). B: 10 primary
    at 30 km, 45 minutes: 53.25, beyond 45. Mean (182.25 + 69.75 + 532.5) / 20 = 39.225. Nine in
    ten of 20 are 18: ordered rides reach 9, 19, 20. £ a year 2.2 × 380 × (90 + 40 + 300).
    """
    table = made(mix_of({(0, "taxi"): 1.0}), everybody()).table
    told = journeys(
        ("A", "asd_special", "secondary", 9, 15, 10),
        ("A", "asd_special", "secondary", 1, 60, 40),
        ("B", "ci_base", "primary", 10, 45, 30),
        ("B", "semh_base", "primary", 0, 45, 30),
    )

    report = journey_report(told, table, TRAVEL, NONE)

    assert report[["authority_code", "need_group"]].to_numpy().tolist() == [
        ["all", "all"],
        ["A", "all"],
        ["B", "all"],
        ["all", "asd_special"],
        ["all", "ci_base"],
    ]
    whole, a = report.iloc[0], report.iloc[1]
    assert whole["children"] == 20
    assert whole["mean_ride_minutes"] == pytest.approx(39.225)
    assert whole["p90_ride_minutes"] == pytest.approx(53.25)
    assert a["p90_ride_minutes"] == pytest.approx(20.25)  # nine of its ten
    assert whole["longest_ride_minutes"] == pytest.approx(69.75)
    assert whole["beyond_guide"] == pytest.approx(0.5)
    assert whole["mean_km"] == pytest.approx(21.5)
    assert whole["gbp"] == pytest.approx(2.2 * 380 * 430)
    assert whole["child_km"] == pytest.approx(380 * 430)
    assert whole["child_miles"] == pytest.approx(380 * 430 / 1.609344)


def test_shares_within_the_walking_distance_by_hand():
    """Primary at 2 km (all), 4 km (half), 6 km (none), secondary at 4 km (all): 2.5 of 4."""
    table = made(prices=checked_library()).table
    told = journeys(
        *(("A", "ci_base", "primary", 1, 10, km) for km in (2, 4, 6)),
        ("A", "ci_base", "secondary", 1, 10, 4),
    )

    report = journey_report(told, table, TRAVEL, NONE)

    assert report["within_walking"].tolist() == pytest.approx([0.625] * 3)


def test_no_journeys_give_an_empty_report():
    report = journey_report(NOW[:0], made().table, TRAVEL, NONE)

    assert report.empty
    assert "p90_ride_minutes" in report.columns


def test_a_ride_of_just_the_guide_time_is_not_beyond_it():
    """A parent drives 42 minutes, 3 more to get in and out: 45; a minute more is beyond."""
    table = made(None, everybody(take_up=0)).table
    told = journeys(*(("A", "ci_base", "primary", 1, drive, 30) for drive in (42, 43)))

    assert journey_report(told, table, TRAVEL, NONE)["beyond_guide"].tolist() == [0.5] * 3


def test_totals_of_the_sample_are_of_its_authorities():
    totals = checked(TransportTotals, build_transport_totals())

    assert totals["authority_code"].tolist() == LAND["authority_code"].tolist()
    assert (totals["gbp"] / totals["children"]).between(6_000, 12_000).all()
