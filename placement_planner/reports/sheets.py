"""The sheets of the workbook: one table each, as it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.figures.areas import LEVEL_NAMES
from placement_planner.figures.effects import (
    EFFECT_NAMES,
    break_even_sentence,
    shown_effects,
    shown_savings,
)
from placement_planner.figures.plan import (
    final_year,
    gap_by_area,
    journeys_by_area,
    known_names,
    shown_builds,
    shown_measures,
    shown_pots,
)
from placement_planner.figures.released import released_plan
from placement_planner.reports.assumptions import assumption_rows, estimated_rows
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome

__all__ = ["Sheet", "sheets"]


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook: headings are for people, `note` says what a reader must know."""

    name: str
    title: str
    note: str
    frame: pd.DataFrame


def sheets(outcome: Outcome) -> list[Sheet]:
    """Return every sheet after the first, in reading order."""
    last = year_label(final_year(outcome))
    compared = "Nothing built: the best that can be done with the places there are."
    return [
        Sheet("Measures", f"What the plan does, {last}", compared, _measures(outcome)),
        Sheet("Builds", "What would be built", f"Children placed: {last}.", _builds(outcome)),
        Sheet(
            "Spend by pot",
            f"Capital pots: funding to {last}, spent by the plan, left (£)",
            "c or a band: an exact figure would give away the cost at one school.",
            _pots(outcome),
        ),
        Sheet(
            "By authority",
            f"What the plan does for each authority; children and savings of {last}",
            "Capital its children use: their share of who comes to what is built.",
            shown_effects(outcome).rename(columns=EFFECT_NAMES),
        ),
        Sheet(
            "Savings",
            "What building saves against the best without, all planned years",
            break_even_sentence(outcome),
            _savings(outcome),
        ),
        Sheet("Need", "Children who need a specialist place", "By authority.", _need(outcome)),
        Sheet("Supply", "Specialist places open, by site", _SUPPLY_NOTE, _supply(outcome)),
        Sheet(
            "Gap",
            f"Children without a suitable local specialist place, {last}",
            compared,
            _gap(outcome),
        ),
        _gap_areas(outcome, last),
        _journeys(outcome, last),
        Sheet(
            "Assumptions",
            "Figures the plan rests on",
            "A basis of assumption asks to be replaced by a local figure.",
            assumption_rows(outcome),
        ),
        Sheet(
            "Estimated",
            "Input rows that hold estimates",
            "Estimated columns are named row by row.",
            estimated_rows(outcome),
        ),
    ]


_SUPPLY_NOTE = "Places for children of the region: children from elsewhere are taken off."


def _measures(outcome: Outcome) -> pd.DataFrame:
    shown = shown_measures(outcome)
    headings = {"name": "Measure", "unit": "Unit", "do_nothing": "Nothing built", "plan": "Plan"}
    return shown[list(headings)].rename(columns=headings)


def _builds(outcome: Outcome) -> pd.DataFrame:
    headings = {
        "scheme": "No.",
        "action": "What",
        "place": "Where",
        "authority": "Authority",
        "designation": "For whom",
        "phases": "Phase",
        "places": "Places",
        "starts": "Work starts",
        "opens": "Opens",
        "capital_gbp": "Capital (£)",
        "cost": "Capital in words",
        "children": "Children placed",
        "release": "Release",
    }
    return shown_builds(outcome)[list(headings)].rename(columns=headings)


def _pots(outcome: Outcome) -> pd.DataFrame:
    headings = {
        "pot": "Pot",
        "owner": "Owner",
        "starts": "Spend from",
        "expires": "Spend by",
        "funded_gbp": "Funded (£)",
        "spent_gbp": "Spent (£)",
        "left_gbp": "Left (£)",
    }
    return shown_pots(outcome)[list(headings)].rename(columns=headings)


def _savings(outcome: Outcome) -> pd.DataFrame:
    headings = {"words": "Where a child given a new place would be without it",
                "benefit_gbp": "Saved, discounted (£)"}  # fmt: skip
    return shown_savings(outcome)[list(headings)].rename(columns=headings)


def _in_words(outcome: Outcome, frame: pd.DataFrame) -> pd.DataFrame:
    """Put names in place of the codes of authority, need group and phase."""
    names = outcome.inputs.authorities.set_index("authority_code")["authority_name"]
    return pd.DataFrame(
        {
            "Authority": frame["authority_code"].map(names),
            "Need group": frame["need_group"].map(known_names("need_groups")),
            "Phase": frame["phase"].str.replace("_", "-").str.capitalize(),
        }
    )


def _need(outcome: Outcome) -> pd.DataFrame:
    """Return children by authority, need group and phase, a column a year."""
    keys = ["authority_code", "need_group", "phase"]
    shown = released_plan(outcome)["need"].frame
    wide = shown.pivot_table(
        index=keys, columns="academic_year", values="children", aggfunc="first"
    ).reset_index()
    years = wide.reindex(columns=list(outcome.scenario.horizon.years)).rename(columns=year_label)
    return pd.concat([_in_words(outcome, wide), years], axis="columns")


def _supply(outcome: Outcome) -> pd.DataFrame:
    """Return places by pool, a column a year, and children placed in the final year."""
    pools = pd.DataFrame(outcome.surroundings.pools)
    wide = pools.pivot_table(index="pool_id", columns="academic_year", values="places")
    years = wide.reindex(columns=list(outcome.scenario.horizon.years), fill_value=0.0).fillna(0.0)
    about = pools.drop_duplicates("pool_id").set_index("pool_id")
    sites = outcome.inputs.sites.set_index("site_id")["site_name"]
    shown = pd.DataFrame(
        {
            "Site": about["site_id"].map(sites),
            "Authority": about["authority_code"].map(
                outcome.inputs.authorities.set_index("authority_code")["authority_name"]
            ),
            "Kind": about["provision_type"].map(known_names("provision_types")),
            "Designed for": about["designation"].map(known_names("need_groups")),
            "Phase": about["phase"].str.replace("_", "-").str.capitalize(),
            **{year_label(year): years[year] for year in years},
            "Placed, nothing built": _placed(outcome, "do_nothing"),
            "Placed, plan": _placed(outcome, "plan"),
            "How known": about["basis"].map(known_names("bases")),
        }
    )
    return shown.sort_values(["Authority", "Site", "Designed for", "Phase"])


def _placed(outcome: Outcome, way: str) -> pd.Series[Any]:
    """Return children placed in each pool in the final year, builds left out."""
    return released_plan(outcome)[f"supply:{way}"].frame.set_index("pool_id")["children"]


def _gap(outcome: Outcome) -> pd.DataFrame:
    """Return need and children in fallback by authority, need group and phase."""
    shown = released_plan(outcome)["gap"].frame
    headings = {"children": "In need", "do_nothing": "Nothing built", "plan": "Plan"}
    figures = shown[list(headings)].rename(columns=headings)
    return pd.concat([_in_words(outcome, shown), figures], axis="columns")


def _gap_areas(outcome: Outcome, last: str) -> Sheet:
    table = gap_by_area(outcome)
    headings = {
        "code": "Code", "name": "Area", "do_nothing": "Nothing built", "plan": "Plan"
    }  # fmt: skip
    return Sheet(
        "Gap by area",
        f"Children without a suitable local specialist place, {last}",
        f"By {LEVEL_NAMES[table.level]}. {table.withheld}.",
        table.frame[list(headings)].rename(columns=headings),
    )


def _journeys(outcome: Outcome, last: str) -> Sheet:
    table = journeys_by_area(outcome)
    headings = {
        "code": "Code",
        "name": "Area",
        "children": "Children",
        "do_nothing": "Minutes, nothing built",
        "plan": "Minutes, plan",
    }
    return Sheet(
        "Journeys",
        f"Mean journey one way, the same children in both, {last}",
        f"By {LEVEL_NAMES[table.level]}. Children without a suitable local place are counted with "
        f"the usual journey of where they would be. {table.withheld}.",
        table.frame[list(headings)].rename(columns=headings),
    )
