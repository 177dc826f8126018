"""The cube: children with a plan by authority, year group, need, setting, year and draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["CELL", "PERCENTILES", "Cube", "percentiles"]

CELL = ["authority_code", "ncy", "need_type", "setting"]
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

    def expected(self) -> pd.DataFrame:
        """Return the mean over the draws: cells' columns, academic_year, children; no noughts."""
        means = self.children.mean(axis=2, dtype=float)
        parts = [
            self.cells.assign(academic_year=year, children=means[place])
            for place, year in enumerate(self.academic_years)
        ]
        table = pd.concat(parts, ignore_index=True)
        return table[table["children"] > 0].reset_index(drop=True)

    def summed(self, by: Sequence[str]) -> pd.DataFrame:
        """Return mean, sd and percentiles of sums within `by`, a row a group and year.

        Draws are summed first and percentiles taken after: medians do not add up.
        """
        keys = list(by)
        groups = self.cells.assign(everyone=0).groupby(keys or ["everyone"], sort=True)
        number = groups.ngroup().to_numpy()
        names = groups.size().reset_index()[keys]
        tables = []
        for place, year in enumerate(self.academic_years):
            sums = np.zeros((len(names), self.children.shape[2]))
            np.add.at(sums, number, self.children[place])
            table = pd.concat([names, percentiles(sums)], axis=1)
            tables.append(table.assign(academic_year=year))
        return pd.concat(tables, ignore_index=True)[[*keys, "academic_year", *_STATISTICS]]


_STATISTICS = ["mean", "std_dev", *PERCENTILES]
