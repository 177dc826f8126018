"""Audit of builds: each as its option allows, and together as the rules allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.siting.audit.findings import SLACK_GBP, told
from placement_planner.tables import sizes_of, split_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["audit_builds"]


def audit_builds(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    """Sizes, starts, locks, capital, and what requires, excludes or shares a set."""
    options = tables.options.set_index("option_id")
    built = set(plan.builds["option_id"])
    yield from told("unknown option built", sorted(built - set(options.index)))
    yield from told(
        "option built twice", plan.builds["option_id"][plan.builds["option_id"].duplicated()]
    )
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        capital = option["fixed_capital_gbp"] + option["capital_per_place_gbp"] * build.places
        rules = {
            "locked out but built": bool(option["locked_out"]),
            "size not allowed": build.places not in sizes_of(option["sizes"]),
            "start outside its years": not (
                option["earliest_start"] <= build.start_year <= option["latest_start"]
            ),
            "opens too early": build.opening_year != build.start_year + option["lead_years"],
            "opens outside the horizon": build.opening_year not in scenario.horizon.years,
            "capital is not the option's": abs(build.capital_gbp - capital) > SLACK_GBP,
            "a required option is missing": bool(set(split_list(option["requires"])) - built),
            "built with an option it excludes": bool(set(split_list(option["excludes"])) & built),
        }
        yield from (f"{rule}: {build.option_id}" for rule, broken in rules.items() if broken)
    must = options.index[options["locked_in"] & ~options["locked_out"]]
    yield from told("locked in but not built", sorted(set(must) - built))
    for each in tables.option_sets.itertuples():
        chosen = built & set(split_list(each.options))
        if len(chosen) > each.at_most:
            yield (
                f"more of a set built than may be: {each.set_id} has {len(chosen)}, at most "
                f"{each.at_most}"
            )
