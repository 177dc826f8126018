"""What areas may be shaded by: need, gap and journeys, each with its scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placement_planner.figures.areas import (
    LATENT_TITLE,
    LEVEL_NAMES,
    change_shown,
    children_by_year,
    need_by_year,
)
from placement_planner.figures.plan import final_year, gap_by_area, journeys_by_area, need_by_area
from placement_planner.maps.scales import (
    BLUES,
    PINKS,
    PURPLES,
    ChangeScale,
    Scale,
    make_change_scale,
    make_scale,
)
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.figures.areas import AreaTable, Kind
    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome

__all__ = ["Shading", "drawn_years", "need_shadings", "shadings"]

_LAYERS: dict[Kind, str] = {
    "all": "Need, all groups",
    "base": "Need for specialist bases",
    "special": "Need for special schools",
}


@dataclass(frozen=True)
class Shading:
    """One way to shade the areas: a column of a table, by a scale.

    Shadings of the same `title` are views of one layer, of one table: `view` tells them apart.
    """

    title: str
    view: str
    table: AreaTable
    column: str
    scale: Scale | ChangeScale

    @property
    def by(self) -> str:
        """Areas that are shaded, in words."""
        return f"by {LEVEL_NAMES[self.table.level]}"


def shadings(outcome: Outcome) -> list[Shading]:
    """Return every way to shade the areas; what is compared shares one table and one scale."""
    view = year_label(final_year(outcome))
    need = [(title, need_by_area(outcome, kind)) for kind, title in _LAYERS.items()]
    return [
        *(
            Shading(title, view, table, "children", _scale(table, ["children"], BLUES, "children"))
            for title, table in need
        ),
        *_compared("Gap", view, gap_by_area(outcome), PINKS, "children"),
        *_compared("Journeys", view, journeys_by_area(outcome), PURPLES, "minutes"),
    ]


def _scale(table: AreaTable, columns: Sequence[str], palette: tuple[str, ...], unit: str) -> Scale:
    return make_scale([table.frame[column] for column in columns], palette, unit)


def _compared(
    title: str, view: str, table: AreaTable, palette: tuple[str, ...], unit: str
) -> tuple[Shading, Shading]:
    scale = _scale(table, ["do_nothing", "plan"], palette, unit)
    return (
        Shading(f"{title}, nothing built", view, table, "do_nothing", scale),
        Shading(f"{title}, with the plan", view, table, "plan", scale),
    )


def drawn_years(forecast: Forecast) -> list[int]:
    """Return the base, the middle and the last academic year of the need of a projection."""
    years = sorted({int(year) for year in forecast.area_need["academic_year"].unique()})
    return sorted({years[0], years[len(years) // 2], years[-1]})


def need_shadings(forecast: Forecast) -> list[Shading]:
    """Return need by kind of place: at the base, midway, in the last year, and the change.

    Latent demand is a kind of its own, where it is assumed.
    Years of one kind share a table, and so the areas and the scale.
    """
    years = drawn_years(forecast)
    tables = {title: need_by_year(forecast, years, kind) for kind, title in _LAYERS.items()}
    if len(forecast.latent):
        latent = children_by_year(forecast, forecast.latent, years, LATENT_TITLE)
        tables["Latent demand (assumed)"] = latent
    return [shading for title, table in tables.items() for shading in _views(title, table)]


def _views(title: str, table: AreaTable) -> list[Shading]:
    """Return the views of one kind of need: a year each, and the change from first to last."""
    columns = [name for name in table.frame.columns if name not in {"code", "name"}]
    first, last = columns[0], columns[-1]
    frame = table.frame.assign(change=change_shown(table.frame[first], table.frame[last]))
    table = replace(table, frame=frame)
    scale = _scale(table, columns, BLUES, "children")
    views = [Shading(title, year_label(int(name)), table, name, scale) for name in columns]
    if first == last:
        return views
    change = make_change_scale(frame["change"], "children")
    words = f"Change, {year_label(int(first))} to {year_label(int(last))}"
    return [*views, Shading(title, words, table, "change", change)]
