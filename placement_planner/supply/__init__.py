"""Places there are and will be, in pools: site × designation × phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables import checked, share_open
from placement_planner.tables.stages import Pools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.tables.study import Provision, Sites

__all__ = ["places_by_year"]

NOT_FOR_SITING = "independent_special"


def _share_in(row: pd.Series, year: int) -> float:
    if pd.notna(row["closes"]) and year >= row["closes"]:
        return 0.0
    if pd.isna(row["opens"]):
        return 1.0
    return share_open(row["ramp"], year - int(row["opens"]))


def places_by_year(
    provision: DataFrame[Provision], sites: DataFrame[Sites], years: Sequence[int]
) -> DataFrame[Pools]:
    """Return places of state provision by pool and year, net of children from elsewhere.

    Openings ramp up, closures end; independent and non-maintained schools are left out, as they
    are where children go who have no suitable local place. Children from elsewhere are held
    constant.
    """
    state = provision[provision["provision_type"] != NOT_FOR_SITING]
    net = (state["planning_places"] - state["from_elsewhere"]).clip(lower=0)
    authority = sites.set_index("site_id")["authority_code"]
    parts = [
        state.assign(
            pool_id=state["provision_id"],
            authority_code=state["site_id"].map(authority),
            academic_year=year,
            places=net * state.apply(_share_in, axis=1, year=year),
        )
        for year in years
    ]
    return checked(Pools, pd.concat(parts))
