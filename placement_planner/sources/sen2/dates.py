"""Dates of a SEN2 export, in the ways in which they are written."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_dates", "third_thursday", "unreadable_dates"]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_WAYS = tuple(
    re.compile(way + _TIME)
    for way in (
        r"(?P<year>\d{4})-(?P<month>[A-Za-z]{3})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    )
)
_YEARS = range(1900, 2101)
_THURSDAY = 3


def _date(text: str) -> np.datetime64:
    """Return the day, or no day where the text is not one."""
    found = next((hit for way in _WAYS if (hit := way.fullmatch(text.strip()))), None)
    if found is None:
        return np.datetime64("NaT", "D")
    year, month, day = int(found["year"]), found["month"].lower(), int(found["day"])
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    try:
        if year in _YEARS:
            return np.datetime64(date(year, int(month) if month.isdigit() else number, day), "D")
    except ValueError:
        pass  # 31 February: no day
    return np.datetime64("NaT", "D")


def read_dates(text: pd.Series) -> pd.Series:
    """Return days; no day where a cell is blank or cannot be read.

    Read are ``2022-Sep-28 00:00:00``, ``2022-09-28`` and ``28/09/2022``, each with or without a
    time of day, whatever the language of the machine; years from 1900 to 2100.

    Examples
    --------
    >>> text = pd.Series(["2022-Sep-28 00:00:00", "2022-09-28", "28/09/2022", "28.9.22", ""])
    >>> read_dates(text).dt.strftime("%d %m %Y").tolist()
    ['28 09 2022', '28 09 2022', '28 09 2022', nan, nan]
    """
    codes, texts = pd.factorize(text.astype("str").to_numpy(dtype=object))
    days: NDArray[np.datetime64] = np.array([_date(item) for item in texts], dtype="datetime64[s]")
    return pd.Series(days[codes], index=text.index)


def unreadable_dates(text: pd.Series, days: pd.Series) -> pd.Series:
    """Tell which cells hold something that is no day."""
    return text.str.strip().ne("") & days.isna()


def third_thursday(january: int) -> pd.Timestamp:
    """Return the day of the census in a January.

    Examples
    --------
    >>> third_thursday(2026).date().isoformat()
    '2026-01-15'
    """
    first = date(january, 1, 1)
    return pd.Timestamp(first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 14))
