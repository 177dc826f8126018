"""Steps counted: who left, stayed, moved, joined and changed authority, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.transitions.states import state_rows
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.need.transitions.states import States

__all__ = ["Steps", "count_steps", "heads"]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The steps of one authority: Y Januaries, S states, A joiner NCYs.

    Attributes
    ----------
    states
        The cells.
    januaries
        January that each step starts from, sorted; shape (Y,).
    left
        Children who left, by state before, those transferred out among them; shape (Y, S).
    stayed
        Children who did not leave, moved or not, by state before; shape (Y, S).
    moved
        Those of `stayed` who moved; shape (Y, S).
    moves
        Where they moved: position in `januaries`, state before, state after, children; shape
        (M, 4), sorted.
    joined
        Children who joined, by state after, without those transferred in; shape (Y, S).
    transferred_in, transferred_out
        Children who came from and went to another authority, by state after and before; (Y, S).
    population
        Children of each joiner NCY in the step's own calendar year; shape (Y, A).
    joiner_ncy
        NCYs, after the step, at which children join; shape (A,).
    """

    states: States
    januaries: NDArray[np.int64]
    left: NDArray[np.int64]
    stayed: NDArray[np.int64]
    moved: NDArray[np.int64]
    moves: NDArray[np.int64]
    joined: NDArray[np.int64]
    transferred_in: NDArray[np.int64]
    transferred_out: NDArray[np.int64]
    population: NDArray[np.float64]
    joiner_ncy: NDArray[np.int64]


def heads(
    population: pd.DataFrame, authority: str, ncy: Sequence[int], januaries: Sequence[int]
) -> NDArray[np.float64]:
    """Lay out the population of one authority by year and NCY.

    Parameters
    ----------
    population
        Columns authority_code, january, ncy, population; a row a year and NCY.
    authority
        Code of the authority.
    ncy, januaries
        What is wanted.

    Returns
    -------
    ndarray
        Children; shape (januaries, ncy). 0 where there is no row.
    """
    mine = population[population["authority_code"] == authority]
    table = mine.set_index(["january", "ncy"])["population"]
    wanted = pd.MultiIndex.from_product([list(januaries), list(ncy)])
    found: NDArray[np.float64] = table.reindex(wanted).fillna(0.0).to_numpy(np.float64)
    return found.reshape(len(januaries), len(ncy))


def _coded(transitions: pd.DataFrame, states: States, *, relabel: bool) -> pd.DataFrame:
    """Turn labels into rows of `states`: sender, receiver, before, after; -1 is outside.

    A child whose need changes keeps the need before the step unless `relabel`.
    """
    goes_on = (transitions["setting_1"] != OUTSIDE) & (transitions["setting_2"] != OUTSIDE)
    need_2 = transitions["need_2"]
    if not relabel:
        need_2 = need_2.where(~goes_on, transitions["need_1"])
    sender = transitions["authority_code"].astype("category")
    return pd.DataFrame(
        {
            "january": transitions["january"],
            "sender": sender,
            "receiver": transitions.get("authority_2", sender).astype("category"),
            "before": state_rows(
                states, transitions["ncy_1"], transitions["need_1"], transitions["setting_1"]
            ),
            "after": state_rows(states, transitions["ncy_2"], need_2, transitions["setting_2"]),
            "children": transitions["children"].astype("int64"),
        }
    )


def _count(
    rows: pd.DataFrame, side: str, januaries: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """Children by January and state on one side; shape (Y, n)."""
    year = np.searchsorted(januaries, rows["january"])
    place = year * n + rows[side].to_numpy()
    counts = np.bincount(
        place, weights=rows["children"].to_numpy(np.float64), minlength=len(januaries) * n
    )
    return counts.astype(np.int64).reshape(len(januaries), n)


def _moves(moved: pd.DataFrame, januaries: NDArray[np.int64]) -> NDArray[np.int64]:
    keys = ["january", "before", "after"]
    sums = moved.groupby(keys, as_index=False)["children"].sum()
    sums["january"] = np.searchsorted(januaries, sums["january"])
    moves: NDArray[np.int64] = sums[[*keys, "children"]].to_numpy(np.int64)
    return moves


def _steps_of(
    rows: pd.DataFrame, authority: str, states: States, people: pd.DataFrame, ncy: NDArray[np.int64]
) -> Steps:
    """Count the steps of one authority out of coded rows."""
    sent, received = (rows[side] == authority for side in ("sender", "receiver"))
    own = rows[sent | received]
    januaries = np.arange(own["january"].min(), own["january"].max() + 1, dtype=np.int64)
    sent, received = (own[side] == authority for side in ("sender", "receiver"))
    was, is_now = own["before"] >= 0, own["after"] >= 0
    older = states.older[own["before"].to_numpy()]
    stayed = sent & received & was & is_now
    moved = stayed & (own["after"].to_numpy() != older)
    away, here = was & is_now & sent & ~received, was & is_now & received & ~sent

    def count(kept: pd.Series, side: str) -> NDArray[np.int64]:
        return _count(own[kept], side, januaries, len(states))

    return Steps(
        states=states,
        januaries=januaries,
        left=count((sent & was & ~is_now) | away, "before"),
        stayed=count(stayed, "before"),
        moved=count(moved, "before"),
        moves=_moves(own[moved], januaries),
        joined=count(received & is_now & ~was, "after"),
        transferred_in=count(here, "after"),
        transferred_out=count(away, "before"),
        population=heads(people, authority, ncy.tolist(), januaries.tolist()),
        joiner_ncy=ncy,
    )


def count_steps(
    transitions: pd.DataFrame, population: pd.DataFrame, states: States, *, relabel: bool = False
) -> dict[str, Steps]:
    """Count joiners, leavers, movers and stayers of each authority.

    Parameters
    ----------
    transitions
        Columns authority_code, january, ncy_1, need_1, setting_1, ncy_2, need_2, setting_2,
        children, and authority_2 where children move between authorities: such a child leaves the
        first and is transferred into the second. NONSEND stands for outside.
    population
        Columns authority_code, january, ncy, population.
    states
        The cells; every cell of `transitions` must be among them.
    relabel
        Whether a child whose need changes moves to a state of the new need. If not, the child
        keeps the need before the step, and has moved only if the setting changed.

    Returns
    -------
    dict
        Steps by authority code, in order. Joiner NCYs are those with a valid state and a row of
        population, the same for all.
    """
    rows = _coded(transitions, states, relabel=relabel)
    valid = np.ones(len(states), dtype=np.bool_) if states.valid is None else states.valid
    ncy = np.intersect1d(states.ncy[valid], population["ncy"]).astype(np.int64)
    is_sent, is_received = rows["before"] >= 0, rows["after"] >= 0
    authorities = sorted(
        {*rows.loc[is_sent, "sender"].unique(), *rows.loc[is_received, "receiver"].unique()}
    )
    return {code: _steps_of(rows, code, states, population, ncy) for code in authorities}
