from __future__ import annotations

import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.tables import sizes_of, split_list


@pytest.fixture(scope="module")
def options(tables):
    return tables["options"]


def test_there_are_options_of_every_action_and_status(options):
    assert len(options) == 80
    assert set(options["action"]) == set(code_table("actions")["action"])
    assert set(options["release_status"]) == set(code_table("release_statuses")["release_status"])
    assert options["locked_in"].sum() == 1
    assert options["locked_out"].sum() == 1
    assert options["requires"].notna().sum() >= 2
    assert options["excludes"].notna().sum() >= 4


def test_capital_per_place_lies_in_the_range_of_its_action(options):
    rules = code_table("actions").set_index("action").loc[options["action"]]
    cost = options["capital_per_place_gbp"].to_numpy()
    assert (cost >= rules["capital_low_gbp"].to_numpy()).all()
    assert (cost <= rules["capital_high_gbp"].to_numpy()).all()


def test_options_name_options_sites_and_pots_that_exist(tables, options):
    ids, pots = set(options["option_id"]), set(tables["pots"]["pot_id"])
    for column, known in (("requires", ids), ("excludes", ids), ("pots", pots)):
        named = {item for cell in options[column] for item in split_list(cell)}
        assert named <= known
    assert options["site_id"].isin(tables["sites"]["site_id"]).all()


def test_exclusions_are_mutual(options):
    pairs = {
        (row.option_id, other) for row in options.itertuples() for other in split_list(row.excludes)
    }
    assert pairs == {(right, left) for left, right in pairs}


def test_phase_shares_sum_to_one(options):
    for cell in options["phases"]:
        assert sum(float(part.split(":")[1]) for part in split_list(cell)) == pytest.approx(1)


def test_about_a_third_of_all_options_can_be_paid_for(tables, options):
    middle = pd.Series([sizes[len(sizes) // 2] for sizes in map(sizes_of, options["sizes"])])
    capital = options["fixed_capital_gbp"] + options["capital_per_place_gbp"] * middle
    share = tables["pot_funding"]["gbp"].sum() / capital.sum()
    assert 0.30 <= share <= 0.40


def test_pots_may_pay_for_the_options_that_name_them(tables, options):
    pots = tables["pots"].set_index("pot_id")
    authority = options["site_id"].map(tables["sites"].set_index("site_id")["authority_code"])
    for code, option in zip(authority, options.itertuples(), strict=True):
        for pot in split_list(option.pots):
            areas = split_list(pots.loc[pot, "eligible_authorities"])
            actions = split_list(pots.loc[pot, "eligible_actions"])
            assert areas == ("*",) or code in areas
            assert actions == ("*",) or option.action in actions


def test_money_arrives_while_its_pot_may_be_spent(tables):
    funding = tables["pot_funding"].merge(tables["pots"], on="pot_id")
    assert funding["academic_year"].between(funding["starts"], funding["expires"]).all()


def test_fallback_shares_sum_to_one_for_every_group_and_phase(tables):
    shares = tables["fallback"].groupby(["authority_code", "need_group", "phase"])["share"].sum()
    assert len(shares) == 9 * 3
    assert shares.round(9).eq(1).all()
