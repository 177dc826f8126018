"""Who is placed where at the base January: as observed, or estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.errors import DataError
from placement_planner.supply.exchange import OUTSIDE
from placement_planner.tables import checked
from placement_planner.tables.stages import Placed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.scenario import SupplyChoices
    from placement_planner.supply.gravity import Gravity
    from placement_planner.tables.study import Compatibility, Flows, NeedGroupRules, Provision

__all__ = ["PlacedNow", "observed_places", "placed_now"]

_SETTING = {"special_school": "state_special", "satellite": "state_special"}
_NO_MATCH = "no"
_KEY = ["area_code", "authority_code", "provision_id", "need_group", "phase"]


@dataclass(frozen=True, kw_only=True)
class PlacedNow:
    """Who is placed where now, and how that is known.

    Attributes
    ----------
    placed
        Children by home, pool, need group and phase.
    gravity
        The estimate, where it is one.
    notes
        Sentences for the reader of whatever is made of it.
    """

    placed: DataFrame[Placed]
    gravity: Gravity | None
    notes: tuple[str, ...]


def observed_places(
    flows: DataFrame[Flows],
    provision: DataFrame[Provision],
    areas: pd.DataFrame,
    rules: DataFrame[NeedGroupRules],
    compatibility: DataFrame[Compatibility],
) -> DataFrame[Placed]:
    """Return the study's flows by need group; children placed outside the region have no row.

    Parameters
    ----------
    flows
        Children by home, primary need, phase and pool.
    provision, areas
        Pools, and the authorities of homes.
    rules
        Need group by need, phase and setting; the setting is that of the pool's kind.
    compatibility
        Where the pool is not for the group that the rules name, or they name none, a child is
        taken to be of the pool's own need group: the placement tells more than the primary need.
    """
    pools = provision[["provision_id", "provision_type", "designation"]]
    held = flows[flows["provision_id"] != OUTSIDE]
    held = held.merge(areas[["area_code", "authority_code"]], on="area_code").merge(
        pools, on="provision_id"
    )
    held = held.assign(setting=held["provision_type"].replace(_SETTING))
    held = held.merge(
        rules[["need_type", "phase", "setting", "need_group"]],
        on=["need_type", "phase", "setting"],
        how="left",
    ).merge(
        compatibility[["need_group", "designation", "match"]],
        on=["need_group", "designation"],
        how="left",
    )
    fits = held["match"].notna() & (held["match"] != _NO_MATCH)
    held = held.assign(need_group=held["need_group"].where(fits, held["designation"]))
    summed = held.groupby(_KEY, as_index=False).agg(
        children=("children", "sum"), basis=("basis", "first")
    )
    return checked(Placed, summed)


def placed_now(
    choices: SupplyChoices,
    observed: DataFrame[Placed] | None,
    estimate: Callable[[], Gravity],
) -> PlacedNow:
    """Return who is placed where, observed or estimated as the scenario says.

    Parameters
    ----------
    choices
        `flows`: observed, gravity, or auto (observed where the study has flows).
    observed
        As from `observed_places`; None where the study has no flows.
    estimate
        Makes the estimate, as with `estimated_places`; called only where one is wanted.

    Raises
    ------
    DataError
        If observed flows are asked for and there are none.
    """
    if choices.flows == "observed" and observed is None:
        raise DataError(
            "supply.flows is observed and the study has no flows; right would be a table "
            "schools/flows.csv, or supply.flows gravity or auto"
        )
    if observed is not None and choices.flows != "gravity":
        told = f"Who is placed where now: {observed['children'].sum():,.0f} children, as observed."
        return PlacedNow(placed=observed, gravity=None, notes=(told,))
    gravity = estimate()
    return PlacedNow(placed=gravity.placed, gravity=gravity, notes=gravity.notes)
