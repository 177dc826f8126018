"""Figures of a projection that may be shown: tables for charts and reports, past `privacy`.

Charts, files and printed summaries take their figures from here, so that they say the same and
nothing leaves that disclosure control has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.figures.exact.parts import (
    EVERYONE,
    FIGURES,
    PARTS,
    part_dimensions,
    part_names,
    totals,
    waterfall_table,
)
from placement_planner.figures.released import released_parts, released_requests
from placement_planner.need.waterfall import EFFECTS, STEPS
from placement_planner.privacy import WITHHELD, Published, Withheld, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.forecast import Forecast
    from placement_planner.privacy import Released
    from placement_planner.scenario import PrivacyChoices

__all__ = [
    "EVERYONE",
    "FIGURES",
    "MEDIANS",
    "PARTS",
    "Shown",
    "part_names",
    "shown_counts",
    "shown_requests",
    "shown_summary",
    "shown_totals",
    "shown_waterfall",
    "totals",
    "whole_numbers",
]

MEDIANS = "Medians of parts do not add up to the median of the whole: draws are added first."


@dataclass(frozen=True)
class Shown:
    """A table that may leave, and how much of it was withheld."""

    frame: pd.DataFrame
    withheld: Withheld


def shown_counts(
    title: str, level: str, frame: pd.DataFrame, counts: Sequence[str], choices: PrivacyChoices
) -> Shown:
    """Return counts, with mean and percentiles among them, as they may leave by themselves.

    For a table of which nothing adds up to anything else that is published. Where mean or median
    are withheld, every percentile is; what is rounded is a whole number.
    """
    first, *others = counts
    is_summary = {"mean", "median"} & set(counts)
    table = Published(
        title=title,
        by_level={level: frame.assign(row=range(len(frame)))},
        keys={"row": "row"},
        counts={first: first} if is_summary else {name: name for name in counts},
        beside=[name for name in others if is_summary],
    )
    return shown_table(release({title: table}, {}, choices)[title], counts, drop=["row"])


def shown_table(table: Released, counts: Sequence[str], drop: Sequence[str] = ("place",)) -> Shown:
    """Write the counts of a released table as whole numbers, without the columns to drop."""
    frame = table.frame.drop(columns=list(drop), errors="ignore")
    return Shown(whole_numbers(frame, counts), table.withheld)


def whole_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Write rounded figures without a decimal point."""
    return frame.assign(
        **{
            name: pd.Series(
                [
                    int(value) if isinstance(value, float) and value % 1 == 0 else value
                    for value in frame[name]
                ],
                index=frame.index,
                dtype=object,
            )
            for name in columns
            if frame[name].dtype == object
        }
    )


def shown_totals(forecast: Forecast) -> pd.DataFrame:
    """Return `totals` as they may be shown."""
    return shown_table(released_parts(forecast)["totals"], [*FIGURES, "held"]).frame


def shown_summary(forecast: Forecast, part: str) -> Shown:
    """Return mean and percentiles by authority, part and academic year, as they may leave.

    Parameters
    ----------
    forecast
        A projection.
    part
        A column of `PARTS`.

    Returns
    -------
    Shown
        authority_code ("all" is every authority), authority_name, the part and its name,
        academic_year, mean, p5, q1, median, q3, p95.
    """
    shown = shown_table(released_parts(forecast)[f"summary:{part}"], FIGURES)
    table = shown.frame
    authorities = {**part_names(forecast, "authority_code"), EVERYONE: "All authorities"}
    table.insert(1, "authority_name", table["authority_code"].map(authorities))
    if part != "authority_code":
        names = part_names(forecast, part)
        table.insert(3, f"{part.removesuffix('_type')}_name", table[part].map(names))
    return shown


def shown_waterfall(forecast: Forecast, part: str | None = None) -> Shown:
    """Return why the number of children changes, by authority and year, as it may leave.

    Parameters
    ----------
    forecast
        A projection.
    part
        A column of `PARTS` to part by besides; default authorities alone.

    Returns
    -------
    Shown
        authority_code ("all" is every authority), authority_name, the part, academic_year, and
        `need.waterfall.STEPS`: base, the effects since the base year, final. A row with a small
        base or final count is withheld as a whole, others are rounded: they may miss adding up by
        it.
    """
    choices = forecast.scenario.privacy
    table = released_parts(forecast)["waterfall"] if part is None else _parted(forecast, part)
    shown = table.frame.drop(columns="place")
    if choices.profile == "public":
        hidden = shown[["base", "final"]].eq(WITHHELD).any(axis=1)
        effects = {
            name: _to_multiple(shown[name].mask(hidden, 0.0).astype(float), choices.rounding)
            for name in EFFECTS
        }
        shown = shown.assign(**effects)
        shown = shown.assign(
            **{name: shown[name].astype(object).mask(hidden, WITHHELD) for name in STEPS}
        )
    shown = whole_numbers(shown, STEPS)
    authorities = {**part_names(forecast, "authority_code"), EVERYONE: "All authorities"}
    shown.insert(1, "authority_name", shown["authority_code"].map(authorities))
    cells = int(shown[["base", "final"]].ne(0).to_numpy().sum())
    withheld = int(shown[["base", "final"]].eq(WITHHELD).to_numpy().sum())
    told = table.withheld
    return Shown(shown, Withheld(told.table, told.level, cells, withheld))


def _parted(forecast: Forecast, part: str) -> Released:
    """Release a waterfall by a part: no file of a run has it, so it stands by itself."""
    table = waterfall_table(forecast, part)
    shown = release({"": table}, part_dimensions(forecast), forecast.scenario.privacy)
    return shown[""]


def _to_multiple(values: pd.Series, multiple: int) -> pd.Series:
    return np.round(values / multiple) * multiple + 0.0


def shown_requests(forecast: Forecast, *, by_age: bool = False) -> Shown | None:
    """Return requests, assessments and new plans ahead as they may leave; None without any."""
    if forecast.requests is None:
        return None
    table = released_requests(forecast)["by_age" if by_age else "totals"]
    return shown_table(table, FIGURES)
