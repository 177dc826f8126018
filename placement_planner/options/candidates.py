"""The table of candidate options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.options.hosts import adapted_bases, free_hosts, new_bases, satellites
from placement_planner.options.special import expanded_schools, new_schools
from placement_planner.tables import checked, sizes_of, split_list
from placement_planner.tables.study import Options

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.options.rules import OptionRules
    from placement_planner.tables.hosts import HostScores
    from placement_planner.tables.study import Pots, Provision, Sites

__all__ = ["Funding", "generate_options"]

_ESTIMATED = (
    "designation;phases;sizes;fixed_capital_gbp;capital_per_place_gbp;lead_years;ramp;"
    "asset_life_years;minimum_fill"
)
_FROM_ACTIONS = [
    "action",
    "capital_per_place_gbp",
    "lead_years",
    "ramp",
    "asset_life_years",
    "minimum_fill",
]


@dataclass(frozen=True, eq=False)
class Funding:
    """Who pays, at what prices.

    Attributes
    ----------
    pots
        Pots that may pay.
    price_factors
        Local prices over England's, by authority code; 1 where there is none.
    capital
        Capital per place at England's prices: action, applies_to (need group, kind of provision
        or ``*``; the first that is there counts), places_from (least size of the band),
        gbp_per_place. Where it has no line for an option, and where there is no such table,
        `codes/actions.csv` stands.
    """

    pots: DataFrame[Pots]
    price_factors: pd.Series
    capital: pd.DataFrame | None = None


def _excludes(options: pd.DataFrame) -> pd.Series:
    """Options on the same site shut each other out."""
    on_site = options.groupby("site_id")["option_id"].agg(tuple)
    others = [
        ";".join(other for other in on_site[site_id] if other != option_id)
        for site_id, option_id in zip(options["site_id"], options["option_id"], strict=True)
    ]
    return pd.Series(others, index=options.index, dtype="str").replace("", None)


def _paying_pots(options: pd.DataFrame, pots: pd.DataFrame) -> pd.DataFrame:
    """For each option the pots that may pay, and the years in which work may start."""
    listed = (
        pots.assign(
            authority_code=pots["eligible_authorities"].map(split_list),
            action=pots["eligible_actions"].map(split_list),
        )
        .explode("authority_code")
        .explode("action")
    )
    pairs = options[["option_id", "authority_code", "action"]].merge(
        listed, how="cross", suffixes=("", "_pot")
    )
    may = (
        pairs["authority_code_pot"].isin(["*"])
        | pairs["authority_code_pot"].eq(pairs["authority_code"])
    ) & (pairs["action_pot"].isin(["*"]) | pairs["action_pot"].eq(pairs["action"]))
    paying = (
        pairs[may].drop_duplicates(["option_id", "pot_id"]).sort_values(["option_id", "pot_id"])
    )
    by_option = paying.groupby("option_id").agg(
        pots=("pot_id", ";".join), earliest_start=("starts", "min"), latest_start=("expires", "max")
    )
    unpaid = sorted(set(options["option_id"]) - set(by_option.index))
    if unpaid:
        raise DataError(
            f"no pot may pay for {len(unpaid)} option(s), such as {unpaid[0]}; every "
            "authority and action with options needs a pot"
        )
    return by_option


def _capital_per_place(options: pd.DataFrame, capital: pd.DataFrame | None) -> pd.Series:
    """Capital per place of each option, by the size band that its smallest size lies in."""
    price = options["capital_per_place_gbp"].astype(float)
    if capital is None:
        return price
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    smallest = options["sizes"].map(lambda cell: sizes_of(cell)[0]).astype(float)
    designation = options["designation"]
    for applies_to in ("*", designation.map(kinds), designation):
        asked = options[["action"]].assign(applies_to=applies_to, smallest=smallest)
        lines = asked.reset_index().merge(capital, on=["action", "applies_to"])
        lines = lines[lines["places_from"] <= lines["smallest"]].sort_values("places_from")
        own = lines.groupby("index")["gbp_per_place"].last()
        price = own.reindex(price.index).fillna(price)
    return price


def generate_options(
    sites: DataFrame[Sites],
    provision: DataFrame[Provision],
    need: pd.DataFrame,
    hosts: DataFrame[HostScores],
    funding: Funding,
    rules: OptionRules,
) -> DataFrame[Options]:
    """Generate candidate options by visible rules, for a planner to edit.

    ============== ==============================================================================
    action         where, and for whom
    ============== ==============================================================================
    adapt_rooms    mainstream schools without specialist places whose capacity exceeds their roll
                   by a class, or that would host; best ranked first
    new_base       large mainstream schools without (known) spare places; best ranked first
    expand_special every state special school with provision, for its main need group
    satellite      mainstream schools with many spare places, for special-school children
    new_special    plots of land, for the need groups most children of the authority have
    ============== ==============================================================================

    How many bases each need group gets in an authority and phase follows the children in `need`
    (highest averages); each of them goes to the school that ranks best for that need and is left,
    so it follows where the need is not met. No base is larger than the cap on base places allows.
    Satellites go to most spare places first. Options on one site exclude each other. Lead, ramp
    and life are those of `codes/actions.csv`; capital is a price per place of the smallest size
    (larger ones may come cheaper), times the authority's price factor; work may start while a pot
    that may pay is open. Nothing is random: equal hosts go by `site_id`. Statutory processes may
    lengthen the lead: `with_lead_times`.

    Parameters
    ----------
    sites
        Schools and plots.
    provision
        Specialist places there are.
    need
        Children who hold or want specialist places: authority_code, specialism ("base" or
        "special"), need_group, phase, children.
    hosts
        As from `host_scores`; schools that are shut out get no option.
    funding
        Pots that may pay, and local prices.
    rules
        Thresholds, sizes and numbers an authority.

    Returns
    -------
    DataFrame
        Options, every one ``estimated``, ``internal`` and locked neither in nor out.

    Raises
    ------
    DataError
        When no pot may pay for an option.
    """
    free = free_hosts(hosts, sites, provision)
    adapted = adapted_bases(free, need, rules)
    built = new_bases(free, need, rules)
    table = pd.concat(
        [
            adapted,
            built,
            expanded_schools(provision, rules),
            satellites(free, need, rules),
            new_schools(sites, need, rules),
        ],
        ignore_index=True,
    )
    table = table.merge(sites[["site_id", "authority_code"]], on="site_id")
    table = table.merge(code_table("actions")[_FROM_ACTIONS], on="action")
    table["option_id"] = table["site_id"] + "-" + table["action"] + "-" + table["designation"]
    factor = table["authority_code"].map(funding.price_factors).fillna(1.0)
    price = _capital_per_place(table, funding.capital)
    table = table.assign(
        fixed_capital_gbp=0.0,
        capital_per_place_gbp=(price * factor).round(0),
        requires=None,
        excludes=_excludes(table),
        locked_in=False,
        locked_out=False,
        release_status="internal",
        basis="estimated",
        estimated=_ESTIMATED,
    )
    table = table.join(_paying_pots(table, funding.pots), on="option_id")
    return checked(Options, table.sort_values("option_id"))
