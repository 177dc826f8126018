"""Files and columns: found whatever the case, encoding and version, and told if they lack."""

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.sources.sen2 import import_sen2
from placement_planner.sources.sen2.dates import third_thursday
from tests.sources.sen2.exports import (
    AUTHORITY,
    child,
    failed,
    imported,
    keys_of,
    place,
    states,
    write_export,
    write_lookups,
)

ONE = [(4, "ASD", "state_special")]


def read(tmp_path, *exports):
    return import_sen2(exports, authority=AUTHORITY, **write_lookups(tmp_path))


def rewrite(folder, module, change):
    """Change the text of one module."""
    (path,) = folder.glob(f"*_{module}.csv")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_encoding_is_read(tmp_path, encoding):
    export = write_export(tmp_path / "x", [child(1, forename="Zoëq")], encoding=encoding)

    assert states(read(tmp_path, export)) == ONE


def test_the_same_child_is_joined_over_encodings(tmp_path):
    """The name is the only key; é is one byte in one file and two in the other."""
    named = child(1, upn="", surname="Qézer")
    before = write_export(tmp_path / "a", [named], 2025, encoding="cp1252")
    after = write_export(tmp_path / "b", [named], 2026, encoding="utf-8-sig")

    made = read(tmp_path, after, before)

    assert len(made.tables["transitions"]) == 1


def test_names_of_files_and_columns_may_be_in_capitals(tmp_path):
    export = write_export(tmp_path / "x", [child(1)])
    for path in list(export.iterdir()):
        header, _, rest = path.read_text(encoding="utf-8").partition("\n")
        path.unlink()
        path.with_name(path.name.upper()).write_text(f"{header.upper()}\n{rest}", "utf-8")

    assert states(read(tmp_path, export)) == ONE


def test_columns_that_a_version_lacks_are_told_and_read_as_blank(tmp_path):
    export = write_export(tmp_path / "x", [child(1, places=[place("100003", unit="1")])])
    rewrite(export, "placementdetail", lambda text: text.replace("placementrank", "rankofplace"))
    rewrite(export, "activeplans", lambda text: text.replace("transferla", "other"))
    rewrite(export, "sen2", lambda text: text.replace("referencedate", "when"))

    made = read(tmp_path, export)

    assert states(made) == [(4, "ASD", "sen_unit")]
    lacking = made.report[made.report["kind"] == "column"]["name"]
    assert lacking.tolist() == [
        "sen2.referencedate", "activeplans.transferla", "placementdetail.placementrank",
    ]  # fmt: skip


def test_without_a_reference_date_the_census_is_the_third_thursday():
    assert [third_thursday(year).day for year in (2024, 2025, 2026)] == [18, 16, 15]


def test_all_that_lacks_is_told_in_one_go(tmp_path):
    one, two = (write_export(tmp_path / name, [child(1)], year) for name, year in
                (("one", 2025), ("two", 2026)))  # fmt: skip
    next(one.glob("*_senneed.csv")).unlink()
    rewrite(two, "person", lambda text: text.replace("upn,", "number,", 1))
    rewrite(two, "namedplan", lambda text: text.replace("ceasedate", "ended"))
    rewrite(two, "sen2", lambda text: text.replace("Jan-15", "Jun-15"))

    with pytest.raises(DataError) as error:
        read(tmp_path, one, two, tmp_path / "none")

    told = [(finding.file.split("/")[0], finding.found) for finding in error.value.findings]
    assert told == [
        ("one", "no file of module senneed"),
        ("two", "no such column"),
        ("two", "no such column"),
        ("two", "no January in module sen2"),
        (str(tmp_path / "none").split("/")[0], "no such folder"),
    ]


def test_two_files_of_a_module_and_one_january_twice_are_refused(tmp_path):
    export = write_export(tmp_path / "x", [child(1)])
    again = write_export(tmp_path / "y", [child(1)])
    with pytest.raises(DataError, match="2026, 2026"):
        read(tmp_path, export, again)
    (export / "Blade-Export_21-01-2026_person.csv").write_text("persontableid\n", "utf-8")

    with pytest.raises(DataError, match="2 files of module person"):
        read(tmp_path, export)


def test_rows_with_other_cells_than_the_header_are_left_out_and_counted(tmp_path):
    """One row is too short, one too long; one has blank cells too many, which do no harm."""
    export = write_export(tmp_path / "x", [child(1), child(2), child(3)])

    def broken(text):
        header, first, second, third = text.splitlines()
        return "\n".join([header, f"{first},,", f"{second},more", third.rsplit(",", 1)[0]])

    rewrite(export, "person", broken)
    made = read(tmp_path, export)

    assert states(made) == ONE
    assert failed(made) == {"row_broken": 2, "plan_without_person": 2}
    assert keys_of(made, "row_broken") == ""


def test_only_row_numbers_are_shown_as_row_keys(tmp_path):
    """A table id of ten figures might be a ULN: it is counted, not shown."""
    export = write_export(tmp_path / "x", [child(1), child(2, birth="?"), child(3, birth="")])
    rewrite(export, "person", lambda text: text.replace("\n3,", "\n9123456789,"))
    rewrite(export, "requests", lambda text: text.replace(",3,", ",9123456789,"))

    made = read(tmp_path, export)

    assert failed(made) == {"age_unknown": 2}
    assert keys_of(made, "age_unknown") == "2"


def test_twenty_row_keys_are_listed_and_all_are_counted(tmp_path):
    children = [child(number, needs=[]) for number in range(1, 26)]

    made = imported(tmp_path, children)

    assert failed(made) == {"need_missing": 25}
    assert keys_of(made, "need_missing").split(";") == [str(row) for row in range(101, 121)]


def test_januaries_that_do_not_follow_each_other_make_no_steps(tmp_path):
    exports = [write_export(tmp_path / str(year), [child(1)], year) for year in (2024, 2026)]

    made = read(tmp_path, *exports)

    assert "transitions" not in made.tables
    assert sorted(made.tables["caseload"]["january"]) == [2024, 2026]


@pytest.mark.parametrize("module", ["namedplan", "plandetail", "placementdetail", "senneed"])
def test_a_module_may_be_empty(tmp_path, module):
    export = write_export(tmp_path / "x", [child(1)])
    rewrite(export, module, lambda text: text.splitlines()[0] + "\n")

    assert read(tmp_path, export).tables["caseload"]["children"].sum() == 1


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_the_postcode_lookup_may_be_of_any_kind(tmp_path, suffix):
    export = write_export(tmp_path / "x", [child(1), child(2, postcode="zx21qz"),
                                           child(3, postcode="")])  # fmt: skip
    lookups = write_lookups(tmp_path)
    table = pd.read_csv(lookups["postcodes"]).assign(
        msoa21cd=["E02000007", "E02000008", "E02000009"]
    )
    path = tmp_path / f"lookup.{suffix}"
    (table.to_parquet if suffix == "parquet" else table.to_csv)(path, index=False)

    for column, homes in ((None, ["E01900001", "E01900002"]),
                          ("MSOA21CD", ["E02000007", "E02000008"])):  # fmt: skip
        made = import_sen2([export], authority=AUTHORITY, schools=lookups["schools"],
                           postcodes=path, area_column=column)  # fmt: skip

        assert sorted(made.tables["area_caseload"]["area_code"]) == [*homes, "UNKNOWN"]
        assert failed(made) == {"postcode_not_found": 1}


def test_lookups_that_are_none_are_told(tmp_path):
    export = write_export(tmp_path / "x", [child(1)])
    lookups = write_lookups(tmp_path)

    for option in ("schools", "postcodes"):
        swapped = lookups | {option: lookups["schools" if option == "postcodes" else "postcodes"]}
        with pytest.raises(DataError, match="no such column"):
            import_sen2([export], authority=AUTHORITY, **swapped)
        with pytest.raises(DataError, match="no such file"):
            import_sen2([export], authority=AUTHORITY, **lookups | {option: tmp_path / "no.csv"})
