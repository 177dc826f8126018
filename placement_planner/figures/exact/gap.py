"""Exact tables of the gap between need and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.exact.areas import by_area_and_year
from placement_planner.figures.exact.dimensions import PHASES, place_of, study_dimensions
from placement_planner.gap import COMPONENT_NAMES
from placement_planner.privacy import ALL, Published

if TYPE_CHECKING:
    from placement_planner.balance import Balance
    from placement_planner.privacy import Dimensions

__all__ = ["GAP_COUNTS", "gap_dimensions", "gap_tables"]

GAP_COUNTS = ["need", "without_here", "without_in_reach", "without_at_best"]
_PARTS = {
    "authority_code": ("authorities", "place"),
    "need_group": ("need groups", "need"),
    "phase": ("phases", "phase"),
}


def gap_tables(balance: Balance) -> dict[str, Published]:
    """Return every table of the gap that is published, exact, by name.

    Returns
    -------
    dict
        by:<part>, unmet, access, components.
    """
    return {
        **{f"by:{part}": _gap(balance, part) for part in _PARTS},
        "unmet": _unmet(balance),
        "access": _access(balance),
        "components": _components(balance),
    }


def gap_dimensions(balance: Balance) -> Dimensions:
    """Return the partitions of place, need group and phase."""
    return study_dimensions(balance.inputs.areas)


def _gap(balance: Balance, part: str) -> Published:
    rows = balance.tables.gap
    names = _names(balance, part)
    table = pd.concat([_by(rows.assign(**{part: ALL}), part), _by(rows, part)])
    order = {code: place for place, code in enumerate(names)}
    table = table.sort_values(
        [part, "academic_year"],
        key=lambda column: column.map(order) if column.name == part else column,
        ignore_index=True,
    )
    table.insert(1, "name", table[part].map(names))
    title, dimension = _PARTS[part]
    member = place_of("authority", table[part]) if dimension == "place" else table[part]
    return Published(
        title=f"Gap by {title}",
        by_level={"": table.assign(member=member)},
        keys={"member": dimension, "academic_year": "year"},
        counts={name: name for name in GAP_COUNTS},
    )


def _by(rows: pd.DataFrame, part: str) -> pd.DataFrame:
    keys = [part, "academic_year"]
    sums = rows.pivot_table(
        index=keys, columns="way", values=["need", "supply", "unmet"], aggfunc="sum"
    )
    told = pd.DataFrame(
        {
            "need": sums["need", "residence"],
            "places_here": sums["supply", "residence"],
            "without_here": sums["unmet", "residence"],
            "without_in_reach": sums["unmet", "accessible"],
            "without_at_best": sums["unmet", "assignment"],
        }
    )
    told = told.fillna(0.0).reset_index()
    return told.assign(places_here=told["places_here"].round().astype(int))


def _names(balance: Balance, part: str) -> dict[str, str]:
    if part == "authority_code":
        authorities = balance.inputs.authorities
        codes = dict(zip(authorities["authority_code"], authorities["authority_name"], strict=True))
        return {ALL: "All authorities", **codes}
    if part == "need_group":
        groups = code_table("need_groups").set_index("need_group")["name"]
        return {ALL: "All need groups", **groups.to_dict()}
    phases = {phase: phase.replace("_", "-").capitalize() for phase in PHASES}
    return {ALL: "All phases", **phases}


def _final(balance: Balance, way: str) -> pd.DataFrame:
    rows = balance.tables.gap
    return rows[(rows["way"] == way) & (rows["academic_year"] == balance.final_year)]


def _unmet(balance: Balance) -> Published:
    rows = _final(balance, "assignment")[["area_code", "academic_year", "unmet"]]
    return by_area_and_year(
        balance,
        "Children without a place at best",
        rows.rename(columns={"unmet": "children"}),
        {"children": "without_at_best"},
        years=[balance.final_year],
        finest=balance.scenario.siting.level,
    )


def _access(balance: Balance) -> Published:
    """Places in reach per 100 children, in whole numbers: more digits would tell the count."""
    rows = _final(balance, "accessible")[["area_code", "academic_year", "need", "supply"]]
    table = by_area_and_year(
        balance,
        "Places in reach per 100 children",
        rows.rename(columns={"need": "children"}),
        {"children": "need"},
        sums=["supply"],
        years=[balance.final_year],
        finest=balance.scenario.siting.level,
        rates={"places": "children"},
    )
    return table.with_frames(_per_hundred)


def _per_hundred(table: pd.DataFrame) -> pd.DataFrame:
    children = table["children"].where(table["children"] > 0)
    return table.assign(places=(100 * table["supply"] / children).round())


def _components(balance: Balance) -> Published:
    rows = balance.tables.components
    keys = ["component", "academic_year"]
    parts = [rows.assign(authority_code=ALL), rows]
    told = [
        part.groupby([*keys, "authority_code"], as_index=False).agg(
            children=("children", "sum"), in_need=("in_need", _in_words)
        )
        for part in parts
    ]
    table = pd.concat(told, ignore_index=True)
    table = table.assign(
        name=table["component"].map(COMPONENT_NAMES),
        authority_name=table["authority_code"].map(_names(balance, "authority_code")),
        place=place_of("authority", table["authority_code"]),
    )
    return Published(
        title="What stands beside the gap",
        by_level={"": table},
        keys={"place": "place", "component": "component", "academic_year": "year"},
        counts={"children": "component"},
    )


def _in_words(in_need: pd.Series) -> str:
    return " or ".join(sorted(in_need.unique()))
