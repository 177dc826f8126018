"""What may change while a search is kept: prices, money, limits and locks, not who and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.problem import Problem

__all__ = ["are_alike", "links_of"]

_WHO = ["area_code", "need_group", "phase", "profile"]
_RULE = ["authority_code", "need_group", "phase", "route", "share"]


def are_alike(old: Problem, new: Problem) -> bool:
    """Tell whether two problems have the same rows and columns.

    That is: the same years, groups of children and what becomes of them, pools, decisions and what
    they open, borders and routes. £, money at hand, places there are, limits and locks may differ,
    and links may come and go.
    """
    tables = [
        (
            each.groups.table[_WHO],
            each.pools.table,
            each.decisions[["option_id", "places", "start_year"]],
            each.opens[["decision", "pool", "year", "is_full"]],
            each.options[["option_id"]],
            each.exchange.table,
            each.routes.table[_RULE],
            each.capital.pays,
            each.capital.cash[["decision", "academic_year"]],
            each.capital.funds[["pot_id", "first", "last"]],
        )
        for each in (old, new)
    ]
    arrays = [
        (
            each.groups.children,
            each.groups.following,
            each.groups.survival,
            each.groups.stay,
            each.groups.follow,
            each.pools.following,
            each.pools.stands,
            each.pools.exists,
            each.lends,
        )
        for each in (old, new)
    ]
    return (
        old.years == new.years
        and all(one.equals(other) for one, other in zip(*tables, strict=True))
        and all(np.array_equal(one, other) for one, other in zip(*arrays, strict=True))
        and _borders_are_alike(old, new)
    )


def _borders_are_alike(old: Problem, new: Problem) -> bool:
    """Tell whether the links that both have count towards the same border."""
    link = links_of(old, new, np.arange(len(old.links)))
    there = link >= 0
    return np.array_equal(old.exchange.of_link[there], new.exchange.of_link[link[there]])


def links_of(old: Problem, new: Problem, link: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the links of the new problem between the same groups and pools; −1 where none is.

    Parameters
    ----------
    link
        Links of the old problem; −1 stays −1.
    """
    pools = len(new.pools.table)
    index = pd.Index(new.link_group * pools + new.link_pool)
    there = link >= 0
    found = np.full(len(link), -1, dtype=np.int64)
    key = old.link_group[link[there]] * pools + old.link_pool[link[there]]
    found[there] = index.get_indexer(pd.Index(key))
    return found
