"""The checked tables that a siting problem, and its audit, are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.continuity import Followers, Kept, Survival
    from placement_planner.tables.stages import (
        ExchangeLimits,
        Need,
        PlaceCosts,
        Pools,
        Travel,
    )
    from placement_planner.tables.study import (
        Compatibility,
        Fallback,
        Options,
        OptionSets,
        PotFunding,
        Pots,
        Sites,
    )
    from placement_planner.tables.transport import Transport

__all__ = ["Tables"]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Everything that a plan is made for; all by the siting level's areas.

    Attributes
    ----------
    need
        Children who need a specialist place, those who keep one included.
    kept, survival, followers
        Who keeps the place they hold; how long children who are placed stay; how many of those who
        stay, or come up within an all-through school, an area's need has room for.
    pools
        Places that residents may be given, by year; those outside the region have the authority
        ``OUTSIDE``.
    exchange
        How many children of one authority may hold places in another, where each authority spends
        its own money; a pair without a row may hold none.
    fallback
        Routes by authority, need group and phase.
    """

    need: DataFrame[Need]
    kept: DataFrame[Kept]
    survival: DataFrame[Survival]
    followers: DataFrame[Followers]
    pools: DataFrame[Pools]
    travel: DataFrame[Travel]
    transport: DataFrame[Transport]
    place_costs: DataFrame[PlaceCosts]
    compatibility: DataFrame[Compatibility]
    exchange: DataFrame[ExchangeLimits]
    fallback: DataFrame[Fallback]
    options: DataFrame[Options]
    option_sets: DataFrame[OptionSets]
    pots: DataFrame[Pots]
    pot_funding: DataFrame[PotFunding]
    sites: DataFrame[Sites]
