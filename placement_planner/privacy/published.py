"""A table to be published: exact figures, and what they count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from placement_planner.privacy.cells import ALL, Cell, Partition

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dimensions", "Published"]

Dimensions = Mapping[str, Sequence[Partition]]
"""What adds up to what: the partitions of every dimension, by its name."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A table to be published, exact, and what its columns are.

    Attributes
    ----------
    title
        What it tells of.
    by_level
        The table at each level it may be shown at, finest first; most tables have one level.
    keys
        Columns that say whom a row counts, and the dimension of each. A dimension that is not
        among them is summed over; one without partitions (a year) parts what is never added.
    counts
        Columns that count children, and the quantity of each: the same quantity in two tables
        counts the same children.
    of
        By column of `counts`: the member that it counts of some dimensions, whatever the keys say.
    beside
        Further figures of the same children that do not add up: percentiles.
    derived
        £, km and minutes worked out from the counts, and the column of children that each is of,
        or, where it is of no count, the decimals that are shown of it. They are rounded as roughly
        as the children are (`rounded_as_children`).
    shares
        Columns from 0 to 1, and the column of children that each is a share of.
    rates
        Figures per head, and the column of people that each is divided by.
    kind
        ``base``: children counted at the base January or before; ``modelled``: children expected.
    level_names
        What people call the levels.
    """

    title: str
    by_level: Mapping[str, pd.DataFrame]
    keys: Mapping[str, str]
    counts: Mapping[str, str]
    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: Sequence[str] = ()
    derived: Mapping[str, str | int] = field(default_factory=dict)
    shares: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["base", "modelled"] = "modelled"
    level_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """The finest level."""
        return next(iter(self.by_level))

    @property
    def level_name(self) -> str:
        """What people call the finest level."""
        return self.level_names.get(self.level, self.level)

    @property
    def frame(self) -> pd.DataFrame:
        """The table at the finest level."""
        return self.by_level[self.level]

    @property
    def is_coarsest(self) -> bool:
        """Whether there is no coarser level."""
        return len(self.by_level) == 1

    def with_frames(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Published:
        """Return the table with the same change made at every level."""
        changed = {level: change(frame) for level, frame in self.by_level.items()}
        return replace(self, by_level=changed)

    def coarser(self) -> Published:
        """Return the table without its finest level."""
        return replace(self, by_level=dict(list(self.by_level.items())[1:]))

    def cells(self, column: str, dimensions: Dimensions) -> Iterator[tuple[Cell, Cell]]:
        """Give of each row what parts it from cells that it is never added to, and its cell."""
        by_dimension = {dimension: name for name, dimension in self.keys.items()}
        rows, fixed = len(self.frame), self.of.get(column, {})

        def members(dimension: str) -> Iterable[str]:
            if dimension in fixed or dimension not in by_dimension:
                return [fixed.get(dimension, ALL)] * rows
            return list(self.frame[by_dimension[dimension]].astype(str))

        quantity = [self.counts[column]] * rows
        apart = [members(dimension) for dimension in by_dimension if dimension not in dimensions]
        within = [members(dimension) for dimension in dimensions]
        blocks, cells = zip(quantity, *apart, strict=True), zip(quantity, *within, strict=True)
        return zip(blocks, cells, strict=True)
