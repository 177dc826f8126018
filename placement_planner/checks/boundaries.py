"""Rules of areas and population: nesting, and rows for every area, age and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.checks.study import row_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_history", "check_middle_areas", "check_population", "check_projection"]

_AGES = range(26)
_MOST_NAMED = 3


def check_middle_areas(study: CheckedStudy) -> list[Finding]:
    """Report larger areas that lie in more than one authority."""
    areas = study.rows("areas", "middle_code", "authority_code")
    first = areas.groupby("middle_code")["authority_code"].transform("first")
    wrong = areas.assign(first=first)[areas["authority_code"] != first]
    words, right = "{middle_code} in {first} and {authority_code}", "one authority a middle_code"
    by_code = wrong.drop_duplicates("middle_code")
    return study.report("areas", "authority_code", by_code, words, right)


def check_population(study: CheckedStudy) -> list[Finding]:
    """Report areas that lack a row of population for an age from 0 to 25."""
    areas = study.whole("areas", "area_code")["area_code"]
    rows = study.whole("population", "area_code", "age")
    due = pd.MultiIndex.from_product([sorted(areas), _AGES])
    missing = due.difference(pd.MultiIndex.from_frame(rows)).to_frame(index=False)
    found = [
        f"no row for {code} at age {_some(ages)}" for code, ages in missing.groupby(0, sort=True)[1]
    ]
    return _absences(study, "population", "age", found, "a row for every area and age from 0 to 25")


def check_projection(study: CheckedStudy) -> list[Finding]:
    """Report authorities that the projection does not cover up to the last planned year."""
    scenario = study.choices()
    first, last = scenario.need.base_january - 1, scenario.horizon.years[-1]
    missing = _unprojected(study, range(first, last + 1))
    found = [
        f"rows missing for {code} in {_some(years.drop_duplicates())}"
        for code, years in missing.groupby(0, sort=True)[1]
    ]
    right = (
        f"rows for every authority, academic year from {first} to {last} (the scenario's base "
        "January and last planned year) and age from 0 to 25"
    )
    return _absences(study, "population_projection", "academic_year", found, right)


def check_history(study: CheckedStudy) -> list[Finding]:
    """Report academic years of the caseload's other Januaries that the projection lacks."""
    scenario = study.choices()
    januaries = study.whole("caseload", "january")["january"].unique()
    planned = range(scenario.need.base_january - 1, scenario.horizon.years[-1] + 1)
    missing = _unprojected(study, {int(january) - 1 for january in januaries}.difference(planned))
    found = [
        f"rows missing for {year}, which January {year + 1} of the caseload needs, "
        f"in {_some(codes.drop_duplicates())}"
        for year, codes in missing.groupby(1, sort=True)[0]
    ]
    right = (
        "rows for every authority and age from 0 to 25 in academic year 2025 for January 2026, "
        "and so on for every January of the caseload"
    )
    return _absences(study, "population_projection", "academic_year", found, right)


def _unprojected(study: CheckedStudy, years: Iterable[int]) -> pd.DataFrame:
    """Return authority, year and age where the projection has no row."""
    authorities = study.whole("authorities", "authority_code")["authority_code"]
    rows = study.whole("population_projection", "authority_code", "academic_year", "age")
    due = pd.MultiIndex.from_product([sorted(authorities), sorted(years), _AGES])
    return due.difference(pd.MultiIndex.from_frame(rows)).to_frame(index=False)


def _some(values: pd.Series) -> str:
    named = ", ".join(map(str, values.iloc[:_MOST_NAMED]))
    more = len(values) - _MOST_NAMED
    return named if more <= 0 else f"{named} and {more} more"


def _absences(
    study: CheckedStudy, name: str, column: str, found: list[str], right: str
) -> list[Finding]:
    return row_findings(study.tables[name].file, column, ((None, item) for item in found), right)
