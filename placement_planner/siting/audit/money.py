"""Audit of money: every payment has a pot that may pay it, and the objective is what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.siting.audit.findings import RELATIVE, SLACK_GBP, told
from placement_planner.siting.audit.places import children_above_places
from placement_planner.siting.plan import PROVEN
from placement_planner.siting.pools import opened_by_builds
from placement_planner.siting.pots import may_pay
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["audit_capital", "audit_objective", "priced"]


def audit_capital(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    """Payments meet the capital, from pots that may pay, within what these have at hand."""
    options, pots = tables.options.set_index("option_id"), tables.pots.set_index("pot_id")
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
    yield from told("payments do not meet the capital", wrong.index[wrong.abs() > SLACK_GBP])
    known = plan.spend["option_id"].isin(options.index) & plan.spend["pot_id"].isin(pots.index)
    yield from told("payment for an unknown option or pot", plan.spend.loc[~known, "option_id"])
    yield from _wrong_payers(plan.spend[known], tables, scenario)
    for pot_id, rows in plan.spend.groupby("pot_id"):
        yield from _overspent(str(pot_id), rows, tables)


def _wrong_payers(spend: pd.DataFrame, tables: Tables, scenario: Scenario) -> Iterator[str]:
    authority = tables.sites.set_index("site_id")["authority_code"]
    options = {option.option_id: option for option in tables.options.itertuples()}
    pots = {pot.pot_id: pot for pot in tables.pots.itertuples()}
    pooled = scenario.siting.money == "pooled"
    for payment in spend.itertuples():
        option, pot = options[payment.option_id], pots[payment.pot_id]
        in_time = pot.starts <= payment.academic_year <= pot.expires
        if not (in_time and may_pay(pot, option, str(authority[option.site_id]), pooled=pooled)):
            yield (
                f"pot may not pay: {payment.pot_id} for {payment.option_id} "
                f"in {payment.academic_year}"
            )


def _overspent(pot_id: str, spend: pd.DataFrame, tables: Tables) -> Iterator[str]:
    """Spend each year the money that lapses first; say what is then missing."""
    funding = tables.pot_funding[tables.pot_funding["pot_id"] == pot_id]
    pot = tables.pots[tables.pots["pot_id"] == pot_id]
    keeps = pot["carry_years"].iloc[0] if "carry_years" in pot and len(pot) else None
    last = float("inf") if keeps is None or pd.isna(keeps) else float(keeps)
    left = dict(sorted(zip(funding["academic_year"], funding["gbp"], strict=True)))
    for year, owed in spend.groupby("academic_year")["gbp"].sum().items():
        unpaid = owed
        for arrives, gbp in left.items():
            if arrives <= year <= arrives + last:
                taken = min(gbp, unpaid)
                left[arrives] = gbp - taken
                unpaid -= taken
        if unpaid > SLACK_GBP:
            yield f"pot overspent: {pot_id} by £{unpaid:,.0f} in {year}"


def priced(
    plan: Plan, used: pd.DataFrame, rides: pd.DataFrame, tables: Tables, scenario: Scenario
) -> float:
    """Price a plan from its tables: £ over the horizon, discounted to the first planned year.

    Children who keep a place cost the same whatever is decided, and are left out.

    Parameters
    ----------
    used, rides
        As from `places_used`, and from `rides_of` its placements.
    """
    horizon, travel = scenario.horizon, scenario.travel
    weight = {
        year: horizon.discount(year) * length
        for year, length in zip(horizon.years, horizon.weights, strict=True)
    }
    is_new = ~plan.placements["is_kept"]
    new, ride_gbp = plan.placements[is_new], rides.loc[is_new, "gbp"]
    penalty = _penalties(new, tables)
    costs = tables.place_costs.set_index("need_group")
    over = (new["minutes"] - new["phase"].map(travel.soft_minutes).astype(float)).clip(lower=0)
    each = (
        new["need_group"].map(costs["top_up_gbp"]).astype(float)
        + ride_gbp
        + penalty
        + over * travel.gbp_per_minute_over
    )
    total = _weighed(each * new["children"], new, weight)
    fallback = plan.fallback
    total += _weighed(fallback["cost_gbp"] * fallback["children"], fallback, weight)
    above = children_above_places(used, scenario).reset_index()
    total += scenario.siting.over_capacity_gbp * _weighed(above["over"], above, weight)
    return total + _builds(plan, tables, scenario, weight)


def _weighed(gbp: pd.Series, rows: pd.DataFrame, weight: dict[int, float]) -> float:
    return float((gbp * rows["academic_year"].map(weight).astype(float)).sum())


def _penalties(placements: pd.DataFrame, tables: Tables) -> pd.Series:
    """Return the price of each placement's match, by the designation of its pool."""
    designation = tables.pools.drop_duplicates("pool_id").set_index("pool_id")["designation"]
    there = designation.reindex(placements["pool_id"]).to_numpy(dtype=object)
    place = [
        name.split(":")[1] if pd.isna(known) and ":" in name else known
        for name, known in zip(placements["pool_id"], there, strict=True)
    ]
    price = tables.compatibility.set_index(["need_group", "designation"])["penalty_gbp"]
    keys = pd.MultiIndex.from_arrays([placements["need_group"].to_numpy(dtype=object), place])
    return pd.Series(price.reindex(keys).to_numpy(), index=placements.index)


def _builds(plan: Plan, tables: Tables, scenario: Scenario, weight: dict[int, float]) -> float:
    """Capital's equivalent annual cost, and the place funding of open places."""
    options = tables.options.set_index("option_id")
    costs = tables.place_costs.set_index("need_group")["place_funding_gbp"]
    total = 0.0
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        life = int(options.loc[build.option_id, "asset_life_years"])
        yearly = scenario.horizon.annual_cost(build.capital_gbp, life)
        total += yearly * sum(w for year, w in weight.items() if year >= build.opening_year)
    for row in opened_by_builds(plan.builds, tables, scenario).itertuples():
        option = options.loc[row.option_id]
        shares = dict(part.split(":") for part in split_list(option["phases"]))
        places = row.open_places * float(shares[row.phase])
        total += weight[row.academic_year] * float(costs[option["designation"]]) * places
    return total


def audit_objective(plan: Plan, gbp: float, asked: float) -> Iterator[str]:
    """Hold what a plan states against the £ its tables come to, and its status against its gap.

    Parameters
    ----------
    asked
        Relative gap up to which a plan may be called within gap.
    """
    report, stated = plan.report, plan.report.objective_gbp
    if not abs(gbp - stated) <= max(RELATIVE * abs(gbp), SLACK_GBP):
        yield f"objective is stated as £{stated:,.0f}, but the plan's tables cost £{gbp:,.0f}"
    if report.bound_gbp > stated + SLACK_GBP:
        yield f"bound £{report.bound_gbp:,.0f} lies above the objective £{stated:,.0f}"
    most = {"optimal": PROVEN, "within gap": max(asked, PROVEN)}.get(report.status)
    if most is not None and not report.gap <= most * (1 + RELATIVE):
        yield f"status is {report.status}, but a gap of {report.gap:.3%} is open"
