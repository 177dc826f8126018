"""Figures of a projection that may be shown: tables for charts and reports, past `privacy`.

Charts, files and printed summaries take their figures from here, so that they say the same and
nothing leaves that disclosure control has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.need.cube import PERCENTILES
from placement_planner.need.waterfall import EFFECTS, STEPS, sum_steps
from placement_planner.privacy import WITHHELD, Withheld, withhold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placement_planner.forecast import Forecast
    from placement_planner.need.cube import Cube
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
]

EVERYONE = "all"
MEDIANS = "Medians of parts do not add up to the median of the whole: draws are added first."
PARTS = {
    "authority_code": "authority",
    "need_type": "need",
    "setting": "placement",
    "phase": "phase",
}
"""Columns that a projection is parted by, and what people call them."""
FIGURES = ["mean", *PERCENTILES]


@dataclass(frozen=True)
class Shown:
    """A table that may leave, and how much of it was withheld."""

    frame: pd.DataFrame
    withheld: Withheld


def part_names(forecast: Forecast, part: str) -> Mapping[str, str]:
    """Return the names of the codes of a column of `PARTS`."""
    if part == "authority_code":
        authorities = forecast.inputs.authorities.set_index("authority_code")["authority_name"]
        return {str(code): str(name) for code, name in authorities.items()}
    if part == "phase":
        phases = code_table("phases")["phase"].drop_duplicates()
        return {
            phase: phase.replace("post_", "post-").replace("_", " ").capitalize()
            for phase in phases
        }
    names = code_table({"need_type": "need_types", "setting": "settings"}[part])
    return dict(zip(names.iloc[:, 0], names["name"], strict=True))


def totals(forecast: Forecast) -> pd.DataFrame:
    """Return mean, percentiles and held of all children by academic year; not yet withheld."""
    table = forecast.parts.condensed(["authority_code"]).summed([]).drop(columns="std_dev")
    held = forecast.held.children.sum(axis=(1, 2), dtype=float)
    return table.assign(held=held)


def shown_totals(forecast: Forecast) -> pd.DataFrame:
    """Return `totals` as they may be shown."""
    frame = totals(forecast)
    return shown_counts("", "", frame, [*FIGURES, "held"], forecast.scenario.privacy).frame


def shown_counts(
    title: str, level: str, frame: pd.DataFrame, counts: Sequence[str], choices: PrivacyChoices
) -> Shown:
    """Return mean, percentiles and further counts as they may leave, and how many may not.

    Where mean or median are withheld, every percentile is; what is rounded is a whole number.
    """
    shown = withhold(frame, counts, choices)
    if choices.profile == "public":
        figures = [name for name in FIGURES if name in counts]
        middles = [name for name in ("mean", "median") if name in counts]
        hidden = shown[middles].eq(WITHHELD).any(axis=1)
        shown = shown.assign(
            **{name: shown[name].astype(object).mask(hidden, WITHHELD) for name in figures}
        )
    return _recorded(title, level, frame, _whole(shown, counts), counts)


def _whole(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
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


def _recorded(
    title: str, level: str, before: pd.DataFrame, shown: pd.DataFrame, counts: Sequence[str]
) -> Shown:
    """Say how many of the counts above nothing are withheld."""
    columns = list(counts)
    cells = int(before[columns].gt(0).to_numpy().sum())
    return Shown(
        shown, Withheld(title, level, cells, int(shown[columns].eq(WITHHELD).to_numpy().sum()))
    )


def _summary(cube: Cube, part: str) -> pd.DataFrame:
    """Mean and percentiles by authority and part, and of all authorities together."""
    keys = list(dict.fromkeys(["authority_code", part]))
    few = cube.condensed(keys)
    region = replace(few, cells=few.cells.assign(authority_code=EVERYONE))
    own, region = few.summed(keys), region.condensed(keys).summed(keys)
    return pd.concat([region, own], ignore_index=True)[[*keys, "academic_year", *FIGURES]]


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
    table = _summary(forecast.parts, part)
    title = f"Children by {PARTS[part]}"
    shown = shown_counts(title, "authority and year", table, FIGURES, forecast.scenario.privacy)
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
    keys = list(dict.fromkeys(["authority_code", part or "authority_code"]))
    region = forecast.waterfall.assign(authority_code=EVERYONE)
    table = pd.concat([sum_steps(region, keys), sum_steps(forecast.waterfall, keys)])
    title = "Why the number changes" + ("" if part is None else f", by {PARTS[part]}")
    ends = ["base", "final"]
    if choices.profile == "public":
        multiple = choices.rounding
        table = table.assign(
            **{name: np.round(table[name] / multiple) * multiple + 0.0 for name in EFFECTS}
        )
    table = table.reset_index(drop=True)
    shown = withhold(table, ends, choices, derived=EFFECTS)
    if choices.profile == "public":
        hidden = shown[ends].eq(WITHHELD).any(axis=1)
        shown = shown.assign(
            **{name: shown[name].astype(object).mask(hidden, WITHHELD) for name in STEPS}
        )
    shown = _whole(shown, STEPS)
    authorities = {**part_names(forecast, "authority_code"), EVERYONE: "All authorities"}
    shown.insert(1, "authority_name", shown["authority_code"].map(authorities))
    return _recorded(title, "authority and year", table, shown, ends)


def shown_requests(forecast: Forecast, *, by_age: bool = False) -> Shown | None:
    """Return requests, assessments and new plans ahead as they may leave; None without any."""
    if forecast.requests is None:
        return None
    table: pd.DataFrame = forecast.requests.by_age if by_age else forecast.requests.totals
    choices = forecast.scenario.privacy
    level = "authority, age and year" if by_age else "authority and year"
    title = "Requests, assessments and new plans"
    return shown_counts(title, level, pd.DataFrame(table), FIGURES, choices)
