"""How need is shared out: which need groups next, and phases of a school in round shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.study import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["phase_shares", "rotate_groups"]

_STEPS = 20


def rotate_groups(children: pd.Series, seats: int) -> list[str]:
    """Give each of so many options a need group, in proportion to children (highest averages).

    Parameters
    ----------
    children
        Children by need group.
    seats
        Options to name a need group for.

    Examples
    --------
    >>> rotate_groups(pd.Series({"ci_base": 60.0, "semh_base": 30.0}), 3)
    ['ci_base', 'ci_base', 'semh_base']
    >>> rotate_groups(pd.Series({"semh_base": 30.0}), 0)
    []
    """
    averages = [
        (-count / seat, str(group))
        for group, count in children[children > 0].items()
        for seat in range(1, seats + 1)
    ]
    return [group for _, group in sorted(averages)[:seats]]


def phase_shares(children: pd.Series, phases: Sequence[str] = PHASES) -> str:
    """Write the shares of phases in steps of a twentieth that sum to one.

    Examples
    --------
    >>> phase_shares(pd.Series({"primary": 41.0, "secondary": 59.0}))
    'primary:0.4;secondary:0.6'
    """
    held = children.reindex(list(phases), fill_value=0.0).fillna(0.0)
    exact = (
        held / held.sum() * _STEPS if held.sum() > 0 else pd.Series(_STEPS / len(held), held.index)
    )
    steps = np.floor(exact)
    left = round(float(_STEPS - steps.sum()))
    most = (exact - steps).sort_values(ascending=False, kind="stable").index[:left]
    steps[most] += 1
    return ";".join(f"{phase}:{count / _STEPS:g}" for phase, count in steps.items() if count > 0)
