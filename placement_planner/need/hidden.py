"""Need that placements hide: a count of the study's own, with a date; never inferred.

A child for whom a special school is named and full, whose placement was found unsuitable, or who
waits, stands in the caseload where they are now. The table `hidden_need` says how many there are
and what kind of place they need; they are counted there, and no longer where they are now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.groups import COUNTED_CELL, places_phases

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import NeedChoices
    from placement_planner.tables import study

__all__ = ["HiddenShares", "hidden_need"]

_SOURCE = ["authority_code", "need_type", "phase", "setting"]
_ROW = ["authority_code", "reason", "need_type", "phase", "setting", "need_group"]
_SLACK = 1e-6


@dataclass(frozen=True, kw_only=True)
class HiddenShares:
    """Hidden need as it is counted.

    Attributes
    ----------
    shares
        authority_code, academic_year, phase, need_type, setting, need_group, share: of the
        children of a cell, for `need.groups.counted_shares`.
    children
        authority_code, academic_year, reason, need_type, phase, setting, need_group, sought,
        counted: children by the count carried forward, and as many of them as are there.
    notes
        What is left out or does not fit.
    """

    shares: pd.DataFrame
    children: pd.DataFrame
    notes: tuple[str, ...]


def hidden_need(
    hidden: DataFrame[study.HiddenNeed] | None, expected: pd.DataFrame, choices: NeedChoices
) -> HiddenShares:
    r"""Carry a count of hidden need forward, as shares of the children in the same setting.

    .. math:: s_t = \min\Bigl(1, \frac{c_t}{n_t}\Bigr), \qquad
       c_t = c \ \text{(held)} \quad\text{or}\quad c \, n_t / n_0 \ \text{(grown)}

    with :math:`c` children counted and :math:`n_t` children of the same authority, need, phase and
    setting in year :math:`t`. Under fives count with the primary phase.

    Parameters
    ----------
    hidden
        The study's count; None where there is none.
    expected
        Mean children: authority_code, academic_year, phase (of `codes/phases.csv`), need_type,
        setting, children; the base year among them.
    choices
        `hidden_need` and `base_january`.

    Raises
    ------
    DataError
        If hidden need is to grow and the base year is not among `expected`.
    """
    shares = pd.DataFrame(columns=[*COUNTED_CELL, "need_group", "share"])
    children = pd.DataFrame(columns=["academic_year", *_ROW, "sought", "counted"])
    if hidden is None or hidden.empty:
        return HiddenShares(shares=shares, children=children, notes=())
    if choices.hidden_need == "left_out":
        note = (
            f"{hidden['children'].sum():,.0f} children counted as hidden need are left out "
            "(need.hidden_need = left_out)."
        )
        return HiddenShares(shares=shares, children=children, notes=(note,))
    base = choices.base_january - 1
    phases = places_phases().query("places_phase != ''")
    years = np.sort(expected["academic_year"].unique())
    grows = choices.hidden_need == "grown"
    if grows and base not in years:
        raise DataError(
            f"hidden need cannot grow from academic year {base}, the base: no children of that "
            f"year are given; right would be a projection that begins in {base}"
        )
    placed = expected.merge(phases, on="phase")
    rows = _carried(hidden, placed, years, base if grows else None)
    shares = rows[rows["there"] > 0].assign(share=lambda row: row["counted"] / row["there"])
    shares = shares.rename(columns={"phase": "places_phase"}).merge(phases, on="places_phase")
    shares = shares.groupby([*COUNTED_CELL, "need_group"], as_index=False)["share"].sum()
    return HiddenShares(
        shares=shares,
        children=rows[["academic_year", *_ROW, "sought", "counted"]],
        notes=(*_late_counts(hidden, choices.base_january), *_too_many(rows)),
    )


def _carried(
    hidden: pd.DataFrame, placed: pd.DataFrame, years: NDArray[np.int64], grows_from: int | None
) -> pd.DataFrame:
    """Return children sought, there and counted, by row of the count and academic year."""
    sums = placed.drop(columns="phase").rename(columns={"places_phase": "phase"})
    there = sums.groupby([*_SOURCE, "academic_year"])["children"].sum()
    every = pd.DataFrame({"academic_year": years})
    rows = hidden.groupby(_ROW, as_index=False)["children"].sum().merge(every, how="cross")
    now = there.reindex(pd.MultiIndex.from_frame(rows[[*_SOURCE, "academic_year"]]))
    rows["there"] = now.fillna(0.0).to_numpy(dtype=float)
    rows["sought"] = rows["children"].to_numpy(dtype=float)
    if grows_from is not None:
        keys = pd.MultiIndex.from_frame(rows[_SOURCE].assign(academic_year=grows_from))
        first = there.reindex(keys).fillna(0.0).to_numpy(dtype=float)
        growth = rows["there"] / np.where(first > _SLACK, first, 1.0)
        rows["sought"] *= np.where(first > _SLACK, growth, 1.0)
    together = rows.groupby([*_SOURCE, "academic_year"])["sought"].transform("sum")
    is_short = together > rows["there"]
    fits = (rows["there"] / together.where(is_short, 1.0)).where(is_short, 1.0)
    rows["counted"] = rows["sought"] * fits
    return rows.sort_values(["academic_year", *_ROW], ignore_index=True)


def _late_counts(hidden: pd.DataFrame, base_january: int) -> tuple[str, ...]:
    """Name a count that is not of the base school year."""
    first, last = f"{base_january - 1}-09-01", f"{base_january}-08-31"
    other = hidden[~hidden["as_of"].between(first, last)]
    if other.empty:
        return ()
    note = (
        f"{len(other)} of {len(hidden)} counts of hidden need are not of the base school year "
        f"({first} to {last}), for example of {other['as_of'].min()}; they are carried as if they "
        "were."
    )
    return (note,)


def _too_many(rows: pd.DataFrame) -> tuple[str, ...]:
    """Say how many children of the count are not there to be counted."""
    lost = rows.assign(lost=rows["sought"] - rows["counted"])
    lost = lost[lost["lost"] > _SLACK]
    if lost.empty:
        return ()
    years = lost.groupby("academic_year")["lost"].sum()
    example = lost.iloc[0]
    note = (
        f"More children are counted as hidden need than are in their setting, in "
        f"{len(lost[_SOURCE].drop_duplicates())} need(s), phase(s) and setting(s), for example "
        f"{example['need_type']} in {example['setting']}, {example['phase']}, "
        f"{example['authority_code']}, {example['academic_year']}; up to {years.max():,.0f} in a "
        "year are not counted."
    )
    return (note,)
