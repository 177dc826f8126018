"""Children who need a specialist place, by need group and by authority, as may be shown.

Means add up over groups and areas; percentiles are of sums that were made in every draw first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.areas import LATENT_TITLE, NEED_TITLES
from placement_planner.figures.demand import (
    EVERYONE,
    FIGURES,
    Shown,
    part_names,
    shown_counts,
)
from placement_planner.need.cube import Cube

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.forecast import Forecast

__all__ = [
    "COUNTED_AS",
    "KIND_NAMES",
    "shown_latent",
    "shown_need",
    "shown_need_groups",
    "shown_scope",
]

KIND_NAMES = {
    "all": "All specialist places",
    "base": "Specialist bases",
    "special": "Special schools",
}
COUNTED_AS = {
    "to_place": "Need a specialist place",
    "mainstream": "In a mainstream class",
    "alternative_provision": "In alternative provision",
    "further_education": "In further education or specialist post-16",
    "post_19_specialist": "In specialist places, aged 19 or over",
    "early_years": "In early years settings",
    "residential": "In residential places",
    "placed_outside_region": "Placed out of the region",
    "educated_elsewhere": "Educated elsewhere",
    "not_recorded": "Placement not recorded",
    "support_plan": "Individual support plan instead, no specialist place needed",
}
"""Why a child with a plan is to be placed or is not, in the order in which it is told."""


def _means(need: pd.DataFrame) -> Cube:
    """Sum means by area to a cube of one draw."""
    cells = ["authority_code", "need_group", "phase"]
    wide = need.pivot_table(
        index=cells, columns="academic_year", values="children", aggfunc="sum", fill_value=0.0
    ).sort_index()
    years = sorted(int(year) for year in wide.columns)
    children = wide[years].to_numpy(dtype=np.float32).T[:, :, None]
    return Cube(
        cells=wide.index.to_frame(index=False), academic_years=tuple(years), children=children
    )


def _summary(cube: Cube, lines: pd.Series, keys: Sequence[str]) -> pd.DataFrame:
    """Mean and percentiles by `keys`, line and year; of a single draw, the mean alone."""
    table = replace(cube, cells=cube.cells.assign(line=lines)).summed([*keys, "line"])
    figures = FIGURES if cube.children.shape[2] > 1 else ["mean"]
    return table[[*keys, "line", "academic_year", *figures]]


def _shown(forecast: Forecast, title: str, level: str, table: pd.DataFrame) -> Shown:
    figures = [name for name in FIGURES if name in table]
    return shown_counts(title, level, table, figures, forecast.scenario.privacy)


def _kinds(cube: Cube) -> pd.Series:
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    return cube.cells["need_group"].map(kinds)


def _everything(cube: Cube) -> pd.Series:
    return pd.Series("all", index=cube.cells.index, dtype=object)


def _in_order(table: pd.DataFrame, **orders: Sequence[str]) -> pd.DataFrame:
    """Sort rows by the places of codes in lists, then by year."""
    places = {
        name: table[name].map({code: place for place, code in enumerate(order)})
        for name, order in orders.items()
    }
    order = pd.DataFrame({**places, "academic_year": table["academic_year"]})
    order = order.sort_values(list(order.columns), kind="stable")
    return table.loc[order.index].reset_index(drop=True)


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
    cube = forecast.need_draws
    groups = code_table("need_groups")
    parts = [_everything(cube), _kinds(cube), cube.cells["need_group"]]
    table = pd.concat([_summary(cube, part, []) for part in parts], ignore_index=True)
    order = ["all"]
    for kind in ("base", "special"):
        order += [kind, *groups.loc[groups["provision_kind"] == kind, "need_group"]]
    table = _in_order(table, line=order).rename(columns={"line": "need_group"})
    names = dict(zip(groups["need_group"], groups["name"], strict=True)) | KIND_NAMES
    table.insert(1, "name", table["need_group"].map(names))
    title = f"{NEED_TITLES['all']}, by need group"
    return _shown(forecast, title, "need group and year", table)


def shown_need(forecast: Forecast) -> Shown:
    """Return need by authority, kind of place and year, as it may leave.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, kind ("all", "base",
        "special"), kind_name, academic_year, mean and, where need was drawn, percentiles.
    """
    cube = forecast.need_draws
    region = replace(cube, cells=cube.cells.assign(authority_code=EVERYONE))
    tables = [
        _summary(some, lines(some), ["authority_code"])
        for some in (region, cube)
        for lines in (_everything, _kinds)
    ]
    table = pd.concat(tables, ignore_index=True).rename(columns={"line": "kind"})
    authorities = {EVERYONE: "All authorities", **part_names(forecast, "authority_code")}
    table = _in_order(table, authority_code=list(authorities), kind=list(KIND_NAMES))
    table.insert(1, "authority_name", table["authority_code"].map(authorities))
    table.insert(3, "kind_name", table["kind"].map(KIND_NAMES))
    title = f"{NEED_TITLES['all']}, by authority and kind of place"
    return _shown(forecast, title, "authority and year", table)


def shown_latent(forecast: Forecast) -> Shown | None:
    """Return latent demand by authority and year, as it may leave; None where it is left out.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, academic_year, mean.
    """
    if forecast.latent.empty:
        return None
    cube = _means(forecast.latent)
    region = replace(cube, cells=cube.cells.assign(authority_code=EVERYONE))
    tables = [_summary(some, _everything(some), ["authority_code"]) for some in (region, cube)]
    table = pd.concat(tables, ignore_index=True).drop(columns="line")
    authorities = {EVERYONE: "All authorities", **part_names(forecast, "authority_code")}
    table = _in_order(table, authority_code=list(authorities))
    table.insert(1, "authority_name", table["authority_code"].map(authorities))
    return _shown(forecast, LATENT_TITLE, "authority and year", table)


def shown_scope(forecast: Forecast) -> Shown:
    """Return every child with a plan counted once: to place, or why not, as it may leave.

    Returns
    -------
    Shown
        authority_code ("all" is every authority, first), authority_name, counted_as, name,
        academic_year, mean (children).
    """
    scope = pd.DataFrame(forecast.scope)
    every = pd.concat([scope.assign(authority_code=EVERYONE), scope])
    wide = every.pivot_table(
        index=["authority_code", "counted_as"],
        columns="academic_year",
        values="children",
        aggfunc="sum",
        fill_value=0.0,
    )
    table = wide.stack().rename("mean").reset_index()  # noqa: PD013 - every year of every row
    authorities = {EVERYONE: "All authorities", **part_names(forecast, "authority_code")}
    others = sorted(set(table["counted_as"]) - set(COUNTED_AS))
    names = COUNTED_AS | {code: code.replace("_", " ").capitalize() for code in others}
    table = _in_order(table, authority_code=list(authorities), counted_as=list(names))
    table.insert(1, "authority_name", table["authority_code"].map(authorities))
    table.insert(3, "name", table["counted_as"].map(names))
    return _shown(forecast, "Children with a plan, counted once", "authority and year", table)
