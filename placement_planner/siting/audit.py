"""Every rule of a plan, proved again from its tables alone: no solver, no model, no arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables import share_open, split_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.problem import Tables

__all__ = ["audit_plan", "objective_of"]

SLACK = 1e-4
"""Children; a solver's feasibility tolerance, summed over a pool, stays well under it."""
SLACK_GBP = 1.0
RELATIVE = 1e-6

_CHILD = ["area_code", "need_group", "phase", "academic_year"]


def audit_plan(plan: Plan, tables: Tables, scenario: Scenario) -> list[str]:
    """Return every broken rule in a sentence; an empty list is a plan that stands.

    Parameters
    ----------
    plan
        A plan from any source: solver, file or hand.
    tables
        The tables the plan was made for.
    """
    return [
        *_children(plan, tables),
        *_journeys(plan, tables, scenario),
        *_builds(plan, tables, scenario),
        *_places(plan, tables, scenario),
        *_money(plan, tables),
        *_objective(plan, tables, scenario),
    ]


def _told(rule: str, broken: Iterable[object]) -> Iterator[str]:
    examples = list(broken)
    if examples:
        yield f"{rule}: {len(examples)} time(s), for example {examples[0]}"


def _children(plan: Plan, tables: Tables) -> Iterator[str]:
    wanted = tables.need.set_index(_CHILD)["children"]
    placed = plan.placements.groupby(_CHILD)["children"].sum()
    left = plan.fallback.groupby(_CHILD)["children"].sum()
    lost = wanted.sub(placed, fill_value=0.0).sub(left, fill_value=0.0)
    yield from _told("children lost or invented", lost.index[lost.abs() > SLACK])
    keys = ["authority_code", "need_group", "phase"]
    routes = plan.fallback.merge(
        tables.need[["area_code", "authority_code"]].drop_duplicates(), on="area_code"
    )
    routes = routes.groupby([*keys, "route"], as_index=False)["children"].sum()
    routes["part"] = routes["children"] / routes.groupby(keys)["children"].transform("sum")
    routes = routes.merge(
        tables.fallback[[*keys, "route", "share"]], on=[*keys, "route"], how="left"
    )
    wrong = routes[~((routes["part"] - routes["share"]).abs() <= SLACK)]
    yield from _told("fallback route not at its share", wrong["route"])


def _journeys(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    told = plan.placements.merge(
        tables.travel, on=["area_code", "site_id"], how="left", suffixes=("", "_true")
    )
    unknown = told["minutes_true"].isna() | ((told["minutes"] - told["minutes_true"]).abs() > SLACK)
    yield from _told("journey that is not in the travel table", told.loc[unknown, "area_code"])
    limit = told["phase"].map(scenario.travel.hard_minutes).astype(float)
    yield from _told(
        "journey beyond the hard limit", told.loc[told["minutes"] > limit + SLACK, "area_code"]
    )


def _builds(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    options = tables.options.set_index("option_id")
    built = set(plan.builds["option_id"])
    yield from _told("unknown option built", sorted(built - set(options.index)))
    yield from _told(
        "option built twice", plan.builds["option_id"][plan.builds["option_id"].duplicated()]
    )
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        capital = option["fixed_capital_gbp"] + option["capital_per_place_gbp"] * build.places
        rules = {
            "locked out but built": bool(option["locked_out"]),
            "size not allowed": str(build.places) not in split_list(option["sizes"]),
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
    yield from _told("locked in but not built", sorted(set(must) - built))


def open_places(plan: Plan, tables: Tables, scenario: Scenario) -> pd.DataFrame:
    """Places of every pool and year under the plan, and the least that must be filled."""
    columns = ["pool_id", "site_id", "designation", "phase", "academic_year", "places"]
    options = tables.options.set_index("option_id")
    rows = []
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        full_age = len(split_list(option["ramp"])) - 1
        for part in split_list(option["phases"]):
            phase, share = part.split(":")
            for year in scenario.horizon.years:
                age = year - build.opening_year
                places = build.places * float(share) * share_open(option["ramp"], age)
                least = option["minimum_fill"] * places if age >= full_age else 0.0
                rows.append(
                    (
                        f"{build.option_id}:{phase}",
                        option["site_id"],
                        option["designation"],
                        phase,
                        year,
                        places,
                        least,
                    )
                )
    new = pd.DataFrame(rows, columns=[*columns, "least"])
    existing = tables.pools[columns].assign(least=0.0)
    return pd.concat([existing, new[new["places"] > 0]], ignore_index=True)


def _places(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    keys = ["pool_id", "academic_year"]
    places = open_places(plan, tables, scenario)
    told = plan.placements.merge(places, on=keys, how="left", suffixes=("", "_pool"))
    strange = told["places"].isna() | (told["site_id"] != told["site_id_pool"])
    yield from _told("placed where no place is open", told.loc[strange, "pool_id"])
    yield from _told(
        "placed in another phase", told.loc[told["phase"] != told["phase_pool"], "pool_id"]
    )
    suits = tables.compatibility[["need_group", "designation", "match"]]
    matched = told.merge(suits, on=["need_group", "designation"], how="left")
    unsuited = ~matched["match"].isin(["suited", "tolerable"]) & matched["designation"].notna()
    yield from _told("placed where the need is not met", matched.loc[unsuited, "pool_id"])
    used = plan.placements.groupby(keys)["children"].sum().rename("used")
    filled = places.set_index(keys).join(used).fillna({"used": 0.0})
    yield from _told("places exceeded", filled.index[filled["used"] > filled["places"] + SLACK])
    yield from _told(
        "filled below the viable minimum", filled.index[filled["used"] < filled["least"] - SLACK]
    )


def _money(plan: Plan, tables: Tables) -> Iterator[str]:
    options, pots = tables.options.set_index("option_id"), tables.pots.set_index("pot_id")
    authority = tables.sites.set_index("site_id")["authority_code"]
    due: dict[tuple[str, int], float] = {}
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        years = range(build.start_year, max(build.opening_year, build.start_year + 1))
        due |= {(str(build.option_id), year): build.capital_gbp / len(years) for year in years}
    paid = plan.spend.groupby(["option_id", "academic_year"])["gbp"].sum()
    owed = pd.Series(due, dtype=float)
    owed.index = (
        pd.MultiIndex.from_tuples(list(due), names=paid.index.names) if due else paid.index[:0]
    )
    wrong = paid.sub(owed, fill_value=0.0)
    yield from _told("payments do not meet the capital", wrong.index[wrong.abs() > SLACK_GBP])
    known = plan.spend["option_id"].isin(options.index) & plan.spend["pot_id"].isin(pots.index)
    yield from _told("payment for an unknown option or pot", plan.spend.loc[~known, "option_id"])
    for payment in plan.spend[known].itertuples():
        option, pot = options.loc[payment.option_id], pots.loc[payment.pot_id]
        where, uses = split_list(pot["eligible_authorities"]), split_list(pot["eligible_actions"])
        allowed = (
            payment.pot_id in split_list(option["pots"])
            and pot["starts"] <= payment.academic_year <= pot["expires"]
            and ("*" in where or authority[option["site_id"]] in where)
            and ("*" in uses or option["action"] in uses)
        )
        if not allowed:
            yield (
                f"pot may not pay: {payment.pot_id} for {payment.option_id} "
                f"in {payment.academic_year}"
            )
    for pot_id, rows in plan.spend.groupby("pot_id"):
        funding = tables.pot_funding[tables.pot_funding["pot_id"] == pot_id]
        for year in sorted(rows["academic_year"].unique()):
            spent = rows.loc[rows["academic_year"] <= year, "gbp"].sum()
            received = funding.loc[funding["academic_year"] <= year, "gbp"].sum()
            if spent > received + SLACK_GBP:
                yield f"pot overspent: {pot_id} by £{spent - received:,.0f} at the end of {year}"


def objective_of(plan: Plan, tables: Tables, scenario: Scenario) -> float:
    """Price a plan from its tables: £ over the horizon, discounted to the first planned year."""
    horizon, travel = scenario.horizon, scenario.travel
    weight = {
        year: horizon.discount(year) * length
        for year, length in zip(horizon.years, horizon.weights, strict=True)
    }
    costs = tables.place_costs.set_index("need_group")
    placed = plan.placements.merge(
        open_places(plan, tables, scenario)[["pool_id", "academic_year", "designation"]],
        on=["pool_id", "academic_year"],
    ).merge(
        tables.compatibility[["need_group", "designation", "penalty_gbp"]],
        on=["need_group", "designation"],
    )
    kind = costs.loc[placed["need_group"]].reset_index(drop=True)
    over = (placed["minutes"] - placed["phase"].map(travel.soft_minutes).astype(float)).clip(
        lower=0
    )
    each = (
        kind["top_up_gbp"]
        + kind["transport_fixed_gbp"]
        + kind["transport_gbp_per_km"] * placed["distance_km"]
        + placed["penalty_gbp"]
        + over * travel.gbp_per_minute_over
    )
    total = float(
        (each * placed["children"] * placed["academic_year"].map(weight).astype(float)).sum()
    )
    fallback = plan.fallback
    total += float(
        (
            fallback["cost_gbp"]
            * fallback["children"]
            * fallback["academic_year"].map(weight).astype(float)
        ).sum()
    )
    options = tables.options.set_index("option_id")
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        funding = float(costs.loc[option["designation"], "place_funding_gbp"])
        capital = horizon.annual_cost(build.capital_gbp, int(option["asset_life_years"]))
        for year in horizon.years:
            if year >= build.opening_year:
                running = (
                    funding * build.places * share_open(option["ramp"], year - build.opening_year)
                )
                total += weight[year] * (capital + running)
    return total


def _objective(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    priced = objective_of(plan, tables, scenario)
    stated = plan.report.objective_gbp
    if abs(priced - stated) > max(RELATIVE * abs(priced), SLACK_GBP):
        yield f"objective is stated as £{stated:,.0f}, but the plan's tables cost £{priced:,.0f}"
    if plan.report.bound_gbp > stated + SLACK_GBP:
        yield f"bound £{plan.report.bound_gbp:,.0f} lies above the objective £{stated:,.0f}"
