"""The same region changed in one way: dearer, more years of the same, another copy of it."""

from dataclasses import fields, replace

import pandas as pd

from placement_planner.siting.tables import Tables
from placement_planner.supply import room_for_followers
from placement_planner.tables.continuity import diagonal_survival
from tests.siting.regions import OUTSIDE

PRICES = {
    "place_costs": ["top_up_gbp", "place_funding_gbp"],
    "transport": ["gbp", "gbp_per_km", "gbp_per_minute"],
    "compatibility": ["penalty_gbp"],
    "fallback": ["cost_gbp"],
    "options": ["fixed_capital_gbp", "capital_per_place_gbp"],
    "pot_funding": ["gbp"],
}
NAMES = ("area_code", "site_id", "pool_id", "option_id", "pot_id", "set_id", "authority_code",
         "place_authority_code", "owner")  # fmt: skip
LISTS = ("options", "requires", "excludes", "pots", "serves", "eligible_authorities")
EVERYBODY = ("*", "REGION", OUTSIDE)


def dearer(tables, choices, factor):
    """Return region and choices with every £ times a factor, those in the pots included."""
    changed = {}
    for name, columns in PRICES.items():
        table = getattr(tables, name)
        changed[name] = table.assign(**{column: table[column] * factor for column in columns})
    siting, travel = choices.siting, choices.travel
    prices = {
        "siting": {
            "over_capacity_gbp": siting.over_capacity_gbp * factor,
            "nowhere_gbp": siting.nowhere_gbp * factor,
        },
        "travel": {"gbp_per_minute_over": travel.gbp_per_minute_over * factor},
    }
    return replace(tables, **changed), choices.with_choices(**prices)


def as_in_the_first_year(tables, choices, years):
    """Return a region in which every year is the first, and whatever opens is open from it on.

    Everybody is placed afresh every year, and nobody keeps a place from before.
    """
    first = choices.horizon.years[0]
    need = _again(tables.need, first, years)
    options = tables.options
    return replace(
        tables,
        need=need,
        kept=tables.kept.iloc[:0],
        survival=diagonal_survival(need, years),
        followers=tables.followers.iloc[:0],
        pools=_again(tables.pools, first, years),
        options=options.assign(
            ramp="1",
            earliest_start=first - options["lead_years"],
            latest_start=first - options["lead_years"],
        ),
    )


def _again(table, first, years):
    told = table[table["academic_year"] == first]
    return pd.concat([told.assign(academic_year=year) for year in years], ignore_index=True)


def with_room(tables, years):
    """Return a region whose followers are those that its need has room for."""
    room = room_for_followers(tables.need, tables.kept, tables.survival, years)
    return replace(tables, followers=room)


def twice(tables):
    """Return a region and a copy of it beside it: other authorities, no road from one to the other.

    Money of the region is parted too, as each option names the pots of its own copy.
    """
    both = {}
    for field in fields(Tables):
        table = getattr(tables, field.name)
        named = [name for name in (*NAMES, *LISTS) if name in table]
        copy = table.assign(**{name: table[name].map(_renamed) for name in named})
        copy = copy.astype(table.dtypes.to_dict())
        is_same = copy.equals(table)
        both[field.name] = table if is_same else pd.concat([table, copy], ignore_index=True)
    return Tables(**both)


def _renamed(cell):
    if not isinstance(cell, str):
        return cell
    return ";".join(name if name in EVERYBODY else f"{name}x" for name in cell.split(";"))
