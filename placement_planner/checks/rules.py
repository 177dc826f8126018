"""The order of the checks: cells, shapes, references, then every rule across tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.checks.boundaries import (
    check_history,
    check_middle_areas,
    check_population,
    check_projection,
)
from placement_planner.checks.cells import check_cells
from placement_planner.checks.children import check_phase_population, check_plans_per_head
from placement_planner.checks.costs import check_fallback_shares
from placement_planner.checks.hosts import check_host_plans, check_host_sites
from placement_planner.checks.locations import check_site_locations
from placement_planner.checks.locks import (
    check_excluding_locks,
    check_locked_starts,
    check_locks,
    check_locks_of_sets,
    check_required_locks,
)
from placement_planner.checks.need import (
    check_area_caseload,
    check_group_cover,
    check_hidden_groups,
    check_hidden_need,
    check_housing_carried,
)
from placement_planner.checks.options import (
    check_agreements,
    check_funding_years,
    check_option_sets,
    check_option_starts,
    check_paying_pots,
    check_phase_shares,
    check_pot_actions,
    check_pot_years,
    check_provision_ramps,
    check_ramps,
    check_sizes,
)
from placement_planner.checks.policy import (
    check_lever_destinations,
    check_lever_ramps,
    check_lever_ranges,
    check_lever_reach,
    check_lever_shares,
)
from placement_planner.checks.references import check_references
from placement_planner.checks.schools import (
    check_authorities_counted,
    check_base_january,
    check_closing_years,
    check_horizon,
    check_outside,
    check_roll,
    check_steps,
)
from placement_planner.checks.shapes import check_polygons, check_road_lines, reprojected
from placement_planner.checks.study import CheckedStudy, UnsoundError
from placement_planner.checks.supply import (
    check_from_elsewhere,
    check_neighbours_apart,
    check_neighbours_beyond,
    check_temporary_places,
)
from placement_planner.checks.transport import (
    check_transport_mix,
    check_transport_prices,
    check_transport_totals,
)
from placement_planner.checks.travel import (
    check_road_lengths,
    check_road_nodes,
)
from placement_planner.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from placement_planner.scenario import Scenario
    from placement_planner.storage import RawTable

__all__ = ["RULES", "check_tables"]

_NEVER_EMPTY = (
    "authorities",
    "areas",
    "population",
    "population_projection",
    "sites",
    "caseload",
)

RULES: tuple[Callable[[CheckedStudy], list[Finding]], ...] = (
    check_polygons,
    check_road_lines,
    check_road_nodes,
    check_road_lengths,
    check_middle_areas,
    check_population,
    check_projection,
    check_history,
    check_site_locations,
    check_closing_years,
    check_roll,
    check_temporary_places,
    check_from_elsewhere,
    check_neighbours_apart,
    check_neighbours_beyond,
    check_base_january,
    check_authorities_counted,
    check_steps,
    check_outside,
    check_horizon,
    check_plans_per_head,
    check_phase_population,
    check_area_caseload,
    check_hidden_need,
    check_hidden_groups,
    check_group_cover,
    check_housing_carried,
    check_lever_ranges,
    check_lever_reach,
    check_lever_destinations,
    check_lever_shares,
    check_lever_ramps,
    check_locks,
    check_required_locks,
    check_excluding_locks,
    check_locks_of_sets,
    check_locked_starts,
    check_option_starts,
    check_option_sets,
    check_sizes,
    check_phase_shares,
    check_provision_ramps,
    check_ramps,
    check_paying_pots,
    check_pot_actions,
    check_pot_years,
    check_funding_years,
    check_agreements,
    check_fallback_shares,
    check_transport_mix,
    check_transport_prices,
    check_transport_totals,
    check_host_sites,
    check_host_plans,
)


def check_tables(
    raw: Mapping[str, RawTable], scenario: Scenario | None
) -> tuple[CheckedStudy, list[Finding]]:
    """Check tables one by one and together; a rule that needs what is broken is passed over."""
    findings: list[Finding] = []
    tables, unreadable = {}, set()
    for name, raw_table in raw.items():
        table, found = check_cells(raw_table)
        findings += found
        if table is not None:
            tables[name] = table
        elif found:
            unreadable.add(name)
    held = CheckedStudy(tables=tables, scenario=scenario, unreadable=frozenset(unreadable))
    study, found = reprojected(held)
    findings += found
    findings += [
        Finding(tables[name].file, None, None, "no rows", "at least one row")
        for name in _NEVER_EMPTY
        if name in raw and raw[name].has_every_row and name in tables and tables[name].frame.empty
    ]
    study, found = check_references(study)
    findings += found
    for rule in RULES:
        findings += _applied(rule, study)
    return study, findings


def _applied(rule: Callable[[CheckedStudy], list[Finding]], study: CheckedStudy) -> list[Finding]:
    try:
        return rule(study)
    except UnsoundError:
        return []
