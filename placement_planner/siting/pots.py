"""Capital: what falls due when, which pot may pay for what, and what a pot has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.siting.tables import Tables

__all__ = ["Capital", "build_capital", "may_pay"]

EVERYONE = "*"
REGION = "REGION"


@dataclass(frozen=True, kw_only=True)
class Capital:
    """Capital of a siting problem.

    Attributes
    ----------
    cash
        Payments of a decision by academic year: decision, option_id, academic_year, gbp.
    pays
        Pots that may pay for an option in a year: option_id, pot_id, academic_year.
    funds
        What a pot may pay from one academic year to another, both included: pot_id, first, last,
        gbp.
    """

    cash: pd.DataFrame
    pays: pd.DataFrame
    funds: pd.DataFrame


def build_capital(tables: Tables, decisions: pd.DataFrame, *, pooled: bool) -> Capital:
    """Return payments by decision, who may pay for what when, and what each pot has at hand.

    Parameters
    ----------
    decisions
        As from `build_decisions`.
    pooled
        Whether authorities put their pots together, as in `may_pay`.
    """
    cash = _payments(tables.options, decisions)
    years = cash.groupby("option_id")["academic_year"].unique()
    authority = tables.sites.set_index("site_id")["authority_code"]
    possible = tables.options[tables.options["option_id"].isin(years.index)]
    rows = [
        (option.option_id, pot.pot_id, int(year))
        for option in possible.sort_values("option_id").itertuples()
        for pot in tables.pots.sort_values("pot_id").itertuples()
        if may_pay(pot, option, str(authority[option.site_id]), pooled=pooled)
        for year in sorted(years[option.option_id])
        if pot.starts <= year <= pot.expires
    ]
    pays = pd.DataFrame(rows, columns=["option_id", "pot_id", "academic_year"]).astype(
        {"option_id": str, "pot_id": str, "academic_year": int}
    )
    funds = pd.DataFrame(_funds(tables, pays), columns=["pot_id", "first", "last", "gbp"]).astype(
        {"pot_id": str, "first": int, "last": int, "gbp": float}
    )
    return Capital(cash=cash, pays=pays, funds=funds)


def may_pay(pot: Any, option: Any, authority_code: str, *, pooled: bool) -> bool:  # noqa: ANN401
    """Tell whether a pot may pay for an option.

    Each authority's pot pays for sites in its own area and for options that serve its children,
    as far as the pot's own places and uses allow and the option names the pot. Pooled, the pots of
    all authorities pay for any site, as far as their uses allow.

    Parameters
    ----------
    pot, option
        A row of `pots` and of `options`.
    authority_code
        Authority of the option's site.
    """
    uses = split_list(pot.eligible_actions)
    if EVERYONE not in uses and option.action not in uses:
        return False
    if pooled and pot.owner != REGION:
        return True
    places = split_list(pot.eligible_authorities)
    if pot.pot_id not in split_list(option.pots):
        return False
    if EVERYONE not in places and authority_code not in places:
        return False
    served = split_list(getattr(option, "serves", None))
    return pooled or pot.owner in {REGION, authority_code, *served} or EVERYONE in served


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


def _funds(tables: Tables, pays: pd.DataFrame) -> Iterator[tuple[str, int, int, float]]:
    """Yield what pots may pay between two years: what has arrived and has not lapsed.

    Where money lapses after :math:`N` years, payments of the years :math:`s` to :math:`t` can be
    met if and only if they are no more than what arrives from :math:`s - N` to :math:`t`, for all
    such pairs of years (Hall's condition; each year draws on an interval of arrivals).
    """
    pots = tables.pots.set_index("pot_id")
    lapses = pots["carry_years"] if "carry_years" in pots else pd.Series(np.nan, index=pots.index)
    for pot_id, rows in pays.groupby("pot_id"):
        own = tables.pot_funding[tables.pot_funding["pot_id"] == pot_id]
        years = sorted(rows["academic_year"].unique())
        keeps = float(lapses[pot_id])
        for first in years if keeps == keeps else years[:1]:  # noqa: PLR0124
            since = first - keeps if keeps == keeps else -np.inf  # noqa: PLR0124
            for last in (year for year in years if year >= first):
                arrived = own["academic_year"].between(since, last)
                yield str(pot_id), int(first), int(last), float(own.loc[arrived, "gbp"].sum())
