"""Places to site with, in pools: site × designation × phase by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.supply.exchange import OUTSIDE
from placement_planner.supply.register import register
from placement_planner.tables import checked
from placement_planner.tables.stages import Pools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.scenario import SupplyChoices
    from placement_planner.tables.study import NeighbouringPlaces, Provision, Sites
    from placement_planner.tables.supply import AcrossBorder, Register

__all__ = ["places_by_year", "pools_of_register"]

NOT_FOR_SITING = "independent_special"
"""Kind of provision where children go who have no suitable local place."""


def places_by_year(
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    years: Sequence[int],
    choices: SupplyChoices,
    *,
    across: DataFrame[AcrossBorder] | None = None,
    neighbours: DataFrame[NeighbouringPlaces] | None = None,
) -> DataFrame[Pools]:
    """Return the places that residents of the region may be given, by pool and year.

    The register, and of it what `pools_of_register` keeps.

    Parameters
    ----------
    provision, sites, years, choices, across
        As in `register`.
    neighbours
        Places that schools outside the region offer.
    """
    rows = register(provision, sites, years, choices, across)
    return pools_of_register(rows, neighbours if choices.neighbours else None)


def pools_of_register(
    rows: DataFrame[Register], neighbours: DataFrame[NeighbouringPlaces] | None = None
) -> DataFrame[Pools]:
    """Return the pools of state provision, net of children from elsewhere, and the neighbours'.

    Independent and non-maintained schools are left out, here and over the border.

    Parameters
    ----------
    rows
        The register.
    neighbours
        Places offered outside the region; their authority is ``OUTSIDE``, and none is taken off
        them, since only what is offered to the region is listed.
    """
    years = sorted(rows["academic_year"].unique())
    own = rows.rename(columns={"provision_id": "pool_id"}).assign(
        places=rows["places_for_residents"]
    )
    parts = [own]
    if neighbours is not None:
        parts += [_offered(neighbours, int(year)) for year in years]
    pools = pd.concat(parts, ignore_index=True)
    return checked(Pools, pools[pools["provision_type"] != NOT_FOR_SITING])


def _offered(neighbours: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the places that neighbours offer in one year."""
    is_ahead = neighbours["opens"].notna() & (neighbours["opens"] > year)
    is_over = neighbours["closes"].notna() & (neighbours["closes"] <= year)
    return neighbours.rename(columns={"place_id": "pool_id"}).assign(
        authority_code=OUTSIDE,
        academic_year=year,
        places=neighbours["places"].astype(float).mask(is_ahead | is_over, 0.0),
    )
