"""Figures of an outcome that may be shown: tables for maps and reports, past `privacy`.

Maps, workbooks and printed summaries take their figures from here, so that they say the same and
nothing leaves that disclosure control has not seen. Figures are of the final planned year unless
they say otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.areas import in_final_year
from placement_planner.figures.exact.plan import WAYS
from placement_planner.figures.released import released_plan
from placement_planner.privacy import WITHHELD, cost_band, rounded_as_children, shown_sites
from placement_planner.wording import (
    NOT_PROVEN,
    in_gbp,
    is_proven,
    measure_name,
    phases_sentence,
    year_label,
)

if TYPE_CHECKING:
    from placement_planner.figures.areas import AreaTable, Kind
    from placement_planner.outcome import Outcome

__all__ = [
    "final_year",
    "gap_by_area",
    "journeys_by_area",
    "known_names",
    "need_by_area",
    "placed_in_builds",
    "shown_builds",
    "shown_measures",
    "shown_pots",
]

_WHOLE_REGION = "Whole region"
_GAPS = ("gap_gbp", "gap_of_benefit")
_OF_EVERYBODY = ("annual_cost_gbp", "objective_gbp", "benefit_gbp")
_WORKED_OUT_FROM = {
    "transport_gbp": "children_placed",
    "top_up_gbp": "children_placed",
    "independent_gbp": "children_staying_independent",
    "fallback_gbp": "children_in_fallback",
}


def final_year(outcome: Outcome) -> int:
    """Return the last planned academic year, by its first calendar year."""
    return outcome.scenario.horizon.years[-1]


def known_names(table: str) -> pd.Series[str]:
    """Return the names of a code table, by code."""
    codes = code_table(table)
    return codes.drop_duplicates(codes.columns[0]).set_index(codes.columns[0])["name"]


def need_by_area(outcome: Outcome, kind: Kind = "all") -> AreaTable:
    """Return children who need a place, by area: all of them, or those for bases or specials."""
    table = released_plan(outcome)[f"need:{kind}:all"]
    return in_final_year(table, ["children"], ["children"])


def gap_by_area(outcome: Outcome) -> AreaTable:
    """Return children without a suitable local specialist place: do_nothing and plan."""
    return in_final_year(released_plan(outcome)["gap_areas"], WAYS, WAYS)


def journeys_by_area(outcome: Outcome) -> AreaTable:
    """Return mean minutes one way of the same children: do_nothing and plan, and how many.

    Children without a suitable local place are in it with the usual journey of their route.
    """
    return in_final_year(released_plan(outcome)["journeys"], ["children", *WAYS], ["children"])


def placed_in_builds(outcome: Outcome) -> pd.Series[Any]:
    """Return children placed in each build in the final year, by option_id, as may be shown."""
    return released_plan(outcome)["builds"].frame.set_index("option_id")["children"]


def shown_builds(outcome: Outcome) -> pd.DataFrame:
    """Return the builds of the plan as they may be told, one row each, in order of opening.

    Returns
    -------
    DataFrame
        By `option_id` (not to be shown): scheme (a running number), place, authority ("Whole
        region" where even that may not be told), where (both, no more than once), action,
        designation, phases, places, starts, opens, cost (in words), capital_gbp (``c`` where only
        the band may be told), children (placed there; may be ``c``), release, is_named, easting,
        northing.
    """
    inputs, choices = outcome.inputs, outcome.scenario.privacy
    builds = outcome.plan.builds.merge(
        inputs.options[["option_id", "action", "designation", "phases", "release_status"]],
        on="option_id",
        validate="one_to_one",
    ).set_index("option_id")
    chosen = inputs.options[inputs.options["option_id"].isin(builds.index)]
    builds = builds.join(
        shown_sites(chosen, inputs.sites, inputs.areas, inputs.authorities, choices)
    )
    named = builds["is_named"].astype(bool)
    names = inputs.authorities.set_index("authority_code")["authority_name"]
    authorities = builds["authority_code"].map(names).fillna(_WHOLE_REGION)
    is_within = builds["level"].isin(["site", "middle"])
    releases = builds["release_status"].map(known_names("release_statuses"))
    exact = builds["capital_gbp"].map(in_gbp).astype(object)
    shown: pd.DataFrame = builds.assign(
        authority=authorities,
        where=builds["place"].where(~is_within, builds["place"] + ", " + authorities),
        action=builds["action"].map(known_names("actions")),
        designation=builds["designation"].map(known_names("need_groups")),
        phases=builds["phases"].map(phases_sentence),
        starts=builds["start_year"].map(year_label),
        opens=builds["opening_year"].map(year_label),
        cost=exact.where(named, cost_band(builds["capital_gbp"])),
        capital_gbp=builds["capital_gbp"].astype(object).where(named, WITHHELD),
        children=placed_in_builds(outcome),
        release=releases.astype(object).where(named, "Not approved: name withheld"),
    )
    shown = shown.sort_values(["opening_year", "authority", "place", "action", "designation"])
    return shown.assign(scheme=range(1, len(shown) + 1))


def shown_measures(outcome: Outcome) -> pd.DataFrame:
    """Return the measures with a name each: measure, name, unit, do_nothing, plan.

    Counts of children are withheld or rounded, and £ worked out from a withheld count withheld with
    it, and the sum they are part of. Where a cost that may not be told could be worked
    out from it, the capital of all builds is shown as a band. A gap that is not proven says so.
    """
    measures = outcome.measures.reset_index(drop=True)
    keys = measures["measure"]
    columns = list(WAYS)
    shown = measures.assign(name=keys.map(measure_name)).astype(dict.fromkeys(columns, object))
    for way in WAYS:
        counts = released_plan(outcome)[f"measures:{way}"].frame.set_index("measure")["children"]
        shown[way] = keys.map(counts).where(keys.isin(counts.index), shown[way])
        hidden = [of for of, count in _WORKED_OUT_FROM.items() if counts.get(count) == WITHHELD]
        hidden += ["annual_cost_gbp"] if hidden else []
        shown[way] = _few_digits(outcome, shown[way], way).mask(keys.isin(hidden), WITHHELD)
    if len(_untold(outcome)) == 1 or _pots_that_give_away(outcome).any():
        band = cost_band(measures.loc[keys == "capital_gbp", "plan"].astype(float))
        shown.loc[keys == "capital_gbp", "plan"] = band.astype(object)
    for name, plan in zip(columns, (outcome.do_nothing, outcome.plan), strict=True):
        is_unknown = keys.isin(_GAPS) & measures[name].notna() & (not is_proven(plan.report))
        is_unknown |= np.isinf(measures[name].astype(float))
        is_unknown |= (keys == "gap_gbp") & measures[name].isna()
        shown[name] = shown[name].mask(is_unknown, NOT_PROVEN)
    return shown[["measure", "name", "unit", *columns]]


def _few_digits(outcome: Outcome, shown: pd.Series, way: str) -> pd.Series:
    """Round £ of children to what the children stand for that counts are rounded to."""
    choices = outcome.scenario.privacy
    if choices.profile == "internal":
        return shown
    keys, exact = (
        outcome.measures["measure"].to_numpy(),
        outcome.measures[way].to_numpy(dtype=float),
    )
    figures = dict(zip(keys, exact, strict=True))
    of = [figures[_WORKED_OUT_FROM.get(key, "children_in_need")] for key in keys]
    totals = rounded_as_children(exact, np.array(of), choices.rounding)
    return shown.mask(np.isin(keys, [*_WORKED_OUT_FROM, *_OF_EVERYBODY]), totals)


def _untold(outcome: Outcome) -> pd.Index[str]:
    """Return the builds whose cost may not be told, by option_id."""
    builds = shown_builds(outcome)
    return builds.index[~builds["is_named"].astype(bool)]


def _pots_that_give_away(outcome: Outcome) -> pd.Series[bool]:
    """Tell by pot_id from which pots a single build draws whose cost may not be told."""
    spend = outcome.plan.spend
    drawn = spend[spend["option_id"].isin(_untold(outcome))].groupby("pot_id")["option_id"]
    return drawn.nunique().reindex(outcome.inputs.pots["pot_id"], fill_value=0) == 1


def shown_pots(outcome: Outcome) -> pd.DataFrame:
    """Return each pot: name, owner, years, funding to the final year, spent and left.

    Where a single build whose cost may not be told draws on a pot, what is spent is shown as a
    band and what is left is withheld.
    """
    inputs, spend = outcome.inputs, outcome.plan.spend
    reached = inputs.pot_funding[inputs.pot_funding["academic_year"] <= final_year(outcome)]
    authorities = inputs.authorities.set_index("authority_code")["authority_name"]
    pots = inputs.pots.set_index("pot_id")
    funded = reached.groupby("pot_id")["gbp"].sum().reindex(pots.index, fill_value=0.0)
    spent = spend.groupby("pot_id")["gbp"].sum().reindex(pots.index, fill_value=0.0)
    gives_away = _pots_that_give_away(outcome)
    left = funded - spent
    return pd.DataFrame(
        {
            "pot": pots["pot_name"],
            "owner": pots["owner"].map(authorities).fillna(_WHOLE_REGION),
            "starts": pots["starts"].map(year_label),
            "expires": pots["expires"].map(year_label),
            "funded_gbp": funded,
            "spent_gbp": spent.astype(object).mask(gives_away, cost_band(spent)),
            "left_gbp": left.astype(object).mask(gives_away, WITHHELD),
        }
    )
