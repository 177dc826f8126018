"""A small export, written child by child, and what is read beside it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from placement_planner.sources.sen2 import import_sen2

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY = "E08900009"
SPECIAL, HOST, HOST_WITH_UNIT, COLLEGE, INDEPENDENT = (
    "100001",
    "100002",
    "100003",
    "100004",
    "100005",
)
GIAS = (
    "URN,TypeOfEstablishment (code),TypeOfEstablishment (name),TypeOfResourcedProvision (name),"
    "SenUnitCapacity,UKPRN\n"
    f"{SPECIAL},7,Community special school,Not applicable,,\n"
    f"{HOST},1,Community school,Not applicable,,\n"
    f"{HOST_WITH_UNIT},34,Academy converter,SEN unit,12,10009999\n"
    f"{COLLEGE},18,Further education,,,\n"
    f"{INDEPENDENT},10,Other independent special school,,,\n"
)
POSTCODES = "pcds,lsoa21cd\nZX1 1QZ,E01900001\nZX2 1QZ,E01900002\nZX8 1QZ,E01900008\n"


def place(urn="", code="", rank="1", entry="2022-Sep-28 00:00:00", leaving="", unit="0", base="0"):
    """One placement, in the columns of placementdetail and plandetail."""
    return {
        "urn": urn, "ukprn": "", "sensetting": code, "placementrank": rank, "entrydate": entry,
        "leavingdate": leaving, "senunitindicator": unit, "resourcedprovisionindicator": base,
    }  # fmt: skip


def child(number, **changes):
    """A child of eight with a plan in a special school; born 1 May 2017, so NCY 4 in 2025/26."""
    return {
        "upn": f"Z{90_000_000_000 + number}A", "uln": "", "surname": f"Qzurname{number}",
        "forename": f"Vxorename{number}", "birth": "2017-May-01 00:00:00", "postcode": "ZX1 1QZ",
        "start": "2022-Sep-28 00:00:00", "cease": "", "active": True, "named": True,
        "places": [place(SPECIAL)], "plan_places": [], "needs": [("1", "ASD")], "transfer": "",
        "received": "2022-Mar-01 00:00:00", "decided": "2022-Apr-01 00:00:00", "outcome": "Y",
        "person": None,
    } | changes  # fmt: skip


def _modules(children, january, la_code):
    rows = {
        name: []
        for name in (
            "person", "requests", "assessment", "namedplan", "plandetail", "activeplans",
            "placementdetail", "senneed",
        )
    }  # fmt: skip
    for number, one in enumerate(children, start=1):
        person = one["person"] or number
        if one["person"] is None:
            rows["person"].append(
                {
                    "persontableid": person, "surname": one["surname"],
                    "forename": one["forename"], "personbirthdate": one["birth"], "sex": "F",
                    "ethnicity": "WBRI", "postcode": one["postcode"], "upn": one["upn"],
                    "uniquelearnernumber": one["uln"], "upnunknown": "",
                }
            )  # fmt: skip
        rows["requests"].append(
            {
                "requeststableid": 100 + number, "persontableid": person,
                "receiveddate": one["received"], "requestoutcomedate": one["decided"],
                "requestoutcome": one["outcome"],
            }
        )  # fmt: skip
        if one["named"]:
            rows["assessment"].append(
                {"assessmenttableid": 200 + number, "requeststableid": 100 + number}
            )
            rows["namedplan"].append(
                {
                    "namedplantableid": 300 + number, "assessmenttableid": 200 + number,
                    "startdate": one["start"], "ceasedate": one["cease"],
                }
            )  # fmt: skip
            rows["plandetail"] += [
                {"namedplantableid": 300 + number} | spot for spot in one["plan_places"]
            ]
        if one["active"]:
            active = {"activeplanstableid": 400 + number}
            rows["activeplans"].append(
                active | {"requeststableid": 100 + number, "transferla": one["transfer"]}
            )
            rows["placementdetail"] += [active | spot for spot in one["places"]]
            rows["senneed"] += [
                active | {"sentyperank": rank, "sentype": code} for rank, code in one["needs"]
            ]
    day = f"{january}-Jan-15 00:00:00"
    header = {"sen2tableid": 1, "year": january, "referencedate": day, "lea": la_code}
    return {"sen2": [header], **rows}


HEADERS = {name: list(rows[0]) for name, rows in _modules(
    [child(1, plan_places=[place(SPECIAL)])], 2026, "909").items()}  # fmt: skip


def write_export(folder, children, january=2026, la_code="909", encoding="utf-8"):
    """Write the nine modules of children as `child` makes them; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in _modules(children, january, la_code).items():
        path = folder / f"Blade-Export_20-01-{january}_{name}.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, HEADERS[name], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_lookups(folder):
    """Write the register and the postcode lookup; return them as options of `import_sen2`."""
    folder.mkdir(parents=True, exist_ok=True)
    schools, postcodes = folder / "gias.csv", folder / "postcodes.csv"
    schools.write_text(GIAS, encoding="utf-8")
    postcodes.write_text(POSTCODES, encoding="utf-8")
    return {"schools": schools, "postcodes": postcodes}


def imported(folder: Path, *years, first=None):
    """Import one export a list of children: the last is January 2026, the others before it."""
    first = first or 2027 - len(years)
    exports = [
        write_export(folder / str(january), children, january)
        for january, children in enumerate(years, start=first)
    ]
    return import_sen2(exports, authority=AUTHORITY, **write_lookups(folder))


def failed(made, january=2026):
    """Counts of the checks that failed in a January."""
    checks = made.report[(made.report["kind"] == "check") & (made.report["january"] == january)]
    return checks[checks["count"] > 0].set_index("name")["count"].to_dict()


def keys_of(made, name, january=2026):
    """Row keys of a check."""
    report = made.report
    rows = report[(report["name"] == name) & (report["january"] == january)]
    return rows["row_keys"].item()


def states(made, january=2026):
    """Children of a January as (ncy, need, setting), once each."""
    rows = made.tables["caseload"]
    rows = rows[rows["january"] == january]
    listed = rows.loc[rows.index.repeat(rows["children"].astype(int))]
    return sorted(listed[["ncy", "need_type", "setting"]].itertuples(index=False, name=None))


def steps(made):
    """Steps as (setting before, ncy before, setting after), once each."""
    rows = made.tables["transitions"]
    listed = rows.loc[rows.index.repeat(rows["children"].astype(int))]
    return sorted(listed[["setting_1", "ncy_1", "setting_2"]].itertuples(index=False, name=None))


def outcomes(folder, children):
    """Import children as one January; return need, setting and failed checks of each.

    Each is given a year group of its own, NCY -4 and up, by which it is known again: a child of
    NCY n is born in May of 2021 - n. A child who is not counted has neither need nor setting.
    """
    aged = [
        one | {"birth": f"{2021 - ncy}-May-01 00:00:00"}
        for ncy, one in enumerate(children, start=-4)
    ]
    made = imported(folder, aged)
    counted = {ncy: (need, setting) for ncy, need, setting in states(made)}
    faults = [set(keys_of(made, name).split(";")) for name in failed(made)]
    return [
        (
            *counted.get(row - 5, (None, None)),
            {
                name
                for name, keys in zip(failed(made), faults, strict=True)
                if str(100 + row) in keys
            },
        )
        for row in range(1, len(aged) + 1)
    ]
