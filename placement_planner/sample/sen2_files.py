"""The nine files of an invented export, in the columns and the way of dates of the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["third_thursday", "write_modules"]

_REQUEST, _ASSESSMENT, _NAMED, _ACTIVE = 100_001, 200_001, 300_001, 400_001
_OTHER = 50_000
_BASES = {"sen_unit": "senunitindicator", "resourced_provision": "resourcedprovisionindicator"}
_THURSDAY = 3
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def third_thursday(january: int) -> pd.Timestamp:
    """Return the day of the census."""
    first = pd.Timestamp(january, 1, 1)
    return first + pd.Timedelta(days=(_THURSDAY - first.weekday()) % 7 + 14)


def _written(days: pd.Series) -> pd.Series:
    """Write days as the exports do."""
    return pd.Series(
        [
            "" if pd.isna(day) else f"{day.year}-{_MONTHS[day.month - 1]}-{day.day:02d} 00:00:00"
            for day in days
        ],
        index=days.index,
        dtype="str",
    )


def _person(roster: pd.DataFrame, refused: pd.DataFrame, january: int) -> pd.DataFrame:
    """Return the person module; a second row of a child follows at the end."""
    everybody = pd.concat([roster, refused, roster[roster["second_row"]]], ignore_index=True)
    births = _written(everybody["personbirthdate"])
    odd = everybody["odd_birthdate"].fillna("")
    table = pd.DataFrame(
        {
            "persontableid": range(1, len(everybody) + 1),
            "NativeId": range(1, len(everybody) + 1),
            "personorderseqcolumn": range(1, len(everybody) + 1),
            "sourceid": "",
            "sen2tableid": 1,
            "surname": everybody["surname"],
            "forename": everybody["forename"],
            "personbirthdate": odd.where(odd.ne(""), births),
            "gendercurrent" if january % 2 else "sex": "F",
            "ethnicity": "WBRI",
            "postcode": everybody["postcode"],
            "upn": everybody["upn"],
            "uniquelearnernumber": everybody["uniquelearnernumber"],
        }
    )
    return table.assign(upnunknown=table["upn"].map({"": "UN1"}).fillna(""))


def _requests(roster: pd.DataFrame, refused: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return requests: one a person, those refused in the year before, and second plans."""
    new_year = pd.to_datetime({"year": roster["startdate"].dt.year, "month": 1, "day": 1})
    received = (roster["startdate"] - pd.Timedelta(days=140)).clip(lower=new_year)
    asked = pd.Series([day - pd.Timedelta(days=200)] * len(refused), dtype="datetime64[us]")
    second = roster[roster["other_start"].notna()]
    ids = [*range(len(roster) + len(refused)), *(second.index + _OTHER)]
    persons = [*range(1, len(roster) + len(refused) + 1), *(second.index + 1)]
    days = pd.concat([received, asked, second["other_start"]], ignore_index=True)
    return pd.DataFrame(
        {
            "requeststableid": [_REQUEST + number for number in ids],
            "persontableid": persons,
            "receiveddate": _written(days),
            "requestsource": "8",
            "rya": "0",
            "requestoutcomedate": _written(days + pd.Timedelta(days=1)),
            "requestoutcome": ["Y"] * len(roster) + ["N"] * len(refused) + ["Y"] * len(second),
            "requestmediation": "0",
            "requesttribunal": "0",
            "exported": "",
        }
    )


def _flags(settings: pd.Series, indicators: pd.Series, january: int) -> dict[str, pd.Series]:
    """Return the two indicators: 0 and 1 in one version, true and false in the other."""
    words = ("0", "1") if january % 2 else ("false", "true")
    return {
        column: settings.eq(setting).map({False: words[0], True: words[1]}).where(indicators, "")
        for setting, column in _BASES.items()
    }


def _details(rows: pd.DataFrame, january: int) -> dict[str, object]:
    return {
        "urn": rows["urn"],
        "ukprn": "",
        "sensetting": rows["sensetting"],
        "sensettingother": "",
        "placementrank": 1,
        **_flags(rows["setting"], rows["indicators"], january),
    }


def _modules(
    roster: pd.DataFrame, refused: pd.DataFrame, day: pd.Timestamp, la_code: str
) -> dict[str, pd.DataFrame]:
    january = day.year
    row = roster.index
    second = roster[roster["other_start"].notna()].assign(setting="mainstream", odd_start="")
    second = second.assign(startdate=second["other_start"], need="OTH", odd_need="", transferla="")
    plans = pd.concat([roster.assign(number=row), second.assign(number=second.index + _OTHER)])
    number = plans["number"]
    starts = _written(plans["startdate"])
    named = pd.DataFrame(
        {
            "namedplantableid": _NAMED + number,
            "assessmenttableid": _ASSESSMENT + number,
            "startdate": plans["odd_start"].where(plans["odd_start"].ne(""), starts),
            "planres": "",
            "planwbp": "",
            "pb": "0",
            "oa": "0",
            "dp": "",
            "ceasedate": _written(plans["ceasedate"]),
            "ceasereason": plans["ceasedate"].notna().map({True: "9", False: ""}),
        }
    )
    active = plans[plans["is_active"]]
    placed = active[active["urn"].ne("") | active["sensetting"].ne("")]
    needs = active[active["need"].ne("NR") | active["odd_need"].ne("")]
    placement = pd.DataFrame(
        {
            "placementdetailtableid": placed["number"] + 1,
            "activeplanstableid": _ACTIVE + placed["number"],
            "res": "",
            "wbp": "",
            **_details(placed, january),
            "entrydate": _written(placed["startdate"]),
            "leavingdate": "",
        }
    )
    earlier = placement.head(len(placement) // 3).assign(urn="", sensetting="OTH")
    earlier = earlier.assign(entrydate="2010-Sep-01 00:00:00", leavingdate="2011-Jul-20 00:00:00")
    return {
        "sen2": pd.DataFrame(
            {
                "sen2tableid": [1],
                "collection": "SEN2",
                "year": january,
                "referencedate": _written(pd.Series([day])),
                "lea": la_code,
                "dmo": "0",
                "dco": "0",
                "dsco": "0",
            }
        ),
        "person": _person(roster, refused, january),
        "requests": _requests(roster, refused, day),
        "assessment": pd.DataFrame(
            {
                "assessmenttableid": _ASSESSMENT + number,
                "requeststableid": _REQUEST + number,
                "assessmentoutcome": "Y",
                "assessmentoutcomedate": starts,
                "week20": "0",
            }
        ),
        "namedplan": named,
        "plandetail": pd.DataFrame(
            {
                "plandetailtableid": placed["number"] + 1,
                "namedplantableid": _NAMED + placed["number"],
                **_details(placed, january),
            }
        ),
        "activeplans": pd.DataFrame(
            {
                "activeplanstableid": _ACTIVE + active["number"],
                "requeststableid": _REQUEST + active["number"],
                "transferla": active["transferla"],
                "reviewmeeting": "",
                "reviewoutcome": "",
                "lastreview": "",
            }
        ),
        "placementdetail": pd.concat([earlier, placement]),
        "senneed": pd.DataFrame(
            {
                "senneedtableid": needs["number"] + 1,
                "activeplanstableid": _ACTIVE + needs["number"],
                "sentyperank": 1,
                "sentype": needs["odd_need"].where(needs["odd_need"].ne(""), needs["need"]),
            }
        ),
    }


def write_modules(
    folder: Path, roster: pd.DataFrame, refused: pd.DataFrame, day: pd.Timestamp, la_code: str
) -> None:
    """Write the nine files: in UTF-8 with a mark where the year is even, else in Windows-1252."""
    folder.mkdir(parents=True, exist_ok=True)
    encoding = "cp1252" if day.year % 2 else "utf-8-sig"
    for module, table in _modules(roster, refused, day, la_code).items():
        path = folder / f"Blade-Export_{day:%d-%m-%Y}_{module}.csv"
        table.to_csv(path, index=False, encoding=encoding, lineterminator="\r\n")
