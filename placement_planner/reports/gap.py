"""The folder of a gap: what may leave at the top, the whole of it under `internal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.charts import (
    cost_curve_chart,
    gap_chart,
    places_chart,
    ride_curve_chart,
)
from placement_planner.figures.costs import shown_costs
from placement_planner.figures.gap import (
    COLUMN_NAMES,
    COLUMNS,
    access_by_area,
    shown_components,
    shown_gap,
    unmet_by_area,
)
from placement_planner.figures.supply import (
    shown_establishments,
    shown_exchange,
    shown_over_full,
    shown_supply,
)
from placement_planner.figures.transport import shown_curve, shown_journeys
from placement_planner.reports.cube_file import INTERNAL_NOTICE
from placement_planner.reports.files import (
    WITHHELD_FILE,
    mark_of,
    write_internal,
    write_table,
    write_withheld,
)
from placement_planner.scenario import scenario_template
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from placement_planner.balance import Balance
    from placement_planner.figures.demand import Shown

__all__ = ["gap_lines", "write_gap"]

_README = (
    f"{INTERNAL_NOTICE}\n\n"
    "gap.csv holds the gap three ways by area, need group, phase and year; access.csv places per\n"
    "child in reach; register.csv every pool of places by year; placed.csv who holds a place now;\n"
    "exchange_now.csv and exchange.csv children by authority of home and of place; empty.csv\n"
    "places left empty at best; components.csv what stands beside the gap; transport.csv rides\n"
    "and their price; factors.csv what the price was calibrated to; stranded.csv areas that\n"
    "reach no site.\n"
    "Nothing is suppressed or rounded. They are not for publication.\n"
)


def write_gap(balance: Balance, folder: Path) -> None:
    """Write tables and charts of a gap into a folder that is being made.

    Parameters
    ----------
    balance
        Need set against places.
    folder
        Top, by the scenario's privacy profile: gap_authority.csv, gap_need_group.csv,
        gap_phase.csv, components.csv, exchange.csv, places.csv, over_full.csv, establishments.csv,
        journeys.csv, costs.csv, transport_curve.csv, withheld.csv (the log), four charts,
        summary.txt, scenario.toml. In `internal/`: every table as it is.
    """
    by_part = {part: shown_gap(balance, part) for part in ("authority_code", "need_group", "phase")}
    authorities, privacy = balance.inputs.authorities, balance.scenario.privacy
    mark = mark_of(privacy)
    base = balance.scenario.need.base_january - 1
    public: dict[str, Shown] = {
        "gap_authority": by_part["authority_code"],
        "gap_need_group": by_part["need_group"],
        "gap_phase": by_part["phase"],
        "components": shown_components(balance),
        "exchange": shown_exchange(balance.tables.exchange_now, authorities, privacy),
        "places": shown_supply(balance.surroundings.register, authorities, base, privacy),
        "journeys": shown_journeys(balance.journeys, authorities, privacy),
        "over_full": shown_over_full(balance.surroundings.over_full(base), authorities, privacy),
    }
    for name, shown in public.items():
        write_table(shown.frame, folder / f"{name}.csv", privacy)
    establishments = shown_establishments(balance.inputs.sites, authorities)
    write_table(establishments, folder / "establishments.csv", privacy)
    write_table(shown_costs(balance.surroundings), folder / "costs.csv", privacy)
    curve = shown_curve(balance.curve)
    write_table(curve.round(3), folder / "transport_curve.csv", privacy)
    records = [shown.withheld for shown in public.values()]
    records += [layer.withheld for layer in (unmet_by_area(balance), access_by_area(balance))]
    write_withheld(records, folder / WITHHELD_FILE, privacy)
    cost_curve_chart(curve).write(folder / "transport_cost.png", mark)
    ride_curve_chart(curve, balance.scenario.travel).write(folder / "transport_ride.png", mark)
    gap_chart(by_part["authority_code"]).write(folder / "gap.png", mark)
    places_chart(by_part["need_group"], balance.final_year).write(folder / "places.png", mark)
    (folder / "summary.txt").write_text("\n".join(gap_lines(balance)) + "\n", encoding="utf-8")
    (folder / "scenario.toml").write_text(scenario_template(balance.scenario), encoding="utf-8")
    internal = folder / "internal"
    internal.mkdir()
    (internal / "README.txt").write_text(_README, encoding="utf-8")
    around, tables = balance.surroundings, balance.tables
    whole = {
        "gap": tables.gap,
        "access": tables.accessible.access,
        "empty": tables.empty,
        "exchange": tables.exchange,
        "exchange_now": tables.exchange_now,
        "components": tables.components,
        "register": around.register,
        "placed": around.placed.placed,
        "journeys": balance.journeys,
        "transport": around.transport.table,
        "factors": around.transport.factors,
        "stranded": around.drives.stranded,
    }
    for name, table in whole.items():
        write_internal(table.round(4), internal / f"{name}.csv")


def gap_lines(balance: Balance) -> list[str]:
    """Say in a few lines what is lacking, where, and what stands beside it."""
    last = balance.final_year
    shown = shown_gap(balance, "authority_code", [last]).frame
    groups = shown_gap(balance, "need_group", [last]).frame
    every = shown.iloc[0]
    told = {COLUMN_NAMES[name]: measured(every[name], "children") for name in COLUMNS}
    heading = f"{balance.scenario.name}: need and places in {year_label(last)}, nothing built."
    lines = [
        f"{heading} {balance.scenario.notice.capitalize()}.",
        "",
        *(f"  {name:45s} {figure:>10s}" for name, figure in told.items()),
        "",
        *_table(shown.iloc[1:], "Authority"),
        "",
        *_table(groups.iloc[1:], "Need group"),
        "",
        "Beside the gap, never added to it:",
    ]
    components = shown_components(balance).frame
    now = components[
        (components["authority_code"] == "all") & (components["academic_year"] == last)
    ]
    lines += [
        f"  {row.name_}: {measured(row.children, 'children')} (in the need too: {row.in_need})"
        for row in now.rename(columns={"name": "name_"}).itertuples()
    ]
    return [*lines, "", *(f"- {note}" for note in balance.notes)]


def _table(rows: pd.DataFrame, first: str) -> list[str]:
    """Lay out need, places and the three ways, a line a row."""
    heads = ("need", "places", "here", "in reach", "at best")
    lines = [f"  {first:45s}" + "".join(f"{head:>10s}" for head in heads)]
    for row in rows.to_dict("records"):
        figures = "".join(f"{measured(row[name], 'children'):>10s}" for name in COLUMNS)
        lines.append(f"  {row['name']!s:45.45s}{figures}")
    return lines
