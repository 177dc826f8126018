"""What may be wrong with an export, and what the import then does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CHECKS", "SHOWN", "Check", "Faults", "fault_table"]

PERSON, REQUEST, NO_KEY = "persontableid", "requeststableid", ""
SHOWN = 20
"""Row keys listed a check; the count is always of all."""
_ROW_NUMBER = re.compile(r"\d{1,9}")

Faults = dict[str, "pd.Series"]
"""Row keys by the name of the check that they failed."""


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong: what, what is done about it, and which key names the rows."""

    what: str
    done: str
    key: str


CHECKS: Mapping[str, Check] = {
    "row_broken": Check("row with other cells than the header", "left out", NO_KEY),
    "key_repeated": Check("row whose table id an earlier row has", "left out", NO_KEY),
    "upn_repeated": Check(
        "UPN on several rows of person",
        "one child where the birth dates agree; else the UPN is not used to join",
        PERSON,
    ),
    "nothing_to_join_by": Check(
        "neither UPN nor ULN nor name with birth date",
        "counted in this January, joined to no other",
        PERSON,
    ),
    "identity_conflict": Check(
        "same name and birth date as in an earlier January, but another UPN or ULN",
        "taken for two children: one who leaves, one who joins",
        PERSON,
    ),
    "birth_year_changed": Check(
        "birth date moves the child to another year group than in an earlier January",
        "the latest birth date counts in every January",
        PERSON,
    ),
    "age_unknown": Check("birth date missing or unreadable", "left out", PERSON),
    "age_outside": Check(
        "outside the ages 0-25: not yet born, or 25 or older, on the 31 August before",
        "left out",
        PERSON,
    ),
    "postcode_not_found": Check("postcode missing or not in the lookup", "home is UNKNOWN", PERSON),
    "home_outside_study": Check("home outside the areas of the study", "home is UNKNOWN", PERSON),
    "plan_without_person": Check("plan whose person is not there", "left out", REQUEST),
    "plan_without_request": Check(
        "named or active plan whose request is not there", "left out", NO_KEY
    ),
    "two_open_plans": Check(
        "another open plan of a child", "the plan that started last counts; these do not", REQUEST
    ),
    "ceased_before_start": Check("ceased before it started", "taken as ceased", REQUEST),
    "start_after_census": Check("starts after the census day", "not open yet: left out", REQUEST),
    "start_unreadable": Check(
        "start missing or unreadable", "open where an active plan is recorded", REQUEST
    ),
    "cease_unreadable": Check(
        "date of ceasing unreadable", "open where an active plan is recorded", REQUEST
    ),
    "ceased_but_active": Check(
        "ceased by the census day, yet recorded as an active plan", "taken as ceased", REQUEST
    ),
    "open_but_not_active": Check(
        "open by its dates, but without an active plan", "counted as open", REQUEST
    ),
    "placement_date_unreadable": Check(
        "entry or leaving date unreadable", "passed over as if blank", REQUEST
    ),
    "placement_missing": Check("no placement", "setting is not_recorded", REQUEST),
    "transferred_without_placement": Check(
        "transferred in, no placement", "setting is not_recorded", REQUEST
    ),
    "urn_unknown": Check(
        "URN not in the register of schools, or of a type that is not listed",
        "the setting code counts; without one the setting is not_recorded",
        REQUEST,
    ),
    "setting_code_bad": Check("unknown setting code", "setting is not_recorded", REQUEST),
    "flag_not_in_register": Check(
        "SEN unit or resourced provision flagged at a school that has none in the register",
        "the flag counts at mainstream schools, and nowhere else",
        REQUEST,
    ),
    "indicator_missing": Check(
        "mainstream school, but an indicator of SEN unit or resourced provision is blank or bad",
        "taken as no",
        REQUEST,
    ),
    "need_missing": Check("no primary need", "need is NR", REQUEST),
    "need_code_bad": Check("primary need code that plans cannot have", "need is NR", REQUEST),
    "request_date_unreadable": Check(
        "date of a request or its outcome unreadable", "not counted in `requests`", REQUEST
    ),
}


def _shown(keys: Iterable[str]) -> str:
    """List the smallest row numbers; a key that is no short number might say who it is."""
    numbers = sorted({int(key) for key in keys if _ROW_NUMBER.fullmatch(str(key))})
    return ";".join(map(str, numbers[:SHOWN]))


def fault_table(faults: Mapping[str, pd.Series], january: int) -> pd.DataFrame:
    """Return every check of a January: count and row keys, none of them left out.

    Parameters
    ----------
    faults
        For each check that failed, the keys of its rows.
    january
        Census year.

    Returns
    -------
    DataFrame
        january, name, count, what, done, key (which table id names the rows), row_keys (up to
        `SHOWN` row numbers, parted by ;).

    Examples
    --------
    >>> table = fault_table({"age_unknown": pd.Series(["12", "7", "A123456789012"])}, 2026)
    >>> table.loc[table["name"] == "age_unknown", ["count", "row_keys"]].to_dict("records")
    [{'count': 3, 'row_keys': '7;12'}]
    """
    none = pd.Series([], dtype="str")
    rows = [
        {
            "january": january,
            "name": name,
            "count": len(faults.get(name, none)),
            "what": check.what,
            "done": check.done,
            "key": check.key,
            "row_keys": _shown(faults[name]) if check.key and name in faults else "",
        }
        for name, check in CHECKS.items()
    ]
    return pd.DataFrame(rows)
