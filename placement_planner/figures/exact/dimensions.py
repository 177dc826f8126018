"""What adds up to what: places, need groups, phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.privacy import ALL, Partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.privacy import Dimensions

__all__ = ["PHASES", "place_of", "study_dimensions"]

PHASES = ("primary", "secondary", "post_16")
_LEVELS = ("area", "middle", "authority")


def place_of(level: str, codes: pd.Series[str]) -> pd.Series[str]:
    """Name places of a level so that no two levels share a name; all of them are ``all``.

    Examples
    --------
    >>> place_of("authority", pd.Series(["all", "E08000001"])).tolist()
    ['all', 'authority E08000001']
    """
    return (level + " " + codes.astype(str)).mask(codes == ALL, ALL)


def study_dimensions(areas: pd.DataFrame) -> Dimensions:
    """Return the partitions of place, need group and phase.

    Parameters
    ----------
    areas
        area_code, middle_code and authority_code of every small area.
    """
    names = {level: place_of(level, areas[f"{level}_code"]) for level in _LEVELS}
    place = [
        *_nested(pd.Series(ALL, index=areas.index), names["authority"]),
        *_nested(names["authority"], names["middle"]),
        *_nested(names["middle"], names["area"]),
    ]
    groups = code_table("need_groups")
    kinds = groups["provision_kind"]
    need = [
        *_nested(pd.Series(ALL, index=groups.index), kinds),
        *_nested(kinds, groups["need_group"]),
    ]
    return {"place": place, "need": need, "phase": [Partition(ALL, PHASES)]}


def _nested(wholes: pd.Series[str], parts: pd.Series[str]) -> Sequence[Partition]:
    """Give each whole the parts beside it, each once."""
    pairs = pd.DataFrame({"whole": wholes, "part": parts}).drop_duplicates()
    return [
        Partition(str(whole), tuple(found["part"].astype(str)))
        for whole, found in pairs.groupby("whole", sort=False)
    ]
