"""How far each estimate rests on an authority's own children: the weights, as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from placement_planner.need.transitions.pooled_joiners import JoinerShape
    from placement_planner.need.transitions.pooled_rates import Pooled
    from placement_planner.need.transitions.pooled_shares import Shares
    from placement_planner.need.transitions.states import States

__all__ = ["weight_table"]


def _rows(
    codes: Sequence[str],
    cells: pd.DataFrame,
    children: NDArray[np.float64],
    weight: NDArray[np.float64],
    strength: NDArray[np.float64] | float,
) -> pd.DataFrame:
    """One row an authority and cell that has children; `children` and `weight` (R, cells)."""
    authority, cell = np.nonzero(children > 0)
    table = cells.iloc[cell].reset_index(drop=True)
    table.insert(0, "authority", pd.Categorical.from_codes(authority, categories=list(codes)))
    return table.assign(
        own_children=children[authority, cell],
        own_weight=weight[authority, cell],
        strength=np.broadcast_to(strength, children.shape[1:])[cell],
    )


def weight_table(
    codes: Sequence[str],
    states: States,
    ncy: NDArray[np.int64],
    fits: Mapping[str, Pooled],
    shares: Mapping[str, Shares],
    shape: JoinerShape,
) -> pd.DataFrame:
    """Lay out what each estimate rests on.

    Parameters
    ----------
    codes
        Authorities, in the order of the fits.
    states, ncy
        The cells, and the joiner NCYs.
    fits
        Rates by state: leaving, moving.
    shares
        Where children go: destinations by state before, joiner states by NCY.
    shape
        Joiners per head by NCY.

    Returns
    -------
    DataFrame
        authority, parameter, ncy, need, setting (empty where the estimate has none), own_children
        (weighted by recency; who could leave or move, who moved, who joined), own_weight (share of
        the estimate that is these children), prior_from (the level it leans on), strength
        (children that level counts as). Then, with no authority and no weight, a row each level
        above and its strength.
    """
    labels = states.labels()
    by_ncy = pd.DataFrame({"ncy": ncy, "need": "", "setting": ""})
    several = len(codes) > 1
    parts: list[tuple[str, str, pd.DataFrame]] = []
    levels: list[tuple[str, str, float]] = []
    for name, fit in fits.items():
        table = _rows(codes, labels, fit.trials, fit.own_weight(), fit.strength)
        parts.append((name, "region's state" if several else "ncy and setting", table))
        levels += [(name, level, strength) for level, strength in fit.strengths.items()]
    for name, share in shares.items():
        children = share.own_children()
        weight = children / (children + share.strength)
        cells = labels if children.shape[1] == len(labels) else by_ncy
        lean = "region's row" if several else list(share.strengths)[-2]
        parts.append((name, lean, _rows(codes, cells, children, weight, share.strength)))
        levels += [(name, level, strength) for level, strength in share.strengths.items()]
    lean = "region's ncy" if several else "neighbouring ncys"
    table = _rows(codes, by_ncy, shape.joiners, shape.own_weight, shape.strength)
    parts.append(("joining", lean, table))
    levels += [("joining", level, strength) for level, strength in shape.strengths.items()]
    above = pd.DataFrame(levels, columns=["parameter", "prior_from", "strength"])
    tables = [table.assign(parameter=name, prior_from=lean) for name, lean, table in parts]
    columns = ["authority", "parameter", "ncy", "need", "setting"]
    columns += ["own_children", "own_weight", "prior_from", "strength"]
    everything = pd.concat([*tables, above.assign(need="", setting="")], ignore_index=True)
    everything["ncy"] = everything["ncy"].astype("Int64")
    return everything[columns]
