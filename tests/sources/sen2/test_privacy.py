"""Nothing personal comes out: not in a file, not in a message, not where things go wrong."""

import re
import traceback

import pytest

import placement_planner.cli.sen2  # noqa: F401
from placement_planner.cli import main
from placement_planner.errors import DataError
from placement_planner.sources.sen2 import import_sen2
from placement_planner.sources.sen2.export import read_exports
from placement_planner.sources.sen2.people import hide_people, link_people
from tests.sources.sen2.exports import AUTHORITY, child, place, write_export, write_lookups

SENTINEL = child(
    1, upn="Z90777555333Q", uln="9177755533", surname="Zqxsurnamezq", forename="Zqxforenamezq",
    birth="2017-May-13 00:00:00", postcode="ZX1 1QZ",
)  # fmt: skip
PERSONAL = re.compile(
    rb"Z90777555333|9177755533|zqx|2017-May-13|2017-05-13|13/05/2017|13-May|ZX1 ?1QZ|WBRI",
    re.IGNORECASE,
)
BROKEN = {
    "nothing": ("person", lambda text: text),
    "birth dates that are none": ("person", lambda text: text.replace("2017-May-13", "13/05/17")),
    "birth date in place of the UPN": (
        "person",
        lambda text: text.replace("Z90777555333Q", "2017-May-13"),
    ),
    "a quote that never ends": ("person", lambda text: text.replace("Zqxsurname", '"Zqxsurname')),
    "columns out of step": ("person", lambda text: text.replace(",Zqxforename", ",,,Zqxforename")),
    "a table id that is a UPN": ("person", lambda text: text.replace("\n1,", "\nZ90777555333Q,")),
    "no birth date column": ("person", lambda text: text.replace("personbirthdate", "born")),
    "no header": ("person", lambda text: text.partition("\n")[2]),
    "a name for a start": ("namedplan", lambda text: text.replace("2022-Sep-28", "Zqxsurnamezq")),
    "a name for a need": ("senneed", lambda text: text.replace("ASD", "Zqxsurnamezq")),
    "a name for a setting": ("placementdetail", lambda text: text.replace("EHE", "Zqxsurname")),
    "a name for a school": ("placementdetail", lambda text: text.replace("100001", "Zqxsurname")),
    "a name for an authority": ("sen2", lambda text: text.replace("909", "Zqxsurnamezq")),
    "a birth date for a census": ("sen2", lambda text: text.replace("2026-Jan-15", "2017-May-13")),
    "no plan that is open": ("namedplan", lambda text: text.replace("2022-Sep", "2027-Sep")),
    "nul bytes": ("person", lambda text: text.replace("Zqxsurname", "Zqx\0surname")),
}


@pytest.fixture
def files(tmp_path):
    others = [child(2, upn="", birth="what?"), child(3, places=[place(code="EHE")])]
    export = write_export(tmp_path / "x", [SENTINEL, *others])
    return export, write_lookups(tmp_path)


def test_the_planted_person_is_in_the_export(files):
    found = b"".join(path.read_bytes() for path in files[0].iterdir())

    assert len(set(PERSONAL.findall(found))) >= 6


@pytest.mark.parametrize("broken", BROKEN)
def test_nothing_personal_is_written_or_said(files, tmp_path, capsys, broken):
    export, lookups = files
    module, change = BROKEN[broken]
    (path,) = export.glob(f"*_{module}.csv")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    code = main(
        [
            "import-sen2", str(export), "--gias", str(lookups["schools"]), "--postcodes",
            str(lookups["postcodes"]), "--authority", AUTHORITY, "--to", str(tmp_path / "made"),
            "--json",
        ]
    )  # fmt: skip

    said = capsys.readouterr()
    written = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    assert code in (0, 1)
    assert (code == 0) == bool(written)
    for content in [said.out.encode(), said.err.encode(), *(p.read_bytes() for p in written)]:
        assert not PERSONAL.search(content)
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "broken",
    ["no birth date column", "no header", "a birth date for a census", "no plan that is open"],
)
def test_no_traceback_tells_either(files, broken):
    export, lookups = files
    module, change = BROKEN[broken]
    (path,) = export.glob(f"*_{module}.csv")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(DataError) as raised:
        import_sen2([export], authority=AUTHORITY, **lookups)

    text = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert not PERSONAL.search(text.encode())


def test_the_loaded_frames_hold_a_number_a_year_of_birth_and_an_area(files):
    """Keys differ from import to import, and are gone once children are joined."""
    (export,) = read_exports([files[0]])
    homes = {"ZX11QZ": "E01900001"}

    one, two = (hide_people(export.modules["person"], homes, salt) for salt in (b"a", b"b"))
    (linked,) = link_people([one])

    assert not PERSONAL.search(one.to_csv().encode())
    assert not set(one["upn"]) & set(two["upn"]) - {""}
    assert list(linked.people.columns) == ["persontableid", "child", "birth_year", "area_code"]
    assert linked.people["child"].tolist() == [0, 1, 2]
    assert not PERSONAL.search(repr(export).encode() + repr(linked).encode())
