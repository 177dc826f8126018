"""Parts of a cube that people ask for: phases instead of year groups, and past Januaries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.tables.study import Caseload, CaseloadTotals

__all__ = ["PART", "by_phase", "past_children", "phases_of"]

PART = ["authority_code", "need_type", "setting", "phase"]


def phases_of(ncy: pd.Series) -> pd.Series:
    """Return the phase of each national curriculum year; past the table's ends, its edge.

    Examples
    --------
    >>> phases_of(pd.Series([-5, 0, 11, 12, 21])).tolist()
    ['early_years', 'primary', 'secondary', 'post_16', 'post_19']
    """
    phases = code_table("phases").set_index("ncy")["phase"]
    return ncy.clip(int(phases.index.min()), int(phases.index.max())).map(phases)


def by_phase(cube: Cube) -> Cube:
    """Sum a cube's year groups to phases: authority_code, need_type, setting, phase."""
    phases = cube.cells.assign(phase=phases_of(cube.cells["ncy"]))
    return replace(cube, cells=phases).condensed(PART)


def past_children(
    caseload: DataFrame[Caseload], totals: DataFrame[CaseloadTotals] | None, base_january: int
) -> pd.DataFrame:
    """Return children with plans at the Januaries up to the base, as far as they are known.

    Returns
    -------
    DataFrame
        authority_code, academic_year, need_type, setting, phase, children. Need and phase are
        missing where `totals` alone know a January; the caseload goes before them.
    """
    known = caseload.assign(phase=phases_of(caseload["ncy"]))
    if totals is not None:
        keys = ["authority_code", "january"]
        has_cells = pd.MultiIndex.from_frame(totals[keys]).isin(
            pd.MultiIndex.from_frame(caseload[keys].drop_duplicates())
        )
        known = pd.concat([known, totals[~has_cells]], ignore_index=True)
    known = known[known["january"] <= base_january].assign(academic_year=known["january"] - 1)
    keys = ["authority_code", "academic_year", "need_type", "setting", "phase"]
    return known.groupby(keys, as_index=False, dropna=False)["children"].sum()
