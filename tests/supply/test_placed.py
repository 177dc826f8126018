"""Who is placed where: need groups of observed flows, and which source is taken."""

from types import SimpleNamespace

import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.scenario import SupplyChoices
from placement_planner.supply import observed_places, placed_now
from placement_planner.tables.study import Flows
from tests.supply.schools import provision

AREAS = pd.DataFrame({"area_code": ["a"], "authority_code": ["A"]})
POOLS = provision(
    {"provision_id": "asd"},
    {"provision_id": "sld", "designation": "sld_mld_special"},
    {"provision_id": "semh", "designation": "semh_special"},
    {"provision_id": "base", "provision_type": "sen_unit", "designation": "ci_base"},
)


def placed(*rows):
    columns = ["area_code", "need_type", "phase", "provision_id", "children"]
    flows = Flows.validate(pd.DataFrame(rows, columns=columns).assign(basis="observed"))
    rules, match = code_table("need_group_rules"), code_table("compatibility")
    return observed_places(flows, POOLS, AREAS, rules, match)


def test_the_need_group_follows_need_and_kind_of_place():
    """An autistic child is of the base group in a unit, of the special group in a school."""
    table = placed(
        ("a", "ASD", "primary", "asd", 3.0),
        ("a", "SLCN", "primary", "asd", 2.0),
        ("a", "ASD", "primary", "base", 4.0),
        ("a", "ASD", "primary", "OUTSIDE", 9.0),
    )

    told = table.set_index("provision_id")[["need_group", "children"]]
    assert told.loc["asd"].tolist() == ["asd_special", 5]
    assert told.loc["base"].tolist() == ["ci_base", 4]
    assert table["children"].sum() == 9


def test_a_child_in_a_place_that_is_not_for_the_rules_group_is_of_the_places_own():
    """Autism is tolerable in a school for learning difficulties, and stays; in one for SEMH not."""
    match = code_table("compatibility").set_index(["need_group", "designation"])["match"]
    assert match["asd_special", "sld_mld_special"] != "no"
    assert match["asd_special", "semh_special"] == "no"

    table = placed(("a", "ASD", "primary", "sld", 1.0), ("a", "ASD", "primary", "semh", 1.0))

    groups = table.set_index("provision_id")["need_group"].to_dict()
    assert groups == {"sld": "asd_special", "semh": "semh_special"}


@pytest.mark.parametrize(
    ("choice", "has_flows", "expected"),
    [
        ("auto", True, "observed"),
        ("auto", False, "estimated"),
        ("gravity", True, "estimated"),
        ("observed", True, "observed"),
    ],
)
def test_the_source_is_the_one_that_was_chosen(choice, has_flows, expected):
    observed = placed(("a", "ASD", "primary", "asd", 3.0)) if has_flows else None
    estimate = SimpleNamespace(placed="an estimate", notes=("estimated",))

    told = placed_now(SupplyChoices(flows=choice), observed, lambda: estimate)

    assert (told.gravity is None) == (expected == "observed")
    assert told.placed is (observed if expected == "observed" else estimate.placed)


def test_observed_flows_that_are_not_there_are_named():
    with pytest.raises(DataError, match=r"no flows; right would be .*flows.csv"):
        placed_now(SupplyChoices(flows="observed"), None, lambda: pytest.fail("not to be made"))
