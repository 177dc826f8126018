"""The page of a projection: where children who need a specialist place live, now and to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.figures.areas import (
    LATENT_TITLE,
    LEVEL_NAMES,
    AreaTable,
    area_codes,
    change_shown,
    children_by_year,
)
from placement_planner.figures.layers import need_layers
from placement_planner.figures.need import (
    KIND_NAMES,
    shown_latent,
    shown_need,
    shown_need_groups,
    shown_scope,
)
from placement_planner.figures.premises import policy_name, premises, study_sources
from placement_planner.maps.frame import Pane, write_page
from placement_planner.maps.scales import BLUES, PALETTES
from placement_planner.maps.shadings import ALL, Layer, records_of
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from placement_planner.figures.demand import Shown
    from placement_planner.forecast import Forecast

__all__ = ["write_need_map"]

_LARGEST = 15


def write_need_map(forecast: Forecast, path: Path, *, made: date | None = None) -> Path:
    """Write one HTML file with the map of need and its tables; it opens without a network.

    Areas are shaded by the need of the base year, of a year midway, of the last year, or by the
    change: for all specialist places, for bases, for special schools.

    Parameters
    ----------
    forecast
        A projection; disclosure control is applied here, by the scenario's choices.
    path
        File to write; its folder is made.
    made
        Date that stands on the page; today where it is left out.

    Returns
    -------
    Path
        `path`.
    """
    ways = need_ways(forecast)
    need, groups, scope = shown_need(forecast), shown_need_groups(forecast), shown_scope(forecast)
    latent = shown_latent(forecast)
    years = sorted({int(year) for year in need.frame["academic_year"].unique()})
    records = [*records_of(ways), *(table.withheld for table in (need, groups, scope))]
    records += [] if latent is None else [latent.withheld]
    return write_page(
        "need_page.html",
        [Pane(study=forecast, layers=ways)],
        path,
        made=made,
        all_years=years,
        drawn=drawn_years(forecast),
        draws=forecast.parts.children.shape[2],
        policy=policy_name(forecast.scenario.policy.scenario),
        premises=premises(forecast),
        notes=forecast.notes,
        by_authority=_by_year(need, ["authority_name", "kind_name"]),
        by_group=_by_year(groups, ["name"]),
        counted_once=_by_year(_of_all(scope), ["name"]),
        latent=[] if latent is None else _by_year(latent, ["authority_name"]),
        largest=_largest(forecast, ways[0].tables[ALL, ALL]),
        by_level=f"by {LEVEL_NAMES[ways[0].tables[ALL, ALL].level]}",
        sums=list(KIND_NAMES.values()),
        withheld=[record for record in records if record.cells],
        sources=list(study_sources(forecast)),
    )


def need_ways(forecast: Forecast) -> list[Layer]:
    """Return what areas can be shaded by: need, its change since the base, latent demand."""
    tables = need_layers(forecast)
    need = Layer(
        key="need", title="Children who need a place", unit="children", palette=BLUES,
        about="Children who need a specialist place", tables=tables,
    )  # fmt: skip
    base = need.columns[0][0]
    if len(need.columns) == 1:
        return [need]
    change = Layer(
        key="change", title=f"Change since {year_label(int(base))}", unit="children",
        about=f"Children who need a specialist place, change since {year_label(int(base))}",
        palette=PALETTES["rise"], is_change=True,
        tables={member: _since(table, base) for member, table in tables.items()},
    )  # fmt: skip
    if not len(forecast.latent):
        return [need, change]
    years = [int(year) for year, _ in need.columns]
    assumed = children_by_year(forecast, forecast.latent, years, LATENT_TITLE)
    latent = Layer(
        key="latent", title="Latent demand (assumed)", unit="children", palette=BLUES,
        about=LATENT_TITLE, tables={(ALL, ALL): assumed},
    )  # fmt: skip
    return [need, change, latent]


def _since(table: AreaTable, base: str) -> AreaTable:
    """Return the change of each year since the base, from figures that are shown."""
    years = [name for name in table.frame.columns if name not in {"code", "name"}]
    changes = {year: change_shown(table.frame[base], table.frame[year]) for year in years}
    return AreaTable(table.frame[["code", "name"]].assign(**changes), table.level, table.withheld)


def drawn_years(forecast: Forecast) -> list[int]:
    """Return the base, the middle and the last academic year of the need of a projection."""
    years = sorted({int(year) for year in forecast.area_need["academic_year"].unique()})
    return sorted({years[0], years[len(years) // 2], years[-1]})


def _of_all(shown: Shown) -> Shown:
    """Keep the rows of all authorities together."""
    rows = shown.frame[shown.frame["authority_code"] == "all"]
    return type(shown)(rows, shown.withheld)


def _by_year(shown: Shown, names: Sequence[str]) -> list[dict[str, Any]]:
    """Turn rows by year into a row a name: figures by year, the range of the last, the change."""
    rows = []
    for name, group in shown.frame.groupby(list(names), sort=False):
        by_year = group.sort_values("academic_year")
        figures, last = by_year["mean"].astype(object), by_year.iloc[-1]
        change = change_shown(figures.iloc[[0]], figures.iloc[[-1]].set_axis(figures.index[:1]))
        rows.append(
            {
                "names": name,
                "figures": figures.tolist(),
                "change": change.iloc[0],
                "range": [last["p5"], last["p95"]] if "p5" in by_year else None,
            }
        )
    return rows


def _largest(forecast: Forecast, table: AreaTable) -> list[dict[str, Any]]:
    """Return the areas with most need in the last drawn year, largest first."""
    years = [str(year) for year in drawn_years(forecast)]
    change = change_shown(table.frame[years[0]], table.frame[years[-1]])
    frame = table.frame.assign(change=change)
    frame = frame.assign(size=pd.to_numeric(frame[years[-1]], errors="coerce"))
    largest = frame.sort_values(["size", "code"], ascending=[False, True]).head(_LARGEST)
    codes = area_codes(forecast).drop_duplicates(f"{table.level}_code")
    authorities = codes.set_index(f"{table.level}_code")["authority_name"]
    return [
        {
            "name": row["name"],
            "authority": authorities[row["code"]],
            "figures": [row[year] for year in years],
            "change": row["change"],
        }
        for row in largest[largest["size"] > 0].to_dict("records")
    ]
