"""The cube: children with a plan by authority, year group, need, setting, year and draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["CELL", "PERCENTILES", "Cube", "percentiles"]

CELL = ["authority_code", "ncy", "need_type", "setting"]
_DRAWS_AT_ONCE = 100
PERCENTILES = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}


def percentiles(draws: NDArray[np.floating]) -> pd.DataFrame:
    """Return mean, sd and percentiles over the last axis of draws (N, D), a row each.

    Examples
    --------
    >>> percentiles(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])).round(2).values.tolist()
    [[3.0, 1.41, 1.2, 2.0, 3.0, 4.0, 4.8]]
    """
    values = np.quantile(draws, list(PERCENTILES.values()), axis=-1).T
    table = pd.DataFrame(values, columns=list(PERCENTILES))
    table.insert(0, "mean", draws.mean(axis=-1, dtype=float))
    table.insert(1, "std_dev", draws.std(axis=-1, dtype=float))
    return table


@dataclass(frozen=True, kw_only=True)
class Cube:
    """Children in every draw.

    Attributes
    ----------
    cells
        authority_code, ncy, need_type, setting: N rows, sorted.
    academic_years
        The base year first; Y of them.
    children
        (Y, N, D).
    """

    cells: pd.DataFrame
    academic_years: tuple[int, ...]
    children: NDArray[np.float32]

    def at(self, years: Sequence[int]) -> Cube:
        """Return the cube of some of its academic years, in their order.

        Raises
        ------
        DataError
            If it does not have one of them.
        """
        missing = sorted(set(years) - set(self.academic_years))
        if missing:
            raise DataError(
                f"{len(missing)} year(s) are not in the cube, for example {missing[0]}; it has "
                f"{self.academic_years[0]} to {self.academic_years[-1]}"
            )
        places = [self.academic_years.index(year) for year in years]
        return replace(self, academic_years=tuple(years), children=self.children[places])

    def expected(self) -> pd.DataFrame:
        """Return the mean over the draws: cells' columns, academic_year, children; no noughts."""
        means = self.children.mean(axis=2, dtype=float)
        parts = [
            self.cells.assign(academic_year=year, children=means[place])
            for place, year in enumerate(self.academic_years)
        ]
        table = pd.concat(parts, ignore_index=True)
        return table[table["children"] > 0].reset_index(drop=True)

    def condensed(self, by: Sequence[str]) -> Cube:
        """Return the cube summed, in every draw, within some of its cells' columns."""
        keys = list(by)
        groups = self.cells.assign(everyone=0).groupby(keys or ["everyone"], sort=True)
        number = groups.ngroup().to_numpy()
        order = np.argsort(number, kind="stable")
        first = np.searchsorted(number[order], np.arange(groups.ngroups))
        years, _, draws = self.children.shape
        children = np.empty((years, groups.ngroups, draws), dtype=np.float32)
        for place in range(years):
            for begin in range(0, draws, _DRAWS_AT_ONCE):
                some = slice(begin, begin + _DRAWS_AT_ONCE)
                within = self.children[place, order, some]
                children[place, :, some] = np.add.reduceat(within, first)
        return replace(self, cells=groups.size().reset_index()[keys], children=children)

    def summed(self, by: Sequence[str]) -> pd.DataFrame:
        """Return mean, sd and percentiles of sums within `by`, a row a group and year.

        Draws are summed first and percentiles taken after: medians do not add up.
        """
        sums = self.condensed(by)
        tables = [
            pd.concat([sums.cells, percentiles(sums.children[place])], axis=1).assign(
                academic_year=year
            )
            for place, year in enumerate(self.academic_years)
        ]
        return pd.concat(tables, ignore_index=True)[[*by, "academic_year", *_STATISTICS]]


_STATISTICS = ["mean", "std_dev", *PERCENTILES]
