"""Classes, and what compared layers share: numbers that can be checked by eye."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from placement_planner.figures.areas import AreaTable
from placement_planner.maps.scales import BLUES, PINKS, class_bounds
from placement_planner.maps.shadings import ALL, Layer, change_layer, in_classes, records_of
from placement_planner.privacy import WITHHELD, Withheld


def layer(values, key="need", level="area"):
    frame = pd.DataFrame({"code": ["a", "b", "d"], "name": ["A", "B", "D"], "2030": values})
    table = AreaTable(frame, level, Withheld("Need", level, 3, 1))
    return Layer(
        key=key, title=key, about=key, unit="children", palette=BLUES, tables={(ALL, ALL): table}
    )


def test_compared_columns_share_their_bounds():
    assert class_bounds([pd.Series([0, 10, 20, 30]), pd.Series([WITHHELD, 40, 50])]) == (
        20, 30, 40, 50,
    )  # fmt: skip


def test_many_values_get_classes_with_round_bounds_that_hold_about_as_many_each():
    assert class_bounds([pd.Series(np.arange(1, 101.0))]) == (20, 40, 60, 80)


def test_counts_rounded_to_five_are_parted_only_between_fives():
    counts = [5, 10, 10, 15, 15, 15, 20, 20, 25, 30]

    assert class_bounds([pd.Series(counts)]) == (10, 15, 20, 25)


@pytest.mark.parametrize("values", [[], [0, 0], [WITHHELD], [20.25]])
def test_figures_that_cannot_be_parted_are_one_class(values):
    assert class_bounds([pd.Series(values, dtype=object)]) == ()


def test_minutes_are_parted_by_no_more_than_ten_round_steps():
    """From 14 to 32 is 18 minutes: steps of 2, never classes such as 20 to under 21."""
    minutes = pd.Series([14.2, 18.9, 19.6, 20.2, 20.4, 21.1, 22.3, 23.8, 25.5, 32.2])

    assert class_bounds([minutes]) == (20, 22, 24)
    assert class_bounds([minutes[:2]]) == (15, 16, 17, 18)


def test_changes_are_classed_by_their_size():
    assert class_bounds([pd.Series([-30, 10, 20, 40, 0, WITHHELD])]) == (20, 30, 40)


def test_a_change_is_that_of_figures_that_are_shown():
    change = change_layer(
        layer([10, 20, WITHHELD]), layer([5, 20, 5]), "gain", key="gain", title="", about=""
    )

    table = change.tables[ALL, ALL]
    assert table.frame["2030"].tolist() == [-5, 0, WITHHELD]
    assert [change.told(value) for value in table.frame["2030"]] == ["-5", "0", "c"]


def test_a_change_finds_its_area_by_code_not_by_place():
    after = layer([5, 20, 40])
    table = after.tables[ALL, ALL]
    turned = replace(table, frame=table.frame.iloc[::-1].reset_index(drop=True))
    change = change_layer(
        layer([10, 20, 30]), replace(after, tables={(ALL, ALL): turned}), "gain",
        key="gain", title="", about="",
    )  # fmt: skip

    assert change.tables[ALL, ALL].frame["2030"].tolist() == [-5, 0, 10]


def test_figures_of_other_areas_are_not_compared():
    change = change_layer(
        layer([1, 2, 3]), layer([1, 2, 3], level="middle"), "gain", key="", title="", about=""
    )

    assert change.tables == {}


def test_layers_that_are_compared_get_the_same_classes():
    first, second = in_classes([layer([5, 10, 15]), replace(layer([20, 25, 5]), palette=PINKS)])

    assert first.bounds == second.bounds == {(ALL, ALL): (10, 15, 20, 25)}


def test_what_was_withheld_is_summed_up_by_table_and_level():
    [record] = records_of([layer([1, 2, 3]), layer([1, 2, 3], key="other")])

    assert str(record) == "Need (by area): 2 of 6 counts withheld"
