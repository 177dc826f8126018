"""What triggers which statutory process: every threshold from both sides."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.options import statutory_processes, with_lead_times
from placement_planner.options.processes import rules_on
from placement_planner.tables import checked
from placement_planner.tables.study import Options
from tests.options.region import pool, provision_of, site, sites_of
from tests.small_study import option

ACADEMY, MAINTAINED = "Academy converter", "Community school"
SPECIAL_ACADEMY, SPECIAL = "Academy special converter", "Community special school"
MAINSTREAM = {"site_kind": "mainstream"}
SPECIALIST = {"site_kind": "state_special", "phase": "not_applicable"}


def processes_of(options, sites, pools=(), **more):
    table = checked(Options, pd.DataFrame(list(options)))
    return statutory_processes(table, sites_of(sites), provision_of(pools), **more)


def triggered(sizes, action, school, pools=(), designation="ci_base", **more):
    """Rules met at each size, of one option at one school."""
    offer = option("O", "S", action, designation, sizes=";".join(map(str, sizes)))
    table = processes_of([offer], [site("S", 0, 0, **school)], pools, **more)
    return {size: rows["rule_id"].tolist() for size, rows in table.groupby("size")}


def special_pool(places, **more):
    return pool("S1", "S", provision_type="special_school", designation="asd_special",
                planning_places=float(places), **more)  # fmt: skip


@pytest.mark.parametrize(
    ("places", "sizes", "first"),
    [(200, (19, 20, 21), 21), (100, (19, 20, 21), 21), (60, (11, 12, 13), 13)],
    ids=["20 % is 40: more than 20", "20 % is 20: more than 20", "20 % is 12: more than 12"],
)
def test_a_special_academy_applies_above_20_places_or_a_fifth(places, sizes, first):
    """More than 20 places or 20 %, whichever is smaller."""
    school = {**SPECIALIST, "establishment_type": SPECIAL_ACADEMY}

    met = triggered(sizes, "expand_special", school, [special_pool(places)], "asd_special")

    assert met == {
        size: ["academy_special_places"] if size >= first else ["none"] for size in sizes
    }


@pytest.mark.parametrize(
    ("places", "sizes", "first"),
    [(300, (19, 20, 21), 20), (200, (19, 20), 20), (120, (11, 12, 13), 12)],
    ids=["10 % is 30: 20", "10 % is 20: 20", "10 % is 12: 12"],
)
def test_a_maintained_special_school_publishes_from_20_pupils_or_a_tenth(places, sizes, first):
    """By 10 % or 20 pupils, whichever is the lesser: reaching it is enough."""
    school = {**SPECIALIST, "establishment_type": SPECIAL}

    met = triggered(sizes, "expand_special", school, [special_pool(places)], "asd_special")

    assert met == {
        size: ["maintained_special_places"] if size >= first else ["none"] for size in sizes
    }


def test_a_school_that_only_boards_publishes_from_five_pupils():
    school = {**SPECIALIST, "establishment_type": SPECIAL}
    pools = [special_pool(100)]

    met, some = (
        triggered((4, 5), "expand_special", school | {"boarding": how}, pools, "asd_special")
        for how in ("only", "some")
    )

    assert met == {4: ["none"], 5: ["maintained_special_places_boarding"]}
    assert some == {4: ["none"], 5: ["none"]}


def test_rules_of_maintained_special_schools_hold_for_those_that_board():
    school = {**SPECIALIST, "establishment_type": SPECIAL, "boarding": "only"}
    pools = [special_pool(100)]

    met = triggered((4,), "expand_special", school, pools, "semh_special")

    assert met == {4: ["maintained_special_need"]}


@pytest.mark.parametrize(
    ("kind", "rule"),
    [(SPECIAL_ACADEMY, "academy_special_need"), (SPECIAL, "maintained_special_need")],
)
def test_another_type_of_need_is_a_change_of_its_own(kind, rule):
    school = {**SPECIALIST, "establishment_type": kind}

    met = triggered((8,), "expand_special", school, [special_pool(200)], "semh_special")

    assert met == {8: [rule]}


@pytest.mark.parametrize(
    ("kind", "rule"), [(ACADEMY, "academy_new_base"), (MAINTAINED, "maintained_new_base")]
)
@pytest.mark.parametrize("action", ["adapt_rooms", "new_base"])
def test_any_new_base_triggers_a_process(kind, rule, action):
    met = triggered((1, 8), action, {**MAINSTREAM, "establishment_type": kind})

    assert met == {1: [rule], 8: [rule]}


def test_an_academys_base_may_grow_by_less_than_20_pupils():
    """By 20 pupils or 20 % of the school's 230 places, 46: 20 is the lesser."""
    school = {**MAINSTREAM, "establishment_type": ACADEMY}

    met = triggered((19, 20), "adapt_rooms", school, [pool("S1", "S")])

    assert met == {19: ["none"], 20: ["academy_enlarged_base"]}


def test_of_a_small_academy_a_fifth_is_the_lesser():
    school = {**MAINSTREAM, "establishment_type": ACADEMY, "capacity": 60.0}

    met = triggered((11, 12), "adapt_rooms", school, [pool("S1", "S")])

    assert met == {11: ["none"], 12: ["academy_enlarged_base"]}


@pytest.mark.parametrize(
    ("capacity", "sizes", "first"),
    [(100.0, (30, 31), 31), (200.0, (49, 50), 50), (1000.0, (199, 200), 200)],
    ids=["a quarter is 25: more than 30", "a quarter is 50", "200 is less than a quarter"],
)
def test_a_maintained_mainstream_school_grows_by_more_than_30_and_a_quarter_or_200(
    capacity, sizes, first
):
    school = {**MAINSTREAM, "establishment_type": MAINTAINED, "capacity": capacity}

    met = triggered(sizes, "new_base", school)

    for size in sizes:
        assert ("maintained_capacity" in met[size]) == (size >= first)


def test_an_academys_capacity_may_grow_by_30():
    met = triggered((30, 31), "new_base", {**MAINSTREAM, "establishment_type": ACADEMY})

    assert met == {30: ["academy_new_base"], 31: ["academy_capacity", "academy_new_base"]}


def test_a_phase_that_the_school_does_not_teach_changes_its_age_range():
    offer = option("O", "S", "adapt_rooms", "ci_base", phases="primary:0.5;secondary:0.5")
    school = site("S", 0, 0, establishment_type=ACADEMY)

    table = processes_of([offer], [school])

    assert table.query("size == 8")["rule_id"].tolist() == ["academy_age_range", "academy_new_base"]
    words = table.set_index("rule_id")["trigger"]
    assert words["academy_age_range"].iloc[0].startswith("secondary at a school for ages 4 to 11")


def test_a_satellite_falls_under_the_rules_of_its_parent():
    parent = option("P", "S", "expand_special", "asd_special", sizes="5")
    child = option("C", "M", "satellite", "asd_special", sizes="16", requires="P")
    sites = [
        site("S", 0, 0, **SPECIALIST, establishment_type=SPECIAL),
        site("M", 1, 0, establishment_type=ACADEMY),
    ]

    table = processes_of([parent, child], sites, [special_pool(200)]).set_index("option_id")

    assert table.loc["C", ["school_kind", "rule_id"]].tolist() == [
        "maintained_special", "maintained_special_satellite",
    ]  # fmt: skip


def test_a_satellite_of_nobody_takes_the_longest():
    child = option("C", "M", "satellite", "asd_special", sizes="16")

    row = processes_of([child], [site("M", 1, 0)]).iloc[0]

    assert row["process"] == "significant_change"
    assert "longest process assumed" in row["trigger"]


@pytest.mark.parametrize("kind", [None, "Kind nobody knows", "Non-maintained special school"])
def test_of_an_unknown_type_the_longest_process_is_assumed_and_said(kind):
    """Six months at an academy, five at a maintained school."""
    school = {**MAINSTREAM, "establishment_type": kind}
    table = processes_of([option("O", "S", "adapt_rooms", "ci_base")], [site("S", 0, 0, **school)])

    assert table["months"].unique().tolist() == [6]
    assert table["trigger"].str.startswith("type of school not known or without rules").all()
    assert table["school_kind"].unique().tolist() == ["not_known"]


def test_an_increase_of_an_unknown_type_is_taken_to_need_the_process():
    school = {**SPECIALIST, "establishment_type": None}

    met = triggered((1,), "expand_special", school, [special_pool(200)], "asd_special")

    assert met == {1: ["academy_special_places"]}


def new_school(**more):
    offer = option("N", "L", "new_special", "asd_special", sizes="80")
    land = site("L", 0, 0, site_kind="land", establishment_type=None, phase="not_applicable")
    return processes_of([offer], [land], **more).set_index("process")


def test_the_presumption_is_shown_as_under_repeal_beside_the_central_route():
    routes = new_school()

    assert routes["standing"].to_dict() == {
        "central_route": "only_in_rounds", "presumption": "under_repeal",
    }  # fmt: skip
    assert "omits section 6A" in routes.loc["presumption", "note"]
    assert routes.loc["presumption", "start_year"] == 2027


def test_the_route_to_a_new_school_follows_the_day_of_the_start():
    """With a day of repeal put in, starts before it take the presumption, later ones the other."""
    rules = code_table("statutory_processes")
    is_old, is_new = (
        rules["rule_id"].eq(f"new_school_{name}") for name in ("presumption", "invited")
    )
    rules.loc[is_old, "valid_to"] = "2028-08-31"
    rules.loc[is_new, "valid_from"] = "2028-09-01"

    on = {
        day: new_school(on=day, rules=rules).index.tolist()
        for day in (2027, date(2028, 8, 31), 2028)
    }

    assert on == {
        2027: ["central_route", "presumption"],
        date(2028, 8, 31): ["central_route", "presumption"],
        2028: ["central_route", "invited_proposals"],
    }


def test_a_day_before_all_rules_is_refused():
    with pytest.raises(DataError, match="valid on 2001-09-01; the first begins on 2012-02-01"):
        rules_on(date(2001, 9, 1))


def test_the_sentence_has_the_numbers():
    school = {**SPECIALIST, "establishment_type": SPECIAL_ACADEMY}
    offer = option("O", "S", "expand_special", "asd_special", sizes="12;13")

    table = processes_of([offer], [site("S", 0, 0, **school)], [special_pool(60)])

    limit = "more than 12, the lesser of 20 and 20% of 60"
    assert table["trigger"].tolist() == [
        f"12 places more at a special school of 60: not {limit}",
        f"13 places more at a special school of 60: {limit}",
    ]
    assert table["process"].tolist() == ["none", "significant_change"]
    assert table["months"].tolist() == [0, 6]


def test_a_size_that_is_not_known_leaves_the_number_alone():
    school = {**SPECIALIST, "establishment_type": SPECIAL}

    met = triggered((19, 20), "expand_special", school, (), "asd_special")

    assert met == {19: ["none"], 20: ["maintained_special_places"]}


def test_every_option_and_size_has_a_row():
    offers = [
        option("A", "S", "adapt_rooms", "ci_base", sizes="8;16;24"),
        option("B", "S", "new_base", "semh_base", sizes="8"),
    ]

    table = processes_of(offers, [site("S", 0, 0)])

    assert table.groupby("option_id")["size"].nunique().to_dict() == {"A": 3, "B": 1}


def leads(lead_years, action="adapt_rooms", sizes="8", **school):
    offer = option("O", "S", action, "ci_base", lead_years=lead_years, sizes=sizes)
    table = checked(Options, pd.DataFrame([offer]))
    sites = sites_of([site("S", 0, 0, **school)])
    processes = statutory_processes(table, sites, provision_of(()))
    return with_lead_times(table, processes).iloc[0]


@pytest.mark.parametrize(
    ("action", "kind", "before", "after"),
    [
        ("adapt_rooms", ACADEMY, 0, 1),  # 6 + 6 months
        ("adapt_rooms", MAINTAINED, 0, 1),  # 5 + 6
        ("new_base", ACADEMY, 1, 2),  # 6 + 18
        ("new_base", MAINTAINED, 0, 2),  # 5 + 18
        ("new_base", ACADEMY, 3, 3),
        ("new_special", None, 2, 4),  # 18 + 24: three and a half
    ],
)
def test_leads_leave_time_for_process_and_building(action, kind, before, after):
    lead = leads(before, action, establishment_type=kind)

    assert lead["lead_years"] == after
    assert ("lead_years" in str(lead["estimated"])) == (after > before)


def test_options_without_a_process_keep_their_lead():
    offer = checked(Options, pd.DataFrame([option("O", "S", "adapt_rooms", "ci_base")]))
    none = statutory_processes(offer.head(0), sites_of([site("S", 0, 0)]), provision_of(()))

    pd.testing.assert_frame_equal(with_lead_times(offer, none), offer)


def test_every_rule_has_a_process_a_source_and_a_basis():
    rules = code_table("statutory_processes")

    assert set(rules["process"]) <= set(code_table("process_months")["process"])
    assert rules[["source", "basis"]].ne("").all(axis=None)
    assert set(rules["test"]) == {"always", "reach", "exceed"}
    assert np.all(rules["valid_from"].str.fullmatch(r"(\d{4}-\d{2}-\d{2})?"))
