"""Disclosure control: what stands before every table, map and page that leaves.

Counts of children under a threshold are withheld as ``c``, and with them as few others as keep them
from being worked out from totals, parts, or other tables of the same run (`release`). The others
are rounded; £, km and minutes derived from a withheld count are withheld with it. A school that has
not agreed to be named is "a school in" a locality that holds at least three it could be, with a
cost band (`shown_sites`). Only outputs pass through here; inputs and plans are never changed.
"""

from placement_planner.privacy.cells import ALL, Partition
from placement_planner.privacy.published import Dimensions, Published
from placement_planner.privacy.releasing import Released, release
from placement_planner.privacy.rules import (
    SHARE_TO_SHOW,
    WITHHELD,
    Withheld,
    count_withheld,
    finest_level,
    is_withheld,
    rounded,
    rounded_as_children,
    withhold,
)
from placement_planner.privacy.schools import FEWEST_SITES, cost_band, shown_sites
from placement_planner.privacy.secondary import Rule

__all__ = [
    "ALL",
    "FEWEST_SITES",
    "SHARE_TO_SHOW",
    "WITHHELD",
    "Dimensions",
    "Partition",
    "Published",
    "Released",
    "Rule",
    "Withheld",
    "cost_band",
    "count_withheld",
    "finest_level",
    "is_withheld",
    "release",
    "rounded",
    "rounded_as_children",
    "shown_sites",
    "withhold",
]
