"""Children who need a specialist place, by need group and by authority, as may be shown.

Means add up over groups and areas; percentiles are of sums that were made in every draw first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.figures.demand import Shown, shown_table
from placement_planner.figures.exact.need import COUNTED_AS, KIND_NAMES
from placement_planner.figures.exact.parts import FIGURES
from placement_planner.figures.released import released_forecast_need

if TYPE_CHECKING:
    from placement_planner.forecast import Forecast

__all__ = [
    "COUNTED_AS",
    "KIND_NAMES",
    "shown_latent",
    "shown_need",
    "shown_need_groups",
    "shown_scope",
]


def _shown(forecast: Forecast, name: str) -> Shown:
    table = released_forecast_need(forecast)[name]
    return shown_table(table, [figure for figure in FIGURES if figure in table.frame])


def shown_need_groups(forecast: Forecast) -> Shown:
    """Return need by need group and year, all authorities together, as it may leave.

    Parameters
    ----------
    forecast
        A projection.

    Returns
    -------
    Shown
        need_group (or "all", "base", "special": sums), name, academic_year, mean and, where need
        was drawn, p5, q1, median, q3, p95. All together come first, then bases and their groups,
        then special schools and theirs.
    """
    return _shown(forecast, "need_groups")


def shown_need(forecast: Forecast) -> Shown:
    """Return need by authority, kind of place and year, as it may leave.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, kind ("all", "base",
        "special"), kind_name, academic_year, mean and, where need was drawn, percentiles.
    """
    return _shown(forecast, "need_authority")


def shown_latent(forecast: Forecast) -> Shown | None:
    """Return latent demand by authority and year, as it may leave; None where it is left out.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, academic_year, mean.
    """
    return None if forecast.latent.empty else _shown(forecast, "latent")


def shown_scope(forecast: Forecast) -> Shown:
    """Return every child with a plan counted once: to place, or why not, as it may leave.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, counted_as, name,
        academic_year, mean (children).
    """
    return _shown(forecast, "scope")
