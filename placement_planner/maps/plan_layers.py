"""Layers of a plan's map: need, who has no place, journeys, who gains, and how far a place is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.areas import AreaTable, area_codes
from placement_planner.figures.layers import gap_layers, journey_layers, need_layers
from placement_planner.figures.plan import final_year, shown_builds
from placement_planner.maps.scales import BLUES, NEARER, PINKS, PURPLES
from placement_planner.maps.shadings import ALL, Layer, change_layer
from placement_planner.privacy import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.maps.shadings import Member
    from placement_planner.outcome import Outcome

__all__ = ["drive_layer", "plan_layers"]

DRIVE_BOUNDS = (15.0, 30.0, 45.0, 60.0)
WITHOUT = "Children without a suitable local place"


def plan_layers(outcome: Outcome) -> list[Layer]:
    """Return everything that the areas of a plan's map can be shaded by, in order."""
    years = [str(year) for year in outcome.scenario.horizon.years]
    need = Layer(
        key="need", title="Children who need a place", unit="children", palette=BLUES,
        about="Children who need a specialist place",
        tables=_of_years(need_layers(outcome), years),
    )  # fmt: skip
    before, after = (
        Layer(
            key=f"gap-{name}", title=f"Without a local place: {words}", unit="children",
            palette=PINKS, about=f"{WITHOUT}, {words}", tables=_of_years(_cut(tables), years),
        )
        for (name, tables), words in zip(gap_layers(outcome).items(), _PLANS, strict=True)
    )  # fmt: skip
    ride_before, ride_after = (
        Layer(
            key=f"journey-{name}", title=f"Mean journey: {words}", unit="minutes",
            palette=PURPLES, about=f"Mean journey one way, {words}", tables={(ALL, ALL): table},
        )
        for (name, table), words in zip(journey_layers(outcome).items(), _PLANS, strict=True)
    )  # fmt: skip
    told = [
        need,
        before,
        after,
        change_layer(
            before, after, "gain", key="gain", title="Who gains: children with a place",
            about=f"{WITHOUT}: change that the plan makes",
        ),
        ride_before,
        ride_after,
        change_layer(
            ride_before, ride_after, "gain", key="journey-gain",
            title="Who gains: shorter journeys",
            about="Mean journey one way: change that the plan makes",
        ),
    ]  # fmt: skip
    drives = drive_layer(outcome)
    return [*(layer for layer in told if layer.tables), *([drives] if drives else [])]


_PLANS = ("nothing built", "with the plan")


def _cut(tables: AreaTable | Mapping[Member, AreaTable]) -> Mapping[Member, AreaTable]:
    """Return tables by need group and phase; a single one is that of all children."""
    return {(ALL, ALL): tables} if isinstance(tables, AreaTable) else tables


def _of_years(tables: Mapping[Member, AreaTable], years: list[str]) -> dict[Member, AreaTable]:
    """Keep the planned years."""
    return {
        member: AreaTable(table.frame[["code", "name", *years]], table.level, table.withheld)
        for member, table in tables.items()
    }


def drive_layer(outcome: Outcome) -> Layer | None:
    """Return how far each place is from each larger area: minutes of direct drive.

    Places are those there are in the final year, and builds that may be named. No child is
    counted: a drive tells of roads alone. None where there are no places.
    """
    places = _places(outcome)
    drives = outcome.surroundings.drives.small
    drives = drives[drives["site_id"].isin(places.index)]
    if drives.empty:
        return None
    codes = area_codes(outcome)
    middles = codes.set_index("area_code")["middle_code"]
    wide = drives.pivot_table(
        index=drives["area_code"].map(middles), columns="site_id", values="minutes", aggfunc="mean"
    )
    names = codes.drop_duplicates("middle_code").set_index("middle_code")["middle_name"]
    wide = wide.reindex(index=names.index).round()
    order = [site for site in places.index if site in wide.columns]
    frame = wide[order].reset_index(names="code")
    frame.insert(1, "name", frame["code"].map(names))
    table = AreaTable(pd.DataFrame(frame), "middle", Withheld("Drives to places", "", 0, 0))
    return Layer(
        key="drive", title="Drive to one place", unit="minutes", palette=NEARER,
        about="Minutes of direct drive to", tables={(ALL, ALL): table}, headings=places.to_dict(),
        bounds={(ALL, ALL): DRIVE_BOUNDS},
    )  # fmt: skip


def _places(outcome: Outcome) -> pd.Series[str]:
    """Return names of the sites with places that may be named, by site_id, in order of name."""
    pools = outcome.surroundings.pools
    is_open = (pools["academic_year"] == final_year(outcome)) & (pools["places"] > 0)
    builds = shown_builds(outcome)
    sites = outcome.inputs.options.set_index("option_id")["site_id"].reindex(builds.index)
    named = set(sites[builds["is_named"].astype(bool)])
    names = outcome.surroundings.sites.drop_duplicates("site_id").set_index("site_id")["site_name"]
    found = names[names.index.isin({*pools.loc[is_open, "site_id"], *named})]
    return found.sort_values()
