"""The nine files of a SEN2 export as they stand: found, decoded, and cut to the columns used.

Nothing here repeats what a cell holds: messages name files, columns and numbers of rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError, Finding
from placement_planner.sources.sen2.dates import read_dates, third_thursday
from placement_planner.tables.study import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["MODULES", "Export", "is_person_file", "read_exports"]

NEEDED: dict[str, tuple[str, ...]] = {
    "sen2": (),
    "person": ("persontableid", "personbirthdate", "postcode", "upn"),
    "requests": (
        "requeststableid",
        "persontableid",
        "receiveddate",
        "requestoutcome",
        "requestoutcomedate",
    ),
    "assessment": ("assessmenttableid", "requeststableid"),
    "namedplan": ("namedplantableid", "assessmenttableid", "startdate", "ceasedate"),
    "plandetail": ("namedplantableid", "urn", "sensetting"),
    "activeplans": ("activeplanstableid", "requeststableid"),
    "placementdetail": ("activeplanstableid", "urn", "sensetting", "entrydate", "leavingdate"),
    "senneed": ("activeplanstableid", "sentype"),
}
_PLACE = ("ukprn", "placementrank", "senunitindicator", "resourcedprovisionindicator")
USED: dict[str, tuple[str, ...]] = {
    "sen2": ("year", "referencedate", "lea"),
    "person": ("surname", "forename", "uniquelearnernumber"),
    "plandetail": _PLACE,
    "activeplans": ("transferla",),
    "placementdetail": _PLACE,
    "senneed": ("sentyperank",),
}
"""Read where a version of the return has them. Sex, ethnicity and all else are never read."""

MODULES = tuple(NEEDED)
_LA_CODE = re.compile(r"\d{3}")
_FILE = re.compile(rf"(?:^|.*_)({'|'.join(MODULES)})\.csv", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, repr=False)
class Export:
    """One January's return, as text. It holds names and birth dates: never print or keep it.

    Attributes
    ----------
    january, day
        Census year, and the day of the census.
    la_code
        DfE's code of the authority, blank where the export does not say.
    modules
        The nine modules by name; a column that a version lacks is blank.
    lacking
        Columns that the version lacks and that would have been used, as module.column.
    broken
        By module, rows that had to be left out for having other cells than the header.
    """

    january: int
    day: pd.Timestamp
    la_code: str
    modules: dict[str, pd.DataFrame]
    lacking: tuple[str, ...] = ()
    broken: dict[str, int] = field(default_factory=dict)


def is_person_file(name: str) -> bool:
    """Tell whether a file is named as the person module of an export is.

    Examples
    --------
    >>> is_person_file("Blade-Export_20-01-2026_Person.csv"), is_person_file("requests.csv")
    (True, False)
    """
    hit = _FILE.fullmatch(name)
    return hit is not None and hit[1].lower() == "person"


def _files(folder: Path) -> tuple[dict[str, Path], list[Finding]]:
    """Return the file of each module, and which modules have none or several."""
    by_module: dict[str, list[Path]] = {module: [] for module in MODULES}
    for path in sorted(folder.iterdir()):
        if hit := _FILE.fullmatch(path.name):
            by_module[hit[1].lower()].append(path)
    findings = [
        Finding(
            folder.name,
            None,
            None,
            f"{len(paths)} files of module {module}" if paths else f"no file of module {module}",
            f"one file named Blade-Export_DD-MM-YYYY_{module}.csv",
        )
        for module, paths in by_module.items()
        if len(paths) != 1
    ]
    return {module: paths[0] for module, paths in by_module.items() if paths}, findings


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _records(path: Path) -> tuple[list[str], list[list[str]], int]:
    """Return header, whole rows, and the number of rows left out."""
    try:
        rows = list(csv.reader(io.StringIO(_decoded(path.read_bytes()), newline="")))
    except csv.Error:
        raise DataError(f"{path.name}: not a CSV file; export it again") from None
    header = [name.strip().lower() for name in rows[0]] if rows else []
    filled = [row for row in rows[1:] if any(row)]
    width = len(header)
    even = [row for row in filled if len(row) >= width and not any(row[width:])]
    return header, even, len(filled) - len(even)


def _module(
    module: str, path: Path, folder: Path
) -> tuple[pd.DataFrame, list[Finding], list[str], int]:
    """Return a module's columns as text, what it must have and has not, what else it lacks."""
    header, rows, broken = _records(path)
    place = {name: header.index(name) for name in header}
    used = USED.get(module, ())
    findings = [
        Finding(f"{folder.name}/{path.name}", 1, name, "no such column", f"a column named {name}")
        for name in NEEDED[module]
        if name not in place
    ]
    columns = {
        name: [row[place[name]].strip() for row in rows] if name in place else [""] * len(rows)
        for name in (*NEEDED[module], *used)
    }
    lacking = [f"{module}.{name}" for name in used if name not in place]
    return pd.DataFrame(columns, dtype="str"), findings, lacking, broken


def _census_day(header: pd.DataFrame) -> pd.Timestamp | None:
    """Return the reference date, else the third Thursday of the January of the year."""
    days = read_dates(header["referencedate"]).dropna()
    if len(days):
        return pd.Timestamp(days.iloc[0])
    years = pd.to_numeric(header["year"], errors="coerce").dropna()
    known = years[years.between(FIRST_YEAR, LAST_YEAR)]
    return third_thursday(int(known.iloc[0])) if len(known) else None


def _read(folder: Path) -> tuple[Export | None, list[Finding]]:
    if not folder.is_dir():
        right = "a folder with the nine files of one January"
        return None, [Finding(str(folder), None, None, "no such folder", right)]
    files, findings = _files(folder)
    modules, lacking, broken = {}, [], {}
    for module, path in files.items():
        modules[module], found, without, left_out = _module(module, path, folder)
        findings += found
        lacking += without
        broken[module] = left_out
    day = _census_day(modules["sen2"]) if "sen2" in modules else None
    if "sen2" in modules and (day is None or day.month != 1):
        right = "a referencedate in January, such as 2026-Jan-15 00:00:00, or a year, such as 2026"
        findings.append(Finding(folder.name, None, None, "no January in module sen2", right))
    if findings or day is None:
        return None, findings
    codes = modules["sen2"]["lea"]
    export = Export(
        january=day.year,
        day=day,
        la_code=next((code for code in codes if _LA_CODE.fullmatch(code)), ""),
        modules=modules,
        lacking=tuple(lacking),
        broken=broken,
    )
    return export, []


def read_exports(folders: Sequence[Path]) -> list[Export]:
    """Read the exports of several Januaries, earliest first.

    Files are found by the module at the end of their names, columns by name, in any case; cells
    may be in UTF-8 (with or without a mark), UTF-16 or Windows-1252.

    Parameters
    ----------
    folders
        One folder a January, with nine files ``Blade-Export_DD-MM-YYYY_<module>.csv``.

    Raises
    ------
    DataError
        Naming in one go every file and column that is missing, and Januaries given twice.
    """
    if not folders:
        raise DataError("no export to read; right would be one folder a January, two or more")
    read = [_read(folder) for folder in folders]
    findings = [finding for _, found in read for finding in found]
    if findings:
        raise DataError(f"the exports lack {len(findings)} thing(s):", findings)
    exports = sorted((export for export, _ in read if export), key=lambda export: export.january)
    januaries = [export.january for export in exports]
    if len(set(januaries)) < len(januaries):
        raise DataError(
            f"the exports are of the Januaries {', '.join(map(str, januaries))}; right would be "
            "one folder a January"
        )
    return exports
