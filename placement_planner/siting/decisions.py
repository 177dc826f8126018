"""What could be decided: an option at a size and a start; what it opens, costs and is paid from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import SolveError
from placement_planner.tables import share_open, split_list

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario

__all__ = ["build_cash", "build_decisions", "option_pools", "pot_may_pay"]

EVERYONE = "*"


def build_decisions(
    options: pd.DataFrame, place_costs: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    """List every option at every size and start whose opening falls on a planned year.

    Opening between two planned years would count only from the later one, so such starts are left
    out. The objective £ of a decision are, for each year open, the capital's equivalent annual
    cost and the place funding of its open places.

    Raises
    ------
    SolveError
        If an option that must be built has no possible start.
    """
    horizon = scenario.horizon
    funding = place_costs.set_index("need_group")["place_funding_gbp"]
    rows = []
    for option in options[~options["locked_out"]].sort_values("option_id").itertuples():
        for opening in horizon.years:
            start = opening - option.lead_years
            if not option.earliest_start <= start <= option.latest_start:
                continue
            for places in sorted(int(size) for size in split_list(option.sizes)):
                capital = option.fixed_capital_gbp + option.capital_per_place_gbp * places
                yearly = horizon.annual_cost(capital, option.asset_life_years)
                running = float(funding[option.designation]) * places
                gbp = sum(
                    horizon.discount(year)
                    * weight
                    * (yearly + running * share_open(option.ramp, year - opening))
                    for year, weight in zip(horizon.years, horizon.weights, strict=True)
                    if year >= opening
                )
                rows.append((option.option_id, places, start, opening, capital, gbp))
    columns = ["option_id", "places", "start_year", "opening_year", "capital_gbp", "gbp"]
    decisions = pd.DataFrame(rows, columns=columns).astype(
        {
            "option_id": str,
            "places": int,
            "start_year": int,
            "opening_year": int,
            "capital_gbp": float,
            "gbp": float,
        }
    )
    must = options.loc[options["locked_in"] & ~options["locked_out"], "option_id"]
    stuck = sorted(set(must) - set(decisions["option_id"]))
    if stuck:
        raise SolveError(
            f"{len(stuck)} option(s) locked in cannot open in a planned year, for example "
            f"{stuck[0]}: look at lead_years, earliest_start, latest_start and the horizon's years"
        )
    return decisions


def option_pools(
    options: pd.DataFrame, decisions: pd.DataFrame, scenario: Scenario
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pool-years that options could open, and the places each decision opens in them.

    `is_full` marks the years after the ramp, in which the minimum viable fill holds.
    """
    by_id = options.set_index("option_id")
    rows = []
    for position, decision in enumerate(decisions.itertuples()):
        option = by_id.loc[decision.option_id]
        full_age = len(split_list(option["ramp"])) - 1
        for part in split_list(option["phases"]):
            phase, share = part.split(":")
            for year in scenario.horizon.years:
                age = year - decision.opening_year
                open_share = share_open(option["ramp"], age)
                if open_share > 0:
                    rows.append(
                        (
                            position,
                            decision.option_id,
                            phase,
                            year,
                            decision.places * float(share) * open_share,
                            age >= full_age,
                        )
                    )
    columns = ["decision", "option_id", "phase", "academic_year", "places", "is_full"]
    opens = pd.DataFrame(rows, columns=columns).astype(
        {
            "decision": int,
            "option_id": str,
            "phase": str,
            "academic_year": int,
            "places": float,
            "is_full": bool,
        }
    )
    opens["pool_id"] = opens["option_id"] + ":" + opens["phase"]
    pools = opens[["pool_id", "option_id", "phase", "academic_year"]].drop_duplicates()
    stands = by_id[["site_id", "designation"]]
    return pools.join(stands, on="option_id").assign(places=0.0), opens


def pot_may_pay(pot: pd.Series, authority_code: str, action: str) -> bool:
    """Tell whether a pot may pay for an action on a site of an authority."""
    places = split_list(pot["eligible_authorities"])
    uses = split_list(pot["eligible_actions"])
    return (EVERYONE in places or authority_code in places) and (EVERYONE in uses or action in uses)


def _payments(options: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Cash of each decision: equal shares from the year of start until the year before opening."""
    lead = options.set_index("option_id")["lead_years"].clip(lower=1)
    paid = decisions.assign(
        decision=range(len(decisions)),
        years=lead.reindex(decisions["option_id"]).to_numpy(dtype=int),
    )
    paid = paid.loc[paid.index.repeat(paid["years"])]
    paid["academic_year"] = paid["start_year"] + paid.groupby("decision").cumcount()
    paid["gbp"] = paid["capital_gbp"] / paid["years"]
    return paid[["decision", "option_id", "academic_year", "gbp"]].reset_index(drop=True)


def build_cash(
    options: pd.DataFrame,
    decisions: pd.DataFrame,
    pots: pd.DataFrame,
    pot_funding: pd.DataFrame,
    sites: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return payments by decision, who may pay for what when, and money received by pot."""
    cash = _payments(options, decisions)
    authority = sites.set_index("site_id")["authority_code"]
    by_pot = pots.set_index("pot_id")
    years = cash.groupby("option_id")["academic_year"].unique()
    rows = []
    for option in (
        options[options["option_id"].isin(years.index)].sort_values("option_id").itertuples()
    ):
        for pot_id in split_list(option.pots):
            pot = by_pot.loc[pot_id]
            if pot_may_pay(pot, str(authority[option.site_id]), option.action):
                rows += [
                    (option.option_id, pot_id, int(year))
                    for year in sorted(years[option.option_id])
                    if pot["starts"] <= year <= pot["expires"]
                ]
    pays = pd.DataFrame(rows, columns=["option_id", "pot_id", "academic_year"]).astype(
        {"option_id": str, "pot_id": str, "academic_year": int}
    )
    spans = (
        pays[["pot_id", "academic_year"]].drop_duplicates().sort_values(["pot_id", "academic_year"])
    )
    received = spans.merge(
        pot_funding.rename(columns={"academic_year": "arrives"}), on="pot_id", how="left"
    )
    received["gbp"] = received["gbp"].where(received["arrives"] <= received["academic_year"], 0.0)
    funds = received.groupby(["pot_id", "academic_year"], as_index=False)["gbp"].sum()
    return cash[["decision", "academic_year", "gbp"]], pays, funds
