"""From shares to children: what policy changes, worked on every draw of a cube."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from placement_planner.need.cube import CELL
from placement_planner.need.policy.reach import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.cube import Cube
    from placement_planner.need.policy.displacement import Displacement
    from placement_planner.need.policy.reach import Grid

__all__ = ["rerouted_cube", "support_cube"]


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """Cells under a policy, and where the children of the old ones are; (groups, S)."""

    table: pd.DataFrame
    group: NDArray[np.int64]
    number: NDArray[np.int64]


def _cells(grid: Grid, reached: NDArray[np.bool_]) -> _Cells:
    """Lay out the old cells and those that policy reaches beside them, (N, S), sorted."""
    keys = CELL[:-1]
    group = grid.cells.groupby(keys, sort=True).ngroup().to_numpy(np.int64)
    there = np.zeros((group.max() + 1, len(SETTINGS)), dtype=np.bool_)
    there[group, grid.own] = True
    cell, setting = np.nonzero(reached)
    there[group[cell], setting] = True
    of_group, of_setting = np.nonzero(there)
    first = np.unique(group, return_index=True)[1]
    table = grid.cells[keys].iloc[first[of_group]].reset_index(drop=True)
    table["setting"] = np.asarray(SETTINGS, dtype=object)[of_setting]
    table["setting"] = table["setting"].astype(grid.cells["setting"].dtype)
    order = table.sort_values(CELL).index.to_numpy()
    number = np.full(there.shape, -1, dtype=np.int64)
    number[of_group[order], of_setting[order]] = np.arange(len(order))
    return _Cells(table=table.iloc[order].reset_index(drop=True), group=group, number=number)


def rerouted_cube(
    cube: Cube, means: NDArray[np.float64], grid: Grid, changes: Sequence[Displacement]
) -> Cube:
    """Return the children of every draw where the policy has them.

    Parameters
    ----------
    cube, means
        Children without the policy, and their means over the draws; (Y, N, D), (Y, N).
    grid
        The cube's cells.
    changes
        What policy changes; one a year.

    Returns
    -------
    Cube
        The same years and draws. Cells that policy does not reach are the same to the last bit;
        where it places somebody in a setting that had no cell, there is a new one.
    """
    shifts = [
        np.where(there[:, None] > 0, change.settings, 0.0)
        for there, change in zip(means, changes, strict=True)
    ]
    reached = np.any([shift != 0 for shift in shifts], axis=0)
    if not reached.any():
        return cube
    cells = _cells(grid, reached)
    years, size, draws = cube.children.shape
    children = np.empty((years, len(cells.table), draws), dtype=np.float32)
    stays = (cells.number[cells.group, grid.own], np.arange(size))
    for place, shift in enumerate(shifts):
        cell, setting = np.nonzero(shift)
        goes = (cells.number[cells.group[cell], setting], cell)
        share = np.concatenate([np.ones(size), shift[cell, setting]])
        row, column = (np.concatenate(pair) for pair in zip(stays, goes, strict=True))
        map_of_year = csr_array((share, (row, column)), shape=(len(cells.table), size))
        children[place] = map_of_year.astype(np.float32) @ cube.children[place]
    return replace(cube, cells=cells.table, children=children)


def support_cube(
    cube: Cube, means: NDArray[np.float64], changes: Sequence[Displacement]
) -> Cube | None:
    """Return who holds an individual support plan instead, by the cell they would be in.

    Parameters
    ----------
    cube, means, changes
        As in `rerouted_cube`.

    Returns
    -------
    Cube or None
        Cells with anybody; None where there is nobody.
    """
    support = np.stack([change.support for change in changes]) * (means > 0)
    some = np.flatnonzero((support > 0).any(axis=0))
    if not len(some):
        return None
    shares = support[:, some].astype(np.float32)
    children = np.empty((len(shares), len(some), cube.children.shape[2]), dtype=np.float32)
    for place, share in enumerate(shares):
        children[place] = cube.children[place, some] * share[:, None]
    return replace(cube, cells=cube.cells.iloc[some].reset_index(drop=True), children=children)
