"""How many children of one authority may hold places in another, by today or agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.stages import ExchangeLimits

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.stages import Placed
    from placement_planner.tables.study import Agreements, Provision, Sites

__all__ = ["exchange_limits"]

_PAIR = ["authority_code", "place_authority_code", "need_group"]


def exchange_limits(
    placed: DataFrame[Placed],
    provision: DataFrame[Provision],
    sites: DataFrame[Sites],
    agreements: DataFrame[Agreements] | None,
) -> DataFrame[ExchangeLimits]:
    """Return today's numbers across authority borders; an agreement stands in place of its own.

    Parameters
    ----------
    placed
        Who is placed where now.
    provision, sites
        Pools, and the authorities they lie in.
    agreements
        The study's own, by authority of the home, authority of the place and need group.
    """
    authority = sites.set_index("site_id")["authority_code"]
    where = provision.set_index("provision_id")["site_id"].map(authority)
    now = placed.assign(place_authority_code=placed["provision_id"].map(where))
    now = now[now["authority_code"] != now["place_authority_code"]]
    today = now.groupby(_PAIR, as_index=False)["children"].sum().assign(origin="today")
    if agreements is None:
        return checked(ExchangeLimits, today)
    agreed = pd.DataFrame(agreements)[[*_PAIR, "children"]].assign(origin="agreement")
    both = pd.concat([today, agreed], ignore_index=True)
    return checked(ExchangeLimits, both.drop_duplicates(_PAIR, keep="last").sort_values(_PAIR))
