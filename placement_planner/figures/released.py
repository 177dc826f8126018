"""What a run publishes, past disclosure control: decided once, for all of its outputs together."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from placement_planner.figures.exact.gap import gap_dimensions, gap_tables
from placement_planner.figures.exact.need import need_dimensions, need_tables
from placement_planner.figures.exact.parts import (
    part_dimensions,
    part_tables,
    request_dimensions,
    request_tables,
)
from placement_planner.figures.exact.plan import plan_dimensions, plan_tables
from placement_planner.outcome import Outcome
from placement_planner.privacy import release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from placement_planner.balance import Balance
    from placement_planner.forecast import Forecast
    from placement_planner.privacy import Released

__all__ = [
    "released_forecast_need",
    "released_gap",
    "released_need",
    "released_parts",
    "released_plan",
    "released_requests",
]


def _once(
    decide: Callable[[Any], Mapping[str, Released]],
) -> Callable[[Any], Mapping[str, Released]]:
    """Decide once of each study, for as long as it is held: studies are frozen."""
    decided: WeakKeyDictionary[Any, Mapping[str, Released]] = WeakKeyDictionary()

    @wraps(decide)
    def found(study: Any) -> Mapping[str, Released]:  # noqa: ANN401 - as the wrapped function
        if study not in decided:
            decided[study] = decide(study)
        return decided[study]

    return found


@_once
def released_plan(outcome: Outcome) -> Mapping[str, Released]:
    """Return every table of a plan as it may leave, by the names of `exact.plan.plan_tables`."""
    return release(plan_tables(outcome), plan_dimensions(outcome), outcome.scenario.privacy)


@_once
def released_forecast_need(forecast: Forecast) -> Mapping[str, Released]:
    """Return the tables of children to place, by the names of `exact.need.need_tables`."""
    return release(need_tables(forecast), need_dimensions(forecast), forecast.scenario.privacy)


@_once
def released_parts(forecast: Forecast) -> Mapping[str, Released]:
    """Return the tables of children with plans, by the names of `exact.parts.part_tables`."""
    return release(part_tables(forecast), part_dimensions(forecast), forecast.scenario.privacy)


@_once
def released_requests(forecast: Forecast) -> Mapping[str, Released]:
    """Return the tables of requests, by the names of `exact.parts.request_tables`."""
    dimensions = request_dimensions(forecast)
    return release(request_tables(forecast), dimensions, forecast.scenario.privacy)


@_once
def released_gap(balance: Balance) -> Mapping[str, Released]:
    """Return the tables of the gap, by the names of `exact.gap.gap_tables`."""
    return release(gap_tables(balance), gap_dimensions(balance), balance.scenario.privacy)


def released_need(study: Forecast | Outcome) -> Mapping[str, Released]:
    """Return the tables of need of a plan or a projection as they may leave."""
    return released_plan(study) if isinstance(study, Outcome) else released_forecast_need(study)
