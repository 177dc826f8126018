"""What places, journeys and fallback routes cost: £ a year, each line with source and payer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.tables import checked
from placement_planner.tables.stages import PlaceCosts
from placement_planner.tables.study import Fallback

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandera.typing import DataFrame

    from placement_planner.scenario import TravelChoices
    from placement_planner.tables.study import UnitCosts

__all__ = ["costs_of_places", "fallback_by_authority"]


def _value(unit_costs: pd.DataFrame, item: str, *names: str) -> float:
    """Return the value for the first of `names` that the item is priced for."""
    rows = unit_costs[unit_costs["item"] == item].set_index("applies_to")["value"]
    for name in (*names, "*"):
        if name in rows.index:
            return float(rows[name])
    raise DataError(f"unit_costs has no {item} for {names[0]}; add a row for it, or for *")


def costs_of_places(
    unit_costs: DataFrame[UnitCosts], choices: TravelChoices
) -> DataFrame[PlaceCosts]:
    """Return top-up, place funding and transport £ a year by need group."""
    rows = []
    for group, kind in code_table("need_groups")[["need_group", "provision_kind"]].itertuples(
        index=False
    ):
        transported = _value(unit_costs, "transported_share", group, kind)
        per_km = _value(unit_costs, "transport_per_km", group, kind)
        rows.append(
            {
                "need_group": group,
                "top_up_gbp": _value(unit_costs, "top_up", group, kind),
                "place_funding_gbp": _value(unit_costs, "place_funding", group, kind),
                "transport_fixed_gbp": transported
                * _value(unit_costs, "transport_fixed", group, kind),
                "transport_gbp_per_km": transported * per_km * choices.trips_per_year,
            }
        )
    return checked(PlaceCosts, pd.DataFrame(rows))


def fallback_by_authority(
    fallback: DataFrame[Fallback], authority_codes: Iterable[str]
) -> DataFrame[Fallback]:
    """Give every authority its fallback rows: its own where it has some, else those of ``*``."""
    keys = ["authority_code", "need_group", "phase"]
    common = fallback[fallback["authority_code"] == "*"].drop(columns="authority_code")
    everywhere = common.merge(
        pd.DataFrame({"authority_code": sorted(authority_codes)}), how="cross"
    )
    own = fallback[fallback["authority_code"] != "*"]
    told = everywhere.merge(own[keys].drop_duplicates(), on=keys, how="left", indicator=True)
    rest = told[told["_merge"] == "left_only"].drop(columns="_merge")
    return checked(Fallback, pd.concat([own, rest]).sort_values([*keys, "route"]))
