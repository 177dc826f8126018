"""What fan charts are drawn from: past, projection and rates held, a group a panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.demand import FIGURES, PARTS, part_names, shown_counts
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.forecast import Forecast
    from placement_planner.need.cube import Cube
    from placement_planner.privacy import Withheld

__all__ = ["Fans", "shown_fans"]

_MOST_PANELS = 8
_MOST_AUTHORITIES = 11


@dataclass(frozen=True, kw_only=True)
class Fans:
    """What fan charts are drawn from: one group a panel, in order.

    `frame` has group, academic_year, known (children at a past January), held (had rates stayed),
    mean and percentiles; withheld figures are ``c``.
    """

    part: str
    frame: pd.DataFrame
    base_year: int
    withheld: Withheld

    @property
    def groups(self) -> list[str]:
        """Names of the panels, largest first."""
        return list(dict.fromkeys(self.frame["group"]))

    @property
    def final(self) -> pd.DataFrame:
        """The table beside the chart: a row a group, its base year and its last year."""
        rows = self.frame[self.frame["academic_year"] == self.frame["academic_year"].max()]
        now = self.frame[self.frame["academic_year"] == self.base_year].set_index("group")["known"]
        year = year_label(int(rows["academic_year"].iloc[0]))
        return pd.DataFrame(
            {
                PARTS[self.part].capitalize(): rows["group"],
                year_label(self.base_year): rows["group"].map(now),
                f"{year} if today's rates stayed": rows["held"],
                f"{year} median": rows["median"],
                "1 draw in 20 is lower": rows["p5"],
                "1 draw in 20 is higher": rows["p95"],
            }
        ).reset_index(drop=True)


def _grouped(forecast: Forecast, part: str, most: int) -> Mapping[str, str]:
    """Return what each code is drawn as: the largest (phases by age), the others together."""
    parts = forecast.parts
    last = parts.children[-1].mean(axis=1, dtype=float)
    sizes = pd.Series(last).groupby(parts.cells[part].to_numpy()).sum()
    names = part_names(forecast, part)
    ranked = sizes.sort_values(ascending=False, kind="stable").index
    if part == "phase":
        ranked = pd.Index([phase for phase in names if phase in sizes.index])
    shown = list(ranked) if len(ranked) <= most + 1 else list(ranked[:most])
    others = f"All others ({len(ranked) - len(shown)} together)"
    return {code: names.get(code, code) if code in shown else others for code in ranked}


def shown_fans(
    forecast: Forecast, part: str, *, authority: str | None = None, most: int | None = None
) -> Fans:
    """Return what fan charts by a part are drawn from, as it may leave.

    Parameters
    ----------
    forecast
        A projection.
    part
        A column of `PARTS`.
    authority
        Code of one authority; default all together.
    most
        Groups drawn by themselves, the largest of the last year first; the others together.
        Default: eight, or eleven authorities.

    Returns
    -------
    Fans
        All children first, then the groups. Past years are shown where every authority knows them.
    """
    if authority is not None:
        forecast = _of_authority(forecast, authority)
    usual = _MOST_AUTHORITIES if part == "authority_code" else _MOST_PANELS
    named = _grouped(forecast, part, usual if most is None else most)
    whole = "All children"
    parts = [
        _fan(_relabelled(forecast, pd.Series(whole, index=forecast.parts.cells.index), whole)),
        _fan(_relabelled(forecast, forecast.parts.cells[part].map(named), named, part)),
    ]
    order = [whole, *dict.fromkeys(named.values())]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values(
        ["group", "academic_year"],
        key=lambda column: column.map(order.index) if column.name == "group" else column,
        ignore_index=True,
    )
    title = f"Chart of children by {PARTS[part]}"
    counts = ["known", "held", *FIGURES]
    shown = shown_counts(title, "year", frame, counts, forecast.scenario.privacy)
    return Fans(
        part=part,
        frame=shown.frame,
        base_year=forecast.parts.academic_years[0],
        withheld=shown.withheld,
    )


def _of_authority(forecast: Forecast, authority: str) -> Forecast:
    """Return the forecast with the draws and past of one authority alone."""

    def mine(cube: Cube) -> Cube:
        kept = (cube.cells["authority_code"] == authority).to_numpy()
        cells = cube.cells[kept].reset_index(drop=True)
        return replace(cube, cells=cells, children=cube.children[:, kept])

    past = forecast.past[forecast.past["authority_code"] == authority]
    return replace(forecast, parts=mine(forecast.parts), held=mine(forecast.held), past=past)


def _relabelled(
    forecast: Forecast,
    groups: pd.Series,
    named: Mapping[str, str] | str,
    part: str | None = None,
) -> Forecast:
    """Return the forecast with a column `group` in its cells and its past."""

    def label(frame: pd.DataFrame) -> pd.Series:
        if part is None or isinstance(named, str):
            return pd.Series(named, index=frame.index, dtype=object)
        return frame[part].map(named)

    return replace(
        forecast,
        parts=replace(forecast.parts, cells=forecast.parts.cells.assign(group=groups)),
        held=replace(
            forecast.held, cells=forecast.held.cells.assign(group=label(forecast.held.cells))
        ),
        past=forecast.past.assign(group=label(forecast.past)),
    )


def _fan(forecast: Forecast) -> pd.DataFrame:
    """Percentiles, rates held and past children by group and academic year."""
    keys = ["group", "academic_year"]
    ahead = (
        forecast.parts.condensed(["group"])
        .summed(["group"])
        .drop(columns="std_dev")
        .set_index(keys)
    )
    held = forecast.held.summed(["group"]).set_index(keys)["mean"]
    everywhere = set(forecast.parts.cells["authority_code"])
    there = forecast.past.groupby("academic_year")["authority_code"].agg(set)
    whole = [year for year, codes in there.items() if everywhere <= codes]
    past = forecast.past[forecast.past["academic_year"].isin(whole)]
    known = past.groupby(keys)["children"].sum()
    return (
        ahead.join(held.rename("held"), how="outer")
        .join(known.rename("known"), how="outer")[["known", "held", *FIGURES]]
        .reset_index()
    )
