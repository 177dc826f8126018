"""Faults planted in an invented export, each so that what is counted stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LOST_POSTCODE", "plant_faults"]

LOST_POSTCODE = "ZY9 9ZQ"
"""In no lookup."""
_UNKNOWN_URN = "999999"
_DAYS_A_YEAR = 365.25
_LONG_AGO = pd.Timestamp(2010, 5, 4)
_SOUND: dict[str, Any] = {
    "odd_birthdate": "",
    "odd_start": "",
    "odd_need": "",
    "transferla": "",
    "other_start": pd.NaT,
    "indicators": True,
    "second_row": False,
}
"""What rows without a fault hold: no odd text, no second plan, no second row of person."""


def _stranger(number: int, years: float, day: pd.Timestamp, **known: object) -> dict[str, object]:
    """Return somebody who is in the export alone, so many years old."""
    return {
        "surname": f"Strangeqx{'abcdefgh'[number]}{'od'[day.year % 2]}",
        "forename": f"Oddzvy{'abcdefgh'[number]}",
        "personbirthdate": (day - pd.Timedelta(days=years * _DAYS_A_YEAR)).normalize(),
        "upn": f"Z{98_000_000_000 + 10 * day.year + number}X",
        "uniquelearnernumber": "",
        "postcode": "ZX1 1QZ",
        "startdate": day - pd.Timedelta(days=700),
        "ceasedate": pd.NaT,
        "need": "ASD",
        "setting": "educated_elsewhere",
        "urn": "",
        "sensetting": "EHE",
        "is_active": True,
        **_SOUND,
        **known,
    }


def _strangers(day: pd.Timestamp) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return people whom every count must leave out."""
    before, after = day - pd.Timedelta(days=60), day + pd.Timedelta(days=30)
    rows = [
        _stranger(0, 30, day),
        _stranger(1, 26.5, day),
        _stranger(2, 9, day, odd_birthdate="31/02/2015"),
        _stranger(3, 8, day, ceasedate=before - pd.Timedelta(days=700), is_active=False),
        _stranger(4, 7, day, startdate=after),
    ]
    counts = {
        "age_outside": 2,
        "age_unknown": 1,
        "ceased_before_start": 1,
        "start_after_census": 1,
    }
    return pd.DataFrame(rows), counts


def _first(roster: pd.DataFrame, used: list[int], **wanted: str) -> int:
    """Return the first row with a plan that is as wanted and not used yet, new plans last."""
    fits = roster["setting"].ne("") & ~roster.index.isin(used)
    for column, value in wanted.items():
        fits &= roster[column].eq(value)
    row = int(roster[fits].sort_values("is_new", kind="stable").index[0])
    used.append(row)
    return row


def plant_faults(
    roster: pd.DataFrame, day: pd.Timestamp, sites: pd.DataFrame, provision: pd.DataFrame
) -> tuple[pd.DataFrame, Mapping[str, int]]:
    """Plant one fault of each kind; return the roster and the rows that each check must find.

    Parameters
    ----------
    roster
        Everybody in the export, with and without a plan.
    day
        Day of the census.
    sites, provision
        Of the sample region.
    """
    rows = roster.assign(
        is_active=roster["setting"].ne(""), is_new=roster["first"] == day.year, **_SOUND
    )
    counts: dict[str, int] = {}
    used: list[int] = []
    rows["other_start"] = rows["other_start"].astype("datetime64[us]")
    has_base = sites["site_id"].isin(provision["site_id"])
    hosts = sites[sites["site_kind"].eq("mainstream") & ~has_base]
    rows.loc[_first(rows, used, setting="sen_unit"), "urn"] = hosts["site_id"].iloc[0]
    rows.loc[_first(rows, used, setting="mainstream"), "indicators"] = False
    rows.loc[_first(rows, used, need="NR"), "odd_need"] = "NSA"
    rows.loc[_first(rows, used, setting="educated_elsewhere"), "urn"] = _UNKNOWN_URN
    rows.loc[_first(rows, used, setting="not_recorded"), "sensetting"] = "QQQ"
    rows.loc[_first(rows, used, setting="not_recorded"), "transferla"] = "999"
    rows.loc[_first(rows, used, setting="state_special"), "odd_start"] = "not known"
    rows.loc[_first(rows, used, setting="mainstream"), "postcode"] = LOST_POSTCODE
    other = _first(rows, used, setting="mainstream")
    rows.loc[other, "other_start"] = _LONG_AGO
    twin = next(
        row for row in rows.index if rows.loc[row, "upn"] and rows.loc[row, "setting"]
        and row not in used
    )  # fmt: skip
    rows.loc[twin, "second_row"] = True
    for check in (
        "flag_not_in_register", "indicator_missing", "need_code_bad", "urn_unknown",
        "setting_code_bad", "transferred_without_placement", "start_unreadable",
        "postcode_not_found", "two_open_plans",
    ):  # fmt: skip
        counts[check] = 1
    counts["upn_repeated"] = 2
    counts["placement_missing"] = int(rows["setting"].eq("not_recorded").sum()) - 2
    counts["need_missing"] = int(rows["need"].eq("NR").sum()) - 1
    strangers, more = _strangers(day)
    listed = rows[list(strangers.columns)]
    filled = strangers.astype(listed.dtypes.to_dict())
    return pd.concat([listed, filled], ignore_index=True), {**counts, **more}
