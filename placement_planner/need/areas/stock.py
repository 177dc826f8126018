"""An authority's children with plans, and those its people and deprivation lead to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.areas.cells import PHASE_CELL, kinds_of, phases_of
from placement_planner.need.areas.history import KINDS
from placement_planner.need.areas.people import AGES, PHASE_OF_AGE, PHASES, ages_of, area_shares
from placement_planner.need.areas.raking import rake

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.areas.people import AreaPeople

__all__ = ["Stock", "expected_children", "stock_of"]


@dataclass(frozen=True, kw_only=True)
class Stock:
    """An authority's children with plans at the base January.

    Attributes
    ----------
    authority_code
        The authority.
    cells
        phase, need_type, setting: C rows, sorted.
    by_age
        Children by age of `AGES` and cell; shape (ages, C).
    """

    authority_code: str
    cells: pd.DataFrame
    by_age: NDArray[np.float64]

    @property
    def children(self) -> NDArray[np.float64]:
        """Children of each cell."""
        whole: NDArray[np.float64] = self.by_age.sum(axis=0)
        return whole

    def of_phases(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Go through the phases that hold children: number among `PHASES`, and their cells."""
        phase = phases_of(self.cells)
        for number in np.unique(phase):
            yield int(number), np.flatnonzero(phase == number)


def stock_of(authority_code: str, rows: pd.DataFrame) -> Stock:
    """Add one authority's children (ncy, need_type, setting, children) up by cell and age."""
    age = ages_of(rows["ncy"])
    rows = rows.assign(phase=np.array(PHASES, dtype=object)[PHASE_OF_AGE[age]])
    groups = rows.groupby(PHASE_CELL, sort=True)
    cells = groups.size().reset_index()[PHASE_CELL]
    by_age = np.zeros((len(AGES), len(cells)))
    np.add.at(by_age, (age, groups.ngroup().to_numpy()), rows["children"].to_numpy(dtype=float))
    return Stock(authority_code=authority_code, cells=cells, by_age=by_age)


def expected_children(
    stock: Stock, people: AreaPeople, by_age: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Children of each area and cell that people and deprivation alone lead to expect.

    .. math:: m_{ic} = \sum_{a \in c} n_{ac} \frac{P_{ia} d_{ipk}}{\sum_j P_{ja} d_{jpk}}

    with people :math:`P` and relative rates by deprivation :math:`d` of the cell's kind: special
    schools have their own. Then raked, so that an area's children with plans of a phase are those
    that the rates of all plans give it.

    Parameters
    ----------
    by_age
        Children and young people by area and age of `AGES`.

    Returns
    -------
    ndarray
        Shape (A, C); every cell keeps its children.
    """
    plain = area_shares(by_age, people.rate) @ stock.by_age
    special = area_shares(by_age, people.special_rate) @ stock.by_age
    seed = np.where(kinds_of(stock.cells) == KINDS.index("special"), special, plain)
    expected = np.empty(seed.shape)
    for _, cells in stock.of_phases():
        of_areas, of_cells = plain[:, cells].sum(axis=1), stock.children[cells]
        expected[:, cells] = rake(seed[:, cells], {(0,): of_areas, (1,): of_cells}).table
    return expected
