"""Exact tables of children with plans, by authority and part, and of why their number changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.exact.dimensions import place_of
from placement_planner.need.cube import PERCENTILES
from placement_planner.need.waterfall import EFFECTS, sum_steps
from placement_planner.privacy import ALL, Partition, Published

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.forecast import Forecast
    from placement_planner.privacy import Dimensions

__all__ = [
    "EVERYONE",
    "FIGURES",
    "PARTS",
    "part_dimensions",
    "part_names",
    "part_tables",
    "request_dimensions",
    "request_tables",
    "totals",
    "waterfall_table",
]

EVERYONE = "all"
PARTS = {
    "authority_code": "authority",
    "need_type": "need",
    "setting": "placement",
    "phase": "phase",
}
"""Columns that a projection is parted by, and what people call them."""
FIGURES = ["mean", *PERCENTILES]
_QUANTITY = "children with a plan"


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


def part_tables(forecast: Forecast) -> dict[str, Published]:
    """Return every table of children with plans that is published, exact, by name.

    Returns
    -------
    dict
        totals, summary:<part>, and waterfall. Means are in the column mean.
    """
    return {
        "totals": _totals(forecast),
        **{f"summary:{part}": _summary(forecast, part) for part in PARTS},
        "waterfall": waterfall_table(forecast),
    }


def part_dimensions(forecast: Forecast) -> Dimensions:
    """Return the partitions of authority, need, placement and phase."""
    cells = forecast.parts.cells

    def members(part: str) -> tuple[str, ...]:
        return tuple(str(code) for code in cells[part].unique())

    authorities = tuple(place_of("authority", pd.Series(members("authority_code"))))
    return {
        "place": [Partition(ALL, authorities)],
        **{part: [Partition(ALL, members(part))] for part in PARTS if part != "authority_code"},
    }


def totals(forecast: Forecast) -> pd.DataFrame:
    """Return mean, percentiles and held of all children by academic year."""
    table = forecast.parts.condensed(["authority_code"]).summed([]).drop(columns="std_dev")
    held = forecast.held.children.sum(axis=(1, 2), dtype=float)
    return table.assign(held=held)


def _totals(forecast: Forecast) -> Published:
    return Published(
        title="Children with a plan",
        by_level={"year": totals(forecast)},
        keys={"academic_year": "year"},
        counts={"mean": _QUANTITY, "held": "held"},
        beside=list(PERCENTILES),
    )


def _summary(forecast: Forecast, part: str) -> Published:
    """Mean and percentiles by authority and part, and of all authorities together."""
    keys = list(dict.fromkeys(["authority_code", part]))
    few = forecast.parts.condensed(keys)
    region = replace(few, cells=few.cells.assign(authority_code=EVERYONE))
    own, region = few.summed(keys), region.condensed(keys).summed(keys)
    table = pd.concat([region, own], ignore_index=True)[[*keys, "academic_year", *FIGURES]]
    return Published(
        title=f"Children by {PARTS[part]}",
        by_level={"authority and year": _placed(table)},
        keys={"place": "place", "academic_year": "year"}
        | ({} if part == "authority_code" else {part: part}),
        counts={"mean": _QUANTITY},
        beside=list(PERCENTILES),
    )


def waterfall_table(forecast: Forecast, part: str | None = None) -> Published:
    """Why the number of children changes, by authority and year: base, the effects, final.

    Parameters
    ----------
    forecast
        A projection.
    part
        A column of `PARTS` to part by besides.
    """
    keys = list(dict.fromkeys(["authority_code", part or "authority_code"]))
    region = forecast.waterfall.assign(authority_code=EVERYONE)
    table = pd.concat([sum_steps(region, keys), sum_steps(forecast.waterfall, keys)])
    is_parted = part is not None and part != "authority_code"
    base_year = str(forecast.parts.academic_years[0])
    return Published(
        title="Why the number changes" + ("" if part is None else f", by {PARTS[part]}"),
        by_level={"authority and year": _placed(table.reset_index(drop=True))},
        keys={"place": "place", "academic_year": "year"}
        | ({str(part): str(part)} if is_parted else {}),
        counts={"base": _QUANTITY, "final": _QUANTITY},
        of={"base": {"year": base_year}},
        derived=dict.fromkeys(EFFECTS, 9),
    )


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(place=place_of("authority", table["authority_code"]))


def request_tables(forecast: Forecast) -> dict[str, Published]:
    """Return requests, assessments and new plans ahead: totals, by_age; nothing without any."""
    if forecast.requests is None:
        return {}
    title = "Requests, assessments and new plans"
    keys = {"place": "place", "measure": "flow", "calendar_year": "year"}
    return {
        "totals": Published(
            title=title,
            by_level={"authority and year": _placed(pd.DataFrame(forecast.requests.totals))},
            keys=keys,
            counts={"mean": "requests"},
            beside=list(PERCENTILES),
        ),
        "by_age": Published(
            title=title,
            by_level={"authority, age and year": _placed(pd.DataFrame(forecast.requests.by_age))},
            keys={**keys, "age": "age"},
            counts={"mean": "requests"},
            beside=list(PERCENTILES),
        ),
    }


def request_dimensions(forecast: Forecast) -> Dimensions:
    """Return the partitions of authority and age."""
    if forecast.requests is None:
        return {}
    codes = pd.Series(forecast.requests.totals["authority_code"].unique(), dtype="str")
    authorities = tuple(place_of("authority", codes[codes != EVERYONE]))
    ages = tuple(str(age) for age in forecast.requests.by_age["age"].unique())
    return {"place": [Partition(ALL, authorities)], "age": [Partition(ALL, ages)]}
