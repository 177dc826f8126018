"""Fallback routes with a stated displacement: which placements a new place saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables.base import checked
from placement_planner.tables.money import Fallback

if TYPE_CHECKING:
    from pandera.typing import DataFrame

__all__ = ["INDEPENDENT", "with_displacement"]

INDEPENDENT = "independent"
"""Routes whose code begins so are placements in independent and non-maintained schools."""

_WHO = ["authority_code", "need_group", "phase"]


def with_displacement(fallback: DataFrame[Fallback], share: float) -> DataFrame[Fallback]:
    """Return the routes in such shares that independent ones are a stated share of them.

    The shares among independent routes, and among the others, stay as they are to each other.
    Where an authority, need group and phase has no independent route, or no other, its routes are
    left alone.

    Examples
    --------
    >>> routes = pd.DataFrame({"authority_code": "L", "need_group": "asd_special",
    ...     "phase": "primary", "route": ["independent_day", "elsewhere", "mainstream"],
    ...     "share": [0.2, 0.2, 0.6], "cost_gbp": [60_000.0, 20_000.0, 10_000.0],
    ...     "payer": "high_needs_block", "minutes": 0.0, "distance_km": 0.0, "source": "example",
    ...     "basis": "invented"})
    >>> with_displacement(routes, 0.6)["share"].round(3).tolist()
    [0.6, 0.1, 0.3]
    """
    away = fallback["route"].str.startswith(INDEPENDENT)
    keys = [fallback[name] for name in _WHO]
    independent = fallback["share"].where(away, 0.0).groupby(keys).transform("sum")
    other = fallback["share"].where(~away, 0.0).groupby(keys).transform("sum")
    both = (independent > 0) & (other > 0)
    part = (fallback["share"] / independent.where(both, 1.0) * share).where(
        away, fallback["share"] / other.where(both, 1.0) * (1 - share)
    )
    return checked(
        Fallback, pd.DataFrame(fallback).assign(share=part.where(both, fallback["share"]))
    )
