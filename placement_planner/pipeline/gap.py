"""From a study to the gap between need and places, before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner import costs, gap, supply
from placement_planner.balance import Balance
from placement_planner.pipeline.planning import find_plan, run_stages, without_options
from placement_planner.pipeline.steps import silent
from placement_planner.tables import checked
from placement_planner.tables.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.gap import GapTables
    from placement_planner.inputs import Inputs
    from placement_planner.pipeline.planning import Stages
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan

__all__ = ["measure_gap"]

_EVERYBODY = {"mode": "snapshot", "money": "pooled", "flexible_share": 0.0}
"""The gap is measured with everybody placed afresh, wherever in the region there is a place."""


def measure_gap(
    inputs: Inputs, scenario: Scenario, progress: Callable[[str], None] = silent
) -> Balance:
    """Project need, count places, and set one against the other in three ways.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Every choice of the run.
    progress
        Told, in a sentence, what is being done.
    """
    afresh = scenario.with_choices(siting=_EVERYBODY)
    stages = run_stages(inputs, afresh, progress)
    progress("placing everybody as well as can be in the places there are")
    plan = find_plan(without_options(stages.tables), afresh, progress)
    progress("setting need against places")
    tables = _gap_tables(stages, plan)
    around = stages.surroundings
    return Balance(
        inputs=stages.ahead.baseline.inputs,
        scenario=scenario,
        area_need=stages.area_need,
        surroundings=around,
        tables=tables,
        journeys=costs.journey_report(
            around.journeys_now, around.transport.table, scenario.travel, scenario.transport
        ),
        curve=costs.cost_curve(around.transport.table, scenario.travel, scenario.transport),
        notes=(*stages.notes, *_notes(tables)),
    )


def _gap_tables(stages: Stages, plan: Plan) -> GapTables:
    ahead, around, tables = stages.ahead, stages.surroundings, stages.tables
    inputs, scenario = ahead.baseline.inputs, ahead.scenario
    accessible = gap.accessible_places(
        tables.need,
        tables.pools,
        tables.travel,
        tables.transport,
        tables.compatibility,
        scenario.gap,
    )
    ways = [
        gap.gap_by_residence(tables.need, tables.pools, tables.compatibility),
        accessible.gap,
        gap.gap_by_assignment(plan, tables),
    ]
    base = scenario.need.base_january - 1
    years = sorted({base, *scenario.horizon.years})
    expected = ahead.expected[ahead.expected["academic_year"].isin(years)]
    now = around.across[around.across["academic_year"] == base]
    return gap.GapTables(
        gap=checked(Gap, pd.concat(ways, ignore_index=True)),
        accessible=accessible,
        assignment=plan,
        tables=tables,
        empty=gap.empty_places(plan, tables),
        exchange_now=supply.exchange_matrix(
            around.placed.placed, inputs.provision, inputs.sites, now
        ),
        exchange=gap.exchange_of_plan(plan, tables),
        components=gap.gap_components(expected, around.register, around.across),
    )


def _notes(tables: GapTables) -> tuple[str, ...]:
    """Say what is in reach of nobody."""
    idle = tables.accessible.idle
    if idle.empty:
        return ()
    pools = idle["pool_id"].nunique()
    note = (
        f"{pools} pool(s) of places have no child who suits them within the catchment in some "
        f"year, for example {idle['pool_id'].iloc[0]}: they count in no accessible place."
    )
    return (note,)
