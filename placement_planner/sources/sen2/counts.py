"""Children counted: caseload, steps between Januaries, homes, and requests."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sources.sen2.dates import read_dates, unreadable_dates
from placement_planner.tables import checked
from placement_planner.tables.four_tables import OUTSIDE
from placement_planner.tables.study import AreaCaseload, Caseload, Requests, Transitions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandera.typing import DataFrame

    from placement_planner.sources.sen2.export import Export
    from placement_planner.sources.sen2.faults import Faults
    from placement_planner.sources.sen2.people import Linked
    from placement_planner.sources.sen2.plans import Plans

__all__ = [
    "BASIS",
    "count_area_caseload",
    "count_caseload",
    "count_requests",
    "count_transitions",
]

BASIS = "observed"
_STATE = ["setting", "need_type", "ncy"]
_OLDEST, _AGREED = 25, ("y", "yes", "1", "true")


def _counted(rows: pd.DataFrame, keys: list[str], authority: str) -> pd.DataFrame:
    counts = rows.groupby(keys, as_index=False).size().rename(columns={"size": "children"})
    return counts.assign(
        authority_code=authority, basis=BASIS, children=counts["children"].astype("float64")
    )


def count_caseload(children: pd.DataFrame, authority: str) -> DataFrame[Caseload]:
    """Count children (january, ncy, need_type, setting) at every January."""
    return checked(Caseload, _counted(children, ["january", *_STATE], authority))


def count_area_caseload(
    children: pd.DataFrame, authority: str, january: int
) -> DataFrame[AreaCaseload]:
    """Count the children of a January by the small area they live in."""
    now = children[children["january"] == january]
    return checked(AreaCaseload, _counted(now, ["area_code", "january", *_STATE], authority))


def _step(before: pd.DataFrame, after: pd.DataFrame, january: int) -> pd.DataFrame:
    """Pair each child with itself a year later; NONSEND stands where it has no plan."""
    sides = [
        rows.set_index("child")[_STATE].add_suffix(f"_{side}")
        for side, rows in ((1, before), (2, after))
    ]
    pairs = sides[0].join(sides[1], how="outer")
    ncy = pairs["ncy_1"].fillna(pairs["ncy_2"] - 1).astype("int64")
    names = {
        f"{word}_{side}": pairs[f"{column}_{side}"].fillna(OUTSIDE)
        for word, column in (("setting", "setting"), ("need", "need_type"))
        for side in (1, 2)
    }
    return pd.DataFrame({**names, "ncy_1": ncy, "ncy_2": ncy + 1, "january": january})


def count_transitions(children: pd.DataFrame, authority: str) -> DataFrame[Transitions] | None:
    """Count steps between Januaries that follow each other, with those who join and leave.

    Parameters
    ----------
    children
        One row a child and January: child, january, ncy, need_type, setting.
    authority
        Code of the authority.

    Returns
    -------
    DataFrame or None
        `Transitions`; None where no two Januaries follow each other.

    Examples
    --------
    >>> children = pd.DataFrame(
    ...     {
    ...         "child": [1, 1, 2], "january": [2025, 2026, 2026], "ncy": [6, 7, 0],
    ...         "need_type": "ASD", "setting": ["mainstream", "state_special", "sen_unit"],
    ...     }
    ... )
    >>> steps = count_transitions(children, "E06000001")
    >>> steps[["setting_1", "ncy_1", "setting_2", "ncy_2"]].to_numpy().tolist()
    [['NONSEND', -1, 'sen_unit', 0], ['mainstream', 6, 'state_special', 7]]
    """
    of_january = dict(iter(children.groupby("january")))
    steps = [
        _step(of_january[first], of_january[second], int(first))
        for first, second in pairwise(sorted(of_january))
        if second == first + 1
    ]
    if not steps:
        return None
    keys = ["january", "setting_1", "need_1", "ncy_1", "setting_2", "need_2", "ncy_2"]
    return checked(Transitions, _counted(pd.concat(steps), keys, authority))


def _by_age(dates: pd.Series, births: pd.Series, chosen: pd.Series, year: int) -> Mapping[int, int]:
    """Count what happened in a calendar year by age on 31 August of that year.

    Those not yet born on that day count as 0; nobody is counted whose age is not known.
    """
    age = (year - 1 - births).clip(lower=0)
    hit = chosen & (dates.dt.year == year) & age.le(_OLDEST)
    counts: Mapping[int, int] = age[hit].astype("int64").value_counts().to_dict()
    return counts


def _births(persons: pd.Series, linked: Linked) -> pd.Series:
    years = linked.people.set_index("persontableid")["birth_year"]
    return persons.map(years).astype("float64")


def count_requests(
    export: Export, plans: Plans, linked: Linked, authority: str
) -> tuple[DataFrame[Requests], Faults]:
    """Count requests, assessments agreed and plans issued in the year before the census.

    An export holds every request of the calendar year before its January; of earlier years only
    those that led to plans, which is why they are not counted. Plans that were transferred in
    are not new. Age is that on 31 August of the calendar year.
    """
    year = export.january - 1
    rows = export.modules["requests"].drop_duplicates("requeststableid")
    births = _births(rows["persontableid"], linked)
    received, decided = (read_dates(rows[name]) for name in ("receiveddate", "requestoutcomedate"))
    odd = unreadable_dates(rows["receiveddate"], received)
    odd |= unreadable_dates(rows["requestoutcomedate"], decided)
    agreed = rows["requestoutcome"].str.lower().isin(_AGREED)
    everyone = pd.Series(data=True, index=rows.index)
    issued = plans.plans[~plans.plans["is_transferred"]]
    issued_births = _births(issued["persontableid"], linked)
    flows = {
        "requests": _by_age(received, births, everyone, year),
        "assessments": _by_age(decided, births, agreed, year),
        "new_plans": _by_age(
            issued["first_start"], issued_births, pd.Series(data=True, index=issued.index), year
        ),
    }
    ages = sorted(set().union(*flows.values()))
    table = pd.DataFrame(
        {
            "authority_code": [authority] * len(ages),
            "calendar_year": [year] * len(ages),
            "age": ages,
            **{name: [float(counts.get(age, 0)) for age in ages] for name, counts in flows.items()},
            "basis": [BASIS] * len(ages),
        }
    )
    return checked(Requests, table), {"request_date_unreadable": rows.loc[odd, "requeststableid"]}
