r"""How long children who come in one year are still to be counted: survival by cohort.

With :math:`S_{ay}` the children of an authority and need group who need a place, by national
curriculum year :math:`a` and academic year :math:`y`, of those who need one the next year

.. math:: r_{a,y} = \min\bigl(1, S_{a,y} / S_{a-1,y-1}\bigr)

is the share who still do, one year older: where a year group grows nobody is taken to have left,
where it shrinks nobody to have come, which are the fewest moves that the numbers allow. A cohort is
everybody of a phase who is to be placed in a planned year because they were not there, in that
phase, in the planned year before: new plans, moves out of mainstream at any age, and those who come
up from the phase below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.continuity import Survival

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

__all__ = ["cohort_survival"]

_NOBODY = 1e-9
_WHO = ["authority_code", "need_group"]


def cohort_survival(
    stock: pd.DataFrame,
    base_year: int,
    years: Sequence[int],
    placed_share: pd.Series | None = None,
) -> DataFrame[Survival]:
    """Follow the children who hold places now, and every cohort that is placed, year by year.

    Parameters
    ----------
    stock
        Children who need a place: authority_code, need_group, ncy, academic_year, children; every
        academic year from the base to the last planned one.
    base_year
        Academic year in which the places of now are held.
    years
        Planned academic years, rising.
    placed_share
        By authority_code, need_group, phase: share of those in need who hold a place at the base;
        all if None. The others are in the first cohort.

    Returns
    -------
    DataFrame
        Cohorts by year of entry, the base among them; no rows where a cohort is empty.

    Examples
    --------
    Ten children in each of Years 3 to 6, and nobody leaves: of those who hold places in 2026 three
    of four are still in primary a year later, one of four has gone up.

    >>> stock = pd.DataFrame([("L", "asd_special", ncy, year, 10.0)
    ...     for year in (2026, 2027) for ncy in (3, 4, 5, 6, 7)],
    ...     columns=["authority_code", "need_group", "ncy", "academic_year", "children"])
    >>> told = cohort_survival(stock, 2026, [2027])
    >>> told = told[(told["entry_year"] == 2026) & (told["phase"] == "primary")]
    >>> told[["academic_year", "in_phase", "share"]].values.tolist()
    [[2027, 'primary', 0.75], [2027, 'secondary', 0.25]]
    """
    phases = _phases()
    every = range(base_year, max(years) + 1)
    rows: list[tuple[object, ...]] = []
    for who, cells in stock.groupby(_WHO, sort=True):
        counts = _counts(cells, phases.index, every)
        for phase, entry, year, later, share in _followed(
            counts, phases, every, list(years), _shares(placed_share, who)
        ):
            rows.append((*who, phase, entry, year, later, share))
    columns = ["authority_code", "need_group", "phase", "entry_year", "academic_year", "in_phase",
               "share"]  # fmt: skip
    return checked(Survival, pd.DataFrame(rows, columns=columns))


def _phases() -> pd.Series:
    """Return the phase of places by year group, oldest last; year groups past them left out."""
    phases = code_table("phases").set_index("ncy")["places_phase"]
    return phases[phases != ""].sort_index()


def _counts(cells: pd.DataFrame, ncy: pd.Index, years: range) -> NDArray[np.float64]:
    """Lay out children by year group (row) and academic year (column)."""
    table = cells.pivot_table(
        index="ncy", columns="academic_year", values="children", aggfunc="sum"
    )
    return np.asarray(table.reindex(index=ncy, columns=list(years)).fillna(0.0), dtype=float)


def _shares(placed_share: pd.Series | None, who: tuple[object, ...]) -> dict[str, float]:
    if placed_share is None:
        return {}
    told = placed_share.reindex(
        pd.MultiIndex.from_tuples(
            [(*who, phase) for phase in _phases().unique()], names=placed_share.index.names
        )
    )
    return dict(zip(_phases().unique(), told.fillna(0.0).clip(0.0, 1.0), strict=True))


def _followed(
    counts: NDArray[np.float64],
    phases: pd.Series,
    every: range,
    years: list[int],
    placed_share: dict[str, float],
) -> Iterator[tuple[str, int, int, str, float]]:
    """Yield phase of entry, year of entry, year, phase by then, share."""
    stays = _retention(counts)
    names = phases.to_numpy(dtype=object)
    before = dict(zip(years, [every[0], *years[:-1]], strict=True))
    for phase in phases.unique():
        inside = names == phase
        for entry in [every[0], *years]:
            column = entry - every[0]
            cohort = np.where(inside, counts[:, column], 0.0)
            if entry in before:
                earlier = np.where(inside, counts[:, before[entry] - every[0]], 0.0)
                still = _aged(earlier, stays, before[entry] - every[0], column) * inside
                share = placed_share.get(phase, 1.0) if entry == years[0] else 1.0
                newly = (cohort - share * still).clip(min=0.0)
                cohort = newly if newly.sum() > _NOBODY else cohort
            if cohort.sum() <= _NOBODY:
                continue
            for year in years:
                if year >= entry:
                    then = _aged(cohort, stays, column, year - every[0]) / cohort.sum()
                    for later in phases.unique():
                        part = float(then[names == later].sum())
                        if part > _NOBODY:
                            yield str(phase), entry, year, str(later), min(part, 1.0)


def _retention(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a year group that is still there, a year older: by year group and year reached."""
    older, younger = counts[1:, 1:], counts[:-1, :-1]
    share = np.divide(older, younger, out=np.ones_like(older), where=younger > _NOBODY)
    stays = np.ones_like(counts)
    stays[1:, 1:] = np.minimum(share, 1.0)
    return stays


def _aged(
    cohort: NDArray[np.float64], stays: NDArray[np.float64], start: int, end: int
) -> NDArray[np.float64]:
    """Return a cohort by year group after it has grown older from one column to another."""
    for column in range(start + 1, end + 1):
        cohort = np.concatenate([[0.0], cohort[:-1]]) * stays[:, column]
    return cohort
