"""Exact tables of children who need a specialist place, and of why others do not.

Means add up over groups and areas; percentiles are of sums that were made in every draw first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.exact.areas import NEED_TITLES, need_layers
from placement_planner.figures.exact.dimensions import place_of, study_dimensions
from placement_planner.figures.exact.parts import EVERYONE, FIGURES, part_names
from placement_planner.need.cube import Cube
from placement_planner.privacy import ALL, Partition, Published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.forecast import Forecast
    from placement_planner.privacy import Dimensions

__all__ = ["COUNTED_AS", "KIND_NAMES", "LATENT_TITLE", "need_dimensions", "need_tables"]

LATENT_TITLE = "Latent demand: assumed, beside the need"
_TO_PLACE = {"counted_as": "to_place"}
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


def need_tables(forecast: Forecast) -> dict[str, Published]:
    """Return every table of need that is published, exact, by name.

    Parameters
    ----------
    forecast
        A projection.

    Returns
    -------
    dict
        need:<need>:<phase> (by area), need_groups, need_authority, scope, and latent where there
        is any.
    """
    years = sorted({int(year) for year in forecast.area_need["academic_year"].unique()})
    layers = need_layers(forecast, years, **_TO_PLACE)
    tables = {f"need:{need}:{phase}": layer for (need, phase), layer in layers.items()}
    tables |= {
        "need_groups": _need_groups(forecast),
        "need_authority": _need_authority(forecast),
        "scope": _scope(forecast),
    }
    return tables if forecast.latent.empty else tables | {"latent": _latent(forecast)}


def need_dimensions(forecast: Forecast) -> Dimensions:
    """Return the partitions of place, need group and phase, and of what children are counted as."""
    reasons = tuple(str(code) for code in forecast.scope["counted_as"].unique())
    return {
        **study_dimensions(forecast.inputs.areas),
        "counted_as": [Partition(ALL, reasons)],
    }


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


def _published(
    title: str, level: str, table: pd.DataFrame, keys: dict[str, str], **of: str
) -> Published:
    """Publish means, and the percentiles beside them."""
    return Published(
        title=title,
        by_level={level: table},
        keys={**keys, "academic_year": "year"},
        counts={"mean": "children"},
        of={"mean": of},
        beside=[name for name in FIGURES if name in table and name != "mean"],
    )


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


def _need_groups(forecast: Forecast) -> Published:
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
    return _published(title, "need group and year", table, {"need_group": "need"}, **_TO_PLACE)


def _need_authority(forecast: Forecast) -> Published:
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
    keys = {"place": "place", "kind": "need"}
    return _published(title, "authority and year", _placed(table), keys, **_TO_PLACE)


def _latent(forecast: Forecast) -> Published:
    cube = _means(forecast.latent)
    region = replace(cube, cells=cube.cells.assign(authority_code=EVERYONE))
    tables = [_summary(some, _everything(some), ["authority_code"]) for some in (region, cube)]
    table = pd.concat(tables, ignore_index=True).drop(columns="line")
    authorities = {EVERYONE: "All authorities", **part_names(forecast, "authority_code")}
    table = _in_order(table, authority_code=list(authorities))
    table.insert(1, "authority_name", table["authority_code"].map(authorities))
    told = _published(LATENT_TITLE, "authority and year", _placed(table), {"place": "place"})
    return replace(told, counts={"mean": "latent"})


def _scope(forecast: Forecast) -> Published:
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
    keys = {"place": "place", "counted_as": "counted_as"}
    title = "Children with a plan, counted once"
    return _published(title, "authority and year", _placed(table), keys)


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(place=place_of("authority", table["authority_code"]))
