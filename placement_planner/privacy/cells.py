"""Which figures add up to which, over all tables that are published together.

A cell is what a figure counts: a quantity and one member of every dimension, such as children to
place in one authority, of every need group, in one phase and year. Two tables that show the same
cell show the same figure, and a total is linked to its parts whichever tables they stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from placement_planner.privacy.rules import NEARLY_NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["ALL", "Cell", "Cells", "Partition", "linked"]

ALL = "all"
Cell = tuple[str, ...]
"""A quantity, then one member of each dimension; ``all`` is everybody."""


class Partition(NamedTuple):
    """A member of a dimension, and members that make it up: each child is in one of them."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells and their sums; `published` ones have a figure in some table.

    Attributes
    ----------
    names
        One a cell; what is left of a total of which several parts are in no table has the name of
        the total with the dimension added.
    values
        Exact children; nan where no table tells and none can be worked out.
    sums
        (S, C): 1 for the total, -1 for each of its parts. Sums times values is nothing.
    """

    names: list[Cell]
    published: NDArray[np.bool_]
    values: NDArray[np.float64]
    sums: csr_array

    @cached_property
    def places(self) -> dict[Cell, int]:
        """Position of each cell, by its name."""
        return {name: place for place, name in enumerate(self.names)}


class _Sum(NamedTuple):
    total: Cell
    parts: tuple[Cell, ...]


def linked(figures: Mapping[Cell, float], dimensions: Sequence[Sequence[Partition]]) -> Cells:
    """Find the sums that link published figures, through totals that no table shows as well.

    Parameters
    ----------
    figures
        Exact figure of each published cell.
    dimensions
        The partitions of each dimension, in the order of the cells' members.

    Returns
    -------
    Cells
        The published ones first. Every total above them is among the cells; so is the part that
        is missing of a total whose other parts are there, since it can be worked out.

    Examples
    --------
    >>> two = [Partition("all", ("base", "special"))]
    >>> cells = linked({("need", "all"): 20.0, ("need", "base"): 17.0}, [two])
    >>> dict(zip(cells.names, cells.values.tolist(), strict=True))[("need", "special")]
    3.0
    """
    above = [_above(partitions) for partitions in dimensions]
    names = _with_totals(figures, above)
    while fresh := _missing(sums := _sums(names, above), names):
        names = _with_totals([*names, *fresh], above)
    whole = [_with_rest(total, number, names) for number, total in enumerate(sums)]
    ordered = list(dict.fromkeys([*figures, *names, *(part for each in whole for part in each[1])]))
    places = {name: place for place, name in enumerate(ordered)}
    matrix = _matrix(whole, places)
    values = np.full(len(ordered), np.nan)
    values[: len(figures)] = list(figures.values())
    published = np.arange(len(ordered)) < len(figures)
    return Cells(
        names=ordered, published=published, values=_worked_out(matrix, values), sums=matrix
    )


def _above(partitions: Iterable[Partition]) -> dict[str, list[Partition]]:
    """List the partitions that each member is a part of."""
    above: dict[str, list[Partition]] = {}
    for partition in partitions:
        for part in partition.parts:
            above.setdefault(part, []).append(partition)
    return above


def _with_totals(
    cells: Iterable[Cell], above: Sequence[Mapping[str, list[Partition]]]
) -> dict[Cell, None]:
    """Add every total above some cells, in any dimension."""
    found: dict[Cell, None] = {}
    waiting = list(cells)
    while waiting:
        cell = waiting.pop()
        if cell not in found:
            found[cell] = None
            waiting += [
                _changed(cell, place, partition.whole)
                for place, partitions in enumerate(above, start=1)
                for partition in partitions.get(cell[place], [])
            ]
    return found


def _changed(cell: Cell, place: int, member: str) -> Cell:
    return (*cell[:place], member, *cell[place + 1 :])


def _sums(names: Mapping[Cell, None], above: Sequence[Mapping[str, list[Partition]]]) -> list[_Sum]:
    """Give each total of which a part is among the cells, with all its parts."""
    found = {
        (_changed(cell, place, partition.whole), place, partition): None
        for cell in names
        for place, partitions in enumerate(above, start=1)
        for partition in partitions.get(cell[place], [])
    }
    return [
        _Sum(total, tuple(_changed(total, place, part) for part in partition.parts))
        for total, place, partition in found
    ]


def _missing(sums: Iterable[_Sum], names: Mapping[Cell, None]) -> list[Cell]:
    """Give each part that is the only one of its total that is not among the cells."""
    missing = ([part for part in each.parts if part not in names] for each in sums)
    return [parts[0] for parts in missing if len(parts) == 1]


def _with_rest(total: _Sum, number: int, names: Mapping[Cell, None]) -> _Sum:
    """Put one rest in place of the parts that are in no table."""
    known = tuple(part for part in total.parts if part in names)
    if len(known) == len(total.parts):
        return total
    return _Sum(total.total, (*known, (*total.total, f"rest {number}")))


def _matrix(sums: Sequence[_Sum], places: Mapping[Cell, int]) -> csr_array:
    rows = [row for row, each in enumerate(sums) for _ in range(1 + len(each.parts))]
    columns = [places[cell] for each in sums for cell in (each.total, *each.parts)]
    signs = [sign for each in sums for sign in (1.0, *[-1.0] * len(each.parts))]
    return csr_array((signs, (rows, columns)), shape=(len(sums), len(places)))


def _worked_out(sums: csr_array, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill in each value that is the only one missing in a sum, until none is."""
    values = values.copy()
    while True:
        unknown = np.isnan(values)
        missing = abs(sums) @ unknown.astype(float)
        rows = np.flatnonzero(missing == 1)
        if not len(rows):
            return values
        rest = sums[rows] @ np.where(unknown, 0.0, values)
        found = csr_array(sums[rows] * unknown)
        found.eliminate_zeros()
        found = found.tocoo()
        values[found.col] = -rest[found.row] / found.data
        values[np.abs(values) < NEARLY_NOTHING] = 0.0
