"""Cells of a phase, need and setting, and the shares that areas have in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.need.areas.history import KINDS
from placement_planner.need.areas.people import PHASE_OF_AGE, PHASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PHASE_CELL", "CellShares", "cell_shares", "kinds_of", "phases_of"]

PHASE_CELL = ["phase", "need_type", "setting"]


def kinds_of(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Return the number of each cell's kind of setting, among `KINDS`."""
    kinds = code_table("settings").set_index("setting")["specialism"]
    number: NDArray[np.int64] = (
        pd.Index(KINDS).get_indexer(cells["setting"].map(kinds)).astype(np.int64)
    )
    return number


def phases_of(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Return the number of each cell's phase, among `PHASES`."""
    number: NDArray[np.int64] = pd.Index(PHASES).get_indexer(cells["phase"]).astype(np.int64)
    return number


@dataclass(frozen=True, kw_only=True)
class CellShares:
    """Shares of an authority's areas in each of its cells; every column sums to 1.

    Attributes
    ----------
    cells
        phase, need_type, setting: the C cells that held children at the base January.
    known
        Shape (A, C).
    other
        Shares of a cell that held nobody then, by phase and kind; shape (A, phases × kinds).
    """

    cells: pd.MultiIndex
    known: NDArray[np.float64]
    other: NDArray[np.float64]

    def of(self, cells: pd.DataFrame) -> NDArray[np.float64]:
        """Return the shares of some cells (phase, need_type, setting), a column each."""
        place = self.cells.get_indexer(pd.MultiIndex.from_frame(cells[PHASE_CELL]))
        phase_and_kind = phases_of(cells) * len(KINDS) + kinds_of(cells)
        shares = self.other[:, phase_and_kind]
        shares[:, place >= 0] = self.known[:, place[place >= 0]]
        return shares


def cell_shares(
    cells: pd.DataFrame, children: NDArray[np.float64], people: NDArray[np.float64]
) -> CellShares:
    """Turn children by area and cell into shares; kinds and phases without any lean on people.

    `people` are the shares of areas in each age.
    """
    phase, kind = phases_of(cells), kinds_of(cells)
    other = np.empty((len(children), len(PHASES) * len(KINDS)))
    for p in range(len(PHASES)):
        for k in range(len(KINDS)):
            alike = children[:, (phase == p) & (kind == k)].sum(axis=1)
            if not alike.sum() > 0:
                alike = children[:, phase == p].sum(axis=1)
            if not alike.sum() > 0:
                alike = people[:, p == PHASE_OF_AGE].sum(axis=1)
            other[:, p * len(KINDS) + k] = alike / alike.sum()
    return CellShares(
        cells=pd.MultiIndex.from_frame(cells[PHASE_CELL]),
        known=children / children.sum(axis=0),
        other=other,
    )
