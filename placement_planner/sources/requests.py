"""Requests, assessments and new plans by age, of the calendar years that publish all three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sources.margins import AGES
from placement_planner.sources.plan_counts import TOTAL
from placement_planner.tables import checked
from placement_planner.tables.study import Requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandera.typing import DataFrame

    from placement_planner.sources.plan_counts import PlanCounts

__all__ = ["build_requests"]

_AGE_TOPICS = (*AGES, "Age when plan started")
_KEYS = ["la_code", "calendar_year", "age"]


def _by_age(counts: PlanCounts) -> pd.Series:
    """Children by authority, calendar year and age; those of unknown age pro rata."""
    cells = counts.of_topic(*_AGE_TOPICS)
    cells = cells[cells["code"].eq(TOTAL)].dropna(subset=["children"])
    age = pd.to_numeric(cells["breakdown"].str.extract(r"(\d+)")[0])
    cells = cells.assign(age=age, calendar_year=cells["time_period"].astype("int64"))
    known = cells.dropna(subset=["age"]).groupby(_KEYS)["children"].sum()
    totals = cells.groupby(_KEYS[:2])["children"].sum()
    by_age = known.reset_index().merge(
        (totals / known.groupby(_KEYS[:2]).sum()).rename("factor").reset_index(), on=_KEYS[:2]
    )
    scaled: pd.Series = by_age.set_index(_KEYS)[["children", "factor"]].prod(axis=1)
    return scaled


def build_requests(
    requests: PlanCounts,
    assessments: PlanCounts,
    new_plans: PlanCounts,
    authorities: Mapping[str, str],
) -> tuple[DataFrame[Requests], tuple[str, ...]]:
    """Join the three flows by authority, calendar year and age.

    Ages are as each file has them: on the day of the request, or when the plan started; "2 and
    under" stands at 2, "20 and over" at 20.

    Returns
    -------
    tuple
        The table, and notes.
    """
    flows = pd.DataFrame(
        {
            "requests": _by_age(requests),
            "assessments": _by_age(assessments),
            "new_plans": _by_age(new_plans),
        }
    )
    years = [
        set(_by_age(flow).index.get_level_values("calendar_year"))
        for flow in (requests, assessments, new_plans)
    ]
    shared = set.intersection(*years)
    table = flows.fillna(0.0).reset_index()
    table = table[table["calendar_year"].isin(shared)]
    by_la_code = {la_code: code for code, la_code in authorities.items()}
    table = table.assign(authority_code=table["la_code"].map(by_la_code), basis="derived")
    note = (
        "Requests, assessments and new plans by age: calendar years "
        + ", ".join(str(year) for year in sorted(shared))
        + "; those of unknown age are spread pro rata."
    )
    return checked(Requests, table), (note,)
