"""The folder of a projection: what may leave at the top, the draws under `internal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.charts import fan_chart, waterfall_chart
from placement_planner.figures.demand import (
    PARTS,
    Shown,
    shown_requests,
    shown_summary,
    shown_waterfall,
)
from placement_planner.figures.fans import shown_fans
from placement_planner.folders import new_folder
from placement_planner.reports.cube_file import INTERNAL_NOTICE, write_cube, write_cube_summary
from placement_planner.reports.projection_summary import projection_lines
from placement_planner.scenario import scenario_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

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
    "Nothing is suppressed or rounded: cells of one child stand here as they are.\n"
    "They are kept so that further questions can be asked of the same draws.\n"
    "They are not for publication.\n"
)


def _silent(_: str) -> None:
    """Tell nobody."""


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _public_tables(forecast: Forecast) -> dict[str, Shown]:
    """Every table that may leave, by file name."""
    tables = {f"summary_{_NAMES[part]}": shown_summary(forecast, part) for part in PARTS}
    tables["waterfall"] = shown_waterfall(forecast)
    totals, by_age = (shown_requests(forecast, by_age=by_age) for by_age in (False, True))
    if totals is not None and by_age is not None:
        tables |= {"requests": totals, "requests_by_age": by_age}
    return tables


def write_projection(
    forecast: Forecast, folder: Path, progress: Callable[[str], None] = _silent
) -> Path:
    """Write a projection into a new folder: all of it, or nothing.

    At the top stands what may leave, by the scenario's privacy profile: summary.txt,
    summary_authority.csv, summary_need.csv, summary_setting.csv, summary_phase.csv,
    waterfall.csv, requests.csv, charts with the tables they are drawn from, and the scenario. In
    `internal/` stand cube.parquet and cube_summary.csv, unsuppressed.

    Parameters
    ----------
    forecast
        As from `project`.
    folder
        Folder to make; it must not exist, or be empty.
    progress
        Told what is being written.

    Raises
    ------
    DataError
        If the folder exists and is not empty.
    """
    with new_folder(folder) as partial:
        progress("writing tables")
        for name, shown in _public_tables(forecast).items():
            _write_table(shown.frame, partial / f"{name}.csv")
        progress("drawing charts")
        for part, name in _NAMES.items():
            fans = shown_fans(forecast, part)
            _write_table(fans.frame, partial / f"fans_{name}.csv")
            fan_chart(fans).write(partial / f"fans_{name}.png")
        base_year = forecast.parts.academic_years[0]
        waterfall_chart(shown_waterfall(forecast), base_year).write(partial / "waterfall.png")
        lines = "\n".join(projection_lines(forecast)) + "\n"
        (partial / "summary.txt").write_text(lines, encoding="utf-8")
        scenario = scenario_template(forecast.scenario)
        (partial / "scenario.toml").write_text(scenario, encoding="utf-8")
        progress("writing every draw")
        internal = partial / "internal"
        internal.mkdir()
        (internal / "README.txt").write_text(_README, encoding="utf-8")
        write_cube(forecast, internal / "cube.parquet")
        write_cube_summary(forecast, internal / "cube_summary.csv")
    return folder
