"""From a study to the places there are, who holds them, how far they are and what rides cost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner import costs, supply, travel
from placement_planner.need.areas import area_need
from placement_planner.pipeline.steps import silent
from placement_planner.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placement_planner.ahead import Ahead
    from placement_planner.inputs import Inputs
    from placement_planner.supply import Gravity, PlacedNow
    from placement_planner.travel import Drives

__all__ = ["look_around"]

_SPECIALIST = (
    "state_special",
    "independent_special",
    "non_maintained_special",
    "resourced_provision",
    "sen_unit",
)
_PLACE = ["site_id", "site_name", "authority_code", "easting", "northing"]


def look_around(
    ahead: Ahead, years: Sequence[int], progress: Callable[[str], None] = silent
) -> Surroundings:
    """Count places, measure drives, find who is placed where, and price rides.

    Parameters
    ----------
    ahead
        Children ahead: its base year says who is in specialist places now.
    years
        Academic years that places are wanted for.
    progress
        Told, in a sentence, what is being done.

    Raises
    ------
    DataError
        If the scenario asks for journeys or flows that the study does not have.
    """
    inputs, scenario = ahead.baseline.inputs, ahead.scenario
    base_year = scenario.need.base_january - 1
    progress("counting places")
    across = supply.children_across_border(
        inputs.provision,
        inputs.sites,
        inputs.flows,
        inputs.areas,
        inputs.need_group_rules,
        sorted({base_year, *years}),
        inputs.cross_border,
    )
    register = supply.register(
        inputs.provision, inputs.sites, sorted({base_year, *years}), scenario.supply, across
    )
    neighbours = inputs.neighbouring_places if scenario.supply.neighbours else None
    pools = supply.pools_of_register(register, neighbours)
    pools = pools[pools["academic_year"].isin(list(years))].reset_index(drop=True)
    progress("measuring journeys")
    sites = _sites(inputs, neighbours)
    drives = travel.measure_drives(
        inputs.areas,
        inputs.population,
        sites,
        roads=inputs.roads,
        matrix=inputs.travel_matrix,
        choices=scenario.travel,
        folder=inputs.folder / travel.FOLDER,
        progress=progress,
    )
    units = travel.siting_units(inputs.areas, scenario.siting.level, drives.stranded["area_code"])
    people = inputs.population.groupby("area_code")["children"].sum()
    progress("finding who is placed where")
    placed = _placed(ahead, drives)
    journeys = _journeys_now(placed, drives, inputs)
    lines = costs.cost_lines(inputs.unit_costs)
    return Surroundings(
        register=register,
        across=across,
        pools=pools,
        sites=sites,
        drives=drives,
        units=units,
        travel=drives.at(units, people),
        placed=placed,
        journeys_now=journeys,
        cost_lines=lines,
        place_costs=costs.costs_of_places(lines),
        fallback=costs.fallback_by_authority(inputs.fallback, inputs.authorities["authority_code"]),
        capital_lines=costs.capital_lines(inputs.capital_costs),
        transport=costs.transport_table(
            lines,
            inputs.transport_mix,
            None,
            inputs.authorities,
            scenario.travel,
            scenario.transport,
            totals=inputs.transport_totals,
            journeys_now=journeys,
        ),
    )


def _sites(inputs: Inputs, neighbours: pd.DataFrame | None) -> pd.DataFrame:
    """Return the sites that hold places, could hold some, or offer some over the border."""
    used = pd.concat([inputs.provision["site_id"], inputs.options["site_id"]]).unique()
    own = inputs.sites.loc[inputs.sites["site_id"].isin(used), _PLACE]
    if neighbours is None:
        return own.sort_values("site_id", ignore_index=True)
    theirs = pd.DataFrame(neighbours).assign(authority_code=supply.OUTSIDE)[_PLACE]
    both = pd.concat([own, theirs], ignore_index=True).drop_duplicates("site_id")
    return both.sort_values("site_id", ignore_index=True)


def _placed(ahead: Ahead, drives: Drives) -> PlacedNow:
    """Return who is placed where: as the study's flows tell, or estimated."""
    inputs = ahead.baseline.inputs
    observed = None
    if inputs.flows is not None:
        observed = supply.observed_places(
            inputs.flows,
            inputs.provision,
            inputs.areas,
            inputs.need_group_rules,
            inputs.compatibility,
        )
    return supply.placed_now(ahead.scenario.supply, observed, partial(_estimated, ahead, drives))


def _estimated(ahead: Ahead, drives: Drives) -> Gravity:
    inputs = ahead.baseline.inputs
    return supply.estimated_places(
        _in_specialist_places(ahead),
        inputs.provision,
        inputs.sites,
        inputs.areas,
        drives.small,
        inputs.compatibility,
        ahead.scenario.need.base_january - 1,
    )


def _in_specialist_places(ahead: Ahead) -> pd.DataFrame:
    """Children in specialist places at the base January, by small area, need group and setting."""
    base = ahead.scenario.need.base_january - 1
    now = ahead.expected[ahead.expected["academic_year"] == base]
    told = ahead.shares[ahead.shares["academic_year"] == base]
    parts = [
        area_need(
            now[now["setting"] == setting],
            told[told["setting"] == setting],
            ahead.baseline.weights,
        ).assign(setting=setting)
        for setting in _SPECIALIST
        if (now["setting"] == setting).any()
    ]
    return pd.concat(parts, ignore_index=True)


def _journeys_now(placed: PlacedNow, drives: Drives, inputs: Inputs) -> pd.DataFrame:
    """Return the direct drives of the children placed now; those without a drive have no row."""
    where = inputs.provision[["provision_id", "site_id"]]
    told = placed.placed.merge(where, on="provision_id").merge(
        drives.small, on=["area_code", "site_id"]
    )
    keep = ["authority_code", "need_group", "phase", "children", "minutes", "distance_km"]
    return told[keep].reset_index(drop=True)
