r"""Where the children of a cell were the January before: what a change of policy travels along.

A projected cube says how many children are in a cell, not who they are. For a change of policy to
reach the children it concerns and their later years, and nobody else, each cell of a January is
parted by where its children were the January before. In a step to January :math:`t`

.. math:: s_{cc'} = \frac{f_{cc'}}{\sum_{c''} f_{cc''} + j_c}, \quad
    \sum_{c'} s_{cc'} + \frac{j_c}{\sum_{c''} f_{cc''} + j_c} = 1

with :math:`f_{cc'}` children expected to go from cell :math:`c'` to :math:`c`, and :math:`j_c`
expected to join there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.cube import Cube

__all__ = ["Origins", "net_origins", "shared_origins"]


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where the children of each of N cells were the January before, for Y - 1 steps.

    Attributes
    ----------
    cells
        authority_code, ncy, need_type, setting: N rows, those of the cube.
    academic_years
        Those of the cube, one after another; Y of them.
    stayed
        For the step to each year after the first, (N, N): share of the children of a cell (row)
        who were in a cell (column) the January before.
    joined
        Share who newly joined; (Y - 1, N). Shares of a cell add up to 1 where it has children in
        the mean, else to 0.
    """

    cells: pd.DataFrame
    academic_years: tuple[int, ...]
    stayed: tuple[csr_array, ...]
    joined: NDArray[np.float64]


def shared_origins(
    cube: Cube, flows: Iterable[tuple[csr_array, NDArray[np.float64]]], means: NDArray[np.float64]
) -> Origins:
    """Turn expected children on the way into shares of those who are there.

    Parameters
    ----------
    cube
        Children of consecutive years.
    flows
        For each step, children expected from cell (column) to cell (row), and joiners of a cell.
    means
        Mean children of each year and cell; (Y, N). A cell with children whom no flow explains
        has joiners alone; one without children has no origins.
    """
    stayed, joined = [], []
    for (between, joiners), there in zip(flows, means[1:], strict=True):
        total = between.sum(axis=1) + joiners
        known = (total > 0) & (there > 0)
        scale = np.where(known, 1.0 / np.where(known, total, 1.0), 0.0)
        data = between.data * np.repeat(scale, np.diff(between.indptr))
        stayed.append(csr_array((data, between.indices, between.indptr), shape=between.shape))
        joined.append(np.where(known, joiners * scale, there > 0))
    size = len(cube.cells)
    return Origins(
        cells=cube.cells,
        academic_years=cube.academic_years,
        stayed=tuple(stayed),
        joined=np.stack(joined) if joined else np.empty((0, size)),
    )


def _groups(cells: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give each cell numbers: authority and need together, year group, setting."""
    cohort = cells.groupby(["authority_code", "need_type"], sort=True).ngroup().to_numpy(np.int64)
    ncy = cells["ncy"].to_numpy(np.int64)
    setting = np.unique(cells["setting"].to_numpy(dtype=object), return_inverse=True)[1]
    return cohort, ncy - ncy.min(), setting.astype(np.int64)


def net_origins(cube: Cube) -> Origins:
    r"""Infer origins from the cube's means alone: the fewest moves, joiners and leavers there are.

    Within an authority, need and year group of :math:`b_s` children of settings :math:`s`, who
    are :math:`n_s` a year group older and a January later, as many as can be stay where they are;
    the others who go on, :math:`\min(\sum b, \sum n)` in all, move from settings that lose to
    settings that gain, in proportion; who is still wanting has joined:

    .. math:: f_{ss} = \min(b_s, n_s), \quad
        f_{s's} = \frac{m \, (b_{s'} - n_{s'})^+ (n_s - b_s)^+}{\sum (b - n)^+ \sum (n - b)^+},
        \quad m = \min\big(\textstyle\sum (b - n)^+, \sum (n - b)^+\big)

    These are net flows: joiners and leavers of one setting and year group cancel out, needs are
    not relabelled, and children move only where the numbers cannot do without. So a policy on
    joiners or movers reaches fewer children than where their steps are known.

    Parameters
    ----------
    cube
        Children of consecutive years.

    Examples
    --------
    >>> import pandas as pd
    >>> from placement_planner.need.cube import Cube
    >>> cells = pd.DataFrame([("A", 6, "ASD", "mainstream"), ("A", 7, "ASD", "mainstream"),
    ...     ("A", 7, "ASD", "state_special")],
    ...     columns=["authority_code", "ncy", "need_type", "setting"])
    >>> children = np.array([[10, 0, 0], [0, 8, 4]], dtype=np.float32)[:, :, None]
    >>> origins = net_origins(Cube(cells=cells, academic_years=(2025, 2026), children=children))
    >>> origins.stayed[0].toarray()[:, 0].tolist(), origins.joined[0].tolist()
    ([0.0, 1.0, 0.5], [0.0, 0.0, 0.5])
    """
    means = cube.children.mean(axis=2, dtype=float)
    if cube.cells.empty or len(means) < 2:  # noqa: PLR2004
        return shared_origins(cube, [], means[:1])
    cohort, ncy, setting = _groups(cube.cells)
    shape = (cohort.max() + 1, ncy.max() + 1, setting.max() + 1)
    row = np.full(shape, -1, dtype=np.int64)
    row[cohort, ncy, setting] = np.arange(len(cohort))
    flows = []
    for before, after in pairwise(means):
        were, are = np.zeros(shape), np.zeros(shape)
        were[cohort, ncy, setting] = before
        are[cohort, ncy, setting] = after
        flows.append(_net_step(were, are, row, len(cohort)))
    return shared_origins(cube, flows, means)


def _net_step(
    were: NDArray[np.float64], are: NDArray[np.float64], row: NDArray[np.int64], size: int
) -> tuple[csr_array, NDArray[np.float64]]:
    """Return the net flows between cells of a step, and joiners; arrays by cohort, NCY, setting."""
    older = np.zeros_like(were)
    older[:, 1:] = were[:, :-1]
    kept = np.minimum(older, are)
    lost, gained = older - kept, are - kept
    all_lost, all_gained = lost.sum(axis=2), gained.sum(axis=2)
    moved = np.minimum(all_lost, all_gained)
    pairs = np.where((all_lost > 0) & (all_gained > 0), all_lost * all_gained, 1.0)
    between = (moved / pairs)[:, :, None, None] * gained[:, :, :, None] * lost[:, :, None, :]
    number = np.arange(were.shape[2])
    between[:, :, number, number] += kept
    joiners = gained * (1.0 - moved / np.where(all_gained > 0, all_gained, 1.0))[:, :, None]
    cohort, ncy, to, origin = np.nonzero(between)
    edges = (row[cohort, ncy, to], row[cohort, ncy - 1, origin])
    flows = csr_array((between[cohort, ncy, to, origin], edges), shape=(size, size))
    joined = np.zeros(size)
    there = row >= 0
    joined[row[there]] = joiners[there]
    return flows, joined
