"""Every rule of a plan, proved again from its tables alone: no solver, no model, no arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.siting.audit.builds import audit_builds
from placement_planner.siting.audit.children import audit_children, audit_fallback
from placement_planner.siting.audit.money import audit_capital, audit_objective, priced
from placement_planner.siting.audit.places import (
    audit_borders,
    audit_journeys,
    audit_places,
    places_used,
)
from placement_planner.siting.placements import rides_of
from placement_planner.siting.pools import pools_of_plan

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["audit_plan", "objective_of"]


def audit_plan(plan: Plan, tables: Tables, scenario: Scenario) -> list[str]:
    """Return every broken rule in a sentence; an empty list is a plan that stands.

    Parameters
    ----------
    plan
        A plan from any source: solver, file or hand.
    tables
        The tables the plan was made for.
    """
    places = pools_of_plan(plan.builds, tables, scenario)
    used, rides = places_used(plan, places), rides_of(plan.placements, tables)
    return [
        *audit_children(plan, tables, scenario),
        *audit_fallback(plan, tables),
        *audit_journeys(plan, rides, tables, scenario),
        *audit_builds(plan, tables, scenario),
        *audit_places(plan, used, tables, scenario),
        *audit_borders(plan, places, tables, scenario),
        *audit_capital(plan, tables, scenario),
        *audit_objective(
            plan, priced(plan, used, rides, tables, scenario), scenario.solver.relative_gap
        ),
    ]


def objective_of(plan: Plan, tables: Tables, scenario: Scenario) -> float:
    """Price a plan from its tables: £ over the horizon, discounted to the first planned year.

    Children who keep a place cost the same whatever is decided, and are left out.
    """
    used = places_used(plan, pools_of_plan(plan.builds, tables, scenario))
    return priced(plan, used, rides_of(plan.placements, tables), tables, scenario)
