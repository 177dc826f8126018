"""Every table is declared whole: a schema, keys among its columns, a meaning for every column."""

from pathlib import Path

import pandas as pd
import pytest
from pandera.errors import SchemaError

from placement_planner.tables import (
    Table,
    checked,
    data_dictionary,
    dictionary_markdown,
    plan,
    split_list,
    stages,
    study,
    table_folder,
    table_keys,
    table_name,
)

DICTIONARY = Path(__file__).parents[1] / "docs" / "data_dictionary.md"
STAGE_TABLES = tuple(getattr(stages, name) for name in stages.__all__)
ALL_TABLES = (*study.STUDY_TABLES, *STAGE_TABLES, *plan.PLAN_TABLES)


def needs(tables):
    return pytest.mark.parametrize("model", tables, ids=table_name)


@needs(ALL_TABLES)
def test_keys_are_columns(model):
    columns = model.to_schema().columns

    assert table_keys(model)
    assert set(table_keys(model)) <= set(columns)
    assert not any(columns[key].nullable for key in table_keys(model))


@needs(ALL_TABLES)
def test_every_column_says_what_it_means_and_what_would_be_right(model):
    columns = model.to_schema().columns

    assert all(column.description for column in columns.values())
    assert all(column.metadata["right"] for column in columns.values())
    assert model.__doc__


@needs(study.STUDY_TABLES)
def test_every_study_table_has_a_folder(model):
    assert table_folder(model) in ("boundaries", "schools")


def test_names_of_tables_are_unique():
    names = [table_name(model) for model in ALL_TABLES]

    assert len(names) == len(set(names))


def test_every_table_of_the_study_module_is_listed_once():
    declared = {
        value
        for value in vars(study).values()
        if isinstance(value, type) and issubclass(value, Table) and value is not Table
    }

    assert declared == set(study.STUDY_TABLES)


def test_the_dictionary_in_the_documentation_is_that_of_the_tables():
    assert DICTIONARY.read_text(encoding="utf-8") == dictionary_markdown()


def test_the_dictionary_has_a_row_for_every_column():
    n_columns = sum(len(model.to_schema().columns) for model in study.STUDY_TABLES)

    assert len(data_dictionary()) == n_columns
    assert data_dictionary().query("table == 'areas' and is_key")["column"].tolist() == [
        "area_code"
    ]


def test_a_stage_may_not_return_a_broken_rule():
    travel = pd.DataFrame(
        {"area_code": ["A1"], "site_id": ["S1"], "minutes": [-1.0], "distance_km": [2.0]}
    )

    with pytest.raises(SchemaError, match="minutes"):
        checked(stages.Travel, travel)


def test_checked_puts_columns_in_order_and_leaves_its_argument_alone():
    travel = pd.DataFrame(
        {"minutes": [1.0], "distance_km": [2.0], "site_id": ["S1"], "area_code": ["A1"]}, index=[7]
    )

    ordered = checked(stages.Travel, travel)

    assert ordered.columns.tolist() == ["area_code", "site_id", "minutes", "distance_km"]
    assert (ordered.index.tolist(), travel.index.tolist()) == ([0], [7])


def test_a_list_of_one_and_blank_parts_are_read():
    assert split_list("8") == ("8",)
    assert split_list("a;; b ;") == ("a", "b")
