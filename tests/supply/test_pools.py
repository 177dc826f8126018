"""What of the register is sited with, and what neighbours offer."""

import pandas as pd
import pytest

from placement_planner.scenario import SupplyChoices
from placement_planner.supply import places_by_year
from placement_planner.tables.study import NeighbouringPlaces
from tests.supply.schools import one_site, provision

CHOICES = SupplyChoices()
OFFER = {
    "site_id": "n", "site_name": "Near School", "easting": 1.0, "northing": 1.0,
    "provision_type": "special_school", "designation": "asd_special", "phase": "primary",
    "places": 4.0, "opens": None, "closes": None, "source": "made up", "basis": "estimated",
}  # fmt: skip


def neighbours(*rows):
    return NeighbouringPlaces.validate(pd.DataFrame([OFFER | row for row in rows]))


def test_places_are_those_for_residents_and_independent_schools_are_left_out():
    pools = provision(
        {"provision_id": "net", "from_elsewhere": 12.0},
        {"provision_id": "opens", "opens": 2028, "ramp": "0.4;0.7"},
        {"provision_id": "private", "provision_type": "independent_special"},
    )

    sited = places_by_year(pools, one_site(), (2027, 2028, 2029), CHOICES)

    table = sited.pivot_table(index="pool_id", columns="academic_year", values="places")
    assert table.loc["net"].tolist() == pytest.approx([88] * 3)
    assert table.loc["opens"].tolist() == pytest.approx([0, 40, 70])
    assert "private" not in table.index


def test_neighbours_offer_their_places_while_the_offer_stands():
    offered = neighbours(
        {"place_id": "now", "closes": 2028},
        {"place_id": "later", "opens": 2028},
        {"place_id": "private", "provision_type": "independent_special"},
    )

    sited = places_by_year(
        provision({"provision_id": "p"}), one_site(), (2027, 2028), CHOICES, neighbours=offered
    )

    theirs = sited[sited["authority_code"] == "OUTSIDE"].set_index(["pool_id", "academic_year"])
    assert theirs["places"].to_dict() == {
        ("now", 2027): 4, ("now", 2028): 0, ("later", 2027): 0, ("later", 2028): 4,
    }  # fmt: skip
    assert theirs["basis"].eq("estimated").all()
    assert theirs["site_id"].eq("n").all()


def test_neighbours_are_left_out_by_choice():
    sited = places_by_year(
        provision({"provision_id": "p"}),
        one_site(),
        (2027,),
        SupplyChoices(neighbours=False),
        neighbours=neighbours({"place_id": "now"}),
    )

    assert sited["pool_id"].tolist() == ["p"]
