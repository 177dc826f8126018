r"""Children placed out of the region: which share of them still are, as policy brings them home.

Without transition points a share :math:`v_t` of those still away comes back each year,
:math:`k_t = k_{t-1} (1 - v_t)`. With them only children who enter a phase are reached, so the
children of a phase of :math:`L` years are reached cohort by cohort:
:math:`k_t = 1 - \frac{1}{L} \sum_{i=0}^{L-1} v_{t-i}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_list, code_table
from placement_planner.need.policy.levers import EVERYTHING
from placement_planner.tables.study import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from placement_planner.need.policy.levers import Lever

__all__ = ["outside_kept"]

_KEYS = ["authority_code", "need_type", "phase", "academic_year"]


def outside_kept(
    levers: Iterable[Lever], authorities: Sequence[str], years: Sequence[int]
) -> pd.DataFrame:
    """Return the share of children placed out of the region who still are.

    Parameters
    ----------
    levers
        Those of kind return_outside are used; several multiply.
    authorities
        Codes of the region.
    years
        The base year and those after it; nobody returns before the base.

    Returns
    -------
    DataFrame
        authority_code, need_type, phase, academic_year, kept; only where it is below 1.

    Examples
    --------
    >>> from placement_planner.need.policy.levers import Lever
    >>> home = Lever(lever_id="home", kind="return_outside", authorities=("A",),
    ...     need_types=("ASD",), ncy_from=7, ncy_to=11, from_year=2026, to_year=2060,
    ...     at_transition=True, value=0.5)
    >>> outside_kept([home], ["A", "B"], range(2025, 2033))["kept"].round(2).tolist()
    [0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5]
    """
    found = [lever for lever in levers if lever.kind == "return_outside"]
    parts = [_kept_by(lever, authorities, years) for lever in found]
    if not parts:
        return pd.DataFrame(
            {
                **{name: pd.Series(dtype="str") for name in _KEYS[:3]},
                "academic_year": pd.Series(dtype="int64"),
                "kept": pd.Series(dtype="float64"),
            }
        )
    kept = pd.concat(parts).groupby(_KEYS, as_index=False)["kept"].prod()
    return kept[kept["kept"] < 1].reset_index(drop=True)


def _kept_by(lever: Lever, authorities: Sequence[str], years: Sequence[int]) -> pd.DataFrame:
    codes = code_table("phases")
    shares = np.array([0.0, *(lever.share(year) for year in years[1:])])
    tables = []
    for phase in PHASES:
        ncys = codes.loc[codes["phase"] == phase, "ncy"]
        kept = _path(lever, shares, ncys.to_numpy(np.int64))
        tables.append(
            pd.DataFrame({"academic_year": list(years), "kept": kept}).assign(phase=phase)
        )
    needs = code_list("need_types") if EVERYTHING in lever.need_types else lever.need_types
    codes_reached = authorities if EVERYTHING in lever.authorities else lever.authorities
    scope = pd.MultiIndex.from_product([codes_reached, needs], names=_KEYS[:2]).to_frame(
        index=False
    )
    return scope.merge(pd.concat(tables, ignore_index=True), how="cross")


def _path(
    lever: Lever, shares: NDArray[np.float64], ncys: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the share kept of one phase, a figure a year."""
    reached = (ncys >= lever.ncy_from) & (ncys <= lever.ncy_to)
    if not lever.at_transition:
        return np.cumprod(1.0 - shares * reached.mean())
    entering = shares * bool(reached[ncys.argmin()])
    cohorts = np.convolve(entering, np.ones(len(ncys)))[: len(shares)]
    kept: NDArray[np.float64] = 1.0 - cohorts / len(ncys)
    return kept
