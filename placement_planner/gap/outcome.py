"""Everything that measuring the gap came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.gap.accessible import Accessible
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables
    from placement_planner.tables.gap import Components, Gap

__all__ = ["GapTables"]


@dataclass(frozen=True, kw_only=True)
class GapTables:
    """The gap in three ways and what belongs to it; nothing is suppressed yet.

    Attributes
    ----------
    gap
        By residence, by accessible places and by the best assignment, in one table.
    accessible
        Places per child in reach, and pools that nobody has in reach.
    assignment
        The best assignment itself: status, bound and gap are in its report.
    tables
        What it was made for.
    empty
        Places that the best assignment leaves empty.
    exchange_now
        Children by authority of home and of place, at the base January; ``OUTSIDE`` is elsewhere.
    exchange
        The same under the best assignment, by need group, phase and year.
    components
        What stands beside the gap.
    """

    gap: DataFrame[Gap]
    accessible: Accessible
    assignment: Plan
    tables: Tables
    empty: pd.DataFrame
    exchange_now: pd.DataFrame
    exchange: pd.DataFrame
    components: DataFrame[Components]
