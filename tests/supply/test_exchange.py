"""Children across the border by year, and between authorities; by hand."""

import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.scenario import SupplyChoices
from placement_planner.supply import children_across_border, exchange_matrix, register
from placement_planner.tables.study import CrossBorder, Flows
from tests.supply.schools import provision, sites

AREAS = pd.DataFrame({"area_code": ["a", "b"], "authority_code": ["A", "B"]})
WHERE = sites({"site_id": "s"}, {"site_id": "t", "authority_code": "B"})
RULES = code_table("need_group_rules")
YEARS = (2025, 2028, 2030)


def pools():
    return provision(
        {"provision_id": "p", "from_elsewhere": 5.0}, {"provision_id": "q", "site_id": "t"}
    )


def flows(*rows):
    columns = ["area_code", "need_type", "phase", "provision_id", "children"]
    return Flows.validate(pd.DataFrame(rows, columns=columns).assign(basis="observed"))


AWAY = flows(
    ("a", "ASD", "primary", "OUTSIDE", 2.0),
    ("a", "SLCN", "primary", "OUTSIDE", 1.0),
    ("b", "SEMH", "secondary", "OUTSIDE", 4.0),
    ("a", "ASD", "primary", "p", 90.0),
)


def stated(*rows):
    columns = ["direction", "authority_code", "place", "need_group", "phase", "academic_year",
               "children"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return CrossBorder.validate(table.assign(source="made up", basis="estimated"))


def across(table=None, away=AWAY):
    return children_across_border(pools(), WHERE, away, AREAS, RULES, YEARS, table)


def by_year(rows):
    names = ["direction", "authority_code", "place", "need_group"]
    table = rows.pivot_table(
        index=names, columns="academic_year", values="children", fill_value=0.0
    )
    return {key: values.tolist() for key, values in table.iterrows()}


def test_without_a_table_the_base_is_held_constant_and_labelled():
    """Autistic children and those with speech needs are of one group: 2 + 1."""
    rows = across()

    assert by_year(rows) == {
        ("in", "A", "p", "asd_special"): [5, 5, 5],
        ("out", "A", "OUTSIDE", "asd_special"): [3, 3, 3],
        ("out", "B", "OUTSIDE", "semh_special"): [4, 4, 4],
    }
    assert rows["course"].eq("held constant").all()


def test_stated_numbers_stand_from_their_year_until_the_next():
    """A's group is stated from 2028 on, at two places; B's stays as at the base."""
    rows = across(
        stated(
            ("in", "A", "p", "asd_special", "primary", 2028, 2.0),
            ("in", "A", "p", "asd_special", "primary", 2029, 0.0),
            ("out", "A", "Hill School", "asd_special", "primary", 2028, 1.0),
            ("out", "A", "Sea School", "asd_special", "primary", 2030, 6.0),
        )
    )

    assert by_year(rows) == {
        ("in", "A", "p", "asd_special"): [5, 2, 0],
        ("out", "A", "OUTSIDE", "asd_special"): [3, 0, 0],
        ("out", "A", "Hill School", "asd_special"): [0, 1, 1],
        ("out", "A", "Sea School", "asd_special"): [0, 0, 6],
        ("out", "B", "OUTSIDE", "semh_special"): [4, 4, 4],
    }
    assert rows.loc[rows["course"] == "stated", "academic_year"].min() == 2028
    assert set(rows.loc[rows["course"] == "stated", "basis"]) == {"estimated"}


def test_a_study_without_flows_or_arrivals_has_an_empty_table():
    rows = children_across_border(
        provision({"provision_id": "p"}), WHERE, None, AREAS, RULES, YEARS
    )

    assert rows.empty


def test_the_register_takes_off_the_children_of_the_year():
    table = stated(("in", "A", "p", "asd_special", "primary", 2028, 30.0))

    rows = register(pools(), WHERE, YEARS, SupplyChoices(), across(table))

    left = rows.set_index(["provision_id", "academic_year"])["places_for_residents"]
    assert left["p"].tolist() == [95, 70, 70]
    assert left["q"].tolist() == [100, 100, 100]


def test_homes_and_places_are_counted_by_authority_and_the_outside_stands_beside():
    placed = pd.DataFrame(
        [("A", "p", "primary", 60.0), ("A", "q", "primary", 10.0), ("B", "q", "primary", 50.0)],
        columns=["authority_code", "provision_id", "phase", "children"],
    )
    now = across()

    matrix = exchange_matrix(placed, pools(), WHERE, now[now["academic_year"] == 2025])

    table = matrix.groupby(["authority_code", "place_authority_code"])["children"].sum()
    assert table.to_dict() == {
        ("A", "A"): 60, ("A", "B"): 10, ("B", "B"): 50, ("A", "OUTSIDE"): 3, ("B", "OUTSIDE"): 4,
        ("OUTSIDE", "A"): 5,
    }  # fmt: skip
    assert matrix["provision_kind"].eq("special").all()
    assert matrix["children"].sum() == pytest.approx(60 + 10 + 50 + 3 + 4 + 5)
