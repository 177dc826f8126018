"""The folder of a projection: what may leave at the top, the draws under `internal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.charts import fan_chart, need_chart, waterfall_chart
from placement_planner.figures.demand import (
    PARTS,
    Shown,
    shown_requests,
    shown_summary,
    shown_waterfall,
)
from placement_planner.figures.fans import shown_fans
from placement_planner.figures.layers import need_layers
from placement_planner.figures.need import shown_need, shown_need_groups, shown_scope
from placement_planner.folders import new_folder
from placement_planner.reports.area_file import write_area_draws
from placement_planner.reports.cube_file import (
    INTERNAL_NOTICE,
    cube_words,
    write_cube,
    write_cube_summary,
)
from placement_planner.reports.files import (
    WITHHELD_FILE,
    mark_of,
    write_internal,
    write_table,
    write_withheld,
)
from placement_planner.reports.projection_summary import projection_lines
from placement_planner.scenario import scenario_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from placement_planner.forecast import Forecast

__all__ = ["write_projection"]

_NAMES = {
    "authority_code": "authority",
    "need_type": "need",
    "setting": "setting",
    "phase": "phase",
}
_README = (
    f"{INTERNAL_NOTICE}\n\n"
    "cube.parquet holds every draw of every cell, cube_summary.csv their mean and percentiles.\n"
    "area_need.csv holds means by small area; area_pooling.csv how far each area's own count is\n"
    "trusted; area_raking.csv what bringing all totals into line came to; area_draws.parquet, if\n"
    "asked for, every draw by small area.\n"
    "Nothing is suppressed or rounded: cells of one child stand here as they are.\n"
    "They are kept so that further questions can be asked of the same draws.\n"
    "They are not for publication.\n"
)


def _silent(_: str) -> None:
    """Tell nobody."""


def _public_tables(forecast: Forecast) -> dict[str, Shown]:
    """Every table that may leave, by file name."""
    tables = {f"summary_{_NAMES[part]}": shown_summary(forecast, part) for part in PARTS}
    tables["waterfall"] = shown_waterfall(forecast)
    tables |= {
        "need_groups": shown_need_groups(forecast),
        "need_authority": shown_need(forecast),
        "scope": shown_scope(forecast),
    }
    totals, by_age = (shown_requests(forecast, by_age=by_age) for by_age in (False, True))
    if totals is not None and by_age is not None:
        tables |= {"requests": totals, "requests_by_age": by_age}
    return tables


def write_projection(
    forecast: Forecast,
    folder: Path,
    progress: Callable[[str], None] = _silent,
    *,
    with_area_draws: bool = False,
) -> Path:
    """Write a projection into a new folder: all of it, or nothing.

    At the top stands what may leave, by the scenario's privacy profile: summary.txt,
    summary_authority.csv, summary_need.csv, summary_setting.csv, summary_phase.csv,
    need_groups.csv, need_authority.csv, scope.csv, waterfall.csv, requests.csv, withheld.csv (the
    log of disclosure control, layers of the map among it), policy_path.csv
    where a path is followed, charts with the tables they are drawn from, and the scenario. In
    `internal/` stand unsuppressed cube.parquet and cube_summary.csv, area_need.csv (means),
    area_pooling.csv and area_raking.csv (how small areas were weighed), housing.csv,
    hidden_need.csv and latent_demand.csv where there are any, and area_draws.parquet if asked for.

    Parameters
    ----------
    forecast
        As from `project`.
    folder
        Folder to make; it must not exist, or be empty.
    progress
        Told what is being written.
    with_area_draws
        Write every draw of every small area too: about 1 GB for a city region.

    Raises
    ------
    DataError
        If the folder exists and is not empty.
    """
    choices = forecast.scenario.privacy
    mark = mark_of(choices)
    with new_folder(folder) as partial:
        progress("writing tables")
        tables = _public_tables(forecast)
        records = [
            *(shown.withheld for shown in tables.values()),
            *(layer.withheld for layer in need_layers(forecast).values()),
        ]
        write_withheld(records, partial / WITHHELD_FILE, choices)
        for name, shown in tables.items():
            write_table(shown.frame, partial / f"{name}.csv", choices)
        progress("drawing charts")
        for part, name in _NAMES.items():
            fans = shown_fans(forecast, part)
            write_table(fans.frame, partial / f"fans_{name}.csv", choices)
            fan_chart(fans).write(partial / f"fans_{name}.png", mark)
        base_year = forecast.parts.academic_years[0]
        need_chart(shown_need_groups(forecast)).write(partial / "need_groups.png", mark)
        waterfall_chart(shown_waterfall(forecast), base_year).write(partial / "waterfall.png", mark)
        lines = "\n".join(projection_lines(forecast)) + "\n"
        (partial / "summary.txt").write_text(lines, encoding="utf-8")
        scenario = scenario_template(forecast.scenario)
        (partial / "scenario.toml").write_text(scenario, encoding="utf-8")
        if len(forecast.policy.path):
            write_table(forecast.policy.path.round(5), partial / "policy_path.csv", choices)
        progress("writing every draw")
        internal = partial / "internal"
        internal.mkdir()
        (internal / "README.txt").write_text(_README, encoding="utf-8")
        write_cube(forecast, internal / "cube.parquet")
        write_cube_summary(forecast, internal / "cube_summary.csv")
        for name, table in _internal_tables(forecast).items():
            write_internal(table.round(4), internal / f"{name}.csv")
        if with_area_draws:
            progress("writing every draw of every small area")
            years = forecast.cube.academic_years
            write_area_draws(
                forecast.ahead.area_draws(years),
                internal / "area_draws.parquet",
                cube_words(forecast),
            )
    return folder


def _internal_tables(forecast: Forecast) -> dict[str, pd.DataFrame]:
    """Tables of small areas, homes and hidden need, by file name; those with rows alone."""
    weights, homes = forecast.ahead.baseline.weights, forecast.homes
    tables = {
        "area_need": pd.DataFrame(forecast.area_need),
        "area_pooling": weights.pooling,
        "area_raking": weights.adjustments,
        "latent_demand": forecast.latent,
        "hidden_need": forecast.ahead.hidden.children,
    }
    if homes is not None:
        tables["housing"] = homes.homes
    return {name: table for name, table in tables.items() if len(table)}
