"""The cost library: every line whole, and a study's own lines in its place, one by one."""

import pandas as pd
import pytest

from placement_planner.codes import code_list, code_table
from placement_planner.costs import cost_lines, costs_of_places
from placement_planner.costs.library import is_own, value_of
from placement_planner.errors import DataError
from placement_planner.tables.money import COST_ITEMS
from placement_planner.tables.study import UnitCosts

LINE = {
    "cost_id": "own", "item": "top_up", "applies_to": "asd_special", "value": 17_000.0,
    "unit": "GBP per child a year", "payer": "high_needs_block", "source": "contract",
    "price_date": "2026-09", "basis": "observed",
}  # fmt: skip


def own_lines(**changes):
    return UnitCosts.validate(pd.DataFrame([LINE | changes]))


def test_every_line_has_payer_source_date_range_and_mark():
    lines = cost_lines()

    assert set(lines["item"]) == set(COST_ITEMS)
    assert not lines[["payer", "source", "price_date", "basis"]].isna().any(axis=None)
    assert set(lines["basis"]) <= {"published", "derived", "assumption"}
    ranged = lines.dropna(subset=["low", "high"])
    assert len(ranged) > 0
    assert (ranged["low"] <= ranged["value"]).all()
    assert (ranged["value"] <= ranged["high"]).all()


def test_every_assumption_is_marked_in_every_table_of_costs():
    for name in ("unit_costs", "capital_costs", "fallback_routes", "location_factors"):
        table = code_table(name)
        assert set(table["basis"]) <= set(code_list("bases")), name
        assert table["source"].ne("").all(), name


def test_places_are_priced_for_every_need_group():
    """10,000 a special place and 6,000 in a base: DfE's high needs place numbers."""
    costs = costs_of_places(cost_lines()).set_index("need_group")

    assert set(costs.index) == set(code_list("need_groups"))
    assert costs.loc["asd_special", "place_funding_gbp"] == 10_000
    assert costs.loc["ci_base", "place_funding_gbp"] == 6_000
    assert costs.loc["ci_base", "top_up_gbp"] == 9_000


def test_a_studys_own_line_replaces_the_librarys_and_no_other():
    own = own_lines()
    lines = cost_lines(own)

    assert len(lines) == len(cost_lines())
    costs = costs_of_places(lines).set_index("need_group")["top_up_gbp"]
    before = costs_of_places(cost_lines()).set_index("need_group")["top_up_gbp"]
    assert costs["asd_special"] == 17_000
    assert costs.drop("asd_special").equals(before.drop("asd_special"))
    told = lines[is_own(lines, own, ["item", "applies_to"])]
    assert told["cost_id"].tolist() == ["own"]


def test_a_line_for_something_finer_stands_beside_the_librarys_and_goes_first():
    """The library prices places in bases alike; the study those for communication alone."""
    lines = cost_lines(own_lines(item="place_funding", applies_to="ci_base", value=7_000.0))
    costs = costs_of_places(lines).set_index("need_group")["place_funding_gbp"]

    assert len(lines) == len(cost_lines()) + 1
    assert (costs["ci_base"], costs["semh_base"]) == (7_000, 6_000)


def test_a_line_that_is_missing_is_named():
    lines = cost_lines()
    lines = lines[(lines["item"] != "top_up") | (lines["applies_to"] != "pmld_special")]

    with pytest.raises(DataError, match="unit_costs has no top_up for pmld_special"):
        costs_of_places(lines)


def test_the_first_name_that_is_priced_counts_then_everybodys_line():
    lines = pd.DataFrame(
        [("top_up", "special", 1.0), ("top_up", "*", 2.0)],
        columns=["item", "applies_to", "value"],
    )

    assert value_of(lines, "top_up", "asd_special", "special") == 1.0
    assert value_of(lines, "top_up", "ci_base", "base") == 2.0
