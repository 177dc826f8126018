"""The cells a child with a plan can be in, and how many children are in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    _Labels = tuple[tuple[str, ...], tuple[str, ...]]

__all__ = ["States", "all_states", "listed_states", "state_rows", "stock"]


@dataclass(frozen=True)
class States:
    """The cells a child with a plan can be in; rows sorted by ncy, need, setting.

    Attributes
    ----------
    ncy
        National curriculum year, Reception = 0; shape (S,).
    need, setting
        Positions in `needs` and `settings`; shape (S,).
    needs, settings
        Labels, sorted.
    older
        Row of the same need and setting one NCY older; -1 where there is none (past the last
        NCY, and wherever a state is not valid), and the child leaves; shape (S,).
    valid
        Listed among the valid states or seen in the data; the rest are only reached by growing
        older out of the range of a setting, or by a move; shape (S,). None: all are.
    """

    ncy: NDArray[np.int64]
    need: NDArray[np.int64]
    setting: NDArray[np.int64]
    needs: tuple[str, ...]
    settings: tuple[str, ...]
    older: NDArray[np.int64]
    valid: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return the number of states, S."""
        return len(self.ncy)

    def labels(self) -> pd.DataFrame:
        """Return columns ncy, need, setting in words; a row a state."""
        return pd.DataFrame(
            {
                "ncy": self.ncy,
                "need": np.asarray(self.needs, dtype=object)[self.need],
                "setting": np.asarray(self.settings, dtype=object)[self.setting],
            }
        )


def _cells_listed(valid_states: pd.DataFrame) -> pd.DataFrame:
    """Return ncy, need, setting: a row a cell that a setting takes."""
    cells = [
        (ncy, need, row.setting)
        for row in valid_states.itertuples()
        for ncy in range(row.ncy_min, row.ncy_max + 1)
        for need in row.needs
    ]
    return pd.DataFrame(cells, columns=["ncy", "need", "setting"])


def _cells_seen(transitions: pd.DataFrame) -> pd.DataFrame:
    """Return ncy, need, setting: a row a cell that a child was in before or after a step.

    A child whose need changes may be counted under the need before the step, which is a cell too.
    """
    sides = [("ncy_1", "need_1", "setting_1"), ("ncy_2", "need_2", "setting_2")]
    kept = ("ncy_2", "need_1", "setting_2")
    parts = []
    for columns in (*sides, kept):
        with_plan = (transitions[columns[1]] != OUTSIDE) & (transitions[columns[2]] != OUTSIDE)
        cells = transitions.loc[with_plan, list(columns)].drop_duplicates()
        parts.append(cells.set_axis(["ncy", "need", "setting"], axis=1))
    return pd.concat(parts, ignore_index=True)


def _receivers(
    transitions: pd.DataFrame, settings: Sequence[str], first: int, years: int
) -> NDArray[np.bool_]:
    """Tell which settings the movers of each NCY before the step went to; (years, settings).

    An NCY of an authority without movers takes those of its latest earlier NCY that had any.
    """
    origin, reached = transitions["setting_1"], transitions["setting_2"]
    moved = transitions[(origin != reached) & (origin != OUTSIDE) & (reached != OUTSIDE)]
    moved = moved[["authority_code", "ncy_1", "setting_2"]].drop_duplicates()
    authority, names = pd.factorize(moved["authority_code"])
    setting = pd.Index(settings).get_indexer(moved["setting_2"])
    had = np.zeros((max(len(names), 1), years, len(settings)), dtype=np.bool_)
    had[authority, moved["ncy_1"].to_numpy(np.int64) - first, setting] = True
    latest = np.where(had.any(axis=2), np.arange(years), 0)
    latest = np.maximum.accumulate(latest, axis=1)
    carried = np.take_along_axis(had, latest[:, :, None], axis=1)
    return np.asarray(carried.any(axis=0))


def _numbered(
    reached: NDArray[np.bool_], valid: NDArray[np.bool_], first: int, labels: _Labels
) -> States:
    """List the cells of a grid by ncy, need and setting; only those that are valid grow older."""
    ncy, need, setting = (axis.astype(np.int64) for axis in np.nonzero(reached))
    row = np.full(reached.shape, -1, dtype=np.int64)
    row[ncy, need, setting] = np.arange(len(ncy))
    is_valid = valid[ncy, need, setting]
    older = np.full(len(ncy), -1, dtype=np.int64)
    older[is_valid] = row[ncy[is_valid] + 1, need[is_valid], setting[is_valid]]
    return States(
        ncy=ncy + first,
        need=need,
        setting=setting,
        needs=labels[0],
        settings=labels[1],
        older=older,
        valid=is_valid,
    )


def all_states(valid_states: pd.DataFrame, transitions: pd.DataFrame) -> States:
    """List the cells that are listed, seen in the data, or reached from these by one step.

    Parameters
    ----------
    valid_states
        Columns setting, ncy_min, ncy_max, needs (tuples of labels).
    transitions
        Columns authority_code, ncy_1, need_1, setting_1, ncy_2, need_2, setting_2; a row a child
        or a group of children. Cells outside `valid_states` get a row too.

    Returns
    -------
    States
        A child who grows out of the range of a setting, or moves where nobody is listed, stays in
        a cell that is not `valid` for one January and leaves at the next, as in the peer.

    Examples
    --------
    >>> valid = pd.DataFrame({"setting": ["M"], "ncy_min": [0], "ncy_max": [1], "needs": [("A",)]})
    >>> names = ["authority_code", *(f"{x}_{n}" for n in "12" for x in ("ncy", "need", "setting"))]
    >>> step = pd.DataFrame([["", 0, "A", "M", 1, "A", "M"]], columns=names)
    >>> states = all_states(valid, step)
    >>> states.labels().to_numpy().tolist()
    [[0, 'A', 'M'], [1, 'A', 'M'], [2, 'A', 'M']]
    >>> states.older.tolist(), states.valid.tolist()
    ([1, 2, -1], [True, True, False])
    """
    cells = pd.concat([_cells_listed(valid_states), _cells_seen(transitions)], ignore_index=True)
    needs, settings = (tuple(sorted(cells[name].unique())) for name in ("need", "setting"))
    first = int(cells["ncy"].min())
    ncy = cells["ncy"].to_numpy(np.int64) - first
    valid = np.zeros((ncy.max() + 2, len(needs), len(settings)), dtype=np.bool_)
    valid[
        ncy,
        pd.Index(needs).get_indexer(cells["need"]),
        pd.Index(settings).get_indexer(cells["setting"]),
    ] = True
    receivers = _receivers(transitions, settings, first, len(valid))
    reached = valid.copy()
    reached[1:] |= valid[:-1]
    reached[1:] |= valid[:-1].any(axis=2, keepdims=True) & receivers[:-1, None, :]
    return _numbered(reached, valid, first, (needs, settings))


def state_rows(
    states: States, ncy: pd.Series, need: Iterable[str], setting: Iterable[str]
) -> NDArray[np.int64]:
    """Return the row of `states` that each cell is; -1 where there is none.

    Parameters
    ----------
    states
        The cells.
    ncy, need, setting
        What to look up, of one length.

    Examples
    --------
    >>> one, two = np.array([0, 1]), np.zeros(2, dtype=int)
    >>> states = States(one, two, two, ("ASD",), ("M",), np.array([1, -1]))
    >>> state_rows(states, pd.Series([1, 1]), ["ASD", "MLD"], ["M", "M"]).tolist()
    [1, -1]
    """
    width = len(states.needs) * len(states.settings)
    keys = states.ncy * width + states.need * len(states.settings) + states.setting
    needs = pd.Index(states.needs, dtype="str").get_indexer(pd.Index(need, dtype="str"))
    settings = pd.Index(states.settings, dtype="str").get_indexer(pd.Index(setting, dtype="str"))
    wanted = np.asarray(ncy, np.int64) * width + needs * len(states.settings) + settings
    found = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    known = (needs >= 0) & (settings >= 0) & (keys[found] == wanted)
    return np.where(known, found, -1).astype(np.int64)


def listed_states(states: States, valid_states: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows of `states` are listed in `valid_states`; shape (S,)."""
    cells = _cells_listed(valid_states)
    listed = np.zeros(len(states), dtype=np.bool_)
    rows = state_rows(states, cells["ncy"], cells["need"], cells["setting"])
    listed[rows[rows >= 0]] = True
    return listed


def stock(
    transitions: pd.DataFrame, states: States, january: int | None = None, authority: str = ""
) -> NDArray[np.int64]:
    """Count the children with a plan at a January: where the step that ends then left them.

    Parameters
    ----------
    transitions
        Columns authority_code, january (the step starts), ncy_2, need_2, setting_2, children, and
        authority_2 where children move between authorities.
    states
        The cells.
    january
        The January of the stock; by default the one after the last step.
    authority
        Code of the authority.

    Returns
    -------
    ndarray
        Children by state; shape (S,).
    """
    home = "authority_2" if "authority_2" in transitions.columns else "authority_code"
    mine = transitions[(transitions[home] == authority) & (transitions["setting_2"] != OUTSIDE)]
    start = transitions["january"].max() if january is None else january - 1
    mine = mine[mine["january"] == start]
    rows = state_rows(states, mine["ncy_2"], mine["need_2"], mine["setting_2"])
    children = mine["children"].to_numpy(np.float64)
    return np.bincount(rows, weights=children, minlength=len(states)).astype(np.int64)
