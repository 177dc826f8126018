"""Where children without a suitable local specialist place would be, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.study import Fallback

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandera.typing import DataFrame

__all__ = ["fallback_by_authority", "library_routes"]

_GROUP = ["authority_code", "need_group", "phase"]
_ANY = "*"


def library_routes() -> DataFrame[Fallback]:
    """Return the fallback routes of `codes/` for every need group and phase."""
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    routes = groups.merge(code_table("fallback_routes"), on="provision_kind")
    return checked(Fallback, routes.assign(authority_code=_ANY))


def fallback_by_authority(
    own: DataFrame[Fallback] | None, authority_codes: Iterable[str]
) -> DataFrame[Fallback]:
    """Give every authority its routes: its own, else the study's for ``*``, else the library's.

    The routes of an authority, need group and phase stand or fall together, since their shares
    sum to one.

    Parameters
    ----------
    own
        Routes of a study, if it has any.
    authority_codes
        Every authority.
    """
    codes = pd.DataFrame({"authority_code": sorted(authority_codes)})
    told = library_routes().assign(rank=2)
    if own is not None and len(own):
        ranks = own["authority_code"].eq(_ANY).astype(int)
        told = pd.concat([pd.DataFrame(own).assign(rank=ranks), told], ignore_index=True)
    common = told[told["authority_code"] == _ANY].drop(columns="authority_code")
    every = pd.concat(
        [told[told["authority_code"] != _ANY], common.merge(codes, how="cross")],
        ignore_index=True,
    )
    first = every.groupby(_GROUP)["rank"].transform("min")
    kept = every[every["rank"] == first]
    return checked(Fallback, kept.sort_values([*_GROUP, "route"]))
