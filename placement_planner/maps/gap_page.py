"""The page of the gap: where children have no place, and which places are in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.figures.areas import AreaTable
from placement_planner.figures.gap import (
    COLUMN_NAMES,
    COLUMNS,
    access_by_area,
    shown_components,
    shown_gap,
    unmet_by_area,
)
from placement_planner.figures.premises import need_premises
from placement_planner.figures.supply import shown_exchange, shown_over_full
from placement_planner.maps import layers
from placement_planner.maps.frame import Pane, write_page
from placement_planner.maps.marks import place_marks, places_by_year, year_columns
from placement_planner.maps.scales import BLUES, PINKS
from placement_planner.maps.shadings import ALL, Layer, records_of
from placement_planner.wording import measured

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from placement_planner.balance import Balance
    from placement_planner.figures.demand import Shown

__all__ = ["write_gap_map"]


def write_gap_map(balance: Balance, path: Path, *, made: date | None = None) -> Path:
    """Write one HTML file with the map of the gap and its tables; it opens without a network.

    Parameters
    ----------
    balance
        Need set against places; disclosure control is applied here, by the scenario's choices.
    path
        File to write; its folder is made.
    made
        Date that stands on the page; today where it is left out.

    Returns
    -------
    Path
        `path`.
    """
    by_authority, by_group = (shown_gap(balance, part) for part in ("authority_code", "need_group"))
    components = shown_components(balance)
    exchange = shown_exchange(
        balance.tables.exchange_now, balance.inputs.authorities, balance.scenario.privacy
    )
    around, last = balance.surroundings, balance.final_year
    base = balance.scenario.need.base_january - 1
    full = shown_over_full(
        around.over_full(base), balance.inputs.authorities, balance.scenario.privacy
    )
    pools = balance.tables.tables.pools
    places = places_by_year(
        pools[pools["academic_year"] == last], around.sites, balance.inputs.authorities, full.frame
    )
    pane = Pane(
        study=balance,
        layers=_layers(balance),
        marks={"places": layers.place_layer(place_marks(places, around.sites))},
        tables={"places": places.to_dict("records"), "place_years": year_columns(places)},
    )
    shown = (by_authority, by_group, components, full, exchange)
    records = [*records_of(pane.layers), *(table.withheld for table in shown)]
    return write_page(
        "gap_page.html",
        [pane],
        path,
        made=made,
        last_year=last,
        base_year=base,
        columns=[COLUMN_NAMES[name] for name in COLUMNS],
        by_authority=_rows(by_authority, last),
        by_group=_rows(by_group, last),
        components=_components(components, last),
        over_full=full.frame.to_dict("records"),
        exchange=_matrix(exchange),
        journeys=_journeys(balance),
        premises=need_premises(balance.scenario, balance.inputs),
        notes=balance.notes,
        withheld=[record for record in records if record.cells],
        sources=sorted(
            {
                *around.cost_lines["source"].astype(str),
                *around.fallback["source"].astype(str),
            }
        ),
    )


def _layers(balance: Balance) -> list[Layer]:
    """Return the ways to shade: children without a place at best, and places in reach."""
    year = str(balance.final_year)
    unmet, access = unmet_by_area(balance), access_by_area(balance)
    return [
        Layer(
            key="unmet", title="Children without a place", unit="children", palette=PINKS,
            about="Children without a place at best",
            tables={(ALL, ALL): _of(unmet, "children", year)},
        ),
        Layer(
            key="access", title="Places in reach", unit="places per 100 children", palette=BLUES,
            about="Places in reach per 100 children",
            tables={(ALL, ALL): _of(access, "places", year)},
        ),
    ]  # fmt: skip


def _of(table: AreaTable, column: str, year: str) -> AreaTable:
    """Keep one column, as that of the year."""
    frame = table.frame[["code", "name", column]].rename(columns={column: year})
    return AreaTable(frame, table.level, table.withheld)


def _rows(shown: Shown, year: int) -> list[dict[str, Any]]:
    """Return name and figures of one year, row by row."""
    rows = shown.frame[shown.frame["academic_year"] == year]
    return [{"name": row["name"], "figures": [row[name] for name in COLUMNS]}
            for row in rows.to_dict("records")]  # fmt: skip


def _components(shown: Shown, year: int) -> dict[str, Any]:
    """Turn what stands beside the gap in one year into a table with a column an authority."""
    rows = shown.frame[shown.frame["academic_year"] == year]
    names = list(dict.fromkeys(rows["authority_name"]))
    wide = rows.pivot_table(
        index="name", columns="authority_name", values="children", aggfunc="first", sort=False
    )
    in_need = rows.drop_duplicates("name").set_index("name")["in_need"]
    return {
        "authorities": names,
        "rows": [
            {"name": name, "in_need": in_need[name], "figures": _cells(values)}
            for name, values in zip(wide.index, wide[names].to_numpy(dtype=object), strict=True)
        ],
    }


def _cells(values: NDArray[np.object_]) -> list[Any]:
    return [None if pd.isna(value) else value for value in values]


def _matrix(shown: Shown) -> dict[str, Any]:
    """Turn home, place, children into a table with a column a place."""
    wide = shown.frame.pivot_table(
        index="authority_name", columns="place_authority_name", values="children", aggfunc="first"
    )
    return {
        "places": list(wide.columns),
        "rows": [
            {"home": home, "figures": _cells(values)}
            for home, values in zip(wide.index, wide.to_numpy(dtype=object), strict=True)
        ],
    }


def _journeys(balance: Balance) -> list[tuple[str, str]]:
    """Say how far children ride to the places they hold now."""
    if balance.journeys.empty:
        return []
    told = balance.journeys.iloc[0]
    privacy = balance.scenario.privacy
    rounding = 1 if privacy.profile == "internal" else privacy.rounding
    return [
        ("Children who hold a place", f"{rounding * round(told['children'] / rounding):,.0f}"),
        ("Mean time in the vehicle, one way", measured(told["mean_ride_minutes"], "minutes")),
        ("Nine in ten within", measured(told["p90_ride_minutes"], "minutes")),
        ("Beyond the guide of 45 or 75 minutes", f"{100 * told['beyond_guide']:.0f} %"),
        ("Within the statutory walking distance", f"{100 * told['within_walking']:.0f} %"),
        ("With arranged transport (estimated)", f"{100 * told['transported']:.0f} %"),
        ("Transport a year (estimated)", measured(told["gbp"], "GBP")),
    ]
