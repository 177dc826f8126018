"""Drives kept by content: found again for the same inputs, and never for others."""

import os

import pandas as pd
import pyarrow.parquet as pq
import pytest

from placement_planner.tables.stages import Travel
from placement_planner.travel.cache import Measured, content_key, kept_or_measured

KEY = "0123456789abcdef" * 4


def measured(minutes=4.0):
    travel = Travel.validate(
        pd.DataFrame(
            [("a", "s", minutes, 2.0), ("b", "s", 7.0, 5.0)],
            columns=["area_code", "site_id", "minutes", "distance_km"],
        )
    )
    stranded = pd.DataFrame({"area_code": ["isle"], "reason": ["an island"]})
    return Measured(travel=travel, stranded=stranded, notes=("one note",))


class Counted:
    """A measurement that counts how often it is made, and a listener."""

    def __init__(self, minutes=4.0):
        self.minutes, self.times, self.told = minutes, 0, []

    def __call__(self):
        self.times += 1
        return measured(self.minutes)


def keep(folder, key=KEY, minutes=4.0):
    work = Counted(minutes)
    return kept_or_measured(folder, "roads", key, work, work.told.append), work


def test_what_is_kept_is_found_again_whole(tmp_path):
    first, _ = keep(tmp_path / ".drives")

    again, work = keep(tmp_path / ".drives")

    assert work.times == 0
    assert "as kept in" in work.told[0]
    pd.testing.assert_frame_equal(again.travel, first.travel)
    pd.testing.assert_frame_equal(again.stranded, first.stranded)
    assert again.notes == first.notes == ("one note",)


def test_nobody_stranded_is_found_again_too(tmp_path):
    def nobody():
        return Measured(travel=measured().travel, stranded=measured().stranded.iloc[:0], notes=())

    kept_or_measured(tmp_path, "roads", KEY, nobody, print)
    again, work = keep(tmp_path)

    assert work.times == 0
    assert again.stranded.empty
    assert list(again.stranded.columns) == ["area_code", "reason"]


def test_another_key_is_measured_anew(tmp_path):
    keep(tmp_path)

    _, work = keep(tmp_path, "f" + KEY[1:])

    assert work.times == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_without_a_folder_nothing_is_kept():
    told, work = keep(None)

    assert work.times == 1
    assert told.notes == ("one note",)


def rewritten(path, change):
    """Write the file anew with other drives and the old word for them."""
    table = pq.read_table(path)
    frame = change(table.to_pandas())
    new = table.from_pandas(frame, preserve_index=False)
    pq.write_table(new.replace_schema_metadata(table.schema.metadata), path)


SPOILS = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:200]),
    "empty": lambda path: path.write_bytes(b""),
    "one minute changed": lambda path: rewritten(path, lambda rows: rows.replace(7.0, 7.1)),
    "one row gone": lambda path: rewritten(path, lambda rows: rows.iloc[1:]),
    "one site renamed": lambda path: rewritten(path, lambda rows: rows.replace("s", "t")),
    "a column gone": lambda path: rewritten(path, lambda rows: rows.drop(columns="minutes")),
    "another program's": lambda path: pd.DataFrame({"x": [1]}).to_parquet(path),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_damaged_file_is_measured_anew_and_said(tmp_path, spoil):
    keep(tmp_path)
    (path,) = tmp_path.iterdir()
    spoil(path)

    told, work = keep(tmp_path)
    _, after = keep(tmp_path)

    assert work.times == 1
    assert after.times == 0
    assert "could not be relied on" in told.notes[-1]
    pd.testing.assert_frame_equal(told.travel, measured().travel)


def test_a_file_of_other_inputs_under_the_same_name_is_not_taken(tmp_path):
    """The name holds 16 letters of the key; the file holds them all."""
    keep(tmp_path)

    told, work = keep(tmp_path, KEY[:-1] + "0")

    assert work.times == 1
    assert "belongs to other inputs" in told.notes[-1]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("in the way")

    told, work = keep(tmp_path / "file" / ".drives")

    assert work.times == 1
    assert "could not be kept" in told.notes[-1]
    pd.testing.assert_frame_equal(told.travel, measured().travel)


def test_the_last_four_files_are_left(tmp_path):
    for place in range(6):
        keep(tmp_path, f"{place}{KEY[1:]}")
        for age, path in enumerate(sorted(tmp_path.iterdir())):
            os.utime(path, (age, age))

    assert sorted(path.name[13] for path in tmp_path.iterdir()) == list("2345")


AREAS = pd.DataFrame({"area_code": ["a", "b"], "easting": [1.0, 2.0]})


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(easting=[1.0, 2.001]),
        lambda frame: frame.assign(area_code=["a", "c"]),
        lambda frame: frame.assign(area_code=["a", None]),
        lambda frame: frame.iloc[:1],
        lambda frame: frame.rename(columns={"easting": "northing"}),
        lambda frame: frame.assign(northing=0.0),
        lambda frame: frame.assign(area_code=["b", "a"]),
        lambda frame: frame.astype({"easting": int}),
    ],
)
def test_any_change_of_a_table_gives_another_key(change):
    key = content_key((), {"areas": AREAS}, {})

    assert content_key((), {"areas": change(AREAS)}, {}) != key
    assert content_key((), {"areas": AREAS.copy()}, {}) == key


def test_choices_names_of_tables_and_the_method_are_part_of_the_key():
    keys = {
        content_key((), {"areas": AREAS}, {"snap_km": 3.0}),
        content_key((), {"areas": AREAS}, {"snap_km": 3.5}),
        content_key((), {"sites": AREAS}, {"snap_km": 3.0}),
        content_key(("straight",), {"areas": AREAS}, {"snap_km": 3.0}),
        content_key(("level",), {"areas": AREAS}, {"snap_km": 3.0}),
    }

    assert len(keys) == 5
