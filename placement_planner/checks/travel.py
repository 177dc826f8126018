"""Rules of roads: where their nodes lie, and the unit of lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from placement_planner.checks.study import UnsoundError
from placement_planner.errors import Finding

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy

__all__ = ["check_road_lengths", "check_road_nodes"]

_APART_M = 50.0
_LEAST_RATIO, _MOST_RATIO = 0.9, 10.0


def check_road_nodes(study: CheckedStudy) -> list[Finding]:
    """Report nodes of roads whose segments meet in places far apart."""
    ends = _ends(study)
    places = ends.groupby("node")[["easting", "northing"]].transform("first")
    apart = np.hypot(ends["easting"] - places["easting"], ends["northing"] - places["northing"])
    wrong = ends.assign(apart=apart)[apart > _APART_M].drop_duplicates("node").set_index("row")
    return study.report(
        "roads",
        "geometry",
        wrong.sort_index(),
        "node {node} in two places, {apart:,.0f} m apart",
        "lines that begin where from_node lies and end where to_node lies",
    )


def check_road_lengths(study: CheckedStudy) -> list[Finding]:
    """Report lengths that cannot be km: far from the straight lines between their ends."""
    ends = _ends(study)
    lengths = study.whole("roads", "length_km")["length_km"]
    start, end = (ends[ends["is_start"] == side].set_index("row") for side in (True, False))
    straight = np.hypot(start["easting"] - end["easting"], start["northing"] - end["northing"])
    straight = straight[straight > _APART_M] / 1000
    ratio = float((lengths.reindex(straight.index) / straight).median())
    if straight.empty or _LEAST_RATIO <= ratio <= _MOST_RATIO:
        return []
    unit = "; they look like metres" if ratio > _MOST_RATIO else ""
    found = f"lengths of {ratio:,.3g} times the straight lines between their ends (median){unit}"
    return [Finding(study.tables["roads"].file, None, "length_km", found, "km along the road")]


def _ends(study: CheckedStudy) -> pd.DataFrame:
    """Return both ends of every segment that has a line: row, node, is_start, easting, northing."""
    nodes = study.rows("roads", "from_node", "to_node")
    shapes = study.tables["roads"].shapes
    if shapes is None:
        raise UnsoundError("roads")
    lines = shapes.loc[nodes.index]
    lines = lines[~(lines.isna() | lines.is_empty)]
    points, line = shapely.get_coordinates(lines.to_numpy(), return_index=True)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    last = np.flatnonzero(np.diff(line, append=-1))
    frames = [
        pd.DataFrame(
            {
                "row": lines.index,
                "node": nodes.loc[lines.index, column].to_numpy(),
                "is_start": column == "from_node",
                "easting": points[place, 0],
                "northing": points[place, 1],
            }
        )
        for column, place in (("from_node", first), ("to_node", last))
    ]
    return pd.concat(frames).sort_values(["row", "is_start"], ignore_index=True)
