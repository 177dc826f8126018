"""Tables of forecasts: medians with percentiles, made by a run and read by nobody's study."""

from __future__ import annotations

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import YEARS_RANGE, year_column

__all__ = ["FLOWS_IN_ORDER", "RequestForecast", "RequestTotals"]

FLOWS_IN_ORDER = ("requests", "assessments", "new_plans")
_CALENDAR_YEAR = ("Calendar year of the flow", f"a calendar year, such as 2026 {YEARS_RANGE}")


class RequestForecast(Table):
    """Requests, assessments and new plans expected in a calendar year, by age."""

    class Config(Table.Config):
        name = "request_forecast"
        unique = ["authority_code", "calendar_year", "age", "measure"]

    authority_code: str = column("Authority", str_matches=CODE)
    calendar_year: int = year_column(*_CALENDAR_YEAR)
    age: int = column("Age at the time", unit="years", ge=0, le=25)
    measure: str = column("What is counted", isin=FLOWS_IN_ORDER)
    mean: float = column("Mean of the draws", unit="a year", ge=0)
    p5: float = column("1 draw in 20 is lower", unit="a year", ge=0)
    q1: float = column("1 draw in 4 is lower", unit="a year", ge=0)
    median: float = column(
        "Half the draws are lower; medians do not add up over ages", unit="a year", ge=0
    )
    q3: float = column("1 draw in 4 is higher", unit="a year", ge=0)
    p95: float = column("1 draw in 20 is higher", unit="a year", ge=0)


class RequestTotals(Table):
    """Requests, assessments and new plans expected in a calendar year, all ages together."""

    class Config(Table.Config):
        name = "request_totals"
        unique = ["authority_code", "calendar_year", "measure"]

    authority_code: str = column('Authority, or "all" for the region', str_matches=CODE)
    calendar_year: int = year_column(*_CALENDAR_YEAR)
    measure: str = column("What is counted", isin=FLOWS_IN_ORDER)
    mean: float = column("Mean of the draws", unit="a year", ge=0)
    p5: float = column("1 draw in 20 is lower", unit="a year", ge=0)
    q1: float = column("1 draw in 4 is lower", unit="a year", ge=0)
    median: float = column(
        "Half the draws are lower; medians do not add up over authorities", unit="a year", ge=0
    )
    q3: float = column("1 draw in 4 is higher", unit="a year", ge=0)
    p95: float = column("1 draw in 20 is higher", unit="a year", ge=0)
